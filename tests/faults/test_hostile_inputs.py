"""Hostile and broken inputs down the whole path: refused, capped or read as plain text, at nobody else's
cost.

INDEX names for each kind of input the tests that hold its rule; those in other folders test the step, those
here the path.
"""

from __future__ import annotations

import gzip
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.newsroom import HTML, NOON, Listed, Newsroom, story
from support.wire_server import Answer, LoopbackServer

from ingest.model import Feed
from ingest.poll.feed import FeedInput, parse_feed

TESTS = Path(__file__).parents[1]
INDEX: dict[str, tuple[str, ...]] = {
    "billion laughs, external entities and DTDs": (
        "poll/test_feed.py::test_entities_beyond_the_document_are_never_read",
        "here::test_no_entity_or_dtd_is_fetched",
    ),
    "feeds of 9 to 100 MB, a million entries": (
        "poll/test_feed.py::test_entries_beyond_the_cap_are_counted",
        "here::test_a_huge_feed_is_capped_and_counted",
        "here::test_a_feed_over_the_cap_is_refused_and_others_are_loaded",
    ),
    "an author of 32 KB of a@a.a, 100,000 attributes or namespaces": (
        "poll/test_feed.py::test_what_stalls_parsers_costs_no_good_entry",
        "test_workers.py::test_each_limit_ends_the_call_and_the_next_one_runs",
    ),
    "300 nested tags, one text node of 10 MB": (
        "extract/test_hostile_pages.py::test_deep_nesting_is_told_and_never_loaded_as_a_heading",
        "extract/test_hostile_pages.py::test_a_ten_megabyte_text_node_is_a_limit_not_an_article",
    ),
    "10 MB of JSON-LD": (
        "extract/test_hostile_pages.py::test_an_oversized_json_ld_block_is_left_out_and_the_text_still_read",
    ),
    "100,000 links, a million tags": (
        "extract/test_hostile_pages.py::test_markup_that_takes_minutes_is_refused_unparsed",
        "fetch/test_bodies.py::test_the_cap_counts_decoded_bytes",
    ),
    "challenge and consent pages, paywall stubs": (
        "extract/test_hostile_pages.py::test_a_challenge_page_is_never_news",
        "extract/test_challenges.py::test_a_long_challenge_page_is_never_news",
        "extract/test_challenges.py::test_a_vendors_title_is_known_in_every_spelling",
        "extract/test_hostile_pages.py::test_a_consent_page_is_never_news",
        "extract/test_hostile_pages.py::test_a_paywall_stub_keeps_the_feeds_summary_or_is_an_outcome",
        "faults/test_fault_wire.py::test_a_third_is_broken",
    ),
    "links of other schemes": (
        "poll/test_feed.py::test_links_of_other_schemes_are_dropped_and_the_entry_kept",
        "extract/test_hostile_pages.py::test_links_other_than_http_never_become_fields",
        "here::test_links_to_nowhere_and_inwards_are_accounted_for_and_not_asked",
    ),
    "script in titles, control characters, NUL": (
        "poll/test_feed.py::test_titles_are_plain_bounded_text",
        "poll/test_feed.py::test_nul_and_control_characters_are_out_everywhere",
        "extract/test_hostile_pages.py::test_control_characters_and_nul_leave_no_trace",
        "here::test_titles_reach_the_mart_as_plain_text",
    ),
    "impossible dates": (
        "test_dates.py::test_no_text_raises_or_leaves_the_window",
        "poll/test_feed.py::test_dates_are_resolved_from_the_raw_string",
        "extract/test_hostile_pages.py::test_an_impossible_date_gives_way_and_its_raw_string_is_kept",
        "here::test_impossible_dates_are_unknown_and_kept_raw",
    ),
    "1,000 equal guids, no guid, no link": (
        "poll/test_feed.py::test_equal_guids_for_different_stories_are_no_identity",
        "poll/test_decide.py::test_guids_that_number_places_are_no_identity",
        "here::test_a_thousand_entries_without_identity",
    ),
    "numbers in the text": ("extract/test_hostile_pages.py::test_numbers_in_the_text_make_no_date",),
    "20 equal paragraphs": ("extract/test_page.py::test_twenty_equal_paragraphs_become_one",),
    "bombs in gzip, deflate and brotli": (
        "fetch/test_bodies.py::test_bombs_stay_small_in_memory",
        "faults/test_fault_wire.py::test_a_third_is_broken",
    ),
    "a slow drip": (
        "fetch/test_bodies.py::test_a_drip_ends_at_the_deadline",
        "fetch/test_bodies.py::test_the_deadline_holds_for_all_hops_together",
    ),
    "torn gzip, a body shorter than its length": (
        "fetch/test_bodies.py::test_a_torn_encoding_is_a_failure_though_the_length_is_right",
        "fetch/test_bodies.py::test_broken_answers_are_failures_to_retry",
        "here::test_half_a_page_is_never_a_row",
    ),
    "redirects in a loop, too many, inwards": (
        "fetch/test_redirects.py::test_five_hops_are_followed_and_a_sixth_is_not",
        "fetch/test_redirects.py::test_a_redirect_inwards_is_refused",
        "here::test_redirects_inwards_are_neither_followed_nor_adopted",
    ),
    "spellings of loopback": (
        "fetch/test_guard.py::test_refused_with_a_reason",
        "fetch/test_connect.py::test_canaries_hear_nothing",
        "fetch/test_connect.py::test_rebinding_between_two_requests",
    ),
    "what ipaddress takes for global": (
        "fetch/test_guard.py::test_whatever_python_calls_private_is_refused",
        "fetch/test_guard.py::test_an_ipv4_address_inside_an_ipv6_one_is_refused_whatever_it_is",
    ),
    "ports and networks opened by settings": (
        "fetch/test_guard.py::test_allow_networks_opens_what_it_names_and_no_more",
        "fetch/test_guard.py::test_allow_ports_adds_to_80_and_443",
    ),
    "robots.txt of any size": (
        "fetch/test_robots.py::test_half_a_megabyte_is_read_and_what_lies_behind_is_not",
    ),
}
"""Tests by file of tests/ and name; `here` is this file."""

