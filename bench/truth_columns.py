"""What is right in each column of mart.articles, by the gold of a page: the definitions of truth.py."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

Row = dict[str, Any]
Gold = Any


@dataclass(slots=True)
class Score:
    """Sums of the marks (0 to 1) of ours and of theirs over the pages that have gold."""

    pages: int = 0
    our_sum: float = 0.0
    their_sum: float = 0.0

    def add(self, our: float, their: float) -> None:
        self.pages += 1
        self.our_sum += our
        self.their_sum += their

    def join(self, other: Score) -> None:
        self.pages += other.pages
        self.our_sum += other.our_sum
        self.their_sum += other.their_sum

    @property
    def ours(self) -> float:
        return self.our_sum / max(1, self.pages)

    @property
    def theirs(self) -> float:
        return self.their_sum / max(1, self.pages)


@dataclass(frozen=True, slots=True)
class Column:
    """A column as measured: `gold(set, page)` is None where a page has none, `mark(gold, extracted)` is 0 to
    1. `compared`: trafilatura has that column too."""

    name: str
    about: str
    gold: Callable[[str, Row], Gold | None]
    mark: Callable[[Gold, Row], float]
    compared: bool = True


# The news sets: guides, blogs and outputs of other tools are printed per set, and are not in the sums.
_NEWS = (
    "fundus_eval",
    "fundus_tests",
    "newspaper4k",
    "scrapinghub",
    "l3s_gn1",
    "mercury",
    "traf_eval_sub",
    "htmldate_mediacloud_2020",
    "goose3",
    "newspaper",
)


def agreed(column: str) -> str:
    """The key of an extracted row that a measured column reads."""
    return {
        "published_day": "published_at",
        "published_instant": "published_at",
        "authors_precision": "authors",
        "authors_recall": "authors",
        "body_precision": "body_text",
        "body_recall": "body_text",
        "begins_right": "body_text",
        "segments": "body_text",
    }.get(column, column)


def _norm(value: Any) -> str:
    return " ".join(str(value or "").lower().split())


def _meta(page: Row, *names: str) -> Any:
    meta = page.get("meta") or {}
    return next((meta[name] for name in names if meta.get(name)), None)


# -- headline, authors ---------------------------------------------------------------------------------------


def _title(_: str, page: Row) -> str | None:
    return _norm(_meta(page, "title")) or None


def _title_mark(gold: str, row: Row) -> float:
    return float(gold == _norm(row.get("headline")))


def _writers(_: str, page: Row) -> frozenset[str] | None:
    who = _meta(page, "authors", "author")
    names = who if isinstance(who, list) else [who]
    return frozenset(_norm(name) for name in names if name) or None


def _names(row: Row) -> frozenset[str]:
    return frozenset(_norm(name) for name in row.get("authors") or ())


def _authors_mark(gold: frozenset[str], row: Row) -> float:
    return float(gold == _names(row))


def _authors_precision(gold: frozenset[str], row: Row) -> float:
    names = _names(row)
    return len(names & gold) / len(names) if names else 1.0


def _authors_recall(gold: frozenset[str], row: Row) -> float:
    return len(_names(row) & gold) / len(gold)


# -- published -----------------------------------------------------------------------------------------------

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _day(_: str, page: Row) -> str | None:
    match = _DAY.match(str(_meta(page, "publishing_date", "date", "published") or ""))
    return match[0] if match else None


def _day_mark(gold: str, row: Row) -> float:
    return float(gold == str(row.get("published_at"))[:10])


def _instant(_: str, page: Row) -> datetime | None:
    """Gold with a clock and a zone; midnight is how gold without a time is written."""
    try:
        at = datetime.fromisoformat(str(_meta(page, "publishing_date", "date", "published")))
    except ValueError:
        return None
    if at.tzinfo is None or at.time() == datetime.min.time():
        return None
    return at.astimezone(UTC)


def _instant_mark(gold: datetime, row: Row) -> float:
    """Right to the minute; a day alone claims no instant and is right where it is near."""
    raw = str(row.get("published_at") or "")
    if len(raw) == 10:
        return float(abs(datetime.fromisoformat(raw).date() - gold.date()) <= timedelta(days=1))
    try:
        return float(abs(datetime.fromisoformat(raw) - gold) < timedelta(minutes=1))
    except (ValueError, TypeError):
        return 0.0


# -- text ----------------------------------------------------------------------------------------------------

_TOKEN = re.compile(r"\w+")


def _shingles(text: str | None) -> Counter[tuple[str, ...]]:
    words = _TOKEN.findall(text or "")
    return Counter(tuple(words[i : i + 4]) for i in range(max(1, len(words) - 3)) if words[i : i + 4])


def _texts(_: str, page: Row) -> list[str] | None:
    """The gold texts: with and without what the gold marks as optional."""
    if paras := page.get("paras"):
        optional = [part[:1] == "[" and part[-1:] == "]" for part in paras]
        full = [part[1:-1] if left else part for part, left in zip(paras, optional, strict=True)]
        must = [part for part, left in zip(paras, optional, strict=True) if not left]
        return ["\n\n".join(full), "\n\n".join(must)]
    return [text for text in (page.get("text"), page.get("text_nosummary")) if text] or None


def _body(gold: list[str], row: Row) -> tuple[float, float]:
    """(precision, recall) against the gold text that is nearest."""
    mine = _shingles(row.get("body_text"))
    best = (0.0, 0.0)
    for text in gold:
        theirs = _shingles(text)
        common = sum((mine & theirs).values())
        precision = common / sum(mine.values()) if mine else float(not theirs)
        recall = common / sum(theirs.values()) if theirs else 1.0
        best = max(best, (precision, recall), key=lambda pair: sum(pair) and pair[0] * pair[1] / sum(pair))
    return best


def _first(_: str, page: Row) -> list[str] | None:
    return _TOKEN.findall(_norm(page["first"]))[:8] if page.get("first") else None


def _first_mark(gold: list[str], row: Row) -> float:
    return float(gold == _TOKEN.findall(_norm(row.get("body_text")))[:8])


# -- wire fields: read from the gold text by a strict form of its own ----------------------------------------

_AGENCIES = "Reuters|AP|AFP|dpa|ANSA|EFE|Xinhua|PTI|ANI|IANS|CNN|Kyodo|UPI|TASS|Bloomberg|PA|APA|CP"
_OPENING = re.compile(
    r"(?P<place>[A-ZÀ-Ý][\w.'’ /-]{2,40}?(?:, [A-Z][\w. ]{1,20}?)??)"
    r"(?:,? (?P<day>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)[a-z]*\.? \d{1,2}))?,? ?"
    rf"\((?P<agency>{_AGENCIES})\)\s?(?:-|–|—|--)\s"
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


def _opening(page: Row) -> re.Match[str] | None:
    return _OPENING.match((page.get("text") or "").lstrip()[:150])


def _agency(_: str, page: Row) -> str | None:
    match = _opening(page)
    return match and match["agency"].lower()


def _located(_: str, page: Row) -> str | None:
    match = _opening(page)
    return match and _norm(match["place"])


def _located_mark(gold: str, row: Row) -> float:
    """The first place of the dateline, with or without its state or country."""
    printed = _norm(row.get("located"))
    return float(bool(printed) and (gold.startswith(printed) or printed.startswith(gold)))


def _dateline_date(_: str, page: Row) -> str | None:
    """Month and day, -MM-DD: the dateline prints no year."""
    match = _opening(page)
    if not match or not match["day"]:
        return None
    month, day = match["day"].split()
    return f"-{_MONTHS.index(month[:3].lower()) + 1:02d}-{int(day):02d}"


# -- language, address ---------------------------------------------------------------------------------------

_COUNTRY_LANGUAGE = {"de": "de", "at": "de", "uk": "en", "us": "en", "au": "en", "es": "es", "fr": "fr"} | {
    "it": "it",
    "jp": "ja",
    "pl": "pl",
    "se": "sv",
    "isl": "is",
    "ru": "ru",
    "ua": "uk",
}


def _language(_: str, page: Row) -> str | None:
    """The text's language as labelled, else that of the publisher's country where it has one."""
    known: str | None = page.get("language")
    publisher = str(_meta(page, "publisher") or "")
    if known or any(mark in publisher for mark in ("Euronews", "Mallorca", "Südtiroler")):
        return known
    return _COUNTRY_LANGUAGE.get(_meta(page, "country") or "")


def _address(_: str, page: Row) -> tuple[str, str] | None:
    """(host, path) of an address that names one article by more than its query."""
    parts = urlsplit(page.get("url") or "")
    path = parts.path.strip("/")
    return ((parts.hostname or "").removeprefix("www."), path.lower()) if len(path) > 20 else None


def _address_mark(gold: tuple[str, str], row: Row) -> float:
    """The same article's path. A page without a canonical link has none in the column, which is right."""
    if not row.get("canonical_url"):
        return 1.0
    parts = urlsplit(row["canonical_url"])
    path = parts.path.strip("/").lower()
    return float(bool(path) and (path in gold[1] or gold[1] in path or _slug(path) == _slug(gold[1])))


