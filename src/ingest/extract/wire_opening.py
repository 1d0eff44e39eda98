"""The opening of a wire story: `(MENAFN - X)`, `CITY, April 2 (Reuters) -` and their kin, read off the front of the text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from ingest.dates import month_number, nearest_day
from ingest.extract.agencies import Agency, AgencyKind, AgencyTable, key


@dataclass(frozen=True, slots=True)
class Opening:
    """What stood before the lead. `length` counts the characters to cut; `credits` are canonical or as printed, in printed order."""

    length: int = 0
    dateline: str | None = None
    located: str | None = None
    day: date | None = None
    credits: tuple[str, ...] = ()
    publisher: str | None = None
    kinds: tuple[AgencyKind, ...] = field(default=())


_HEAD = 260
_DISTRIBUTED = re.compile(
    r"\s*(?:(?:date\s+)?(?P<day>\d{4}-\d\d-\d\d)\s+|date\s+)?(?P<open>[(\[])?\s*(?P<who>MENAFN)(?P<rest>(?:\s*[-–—]\s*[^()\[\]\n]{1,60}?)?)\s*[)\]]\s*"
)
_PAREN = re.compile(r"[ \t]*-{0,2}\(\s*(?P<name>[^()\n]{2,60}?)\s*\)(?P<dash>[ \t]*\.?[ \t]*(?:-{1,3}|[–—―])[ \t]*|[ \t]*:[ \t]+)?\s*")
_PLACE_WORD = re.compile(r"[^\W\d_][\w.'’`-]*")
_LINKS = frozenset("of the de la le les del di da do dos das el al and und et y e i en in im am an bei an-der upon sur sous".split())
_DAY = re.compile(
    r"(?P<d1>\d{1,2})(?:st|nd|rd|th|\.|er)?\s+(?:de\s+)?(?P<m1>[^\W\d_]{3,12})\.?(?:,?\s+(?:de\s+)?(?P<y1>(?:19|20)\d\d))?|"
    r"(?P<m2>[^\W\d_]{3,12})\.?\s+(?P<d2>\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(?P<y2>(?:19|20)\d\d))?(?!\d)"
)


def read_opening(text: str, agencies: AgencyTable, near: date | None) -> Opening:
    """The credits and datelines in front of `text`, Opening() if there are none. `near` dates a dateline without a year."""
    found = Opening()
    for step in (_distributed, _credited):
        for _ in range(2):
            piece = step(text[found.length : found.length + _HEAD], agencies, near)
            if piece is None:
                break
            found = _join(found, piece)
    return found


def _join(first: Opening, then: Opening) -> Opening:
    return Opening(
        first.length + then.length, then.dateline or first.dateline, then.located or first.located, then.day or first.day,
        (*first.credits, *(c for c in then.credits if c not in first.credits)), first.publisher or then.publisher,
        (*first.kinds, *then.kinds),
    )  # fmt: skip


def _distributed(head: str, agencies: AgencyTable, near: date | None) -> Opening | None:
    match = _DISTRIBUTED.match(head)
    if match is None or not (match["open"] or match["day"] or match["rest"]):
        return None
    credits = tuple(_canonical(p, agencies) for p in re.split(r"\s+[-–—]\s+|^\s*[-–—]\s*", match["rest"]) if p.strip())
    day = date.fromisoformat(match["day"]) if match["day"] else None
    known = agencies.find(credits[0]) if credits else None
    return Opening(match.end(), day=day, credits=credits, publisher="MENAFN", kinds=(known.kind,) if known else ())


def _canonical(printed: str, agencies: AgencyTable) -> str:
    known = agencies.find(printed)
    return known.name if known else " ".join(printed.split())


def _credited(head: str, agencies: AgencyTable, near: date | None) -> Opening | None:
    start = head.find("(")
    if start < 0 or start > 110:
        return None
    while start and head[start - 1] in "- ":
        start -= 1
    match = _PAREN.match(head, start)
    if match is None:
        return None
    known = agencies.find(match["name"])
    place = _place(head[:start], near)
    if known is None or place is None or not (match["dash"] or place[0]):
        return None
    return Opening(
        match.end(), head[: match.end()].strip(), place[0], place[1], (known.name,), kinds=(known.kind,)
    )


def _place(prefix: str, near: date | None) -> tuple[str | None, date | None] | None:
    """(place, day) of what stands before a credit, None if it reads like a sentence."""
    day = None
    for match in _DAY.finditer(prefix):
        month = month_number(match["m1"] or match["m2"])
        if month:
            dom, year = int(match["d1"] or match["d2"]), match["y1"] or match["y2"]
            day = date(int(year), month, dom) if year else nearest_day(month, dom, near) if near else None
            prefix = prefix[: match.start()] + prefix[match.end() :]
            break
    words = _PLACE_WORD.findall(prefix)
    if len(words) > 8 or any(w[0].islower() and w not in _LINKS for w in words):
        return None
    return prefix.strip(" ,.-–—\n") or None, day
