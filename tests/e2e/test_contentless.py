"""An answer without content is asked for again like any failure that may pass; only then the feed's summary
stands in for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.newsroom import HTML, Listed, Newsroom, story
from support.wire_server import Answer, LoopbackServer

URL = "http://a.example/s/ferry"
TITLE = "Ferry council rebuilds the harbour bridge"
SUMMARY = (
    "The ferry council is to rebuild the bridge over the harbour before the first storm of the autumn "
    "arrives."
)
CONTENTLESS = {
    "no bytes": Answer(headers=HTML),
    "204": Answer(204),
    "bare markup": Answer(
        body="<!DOCTYPE html><html><head></head><body><script>go()</script></body></html>", headers=HTML
    ),
    "blanks": Answer(body=" \r\n\t" * 300, headers=HTML),
    "zeros": Answer(body="\0" * 900, headers=HTML),
}


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with LoopbackServer() as server:
        yield Newsroom(tmp_path, server, {"attempts": 3})


def listed(room: Newsroom, summary: str) -> None:
    room.feed("a", "a.example", [Listed(URL, TITLE, summary=summary)], url="http://a.example/feed.xml")


def outcome(room: Newsroom) -> tuple[str, str | None]:
    found: tuple[str, str | None] = room.one(f"SELECT outcome, reason FROM ops.outcomes WHERE url = '{URL}'")
    return found


@pytest.mark.parametrize("answer", CONTENTLESS.values(), ids=CONTENTLESS)
def test_the_article_is_had_once_the_page_has_it(room: Newsroom, answer: Answer) -> None:
    listed(room, SUMMARY)
    room.page(URL, answer)
    room.poll(0, everything=False)
    assert outcome(room) == ("pending", "empty")
    assert room.one("SELECT count(*) FROM mart.articles") == 0
    room.page(URL, story(TITLE, 7))
    room.poll(1, everything=False)
    assert outcome(room) == ("loaded", None)
    assert room.one("SELECT flags, revisions FROM mart.articles") == ([], 1)
    assert not room.broken_rules()


def test_the_summary_stands_in_when_the_attempts_are_used_up(room: Newsroom) -> None:
    listed(room, SUMMARY)
    room.page(URL, CONTENTLESS["no bytes"])
    for hour in (0, 1):
        room.poll(hour, everything=False)
        assert outcome(room) == ("pending", "empty")
    room.poll(6, everything=False)
    assert outcome(room) == ("loaded", None)
    assert room.one("SELECT headline, body_text, flags FROM mart.articles") == (
        TITLE,
        SUMMARY,
        ["summary_only"],
    )
    room.poll(60, everything=False)
    assert room.asked("a.example", "/s/ferry") == 3


def test_a_page_that_has_a_title_but_no_text_is_its_summary_at_once(room: Newsroom) -> None:
    listed(room, SUMMARY)
    film = f"<html><head><title>{TITLE}</title></head><body><video src='/7.mp4'></video></body></html>"
    room.page(URL, Answer(body=film, headers=HTML))
    room.poll(0, everything=False)
    assert outcome(room) == ("loaded", None)
    assert room.one("SELECT flags FROM mart.articles") == ["summary_only"]


def test_an_article_that_stands_is_not_replaced_by_its_summary(room: Newsroom) -> None:
    entries = [Listed(URL, TITLE, summary=SUMMARY)]
    room.feed("a", "a.example", entries, url="http://a.example/feed.xml")
    room.page(URL, story(TITLE, 7))
    room.poll(0, everything=False)
    entries[0] = Listed(URL, TITLE + ", again", summary=SUMMARY + " The council said so.")
    room.page(URL, CONTENTLESS["no bytes"])
    for hour in (24, 48, 72, 96, 120):
        room.poll(hour, everything=False)
    assert room.asked("a.example", "/s/ferry") > 2
    assert room.one("SELECT flags, revisions FROM mart.articles") == ([], 1)
