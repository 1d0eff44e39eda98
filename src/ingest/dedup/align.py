"""Two texts laid side by side: which shingles they share, and whether names and numbers agree where the words around them do."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.dedup.tokens import SHINGLE, Tokens, shingles

Indices = NDArray[np.intp]

GAP = 40
"""Words: what lies between two shared runs is compared only up to this length; beyond, a passage was dropped or added."""


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two texts share. `in_first` and `in_second` are the shared part of either text's shingles, 0..1."""

    in_first: float
    in_second: float
    jaccard: float
    agreed: int
    clashed: int
    identical: bool

    @property
    def containment(self) -> float:
        return max(self.in_first, self.in_second)

    @property
    def agreement(self) -> float:
        places = self.agreed + self.clashed
        return self.agreed / places if places else 1.0


def overlap(a: Tokens, b: Tokens) -> Overlap:
    """Shingles shared by the two texts, and the slots in aligned places."""
    if np.array_equal(a.ids, b.ids):
        return Overlap(1.0, 1.0, 1.0, int(_slots(a).sum()), 0, True)
    left, right = shingles(a.ids), shingles(b.ids)
    common, at_left, at_right = np.intersect1d(left, right, return_indices=True)
    if not len(common):
        return Overlap(0.0, 0.0, 0.0, 0, 0, False)
    first, second = len(np.unique(left)), len(np.unique(right))
    agreed, clashed = _compare(a, b, *_chain(at_left, at_right))
    n = len(common)
    return Overlap(n / first, n / second, n / (first + second - n), agreed, clashed, False)


def _slots(tokens: Tokens) -> NDArray[np.bool_]:
    # names and numbers are the odd kinds
    return (tokens.kinds & 1).astype(bool)


def _chain(at_left: Indices, at_right: Indices) -> tuple[Indices, Indices]:
    """The longest run of shared shingles that rises in both texts: paragraphs that changed places fall out of it."""
    order = np.argsort(at_left)
    left, right = at_left[order], at_right[order]
    if np.all(right[1:] > right[:-1]):
        return left, right
    tails: list[int] = []
    ends: list[int] = []
    back: list[int] = []
    for i, place in enumerate(right.tolist()):
        k = bisect_left(tails, place)
        back.append(ends[k - 1] if k else -1)
        tails[k : k + 1] = [place]
        ends[k : k + 1] = [i]
    chosen: list[int] = []
    i = ends[-1]
    while i >= 0:
        chosen.append(i)
        i = back[i]
    chosen.reverse()
    return left[chosen], right[chosen]


def _compare(a: Tokens, b: Tokens, left: Indices, right: Indices) -> tuple[int, int]:
    """Slots that agree and clash: equal in the shared runs; in the gaps between them by what either side has."""
    covered = np.zeros(len(a) + 1, np.int64)
    np.add.at(covered, left, 1)
    np.add.at(covered, np.minimum(left + SHINGLE, len(a)), -1)
    agreed = int((_slots(a) & (np.cumsum(covered[:-1]) > 0)).sum())
    clashed = 0
    for gap_a, gap_b in _gaps(a, b, left, right):
        same, other = _gap(a, b, gap_a, gap_b)
        agreed += same
        clashed += other
    return agreed, clashed


def _gaps(a: Tokens, b: Tokens, left: Indices, right: Indices) -> list[tuple[slice, slice]]:
    """Stretches of both texts between shared runs, and what comes before the first and after the last, cut to equal length."""
    step = np.diff(left)
    jumps = np.flatnonzero((step != np.diff(right)) | (step > SHINGLE)).tolist()
    found = []
    for i in jumps:
        ends = int(left[i]) + SHINGLE, int(right[i]) + SHINGLE
        begins = int(left[i + 1]), int(right[i + 1])
        if begins[0] > ends[0] and begins[1] > ends[1] and max(begins[0] - ends[0], begins[1] - ends[1]) <= GAP:
            found.append((slice(ends[0], begins[0]), slice(ends[1], begins[1])))
    head = min(int(left[0]), int(right[0]), GAP)
    found.append((slice(int(left[0]) - head, int(left[0])), slice(int(right[0]) - head, int(right[0]))))
    tail = min(len(a) - int(left[-1]) - SHINGLE, len(b) - int(right[-1]) - SHINGLE, GAP)
    if tail > 0:
        ends = int(left[-1]) + SHINGLE, int(right[-1]) + SHINGLE
        found.append((slice(ends[0], ends[0] + tail), slice(ends[1], ends[1] + tail)))
    return found


def _gap(a: Tokens, b: Tokens, left: slice, right: slice) -> tuple[int, int]:
    """Slots of one gap found on both sides, and those replaced by others (the lesser surplus; a slot merely dropped is no clash)."""
    ours = Counter(a.ids[left][_slots(a)[left]].tolist())
    theirs = Counter(b.ids[right][_slots(b)[right]].tolist())
    same = (ours & theirs).total()
    return same, min(ours.total(), theirs.total()) - same
