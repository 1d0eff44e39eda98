"""Credits: where a story names the agency that it comes from, and which agencies the words name.

A credit follows the dateline (`(Reuters) -`, `/TASS/.`, `--(BUSINESS WIRE)--`), stands in a distributor's own
form (`(MENAFN - GlobeNewsWire - Nasdaq)`, see opening.py) or closes the text (`Source: dpa`). The words of
all of them are read by `read_names`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum, auto

from ingest.dates import month_number
from ingest.extract.wire.agencies import AgencyKind, AgencyTable
from ingest.extract.wire.phrases import alternatives
from ingest.model import DroppedLine


class CreditPlace(Enum):
    """Where a credit is printed: in brackets after a dateline, in a distributor's form, or elsewhere (between
    slashes, before a release's dash, after the last sentence), where wires name one agency only."""

    DATELINE = auto()
    DISTRIBUTOR = auto()
    ELSEWHERE = auto()


_DATELINE = frozenset({CreditPlace.DATELINE})
_DISTRIBUTOR = frozenset({CreditPlace.DISTRIBUTOR})
# What separates two names in one credit, and where it does. A new form of credit is a line of this table;
# with frozenset(CreditPlace) it is read in every place.
_NAME_SEPARATORS: tuple[tuple[str, frozenset[CreditPlace]], ...] = (
    (r"\s?/\s?", _DATELINE),  # (AFP/Reuters)
    (r"\s?\+\s?", _DATELINE),  # (ANSA + dpa)
    (r",\s", _DATELINE),  # (Reuters, AP)
    (r"\s[-–—]\s", _DATELINE),  # (IANS - ANI)
    (r"\s(?:and|und|et|y)\s", _DATELINE),  # (AFP und dpa)
    (r"\s+[-–—]\s+|^\s*[-–—]\s*", _DISTRIBUTOR),  # (MENAFN - GlobeNewsWire - Nasdaq)
)


def _separator(place: CreditPlace) -> re.Pattern[str]:
    forms = [form for form, places in _NAME_SEPARATORS if place in places]
    return re.compile("|".join(forms) or r"(?!)")  # (?!) matches nothing


_SEPARATOR = {place: _separator(place) for place in CreditPlace}


@dataclass(frozen=True, slots=True)
class CreditNames:
    """The names in one credit: canonical where the table has them, else as printed, in printed order, none
    twice. `kinds` are those of the names that the table has; `ambiguous` says that each of these is also a
    word or other initials."""

    credits: tuple[str, ...]
    kinds: tuple[AgencyKind, ...]
    ambiguous: bool

    @property
    def known(self) -> bool:
        """Whether the table has at least one of the names."""
        return bool(self.kinds)


def read_names(printed: str, agencies: AgencyTable, place: CreditPlace) -> CreditNames:
    """Returns the agencies that the words of a credit name, without the brackets or dashes around them."""
    # (ANSA-AFP) is one agency's service, (MENAFN - ANSA - AFP) names two agencies
    whole = place is not CreditPlace.DISTRIBUTOR and agencies.find(printed)
    parts = [printed] if whole else [p for p in _SEPARATOR[place].split(printed) if p]
    credits: dict[str, None] = {}
    kinds, ambiguous = [], True
    for part in parts:
        agency = agencies.find(part)
        credits[agency.name if agency else " ".join(part.split())] = None
        if agency:
            kinds.append(agency.kind)
            ambiguous = ambiguous and agency.is_ambiguous(part)
    return CreditNames(tuple(credits), tuple(kinds), ambiguous=bool(kinds) and ambiguous)


@dataclass(frozen=True, slots=True)
class Mark:
    """A credit after a dateline: the text from `start` to `end`, its dash included.

    `known`: the table of agencies has one of the names. `ambiguous`: each known name is also a word or other
    initials. Of unknown names, `credible` ones at least look like an agency's, `agency_word` ones name
    themselves an agency or paper, `short` ones are two or three capitals. `dash`, `full_stop`, `slashed` and
    `bracketed` say what surrounds the names. `printed_day` is a day within them
    (`(Newsfile Corp. - April 2, 2025)`).
    """

    start: int
    end: int
    credits: tuple[str, ...]
    kinds: tuple[AgencyKind, ...] = ()
    known: bool = False
    dash: bool = False
    ambiguous: bool = False
    credible: bool = False
    agency_word: bool = False
    slashed: bool = False
    bracketed: bool = True
    printed_day: str = ""
    full_stop: bool = False
    short: bool = False


