"""The headline of a page: what is announced (JSON-LD, og:title, the feed), as the page prints it.

A page's first h1 may be a section's, the site's name or a notice, its <title> carries names of site and
section. So a heading counts where it agrees with what is announced or with the title; a part of the title
where the page prints it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lxml.html import HtmlElement

from ingest.extract.site import Site, letters, split, words
from ingest.extract.structured import Structured
from ingest.extract.values import plain

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
    site = Site.of(metadata, url)
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
    if mine == theirs or letters(heading) == letters(title):
        return 1.0
    part, whole = letters(heading), letters(title)
    if part in whole:
        longest = max((len(letters(piece[0])) for piece in split(title)), default=0)
        at_end = (whole.startswith(part) or whole.endswith(part)) and len(mine) > _SHORTEST
        return 0.9 if at_end or len(part) >= 0.75 * longest else 0.0
    common = len(set(mine) & set(theirs))
    shortest = min(len(set(mine)), len(set(theirs)))
    return 0.8 * common / shortest if shortest > 2 or common > 1 else 0.0


def _without_kicker(heading: str, announced: Sequence[str]) -> str:
    """The heading without a section's name or kicker before the words that are announced, and not a short
    piece of them."""
    mine = letters(heading)
    for text in announced:
        theirs = letters(text)
        if mine != theirs and len(words(text)) > 1 and mine.endswith(theirs):
            return text
        if len(split(heading)) > 1 and mine != theirs and theirs in mine and len(theirs) > 0.6 * len(mine):
            return text
        if len(mine) < 0.5 * len(theirs) and mine in theirs:
            return text
    return heading


def _printed(tree: HtmlElement, title: str, site: Site) -> str | None:
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


def _titled(tree: HtmlElement, site: Site) -> str | None:
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
