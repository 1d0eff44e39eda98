"""Candidates that a text is no copy of, with the scores that decided: worked out when asked for, by the rules of today."""

from __future__ import annotations

from collections.abc import Sequence

import ingest.load.copies as copies
from ingest.dedup.sketch import fingerprint
from ingest.dedup.verify import RULE_VERSION, DedupText, Verdict, prepare, verify
from ingest.load.db import Connection
from ingest.load.rows import Row


def refused(con: Connection, ids: Sequence[str]) -> list[Row]:
    """A row for each candidate of these articles that verification refuses, the likeliest first."""
    own = copies.days_of(con, ids)
    prints = [
        (row["article_id"], own[row["article_id"]], fingerprint(row["body_text"] or "").sketch) for row in copies.texts(con, own)
    ]
    pairs, days = copies.candidates(con, prints)
    named = {id for pair in pairs for id in pair}
    texts = {row["article_id"]: row for row in copies.texts(con, {id: days[id] for id in named})}
    ready = {id: _ready(row) for id, row in texts.items()}
    rows = [_row(texts[b if a in own else a], verify(ready[a], ready[b])) for a, b in pairs if {a, b} <= ready.keys()]
    return sorted((row for row in rows if not row.pop("same")), key=lambda row: (-row["containment"], row["url"]))


def _ready(row: Row) -> DedupText:
    return prepare(row["article_id"], row["body_text"] or "", headline=row["headline"], published_at=row["published_at"],
                   publisher=row["publisher"], agency=row["agency"])  # fmt: skip


def _row(other: Row, verdict: Verdict) -> Row:
    return {
        "url": other["url"],
        "publisher": other["publisher"],
        "same": verdict.same,
        "containment": round(verdict.containment, 3),
        "slot_agreement": round(verdict.slot_agreement, 3),
        "jaccard": round(verdict.jaccard, 3),
        "why": verdict.why,
        "rule_version": RULE_VERSION,
    }
