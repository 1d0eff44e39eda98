"""Boilerplate: sentences that recur in unrelated texts, learned from a batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ingest.dedup.tokens import Hashes, Tokens

MIN_TEXTS = 5
"""Least number of texts that must contain a sentence for it to count as boilerplate."""

SAMPLE_TEXTS = 8
"""Most texts with such a sentence whose openings are compared with each other."""

OPENING_SENTENCES, MIN_SENTENCE_WORDS = 2, 8
"""A text is identified by its first two sentences of at least eight words; shorter ones are labels (a date, a
section)."""


FIRST_SENTENCES, LAST_SENTENCES = 2, 4
"""Numbers of sentences at the beginning and at the end of a text that the warehouse counts: an outlet's own
lines are in those places."""


def outer_sentences(sentences: Hashes) -> list[int]:
    """Returns the distinct first and last sentences of a text."""
    ends: list[int] = np.concatenate(
        [sentences[:FIRST_SENTENCES], sentences[max(FIRST_SENTENCES, len(sentences) - LAST_SENTENCES) :]]
    ).tolist()
    return list(dict.fromkeys(ends))


def opening_sentences(tokens: Tokens, sentences: Hashes) -> tuple[int, ...]:
    """Returns the hashes of the sentences by which `boilerplate` identifies a text."""
    long_enough = tokens.lengths() >= MIN_SENTENCE_WORDS
    return tuple(sentences[long_enough][:OPENING_SENTENCES].tolist())


def boilerplate(texts: Sequence[Hashes], openings: Sequence[tuple[int, ...]]) -> Hashes:
    """Returns the sorted hashes of the sentences that at least five texts have, most of which open
    differently.

    Forty mastheads that run one story repeat its sentences too, but they all open with it. The result does
    not depend on the order of the texts.
    """
    counted = [np.unique(text) for text in texts]
    hashes = np.concatenate([*counted, np.zeros(0, np.uint64)])
    owners = np.repeat(np.arange(len(counted)), [len(c) for c in counted])
    ranks = np.array(
        [int(c.sum()) for c in counted], np.uint64
    )  # follow from the text alone, so that samples do not depend on the order
    order = np.lexsort((ranks[owners], hashes))
    recurring = [
        hash
        for hash, carriers in _repeated(hashes[order], owners[order])
        if open_differently([openings[at] for at in _sample(carriers)])
    ]
    return np.array(recurring, np.uint64)


def _repeated(hashes: Hashes, owners: NDArray[np.int64]) -> Iterable[tuple[int, NDArray[np.int64]]]:
    """Each hash that at least MIN_TEXTS texts contain, with those texts."""
    values, starts, counts = np.unique(hashes, return_index=True, return_counts=True)
    for at in np.flatnonzero(counts >= MIN_TEXTS).tolist():
        yield int(values[at]), owners[starts[at] : starts[at] + counts[at]]


def _sample(carriers: NDArray[np.int64]) -> list[int]:
    """At most SAMPLE_TEXTS of the carriers, evenly spaced."""
    sample: list[int] = carriers[:: max(1, len(carriers) // SAMPLE_TEXTS)][:SAMPLE_TEXTS].tolist()
    return sample


def open_differently(openings: Sequence[tuple[int, ...]]) -> bool:
    """True if most of these texts open differently: then what they share is not a story."""
    pairs = [not a.isdisjoint(b) for a, b in combinations(map(set, openings), 2)]
    return 2 * sum(pairs) < len(pairs)
