"""A young article is looked at again only where its feed asks for it, at intervals that grow with its age."""

from __future__ import annotations

from support.newsroom import Listed, Newsroom, prose, story

LINK = "http://wire.example/a/quay"


def counts(newsroom: Newsroom, hours: list[float], **feed: object) -> list[int]:
    """How often the page was asked for, after a poll at each hour; the story was published half an hour
    before the first."""
    newsroom.feed(
        "wire",
        "wire.example",
        [Listed(LINK, "The quay is mended", published="Tue, 10 Mar 2026 11:30:00 GMT")],
        **feed,
    )
    newsroom.page(LINK, story("The quay is mended", 31))
    found = []
    for hour in hours:
        newsroom.poll(hour, everything=False, only=("wire",))
        found.append(newsroom.asked("wire.example", "/a/quay"))
    return found


def test_no_page_is_asked_for_again_by_itself(newsroom: Newsroom) -> None:
    assert counts(newsroom, [0, 2, 30]) == [1, 1, 1]


def test_intervals_grow_with_age_and_a_silent_edit_is_a_revision(newsroom: Newsroom) -> None:
    hours = [0, 0.1, 0.3, 4, 4.5, 5.1, 26, 28, 29.1, 24 * 31]
    assert counts(newsroom, hours, recheck=True) == [1, 1, 2, 3, 3, 4, 5, 5, 6, 6]
    assert newsroom.one("SELECT revisions FROM mart.articles") == 1
    more = "The harbour master said on Tuesday that the quay would be mended again in the autumn."
    edited = [*prose(31)[:2], more, *prose(31)[2:]]
    newsroom.page(LINK, story("The quay is mended", 31, paragraphs=edited))
    newsroom.poll(24 * 6, everything=False, only=("wire",))
    assert newsroom.sql("SELECT revision, kind FROM mart.revisions ORDER BY revision") == [
        (1, "first"),
        (2, "edit"),
    ]
    assert newsroom.broken_rules() == {}
