"""The place and day of a dateline: `SAN JOSE, Calif., April 2`, and not the start of a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import resources

from ingest.dates import month_number, nearest_day
from ingest.dates.names import WEEKDAYS, fold


@dataclass(frozen=True, slots=True)
class Place:
    """What precedes a credit. `name` is as printed; `caps` that it is set in capitals (or its script has
    none); `known` that a dateline city or region is in it; `dated` that a day was printed (`day` is None
    while its year is unknown)."""

    name: str | None
    day: date | None = None
    dated: bool = False
    caps: bool = False
    known: bool = False
    cased: bool = True


# "2 de abril de 2025", "2nd April, 2025", "02 April", "2. dubna 2025" | "April 2, 2025", "Apr. 02" | "2025.
# április 2." | "4月2日"
DAY = re.compile(
    r"(?<!\w)(?:(?P<d1>\d{1,2})\s?(?:st|nd|rd|th|er|º|\.)?\s{0,2}(?:de |-)?\s?"
    r"(?P<m1>[^\W\d_][^\W\d_'’\u0900-\u097f]{0,12}[\u0900-\u097f]{0,10})\.?"
    r"(?:,?\s{0,2}(?:de |del )?(?P<y1>(?:19|20)\d\d)(?:\s?г\.|\s?року)?)?"
    r"|(?P<y3>(?:19|20)\d\d)\.?\s(?P<m3>[^\W\d_]{3,12})\.?\s(?P<d3>\d{1,2})\.?"
    r"|(?P<m2>[^\W\d_]{3,12})\.?\s{0,2}(?P<d2>\d{1,2})(?:st|nd|rd|th)?(?:,?\s{0,2}(?P<y2>(?:19|20)\d\d))?"
    r"|(?P<y4>(?:19|20)\d\d)-(?P<m4>\d\d)-(?P<d4>\d\d)"
    r"|(?P<d5>\d{1,2})[./-](?P<m5>\d{1,2})[./-](?P<y5>(?:19|20)\d\d)"
    r"|(?P<d6>\d{1,2})\s-\s(?P<m6>\d{1,2}))(?!\w)"
)
_SPOKEN_DAY = re.compile(
    r"(?:^|[\s,])(?P<word>[\u0900-\u097f]{2,12})\s(?P<m>[\u0900-\u097f]{2,12})(?=[\s,(]|\Z)"
)
_WORD = re.compile(r"[^\W\d_][\w.'’`´ʼ\u0300-\u036f\u0900-\u097f\u064b-\u0652-]*")
_LINK_WORDS = (
    "of the de la le les del di da do dos das el al and und et y e i en in im am an bei upon sur sous near "
    "off on-the van der den "
    "al- aan ve v na a at в на و في فى में"
)
_LINKS = frozenset(_LINK_WORDS.split())
_ARTICLE_WORDS = (
    "The A An In At On Die Der Das Les Gli I L' L’ El La Le Los Las Il Lo O Os As Um Une Un "
    "Una Eine Ein En Em Im"
)
_ARTICLES = frozenset(_ARTICLE_WORDS.split())
_SPLIT = re.compile(r"[,/()\[\]–—-]|\bи\b|\band\b|\bund\b|\by\b")
_GLUED = re.compile(r"[A-Z]{3,}[a-z]{2,}")  # a subhead stuck to the place: `ISLANDSKerteminde`
_MAX_WORDS = 8


@lru_cache(maxsize=1)
def _gazetteer() -> tuple[frozenset[str], frozenset[str]]:
    """(cities, regions), folded."""
    text = resources.files("ingest.extract.wire").joinpath("dateline_places.txt").read_text(encoding="utf-8")
    names: dict[str, set[str]] = {"city": set(), "region": set()}
    for line in text.splitlines():
        kind, _, rest = line.partition(": ")
        names.get(kind, set()).update(fold(name).rstrip(".") for name in rest.split(";") if name.strip())
    return frozenset(names["city"]), frozenset(names["region"])


def is_city(name: str) -> bool:
    """Whether datelines print this city without a state or country (dateline_places.txt)."""
    return fold(name).strip(" .") in _gazetteer()[0]


def is_region(name: str) -> bool:
    """Whether this is a state or country that follows a city in datelines."""
    return fold(name).strip(" .") in _gazetteer()[1]


def read_place(prefix: str, near: date | None) -> Place | None:
    """The place and day in `prefix`, None if it reads like anything else. `near` supplies a year that is not
    printed."""
    day, dated, rest = _take_day(prefix, near)
    rest = _undotted(_without_weekday(rest).strip(" ,;:-–—/\n\r\t\u3000"))
    rest = rest.removeprefix("(") if ")" not in rest else rest
    rest = rest[1:-1] if rest[:1] == "(" and rest[-1:] == ")" else rest.removesuffix(" في")
    if "\n" in rest or rest.startswith(("By ", "BY ")):
        return None
    if not rest:
        return Place(None, day, dated, cased=False)
    words = _WORD.findall(rest)
    if (
        not words
        or len(words) > _MAX_WORDS
        or any(c.isdecimal() for c in rest)
        or ". " in rest.replace("St. ", "").rstrip(".")
    ):
        return None if not _initialled(rest, words) else _place(rest, words, day, dated)
    if _GLUED.search(rest) or any(w[0].islower() and w.rstrip(".") not in _LINKS for w in words):
        return None
    place = _place(rest, words, day, dated)
    return None if not place.known and (words[0] in _ARTICLES or rest[:2] in ("L'", "L’")) else place


def _undotted(place: str) -> str:
    """Without a closing full stop, unless it belongs to a region's short form (`Calif.`)."""
    last = place.rpartition(",")[2].strip()
    return place if len(last) <= 6 and "." in last and is_region(last) else place.strip(" .,")


