"""A feed walked back through its older pages: RFC 5005's links, WordPress's numbers, and where each ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from support.archive_site import BASE, FIRST, HOST, ArchiveSite
from support.newsroom import NOON, Listed
from support.wire_server import Answer, Asked

from ingest.backfill.sources import feedpages
from ingest.errors import ConfigError

FEED = f"{BASE}/feed/"
DAYS, PER_DAY = 4, 3
LAST = FIRST + timedelta(days=DAYS - 1)


def pages_of(site: ArchiveSite) -> list[list[tuple[str, date]]]:
    """A page of the feed for each day, newest first."""
    days = [LAST - timedelta(days=back) for back in range(DAYS)]
    return [[(site.article(day, number), day) for number in range(PER_DAY)] for day in days]


def document(page: list[tuple[str, date]], older: str = "") -> Answer:
    def published(day: date) -> str:
        return format_datetime(NOON.replace(year=day.year, month=day.month, day=day.day), usegmt=True)

    items = "".join(
        f"<item><title>Story {url[-20:]}</title><link>{url}</link><guid>{url}</guid>"
        f"<pubDate>{published(day)}</pubDate></item>"
        for url, day in page
    )
    head = '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>A wire</title>'
    return Answer(
        body=f"{head}{older}{items}</channel></rss>", headers={"Content-Type": "application/rss+xml"}
    )


def number_in(asked: Asked, name: str) -> int:
    return int(parse_qs(urlsplit(asked.path).query).get(name, ["1"])[0])


def linked(pages: list[list[tuple[str, date]]], relation: str) -> Callable[[Asked], Answer]:
    def answer(asked: Asked) -> Answer:
        number = number_in(asked, "page")
        older = (
            f'<atom:link rel="{relation}" href="/feed/?page={number + 1}"/>' if number < len(pages) else ""
        )
        return document(pages[number - 1], f'<atom:link rel="self" href="{FEED}"/>{older}')

    return answer


def counted(pages: list[list[tuple[str, date]]]) -> Callable[[Asked], Answer]:
    def answer(asked: Asked) -> Answer:
        number = number_in(asked, "paged")
        return document(pages[number - 1]) if number <= len(pages) else Answer(404, "nothing here")

    return answer


def serve(site: ArchiveSite, answer: Callable[[Asked], Answer] | Answer) -> None:
    site.fill(0, 0)
    site.server.routes[f"{HOST}/feed/"] = answer


@pytest.mark.parametrize("relation", ["next", "prev-archive"])
def test_links_to_older_pages_are_followed(site: ArchiveSite, relation: str) -> None:
    serve(site, linked(pages_of(site), relation))
    summary = site.backfill("feed", inputs=[FEED])
    assert (summary.loaded, summary.state, summary.problems) == (DAYS * PER_DAY, "done", [])
    assert site.asked(HOST, "/feed/") == DAYS
    again = site.backfill("feed", inputs=[FEED])
    assert (again.loaded, again.fetched) == (0, 0)
    assert not site.broken_rules()


def test_numbered_pages_end_where_there_is_none(site: ArchiveSite) -> None:
    serve(site, counted(pages_of(site)))
    summary = site.backfill("feed", inputs=[FEED])
    assert (summary.loaded, summary.problems) == (DAYS * PER_DAY, [])
    assert site.asked(HOST, "/feed/") == DAYS + 1


def test_pages_older_than_the_days_asked_for_are_not(site: ArchiveSite) -> None:
    serve(site, counted(pages_of(site)))
    assert site.backfill("feed", inputs=[FEED], first=LAST).loaded == PER_DAY
    assert site.asked(HOST, "/feed/") == 2
    assert site.one("SELECT count(*) FROM ops.outcomes WHERE reason = 'out_of_range'") == PER_DAY


def test_a_feed_without_older_pages_is_asked_twice(site: ArchiveSite) -> None:
    serve(site, document(pages_of(site)[0]))
    assert site.backfill("feed", inputs=[FEED]).loaded == PER_DAY
    assert site.asked(HOST, "/feed/") == 2


def test_a_listed_feed_tells_what_live_polls_are_told(site: ArchiveSite) -> None:
    url = site.article(FIRST, 0)
    site.fill(0, 0)
    entry = Listed(
        url, "What the feed calls it", published=format_datetime(NOON - timedelta(days=1), usegmt=True)
    )
    site.feed("wire", HOST, [entry, Listed(None, "Only a title")])
    assert site.backfill("feed", inputs=[]).loaded == 1
    assert site.one("SELECT publisher, feed_id, published_source FROM mart.articles")[:2] == (
        "The Test Wire",
        "wire",
    )
    assert dict(site.sql("SELECT coalesce(reason, outcome), count(*) FROM ops.outcomes GROUP BY ALL")) == {
        "loaded": 1,
        "no_url": 1,
    }
    assert site.poll(0).fetched == 0
    assert not site.broken_rules()


def test_what_is_no_feed_and_leads_elsewhere_is_a_problem(site: ArchiveSite) -> None:
    serve(
        site, Answer(body="<html><title>Gone fishing</title></html>", headers={"Content-Type": "text/html"})
    )
    (problem,) = site.plan("feed", inputs=[FEED], dry=True).problems
    assert (problem["url"], problem["reason"]) == (FEED, "not_a_feed")
    site.server.routes[f"{HOST}/feed/"] = document(
        pages_of(site)[0], '<atom:link rel="next" href="http://foreign.example/feed"/>'
    )
    (problem,) = site.plan("feed", inputs=[FEED], dry=True).problems
    assert problem["reason"] == "off_scope"
    with pytest.raises(ConfigError, match=r"http\(s\) address"):
        site.plan("feed", inputs=[Path("feed.xml")], dry=True)


@pytest.mark.parametrize("older", ["http://old.archive.example/feed/?page=2", "/feed/?page=2"])
def test_tokens_of_a_feed_stay_with_its_host(
    site: ArchiveSite, older: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIRE_TOKEN", "of-the-desk")
    first, second, *_ = pages_of(site)
    site.fill(0, 0)
    site.server.routes["old.archive.example/robots.txt"] = Answer(404)
    site.page("http://old.archive.example/feed/", document(second))
    more = document(first, f'<atom:link rel="next" href="{older}"/>')
    site.feed("wire", HOST, [], url=FEED, **{"headers.X-Token": "WIRE_TOKEN"})
    site.page(FEED, lambda asked: document(second) if "page=2" in asked.path else more)
    assert site.backfill("feed", inputs=[]).loaded == 2 * PER_DAY
    sent = {
        urlsplit(one.path).query: one.headers.get("x-token")
        for one in site.server.asked
        if one.path.startswith("/feed/")
    }
    assert sent == {"": "of-the-desk", "page=2": "of-the-desk" if older.startswith("/") else None}


def test_stamps_without_a_zone_are_of_the_feeds_own_days(site: ArchiveSite) -> None:
    """Half past midnight in Tokyo is the day before in UTC."""
    url = site.article(FIRST, 0)
    site.fill(0, 0)
    site.feed("wire", HOST, [Listed(url, "By night", published="2026-02-02 00:30:00")], timezone="Asia/Tokyo")
    (day,) = site.plan("feed", inputs=[], dry=True, first=FIRST, last=FIRST).days
    assert (day["day"], day["reachable"]) == (FIRST, 1)


@pytest.mark.parametrize(
    ("query", "second"),
    [
        ("cat=1&cat=2&q=a%20b", "cat=1&cat=2&q=a%20b&paged=2"),
        ("paged=7&empty=&flag", "empty=&flag&paged=8"),
        ("", "paged=2"),
    ],
)
def test_a_feeds_own_query_stays_as_it_is_written(site: ArchiveSite, query: str, second: str) -> None:
    first, older, *_ = pages_of(site)
    serve(site, lambda asked: document(older if urlsplit(asked.path).query == second else first))
    address = f"{FEED}?{query}" if query else FEED
    assert site.plan("feed", inputs=[address], dry=True).urls == 2 * PER_DAY
    asked = [urlsplit(one.path).query for one in site.server.asked if one.path.startswith("/feed/")]
    assert asked[:2] == [query, second]


def test_a_feed_with_more_pages_than_are_read_is_a_problem(
    site: ArchiveSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedpages, "PAGES_CAP", 2)
    serve(site, linked(pages_of(site), "next"))
    plan = site.plan("feed", inputs=[FEED], dry=True)
    assert (plan.urls, site.asked(HOST, "/feed/")) == (2 * PER_DAY, 2)
    assert [problem["reason"] for problem in plan.problems] == ["too_large"]
