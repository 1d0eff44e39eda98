"""The date that a page prints for its readers: in an element that is named for it, near the headline."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice

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
_LONG_PARAGRAPH, _BARE_CAP, _RELATIVE = 200, 60, 5
_LIKE_A_DATE = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?!\d)|\d[./-]\d{1,2}[./-]\d\d|[\u0660-\u0669\u0966-\u096f]{2}|25\d\d"
)


def printed_date(tree: HtmlElement, is_date: Callable[[str], bool]) -> str | None:
    """Returns the first date behind the headline, up to the first long paragraph of the text; without one,
    the only date before it. None where elements named for a date hold none that `is_date` accepts."""
    before: list[str] = []
    count = 0
    for count, (element, is_behind) in enumerate(_candidates(tree), 1):  # noqa: B007
        if raw := _first_date(element, is_date):
            if is_behind:
                return raw
            before.append(raw)
    # a list of dates longer than what is read says nothing
    return before[0] if len(set(before)) == 1 and count < _CANDIDATES_CAP else None


def bare_date(tree: HtmlElement, is_date: Callable[[str], bool]) -> str | None:
    """Returns the first element behind the headline that holds a date and nothing else, whatever it is
    called; on a page without a headline, the only such date before the text. One long paragraph, the
    standfirst, may come before it."""
    headline, is_behind, count, paragraphs = tree.find(".//h1"), False, 0, 0
    before: list[str] = []
    for element in tree.iter():
        is_behind = is_behind or element is headline
        if element.tag == "p" and (is_behind or headline is None):
            paragraphs += len(element.text_content()) > _LONG_PARAGRAPH
        if paragraphs > 1 or count == _CANDIDATES_CAP:
            break
        if not _may_be_date(element):
            continue
        count += 1
        if raw := _mostly_date(element, is_date):
            if is_behind:
                return raw
            before.append(raw)
    return before[0] if headline is None and len(set(before)) == 1 else None


def bare_dates(tree: HtmlElement, is_date: Callable[[str], bool]) -> Iterator[str]:
    """The dates of the first elements in the whole page that hold one and little else."""
    elements = islice((each for each in tree.iter() if _may_be_date(each)), _CANDIDATES_CAP)
    return filter(None, (_mostly_date(element, is_date) for element in elements))


def _may_be_date(element: HtmlElement) -> bool:
    text = element.text
    if len(element) or not text or len(text) > _BARE_CAP or not _LIKE_A_DATE.search(text):
        return False
    parent = element.getparent()
    names = _names(element) + ("" if parent is None else _names(parent))
    return not _CHANGED.search(names) and _is_in_place(element)


def _mostly_date(element: HtmlElement, is_date: Callable[[str], bool]) -> str | None:
    text = " ".join((element.text or "").split())
    raw = _first_of(text, is_date)
    return raw if raw and len(raw) >= 0.5 * len(text) else None


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
    return (element.tag == "time" or _NAMED.search(_names(element)) is not None) and _is_in_place(element)


def _is_in_place(element: HtmlElement) -> bool:
    """Whether neither the element nor one around it is named for other dates than the article's."""
    if _FOREIGN.search(_names(element)):
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
    # `28 minutes ago`, `yesterday` and `09:30` have their day in the attribute
    is_told = raw or (len(text.split()) <= _RELATIVE and not _CHANGED.search(text))
    return printed if is_told and printed and is_date(printed) else raw


def _first_of(text: str, is_date: Callable[[str], bool]) -> str | None:
    parts = (_longest_date(part.split()[:_WORDS_CAP], is_date) for part in _BETWEEN.split(text))
    return next(filter(None, parts), None)


def changes(tree: HtmlElement) -> list[str]:
    """The times of a change as they are written, of the elements that are marked up as one."""
    marked = tree.iterfind(".//*[@itemprop='dateModified']")
    raws = (each.get("datetime") or each.get("content") or " ".join(each.itertext()) for each in marked)
    return [raw.strip() for raw in raws]


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
