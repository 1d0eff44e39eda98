"""Guids that several stories have, and stories that were taken for one until they stood side by side: each
edit is fetched, and old documents out of caches add nothing."""

from __future__ import annotations

import pytest
from support.desk import Desk, Item

NEWS = "https://desk.example/news/2026/{}-of-the-harbour"


def page(name: str) -> str:
    return NEWS.format(name).removeprefix("https://")


def item_of(name: str, words: str, *, guid: str, link: str | None = None) -> Item:
    return Item(f"{name}: {words}", NEWS.format(link or name), guid, f"{words} of the {name}.")


def polled(desk: Desk, *items: Item) -> list[str]:
    before = len(desk.fetched)
    desk.poll(*items)
    return sorted(desk.fetched[before:])


def test_an_edit_is_fetched_in_the_poll_that_makes_links_the_names_of_a_feed() -> None:
    """Three stories move and change their titles in one poll. The feed is taken for one whose guids number
    places; one of the stories returns to a link that it had before."""
    desk = Desk()
    names = ("tug", "pier", "quay")
    polled(desk, *(item_of(name, "First words", guid=name) for name in names))
    polled(desk, item_of("tug", "Second words", guid="tug", link="tug-moved"))
    news = [item_of(name, "Third words", guid=name, link=f"{name}-moved") for name in names[1:]]
    found = polled(desk, item_of("tug", "Third words", guid="tug"), *news)
    assert desk.state.guid_policy == "link"
    assert found == [page("pier-moved"), page("quay-moved"), page("tug")]
    assert polled(desk, item_of("tug", "Third words", guid="tug"), *news) == []


def test_stories_with_one_guid_keep_their_pages_when_shown_one_at_a_time() -> None:
    desk = Desk()
    tug, pier = item_of("tug", "First words", guid="all"), item_of("pier", "First words", guid="all")
    polled(desk, tug)
    assert polled(desk, tug, pier) == [page("pier")]
    assert polled(desk, item_of("pier", "New words", guid="all")) == [page("pier")]
    assert polled(desk, item_of("quay", "First words", guid="all")) == [page("quay")]
    assert polled(desk, item_of("tug", "New words", guid="all")) == [page("tug")]
    articles = {key: link.article_key for key, link in desk.links.items()}
    assert articles == {page(name): page(name) for name in ("tug", "pier", "quay")}


def test_one_entry_with_one_guid_whose_link_changes_keeps_its_article() -> None:
    """Even where its title and words change with the link: nothing has shown that others have its guid."""
    desk = Desk()
    polled(desk, item_of("tug", "First words", guid="tug"))
    assert polled(desk, item_of("tug", "New words", guid="tug", link="tug-moved")) == [page("tug-moved")]
    assert desk.links[page("tug-moved")].article_key == page("tug")


LIVE = "https://desk.example/news/2026/live-from-the-harbour"


@pytest.mark.parametrize(
    ("link", "guids"),
    [(LIVE, ("a", "b")), (LIVE, ("all", "all")), ("https://desk.example/", ("all", "all"))],
)
@pytest.mark.parametrize("dated", [False, True])
def test_texts_that_were_taken_for_one_story_return_to_where_they_were(
    link: str, guids: tuple[str, str], dated: bool
) -> None:
    def item(story: int, version: int) -> Item:
        hour = f"Tue, 10 Mar 2026 {story + 4 * version:02}:00:00 GMT" if dated else None
        return Item(f"Story {story}", link, guids[story], f"Words {version} of story {story}.", hour)

    documents = [
        [item(0, 0)],
        [item(1, 0)],
        [item(1, 1)],
        [item(0, 1), item(1, 0)],
        [item(0, 2), item(1, 1)],
        [item(0, 1)],
    ]
    plain, stale = Desk(full_text=True), Desk(full_text=True)
    for at, document in enumerate(documents):
        plain.poll(*document)
        for shown in (document, *documents[: at + 1]):
            stale.poll(*shown)
    assert stale.articles == plain.articles
    texts = {text for article in plain.articles.values() for text in article}
    assert texts == {item.text for document in documents for item in document}
