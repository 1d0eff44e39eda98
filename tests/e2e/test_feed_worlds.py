"""Feeds of every kind through whole runs on a real warehouse: no text and no edit is lost, every run adds up,
and old documents out of caches change no table."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from support.desk import Item
from support.newsroom import Listed, Newsroom, prose, story
from support.wire_server import Answer, LoopbackServer
from support.worlds import HOST, World, worlds

EQUAL = (
    "SELECT url_key, headline, body_text, revision, revisions FROM mart.articles_all ORDER BY ALL",
    "SELECT url, revision, headline, body_text FROM mart.revisions ORDER BY ALL",
    "SELECT article_id, copy_group, is_canonical FROM mart.copies ORDER BY ALL",
    "SELECT url, outcome, reason FROM ops.outcomes ORDER BY ALL",
)
"""What must be equal in every order of polls, without times of arrival."""
# Each example polls up to nine times, half a second each.
EXAMPLES = [2, pytest.param(60, marks=pytest.mark.full)]


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


@pytest.mark.parametrize("examples", [1, *EXAMPLES[1:]])
def test_no_text_is_lost_and_caches_change_nothing(examples: int) -> None:
    @settings(max_examples=examples, derandomize=True)
    @given(worlds(most_stories=3))
    def holds(world: World) -> None:
        documents = world.documents()[:4]
        stale = [shown for at, one in enumerate(documents) for shown in (one, documents[at // 2])]
        with tempfile.TemporaryDirectory() as name, LoopbackServer({"*/robots.txt": Answer(404)}) as server:
            feeds = [Feed(Path(name) / order, server, full_text=True) for order in ("plain", "stale")]
            for feed, shown in zip(feeds, (documents, stale), strict=True):
                feed.newsroom.folder.mkdir()
                for document in shown:
                    feed.poll(document)
                assert feed.problems == []
                assert feed.newsroom.broken_rules() == {}
            texts = feeds[0].texts()
            lost = [item.text for document in documents for item in document if item.text not in texts]
            assert lost == []
            assert feeds[1].tables() == feeds[0].tables()

    holds()


@pytest.mark.parametrize("examples", EXAMPLES)
def test_every_edit_that_stays_for_two_polls_is_a_revision(examples: int) -> None:
    """Of entries with pages of their own, which say what the feed said last."""

    @settings(max_examples=examples, derandomize=True)
    @given(worlds(links=("own",), guids=("own", "own", "counter", "none"), most_stories=3))
    def holds(world: World) -> None:
        documents = world.documents()[:4]
        with tempfile.TemporaryDirectory() as name, LoopbackServer({"*/robots.txt": Answer(404)}) as server:
            feed = Feed(Path(name), server, full_text=False)
            for document in documents:
                feed.poll(document)
            assert feed.problems == []
            assert feed.newsroom.broken_rules() == {}
            texts = feed.texts()
            edits = [(story, v) for at, story, v in world.edits_that_stay() if at + 1 < len(documents)]
            assert [pair for pair in edits if pair[0].item(pair[1]).text not in texts] == []

    holds()
