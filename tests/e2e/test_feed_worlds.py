"""Feeds of every kind through whole runs on a real warehouse: no text and no edit is lost, every run adds up,
and old documents out of caches change no table."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from support.desk import Item
from support.newsroom import Listed, Newsroom, prose, story
from support.wire_server import Answer, LoopbackServer
from support.worlds import HOST, Story, World, worlds

EQUAL = (
    "SELECT url_key, headline, body_text, revision, revisions FROM mart.articles_all ORDER BY ALL",
    "SELECT url, revision, headline, body_text FROM mart.revisions ORDER BY ALL",
    "SELECT article_id, copy_group, is_canonical FROM mart.copies ORDER BY ALL",
    "SELECT url, outcome, reason FROM ops.outcomes ORDER BY ALL",
)
"""What must be equal in every order of polls, without times of arrival."""
PLAYED = settings(max_examples=12, derandomize=True, phases=[Phase.generate])
"""Few, and without a search for a smaller example: one takes up to eight polls of 0.7 CPU seconds. The same
properties hold of thousands of worlds in tests/stages, without network, processes and database."""


class Feed:
    """One feed in a warehouse of its own. Pages are as their story's newest version says."""

    def __init__(self, folder: Path, server: LoopbackServer, full_text: bool) -> None:
        self.newsroom = Newsroom(folder, server)
        self.full_text = full_text
        self.problems: list[str] = []
        self._entries: list[Listed] = []
        self._polls = 0
        self.newsroom.feed("desk", HOST, self._entries, full_text=full_text)

    def poll(self, document: list[Item]) -> None:
        self._entries[:] = [
            Listed(item.link, item.title, item.guid, words(item), item.published or "") for item in document
        ]
        if not self.full_text:
            for item in document:
                self.newsroom.page(item.link or "", page(item))
        summary = self.newsroom.poll(self._polls)
        self._polls += 1
        self.problems += summary.problems
        listed = summary.new + summary.changed + summary.touched + summary.same + summary.repeated
        if listed + summary.capped + summary.unreadable != summary.entries or summary.failed:
            self.problems.append(f"{summary.entries} entries, but {listed}; {summary.failures}")
        if summary.state != "done":
            self.problems.append(summary.state)

    def tables(self) -> list[list[Any]]:
        return [self.newsroom.sql(query) for query in EQUAL]

    def texts(self) -> str:
        """The texts of all revisions."""
        return "\n".join(body for _, _, _, body in self.tables()[1])


def words(item: Item) -> str:
    """The whole text of an item: its own words among paragraphs, as many as an article has."""
    return "".join(f"<p>{part}</p>" for part in (item.text, *paragraphs(item)))


def page(item: Item) -> Answer:
    return story(item.title, 0, paragraphs=[item.text, *paragraphs(item)])


def paragraphs(item: Item) -> list[str]:
    return prose(sum(map(ord, item.text)) + 31 * len(item.text) + hash_of(item.text), 2)


def hash_of(text: str) -> int:
    return int.from_bytes(text.encode()[-8:], "big")


def check_texts_and_caches(world: World) -> None:
    """Every text of a full-text feed is in a revision, and a server that shows each document and then the
    one before it again leaves the same tables."""
    documents = world.documents()[:3]
    stale = [document for pair in pairwise(documents) for document in (pair[1], pair[0])]
    with tempfile.TemporaryDirectory() as name, LoopbackServer({"*/robots.txt": Answer(404)}) as server:
        feeds = []
        for order, shown in (("plain", documents), ("stale", documents[:1] + stale)):
            (Path(name) / order).mkdir()
            feed = Feed(Path(name) / order, server, full_text=True)  # from now on the host serves this one
            feeds.append(feed)
            for document in shown:
                feed.poll(document)
            assert feed.problems == []
            assert feed.newsroom.broken_rules() == {}
        texts = feeds[0].texts()
        lost = [item.text for document in documents for item in document if item.text not in texts]
        assert lost == []
        assert feeds[1].tables() == feeds[0].tables()


def check_edits(world: World) -> None:
    """Every edit that stays for two polls is a revision of its page, which says what the feed said last."""
    with tempfile.TemporaryDirectory() as name, LoopbackServer({"*/robots.txt": Answer(404)}) as server:
        feed = Feed(Path(name), server, full_text=False)
        documents = world.documents()[:4]
        for document in documents:
            feed.poll(document)
        assert feed.problems == []
        assert feed.newsroom.broken_rules() == {}
        texts = feed.texts()
        edits = [(story, v) for at, story, v in world.edits_that_stay() if at + 1 < len(documents)]
        assert [pair for pair in edits if pair[0].item(pair[1]).text not in texts] == []


def test_stories_that_share_links_and_guids_keep_their_texts() -> None:
    stories = (
        Story(0, "flash", "counter", "edited", retitled=True, moves=False),
        Story(1, "flash", "none", "none", retitled=True, moves=False),
        Story(2, "live", "one for all", "fixed", retitled=True, moves=False),
        Story(3, "live", "one for all", "fixed", retitled=False, moves=False),
    )
    check_texts_and_caches(World(stories, ((0, None, 1, None), (1, 0, 1, 0), (2, 1, 0, 1))))


def test_edits_of_stories_that_move_are_revisions() -> None:
    stories = (
        Story(0, "own", "own", "fixed", retitled=True, moves=True),
        Story(1, "own", "counter", "edited", retitled=False, moves=True),
        Story(2, "own", "none", "none", retitled=True, moves=False),
    )
    world = World(stories, ((0, 0, None), (2, 0, 0), (2, 3, 0), (None, 3, 1)))
    assert len(world.edits_that_stay()) == 4
    check_edits(world)


@pytest.mark.full
def test_no_text_is_lost_and_caches_change_nothing() -> None:
    @PLAYED
    @given(worlds(most_stories=3))
    def holds(world: World) -> None:
        check_texts_and_caches(world)

    holds()


@pytest.mark.full
def test_every_edit_that_stays_for_two_polls_is_a_revision() -> None:
    @PLAYED
    @given(worlds(links=("own",), guids=("own", "own", "counter", "none", "one for all"), most_stories=3))
    def holds(world: World) -> None:
        check_edits(world)

    holds()
