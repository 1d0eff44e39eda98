"""Copies: new texts find their candidates by sketch, are verified, and the groups they touch are derived anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import ingest.load.copies as copies
from ingest.dedup.groups import CopyGroup, Member, group
from ingest.dedup.sketch import fingerprint
from ingest.dedup.verify import RULE_VERSION, DedupText, Verdict, prepare, verify
from ingest.load.db import Connection
from ingest.load.rows import Known, Row
from ingest.model import CopyKind

PRESENT = ("live", "embargoed")


def link_copies(con: Connection, changed: Sequence[Known], left: Sequence[str], now: datetime) -> int:
    """Compare texts that are new or changed; let those that `left` (withdrawn, removed) go. Returns how many copies were linked."""
    if not changed and not left:
        return 0
    ids = [known.article_id for known in changed]
    touched = copies.forget(con, [*ids, *left])
    present = [known for known in changed if known.status in PRESENT]
    prints = {known.article_id: fingerprint(known.body_text) for known in present}
    copies.write_fingerprints(con, [(known.article_id, known.published_day, prints[known.article_id].sketch) for known in present])
    candidates = copies.candidates(con, [known.article_id for known in present])
    texts = _Texts(con, candidates)
    pairs = [_pair(texts, a, b, now) for a, b in candidates]
    copies.write_pairs(con, [pair for pair in pairs if pair is not None])
    return _regroup(con, touched | set(ids) | set(left), texts, now)


class _Texts:
    """Texts ready for comparison, read from the warehouse when first asked for; and what was verified so far."""

    def __init__(self, con: Connection, pairs: Iterable[tuple[str, str]]) -> None:
        self._con = con
        self._texts: dict[str, DedupText] = {}
        self.need({id for pair in pairs for id in pair})
        self.verdicts: dict[tuple[str, str], Verdict] = {}

    def need(self, ids: set[str]) -> None:
        for row in copies.texts(self._con, sorted(ids - self._texts.keys())):
            self._texts[row["article_id"]] = prepare(
                row["article_id"], row["body_text"] or "", headline=row["headline"], published_at=row["published_at"],
                publisher=row["publisher"], agency=row["agency"])  # fmt: skip

    def verify(self, a: str, b: str) -> Verdict:
        pair = (min(a, b), max(a, b))
        if pair not in self.verdicts:
            self.need({a, b})
            self.verdicts[pair] = verify(self._texts[pair[0]], self._texts[pair[1]])
        return self.verdicts[pair]


def _pair(texts: _Texts, a: str, b: str, now: datetime) -> Row | None:
    verdict = texts.verify(a, b)
    if not verdict.same:
        return None
    return {
        "a_id": min(a, b),
        "b_id": max(a, b),
        "kind": verdict.kind,
        "containment": verdict.containment,
        "slot_agreement": verdict.slot_agreement,
        "jaccard": verdict.jaccard,
        "why": verdict.why,
        "rule_version": RULE_VERSION,
        "decided_at": now,
    }


def _regroup(con: Connection, touched: set[str], texts: _Texts, now: datetime) -> int:
    """Derive the groups of every article that is connected to a touched one."""
    members, pairs = copies.component(con, sorted(touched))
    texts.need({row["article_id"] for row in members})
    by_id = {row["article_id"]: row for row in members}
    credited = {row["agency"] for row in members if row["agency"]}
    found = group([_member(row, credited) for row in members], pairs, lambda a, b: texts.verify(a, b).same)
    rows = [row for one in found if len(one.members) > 1 for row in _rows(one, by_id, texts)]
    return copies.replace_groups(con, sorted(touched | by_id.keys()), rows, now)


def _member(row: dict[str, Any], credited: set[str]) -> Member:
    publisher = (row["publisher"] or "").casefold()
    own = any(publisher == agency.casefold() for agency in credited)
    return Member(row["article_id"], row["published_at"], own)


def _rows(one: CopyGroup, by_id: dict[str, dict[str, Any]], texts: _Texts) -> Iterable[Row]:
    for id in one.members:
        verdict = None if id == one.canonical else texts.verify(one.canonical, id)
        kind = CopyKind.ORIGIN if verdict is None else _kind(verdict, one.canonical, id)
        yield {
            "article_id": id,
            "group_id": min(one.members),
            "kind": kind,
            "containment": verdict.containment if verdict else None,
            "slot_agreement": verdict.slot_agreement if verdict else None,
            "is_canonical": verdict is None,
            "canonical_id": one.canonical,
            "size": len(one.members),
        }


_TURNED = {CopyKind.TRUNCATED: CopyKind.EXPANDED, CopyKind.EXPANDED: CopyKind.TRUNCATED}


def _kind(verdict: Verdict, canonical: str, id: str) -> CopyKind:
    """A verdict is kept for the smaller id first; the kind is told as seen from the canonical text."""
    return verdict.kind if canonical < id else _TURNED.get(verdict.kind, verdict.kind)
