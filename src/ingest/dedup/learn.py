"""Boilerplate: sentences that come back in unrelated texts, learned from a batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ingest.dedup.tokens import Hashes, Tokens

REPEATS = 5
"""Texts that must carry a sentence before it can count as boilerplate."""

SAMPLE = 8
"""Texts compared with each other for each such sentence."""

OPENING, SPOKEN = 2, 8
"""Sentences that a text is known by: its first two of at least eight words (shorter ones are labels: a date,
a section)."""


FIRST, LAST = 2, 4
"""Sentences at either end of a text that are counted where a history is kept: an outlet's own lines stand
there."""


def outer_sentences(sentences: Hashes) -> list[int]:
    """The distinct first and last sentences of a text."""
    ends: list[int] = np.concatenate(
        [sentences[:FIRST], sentences[max(FIRST, len(sentences) - LAST) :]]
    ).tolist()
    return list(dict.fromkeys(ends))


def opening_sentences(tokens: Tokens, sentences: Hashes) -> tuple[int, ...]:
    """What `boilerplate` knows a text by."""
    spoken = tokens.lengths() >= SPOKEN
    return tuple(sentences[spoken][:OPENING].tolist())


def boilerplate(texts: Sequence[Hashes], openings: Sequence[tuple[int, ...]]) -> Hashes:
    """Hashes of the sentences found in at least five texts that mostly do not open alike; sorted.

    Forty mastheads that carry one story repeat its sentences too, but open with it. The answer does not
    depend on the order of the texts.
    """
    counted = [np.unique(text) for text in texts]
    hashes = np.concatenate([*counted, np.zeros(0, np.uint64)])
    owners = np.repeat(np.arange(len(counted)), [len(c) for c in counted])
    ranks = np.array(
        [int(c.sum()) for c in counted], np.uint64
    )  # a text's own, so that samples ignore the order
    order = np.lexsort((ranks[owners], hashes))
    found = [
        hash
        for hash, carriers in _repeated(hashes[order], owners[order])
        if open_differently([openings[at] for at in _sample(carriers)])
    ]
    return np.array(found, np.uint64)


def _repeated(hashes: Hashes, owners: NDArray[np.int64]) -> Iterable[tuple[int, NDArray[np.int64]]]:
    """Each hash that enough texts carry, with those texts."""
    values, starts, counts = np.unique(hashes, return_index=True, return_counts=True)
    for at in np.flatnonzero(counts >= REPEATS).tolist():
        yield int(values[at]), owners[starts[at] : starts[at] + counts[at]]


def _sample(carriers: NDArray[np.int64]) -> list[int]:
    """A few of them, evenly taken."""
    sample: list[int] = carriers[:: max(1, len(carriers) // SAMPLE)][:SAMPLE].tolist()
    return sample


def open_differently(openings: Sequence[tuple[int, ...]]) -> bool:
    """Most of these texts open differently: what they share is no story."""
    pairs = [not a.isdisjoint(b) for a, b in combinations(map(set, openings), 2)]
    return 2 * sum(pairs) < len(pairs)
