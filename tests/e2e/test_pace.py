"""One slow host delays nobody; a run's time ends it; Ctrl-C and SIGTERM leave a state to go on from, and no
process behind."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import threading

import duckdb
import pytest
from support.newsroom import NOON, Listed, Newsroom, story
from support.waiting import until
from support.wire_server import Answer, Asked

from bench.crash import survivors
from ingest.pipeline import poll
from ingest.settings import load_feeds
from ingest.stages.edges import PollRequest

INGEST = (sys.executable, "-m", "ingest.cli.main")
SLOW_PAGES = 6
HELD = 240.0
"""Seconds: the longest that a test holds a page back, and a run's deadline for one."""


def slow_and_quick(newsroom: Newsroom, seconds: float, feeds: int = 20) -> None:
    """One feed of SLOW_PAGES pages that take `seconds` each, listed first, and `feeds` others of one page."""
    links = [f"http://slow.example/news/slow-story-number-{number}" for number in range(SLOW_PAGES)]
    newsroom.feed("slow", "slow.example", [Listed(link, f"Slow {link[-1]}") for link in links])
    for number, link in enumerate(links):
        whole = story(f"Slow {number}", 200 + number)
        newsroom.page(link, Answer(body=whole.body, headers=whole.headers, delay=seconds))
    newsroom.options["page_deadline"] = HELD
    for number in range(feeds):
        host = f"quick{number}.example"
        link = f"http://{host}/news/quick-story-of-the-day"
        newsroom.feed(f"quick{number}", host, [Listed(link, f"Quick {number}")])
        newsroom.page(link, story(f"Quick {number}", 300 + number))


def hold_last(newsroom: Newsroom, event: threading.Event) -> list[bool]:
    """The last slow page is answered when `event` is set; whether it was in time, per request."""
    in_time: list[bool] = []

    def answer(_: Asked) -> Answer:
        in_time.append(event.wait(HELD / 2))
        return story(f"Slow {SLOW_PAGES - 1}", 200 + SLOW_PAGES - 1)

    newsroom.page(f"http://slow.example/news/slow-story-number-{SLOW_PAGES - 1}", answer)
    return in_time


def hurry(newsroom: Newsroom) -> None:
    """From now on the slow pages are quick."""
    for number in range(SLOW_PAGES):
        newsroom.page(
            f"http://slow.example/news/slow-story-number-{number}", story(f"Slow {number}", 200 + number)
        )


def test_twenty_feeds_are_loaded_before_the_slow_one(newsroom: Newsroom) -> None:
    """The last page of the slow host is held back until all others are loaded."""
    slow_and_quick(newsroom, 0.1)
    others_loaded = threading.Event()
    in_time = hold_last(newsroom, others_loaded)
    loads: list[tuple[int, int]] = []

    def told(stage: str, done: int, total: int) -> None:
        if stage == "pages":
            loads.append((done, total))
            if done >= 20 + SLOW_PAGES - 1:
                others_loaded.set()

    feeds = load_feeds(newsroom.write())
    summary = asyncio.run(poll(newsroom.settings, feeds, PollRequest(everything=True, now=NOON), told))
    assert summary.loaded == 20 + SLOW_PAGES
    order = newsroom.warehouse(
        "SELECT a.feed_id, p.rowid FROM core.article a JOIN raw.page p ON p.final_url = a.url"
    )
    last_slow = max(row for feed, row in order if feed == "slow")
    assert all(row < last_slow for feed, row in order if feed != "slow")
    assert in_time == [True]
    assert loads[-1] == (20 + SLOW_PAGES, 20 + SLOW_PAGES)


def test_a_run_ends_in_its_time_and_leaves_the_rest(newsroom: Newsroom) -> None:
    """All slow pages take 9 s, and the run has 6."""
    slow_and_quick(newsroom, 1.5, feeds=3)
    summary = newsroom.poll(0, max_seconds=6)
    assert summary.pending > 0
    assert summary.loaded >= 3
    assert newsroom.one("SELECT count(*) FROM ops.outcomes WHERE outcome = 'pending'") == summary.pending
    hurry(newsroom)
    rest = newsroom.poll(0)
    assert (rest.pending, rest.loaded) == (0, summary.pending)
    assert all(
        newsroom.asked("slow.example", f"/news/slow-story-number-{number}") <= 2
        for number in range(SLOW_PAGES)
    )
    assert not newsroom.broken_rules()


