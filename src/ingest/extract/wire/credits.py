"""Credit marks: where an opening names an agency, `(Reuters) -`, `/TASS/.`, `--(BUSINESS WIRE)--`, and how
surely it does."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.dates import month_number
from ingest.extract.wire.agencies import AgencyKind, AgencyTable
from ingest.model import DroppedLine


@dataclass(frozen=True, slots=True)
class Mark:
    """A credit in the text from `start` to `end`, its dash included.

    `inside` is a day printed within it (`(Newsfile Corp. - April 2, 2025)`). `ambiguous` names are also words
    or other initials; `credible` unknown ones at least look like an agency's. `stop` says that a full stop
    closed it, `short` that an unknown name is two or three capitals.
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
    inside: str = ""
    stop: bool = False
    short: bool = False


_DASH = r"(?P<dash>\s?[.:,]?\s?(?:-{1,3}|[–—―−]+|=|_(?=\s))[ \t]?|\s?[:।](?=\s)|：|\s?\.(?=\s))?"
_PAREN = re.compile(
    r"\s*(?:-{1,2}|[–—]|\.)?\s*[(（\[]\s?(?P<name>[^()（）\[\]\n]{2,70}?)\s?[)）\]]" + _DASH + r"\s{0,4}"
)
_SLASH = re.compile(
    r"[\s,.]*/\s?(?P<name>[^\W_][^/\n]{1,40}?)\s?/(?P<after>\s?[^\W\d_]{3,9}\.?\s\d{1,2},\s(?:19|20)\d\d\s?/)?"
    + _DASH
    + r"\s{0,4}"
)
_PLAIN = re.compile(
    r"(?:[,.]|\s[-–—])\s{0,2}(?P<name>[^\W\d_][^\W\d_.]{1,15}(?:[ -][^\W\d_]{2,10}){0,2}(?:\.(?:RU|РУ))?)"
    r"(?P<dash>\s?(?:--|[–—]|\s-|\.-|[.:](?=\s)))\s{0,4}"
)
_NAME_PARTS = re.compile(r"\s?/\s?|\s?\+\s?|,\s|\s[-–—]\s|\s(?:and|und|et|y)\s")
_AGENCY_WORD = re.compile(
    r"(?:\b|-)(?:news|wire|newswire|press|agency|agence|agencia|agenzia|media|times|post|herald|tribune|radio|tv|presse|\w*agentur|ajansı|агентство|информ\w*)\b",
    re.IGNORECASE,
)
_NOT_A_NAME = re.compile(
    r"[:;$%€£\d]|\b(?:the|a|an|is|was|or|if|not|left|right|file|photo|picture|video|updated?|born|née|aged?|age)\b",
    re.IGNORECASE,
)


def has_agency_word(text: str) -> bool:
    """Does it name itself an agency, a wire, a press or a paper?"""
    return bool(_AGENCY_WORD.search(text))


def canonical_credits(
    printed: list[str], agencies: AgencyTable
) -> tuple[tuple[str, ...], tuple[AgencyKind, ...]]:
    """Names by the table, else as printed; twice the same is once."""
    names: dict[str, None] = {}
    kinds = []
    for name in printed:
        known = agencies.find(name)
        names[known.name if known else " ".join(name.split())] = None
        if known:
            kinds.append(known.kind)
    return tuple(names), tuple(kinds)


def find_mark(head: str, agencies: AgencyTable, reach: int) -> Mark | None:
    """The first credit mark that begins within `reach` characters, None if nothing there names an agency."""
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


def _slashed(head: str, at: int, agencies: AgencyTable, reach: int) -> Mark | None:
    while 0 <= at < reach:
        match = _SLASH.match(head, _back(head, at))
        if match and agencies.find(match["name"]):
            mark = _mark(match, agencies, slashed=True)
            after = match["after"]
            return mark if not after or mark is None else _with_day(mark, after)
        at = head.find("/", at + 1, reach)
    return None


def _with_day(mark: Mark, after: str) -> Mark:
    return Mark(
        mark.start, mark.end, mark.credits, mark.kinds, True, True, slashed=True, inside=after.strip(" /")
    )


def _plain(head: str, agencies: AgencyTable, reach: int) -> Mark | None:
    for match in _PLAIN.finditer(head, 0, reach):
        known = agencies.find(match["name"])
        dash = match["dash"].strip() != "."
        if known and (dash or not known.is_ambiguous(match["name"])):
            return Mark(
                match.start(),
                match.end(),
                (known.name,),
                (known.kind,),
                True,
                dash,
                known.is_ambiguous(match["name"]),
                slashed=True,
                bracketed=False,
            )
    return None


def _mark(match: re.Match[str], agencies: AgencyTable, *, slashed: bool = False) -> Mark | None:
    name, inside = match["name"].strip(), ""
    head, sep, tail = name.rpartition(" - ")
    if sep and any(month_number(w.strip(",.")) for w in tail.split()):
        name, inside = head, tail
    parts = [name] if agencies.find(name) else [p for p in _NAME_PARTS.split(name) if p]
    known = [(p, a) for p, a in ((p, agencies.find(p)) for p in parts) if a]
    sign = (match["dash"] or "").strip()
    dash = sign not in (".", "")
    if known:
        credits, kinds = canonical_credits(parts, agencies)
        return Mark(
            match.start(),
            match.end(),
            credits,
            kinds,
            True,
            dash or bool(inside),
            all(a.is_ambiguous(p) for p, a in known),
            slashed=slashed,
            inside=inside,
            stop=sign == ".",
        )
    word = bool(_AGENCY_WORD.search(name))
    return Mark(
        match.start(),
        match.end(),
        (" ".join(name.split()),),
        dash=dash,
        credible=_credible(name, word),
        agency_word=word,
        short=name.isupper() and len(name) < 4,
    )


def _credible(name: str, agency_word: bool) -> bool:
    named = name[0].isupper() or agency_word
    return (
        named
        and len(name) > 2
        and len(name.split()) <= 5
        and not month_number(name)
        and not _NOT_A_NAME.search(name)
    )


_TAIL = 160

_BRACKET = re.compile(r"(?<=[.!?\"”»’'])\s*[(\[/](?P<name>[^()\[\]/\n]{2,40})[)\]/]\.?\s*\Z")

_DASHED = re.compile(r"(?<=[.!?\"”»’'…])\s*(?:[—–]|--|\s-)\s?(?P<name>[^\W\d_][^\n.—–()]{1,30})\.?\s*\Z")

_LINE = re.compile(
    r"\n\s*(?:[-–—(\[/]{0,2}\s?|(?:Source|Quelle|Fuente|Fonte|Источник|Джерело|المصدر)\s?[:：]\s?)(?P<name>[^\W\d_][^\n()\[\]:：]{1,40}?)\s?[)\]/.]{0,2}\s*\Z"
)


def read_tail(body: str, agencies: AgencyTable) -> tuple[str, str | None, tuple[DroppedLine, ...]]:
    """(body without it, agency, what was dropped); only agencies of the table count here, and only after a
    finished sentence."""
    tail = body[-_TAIL:]
    for form in (_BRACKET, _DASHED, _LINE):
        match = form.search(tail)
        known = agencies.find(match["name"]) if match else None
        if match and known and known.kind is not AgencyKind.DISTRIBUTOR:
            cut = len(body) - len(tail) + match.start()
            return body[:cut], known.name, (DroppedLine("closing credit", match.group().strip()),)
    return body, None, ()
