"""Are two texts copies of one story? They must share enough words, and names and numbers in the same
places must agree, which sets copies apart from stories written to one template."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.dedup.align import ComparableText, Overlap, overlap, quick_overlap, shared_figures
from ingest.model import CopyKind

RULE_VERSION = 1
"""To be raised with every change of the rules below; it is stored with each verified pair."""

WINDOW = timedelta(days=30)
"""Texts published further apart are never copies and are not compared."""


@dataclass(frozen=True, slots=True)
class Rule:
    """The thresholds. They were fitted on one half of the derived clusters and on pairs of one agency;
    bench/dedup.py reports on the other half and cross-fits the pairs.

    Time. Corrections come within `same_day`, reruns within `next_day`; from `apart` on, the same words with
    another figure are a template. `agreement_*` is the part of the names and numbers that must agree: within
    the same day, at unknown times, later. Later, and in texts below `brief` words of unknown time, a clash
    counts as two (tomorrow's notice is short and differs from today's in one figure); from `apart` on, no
    clash is allowed.

    Words. `contained` is the part of the shorter text that must be shared. It is `contained_short` for a text
    below `short` words, half of which says too little; `contained_apart` for texts published `apart`; and
    `contained_dense` for a text below `brief` words, published by the next day, in which at least `dense`
    names and numbers agree and are `dense_agreement` of all (tables of results, whose words are a form's).
    `shared` is the least sum of containment and Jaccard: where a text has much that the other lacks, half of
    the shorter one may be a common lead or background. Below `like` in Jaccard the shared part must begin
    within the first `lead` words of both: a round-up reports the story too, but further down. Where both
    texts have at least `figures` distinct numbers, and less than `figures_shared` of the fewer are in both,
    they are not copies, whatever their words.
    """

    same_day: timedelta = timedelta(hours=18)
    next_day: timedelta = timedelta(hours=36)
    apart: timedelta = timedelta(hours=72)
    agreement_same_day: float = 0.7
    agreement_undated: float = 0.75
    agreement_later: float = 0.82
    contained: float = 0.45
    contained_short: float = 0.9
    contained_dense: float = 0.33
    contained_apart: float = 0.8
    shared: float = 0.65
    like: float = 0.4
    lead: int = 80
    short: int = 30
    brief: int = 60
    dense: int = 6
    dense_agreement: float = 0.85
    figures: int = 4
    figures_shared: float = 0.25


RULE = Rule()


@dataclass(frozen=True, slots=True, eq=False)
class DedupText:
    """A text ready for comparison. `published_at` is aware UTC; unknown fields are None and not compared."""

    id: str
    content: ComparableText
    headline: str | None = None
    published_at: datetime | None = None
    publisher: str | None = None
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class CopyVerdict:
    """The result of a comparison: `same` if the texts are copies, and `why`.

    `containment` is the shared part of the shorter text's 5-word shingles, `slot_agreement` the part of the
    names and numbers in aligned places that are equal, `jaccard` the shared part of all shingles; all 0..1.
    `kind` is what the second text is to the first: TRUNCATED if nearly all of it is in the first, EXPANDED if
    it has nearly all of the first and more.
    """

    same: bool
    containment: float
    slot_agreement: float
    jaccard: float
    kind: CopyKind
    why: str


def verify(a: DedupText, b: DedupText, rule: Rule = RULE) -> CopyVerdict:
    """Compare two texts. All but `kind` is the same in either order."""
    if figures_differ(a.content, b.content, rule):
        shared = quick_overlap(a.content, b.content)
        why = (
            f"only {shared.agreed} of {len(a.content.figures)} and {len(b.content.figures)} figures "
            "are in both texts"
        )
        return _verdict(shared, same=False, kind=CopyKind.EDITED, why=why)
    shared = overlap(a.content, b.content) if a.id <= b.id else overlap(b.content, a.content).swapped()
    gap = abs(a.published_at - b.published_at) if a.published_at and b.published_at else None
    same, why = _decide(shared, gap, min(len(a.content.words), len(b.content.words)), rule)
    kind = _kind(shared, a.content.words == b.content.words)
    return _verdict(shared, same=same, kind=kind, why=why)


def _verdict(shared: Overlap, *, same: bool, kind: CopyKind, why: str) -> CopyVerdict:
    return CopyVerdict(
        same=same,
        containment=shared.containment,
        slot_agreement=shared.agreement,
        jaccard=shared.jaccard,
        kind=kind,
        why=why,
    )


def are_copies(a: DedupText, b: DedupText, rule: Rule = RULE) -> bool:
    """Returns `verify(a, b).same`, but does not align texts that are ruled out without it."""
    return not ruled_out(a, b, rule) and verify(a, b, rule).same


def ruled_out(a: DedupText, b: DedupText, rule: Rule = RULE) -> bool:
    """True if the texts cannot be copies wherever their words are: their figures differ, or they share fewer
    shingles than `verify` asks of any two texts."""
    if figures_differ(a.content, b.content, rule):
        return True
    shared = quick_overlap(a.content, b.content)
    least = min(rule.contained, rule.contained_short, rule.contained_apart)
    if min(len(a.content.words), len(b.content.words)) < rule.brief:
        return shared.containment < min(least, rule.contained_dense)
    return shared.containment < least or shared.containment + shared.jaccard < rule.shared


def figures_differ(a: ComparableText, b: ComparableText, rule: Rule = RULE) -> bool:
    """True if both texts have many distinct numbers but few in common: then they are not copies."""
    both, fewer = shared_figures(a, b)
    return fewer >= rule.figures and both < rule.figures_shared * fewer


def _decide(shared: Overlap, gap: timedelta | None, words: int, rule: Rule) -> tuple[bool, str]:
    if gap is not None and gap > WINDOW:
        return False, f"published {gap.days} days apart"
    dense = _dense(shared, gap, words, rule)
    contained = rule.contained_dense if dense else _containment_needed(shared, gap, words, rule)
    enough = shared.containment >= contained and (dense or shared.containment + shared.jaccard >= rule.shared)
    enough = enough and (shared.jaccard >= rule.like or shared.begins <= rule.lead)
    return enough and _agrees(shared, gap, words, rule), (
        f"containment {shared.containment:.2f} of {contained} needed, Jaccard {shared.jaccard:.2f}, "
        f"{shared.agreed} names and numbers agree and {shared.clashed} clash"
        + (f", first shared after {shared.begins} words" if shared.begins > rule.lead else "")
        + (f", {gap.total_seconds() / 3600:.0f} h apart" if gap is not None else "")
    )


def _agrees(shared: Overlap, gap: timedelta | None, words: int, rule: Rule) -> bool:
    if not shared.clashed:
        return True
    if gap is not None and gap >= rule.apart:
        return False
    near = gap is not None and gap <= rule.same_day
    later = gap is not None and not near
    needed = rule.agreement_same_day if near else rule.agreement_later if later else rule.agreement_undated
    doubled = later or (gap is None and words < rule.brief)
    return shared.agreed >= needed * (shared.agreed + shared.clashed + doubled)


def _dense(shared: Overlap, gap: timedelta | None, words: int, rule: Rule) -> bool:
    return gap is not None and gap <= rule.next_day and words < rule.brief and _slots_agree(shared, rule)


def _slots_agree(shared: Overlap, rule: Rule) -> bool:
    return shared.agreed >= rule.dense and shared.agreement >= rule.dense_agreement


def _containment_needed(shared: Overlap, gap: timedelta | None, words: int, rule: Rule) -> float:
    if gap is not None and gap >= rule.apart:
        return rule.contained_apart
    if words < rule.short and not _slots_agree(shared, rule):
        return rule.contained_short
    return rule.contained


def _kind(shared: Overlap, equal: bool) -> CopyKind:
    if equal:
        return CopyKind.EXACT
    if shared.in_second >= shared.in_first and shared.in_second >= 0.9:
        return CopyKind.TRUNCATED if shared.in_first < 0.9 else CopyKind.EDITED
    return CopyKind.EXPANDED if shared.in_first >= 0.9 and shared.in_second < 0.9 else CopyKind.EDITED