def ignore_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@pytest.mark.parametrize("background", [False, True])
@pytest.mark.parametrize(("sign", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_can_be_taken_up_again(
    newsroom: Newsroom, sign: signal.Signals, code: int, background: bool
) -> None:
    """In the background a shell ignores SIGINT for what it starts, which is passed on to it."""
    slow_and_quick(newsroom, 1.0, feeds=2)
    newsroom.write()
    with subprocess.Popen(
        [*INGEST, "poll", "--all", "--now", "2026-03-10T12:00:00Z"],
        cwd=newsroom.folder,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=ignore_interrupts if background else None,
    ) as run:
        until(lambda: newsroom.asked("slow.example", "/news/slow-story-number-1"))
        run.send_signal(sign)
        out, err = run.communicate(timeout=300)
    assert run.returncode == code
    assert out == ""
    assert err.strip() == "ingest: interrupted; what is done is kept, run the command again to go on"
    assert survivors(run.pid) == []
    hurry(newsroom)
    again = newsroom.poll(0)
    assert (again.pending, newsroom.one("SELECT count(*) FROM mart.articles")) == (0, 2 + SLOW_PAGES)
    asked = sum(
        newsroom.asked("slow.example", f"/news/slow-story-number-{number}") for number in range(SLOW_PAGES)
    )
    assert asked <= SLOW_PAGES + 1
    assert not newsroom.broken_rules()


def test_a_second_run_waits_for_the_first(newsroom: Newsroom) -> None:
    slow_and_quick(newsroom, 0, feeds=1)
    second_refused = threading.Event()
    in_time = hold_last(newsroom, second_refused)
    newsroom.write()
    first = [*INGEST, "poll", "--all", "--json", "--now", "2026-03-10T12:00:00Z"]
    with subprocess.Popen(first, cwd=newsroom.folder, text=True, stdout=subprocess.PIPE) as run:
        until(lambda: newsroom.asked("slow.example", "/news/slow-story-number-0"))
        refused = subprocess.run(first, cwd=newsroom.folder, capture_output=True, text=True, check=False)
        second_refused.set()
        waited = subprocess.run(
            [*first, "--wait", "300"], cwd=newsroom.folder, capture_output=True, text=True, check=False
        )
        out, _ = run.communicate(timeout=300)
    assert in_time == [True]
    assert (refused.returncode, refused.stdout, str(run.pid) in refused.stderr) == (3, "", True)
    assert (waited.returncode, json.loads(waited.stdout)["loaded"], json.loads(out)["loaded"]) == (
        0,
        0,
        1 + SLOW_PAGES,
    )


def test_articles_are_published_while_a_slow_host_goes_on(newsroom: Newsroom) -> None:
    """A reader of news.duckdb need not wait for the slowest host of a run."""
    slow_and_quick(newsroom, 0, feeds=3)
    others_published = threading.Event()
    in_time = hold_last(newsroom, others_published)
    newsroom.write()
    news = newsroom.data / "news.duckdb"

    def published() -> int:
        try:
            with duckdb.connect(str(news), read_only=True) as con:
                return int(con.execute("SELECT count(*) FROM mart.articles").fetchall()[0][0])
        except duckdb.Error:
            return 0

    with subprocess.Popen([*INGEST, "poll", "--all"], cwd=newsroom.folder, stdout=subprocess.DEVNULL) as run:
        until(lambda: published() >= 3)
        others_published.set()
        assert run.wait(timeout=300) == 0
    assert in_time == [True]
    assert published() == 3 + SLOW_PAGES


def test_a_dead_target_of_one_redirect_does_not_stop_the_host_that_links_to_it(newsroom: Newsroom) -> None:
    """An aggregator's links lead to many hosts: one that asks to be left alone says nothing of the others."""
    links = [f"http://hub.example/go/{number}" for number in range(4)]
    newsroom.feed("hub", "hub.example", [Listed(link, f"Hub {link[-1]}") for link in links])
    targets = [
        f"http://{host}.example/news/far-away-story-{number}"
        for number, host in enumerate(("busy", "busy", "far", "far"))
    ]
    for number, (link, target) in enumerate(zip(links, targets, strict=True)):
        newsroom.page(link, Answer(302, headers={"Location": target}))
        busy = Answer(503, "no", headers={"Retry-After": "3600"})
        newsroom.page(target, busy if "busy" in target else story(f"Far {number}", 700 + number))
    summary = newsroom.poll(0)
    assert (summary.loaded, summary.pending) == (2, 2)
    assert sum(newsroom.asked("busy.example", f"/news/far-away-story-{number}") for number in range(2)) == 1