def _slug(path: str) -> str:
    return max(re.split(r"[/.]", path), key=len)


COLUMNS = (
    Column("headline", "it is the gold title, but for case", _title, _title_mark),
    Column("authors", "they are exactly the gold names", _writers, _authors_mark),
    Column("authors_precision", "share of our names that the gold has", _writers, _authors_precision),
    Column("authors_recall", "share of the gold names that we have", _writers, _authors_recall),
    Column("published_day", "the day is the gold's, as the publisher prints it", _day, _day_mark),
    Column(
        "published_instant",
        "the time is the gold's to the minute, or we give the day alone",
        _instant,
        _instant_mark,
        compared=False,
    ),
    Column(
        "language",
        "it is the text's language",
        _language,
        lambda g, r: float(g == r.get("language")),
        compared=False,
    ),
    Column(
        "body_precision",
        "share of our runs of four words that the gold has",
        _texts,
        lambda g, r: _body(g, r)[0],
    ),
    Column(
        "body_recall",
        "share of the gold's runs of four words that we have",
        _texts,
        lambda g, r: _body(g, r)[1],
    ),
    Column("begins_right", "the first eight words are the gold's", _first, _first_mark),
    Column(
        "agency",
        "it is the credit in the gold text's opening",
        _agency,
        lambda g, r: float(g == _norm(r.get("agency"))),
        compared=False,
    ),
    Column("located", "it is the place in the gold text's opening", _located, _located_mark, compared=False),
    Column(
        "dateline_date",
        "month and day are those in the gold text's opening",
        _dateline_date,
        lambda g, r: float(str(r.get("dateline_date") or "").endswith(g)),
        compared=False,
    ),
    Column("canonical_url", "it names the article that the address names", _address, _address_mark),
)
SETS_OF = dict.fromkeys((column.name for column in COLUMNS if column.name != "language"), _NEWS)