# What follows the names: a dash of any kind (`_` and `=` in old transmissions), a colon or danda before a
# space, a full-width colon, a full stop before a space.
_DASH = (
    r"(?P<dash>\s?[.:,]?\s?(?:-{1,3}|[–—―−]+|=|_(?=\s))[ \t]?"
    r"|\s?[:।](?=\s)"
    r"|："
    r"|\s?\.(?=\s))?"
)
# NAIROBI (Reuters) -, --(BUSINESS WIRE)--, 東京（共同）
_PAREN = re.compile(
    r"\s*(?:-{1,2}|[–—]|\.)?\s*[(（\[]\s?(?P<name>[^()（）\[\]\n]{2,70}?)\s?[)）\]]" + _DASH + r"\s{0,4}"
)
# MOSCOW, April 2. /TASS/., TOLEDO, Ohio /PRNewswire/ --, /Xinhua/ April 2, 2025 /
_SLASH = re.compile(
    r"[\s,.]*/\s?(?P<name>[^\W_][^/\n]{1,40}?)\s?/"
    r"(?P<after>\s?[^\W\d_]{3,9}\.?\s\d{1,2},\s(?:19|20)\d\d\s?/)?" + _DASH + r"\s{0,4}"
)
# BERLIN, dpa -, Киев. УНИАН.
_PLAIN = re.compile(
    r"(?:[,.]|\s[-–—])\s{0,2}(?P<name>[^\W\d_][^\W\d_.]{1,15}(?:[ -][^\W\d_]{2,10}){0,2}(?:\.(?:RU|РУ))?)"
    r"(?P<dash>\s?(?:--|[–—]|\s-|\.-|[.:](?=\s)))\s{0,4}"
)
_AGENCY_WORD = re.compile(
    r"(?:\b|-)(?:news|wire|newswire|press|agency|agence|agencia|agenzia|media|times|post|herald|tribune"
    r"|radio|tv|presse|\w*agentur|ajansı|агентство|информ\w*)\b",
    re.IGNORECASE,
)
_NOT_A_NAME = re.compile(
    r"[:;$%€£\d]"
    r"|\b(?:the|a|an|is|was|or|if|not|left|right|file|photo|picture|video|updated?|born|née|aged?|age)\b",
    re.IGNORECASE,
)


def has_agency_word(text: str) -> bool:
    """Returns whether a name calls itself an agency, a wire, a press or a paper."""
    return bool(_AGENCY_WORD.search(text))


def find_mark(head: str, agencies: AgencyTable, reach: int) -> Mark | None:
    """Returns the first credit that begins within `reach` characters, None if nothing there names an
    agency."""
    unknown = None
    for at in _brackets(head, reach):
        match = _PAREN.match(head, _back(head, at))
        mark = _mark(match, agencies) if match else None
        if mark and mark.known:
            return mark
        unknown = unknown or mark
    if unknown and unknown.credible:
        return unknown
    if (at := head.find("/", 0, reach)) >= 0 and (mark := _slashed(head, at, agencies, reach)):
        return mark
    return _plain(head, agencies, reach)


def _brackets(head: str, reach: int) -> list[int]:
    return [i for i, sign in enumerate(head[:reach]) if sign in "(（["][:3]


def _back(head: str, at: int) -> int:
    while at and head[at - 1] in " -–—":
        at -= 1
    return at


def _mark(match: re.Match[str], agencies: AgencyTable) -> Mark | None:
    """The credit in brackets, whether or not the table knows its names."""
    printed, day = _without_day(match["name"].strip())
    names = read_names(printed, agencies, CreditPlace.DATELINE)
    if not names.known:
        return _unknown_mark(match, printed)
    sign = (match["dash"] or "").strip()
    return Mark(
        start=match.start(),
        end=match.end(),
        credits=names.credits,
        kinds=names.kinds,
        known=True,
        dash=sign not in (".", "") or bool(day),
        ambiguous=names.ambiguous,
        printed_day=day,
        full_stop=sign == ".",
    )


