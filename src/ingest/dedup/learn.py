"""Boilerplate: sentences that come back in unrelated texts, learned from a batch."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np

from ingest.dedup.tokens import Hashes

REPEATS = 5
"""Texts that must carry a sentence before it can count as boilerplate."""

SAMPLE = 8
"""Texts compared with each other for each such sentence."""

ALIKE = 0.5
"""Two texts that share this part of the shorter one's sentences tell one story."""


def boilerplate(texts: Sequence[Hashes]) -> Hashes:
    """Hashes of sentences found in at least five texts that have little else in common; sorted.

    Forty mastheads that carry one story repeat its sentences too: so a sentence counts only if most of the texts that carry it
    share no more than half of their sentences with each other. The answer does not depend on the order of `texts`.
    """
    counted = [np.unique(t) for t in texts]
    hashes = np.concatenate([*counted, np.zeros(0, np.uint64)])
    owners = np.repeat(np.arange(len(counted)), [len(c) for c in counted])
    ranks = np.array([int(c.sum()) for c in counted], np.uint64)  # of the text alone, so that samples ignore the order
    order = np.lexsort((ranks[owners], hashes)) if len(hashes) else np.zeros(0, np.int64)
    hashes, owners = hashes[order], owners[order]
    starts = np.flatnonzero(np.concatenate([[True], hashes[1:] != hashes[:-1]])) if len(hashes) else order
    counts = np.diff(starts, append=len(hashes))
    found = [
        hashes[start]
        for start, count in zip(starts[counts >= REPEATS].tolist(), counts[counts >= REPEATS].tolist(), strict=True)
        if _unlike([counted[i] for i in owners[start : start + count].tolist()])
    ]
    return np.array(found, np.uint64)


def _unlike(carriers: list[Hashes]) -> bool:
    """Do the texts (a sample, evenly taken) mostly differ in the rest?"""
    step = max(1, len(carriers) // SAMPLE)
    sample = [frozenset(c.tolist()) for c in carriers[::step][:SAMPLE]]
    pairs = [len(a & b) >= ALIKE * min(len(a), len(b)) for a, b in combinations(sample, 2)]
    return sum(pairs) * 2 < len(pairs)
