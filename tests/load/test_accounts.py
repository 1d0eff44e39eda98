"""Every entry that a feed lists and every page that is taken ends in exactly one outcome, or is counted; a
run that loses one says so."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from support.newsroom import Listed, Newsroom, story
from support.wire_server import Answer

from ingest import pipeline
from ingest.cli.main import run
from ingest.load.db import Warehouse
from ingest.load.publish import WHOLE, publish
from ingest.stages import intents, polling
from ingest.stages.counts import Counts, FeedAccount, page_problems

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


def test_an_entry_without_a_verdict_makes_the_run_incomplete(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room(newsroom)
    decide = polling._decide

    def forgetful(*asked: Any) -> Any:
        decision = decide(*asked)
        return replace(decision, entries=decision.entries[1:])

    monkeypatch.setattr(polling, "_decide", forgetful)
    (problem,) = newsroom.poll(0).problems
    assert problem.startswith("feed alpha does not add up: 4 entries")


def test_an_entry_that_is_not_recorded_makes_the_run_incomplete(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room(newsroom)
    history = polling._history
    monkeypatch.setattr(polling, "_history", lambda *asked: history(*asked)[1:])
    (problem,) = newsroom.poll(0).problems
    assert problem == "feed alpha does not add up: 4 entries new, changed or touched, but 3 recorded"
    assert "polls_add_up" in newsroom.broken_rules()


def test_work_that_vanishes_untried_makes_the_run_incomplete(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room(newsroom)
    load = pipeline.load_batch

    def forgetful(edges: Any, results: Any, archived: Any = ()) -> Any:
        counts = load(edges, results, archived)
        newsroom.warehouse("DELETE FROM core.pending RETURNING 1")
        return counts

    monkeypatch.setattr(pipeline, "load_batch", forgetful)
    monkeypatch.setattr(pipeline, "results", _first_only(pipeline.results))
    problems = newsroom.poll(0).problems
    assert problems[-1].startswith("of 3 pages that were not tried some no longer wait (one of them: alpha.")
    assert "pending_means_work" in newsroom.broken_rules()


def _first_only(results: Any) -> Any:
    """results() of the first page alone: the others are never tried."""
    return lambda edges, work, lines: results(edges, work[:1], lines)


def test_pages_that_were_not_tried_and_wait_are_no_problem(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room(newsroom)
    monkeypatch.setattr(pipeline, "results", _first_only(pipeline.results))
    summary = newsroom.poll(0)
    assert (summary.problems, summary.tried, summary.outcomes["pending"]) == ([], 1, 3)


def test_a_result_without_a_verdict_is_a_problem() -> None:
    assert page_problems(Counts(tried=3, loaded=1, retried=1, unchanged=1), 0, None) == []
    assert page_problems(Counts(tried=3, loaded=1, retried=1), 0, None) == [
        "the pages do not add up: 3 tried, but 1 loaded + 0 revised + 0 unchanged + 0 lost + 1 retried = 2"
    ]


def test_the_command_says_what_is_missing_and_status_repeats_it(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    room(newsroom)
    plan = intents.plan
    monkeypatch.setattr(polling, "plan", lambda feed, verdicts, *rest: plan(feed, verdicts[1:], *rest))
    newsroom.write()
    monkeypatch.chdir(newsroom.folder)
    assert run(["poll", "--json", "--data", str(newsroom.data)]) == 1
    printed = capsys.readouterr()
    (line,) = printed.err.splitlines()
    assert "is incomplete: feed alpha does not add up: 4 entries recorded" in line
    assert "`ingest check` shows what is missing" in line
    summary = json.loads(printed.out)
    assert (summary["state"], summary["new"], summary["outcomes"]["loaded"]) == ("incomplete", 4, 3)
    assert summary["accounts"][0]["missing"] == 1
    assert run(["status", "--data", str(newsroom.data)]) == 0
    assert f"run {summary['run_id']} is incomplete: feed alpha" in capsys.readouterr().out


def test_status_says_when_the_last_run_was_ahead_of_now(
    newsroom: Newsroom, capsys: pytest.CaptureFixture[str]
) -> None:
    room(newsroom)
    newsroom.poll(24 * 365 * 50)
    assert run(["status", "--data", str(newsroom.data)]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "ahead of now" in line]
    assert "2076-02-26 12:00 UTC" in line
    assert "`ingest poll --all`" in line


def test_the_last_publish_is_in_the_run_s_own_row(newsroom: Newsroom) -> None:
    room(newsroom)
    summary = newsroom.poll(0)
    recorded = json.loads(newsroom.one("SELECT summary FROM ops.runs"))
    assert (recorded["published"], recorded["seconds"]) == (summary.published, summary.seconds)


def test_publishing_everything_notes_the_layout(newsroom: Newsroom) -> None:
    room(newsroom)
    newsroom.poll(0)
    newsroom.warehouse("UPDATE core.meta SET value = 'other' WHERE key = 'published_layout' RETURNING 1")
    warehouse = Warehouse(newsroom.settings)
    assert publish(warehouse, everything=True) > len(WHOLE)
    assert publish(warehouse) == len(WHOLE)


def test_a_feed_that_is_put_off_beyond_its_longest_interval_is_stalled(newsroom: Newsroom) -> None:
    room(newsroom)
    newsroom.poll(0)
    newsroom.warehouse("UPDATE core.feed SET next_poll_at = now() + INTERVAL 300 DAY RETURNING 1")
    publish(Warehouse(newsroom.settings))
    assert newsroom.one("SELECT state FROM mart.feed_health") == "stalled"
