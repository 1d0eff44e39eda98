"""Feeds of the hard kind through the whole path: guids with counters, one link for many texts, changed
addresses, clocks that were ahead."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest
from support.newsroom import NOON, Listed, Newsroom, prose, story

from ingest.pipeline import end_stage, poll_stage
from ingest.settings import FeedList, load_feeds
from ingest.stages.edges import PollRequest, open_poll
from ingest.stages.extraction import extract_and_read
from ingest.workers import WorkerPool

HOST = "desk.example"


def text(seed: int) -> str:
    """The whole text of one item, as a feed carries it."""
    return "".join(f"<p>{paragraph}</p>" for paragraph in prose(seed, 3))


def flash(number: int, link: str | None, guid: str | None = "") -> Listed:
    own = f"flash-{number}" if guid == "" else guid
    return Listed(link, f"Flash {number}: ferry notice", guid=own, summary=text(number), published="")


def polled(
    newsroom: Newsroom, entries: list[Listed], documents: Iterable[list[Listed]], **feed: object
) -> None:
    """Polls the feed once for each of these documents, an hour apart."""
    newsroom.feed("desk", HOST, entries, **feed)
    for hour, document in enumerate(documents):
        entries[:] = document
        newsroom.poll(hour)


def texts(newsroom: Newsroom) -> list[tuple[str, int]]:
    """(headline, revisions) of each article."""
    rows = newsroom.sql("SELECT headline, revisions FROM mart.articles_all ORDER BY headline")
    return [(headline, revisions) for headline, revisions in rows]


def adds_up(newsroom: Newsroom) -> bool:
    rows = newsroom.warehouse(
        "SELECT entries, new + changed + touched + same + repeated + capped + unreadable FROM raw.poll"
        " WHERE NOT not_modified AND reason IS NULL AND same IS NOT NULL"
    )
    return bool(rows) and all(listed == counted for listed, counted in rows)


# -- guids with counters -------------------------------------------------------------------------------------


def test_every_edit_is_fetched_where_guids_count_versions(newsroom: Newsroom) -> None:
    edit = 0
    link = "http://desk.example/articles/cx1"
    newsroom.page(link, lambda asked: story(f"Minister resigns, part {edit}", edit + 1))

    def version(number: int, words: str) -> Listed:
        return Listed(f"{link}?at_medium=RSS", words, guid=f"{link}#{number}", summary=f"{words}, in short")

    old = version(0, "Minister resigns")
    documents = [
        [old],
        [old, version(3, "Minister resigns after a vote")],
        [version(4, "Minister resigns: the vote")],
        [version(5, "A new minister"), version(4, "Minister resigns: the vote")],
    ]
    entries: list[Listed] = []
    newsroom.feed("desk", HOST, entries)
    for hour, document in enumerate(documents):
        edit = hour
        entries[:] = document
        newsroom.poll(hour)
    assert newsroom.one("SELECT count(*) FROM mart.articles_all") == 1
    assert newsroom.one("SELECT count(*) FROM mart.revisions") == 4
    pages = newsroom.asked(HOST, "/articles/cx1")
    newsroom.poll(5)
    entries[:] = documents[1]  # an old document, out of a cache
    newsroom.poll(6)
    entries[:] = documents[3]
    newsroom.poll(7)
    assert newsroom.asked(HOST, "/articles/cx1") == pages == 4
    assert newsroom.broken_rules() == {}
    assert adds_up(newsroom)


def test_a_second_version_with_the_same_words_is_not_fetched(newsroom: Newsroom) -> None:
    link = "http://desk.example/articles/cx1"
    newsroom.page(link, story("Minister resigns", 1))
    one, two = (Listed(link, "Minister resigns", guid=f"{link}#{n}", summary="In short") for n in (0, 1))
    polled(newsroom, [], [[one], [one, two], [two]])
    assert newsroom.asked(HOST, "/articles/cx1") == 1
    assert newsroom.broken_rules() == {}


def test_versions_first_seen_side_by_side_are_revisions_of_one_article(newsroom: Newsroom) -> None:
    link = "http://desk.example/articles/cx1"
    three = [
        Listed(link, f"Ferry notice, part {n}", f"tag:desk.example,2026:cx1;v{n}", summary=text(40 + n))
        for n in range(3)
    ]
    polled(newsroom, [], [[three[2], three[0], three[1]]], full_text=True)
    rows = newsroom.sql("SELECT revision, headline, body_text FROM mart.revisions ORDER BY revision")
    expected = [(n + 1, f"Ferry notice, part {n}", "\n\n".join(prose(40 + n, 3))) for n in range(3)]
    assert rows == expected
    assert newsroom.one("SELECT headline FROM mart.articles_all") == "Ferry notice, part 2"
    assert newsroom.warehouse("SELECT count(*) FROM core.pending") == [(0,)]
    assert newsroom.broken_rules() == {}
    assert adds_up(newsroom)


def test_a_text_that_waits_is_not_replaced_by_the_next(newsroom: Newsroom) -> None:
    """A run that has no time left for pages leaves them to the next."""
    link = "http://desk.example/articles/cx1"
    entries: list[Listed] = []
    newsroom.feed("desk", HOST, entries, full_text=True)
    for hour in range(3):
        entries[:] = [
            Listed(link, f"Ferry notice, part {hour}", "cx1", summary=text(50 + hour), published="")
        ]
        feeds = load_feeds(newsroom.write())
        request = PollRequest(everything=True, now=NOON + timedelta(hours=hour))

        async def only_feeds(feeds: FeedList = feeds, request: PollRequest = request) -> None:
            async with open_poll(newsroom.settings, feeds, request) as edges:
                summary = await end_stage(edges, await poll_stage(edges, request))
                assert summary.problems == []

        asyncio.run(only_feeds())
    assert newsroom.poll(4).problems == []
    rows = newsroom.sql("SELECT headline, body_text FROM mart.revisions ORDER BY revision")
    assert rows == [(f"Ferry notice, part {n}", "\n\n".join(prose(50 + n, 3))) for n in range(3)]
    assert newsroom.broken_rules() == {}


def test_texts_that_wait_are_all_tried_again_where_the_machine_failed(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that cannot start the extraction of the second of three texts."""
    link = "http://desk.example/articles/cx1"
    versions = [
        Listed(link, f"Ferry notice, part {n}", f"tag:desk.example,2026:cx1;v{n}", summary=text(60 + n))
        for n in range(3)
    ]
    run, calls = WorkerPool.run, 0

    async def fails_once(pool: WorkerPool, fn: Callable[[Any], Any], arg: Any) -> Any:
        nonlocal calls
        calls += fn is extract_and_read
        if fn is extract_and_read and calls == 2:
            raise OSError(errno.ENOMEM, "cannot allocate memory")
        return await run(pool, fn, arg)

    monkeypatch.setattr(WorkerPool, "run", fails_once)
    entries = list(versions)
    newsroom.feed("desk", HOST, entries, full_text=True)
    newsroom.poll(0)
    assert newsroom.warehouse("SELECT count(*) FROM core.pending") == [(1,)]
    newsroom.poll(2)
    rows = newsroom.sql("SELECT revision, headline FROM mart.revisions ORDER BY revision")
    assert rows == [(n + 1, f"Ferry notice, part {n}") for n in range(3)]
    assert newsroom.warehouse("SELECT count(*) FROM core.pending") == [(0,)]
    assert newsroom.broken_rules() == {}


