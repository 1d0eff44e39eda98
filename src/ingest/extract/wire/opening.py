"""The opening of a wire story: `(MENAFN - X)`, `CITY, April 2 (Reuters) -` and their kin, read off the front
of the text."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from datetime import date

from ingest.extract.wire.agencies import AgencyKind, AgencyTable
from ingest.extract.wire.cjk import read_cjk
from ingest.extract.wire.credits import CreditPlace, Mark, find_mark, has_agency_word, read_names
from ingest.extract.wire.phrases import alternatives
from ingest.extract.wire.places import DAY, Place, read_place


@dataclass(frozen=True, slots=True)
class Opening:
    """What precedes the lead: dateline, credit, both or neither.

    `length` is the number of characters to cut; `credits` are canonical or as printed, in printed order;
    `kinds` are those of the agencies that the table has. `reporters` are named within (`记者…`).
    `publisher` is the distributor.
    """

    length: int = 0
    dateline: str | None = None
    located: str | None = None
    day: date | None = None
    credits: tuple[str, ...] = ()
    publisher: str | None = None
    kinds: tuple[AgencyKind, ...] = ()
    reporters: tuple[str, ...] = ()

    def followed_by(self, then: Opening) -> Opening:
        """Joins two openings in printed order. A distributor puts its credit in front, so the later credit is
        nearer to the origin."""
        inner = tuple(c for c in then.credits if c not in self.credits)
        credits = (*inner, *self.credits) if self.publisher else (*self.credits, *inner)
        return Opening(
            length=self.length + then.length,
            dateline=_both(self.dateline, then.dateline),
            located=then.located or self.located,
            day=then.day or self.day,
            credits=credits,
            publisher=self.publisher or then.publisher,
            kinds=(*then.kinds, *self.kinds),
            reporters=(*self.reporters, *then.reporters),
        )


_HEAD = 300
_MAX_PLACE = 110
_CREDIT_HINT = re.compile(r"[(/\[（［【〔]|--|\s[-–—]|[-–—]\s|[.:]\s|^[\u3400-\u9fff]")
# The opening bracket may be lost and a day put before it: "date 2025-04-02 MENAFN - UkrinForm)".
_DISTRIBUTED = re.compile(
    r"\s*(?:date:?\s{1,4})?(?:(?P<day>\d{4}-\d\d-\d\d)\s{1,4})?(?P<open>[(\[]\s?)?(?P<who>MENAFN(?:\.COM)?)"
    r"(?P<rest>(?:\s?[-–—]\s?[^()\[\]\n]{1,80}(?:\([^()\n]{1,20}\))?)?)\s?[)\]][ \t]*:?\s*",
    re.IGNORECASE,
)
_TAKE = re.compile(rf"\s*\({alternatives('update')}\s?\d{{0,2}}\)\s{{1,3}}")  # "(UPDATE 1) OSLO (Reuters) -"
# "By Ann Lee and Joe Roe NAIROBI (Reuters) -": the byline of a feed's summary runs into the dateline.
_GLUED_BYLINE = re.compile(
    r"\s*By (?P<who>[A-Z][^\W\d_]*[a-z][^\n()]{2,80}?) (?=[A-ZÀ-Þ]{2}[A-ZÀ-Þ'./-]*(?:[ ,/]|\Z))"
)
# An aggregator's summary: "News by ACCESS Newswire on TradingView, 2026-08-21".
_AGGREGATED = re.compile(
    r"\s*(?:News|Article|Story|Press release) by (?P<name>[^\n,]{2,40}?) on (?P<site>[A-Z][\w.]{2,30})"
    r"(?:,\s(?P<day>\d{4}-\d\d-\d\d))?\.?\s*"
)
_BARE_END = re.compile(r"\s?(?:--|[–—]|\s-)\s{0,4}(?=[^\W\d_]|[\"“«'‘„])")
_STOP_END = re.compile(r"(?<=\w)\.\s(?=[^\W\d_a-z]|[\"“«])")
_LABELS = frozenset(
    {
        "UPDATED",
        "UPDATE",
        "PUBLISHED",
        "POSTED",
        "CORRECTED",
        "MODIFIED",
        "DATE",
        "LIVE",
        "OPINION",
        "ANALYSIS",
        "EVENT",
    }
)
_COLON_END = re.compile(r":\s(?=[^\W\d_a-z]|[\"“«])")


def read_opening(text: str, agencies: AgencyTable, near: date | None) -> Opening:
    """Returns the credits and datelines in front of `text`, Opening() if there are none. `near` dates a
    dateline without a year."""
    opening = Opening()
    for form in (_distributed, _credited, _credited, _bare):
        head = text[opening.length : opening.length + _HEAD]
        may_match = form is _distributed or _CREDIT_HINT.search(head, 0, 160)
        piece = form(head, agencies, near, opening) if may_match else None
        if piece is not None:
            opening = opening.followed_by(piece)
    return opening


def _both(first: str | None, then: str | None) -> str | None:
    return f"{first} {then}" if first and then else first or then


def _distributed(head: str, agencies: AgencyTable, near: date | None, before: Opening) -> Opening | None:
    match = _DISTRIBUTED.match(head)
    if match is None and " by " in head[:20]:
        return _aggregated(head, agencies)
    if match is None or not (match["open"] or match["day"] or match["rest"].strip()):
        return None
    names = read_names(match["rest"], agencies, CreditPlace.DISTRIBUTOR)
    return Opening(
        length=match.end(),
        day=_iso_day(match["day"]),
        credits=names.credits,
        publisher="MENAFN",
        kinds=names.kinds,
    )


def _aggregated(head: str, agencies: AgencyTable) -> Opening | None:
    match = _AGGREGATED.match(head)
    names = read_names(match["name"], agencies, CreditPlace.ELSEWHERE) if match else None
    if match is None or names is None or not names.known:
        return None
    return Opening(
        length=match.end(),
        day=_iso_day(match["day"]),
        credits=names.credits,
        publisher=match["site"],
        kinds=names.kinds,
    )


def _iso_day(printed: str | None) -> date | None:
    try:
        return date.fromisoformat(printed) if printed else None
    except ValueError:
        return None


def _credited(head: str, agencies: AgencyTable, near: date | None, before: Opening) -> Opening | None:
    if cjk := read_cjk(head, agencies, near):
        return Opening(
            length=cjk.length,
            dateline=head[: cjk.length].strip(),
            located=cjk.located,
            day=cjk.day,
            credits=(cjk.agency,),
            reporters=cjk.reporters,
        )
    if take := _TAKE.match(head):
        piece = _credited(head[take.end() :], agencies, near, before)
        return replace(piece, length=piece.length + take.end()) if piece else None
    if byline := _GLUED_BYLINE.match(head):
        return _after_byline(byline, head, agencies, near, before)
    mark = find_mark(head, agencies, _MAX_PLACE)
    if mark is None:
        return None
    place = read_place(head[: mark.start] + (f" {mark.printed_day}" if mark.printed_day else ""), near)
    if place is None or not _is_credit(mark, place, head[mark.end : mark.end + 1]):
        return None
    return Opening(
        length=mark.end,
        dateline=head[: mark.end].strip(),
        located=place.name,
        day=place.day,
        credits=mark.credits,
        kinds=mark.kinds,
    )


def _after_byline(
    byline: re.Match[str], head: str, agencies: AgencyTable, near: date | None, before: Opening
) -> Opening | None:
    piece = _credited(head[byline.end() :], agencies, near, before)
    if piece is None:
        return None
    who = tuple(name for name in re.split(r",\s|\sand\s", byline["who"]) if 2 <= len(name.split()) <= 4)
    return replace(piece, length=piece.length + byline.end(), reporters=(*who, *piece.reporters))


def _is_credit(mark: Mark, place: Place, following: str) -> bool:
    """Whether name, place, day and dash make it a dateline with a credit, not a sentence that looks like
    one."""
    if following.islower() and not (mark.dash and place.dated):
        return False
    if place.name and has_agency_word(place.name):
        return False
    if not mark.known:
        return mark.dash and mark.credible and _is_unknown_credit(mark, place)
    if place.name is None:
        return mark.dash or place.dated or mark.bracketed
    firm = (
        place.dated
        or (place.caps and place.cased)
        or (place.known and (mark.dash or mark.slashed or not mark.ambiguous))
    )
    return firm or (not mark.ambiguous and (mark.dash or mark.slashed or mark.full_stop))


def _is_unknown_credit(mark: Mark, place: Place) -> bool:
    """Whether to believe in an agency that the table lacks: in a dateline that is sure without it, or where
    its name says agency, press or wire."""
    if not place.name:
        return mark.agency_word and " " in mark.credits[0] and (place.dated or mark.start == 0)
    if mark.short and not (place.dated and place.caps):
        return False
    return (place.known and (place.caps or place.dated or mark.agency_word)) or (
        place.dated and (place.caps or mark.agency_word)
    )


def _bare(head: str, agencies: AgencyTable, near: date | None, before: Opening) -> Opening | None:
    """A dateline without credit: `WASHINGTON —`, `AUSTIN, Texas, April 2 -`, after a credit also `BAKU,
    Azerbaijan, July 4.`"""
    for ending in (_BARE_END, _STOP_END, _COLON_END):
        for match in itertools.islice(ending.finditer(head, 0, 90), 3 if ending is _STOP_END else 1):
            place = read_place(head[: match.start()], near)
            if place is not None and _stands_alone(place, ending, before, head[: match.start()]):
                return Opening(match.end(), head[: match.end()].strip(), place.name, place.day)
    return None


def _stands_alone(place: Place, ending: re.Pattern[str], before: Opening, head: str) -> bool:
    credited = bool(before.credits or before.publisher)
    if place.name is None:
        return credited and place.dated and ending is _BARE_END
    if not place.cased or "(" in place.name:
        return False
    if ending is _STOP_END:
        return place.dated and place.caps and (credited or place.known)
    if ending is _COLON_END:
        return place.caps and place.known
    if place.caps:
        return place.known or (
            place.dated and (credited or ("," in head and place.name.split()[0] not in _LABELS))
        )
    return place.dated and place.known


_GLUED = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def find_inner(text: str, agencies: AgencyTable, near: date | None) -> tuple[int, Opening] | None:
    """(offset, opening) of a press release's dateline after glued-on subheads: `... RADNOR, Pa., April 14,
    2025 (X) --`."""
    head = text[:700]
    at = head.find(") --")
    open_at = head.rfind("(", 0, at) if at > 0 else -1
    if open_at < 0 or not read_names(head[open_at + 1 : at], agencies, CreditPlace.ELSEWHERE).known:
        return None
    start = _inner_start(head, open_at)
    if start is None:
        return None
    opening = read_opening(head[start:], agencies, near)
    return (start, opening) if opening.credits else None


def _inner_start(head: str, open_at: int) -> int | None:
    days = list(DAY.finditer(head, max(0, open_at - 30), open_at))
    if not days:
        return None
    before = head[: days[0].start()].rstrip(", ")
    words = list(re.finditer(r"\S+", before))
    start = None
    for word in reversed(words[-6:]):
        glued = [m.end() for m in _GLUED.finditer(word.group())]
        here = word.start() + (glued[-1] if glued else 0)
        text = head[here : days[0].start()]
        if not text[:1].isupper() or read_place(text, None) is None:
            break
        if start is not None and not (word.group().endswith(",") or _capitals(word.group())):
            break
        start = here
        if glued:
            break
    return start


def _capitals(word: str) -> bool:
    return word.isupper() and len(word) > 1
