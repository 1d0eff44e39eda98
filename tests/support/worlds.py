"""Small worlds of one feed for hypothesis: stories that change, collide, vanish and come back, and what the
server showed at each poll."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st
from support.desk import Item

HOST = "desk.example"
LINKS = ("own", "own", "live", "flash", "home", "none")
GUIDS = ("own", "own", "counter", "none", "one for all")
DATES = ("fixed", "edited", "none")


@dataclass(frozen=True)
class Story:
    """How one story names itself. Its text differs from version to version, its title where `retitled`."""

    number: int
    link: str
    guid: str
    date: str
    retitled: bool
    moves: bool

    def address(self, version: int) -> str | None:
        moved = "-moved" if self.moves and version > 1 else ""
        return {
            "own": f"http://{HOST}/news/2026/story-{self.number}-of-the-harbour{moved}",
            "live": f"http://{HOST}/news/2026/live-from-the-harbour",
            "flash": f"http://{HOST}/flash",
            "home": f"http://{HOST}/",
            "none": None,
        }[self.link]

    def item(self, version: int) -> Item:
        number = self.number
        guid = {
            "own": f"story-{number}",
            "counter": f"tag:{HOST},2026:{number};v{version}",
            "none": None,
            "one for all": "story",
        }[self.guid]
        hour = {"fixed": number, "edited": number + 4 * version, "none": None}[self.date]
        return Item(
            title=f"Story {number}" + f", part {version}" * self.retitled,
            link=self.address(version),
            guid=guid,
            text=text_of(number, version),
            published=None if hour is None else f"Tue, 10 Mar 2026 {hour:02}:00:00 GMT",
        )


@dataclass(frozen=True)
class World:
    """`shown`: for each document of the server the version of each story, None where it is not listed."""

    stories: tuple[Story, ...]
    shown: tuple[tuple[int | None, ...], ...]

    def documents(self) -> list[list[Item]]:
        return [
            [story.item(v) for story, v in zip(self.stories, versions, strict=True) if v is not None]
            for versions in self.shown
        ]

    def edits_that_stay(self) -> list[tuple[int, Story, int]]:
        """(document, story, version) of each version that a document is the first to show, and the next one
        shows too."""
        found = []
        for place, story in enumerate(self.stories):
            line = [versions[place] for versions in self.shown]
            for at in range(len(line) - 1):
                version = line[at]
                if version is not None and version == line[at + 1] and version not in line[:at]:
                    found.append((at, story, version))
        return found


def text_of(number: int, version: int) -> str:
    """The words of one version of a story, that no other has."""
    return f"Words {100 * number + version} of the ferry that came to harbour {number} in version {version}."


def worlds(
    *, links: Sequence[str] = LINKS, guids: Sequence[str] = GUIDS, most_stories: int = 4
) -> st.SearchStrategy[World]:
    """Worlds of up to `most_stories` stories and three to six documents."""

    def of(names: Sequence[tuple[str, str, str, bool, bool]]) -> st.SearchStrategy[World]:
        stories = tuple(Story(number, *name) for number, name in enumerate(names))
        versions = st.tuples(*(st.none() | st.integers(0, 3) for _ in stories))
        shown = st.lists(versions, min_size=3, max_size=6).map(tuple)
        return st.builds(World, st.just(stories), shown)

    name = st.tuples(
        st.sampled_from(links), st.sampled_from(guids), st.sampled_from(DATES), st.booleans(), st.booleans()
    )
    return st.lists(name, min_size=1, max_size=most_stories).flatmap(of)
