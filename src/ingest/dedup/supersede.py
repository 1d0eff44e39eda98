"""Which take of a story is replaced by a correction or update under another address, and which edition of the
story each take belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ingest.model import Signal
from ingest.text import normalise

REPLACING = (Signal.CORRECTION, Signal.UPDATE)
"""Marks of a take that is sent to be run instead of an earlier one; what follows a flash does not replace
it."""

Alike = Callable[[str, str], float]
"""Returns how alike the texts of two ids are, 0..1."""

_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Take:
    """One of the texts that are copies of each other. `published_at` is aware UTC."""

    id: str
    published_at: datetime | None
    publisher: str | None = None
    agency: str | None = None
    signal: Signal = Signal.NONE
    headline: str | None = None

    @property
    def source(self) -> str:
        """Who sent it: the publisher, or if that is unknown the credited agency; else empty."""
        return (self.publisher or self.agency or "").casefold()


def superseded(takes: Iterable[Take], alike: Alike = lambda a, b: 0.0) -> dict[str, str]:
    """Returns for each correction or update the id of the take that it replaces: an earlier one of the same
    source.

    An update replaces the last take before it. A correction replaces the take whose headline follows its own
    mark, or else the one with the most similar words (an outlet may have run a story twice, cut or with
    another headline), or else the last. A second correction replaces the first. A masthead that prints the
    agency's correction replaces its own earlier copy, never another's. A marked take has something before it:
    of two takes of one time, or of an unknown time, the marked one is the later. The order of `takes` does
    not matter.
    """
    before: dict[str, list[Take]] = {}
    replaced: dict[str, str] = {}
    for take in sorted((take for take in takes if take.source), key=_order):
        current = [other for other in before.get(take.source, []) if other.id not in replaced.values()]
        if take.signal in REPLACING and current:
            correction = take.signal is Signal.CORRECTION
            replaced[take.id] = (_corrected(take, current, alike) if correction else current[-1]).id
        before.setdefault(take.source, []).append(take)
    return replaced


def _order(take: Take) -> tuple[datetime, bool, str]:
    marked = take.signal in REPLACING
    return take.published_at or (_LAST if marked else _FIRST), marked, take.id


def _corrected(take: Take, current: Iterable[Take], alike: Alike) -> Take:
    headline = normalise(take.headline or "")

    def likeness(place: tuple[int, Take]) -> tuple[bool, bool, float, int]:
        at, other = place
        return other.signal is Signal.CORRECTION, _ends_with(headline, other), alike(take.id, other.id), at

    return max(enumerate(current), key=likeness)[1]


def _ends_with(headline: str, other: Take) -> bool:
    plain = normalise(other.headline or "")
    return bool(plain) and headline.endswith(plain)


def editions(takes: Iterable[Take], replaced: Mapping[str, str]) -> list[list[str]]:
    """Returns the takes (sorted ids) by edition of the story: as first sent, corrected, corrected again.

    A correction says that the text before it was wrong, so it is not a copy of that: it begins the next
    edition. Corrections sent later by outlets that had not run the story before belong to that edition too.
    An update belongs to the edition of what it replaces.
    """
    edition_of: dict[str, int] = {}
    for take in sorted(takes, key=_order):
        corrects = take.signal is Signal.CORRECTION
        if take.id in replaced:
            edition_of[take.id] = edition_of[replaced[take.id]] + corrects
        else:
            edition_of[take.id] = int(corrects and any(edition_of.values()))
    return [
        sorted(id for id, number in edition_of.items() if number == edition)
        for edition in sorted(set(edition_of.values()))
    ]
