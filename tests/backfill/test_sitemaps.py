"""A sitemap backfill: every reachable article once, an outcome with a reason for every other address, nothing
twice."""

from __future__ import annotations

import gzip
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from support.archive_site import BASE, FIRST, HOST, ArchiveSite, index, urlset
from support.newsroom import HTML, NOON, Listed, story
from support.wire_server import Answer

from ingest.backfill import ledger
from ingest.backfill.request import BackfillRequest, Source
from ingest.backfill.run import cancel
from ingest.backfill.sources import lists
from ingest.backfill.sources.sitemap import SitemapInput, parse_sitemap
from ingest.backfill.sources.sites import SourceReport
from ingest.backfill.targets import ListedAddress, target_of
from ingest.urls.identity import HostRules

LAST = FIRST + timedelta(days=5)


def test_every_reachable_article_once_and_an_outcome_for_every_other(site: ArchiveSite) -> None:
    site.fill(6, 4)
    odd = FIRST + timedelta(days=1)
    good = site.article(odd, 50)
    site.listing(
        odd,
        good,
        f"{good}?utm_source=map",
        f"{BASE}/news/gone-{odd}-away-for-good",
        "http://foreign.example/news/a-story-of-theirs",
        f"{BASE}/private/notes-of-the-editor",
        "javascript:alert(1)",
        "//[half-an-address/news/story",
        modified=str(odd),
    )
    ahead = FIRST + timedelta(days=2)
    site.listing(ahead, site.article(ahead, 60), modified="2031-05-05")  # says nothing
    edited = FIRST + timedelta(days=4)
    site.listing(
        edited, site.article(edited, 61), modified="2026-03-05"
    )  # later than the range, in a sitemap of a day in it
    summary = site.backfill(first=FIRST, last=LAST)
    assert summary.state == "done"
    assert site.one("SELECT count(*) FROM mart.articles") == 4 * 3 + 3 == summary.loaded
    found = dict(site.sql("SELECT coalesce(reason, outcome), count(*) FROM ops.outcomes GROUP BY ALL"))
    assert found == {
        "loaded": 15,
        "duplicate_url": 1,
        "http_404": 1,
        "off_scope": 1,
        "robots": 1,
        "bad_url": 2,
    }
    assert {row["reason"] or row["outcome"]: row["urls"] for row in summary.outcomes} == found
    assert not site.broken_rules()


def test_again_no_page_is_asked_for(site: ArchiveSite) -> None:
    site.fill(3, 3)
    site.listing(
        FIRST + timedelta(days=1), f"{BASE}/news/gone-away-for-good", modified=str(FIRST + timedelta(days=1))
    )
    site.backfill()
    pages = site.pages_asked()
    again = site.backfill()
    assert (site.pages_asked(), again.loaded, again.state) == (pages, 0, "done")
    failed = site.backfill(mode="failed")
    assert (site.pages_asked(), failed.urls) == (pages + 1, again.urls)


def test_what_fails_for_the_moment_is_tried_twice_and_then_at_its_time(site: ArchiveSite) -> None:
    site.fill(1, 1)
    busy, empty, moved = (
        f"{BASE}/news/a-page-that-is-{word}" for word in ("busy", "empty", "moved-to-nowhere")
    )
    site.page(busy, Answer(500, "no"))
    site.page(
        empty,
        Answer(
            body="<html><head><title>x</title></head><body><div id='app'></div></body></html>", headers=HTML
        ),
    )
    site.page(moved, Answer(302, "", headers={"Location": "http://nowhere.invalid/news/story"}))
    path = site.folder / "list.txt"
    path.write_text("\n".join((busy, empty, moved, *site.articles)))
    assert site.backfill("urls", inputs=[path]).state == "done"
    counts = [site.asked(HOST, urlsplit(url).path) for url in (busy, empty, moved)]
    assert counts == [2, 2, 2]
    assert site.warehouse("SELECT DISTINCT attempts FROM core.pending") == [(2,)]
    pages = site.pages_asked()
    for number, mode in enumerate(("missing", "failed", "missing")):
        again = site.backfill("urls", inputs=[path], mode=mode, now=NOON + timedelta(minutes=number))
        assert (again.pending, site.pages_asked()) == (3, pages)
    planned = site.plan("urls", inputs=[path], mode="failed")
    assert cancel(site.settings, str(planned.backfill_id)) == 0
    assert site.warehouse("SELECT count(*) FROM core.pending") == [(3,)]
    site.page(busy, story("Open again", 77))
    assert site.backfill("urls", inputs=[path], now=NOON + timedelta(hours=12)).loaded == 1
    assert not site.broken_rules()


