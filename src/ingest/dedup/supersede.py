"""Which take of a story a correction or update under another address replaces."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ingest.model import Signal

REPLACING = (Signal.CORRECTION, Signal.UPDATE)
"""Marks of a take that is sent to be run instead of an earlier one; a flash is followed, not replaced."""


@dataclass(frozen=True, slots=True)
class Take:
    """One member of a copy group. `published_at` is aware UTC; a take without a time replaces nothing and is not replaced."""

    id: str
    published_at: datetime | None
    publisher: str | None = None
    agency: str | None = None
    signal: Signal = Signal.NONE


def superseded(takes: Iterable[Take]) -> dict[str, str]:
    """For each correction or update of a copy group the id of the take it replaces: the one before it from the same publisher.

    Without a publisher the credited agency stands for it. A second correction replaces the first. A masthead that prints the
    agency's correction replaces its own earlier copy, never another's. The answer does not depend on the order of `takes`.
    """
    latest: dict[str, str] = {}
    replaced: dict[str, str] = {}
    for _, id, source, signal in sorted(_dated(takes)):
        if signal in REPLACING and source in latest:
            replaced[id] = latest[source]
        latest[source] = id
    return replaced


def _dated(takes: Iterable[Take]) -> Iterable[tuple[datetime, str, str, Signal]]:
    for take in takes:
        source = take.publisher or take.agency
        if take.published_at is not None and source:
            yield take.published_at, take.id, source.casefold(), take.signal
