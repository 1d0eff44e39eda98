"""The headline of a page: what is announced (JSON-LD, og:title, the feed), as the page prints it.

A page's first h1 may be a section's, the site's name or a notice, its <title> carries names of site and
section. So a heading counts where it agrees with what is announced or with the title; a part of the title
where the page prints it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from ingest.extract.structured import Structured, plain

# What sets the names of site and section apart from a title.
_SEPARATOR = re.compile(r"\s(?:[|–—·•»«>:~/-]|::|>>)\s|\s*[|｜]\s*|(?<=\w)-\s")
_COLON = re.compile(r":\s")
_WORD = re.compile(r"\w+")
_MARKS = re.compile(r"[\W_]+")
_LONGEST, _SENTENCE, _SHORTEST = 300, 6, 3
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_PRINTS = (*_HEADINGS, "b", "strong", "font", "div", "td", "span", "p", "a", "th", "big")
_TITLED = re.compile(
    r"(?<![a-z])(?:headline|(?:entry|post|article|story|news|page|content)[-_]?(?:title|head(?:line|ing)?))"
    r"(?![a-z])",
    re.I,
)
# Headings of boxes and notices, which agree with a title only by chance.
_NOTICE = re.compile(r"\b(?:javascript|cookies?|browser|404|not found|newsletter|subscribe)\b", re.I)


def read(tree: HtmlElement, metadata: Structured, url: str | None, listed: str | None) -> str | None:
    """The headline, None where nothing on the page names one. `listed` is what the feed calls the page."""
    site = _Site.of(metadata, url)
    named = (text for text in (metadata.headline, metadata.og_title, listed) if text)
    announced = [site.cut(text) for text in named if not site.is_name(text)]
    title = metadata.title if metadata.title and not site.is_name(metadata.title) else None
    headings = [
        site.cut(text) for text in _texts(tree, ("h1",)) if not (site.opens(text) or _NOTICE.search(text))
    ]
    if heading := _agreeing(headings, announced or [title or ""]):
        return _without_kicker(heading, announced)
    if announced:
        return (_printed(tree, announced[0], site) if len(split(announced[0])) > 1 else None) or announced[0]
    long = [heading for heading in headings if len(words(heading)) >= _SENTENCE]
    if len(long) == 1:
        return long[0]
    if title and (printed := _printed(tree, title, site)):
        return printed
    heading = next((text for text in headings if len(words(text)) > _SHORTEST), None)
    part = title and site.cut(title)
    if heading and (part is None or len(words(part)) <= max(_SHORTEST, len(words(heading)) // 2)):
        return heading
    if part and len(words(part)) > 1:
        return part
    return _titled(tree, site) or part or next(iter(headings), None)


@dataclass(frozen=True, slots=True)
class _Site:
    """The names of the site, in letters and digits alone: its publisher's, and those in its host."""

    names: frozenset[str]
    labels: frozenset[str]
    sections: frozenset[str]

    @classmethod
    def of(cls, metadata: Structured, url: str | None) -> _Site:
        try:
            parts = urlsplit(url or "")
            host = (parts.hostname or "").removeprefix("www.")
        except ValueError:
            parts, host = urlsplit(""), ""
        labels = frozenset(_letters(label) for label in host.split(".")[:-1] if len(label) > 2)
        own = {_letters(text) for text in (metadata.publisher, *metadata.site_names) if text}
        steps = {_letters(step) for step in (*parts.path.split("/"), metadata.section or "")} - {""}
        return cls(
            frozenset(own | {_letters(host)}) - {""}, labels - {"", "news", "com", "blog"}, frozenset(steps)
        )

    def is_name(self, text: str) -> bool:
        """Whether a text is only the site's name: `The Harbour Post` on post.example, `HarbourPost.com`."""
        letters = _letters(text)
        if not letters or letters in self.names or letters in self.labels:
            return True
        bare = letters.removeprefix("www").removeprefix("the")
        for label in self.labels:
            rest = bare.replace(label, "", 1) if label in bare else bare
            if label in bare and (len(rest) <= 4 or rest in _ENDS):
                return True
        return bare in {name.removeprefix("the") for name in self.names}

    def opens(self, text: str) -> bool:
        """Whether a heading begins with the site's name, as `Post: World Views` does."""
        parts = [part for part in re.split(r"\s[|–—·»:-]\s|:\s|\s-\s", text) if part.strip()]
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
        return _letters(part) in self.sections and len(words(part)) <= _SHORTEST < longer

    def _has_name(self, text: str) -> bool:
        """Whether the part carries the name among others: `Latest News from HarbourPost.com`."""
        letters = _letters(text)
        long = (name for name in self.names | self.labels if len(name) > 4)
        return any(name in letters for name in long)