def test_only_the_days_asked_for_are_read_and_fetched(site: ArchiveSite) -> None:
    site.fill(6, 3)
    site.backfill(first=FIRST + timedelta(days=4), last=FIRST + timedelta(days=4))
    assert site.sql("SELECT DISTINCT published_day FROM mart.articles") == [(FIRST + timedelta(days=4),)]
    assert site.pages_asked() == 3
    assert site.asked(HOST, f"/maps/{FIRST + timedelta(days=1)}.xml") == 0
    site.backfill(first=FIRST + timedelta(days=3))
    assert site.one("SELECT count(*) FROM mart.articles") == 9
    assert site.pages_asked() == 9


def test_a_plan_says_what_it_takes_and_changes_nothing_when_dry(site: ArchiveSite) -> None:
    site.fill(4, 3)
    plan = site.plan(dry=True)
    assert (plan.reachable, plan.there, plan.requests, plan.backfill_id) == (12, 0, 12, None)
    assert [row["requests"] for row in plan.days] == [3, 3, 3, 3]
    assert not site.data.exists()
    site.backfill(last=FIRST + timedelta(days=1))
    before = site.warehouse("SELECT count(*) FROM core.backfill")
    plan = site.plan(dry=True)
    assert (plan.reachable, plan.there, plan.requests) == (12, 6, 6)
    assert site.warehouse("SELECT count(*) FROM core.backfill") == before
    assert site.pages_asked() == 6


def test_what_the_plan_settled_is_written_in_slices(
    site: ArchiveSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "SETTLED", 4)
    site.fill(2, 5)
    last = FIRST + timedelta(days=1)
    site.listing(
        last,
        *(f"{BASE}/news/old-story-{n}-of-the-harbour" for n in range(10)),
        modified=str(FIRST - timedelta(days=90)),
    )
    site.backfill(first=FIRST)
    found = dict(site.sql("SELECT coalesce(reason, outcome), count(*) FROM ops.outcomes GROUP BY ALL"))
    assert found == {"loaded": 5, "out_of_range": 10}
    assert site.warehouse("SELECT targets FROM core.backfill_chunk ORDER BY chunk") == [
        (4,),
        (4,),
        (2,),
        (5,),
    ]


def test_pages_polled_live_are_recognised(site: ArchiveSite) -> None:
    site.fill(2, 3)
    polled = sorted(site.articles)[0]
    site.feed("live", HOST, [Listed(polled, "Story 0")])
    site.poll(0)
    assert site.pages_asked() == 1
    summary = site.backfill()
    assert (site.pages_asked(), summary.loaded) == (6, 5)
    assert site.one("SELECT count(*) FROM mart.articles WHERE feed_id = 'live'") >= 1


def test_what_was_only_passed_by_is_fetched_when_a_feed_lists_it(site: ArchiveSite) -> None:
    day = FIRST
    site.fill(1, 1)
    url = site.article(day, 9)
    site.listing(day + timedelta(days=1), url, modified=str(day))
    site.server.routes[f"{HOST}/sitemap.xml"] = Answer(
        body=index(f"{BASE}/maps/{day + timedelta(days=1)}.xml")
    )
    site.backfill(first=day + timedelta(days=1))
    assert site.one("SELECT reason FROM ops.outcomes") == "out_of_range"
    site.feed("live", HOST, [Listed(url, "Story 9")])
    assert site.poll(1).loaded == 1
    assert not site.broken_rules()


def test_a_sitemap_that_cannot_be_read_is_told_and_harms_no_other(site: ArchiveSite) -> None:
    site.fill(3, 2)
    site.server.routes[f"{HOST}/maps/{FIRST + timedelta(days=1)}.xml"] = Answer(500, "no")
    cut = urlset(site.article(FIRST, 7)).removesuffix("</urlset>") + "<url><loc>http://archive.exam"
    site.server.routes[f"{HOST}/maps/{FIRST + timedelta(days=2)}.xml"] = Answer(body=cut)
    summary = site.backfill()
    assert summary.loaded == 2 + 1
    assert [one["reason"] for one in summary.problems] == ["http_5xx", "parse_error"]


