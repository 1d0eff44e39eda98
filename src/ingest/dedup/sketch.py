"""The sketch of a text: a few hashes by which candidates for copies are found with a join on equal hashes."""

from __future__ import annotations

import numpy as np

from ingest.dedup.tokens import Words

SKETCH, LEAD, FROM_LEAD = 16, 60, 8
"""Hashes kept: the smallest 8 of the first 60 words' shingles, then the smallest of all, 16 in total
(bottom-k sketches, Cohen and Kaplan 2007). Wire stories are cut from the end: by its lead a flash is found
in a write-through seven times as long."""

SHARED = 2
"""Hashes that two sketches must share for the texts to be compared."""


def sketch(hashes: Words) -> list[int]:
    """Returns at most 16 distinct ones of a text's shingles, in rising order."""
    lead = _distinct(hashes[:LEAD])[:FROM_LEAD]
    rest = [h for h in _distinct(hashes)[:SKETCH] if h not in lead]
    return sorted(lead + rest[: SKETCH - len(lead)])


def _distinct(hashes: Words) -> list[int]:
    """The SKETCH smallest distinct hashes, in rising order."""
    ordered = np.sort(hashes)
    if len(ordered) > 1:
        ordered = ordered[np.append(ordered[1:] != ordered[:-1], True)]
    return ordered[:SKETCH].tolist()  # type: ignore[no-any-return]