_DATED = re.compile(r"\W*(?:[^\W\d]+\.? )?\d{1,2}[.,/]? ?(?:[^\W\d]+\.? |\d{1,2}/)?(?:19|20)\d\d\W*")
# What papers and stations put around the name in their address.
_ENDS = frozenset({"news", "online", "newspaper", "magazine", "daily", "com", "homepage", "tv", "blog"})


def words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _letters(text: str) -> str:
    return _MARKS.sub("", text.casefold())


def split(title: str) -> list[tuple[str, int, int]]:
    """The parts of a title between its separators, each with its start and end."""
    parts, start = [], 0
    for match in _SEPARATOR.finditer(title):
        parts.append((title[start : match.start()], start, match.start()))
        start = match.end()
    parts.append((title[start:], start, len(title)))
    return [part for part in parts if part[0].strip()]


def _texts(tree: HtmlElement, tags: Sequence[str]) -> list[str]:
    texts = (plain("".join(element.itertext())) for element in tree.iter(*tags))
    return [text for text in dict.fromkeys(texts) if text and len(text) <= _LONGEST]


def _agreeing(headings: Iterable[str], known: Sequence[str]) -> str | None:
    """The heading that says what a known title says: the best of them, the first of equals."""
    best, best_share = None, 0.0
    for heading in headings:
        share = max((agreement(heading, text) for text in known), default=0.0)
        if share > best_share:
            best, best_share = heading, share
    return best if best_share >= 0.5 else None


def agreement(heading: str, title: str) -> float:
    """How far a heading is the title or a long part of it, 0 to 1. A short part of a title is no headline: it
    is the section's name."""
    mine, theirs = words(heading), words(title)
    if not mine or not theirs:
        return 0.0
    if mine == theirs or _letters(heading) == _letters(title):
        return 1.0
    common = len(set(mine) & set(theirs))
    shortest = min(len(set(mine)), len(set(theirs)))
    letters, whole = _letters(heading), _letters(title)
    if letters in whole:
        longest = max((len(_letters(part[0])) for part in split(title)), default=0)
        at_end = (whole.startswith(letters) or whole.endswith(letters)) and len(mine) > _SHORTEST
        return 0.9 if at_end or len(letters) >= 0.75 * longest else 0.0
    common = len(set(mine) & set(theirs))
    shortest = min(len(set(mine)), len(set(theirs)))
    return 0.8 * common / shortest if shortest > 2 or common > 1 else 0.0


def _without_kicker(heading: str, announced: Sequence[str]) -> str:
    """The heading without a section's name or kicker before the words that are announced, and not a short
    piece of them."""
    mine = _letters(heading)
    for text in announced:
        theirs = _letters(text)
        if mine != theirs and len(words(text)) > 1 and mine.endswith(theirs):
            return text
        if len(split(heading)) > 1 and mine != theirs and theirs in mine and len(theirs) > 0.6 * len(mine):
            return text
        if len(mine) < 0.5 * len(theirs) and mine in theirs:
            return text
    return heading


def _printed(tree: HtmlElement, title: str, site: _Site) -> str | None:
    """The longest part of the title that an element prints: between separators, or at an end of the title."""
    whole, pieces = title.casefold(), split(title)
    starts, ends = {0, *(part[1] for part in pieces)}, {len(title), *(part[2] for part in pieces)}
    best = ""
    for element in tree.iter(*_PRINTS):
        text = plain(element.text if not len(element) else _short_text(element))
        if not text or not len(best) < len(text) <= _LONGEST or site.opens(text):
            continue
        at = whole.find(text.casefold())
        if at < 0 or at + len(text) not in ends:
            continue
        if at in starts or (len(words(text)) > _SHORTEST and not whole[at - 1].isalnum()):
            best = text
    return best if len(words(best)) >= _SHORTEST else None


def _short_text(element: HtmlElement) -> str | None:
    """The text of an element that holds little more than text."""
    if len(element) > 3:
        return None
    parts: list[str] = []
    size = 0
    for part in element.itertext():
        parts.append(part)
        size += len(part)
        if size > 2 * _LONGEST:
            return None
    return "".join(parts)


def _titled(tree: HtmlElement, site: _Site) -> str | None:
    """The first text of an element named for a headline, else of a heading, that is a sentence by length."""
    named = (
        element
        for element in tree.iter("h2", "h3", "h4", "div", "span", "p", "td", "font", "b")
        if _TITLED.search(f"{element.get('class') or ''} {element.get('id') or ''}")
    )
    for elements in (named, tree.iter("h2", "h3")):
        for element in elements:
            if element.find(".//a") is not None:
                continue
            text = plain(_short_text(element))
            if (
                text
                and _SHORTEST < len(words(text)) <= 30
                and not site.opens(text)
                and not _NOTICE.search(text)
            ):
                return text
    return None