def test_all_members_of_a_packed_sitemap_are_read_up_to_the_cap() -> None:
    lines = [f"{BASE}/news/{number}\n".encode() * 9_000 for number in range(3)]
    body = b"".join(map(gzip.compress, lines)) + b"\0" * 512
    assert len(parse_sitemap(SitemapInput(body, 1_000_000)).urls) == 27_000
    assert "over 600,000 bytes decoded" in (parse_sitemap(SitemapInput(body, 600_000)).fault or "")
    assert "gzip stream ends early" in (parse_sitemap(SitemapInput(body[:-600], 1_000_000)).fault or "")


def test_a_host_that_asks_for_patience_is_waited_for(site: ArchiveSite) -> None:
    site.fill(2, 3)
    url = sorted(site.articles)[1]
    whole = site.articles[url]
    site.page(
        url,
        lambda asked: Answer(429, "slow down", headers={"Retry-After": "1"}) if asked.number == 4 else whole,
    )
    summary = site.backfill()
    assert (summary.state, site.one("SELECT count(*) FROM mart.articles")) == ("done", 6)


@pytest.mark.parametrize(
    ("line", "url", "published"),
    [
        ("http://a.example/x", "http://a.example/x", None),
        ("http://a.example/x,2026-03-01", "http://a.example/x", "2026-03-01"),
        ("http://a.example/x\t2026-03-01 10:00", "http://a.example/x", "2026-03-01 10:00"),
        ('"http://a.example/x","2026-03-01T10:00:00Z"', "http://a.example/x", "2026-03-01T10:00:00Z"),
        ("http://a.example/x,", "http://a.example/x", None),
        (
            "http://a.example/title,with-it,2026-03-01-100.html",
            "http://a.example/title,with-it,2026-03-01-100.html",
            None,
        ),
        ("http://a.example/1,2,3 2026-03-01", "http://a.example/1,2,3", "2026-03-01"),
        ("http://a.example/1,2,2026-03-01", "http://a.example/1,2", "2026-03-01"),
    ],
)
async def test_a_line_of_a_list_is_an_address_and_its_date(
    tmp_path: Path, line: str, url: str, published: str | None
) -> None:
    (tmp_path / "list.txt").write_text(f"url,published\n# a remark\n\n{line}\n")
    no_network: Any = None
    batches = [
        batch async for batch in lists.addresses(no_network, str(tmp_path / "list.txt"), SourceReport())
    ]
    assert [(one.url, one.published) for batch in batches for one in batch] == [(url, published)]


def test_newest_first_and_day_evidence(site: ArchiveSite) -> None:
    site.fill(3, 1)
    site.backfill(newest=True)
    asked = [one.path for one in site.server.asked if one.path.startswith("/news/")]
    assert asked == sorted(asked, reverse=True)
    assert date(2026, 2, 1) == FIRST


def test_a_stamp_without_a_zone_is_of_the_sites_own_day(site: ArchiveSite) -> None:
    """Half past midnight in Tokyo is the day before in UTC, by which days are told."""
    site.feed("wire", HOST, [], timezone="Asia/Tokyo")
    (feed,) = site.feeds().feeds
    asked = BackfillRequest(Source.SITEMAP, inputs=(BASE,), first=FIRST, last=FIRST)
    named = [
        ListedAddress(f"{BASE}/news/by-night-{n}", "2026-02-02 00:30:00", feed=one)
        for n, one in enumerate((feed, None))
    ]
    own, unknown = (target_of(one, asked, NOON, HostRules()) for one in named)
    assert (own.day, own.reason) == (FIRST, None)
    assert (unknown.day, unknown.reason) == (FIRST + timedelta(days=1), "out_of_range")


def test_a_list_on_the_web_is_asked_for_again_where_the_answer_breaks(site: ArchiveSite) -> None:
    site.fill(1, 2)
    answers = [
        Answer(body="http://", length=500, reset=True),
        Answer(500, "busy"),
        Answer(body="\n".join(site.articles)),
    ]
    site.page(f"{BASE}/list.txt", lambda _: answers.pop(0))
    plan = site.plan("urls", inputs=[f"{BASE}/list.txt"], dry=True)
    assert (plan.urls, plan.problems, answers) == (2, [], [])
