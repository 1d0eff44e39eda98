"""Are two texts copies of one story? Containment finds them; the slot guard parts them from stories cut to the same template."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.dedup.align import Laid, Overlap, lay, overlap
from ingest.dedup.tokens import tokenise, without_boilerplate
from ingest.model import CopyKind

RULE_VERSION = 1
"""Raised with every change of the rules below; stored with each verified pair."""

WINDOW = timedelta(days=30)
"""Texts published further apart are never compared."""

NEAR, APART = timedelta(hours=36), timedelta(hours=72)
"""Copies, corrections and next-day reruns come within NEAR; beyond APART the same words with other figures are a template."""

CONTAINED, CONTAINED_SHORT, CONTAINED_APART = 0.45, 0.9, 0.8
CONTAINED_DENSE = 0.33
SHORT, BRIEF = 30, 60
DENSE = 6
"""Words: a text below SHORT says too little to be recognised by half of it, unless DENSE names and numbers agree (tables of
results); in BRIEF ones published NEAR each other those count for more than the words between them."""


@dataclass(frozen=True, slots=True, eq=False)
class DedupText:
    """One text ready for comparison; made by `prepare`. `published_at` is aware UTC."""

    id: str
    laid: Laid
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
    return DedupText(id, lay(without_boilerplate(tokenise(text), boilerplate)), headline, published_at, publisher, agency)


def verify(a: DedupText, b: DedupText) -> Verdict:
    """Compare two texts; symmetric but for `kind`."""
    shared = overlap(a.laid, b.laid)
    same, why = _decide(shared, a, b)
    return Verdict(same, shared.containment, shared.agreement, shared.jaccard, _kind(shared), why)


def _decide(shared: Overlap, a: DedupText, b: DedupText) -> tuple[bool, str]:
    gap = abs(a.published_at - b.published_at) if a.published_at and b.published_at else None
    if gap and gap > WINDOW:
        return False, f"published {gap.days} days apart"
    contained = _containment_needed(shared, gap, min(len(a.laid.words), len(b.laid.words)))
    agreeing = _agreement_needed(gap)
    scores = f"containment {shared.containment:.2f} ({contained} needed), names and numbers agree {shared.agreement:.2f} ({agreeing} needed)"
    return shared.containment >= contained and shared.agreement >= agreeing, scores


def _agreement_needed(gap: timedelta | None) -> float:
    """A correction changes a name or a figure within hours; the longer after, the likelier it is tomorrow's story in the same words."""
    if gap is None:
        return 0.75
    if gap <= NEAR:
        return 0.7
    return 0.84 if gap < APART else 1.0


def _containment_needed(shared: Overlap, gap: timedelta | None, words: int) -> float:
    dense = shared.agreed >= DENSE and shared.agreement >= 0.85
    if gap is not None and gap >= APART:
        return CONTAINED_APART
    if dense and words < BRIEF and gap is not None and gap <= NEAR:
        return CONTAINED_DENSE
    return CONTAINED_SHORT if words < SHORT and not dense else CONTAINED


def _kind(shared: Overlap) -> CopyKind:
    if shared.jaccard == 1.0:
        return CopyKind.EXACT
    if shared.in_second >= 0.9:
        return CopyKind.TRUNCATED
    if shared.in_first >= 0.9:
        return CopyKind.EXPANDED
    return CopyKind.EDITED
