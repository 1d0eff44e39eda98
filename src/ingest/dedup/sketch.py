"""A text's fingerprint: a small sketch that finds candidates by a join on equal hashes, and an exact key."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingest.dedup.tokens import Tokens, Words, sentence_hashes, shingles, tokenise, without
from ingest.text import text_hash

SKETCH = 16
"""Hashes kept: the smallest 16 of a text's 5-word shingles (bottom-k sketch, Cohen and Kaplan 2007)."""

SHARED = 2
"""Hashes that two sketches must share for the texts to be compared."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """`sketch`: at most 16 distinct uint32, rising. `words`: counted without boilerplate. `exact`: sha256 of the normalised text."""

    sketch: tuple[int, ...]
    words: int
    exact: str


def fingerprint(text: str, boilerplate: frozenset[int] = frozenset()) -> Fingerprint:
    """Sketch of `text` without the sentences whose hash (see `line_hashes`) is in `boilerplate`."""
    tokens = without(tokenise(text), boilerplate)
    return Fingerprint(tuple(bottom(shingles(tokens.ids)).tolist()), len(tokens), text_hash(text))


def line_hashes(text: str) -> tuple[int, ...]:
    """A 63-bit hash per sentence or line, numbers masked: what is counted to learn boilerplate."""
    return tuple(sentence_hashes(tokenise(text)).tolist())


def bottom(hashes: Words) -> Words:
    """The 16 smallest distinct hashes, rising."""
    return np.unique(hashes)[:SKETCH]


def sketch_tokens(tokens: Tokens) -> Words:
    return bottom(shingles(tokens.ids))
