"""Which texts are worth comparing: those that share sketch hashes within the time window, the likeliest ten
of each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from ingest.dedup.sketch import MIN_SHARED_HASHES
from ingest.dedup.verify import WINDOW

MAX_TEXTS_PER_HASH = 200
"""A hash that more texts share is ignored: it belongs to the words of a template."""

CANDIDATES_PER_TEXT = 10
"""Most candidates compared for each text: those that share the most hashes."""

_UNDATED = np.iinfo(np.int64).min


def candidate_pairs(
    sketches: Sequence[Sequence[int]], times: Sequence[datetime | None]
) -> list[tuple[int, int]]:
    """Returns the pairs of positions (a < b), sorted, that share at least two hashes and are at most 30 days
    apart where both times are known."""
    if not sketches:
        return []
    first, second = _sharing(sketches)
    if not len(first):
        return []
    packed, shared = np.unique(first * len(sketches) + second, return_counts=True)
    packed, shared = packed[shared >= MIN_SHARED_HASHES], shared[shared >= MIN_SHARED_HASHES]
    first, second = packed // len(sketches), packed % len(sketches)
    near = _near(first, second, times)
    keep = _likeliest(first[near], second[near], shared[near])
    return list(zip(first[near][keep].tolist(), second[near][keep].tolist(), strict=True))


def _sharing(sketches: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each pair of texts, once for each hash that they share."""
    hashes = np.fromiter(chain.from_iterable(sketches), np.uint32)
    owners = np.repeat(np.arange(len(sketches)), [len(s) for s in sketches])
    order = np.argsort(hashes, kind="stable")
    hashes, owners = hashes[order], owners[order]
    starts = np.flatnonzero(np.concatenate([[True], hashes[1:] != hashes[:-1]]))
    sizes = np.diff(starts, append=len(hashes))
    left, right = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for size in np.unique(sizes[(sizes > 1) & (sizes <= MAX_TEXTS_PER_HASH)]).tolist():
        runs = owners[starts[sizes == size][:, None] + np.arange(size)]
        a, b = np.triu_indices(size, 1)
        left.append(runs[:, a].ravel())
        right.append(runs[:, b].ravel())
    return np.concatenate(left), np.concatenate(right)


def _near(
    first: NDArray[np.int64], second: NDArray[np.int64], times: Sequence[datetime | None]
) -> NDArray[np.bool_]:
    seconds = np.array([_UNDATED if t is None else int(t.timestamp()) for t in times], np.int64)
    a, b = seconds[first], seconds[second]
    return np.asarray((a == _UNDATED) | (b == _UNDATED) | (np.abs(a - b) <= WINDOW.total_seconds()))


def _likeliest(
    first: NDArray[np.int64], second: NDArray[np.int64], shared: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Marks the pairs that are among the ten best of either text."""
    keep = np.zeros(len(first), np.bool_)
    for side, other in ((first, second), (second, first)):
        order = np.lexsort((other, -shared, side))
        starts = np.flatnonzero(np.concatenate([[True], side[order][1:] != side[order][:-1]]))
        rank = np.arange(len(order)) - np.repeat(starts, np.diff(starts, append=len(order)))
        keep[order[rank < CANDIDATES_PER_TEXT]] = True
    return keep