A = "http://alpha.example"
GOOD = f"{A}/news/orchard-wins-a-prize"


def beside(newsroom: Newsroom, body: str | bytes, **headers: str) -> None:
    """A hostile feed at bad.example, and a good one with one page."""
    newsroom.feed("good", "alpha.example", [Listed(GOOD, "Orchard")])
    newsroom.page(GOOD, story("Orchard", 31))
    newsroom.feed("bad", "bad.example", [])
    newsroom.server.routes["bad.example/bad.xml"] = Answer(
        body=body, headers={"Content-Type": "application/rss+xml", **headers}
    )


def rss(items: str, before: str = "") -> str:
    return (
        f'<?xml version="1.0"?>{before}<rss version="2.0"><channel><title>Wire</title>{items}</channel></rss>'
    )


@pytest.mark.parametrize("row", INDEX)
def test_every_row_is_tested(row: str) -> None:
    for named in INDEX[row]:
        file, _, test = named.partition("::")
        path = Path(__file__) if file == "here" else TESTS / file
        assert re.search(rf"^(async )?def {test}\(", path.read_text(encoding="utf-8"), re.M), named


def test_no_entity_or_dtd_is_fetched(newsroom: Newsroom) -> None:
    newsroom.page("http://canary.example/wire.dtd", Answer(body="<!ENTITY more 'the canary sang'>"))
    dtd = (
        '<!DOCTYPE rss SYSTEM "http://canary.example/wire.dtd" [<!ENTITY file SYSTEM "file:///etc/passwd">'
        '<!ENTITY net SYSTEM "http://canary.example/wire.dtd">]>'
    )
    beside(newsroom, rss("<item><title>&file; &net; &more;</title><guid>1</guid></item>", dtd))
    newsroom.poll(0)
    assert newsroom.asked("canary.example") == 0
    assert newsroom.one("SELECT count(*) FROM mart.articles") == 1
    titles = [
        title or "" for (title,) in newsroom.warehouse("SELECT title FROM raw.entry WHERE feed_id = 'bad'")
    ]
    assert not [title for title in titles if "root:" in title or "canary" in title]


