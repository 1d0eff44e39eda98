"""Who wrote the article: the authors that JSON-LD and meta tags name, else the byline that the page
prints."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import islice

from lxml.html import HtmlElement

from ingest.dates import month_number
from ingest.dates.names import DATE_WEEKDAYS
from ingest.extract import people
from ingest.extract.people import Signed
from ingest.extract.structured import Structured
from ingest.extract.values import plain
from ingest.extract.wire.agencies import AgencyTable

_TAG_NAMES = "a span div p address strong b cite em i li h3 h4 h5 h6 time small aside td"
_TAGS = frozenset(_TAG_NAMES.split())
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NAMED = re.compile(
    r"(?<![a-z])(?:author|byline|contributor|writer|reporter|auth)s?-+(?:full-?)?"
    r"(?:name|link|title-?link|item)(?![a-z])|"
    r"(?<![a-z])fn(?![a-z])"
)
_BYLINE = re.compile(
    r"(?<![a-z])(?:bylines?|byl|by-author|written-by|writers?|signature"
    r"|(?:post|article|entry|story)-+(?:author|by))(?![a-z])|(?:^|\s)by(?:\s|$)"
)
_AUTHOR = re.compile(
    r"(?<![a-z])(?:authors?|autore?s?|autorin|auteure?s?|journalist(?:e|a|en)?|verfasser|reporter|yazar"
    r"|signed|firma)(?![a-z])(?!-+(?:bio|image|avatar|box|social|photo|desc|list|archive|about|info-))"
)
_PROFILE = re.compile(
    r"/(?:authors?|autor(?:en|es)?|auteurs?|profile|staff|people|journalists?|contributors?"
    r"|reporters?|columnists?|journalistes?|writers?|newsteam|our-team|team|redaktion|by)/[\w%.-]{3,}"
)
_NOT_HERE = re.compile(
    r"(?<![a-z])(?:comments?|related|recirc|(?<!with-)(?<!has-)(?<!no-)sidebar|footer|teasers?|cards?|carousel|popular|trending"
    r"|more-\w+|nav)(?![a-z])"
)
_FRAME = frozenset({"nav", "footer", "figure", "figcaption"})
_NAME = re.compile(r"^[^\W\d_][\w.'’\-]*(?:(?:,\s*|\s+)[^\W\d_][\w.'’\-]*){0,6}$")
_TITLE_WORDS = re.compile(
    r"\b(?:editor|reporter|staff|writer|correspondent|published|updated|posted|minutes?|read|by|share"
    r"|follow|news|more|"
    r"about|all)\b",
    re.I,
)
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_PARTICLE_WORDS = (
    "de da do dos das del della di du la le van der von den zu zur vom af av ten ter al el bin ibn y e"
)
_PARTICLES = frozenset(_PARTICLE_WORDS.split())
_LOGIN = re.compile(r"[\d._]|^[a-z]")
LENGTH, _MOST = 160, 6
_LONG_PARAGRAPH = 200
# What a byline begins with; after the lower-case labels only a colon says that a name follows.
_LABEL = re.compile(
    r"\s*(?:(?:(?:Written|Story|Words|Reported|Posted|Text|Report) by|By|BY|Von|Par|Por|Di|Av|Af|Door"
    r"|par|von|por|Escrito por|Publicado por|Écrit par|Geschrieben von|Text|Autor|Author)"
    r"\s*(?::\s*)?(?=[A-ZÀ-Þ]|\Z)"
    r"|(?:by|author|autor|autore|auteur|text|texte|reporter)\s*:)"
)
# Where the words of a byline's element are no names any more.
_AFTER = re.compile(
    r"\s(?:(?P<month>[^\W\d_]{3,12})\.?,?\s)?\d"
    r"|\s(?:on|am|posted|published|updated|last updated|publicado|actualizado|publié|veröffentlicht|stand"
    r"|tiempo de|lesezeit|lesedauer|follow|read more|view|share|minutes?)\b",
    re.I,
)
House = Callable[[str], bool]
"""Whether a name is the house's own."""


def signed(tree: HtmlElement, metadata: Structured, agencies: AgencyTable, is_house: House) -> Signed:
    """Returns the people and agencies that wrote the page. The printed byline counts where the structured
    author is nobody, the house or another body."""
    announced = people.signed(metadata.authors, agencies, is_house)
    if any(_is_full(name) for name in announced.people):
        return announced
    wires = announced.agencies or people.signed(metadata.bodies, agencies, is_house).agencies
    if wires:
        return Signed(announced.people, wires)
    shown = printed(tree, agencies, is_house)
    if announced.people and not any(_is_fuller(name, announced.people) for name in shown.people):
        return announced
    return shown


def _is_full(name: str) -> bool:
    """No login name and no first name alone: `CC7567`, `ada.lind`, `Ada`."""
    return " " in name or not name.isascii()


def _is_fuller(name: str, announced: tuple[str, ...]) -> bool:
    """Whether a printed name is one of the announced in full, or stands for a login name."""
    own = name.casefold().split()
    return " " in name and any(one.casefold() in own or _LOGIN.search(one) for one in announced)


