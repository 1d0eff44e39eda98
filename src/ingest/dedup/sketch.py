"""The sketch of a text: a few hashes by which candidates for copies are found with a join on equal hashes."""

from __future__ import annotations

import numpy as np

from ingest.dedup.tokens import Words

SKETCH_HASHES, LEAD_SHINGLES, LEAD_HASHES = 16, 60, 8
"""Hashes kept: the smallest 8 of the first 60 shingles, then the smallest of all, 16 in total (bottom-k
sketches, Cohen and Kaplan 2007). Wire stories are cut from the end: by the hashes of its lead a flash is
matched with a write-through seven times as long."""

MIN_SHARED_HASHES = 2
"""Least number of hashes that two sketches must share for the texts to be compared."""


def sketch(hashes: Words) -> list[int]:
    """Returns at most 16 distinct hashes of a text's shingles, in rising order."""
    lead = _distinct(hashes[:LEAD_SHINGLES])[:LEAD_HASHES]
    rest = [h for h in _distinct(hashes)[:SKETCH_HASHES] if h not in lead]
    return sorted(lead + rest[: SKETCH_HASHES - len(lead)])


def _distinct(hashes: Words) -> list[int]:
    """The SKETCH_HASHES smallest distinct hashes, in rising order."""
    ordered = np.sort(hashes)
    if len(ordered) > 1:
        ordered = ordered[np.append(ordered[1:] != ordered[:-1], True)]
    return ordered[:SKETCH_HASHES].tolist()  # type: ignore[no-any-return]
