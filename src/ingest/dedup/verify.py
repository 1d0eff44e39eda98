"""Are two texts copies of one story? Containment finds them; the slot guard parts them from stories cut to the same template."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.dedup.align import Overlap, overlap
from ingest.dedup.tokens import Tokens, tokenise, without
from ingest.model import CopyKind

RULE_VERSION = 1
"""Raised with every change of the rules below; stored with each verified pair."""

CONTAINED = 0.45
CONTAINED_SHORT = 0.9
SHORT_WORDS = 30
AGREEMENT = 0.7
WINDOW = timedelta(days=30)


@dataclass(frozen=True, slots=True, eq=False)
class DedupText:
    """One text ready for comparison; made by `prepare`. `published_at` is aware UTC."""

    id: str
    tokens: Tokens
    headline: str | None = None
    published_at: datetime | None = None
    publisher: str | None = None
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`containment`: shared part of the shorter text's shingles; `slot_agreement`: part of the names and numbers in aligned places
    that are equal; `jaccard`: shared part of all shingles; all 0..1. `kind` is the second text as seen from the first."""

    same: bool
    containment: float
    slot_agreement: float
    jaccard: float
    kind: CopyKind
    why: str


def prepare(
    id: str,
    text: str,
    *,
    headline: str | None = None,
    published_at: datetime | None = None,
    publisher: str | None = None,
    agency: str | None = None,
    boilerplate: frozenset[int] = frozenset(),
) -> DedupText:
    """Read the text once; what is missing stays None and is left out of the decision."""
    return DedupText(id, without(tokenise(text), boilerplate), headline, published_at, publisher, agency)


def verify(a: DedupText, b: DedupText) -> Verdict:
    """Compare two texts; symmetric but for `kind`."""
    shared = overlap(a.tokens, b.tokens)
    same, why = _decide(shared, a, b)
    return Verdict(same, shared.containment, shared.agreement, shared.jaccard, _kind(shared), why)


def _decide(shared: Overlap, a: DedupText, b: DedupText) -> tuple[bool, str]:
    short = min(len(a.tokens), len(b.tokens)) < SHORT_WORDS
    needed = CONTAINED_SHORT if short else CONTAINED
    if a.published_at and b.published_at and abs(a.published_at - b.published_at) > WINDOW:
        return False, "published too far apart"
    if shared.containment < needed:
        return False, f"containment {shared.containment:.2f} below {needed}"
    if shared.agreement < AGREEMENT:
        return False, f"names and numbers agree in {shared.agreement:.2f} of their places, {AGREEMENT} needed"
    return True, f"containment {shared.containment:.2f}, names and numbers agree {shared.agreement:.2f}"


def _kind(shared: Overlap) -> CopyKind:
    if shared.identical:
        return CopyKind.EXACT
    if shared.in_second >= 0.9:
        return CopyKind.TRUNCATED
    if shared.in_first >= 0.9:
        return CopyKind.EXPANDED
    return CopyKind.EDITED
