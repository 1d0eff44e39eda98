"""Marks of texts, and the stories derived from them day by day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import duckdb

from ingest.load.sql import sql, stage


def mark_days(con: duckdb.DuckDBPyConnection, days: Collection[date]) -> None:
    """Stories of these days are to be derived anew, whichever run comes to it."""
    if stage(con, [{"day": day} for day in sorted(set(days))], "core.story_day"):
        con.execute(sql("load/story_days"))
        con.unregister("staged")