def _initialled(rest: str, words: list[str]) -> bool:
    """`ST. LOUIS`, `WASHINGTON, D.C`, `Moscow. April 2`: full stops that belong to a name."""
    stops = rest.rstrip(".").split(". ")
    return (
        0 < len(words) <= _MAX_WORDS
        and not any(c.isdecimal() for c in rest)
        and all(len(s.split()[-1]) <= 5 for s in stops[:-1] if s)
    )


def _place(rest: str, words: list[str], day: date | None, dated: bool) -> Place:
    cased = any(c.islower() or c.isupper() for c in rest)
    first = _SPLIT.split(rest)[0].strip()
    parts = [p.strip(" .") for p in _SPLIT.split(rest)]
    caps = not cased or (sum(c.isalpha() for c in first) > 1 and not any(c.islower() for c in first))
    known = (
        is_city(rest)
        or (caps and len(first) > 4 and is_region(rest))
        or is_city(first)
        or (len(parts) > 1 and any(is_region(p) for p in parts[1:] if p))
    )
    return Place(rest, day, dated, caps, known, cased)


def _without_weekday(text: str) -> str:
    last = re.split(r"[\s,]+", text.strip(" ,"))[-1] if text.strip(" ,") else ""
    return (
        text.strip(" ,").removesuffix(last) if fold(last).rstrip(".") in WEEKDAYS and len(last) > 2 else text
    )


def _take_day(text: str, near: date | None) -> tuple[date | None, bool, str]:
    match = DAY.search(text)
    while match:
        group = match.groupdict()
        number = next(k[1] for k in ("d1", "d2", "d3", "d4", "d5", "d6") if group[k])
        printed = group[f"m{number}"]
        month = int(printed) if printed.isdecimal() else month_number(printed)
        if month and 1 <= month <= 12:
            year = group.get(f"y{number}")
            day = _day(int(year) if year else None, month, int(group[f"d{number}"]), near)
            return day, True, f"{text[: match.start()]} {_without_twin(text[match.end() :])}"
        match = DAY.search(text, match.start() + 1)
    for spoken in _SPOKEN_DAY.finditer(text):
        if month_number(spoken["m"]):
            # "दो अप्रैल": Hindi wires spell the day out; its number stays unread.
            return None, True, f"{text[: spoken.start()]} {text[spoken.end() :]}"
    return None, False, text


def _without_twin(rest: str) -> str:
    """Arabic wires print a month twice, by both its names: `2 أبريل نيسان`."""
    word, _, more = rest.lstrip(" /").partition(" ")
    return more if month_number(word) else rest


def _day(year: int | None, month: int, dom: int, near: date | None) -> date | None:
    if year is None:
        return nearest_day(month, dom, near) if near else None
    try:
        return date(year, month, dom)
    except ValueError:
        return None