def _unknown_mark(match: re.Match[str], printed: str) -> Mark:
    agency_word = has_agency_word(printed)
    return Mark(
        start=match.start(),
        end=match.end(),
        credits=(" ".join(printed.split()),),
        dash=(match["dash"] or "").strip() not in (".", ""),
        credible=_credible(printed, agency_word),
        agency_word=agency_word,
        short=printed.isupper() and len(printed) < 4,
    )


def _without_day(printed: str) -> tuple[str, str]:
    """(names, day) of `Newsfile Corp. - April 2, 2025`; the day is "" where none is printed."""
    names, dash, day = printed.rpartition(" - ")
    dated = dash and any(month_number(word.strip(",.")) for word in day.split())
    return (names, day) if dated else (printed, "")


def _slashed(head: str, at: int, agencies: AgencyTable, reach: int) -> Mark | None:
    """The first credit between slashes that the table knows, from the slash at `at` on."""
    while 0 <= at < reach:
        match = _SLASH.match(head, _back(head, at))
        names = read_names(match["name"], agencies, CreditPlace.ELSEWHERE) if match else None
        if match and names and names.known:
            return _slash_mark(match, names)
        at = head.find("/", at + 1, reach)
    return None


def _slash_mark(match: re.Match[str], names: CreditNames) -> Mark:
    sign = (match["dash"] or "").strip()
    mark = Mark(
        start=match.start(),
        end=match.end(),
        credits=names.credits,
        kinds=names.kinds,
        known=True,
        dash=sign not in (".", ""),
        ambiguous=names.ambiguous,
        slashed=True,
        full_stop=sign == ".",
    )
    if not match["after"]:
        return mark
    # a day after the slashes is proof enough: the name is no chance word
    return replace(mark, dash=True, ambiguous=False, full_stop=False, printed_day=match["after"].strip(" /"))


def _plain(head: str, agencies: AgencyTable, reach: int) -> Mark | None:
    """The first known name between a comma or full stop and a dash or full stop."""
    for match in _PLAIN.finditer(head, 0, reach):
        names = read_names(match["name"], agencies, CreditPlace.ELSEWHERE)
        dash = match["dash"].strip() != "."
        if names.known and (dash or not names.ambiguous):
            return Mark(
                start=match.start(),
                end=match.end(),
                credits=names.credits,
                kinds=names.kinds,
                known=True,
                dash=dash,
                ambiguous=names.ambiguous,
                slashed=True,
                bracketed=False,
            )
    return None


def _credible(name: str, agency_word: bool) -> bool:
    return (
        (name[0].isupper() or agency_word)
        and len(name) > 2
        and len(name.split()) <= 5
        and not month_number(name)
        and not _NOT_A_NAME.search(name)
    )


_CLOSING_REACH = 160
_CLOSING_FORMS = (
    # ... on Tuesday. (Reuters), ... on Tuesday. /TASS/.
    re.compile(r"(?<=[.!?\"”»’'])\s*[(\[/](?P<name>[^()\[\]/\n]{2,40})[)\]/]\.?\s*\Z"),
    # ... on Tuesday. - AFP
    re.compile(r"(?<=[.!?\"”»’'…])\s*(?:[—–]|--|\s-)\s?(?P<name>[^\W\d_][^\n.—–()]{1,30})\.?\s*\Z"),
    # a line of its own: (ANSA), Quelle: dpa
    re.compile(
        rf"\n\s*(?:[-–—(\[/]{{0,2}}\s?|{alternatives('source')}\s?[:：]\s?)"
        r"(?P<name>[^\W\d_][^\n()\[\]:：]{1,40}?)\s?[)\]/.]{0,2}\s*\Z"
    ),
)


def read_closing_credit(
    body: str, agencies: AgencyTable
) -> tuple[str, tuple[str, ...], tuple[DroppedLine, ...]]:
    """Returns (body without its closing credit, agencies, the credit as a dropped line).

    Only agencies of the table count here, and only after a finished sentence. A distributor is no origin.
    """
    tail = body[-_CLOSING_REACH:]
    for form in _CLOSING_FORMS:
        match = form.search(tail)
        names = read_names(match["name"], agencies, CreditPlace.ELSEWHERE) if match else None
        if match and names and names.known and AgencyKind.DISTRIBUTOR not in names.kinds:
            cut = len(body) - len(tail) + match.start()
            return body[:cut], names.credits, (DroppedLine("closing credit", match.group().strip()),)
    return body, (), ()