def printed(tree: HtmlElement, agencies: AgencyTable, is_house: House) -> Signed:
    """Returns who signed in the page's byline; nobody where no markup sets one apart from other text. The
    strongest kind of markup decides."""
    best: dict[int, list[tuple[HtmlElement, Signed]]] = {}
    for rank, element, names in _candidates(tree, agencies, is_house):
        best.setdefault(rank, []).append((element, names))
        if rank == 0 and len(best[0]) > 5:
            break
    if not best:
        return Signed()
    group = best[min(best)]
    home = _home(group[0][0])
    near = [names for element, names in group if _home(element) is home]
    first = dict.fromkeys(name for names in near for name in names.people)
    # a link to one of them leaves out those without a page of their own
    for _, names in (each for rank in sorted(best) for each in best[rank]):
        if len(first) < len(names.people) <= _MOST and first.keys() <= set(names.people):
            first = dict.fromkeys(names.people)
    seen = {name for ranked in best.values() for _, names in ranked for name in names.people}
    # "Ann Lee Daily Post" around a link "Ann Lee" is the name with the paper's behind it
    whole = dict.fromkeys(
        min((n for n in seen if name.startswith(f"{n} ")), key=len, default=name)
        for name in islice(first, 2 * _MOST)
    )
    wires = dict.fromkeys(wire for names in near for wire in names.agencies)
    return Signed(tuple(whole)[:_MOST], tuple(wires))


def _candidates(
    tree: HtmlElement, agencies: AgencyTable, is_house: House
) -> Iterator[tuple[int, HtmlElement, Signed]]:
    headline, is_early, is_below = tree.find(".//h1"), True, False
    for element in tree.iter():
        is_below = is_below or element is headline
        if element.tag not in _TAGS and "-" not in str(element.tag):  # <my-author> is a custom element
            continue
        if is_early and element.tag == "p" and len(element.text_content()) > _LONG_PARAGRAPH:
            is_early = not (is_below or headline is None)
        rank = _rank(
            (element.get("class") or "")[:300],
            (element.get("id") or "")[:100],
            element.get("rel") or "",
            element.get("itemprop") or "",
        )
        if rank is None and element.tag == "a" and _PROFILE.search(element.get("href") or ""):
            rank = 2
        if rank is None and is_early:
            rank = 4 if _LABEL.match(element.text or "") else None
        if rank is None or not _in_place(element):
            continue
        text = plain(" ".join(element.itertext()))
        if text and len(text) <= LENGTH and (names := _names(text, rank, agencies, is_house)):
            yield rank, element, names


def _names(text: str, rank: int, agencies: AgencyTable, is_house: House) -> Signed | None:
    """Who signs in the text of a byline's element, None where it does not begin with a name."""
    after = _AFTER.search(text)
    if after:
        is_name = after["month"] and not month_number(after["month"])
        text = text[: after.end("month") if is_name else after.start()]
    names = people.signed([text], agencies, is_house)
    if not names.people:
        return names if names.agencies else None
    lead = people.pieces(text)
    if any(not _is_name(name, rank) for name in names.people):
        return None
    begins = lead and (lead[0].startswith(names.people[0]) or names.agencies)
    return names if begins else None


@lru_cache(maxsize=20_000)
def _rank(classes: str, ident: str, rel: str, prop: str) -> int | None:
    if "author" in rel.split() or prop.startswith("author"):
        return 0
    if not classes and not ident:
        return None
    names = _CAMEL.sub("-", f"{classes} {ident}").replace("_", "-").lower()
    for rank, pattern in ((1, _NAMED), (2, _BYLINE), (3, _AUTHOR)):
        if pattern.search(names) and (
            rank != 1 or "auth" in names or "by" in names or "writer" in names or "report" in names
        ):
            return rank
    return None


def _in_place(element: HtmlElement) -> bool:
    for parent in element.iterancestors():
        if parent.tag in _FRAME or _NOT_HERE.search(
            _CAMEL.sub("-", parent.get("class") or "").replace("_", "-").lower()
        ):
            return False
        if parent.tag in ("article", "main", "body"):
            return True
    return True


def _is_name(name: str, rank: int) -> bool:
    """Whether it is written as a name: in capitals, or a login name in a link to its owner."""
    if not (2 <= len(name) <= 60 and _NAME.match(name)) or _TITLE_WORDS.search(name):
        return False
    if " " not in name:
        return rank == 0 or not _LATIN.match(name) or (rank < 4 and name[:1].isupper() and not _is_day(name))
    return all(word[:1] == word[:1].upper() or word.casefold() in _PARTICLES for word in name.split())


def _is_day(word: str) -> bool:
    return month_number(word) is not None or word.casefold() in DATE_WEEKDAYS


def _home(element: HtmlElement) -> HtmlElement:
    parent = element.getparent()
    above = parent.getparent() if parent is not None else None
    return above if above is not None else element
