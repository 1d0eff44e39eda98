"""Whatever a feed does, no text of it is lost and no edit that stays goes unread: entries that change,
repeat, collide, disappear and come back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.desk import Desk, Item
from support.worlds import World, text_of, worlds

from ingest.urls.identity import HostRules, url_key

PAGE = "https://desk.example/articles/cx1"
ITEMS = st.builds(
    Item,
    title=st.sampled_from(["A", "B", "A #x #y", ""]),
    link=st.sampled_from(
        [
            None,
            "https://desk.example/",
            "https://desk.example/flash",
            PAGE,
            f"{PAGE}?utm_source=feed",
            "https://desk.example/b-story-12345",
        ]
    ),
    guid=st.none() | st.sampled_from(["g1", "g2", PAGE + "#0", PAGE + "#1", "t;v1", "t;v2", "0"]),
    text=st.sampled_from(["One.", "Two.", "Three.", "Four.", "Five."]),
    published=st.none() | st.sampled_from([f"Tue, 10 Mar 2026 0{n}:00:00 GMT" for n in range(3)]),
)
DOCUMENTS = st.lists(st.lists(ITEMS, max_size=5), min_size=1, max_size=6)
EXAMPLES = [60, pytest.param(5_000, marks=pytest.mark.full)]


def played(documents: list[list[Item]], *, full_text: bool) -> Desk:
    desk = Desk(full_text=full_text, parsing=False)
    for document in documents:
        desk.poll(*document)
    return desk


def loaded(desk: Desk) -> set[str]:
    return {text for texts in desk.articles.values() for text in texts}


@pytest.mark.parametrize("examples", EXAMPLES)
def test_every_text_of_a_feed_is_loaded(examples: int) -> None:
    @settings(max_examples=examples, derandomize=True)
    @given(DOCUMENTS)
    def holds(documents: list[list[Item]]) -> None:
        assert loaded(played(documents, full_text=True)) == {
            item.text for document in documents for item in document
        }

    holds()


@pytest.mark.parametrize("examples", EXAMPLES)
def test_every_text_of_stories_that_go_on_is_loaded(examples: int) -> None:
    @settings(max_examples=examples, derandomize=True)
    @given(worlds())
    def holds(world: World) -> None:
        assert loaded(played(world.documents(), full_text=True)) == {
            item.text for document in world.documents() for item in document
        }

    holds()


@pytest.mark.parametrize("examples", EXAMPLES)
def test_every_edit_that_stays_for_two_polls_has_its_page_fetched(examples: int) -> None:
    """Of entries with a page. A version that returns was read when it was first shown."""

    @settings(max_examples=examples, derandomize=True)
    @given(worlds(links=("own", "own", "live"), guids=("own", "own", "counter", "none", "one for all")))
    def holds(world: World) -> None:
        desk = Desk(parsing=False)
        fetched = []
        for document in world.documents():
            before = len(desk.fetched)
            desk.poll(*document)
            fetched.append(desk.fetched[before:])
        for at, story, version in world.edits_that_stay():
            key = url_key(story.address(version) or "", HostRules(()))
            assert key in (*fetched[at], *fetched[at + 1]), (
                at,
                story,
                version,
                text_of(story.number, version),
            )

    holds()


@pytest.mark.parametrize("examples", EXAMPLES)
def test_old_documents_out_of_caches_add_nothing(examples: int) -> None:
    """A server whose caches are out of step shows any of its earlier documents again, at any time. Its first
    showing of each is in order, since no cache has what is not written yet."""

    @settings(max_examples=examples, derandomize=True)
    @given(worlds(), st.booleans(), st.data())
    def holds(world: World, full_text: bool, data: st.DataObject) -> None:
        documents = world.documents()
        flapping = []
        for number, document in enumerate(documents):
            flapping.append(document)
            again = data.draw(st.lists(st.integers(0, number), max_size=2))
            flapping += [documents[old] for old in again]
        plain, stale = played(documents, full_text=full_text), played(flapping, full_text=full_text)
        assert loaded(stale) == loaded(plain)
        assert set(stale.fetched) == set(plain.fetched)
        if full_text:
            assert stale.articles == plain.articles

    holds()