def test_a_huge_feed_is_capped_and_counted(newsroom: Newsroom) -> None:
    entries = "".join(f"<item><title>Entry {n}</title><guid>{n}</guid></item>" for n in range(25_000))
    beside(newsroom, rss(entries))
    summary = newsroom.poll(0)
    assert (summary.failed, summary.loaded) == (0, 1)
    assert newsroom.warehouse("SELECT entries, new, capped FROM raw.poll WHERE feed_id = 'bad'") == [
        (25_000, 1_000, 24_000)
    ]


def test_a_feed_over_the_cap_is_refused_and_others_are_loaded(newsroom: Newsroom) -> None:
    bomb = gzip.compress(rss("<item><title>" + "x" * 30_000_000 + "</title></item>").encode())
    beside(newsroom, bomb, **{"Content-Encoding": "gzip"})
    summary = newsroom.poll(0)
    assert summary.loaded == 1
    assert [(feed, reason) for feed, reason, _ in summary.failures] == [("bad", "too_large")]


def test_links_to_nowhere_and_inwards_are_accounted_for_and_not_asked(newsroom: Newsroom) -> None:
    with LoopbackServer({"*/": story("The canary sang in the server room", 32)}) as canary:
        place = f"127.0.0.1:{canary.port}"
        nowhere = [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "data:text/html,news",
            "mailto:desk@wire.example",
        ]
        inwards = [
            f"http://{place}/",
            f"http://2130706433:{canary.port}/",
            f"http://[::ffff:127.0.0.1]:{canary.port}/",
            f"http://localhost:{canary.port}/",
            f"http://desk@{place}/desk",
            "http://169.254.169.254/latest/",
        ]
        newsroom.options["allow_networks"] = []
        newsroom.feed(
            "alpha",
            "alpha.example",
            [Listed(link, f"Entry {n}", guid=str(n)) for n, link in enumerate(nowhere + inwards)],
        )
        newsroom.poll(0)
        assert canary.asked == []
    assert newsroom.one("SELECT count(*) FROM mart.articles_all") == 0
    reasons = newsroom.sql("SELECT reason, count(*) FROM ops.outcomes WHERE outcome = 'skipped' GROUP BY 1")
    assert sum(count for _, count in reasons) == len(nowhere) + len(inwards)
    assert dict(reasons)["no_url"] >= len(nowhere)
    assert {reason for reason, _ in reasons} <= {
        "no_url",
        "bad_address",
        "bad_url",
        "bad_port",
        "not_article",  # a home page is never requested
    }


def test_titles_reach_the_mart_as_plain_text(newsroom: Newsroom) -> None:
    title = "Ferry &lt;script&gt;alert(1)&lt;/script&gt;&lt;b&gt;strike&lt;/b&gt; ends\x00\x08"
    newsroom.feed("alpha", "alpha.example", [Listed(GOOD, title)])
    newsroom.page(GOOD, story(title, 33))
    newsroom.poll(0)
    headline = newsroom.one("SELECT headline FROM mart.articles")
    assert "strike ends" in headline
    assert not re.search(r"[<>\x00-\x08]|alert", headline)


