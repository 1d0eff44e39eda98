"""The targets of withdrawal notices."""

from __future__ import annotations

from datetime import datetime

import duckdb

from ingest.load.articles import mark_dirty
from ingest.load.rows import Known
from ingest.load.sql import sql


def take_out(con: duckdb.DuckDBPyConnection, notice: Known, now: datetime) -> list[str]:
    """Set the one story that the notice names to withdrawn, with a revision that says so; [] when none or several fit."""
    row = notice.row
    named = {"named": row["withdraws"], "agency": row["agency"], "publisher": row["publisher"], "self": notice.article_id,
             "at": row["published_at"] or row["first_seen_at"]}  # fmt: skip
    found = con.execute(sql("load/find_withdrawn"), named).fetchall()
    if len(found) != 1:
        return []
    (target, day) = found[0]
    con.execute(sql("load/withdraw_revision"), {"target": target, "now": now, "headline": row["headline"]})
    con.execute(sql("load/withdraw_article"), {"target": target})
    mark_dirty(con, [("articles", day), ("revisions", now.date())])
    return [str(target)]
