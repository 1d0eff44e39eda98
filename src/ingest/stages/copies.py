"""Copies: candidates for new texts are looked up by sketch and verified, and the groups that this changes
are derived anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Any

from ingest.dedup.features import TextFeatures
from ingest.dedup.groups import CopyGroup, GroupMember, connected_pairs, group
from ingest.dedup.story import story_marks
from ingest.dedup.supersede import REPLACING, Take, editions, superseded
from ingest.dedup.tokens import Tokens
from ingest.dedup.verify import RULE_VERSION, CopyVerdict
from ingest.load import boilerplate, copies, stories
from ingest.load.db import Connection
from ingest.load.rows import Known, Row
from ingest.model import CopyKind, Precision, Signal
from ingest.stages.compare import TextComparer, read_wordings

COMPARED = ("live", "embargoed")
"""Statuses of the articles whose texts are compared."""

ALL_PAIRS = 32
"""Among at most this many texts connected by pairs every pair is compared before they are grouped, so that
the groups do not depend on which of them were candidates (the ten likeliest at that time). In a larger
component only texts within two steps of a hub are compared."""


def link_copies(
    con: Connection,
    changed: Sequence[Known],
    left: Mapping[str, date],
    before: Mapping[str, date],
    now: datetime,
    features: Mapping[str, TextFeatures] | None = None,
) -> int:
    """Compare texts that are new or changed, and take the articles that `left` (withdrawn, removed) out of
    their groups. Returns the number of copies newly linked.

    `left` and `before` give the published_day that articles had until now; an article that is not in
    `before` is new. `features`: those of texts for which they have been computed already.
    """
    present = [known for known in changed if known.status in COMPARED]
    absent = {known.article_id: known.published_day for known in changed if known.status not in COMPARED}
    old = {
        id: day
        for id, day in {**{k.article_id: before.get(k.article_id) for k in changed}, **absent, **left}.items()
        if day
    }
    partners = copies.remove_traces(con, old)
    wordings = read_wordings(con, {known.article_id: known.body_text for known in present}, features)
    prints = [
        (known.article_id, known.published_day, wordings[known.article_id].sketch()) for known in present
    ]
    copies.write_fingerprints(con, prints)
    stories.write_marks(
        con,
        [
            _marked(known, wordings[known.article_id].features.words)
            for known in present
            if known.row["published_at"]
        ],
    )
    boilerplate.write_sentences(
        con,
        [
            (known.article_id, known.published_day, wording.sentences, wording.opening)
            for known in present
            for wording in (wordings[known.article_id],)
        ],
        now,
    )
    near, days = copies.candidates(con, prints)
    texts = TextComparer(
        con, days, {known.article_id: (known.row, wordings[known.article_id].words) for known in present}
    )
    texts.load({id for pair in near for id in pair})
    by_component = (pair for component in connected_pairs(near) for pair in component)
    copies.write_pairs(con, [_pair(texts, days, a, b, now) for a, b in by_component if texts.same(a, b)])
    seeds = partners | {known.article_id: known.published_day for known in present}
    return _regroup(con, seeds, list(old.items()), texts, now)


def remove_from_groups(con: Connection, ids: Sequence[str], now: datetime) -> None:
    """Takes articles that are no longer to be shown out of their copy groups."""
    link_copies(con, [], copies.days_of(con, ids), {}, now)


def _marked(known: Known, words: Tokens) -> tuple[str, date, datetime, frozenset[int]]:
    return (
        known.article_id,
        known.published_day,
        known.row["published_at"],
        story_marks(known.headline, words),
    )


def _pair(texts: TextComparer, days: Mapping[str, date], a: str, b: str, now: datetime) -> Row:
    verdict = texts.verify(a, b)
    return {
        "a_id": a,
        "b_id": b,
        "a_day": days[a],
        "b_day": days[b],
        "kind": verdict.kind,
        "containment": verdict.containment,
        "slot_agreement": verdict.slot_agreement,
        "jaccard": verdict.jaccard,
        "why": verdict.why,
        "rule_version": RULE_VERSION,
        "decided_at": now,
    }


def _regroup(
    con: Connection,
    seeds: Mapping[str, date],
    previous: list[tuple[str, date]],
    texts: TextComparer,
    now: datetime,
) -> int:
    """Derive the groups of every article that is connected to a seed; articles without any pair have none.
    `previous`: changed and departed articles, each with the published_day it had until now. Returns the
    number of copies newly linked."""
    days, pairs = copies.connected(con, seeds)
    texts.days |= days
    linked = {id for pair in pairs for id in pair}
    by_id = {row["article_id"]: row for row in copies.group_members(con, {id: days[id] for id in linked})}
    texts.load(linked)
    rows = [row for component in connected_pairs(pairs) for row in _group_rows(component, by_id, texts)]
    newly_linked, touched = copies.replace_groups(con, [*previous, *days.items()], rows, now)
    stories.mark_days(con, {*touched, *(day for _, day in previous), *seeds.values()})
    return newly_linked


def _group_rows(
    pairs: list[tuple[str, str]], by_id: Mapping[str, dict[str, Any]], texts: TextComparer
) -> Iterable[Row]:
    """Rows of the groups among the texts of one component (its verified `pairs`), and of corrections without
    copies.

    Corrections are looked for within a group; then the group is split into the editions of its story.
    """
    ids = sorted({id for pair in pairs for id in pair} & by_id.keys())
    if len(ids) <= ALL_PAIRS:
        pairs = [pair for pair in combinations(ids, 2) if texts.same(*pair)]
    members = _members(by_id[id] for id in ids)
    for whole in group(members.values(), pairs, texts.same):
        takes = [_take(by_id[id]) for id in whole.members]
        replaced = superseded(takes, lambda a, b: texts.verify(a, b).jaccard)
        parts = editions(takes, replaced)
        for part in parts:
            part_groups = (
                [whole]
                if len(parts) == 1
                else group([members[id] for id in part], _within(pairs, part), texts.same)
            )
            yield from (
                row for part_group in part_groups for row in _rows(part_group, by_id, texts, replaced)
            )


def _members(rows: Iterable[Mapping[str, Any]]) -> dict[str, GroupMember]:
    by_id = {row["article_id"]: row for row in rows}
    credited = {row["agency"].casefold() for row in by_id.values() if row["agency"]}
    return {
        id: GroupMember(id, row["published_at"], (row["publisher"] or "").casefold() in credited)
        for id, row in by_id.items()
    }


def _within(pairs: Iterable[tuple[str, str]], part: Iterable[str]) -> list[tuple[str, str]]:
    chosen = set(part)
    return [(a, b) for a, b in pairs if a in chosen and b in chosen]


def _rows(
    group: CopyGroup, by_id: Mapping[str, dict[str, Any]], texts: TextComparer, replaced: Mapping[str, str]
) -> Iterable[Row]:
    """A row for each text of a group; none for a text that is alone and corrects nothing."""
    head = by_id[group.canonical]
    for id in group.members if len(group.members) > 1 else [id for id in group.members if id in replaced]:
        verdict = None if id == group.canonical else texts.verify(group.canonical, id)
        yield {
            "article_id": id,
            "day": by_id[id]["day"],
            "group_id": min(group.members),
            "kind": CopyKind.ORIGIN if verdict is None else _kind(verdict, group.canonical, id),
            "containment": verdict.containment if verdict else None,
            "slot_agreement": verdict.slot_agreement if verdict else None,
            "is_canonical": verdict is None,
            "canonical_id": group.canonical,
            "canonical_day": head["day"],
            "canonical_at": head["published_at"],
            "supersedes": replaced.get(id),
            "size": len(group.members),
        }


def _take(row: Mapping[str, Any]) -> Take:
    """The article as a take of its story. A correction that is dated by its day alone counts as sent at the
    end of that day, after the take that it corrects."""
    at, signal = row["published_at"], Signal(row["signal"])
    if at is not None and signal in REPLACING and row["published_precision"] == Precision.DAY:
        at += timedelta(days=1)
    return Take(
        id=row["article_id"],
        published_at=at,
        publisher=row["publisher"],
        agency=row["agency"],
        signal=signal,
        headline=row["headline"],
    )


_REVERSED = {CopyKind.TRUNCATED: CopyKind.EXPANDED, CopyKind.EXPANDED: CopyKind.TRUNCATED}


def _kind(verdict: CopyVerdict, canonical: str, id: str) -> CopyKind:
    """The kind of copy as seen from the canonical text; a verdict is kept with the smaller id first."""
    return verdict.kind if canonical < id else _REVERSED.get(verdict.kind, verdict.kind)