def test_impossible_dates_are_unknown_and_kept_raw(newsroom: Newsroom) -> None:
    stamps = [
        "-0001-11-30T00:00:00Z",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Tue, 31 Feb 2026 10:00:00 GMT",
        "1970-01-01T00:00:00Z",
        "2026-03-10T12:00:00+25:00",
    ]
    links = [f"{A}/news/tale-without-a-day-{'abcde'[n]}" for n in range(len(stamps))]
    newsroom.feed(
        "alpha",
        "alpha.example",
        [Listed(link, f"Tale {n}", published=stamps[n]) for n, link in enumerate(links)],
    )
    for number, link in enumerate(links):
        newsroom.page(link, story(f"Tale {number}", 40 + number))
    assert newsroom.poll(0).loaded == len(stamps)
    found = newsroom.sql("SELECT published_at, published_raw FROM mart.articles ORDER BY url")
    assert found[:4] == [(None, stamp) for stamp in stamps[:4]]
    assert found[4] == (NOON.replace(hour=0), stamps[4])  # its day can be believed, its hour cannot


@pytest.mark.parametrize("identity", ["<guid>same</guid>", "", "<guid></guid>"])
def test_a_thousand_entries_without_identity(identity: str) -> None:
    """Told apart by link where there is one, else by their words; the same the second time."""
    linked = "".join(
        f"<item><title>Entry {n}</title>{identity}<link>{A}/news/{n}</link></item>" for n in range(1_000)
    )
    bare = "".join(f"<item><title>Entry {n}</title>{identity}</item>" for n in range(1_000))
    for items in (linked, bare):
        given = FeedInput(
            Feed("alpha", f"{A}/a.xml"),
            rss(items).encode(),
            f"{A}/a.xml",
            None,
            datetime(2026, 3, 10, tzinfo=UTC),
            1_000,
        )
        keys = [entry.entry_key for entry in parse_feed(given).entries]
        assert len(set(keys)) == 1_000
        assert keys == [entry.entry_key for entry in parse_feed(given).entries]


def test_half_a_page_is_never_a_row(newsroom: Newsroom) -> None:
    """A torn gzip stream and a short body are fetched again, and then are whole."""
    links = [f"{A}/news/half-a-story-about-{what}" for what in ("rain", "snow")]
    whole = [story("Rain", 51), story("Snow", 52)]
    newsroom.feed("alpha", "alpha.example", [Listed(link, "Half") for link in links])
    packed = gzip.compress(whole[0].bytes())
    torn = Answer(body=packed[: len(packed) // 2], headers={**HTML, "Content-Encoding": "gzip"})
    short = Answer(body=whole[1].bytes()[:700], headers=HTML, length=len(whole[1].bytes()))
    newsroom.page(links[0], lambda asked: torn if asked.number == 0 else whole[0])
    newsroom.page(links[1], lambda asked: short if asked.number == 0 else whole[1])
    first = newsroom.poll(0)
    assert (first.loaded, first.pending) == (0, 2)
    assert newsroom.poll(1).loaded == 2
    assert newsroom.one(
        "SELECT min(revisions), max(revisions), min(word_count) > 100 FROM mart.articles"
    ) == (1, 1, True)


def test_redirects_inwards_are_neither_followed_nor_adopted(newsroom: Newsroom) -> None:
    with LoopbackServer({"*/": story("The canary sang in the server room", 53)}) as canary:
        inner = Answer(301, headers={"Location": f"http://127.0.0.1:{canary.port}/"})
        newsroom.options["allow_networks"] = []
        newsroom.feed("alpha", "alpha.example", [Listed(GOOD, "Inner")])
        newsroom.page(GOOD, inner)
        newsroom.feed("bad", "bad.example", [])
        newsroom.server.routes["bad.example/bad.xml"] = inner
        for day in (0, 8, 16):
            newsroom.poll(24 * day)
        assert canary.asked == []
    assert newsroom.sql("SELECT outcome, reason FROM ops.outcomes") == [("skipped", "bad_port")]
    assert newsroom.one("SELECT url, redirect_url IS NULL FROM ops.feeds WHERE feed_id = 'bad'") == (
        "http://bad.example/bad.xml",
        True,
    )
