"""The names of a site: what tells its own name from a headline, and the house from a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from ingest.extract.structured import Structured

# What sets the names of site and section apart from a title.
_SEPARATOR = re.compile(r"\s(?:[|–—·•»«>:~/-]|::|>>)\s|\s*[|｜]\s*|(?<=\w)-\s")
_HEAD = re.compile(r"\s[|–—·»:-]\s|:\s")
_WORD = re.compile(r"\w+")
_MARKS = re.compile(r"[\W_]+")
_SHORTEST, _ARTICLE = 3, 4


@dataclass(frozen=True, slots=True)
class Site:
    """The names of the site, in letters and digits alone: its publisher's, and those in its host."""

    names: frozenset[str]
    labels: frozenset[str]
    sections: frozenset[str]
    is_news: bool = True

    @classmethod
    def of(cls, metadata: Structured, url: str | None) -> Site:
        try:
            parts = urlsplit(url or "")
            host = (parts.hostname or "").removeprefix("www.")
        except ValueError:
            parts, host = urlsplit(""), ""
        labels = frozenset(letters(label) for label in host.split(".")[:-1] if len(label) > 2)
        own = {letters(text) for text in (metadata.publisher, *metadata.site_names) if text}
        steps = {letters(step) for step in (*parts.path.split("/"), metadata.section or "")} - {""}
        return cls(
            frozenset(own | {letters(host)}) - {""},
            labels - {"", "news", "com", "blog"},
            frozenset(steps),
            metadata.news,
        )

    def is_name(self, text: str) -> bool:
        """Whether a text is only the site's name: `The Harbour Post` on post.example, `HarbourPost.com`."""
        name = letters(text)
        if not name or name in self.names or name in self.labels:
            return True
        bare = name.removeprefix("www").removeprefix("the")
        for label in self.labels:
            rest = bare.replace(label, "", 1)
            if label in bare and (rest in _ENDS or (len(rest) <= _ARTICLE < len(label))):
                return True
        return bare in {own.removeprefix("the") for own in self.names}

    def is_house(self, name: str) -> bool:
        """Whether an author is the site itself. Where the page is no news, a site may be called after the
        person who writes it."""
        return self.is_name(name) and (self.is_news or not _FULL_NAME.fullmatch(name))

    def opens(self, text: str) -> bool:
        """Whether a heading begins with the site's name, as `Post: World Views` does."""
        parts = [part for part in _HEAD.split(text) if part.strip()]
        return self.is_name(text) or (len(parts) > 1 and self.is_name(parts[0]) and len(words(text)) < 8)

    def cut(self, title: str) -> str:
        """A title without the names of site and section at its ends, as it is where none is known."""
        text = title
        for _ in range(3):
            pieces = split(text)
            if len(pieces) < 2:
                break
            first, last = pieces[0][0], pieces[-1][0]
            if self._is_aside(last, pieces) or (self._has_name(last) and len(first) > 20):
                text = text[: pieces[-2][2]].rstrip()
            elif self._is_aside(first, pieces):
                text = text[pieces[1][1] :].lstrip()
            else:
                break
        head, colon, rest = text.partition(": ")
        if colon and self.is_name(head) and len(words(rest)) > 1:
            text = rest
        return text.strip() or title

    def _is_aside(self, part: str, pieces: Sequence[tuple[str, int, int]]) -> bool:
        """Whether a part of a title is the site's name, a section of its address, or a date."""
        if self.is_name(part) or _DATED.fullmatch(part):
            return True
        longer = max(len(words(piece[0])) for piece in pieces)
        return letters(part) in self.sections and len(words(part)) <= _SHORTEST < longer

    def _has_name(self, text: str) -> bool:
        """Whether the part carries the name among others: `Latest News from HarbourPost.com`."""
        part = letters(text)
        return any(len(name) > 4 and name in part for name in self.names | self.labels)


_DATED = re.compile(r"\W*(?:[^\W\d]+\.? )?\d{1,2}[.,/]? ?(?:[^\W\d]+\.? |\d{1,2}/)?(?:19|20)\d\d\W*")
# What papers and stations put around the name in their address.
_ENDS = frozenset({"news", "online", "newspaper", "magazine", "daily", "com", "homepage", "tv", "blog"})


_FULL_NAME = re.compile(
    r"(?!(?:The|Le|La|Les|Der|Die|Das|El|Il) )[A-ZÀ-Þ][\w.'’-]+(?: [A-ZÀ-Þ][\w.'’-]*){1,3}"
)


def words(text: str) -> list[str]:
    """The words of a text, casefolded, for comparing."""
    return _WORD.findall(text.casefold())


def letters(text: str) -> str:
    """A text's letters and digits alone, casefolded, for comparing names."""
    return _MARKS.sub("", text.casefold())


def split(title: str) -> list[tuple[str, int, int]]:
    """The parts of a title between its separators, each with its start and end."""
    parts, start = [], 0
    for match in _SEPARATOR.finditer(title):
        parts.append((title[start : match.start()], start, match.start()))
        start = match.end()
    parts.append((title[start:], start, len(title)))
    return [part for part in parts if part[0].strip()]
