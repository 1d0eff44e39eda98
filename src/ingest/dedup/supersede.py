"""Which take of a story a correction or update under another address replaces, and which edition of the story
each take is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ingest.model import Signal
from ingest.text import normalise

REPLACING = (Signal.CORRECTION, Signal.UPDATE)
"""Marks of a take that is sent to be run instead of an earlier one; a flash is followed, not replaced."""

Alike = Callable[[str, str], float]
"""How alike the texts of two ids are."""

_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Take:
    """One member of a crowd of copies. `published_at` is aware UTC."""

    id: str
    published_at: datetime | None
    publisher: str | None = None
    agency: str | None = None
    signal: Signal = Signal.NONE
    headline: str | None = None

    @property
    def source(self) -> str:
        """Who sent it; without a publisher the credited agency stands for it. Empty when unknown."""
        return (self.publisher or self.agency or "").casefold()


def superseded(takes: Iterable[Take], alike: Alike = lambda a, b: 0.0) -> dict[str, str]:
    """For each correction or update the id of the take it replaces: one before it from the same source.

    A correction tells what it corrects by its headline, which is that of the first take behind the mark, and
    by its words (an outlet may have run a story twice, cut or re-headed); else, and for an update, it is the
    last take before. A second correction replaces the first. A masthead that prints the agency's correction
    replaces its own earlier copy, never another's. A mark says that something came before: of two takes of
    one time, or where a time is unknown, the marked one is the later. The answer does not depend on the order
    of `takes`.
    """
    before: dict[str, list[Take]] = {}
    replaced: dict[str, str] = {}
    for take in sorted((take for take in takes if take.source), key=_order):
        standing = [other for other in before.get(take.source, []) if other.id not in replaced.values()]
        if take.signal in REPLACING and standing:
            replaced[take.id] = (
                _corrected(take, standing, alike) if take.signal is Signal.CORRECTION else standing[-1]
            ).id
        before.setdefault(take.source, []).append(take)
    return replaced


def _order(take: Take) -> tuple[datetime, bool, str]:
    marked = take.signal in REPLACING
    return take.published_at or (_LAST if marked else _FIRST), marked, take.id


def _corrected(take: Take, standing: Iterable[Take], alike: Alike) -> Take:
    headline = normalise(take.headline or "")

    def likeness(place: tuple[int, Take]) -> tuple[bool, bool, float, int]:
        at, other = place
        return other.signal is Signal.CORRECTION, _is_headed(headline, other), alike(take.id, other.id), at

    return max(enumerate(standing), key=likeness)[1]


def _is_headed(headline: str, other: Take) -> bool:
    plain = normalise(other.headline or "")
    return bool(plain) and headline.endswith(plain)


def editions(takes: Iterable[Take], replaced: Mapping[str, str]) -> list[list[str]]:
    """The takes (ids, sorted) by edition of the story: as first sent, corrected, corrected again.

    A correction says that the text before it was wrong: it is no copy of that. It goes with the next edition,
    and so do corrections sent after it by outlets that had not run the story before. An update only goes on:
    it stays in the edition of what it replaces.
    """
    found: dict[str, int] = {}
    for take in sorted(takes, key=_order):
        corrects = take.signal is Signal.CORRECTION
        if take.id in replaced:
            found[take.id] = found[replaced[take.id]] + corrects
        else:
            found[take.id] = int(corrects and any(found.values()))
    return [
        sorted(id for id, one in found.items() if one == edition) for edition in sorted(set(found.values()))
    ]
