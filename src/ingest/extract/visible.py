"""The date that a page prints for its readers: in an element that is named for it, near the headline."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lxml.html import HtmlElement

_NAMED = re.compile(
    r"date|publi|posted|time(?!line)|created|byline|fecha|datum|tagline|\bdata\b|veroeff"
    r"|(?:entry|post|article)-(?:meta|info)",
    re.I,
)
# Names of elements whose dates are another story's, a reader's, or a change's.
_FOREIGN = re.compile(
    r"comment|related|sidebar|footer|copyright|birth|event|expir|recent|popular|archive|calendar|weather"
    r"|promo|teaser|card|widget|trending|more-|latest|list|carousel|newsletter|menu",
    re.I,
)
_CHANGED = re.compile(
    r"updat|modif|edited|actuali|atualiz|aktuali|aggiorn|mis à jour|màj|bijgewerkt|güncel|oppdater|uppdater"
    r"|opdater|обновл|оновл|zuletzt|review|last",
    re.I,
)
_TAG_NAMES = "time span div p li small em i b strong a td dd address abbr h2 h3 h4 h5 h6"
_TAGS = frozenset(_TAG_NAMES.split())
_ASIDE = frozenset({"aside", "nav", "footer"})
_BETWEEN = re.compile(r"[|•·/](?=\s)|(?<=\s)[|•·/]")
_TEXT_CAP, _WORDS_CAP, _CANDIDATES_CAP, _ANCESTORS = 160, 22, 20, 6
_LONG_PARAGRAPH = 200


def printed_date(tree: HtmlElement, is_date: Callable[[str], bool]) -> str | None:
    """Returns the first date behind the headline, up to the first long paragraph of the text; without one,
    the only date before it. None where elements named for a date hold none that `is_date` accepts."""
    before: list[str] = []
    for element, is_behind in _candidates(tree):
        if raw := _first_date(element, is_date):
            if is_behind:
                return raw
            before.append(raw)
    return before[0] if len(set(before)) == 1 else None


def _candidates(tree: HtmlElement) -> Iterator[tuple[HtmlElement, bool]]:
    """Elements named for a date, with whether the headline stands before them."""
    headline, is_behind, count = tree.find(".//h1"), False, 0
    for element in tree.iter():
        if element is headline:
            is_behind = True
        if element.tag == "p" and is_behind and len(element.text_content()) > _LONG_PARAGRAPH:
            return
        if element.tag in _TAGS and _is_named(element):
            count += 1
            yield element, is_behind
        if count == _CANDIDATES_CAP:
            return


def _is_named(element: HtmlElement) -> bool:
    names = _names(element)
    if not (element.tag == "time" or _NAMED.search(names)) or _FOREIGN.search(names):
        return False
    for number, parent in enumerate(element.iterancestors()):
        if number == _ANCESTORS or parent.tag in ("body", "html"):
            break
        if parent.tag in _ASIDE or _FOREIGN.search(_names(parent)):
            return False
    return True


def _names(element: HtmlElement) -> str:
    return f"{element.get('class') or ''} {element.get('id') or ''} {element.get('itemprop') or ''}"


def _first_date(element: HtmlElement, is_date: Callable[[str], bool]) -> str | None:
    text = " ".join(" ".join(element.itertext()).split())
    if _CHANGED.search(_names(element)):
        # `03/03/2026 01:57 | Actualizado a 04/03/2026` in a dateModified: the first is not the change's.
        first = _CHANGED.split(text)
        return _first_of(first[0], is_date) if len(first) > 1 and len(text) <= _TEXT_CAP else None
    printed = element.get("datetime") if element.tag == "time" else None
    raw = _first_of(text, is_date) if len(text) <= _TEXT_CAP else None
    return printed if (raw or not text) and printed and is_date(printed) else raw


def _first_of(text: str, is_date: Callable[[str], bool]) -> str | None:
    parts = (_longest_date(part.split()[:_WORDS_CAP], is_date) for part in _BETWEEN.split(text))
    return next(filter(None, parts), None)


def changed_days(tree: HtmlElement) -> frozenset[str]:
    """The days (ISO) of the elements that are marked up as the time of a change."""
    marked = tree.iterfind(".//*[@itemprop='dateModified']")
    return frozenset((element.get("datetime") or element.get("content") or "")[:10] for element in marked)


def _longest_date(words: list[str], is_date: Callable[[str], bool]) -> str | None:
    """The longest run of words that is a date: not one of a change, and none of several (`5 to 9
    March 2026`)."""
    if not any(char.isdecimal() for word in words for char in word):
        return None
    for length in range(min(10, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            run = " ".join(words[start : start + length]).strip(" ,-–—•()[]:;")
            around = "".join(words[max(0, start - 2) : start] + words[start + length : start + length + 1])
            is_cut = any(char.isdecimal() for char in around)
            if len(run) >= 6 and not is_cut and is_date(run):
                is_change = _CHANGED.search(" ".join(words[max(0, start - 3) : start + 1]))
                return None if is_change else run
    return None
