"""Are two texts copies of one story? Containment finds them; the slot guard parts them from stories cut to one template."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.dedup.align import Laid, Overlap, lay, overlap
from ingest.dedup.tokens import tokenise, without_boilerplate
from ingest.model import CopyKind

RULE_VERSION = 1
"""Raised with every change of the rules below; stored with each verified pair."""

WINDOW = timedelta(days=30)
"""Texts published further apart are never copies."""

NEAR, APART = timedelta(hours=36), timedelta(hours=72)
"""Copies, corrections and next-day reruns come within NEAR; from APART on, the same words with another figure are a template."""

AGREEMENT_NEAR, AGREEMENT_UNDATED, AGREEMENT_LATER, AGREEMENT_APART = 0.7, 0.75, 0.84, 1.0
"""Names and numbers that must agree: a correction changes one within hours; the later, the likelier it is the next story."""

CONTAINED, CONTAINED_SHORT, CONTAINED_DENSE, CONTAINED_APART = 0.45, 0.9, 0.33, 0.8
"""Shared part of the shorter text: of any, of a SHORT one, of a BRIEF and dense one of the same day, of one long after."""

SHORT, BRIEF = 30, 60
"""Words. What is SHORT says too little to be known by half of it."""

DENSE, DENSE_AGREEMENT = 6, 0.85
"""Names and numbers in aligned places that outweigh the words between them: tables of results, where the words are a form's."""


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
    """`containment`: shared part of the shorter text's 5-word shingles; `slot_agreement`: part of the names and numbers in
    aligned places that are equal; `jaccard`: shared part of all shingles; all 0..1. `kind` is what the second text is to the
    first: TRUNCATED if nearly all of it is in the first, EXPANDED if it holds nearly all of the first and more."""

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
    """Read a text once, for any number of comparisons. What is unknown stays None and is left out of the decision."""
    laid = lay(without_boilerplate(tokenise(text), boilerplate))
    return DedupText(id, laid, headline, published_at, publisher, agency)


def verify(a: DedupText, b: DedupText) -> Verdict:
    """Compare two texts; all but `kind` is the same whichever comes first."""
    shared = overlap(a.laid, b.laid) if a.id <= b.id else overlap(b.laid, a.laid).turned()
    gap = abs(a.published_at - b.published_at) if a.published_at and b.published_at else None
    words = min(len(a.laid.words), len(b.laid.words))
    same, why = _decide(shared, gap, words)
    return Verdict(same, shared.containment, shared.agreement, shared.jaccard, _kind(shared, a.laid.words == b.laid.words), why)


def _decide(shared: Overlap, gap: timedelta | None, words: int) -> tuple[bool, str]:
    if gap is not None and gap > WINDOW:
        return False, f"published {gap.days} days apart"
    contained, agreeing = _containment_needed(shared, gap, words), _agreement_needed(gap)
    same = shared.containment >= contained and shared.agreement >= agreeing
    return same, (
        f"containment {shared.containment:.2f} of {contained} needed, "
        f"names and numbers agree {shared.agreement:.2f} of {agreeing} needed"
    )


def _agreement_needed(gap: timedelta | None) -> float:
    if gap is None:
        return AGREEMENT_UNDATED
    if gap <= NEAR:
        return AGREEMENT_NEAR
    return AGREEMENT_LATER if gap < APART else AGREEMENT_APART


def _containment_needed(shared: Overlap, gap: timedelta | None, words: int) -> float:
    if gap is not None and gap >= APART:
        return CONTAINED_APART
    dense = shared.agreed >= DENSE and shared.agreement >= DENSE_AGREEMENT
    if dense and words < BRIEF and gap is not None and gap <= NEAR:
        return CONTAINED_DENSE
    return CONTAINED_SHORT if words < SHORT and not dense else CONTAINED


def _kind(shared: Overlap, equal: bool) -> CopyKind:
    if equal:
        return CopyKind.EXACT
    if shared.in_second >= shared.in_first and shared.in_second >= 0.9:
        return CopyKind.TRUNCATED if shared.in_first < 0.9 else CopyKind.EDITED
    return CopyKind.EXPANDED if shared.in_first >= 0.9 and shared.in_second < 0.9 else CopyKind.EDITED
