"""What a poll asks of a site, counted at the server: a conditional GET a feed, robots once a day, no page
twice."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from support.newsroom import Listed, Newsroom, story
from support.wire_server import Answer, Asked

A, B = "http://alpha.example", "http://beta.example"
INGEST = (sys.executable, "-m", "ingest.cli.main")


def two_feeds(newsroom: Newsroom) -> None:
    for seed, (base, host) in enumerate(((A, "alpha.example"), (B, "beta.example"))):
        links = [f"{base}/news/story-number-{seed}{number}" for number in range(3)]
        newsroom.feed(host.partition(".")[0], host, [Listed(link, f"Story {link[-2:]}") for link in links])
        for number, link in enumerate(links):
            newsroom.page(link, story(f"Story {link[-2:]}", 100 * seed + number))


def test_a_second_poll_with_nothing_new_costs_one_conditional_get_a_feed(newsroom: Newsroom) -> None:
    two_feeds(newsroom)
    newsroom.poll(0)
    first = list(newsroom.server.asked)
    assert sorted(one.path for one in first if one.host == "alpha.example") == [
        "/alpha.xml",
        "/news/story-number-00",
        "/news/story-number-01",
        "/news/story-number-02",
        "/robots.txt",
    ]
    summary = newsroom.poll(1)
    second = newsroom.server.asked[len(first) :]
    assert sorted((one.host, one.path, one.conditional) for one in second) == [
        ("alpha.example", "/alpha.xml", True),
        ("beta.example", "/beta.xml", True),
    ]
    assert (summary.not_modified, summary.requests, summary.new, summary.fetched) == (2, 2, 0, 0)


def test_robots_is_asked_for_once_by_many_processes(newsroom: Newsroom) -> None:
    two_feeds(newsroom)
    newsroom.write()
    for hour in range(3):
        run_poll(newsroom, "--all", "--now", f"2026-03-10T{12 + hour}:00:00Z")
    assert newsroom.asked("alpha.example", "/robots.txt") == 1
    assert newsroom.asked("alpha.example", "/alpha.xml") == 3
    assert all(newsroom.asked("alpha.example", f"/news/story-number-0{number}") == 1 for number in range(3))


def run_poll(newsroom: Newsroom, *arguments: str) -> dict[str, Any]:
    command = [*INGEST, "poll", "--json", *arguments]
    done = subprocess.run(
        command, cwd=newsroom.folder, capture_output=True, text=True, timeout=300, check=True
    )
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


@pytest.mark.parametrize("everything", [True, False])
def test_a_page_that_was_busy_is_loaded_later_though_its_feed_says_304(
    newsroom: Newsroom, everything: bool
) -> None:
    link = f"{A}/news/clock-tower-strikes-again"
    newsroom.feed("alpha", "alpha.example", [Listed(link, "Clock tower")])
    whole = story("Clock tower", 21)
    newsroom.page(link, lambda asked: Answer(503, "busy") if asked.number == 0 else whole)
    first = newsroom.poll(0)
    assert (first.loaded, first.pending, first.lost) == (0, 1, 0)
    assert newsroom.one("SELECT outcome, reason FROM ops.outcomes") == ("pending", "http_5xx")
    second = newsroom.poll(2, everything=everything)
    assert (second.not_modified, second.loaded, second.pending) == (1, 1, 0)
    assert newsroom.one("SELECT outcome, reason FROM ops.outcomes") == ("loaded", None)
    assert newsroom.asked("alpha.example", "/news/clock-tower-strikes-again") == 2


def test_retry_after_is_kept_even_by_all(newsroom: Newsroom) -> None:
    link = f"{A}/news/lighthouse-lamp-fails"
    newsroom.feed("alpha", "alpha.example", [Listed(link, "Lighthouse")])
    newsroom.page(link, lambda asked: Answer(503, "busy", headers={"Retry-After": "3600"}))
    newsroom.poll(0)
    asked = newsroom.asked("alpha.example")
    summary = newsroom.poll(0.5)
    assert newsroom.asked("alpha.example") == asked
    assert summary.pending == 1


def test_asking_early_wears_no_page_out(newsroom: Newsroom) -> None:
    """`--all` tries what waits, at once and as often as one likes: only tries whose time had come count
    towards giving up."""
    link = f"{A}/news/tannery-smell-returns"
    newsroom.feed("alpha", "alpha.example", [Listed(link, "Tannery")])
    whole = story("Tannery", 22)
    newsroom.page(link, lambda asked: Answer(503, "busy") if asked.number < 4 else whole)
    newsroom.options["attempts"] = 3
    for _ in range(4):
        newsroom.poll(0)
    assert newsroom.one("SELECT outcome FROM ops.outcomes") == "pending"
    assert newsroom.poll(0).loaded == 1


def test_a_page_that_never_comes_is_given_up_with_its_reason(newsroom: Newsroom) -> None:
    link = f"{A}/news/canal-runs-dry-again"
    newsroom.feed("alpha", "alpha.example", [Listed(link, "Canal")])
    newsroom.page(link, Answer(500, "no"))
    newsroom.options["attempts"] = 2
    newsroom.poll(0)
    newsroom.poll(48)
    assert newsroom.one("SELECT outcome, reason FROM ops.outcomes") == ("failed", "http_5xx")
    assert newsroom.asked("alpha.example", "/news/canal-runs-dry-again") == 2
    newsroom.poll(96)
    assert newsroom.asked("alpha.example", "/news/canal-runs-dry-again") == 2


def test_a_run_in_the_past_breaks_nothing(newsroom: Newsroom) -> None:
    """The clock went back: nothing is lost, nothing fetched twice, and the next run goes on."""
    two_feeds(newsroom)
    newsroom.poll(5)
    pages = newsroom.asked("alpha.example")
    back = newsroom.poll(-30)
    assert (back.new, back.loaded, back.failed) == (0, 0, 0)
    assert newsroom.asked("alpha.example") == pages + 1
    assert newsroom.poll(6).failed == 0
    assert not newsroom.broken_rules()


def test_validators_go_back_verbatim(newsroom: Newsroom) -> None:
    seen: list[Asked] = []

    def feed(asked: Asked) -> Answer:
        seen.append(asked)
        headers = {"ETag": "W/odd-one", "Last-Modified": "yesterday, about noon", "Content-Type": "text/xml"}
        return Answer(body='<rss version="2.0"><channel><title>t</title></channel></rss>', headers=headers)

    newsroom.feed("alpha", "alpha.example", [])
    newsroom.server.routes["alpha.example/alpha.xml"] = feed
    newsroom.poll(0)
    newsroom.poll(1)
    assert (seen[1].headers["if-none-match"], seen[1].headers["if-modified-since"]) == (
        "W/odd-one",
        "yesterday, about noon",
    )
