"""Candidates that a text is no copy of, with the scores that decided: worked out when asked for, by the rules of today."""

from __future__ import annotations

from collections.abc import Sequence

import ingest.load.copies as copies
from ingest.dedup.verify import RULE_VERSION, Verdict, verify
from ingest.load.db import Connection
from ingest.load.rows import Row
from ingest.stages.copies import ready
from ingest.stages.wording import worded


def refused(con: Connection, ids: Sequence[str]) -> list[Row]:
    """A row for each candidate of these articles that verification refuses, the likeliest first."""
    own = copies.days_of(con, ids)
    bodies = {row["article_id"]: row["body_text"] or "" for row in copies.texts(con, own)}
    prints = [(id, own[id], one.sketch()) for id, one in worded(con, bodies).items()]
    pairs, days = copies.candidates(con, prints)
    named = {id for pair in pairs for id in pair}
    texts = {row["article_id"]: row for row in copies.texts(con, {id: days[id] for id in named})}
    wordings = worded(con, {id: row["body_text"] or "" for id, row in texts.items()})
    prepared = {id: ready(id, row, wordings[id].words) for id, row in texts.items()}
    rows = [
        _row(texts[b if a in own else a], verify(prepared[a], prepared[b]))
        for a, b in pairs
        if {a, b} <= prepared.keys()
    ]
    return sorted(
        (row for row in rows if not row.pop("same")), key=lambda row: (-row["containment"], row["url"])
    )


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
