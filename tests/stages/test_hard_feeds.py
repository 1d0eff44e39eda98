"""Feeds of the hard kind, from their bytes to the pages that are fetched and the texts that are loaded: guids
with counters, one link for many texts, entries that collide."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.desk import URL, Desk, Item

# -- guids with counters -------------------------------------------------------------------------------------

PAGE = "https://desk.example/articles/cx1"
COUNTERS = [
    PAGE + "#{}",
    "tag:desk.example,2026:cx1;v{}",
    "urn:desk:cx1:{}",
    PAGE + "?rev={}",
    "00{}7-uuid-of-no-order",
]


def version(guid: str, number: int, title: str, text: str | None = None) -> Item:
    return Item(title, f"{PAGE}?at_medium=RSS", guid.format(number), text or f"{title}, in short")


@pytest.mark.parametrize("guid", COUNTERS)
@pytest.mark.parametrize("backwards", [False, True])
def test_every_edit_is_fetched_where_guids_count_versions(guid: str, backwards: bool) -> None:
    old, desk = version(guid, 0, "Minister resigns"), Desk()
    documents = [
        [old],
        [old, version(guid, 3, "Minister resigns after a vote")],
        [version(guid, 4, "Minister resigns: the vote")],
        [version(guid, 5, "A new minister"), version(guid, 4, "Minister resigns: the vote")],
        [version(guid, 6, "A new minister", "Another text"), version(guid, 5, "A new minister")],
    ]
    for number, document in enumerate(documents, 1):
        desk.poll(*(document[::-1] if backwards else document))
        assert desk.fetched == ["desk.example/articles/cx1"] * number
    for document in (documents[1], documents[4], documents[0], documents[3], documents[4]):  # stale caches
        desk.poll(*document)
    assert len(desk.fetched) == 5


def test_a_version_with_the_words_of_another_is_not_fetched() -> None:
    desk, one, two = Desk(), version(PAGE + "#{}", 0, "Same"), version(PAGE + "#{}", 1, "Same")
    for document in ([one], [one, two], [two], [one]):
        desk.poll(*document)
    assert len(desk.fetched) == 1


@pytest.mark.parametrize("guid", COUNTERS[:4])
def test_versions_of_a_text_are_revisions_of_one_article(guid: str) -> None:
    if guid.startswith("urn:"):
        return  # `:4` alone is no counter where texts could be lost by taking it for one
    desk = Desk(full_text=True)
    first, second = version(guid, 0, "Vote", "The vote is on."), version(guid, 1, "Vote", "The vote is over.")
    third = version(guid, 2, "Vote: result", "The vote is over and counted.")
    for document in ([first], [first, second], [second], [third], [second, third]):
        desk.poll(*document)
    assert list(desk.articles) == ["desk.example/articles/cx1"]
    assert desk.texts == [["The vote is on.", "The vote is over.", "The vote is over and counted."]]


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("guid", [COUNTERS[0], COUNTERS[1], COUNTERS[3]])
def test_versions_first_seen_side_by_side_all_become_texts_of_the_article(guid: str, backwards: bool) -> None:
    desk = Desk(full_text=True)
    three = [version(guid, number, "Vote", f"Count {number}.") for number in range(3)]
    desk.poll(*(three[::-1] if backwards else three))
    assert desk.articles == {"desk.example/articles/cx1": ["Count 0.", "Count 1.", "Count 2."]}
    desk.poll(*three)
    assert desk.texts == [["Count 0.", "Count 1.", "Count 2."]]


def test_two_texts_under_one_page_of_two_addresses_are_both_kept() -> None:
    desk = Desk(full_text=True)
    one = Item("Vote", f"{PAGE}?utm_source=feed&utm_medium=rss", None, "The vote is on.")
    two = Item("Vote", PAGE, None, "The vote is over.")
    desk.poll(one)
    desk.poll(two)
    assert sorted(text for texts in desk.texts for text in texts) == ["The vote is on.", "The vote is over."]


def test_edits_without_a_new_date_are_followed_beyond_the_cap_once_they_stay() -> None:
    desk = Desk()
    for number in range(40):
        desk.poll(Item(f"Seen {number} times", PAGE, "g1"))
    followed = len(desk.fetched)
    assert followed == 1 + 24
    desk.poll(Item("Real news", PAGE, "g1"))
    desk.poll(Item("Real news", PAGE, "g1"))
    desk.poll(Item("Real news", PAGE, "g1"))
    assert len(desk.fetched) == followed + 1


# -- one link for many texts ---------------------------------------------------------------------------------

SHARED = {
    "home page": "https://desk.example/",
    "home page of another spelling": "https://www.desk.example/index.html",
    "flash": "https://desk.example/flash",
    "placeholder": "N/A",
    "story-like": "https://desk.example/live/storm-over-the-harbour-2026",
    "section": "https://desk.example/tag/ports",
    "feed": URL,
    "none": None,
}


def flash(number: int, link: str | None, *, text: str | None = None, guid: str | None = "flash-{}") -> Item:
    return Item(f"Flash {number}", link, guid and guid.format(number), text or f"Text of flash {number}.")


def once(*numbers: int) -> list[list[str]]:
    return sorted([f"Text of flash {number}."] for number in numbers)


@pytest.mark.parametrize("link", SHARED.values(), ids=SHARED.keys())
@pytest.mark.parametrize("guid", ["flash-{}", "https://desk.example/flash#{}", None])
def test_texts_that_share_a_link_are_articles_of_their_own(link: str | None, guid: str | None) -> None:
    if guid == "https://desk.example/flash#{}" and link and "2026" in link:
        return  # there `#3` counts versions
    desk = Desk(full_text=True)
    six = [flash(number, link, guid=guid) for number in range(6)]
    assert desk.poll(*six).new == 6
    assert desk.poll(*six).same == 6
    assert desk.texts == once(*range(6))
    edited = flash(2, link, text="Text of flash 2, corrected.", guid=guid)
    for document in ([*six[:2], edited, *six[3:]], [edited], six[4:], [edited, six[5]]):
        desk.poll(*document)
    assert desk.texts == sorted([*once(0, 1, 3, 4, 5), ["Text of flash 2.", "Text of flash 2, corrected."]])
    assert desk.fetched == []


@pytest.mark.parametrize("link", [SHARED[name] for name in ("home page", "flash", "placeholder", "section")])
@pytest.mark.parametrize("guid", ["flash-{}", None])
def test_texts_that_share_a_link_one_at_a_time_are_articles_too(link: str, guid: str | None) -> None:
    desk = Desk(full_text=True)
    for number in (0, 1, 2, 1, 3, 0):
        desk.poll(flash(number, link, guid=guid))
    assert desk.texts == once(0, 1, 2, 3)


def test_a_link_that_is_shared_later_or_no_more_keeps_each_text_its_article() -> None:
    desk, link = Desk(full_text=True), SHARED["flash"]
    one, two = flash(1, link), flash(2, link)
    one_edited, two_edited = flash(1, link, text="One, corrected."), flash(2, link, text="Two, corrected.")
    for document in ([one], [one, two], [one_edited, two], [two_edited], [one_edited], [two_edited]):
        desk.poll(*document)
    assert desk.texts == [
        ["Text of flash 1.", "One, corrected."],
        ["Text of flash 2.", "Two, corrected."],
    ]
    assert "desk.example/flash" in desk.articles  # the first had the link to itself


def test_an_entry_whose_link_becomes_a_shared_one_keeps_its_article() -> None:
    desk = Desk(full_text=True)
    one = flash(1, "https://desk.example/harbour-opens-again")
    moved = flash(1, SHARED["flash"], text="One, corrected.")
    two = flash(2, SHARED["flash"])
    for document in ([one, two], [moved, two], [moved, flash(2, SHARED["flash"], text="Two, corrected.")]):
        desk.poll(*document)
    assert desk.texts == [["Text of flash 1.", "One, corrected."], ["Text of flash 2.", "Two, corrected."]]


def test_a_feed_that_begins_to_carry_its_texts_loses_none() -> None:
    desk, link = Desk(), SHARED["flash"]
    desk.poll(flash(1, link), flash(2, link))
    desk.full_text = True
    desk.poll(flash(1, link, text="One in full."), flash(2, link, text="Two in full."))
    assert sorted(text for texts in desk.texts for text in texts) == ["One in full.", "Two in full."]
    assert len(desk.articles) == 2


def test_one_guid_and_title_for_all_lose_no_text() -> None:
    desk = Desk(full_text=True)
    items = [Item("Flash", SHARED["flash"], "flash", f"Text {number}.") for number in range(4)]
    for document in (items, items[1:], items[::-1], [items[0]], items):
        desk.poll(*document)
    assert desk.texts == [[f"Text {number}."] for number in range(4)]


def test_guids_that_number_places_of_one_link_name_no_story() -> None:
    desk = Desk(full_text=True)
    stories = [
        Item(f"Story {n}", SHARED["flash"], text=f"Text {n}.", published=f"Tue, 10 Mar 2026 1{n}:00:00 GMT")
        for n in range(8)
    ]
    for first in range(3):
        placed = stories[first : first + 5]
        desk.poll(*(Item(s.title, s.link, str(n), s.text, s.published) for n, s in enumerate(placed)))
    assert sorted(text for texts in desk.texts for text in texts) == [f"Text {n}." for n in range(7)]


def test_a_flip_of_all_guids_doubles_no_text() -> None:
    desk = Desk(full_text=True)
    for mark in ("a", "b"):
        desk.poll(
            *(Item(f"S {n}", f"https://desk.example/s{n}", f"{mark}{n}", f"Text {n}.") for n in range(5))
        )
    assert len(desk.articles) == 5


def test_a_link_of_its_own_names_the_article() -> None:
    desk = Desk(full_text=True)
    desk.poll(flash(1, "https://desk.example/harbour-opens"), flash(2, "https://desk.example/b"))
    assert sorted(desk.articles) == ["desk.example/b", "desk.example/harbour-opens"]


# -- entries of one page -------------------------------------------------------------------------------------


def test_a_page_that_many_entries_name_is_fetched_when_new_words_name_it() -> None:
    desk, link = Desk(), "https://desk.example/live/storm"
    desk.poll(*(Item(f"Part {n}", link, f"p{n}") for n in range(3)))
    desk.poll(*(Item(f"Part {n}", link, f"p{n}") for n in range(3)))
    assert len(desk.fetched) == 1
    desk.poll(*(Item(f"Part {n}", link, f"p{n}") for n in range(1, 4)))
    assert len(desk.fetched) == 2
    assert desk.outcomes == {"desk.example/live/storm": "loaded"}


def test_the_home_page_is_no_article_and_is_not_fetched() -> None:
    desk = Desk()
    desk.poll(*(Item(f"See our site {n}", "https://desk.example/", f"h{n}") for n in range(3)))
    assert (desk.fetched, desk.outcomes) == ([], {"desk.example/": "not_article"})


# -- entries that collide ------------------------------------------------------------------------------------


@pytest.mark.parametrize("full_text", [False, True])
def test_what_a_document_prints_twice_is_counted(full_text: bool) -> None:
    desk, item = Desk(full_text), Item("One", PAGE, "g1", "Text.")
    counts = desk.poll(item, item, Item("One", PAGE, None, "Text."), Item("Two"), Item("Two"))
    assert (counts.listed, counts.new, counts.repeated) == (5, 3, 2)


def test_entries_without_guid_link_or_title_each_have_an_outcome() -> None:
    desk = Desk()
    counts = desk.poll(Item("Title alone"), Item("", text="Words alone."), Item(""), Item("", PAGE))
    assert (counts.listed, counts.new) == (4, 4)
    assert sorted(desk.outcomes.values()) == ["loaded", "no_url", "no_url", "no_url"]


LINKS = [
    None,
    "https://desk.example/",
    "https://desk.example/flash",
    PAGE,
    "https://desk.example/b-story-12345",
]
ITEMS = st.builds(
    Item,
    title=st.sampled_from(["A", "B", "A #x #y", ""]),
    link=st.sampled_from(LINKS),
    guid=st.none() | st.sampled_from(["g1", "g2", PAGE + "#0", PAGE + "#1", "t;v1", "t;v2", "0"]),
    text=st.sampled_from(["One.", "Two.", "Three.", "Four."]),
    published=st.none() | st.sampled_from([f"Tue, 10 Mar 2026 0{n}:00:00 GMT" for n in range(3)]),
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(ITEMS, max_size=5), min_size=1, max_size=6), st.booleans())
def test_whatever_a_feed_does_every_entry_is_counted_and_has_an_outcome(
    documents: list[list[Item]], full_text: bool
) -> None:
    desk = Desk(full_text)
    for document in documents:
        desk.poll(*document)
        desk.poll(*document)
        fetched, articles = len(desk.fetched), {key: len(texts) for key, texts in desk.articles.items()}
        desk.poll(*document)
        assert len(desk.fetched) == fetched
        assert {key: len(texts) for key, texts in desk.articles.items()} == articles