# -- one link for many texts ---------------------------------------------------------------------------------


@pytest.mark.parametrize("link", ["http://desk.example/flash", "N/A"])
def test_texts_that_share_a_link_are_articles_of_their_own(newsroom: Newsroom, link: str | None) -> None:
    all_six = [flash(number, link) for number in range(6)]
    edited = Listed(link, "Flash 2: ferry notice, corrected", "flash-2", summary=text(22), published="")
    second = [*all_six[:2], edited, *all_six[3:]]
    polled(newsroom, [], [all_six, second, [edited], second], full_text=True)
    expected = [(f"Flash {n}: ferry notice" + ", corrected" * (n == 2), 1 + (n == 2)) for n in range(6)]
    assert texts(newsroom) == expected
    assert newsroom.asked(HOST) == newsroom.asked(HOST, "/desk.xml") + newsroom.asked(HOST, "/robots.txt")
    assert newsroom.broken_rules() == {}
    assert adds_up(newsroom)


def test_texts_that_share_a_link_one_at_a_time_are_articles_too(newsroom: Newsroom) -> None:
    link = "http://desk.example/"
    polled(newsroom, [], [[flash(number, link)] for number in (0, 1, 2, 1)], full_text=True)
    assert texts(newsroom) == [(f"Flash {number}: ferry notice", 1) for number in range(3)]
    assert newsroom.broken_rules() == {}


