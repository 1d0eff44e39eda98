"""Every entry that a feed lists and every page that is taken ends in exactly one outcome, or is counted; a
run that loses one says so."""

from __future__ import annotations

from typing import Any

import pytest
from support.newsroom import Listed, Newsroom, story
from support.wire_server import Answer

from ingest.stages import intents, polling
from ingest.stages.counts import FeedAccount

PAGES = [f"http://alpha.example/news/tannery-report-number-{number}" for number in range(4)]


def room(newsroom: Newsroom) -> list[Listed]:
    entries = [Listed(link, f"Tannery report {number}") for number, link in enumerate(PAGES)]
    newsroom.feed("alpha", "alpha.example", entries)
    for number, link in enumerate(PAGES):
        newsroom.page(link, story(f"Tannery report {number}", 900 + number))
    return entries


def account(newsroom: Newsroom, hour: float) -> dict[str, Any]:
    summary = newsroom.poll(hour)
    assert summary.problems == []
    (row,) = summary.accounts
    return {name: getattr(row, name) for name in FeedAccount.__slots__ if getattr(row, name)}


def test_what_a_feed_lists_adds_up_at_every_poll(newsroom: Newsroom) -> None:
    entries = room(newsroom)
    assert account(newsroom, 0) == {"feed_id": "alpha", "listed": 4, "new": 4, "recorded": 4, "loaded": 4}
    entries[0].title = "Tannery report 0, corrected"
    newsroom.page(PAGES[0], story("Tannery report 0, corrected", 950))
    entries[1].published = "Tue, 10 Mar 2026 11:45:00 GMT"
    entries.append(Listed("http://alpha.example/news/no-such-page-anywhere", "Gone"))
    assert account(newsroom, 1) == {
        "feed_id": "alpha",
        "listed": 5,
        "new": 1,
        "changed": 1,
        "touched": 1,
        "same": 2,
        "recorded": 3,
        "revised": 1,
        "unchanged": 1,
        "failed": 1,
    }
    polls = newsroom.sql(
        "SELECT entries, new, changed, touched, same, repeated, capped, unreadable "
        "FROM ops.polls ORDER BY polled_at"
    )
    assert polls == [(4, 4, 0, 0, 0, 0, 0, 0), (5, 1, 1, 1, 2, 0, 0, 0)]
    assert newsroom.sql("SELECT DISTINCT state, detail FROM ops.runs") == [("done", None)]


def test_two_links_to_one_article_are_counted_once_as_loaded(newsroom: Newsroom) -> None:
    room(newsroom)
    newsroom.feed("beta", "beta.example", [Listed(PAGES[0], "Tannery report 0")])
    summary = newsroom.poll(0)
    assert summary.problems == []
    assert summary.outcomes["loaded"] == 4
    assert {a.feed_id: (a.loaded, a.duplicate_url) for a in summary.accounts} == {
        "alpha": (4, 0),
        "beta": (0, 1),
    }


def test_a_page_that_waits_is_counted_as_pending(newsroom: Newsroom) -> None:
    room(newsroom)
    newsroom.page(PAGES[0], Answer(503))
    assert account(newsroom, 0)["pending"] == 1


def test_an_entry_that_is_dropped_makes_the_run_incomplete(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room(newsroom)
    plan = intents.plan
    monkeypatch.setattr(polling, "plan", lambda feed, verdicts, *rest: plan(feed, verdicts[1:], *rest))
    summary = newsroom.poll(0)
    assert summary.state == "incomplete"
    assert summary.problems == [
        "feed alpha does not add up: 4 entries recorded, but 3 loaded + 0 revised + 0 unchanged + "
        "0 duplicate_url + 0 pending + 0 skipped + 0 failed = 3 "
        "(one without: alpha.example/news/tannery-report-number-0)"
    ]
    ((state, detail),) = newsroom.sql("SELECT state, detail FROM ops.runs")
    assert (state, detail) == ("incomplete", summary.problems[0])
    assert newsroom.broken_rules().keys() == {"entries_have_outcomes"}
