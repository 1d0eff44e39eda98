"""Boilerplate: sentences that come back in unrelated texts, learned from a batch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ingest.dedup.tokens import Hashes

REPEATS = 5
"""Texts of unlike content that must carry a sentence before it counts as boilerplate."""


def repeated_sentences(texts: Sequence[Hashes], publishers: Sequence[str | None]) -> Hashes:
    """Hashes of sentences found in at least five texts that have little else in common; sorted.

    Forty mastheads that carry one story repeat its sentences too: so what is counted is not texts but unlike texts (those whose
    own smallest sentence hash differs), and they must be half of all that carry the sentence.
    """
    counted = [np.unique(t) for t in texts]
    if not sum(map(len, counted)):
        return np.zeros(0, np.uint64)
    hashes = np.concatenate(counted)
    owners = np.repeat(np.arange(len(counted)), [len(c) for c in counted])
    values, inverse, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    likeness = _likeness(values, counts, inverse, owners, len(counted))
    return values[_unlike(inverse, likeness[owners], len(values)) * 2 >= np.maximum(counts, 2 * REPEATS)]


def _likeness(values, counts, inverse, owners, size):  # type: ignore[no-untyped-def]
    """For each text its rarest sentence (ties by hash): texts of one story mostly share it."""
    order = np.lexsort((values[inverse], counts[inverse], owners))
    first = np.flatnonzero(np.concatenate([[True], owners[order][1:] != owners[order][:-1]]))
    likeness = np.zeros(size, np.uint64)
    likeness[owners[order][first]] = values[inverse][order][first]
    return likeness


def _unlike(inverse, likeness, size):  # type: ignore[no-untyped-def]
    """How many distinct likenesses carry each sentence."""
    pairs = np.unique(np.stack([inverse.astype(np.uint64), likeness]), axis=1)
    return np.bincount(pairs[0].astype(np.int64), minlength=size)