def test_a_link_that_is_shared_later_or_no_more_keeps_each_text_its_article(newsroom: Newsroom) -> None:
    link = "http://desk.example/flash"
    first, second = flash(1, link), flash(2, link)
    first_edited = Listed(link, "Flash 1: ferry notice, corrected", "flash-1", summary=text(11), published="")
    second_edited = Listed(link, "Flash 2: ferry notice, again", "flash-2", summary=text(12), published="")
    documents = [[first], [first, second], [first_edited, second], [second_edited]]
    polled(newsroom, [], documents, full_text=True)
    expected = [("Flash 1: ferry notice, corrected", 2), ("Flash 2: ferry notice, again", 2)]
    assert texts(newsroom) == expected


def test_equal_titles_and_guids_for_different_texts_lose_no_text(newsroom: Newsroom) -> None:
    link = "http://desk.example/flash"
    items = [Listed(link, "Flash", guid="flash", summary=text(number), published="") for number in range(4)]
    polled(newsroom, [], [items, items[1:], items], full_text=True)
    assert texts(newsroom) == [("Flash", 1)] * 4
    assert adds_up(newsroom)


def test_an_own_link_names_the_article_of_a_text(newsroom: Newsroom) -> None:
    link = "http://desk.example/harbour-opens"
    polled(
        newsroom,
        [],
        [[flash(1, link)], [flash(1, link), flash(2, "http://desk.example/b-2")]],
        full_text=True,
    )
    keys = newsroom.sql("SELECT url_key FROM mart.articles_all ORDER BY url_key")
    assert keys == [("desk.example/b-2",), ("desk.example/harbour-opens",)]


def test_entries_of_one_page_each_have_its_outcome(newsroom: Newsroom) -> None:
    link = "http://desk.example/live/storm"
    newsroom.page(link, story("Storm over the harbour", 1))
    items = [Listed(link, f"Storm, part {number}", guid=f"part-{number}") for number in range(3)]
    home = [
        Listed("http://desk.example/", f"See our site {number}", guid=f"home-{number}") for number in range(2)
    ]
    polled(newsroom, [], [[*items, *home], [*items, *home]])
    rows = newsroom.sql("SELECT url, outcome, reason FROM ops.outcomes ORDER BY url")
    assert rows == [
        ("http://desk.example/", "skipped", "not_article"),
        ("http://desk.example/live/storm", "loaded", None),
    ]
    assert newsroom.warehouse("SELECT count(DISTINCT entry_key) FROM raw.entry") == [(5,)]
    assert newsroom.asked(HOST, "/") == 0
    assert newsroom.broken_rules() == {}
    assert adds_up(newsroom)


# -- addresses of feeds --------------------------------------------------------------------------------------


def test_a_changed_address_is_polled_at_once_and_the_history_stays(newsroom: Newsroom) -> None:
    for number in range(3):
        newsroom.page(f"http://desk.example/story-{number}-of-the-day", story(f"Story {number}", number))
    entries = [
        Listed(f"http://desk.example/story-{n}-of-the-day", f"Story {n}", guid=f"s{n}") for n in range(2)
    ]
    newsroom.feed("desk", HOST, entries)
    newsroom.poll(0)
    more = [*entries, Listed("http://desk.example/story-2-of-the-day", "Story 2", guid="s2")]
    newsroom.unlist()
    newsroom.feed("desk", HOST, more, url="http://desk.example/new/feed.xml")
    summary = newsroom.poll(0.01, everything=False)
    assert (summary.polled, summary.new) == (1, 1)
    assert newsroom.one("SELECT url FROM ops.feeds") == "http://desk.example/new/feed.xml"
    sent = [asked.headers for asked in newsroom.server.asked if asked.path == "/new/feed.xml"]
    assert "if-none-match" not in sent[0]
    assert newsroom.one("SELECT count(*) FROM mart.articles_all") == 3
    assert newsroom.poll(0.02, everything=False).polled == 0


# -- clocks --------------------------------------------------------------------------------------------------


def test_a_clock_that_was_ahead_stops_no_feed(newsroom: Newsroom) -> None:
    newsroom.page("http://desk.example/story-1-of-the-day", story("Story 1", 1))
    newsroom.feed("desk", HOST, [Listed("http://desk.example/story-1-of-the-day", "Story 1", guid="s1")])
    assert newsroom.poll(0).clock is None
    assert newsroom.poll(365 * 24).clock is None
    back = newsroom.poll(1, everything=False)
    assert back.polled == 1
    assert back.clock is not None
    assert "lies before" in back.clock
    (due,) = newsroom.sql("SELECT next_poll_at FROM ops.feeds")[0]
    assert due <= NOON + timedelta(hours=25)
    assert newsroom.poll(2).clock is None
