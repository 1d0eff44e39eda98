"""Which entries of a document with more than `entries_cap` are read: the newest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime


def newest(dates: Sequence[datetime | None], cap: int) -> list[int]:
    """Returns the positions of the `cap` newest entries, in document order. `dates`: the latest date of each
    entry, None where it has none.

    An entry without a date counts as old as its neighbour. Among entries of one date, or where no entry has
    one, half are taken from the start and half from the end: new entries are added at one of them, and which
    it is a single document does not say.
    """
    if len(dates) <= cap:
        return list(range(len(dates)))
    by_date: dict[datetime | None, list[int]] = defaultdict(list)
    for position, date in enumerate(_filled(dates)):
        by_date[date].append(position)
    kept: list[int] = []
    for date in sorted(by_date, key=lambda date: date.timestamp() if date else 0.0, reverse=True):
        kept += _ends(by_date[date], cap - len(kept))
    return sorted(kept)


def _filled(dates: Sequence[datetime | None]) -> list[datetime | None]:
    last = next((date for date in dates if date is not None), None)
    filled: list[datetime | None] = []
    for date in dates:
        last = date or last
        filled.append(last)
    return filled


def _ends(positions: list[int], count: int) -> list[int]:
    if len(positions) <= count:
        return positions
    first, last = (count + 1) // 2, count // 2
    return positions[:first] + (positions[-last:] if last else [])
