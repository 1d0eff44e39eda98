"""A text's fingerprint: a small sketch that finds candidates by a join on equal hashes."""

from __future__ import annotations

import numpy as np

from ingest.dedup.tokens import Words

SKETCH, LEAD, FROM_LEAD = 16, 60, 8
"""Hashes kept: the smallest 8 of the first 60 words' shingles, then the smallest of all, 16 in total
(bottom-k sketches, Cohen and Kaplan 2007). A wire story is cut from its end: its lead finds the flash in a
write-through seven times as long."""

SHARED = 2
"""Hashes that two sketches must share for the texts to be compared."""


def sketch(hashes: Words) -> list[int]:
    """At most 16 distinct of a text's shingles, rising."""
    lead = _distinct(hashes[:LEAD])[:FROM_LEAD]
    rest = [h for h in _distinct(hashes)[:SKETCH] if h not in lead]
    return sorted(lead + rest[: SKETCH - len(lead)])


def _distinct(hashes: Words) -> list[int]:
    """The smallest hashes, rising, without doubles; at least as many as a sketch holds if there are."""
    ordered = np.sort(hashes)
    if len(ordered) > 1:
        ordered = ordered[np.append(ordered[1:] != ordered[:-1], True)]
    return ordered[:SKETCH].tolist()  # type: ignore[no-any-return]
