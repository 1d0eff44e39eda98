"""Withdrawal notices and their targets."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

import duckdb

from ingest.load.articles import mark_dirty
from ingest.load.sql import records, sql

Notice = Mapping[str, Any]
"""article_id, withdraws (what it names), agency, publisher, host, headline and `at`, its time."""


def notices_near(con: duckdb.DuckDBPyConnection, days: Collection[date]) -> list[Notice]:
    """Notices that may name an article published on one of these days, oldest first."""
    if not days:
        return []
    con.execute(sql("load/notices_near"), {"days": sorted(days)})
    return list(records(con))


def take_out(con: duckdb.DuckDBPyConnection, notice: Notice, now: datetime) -> dict[str, date]:
    """Set the one story that the notice names to withdrawn, with a revision that says so; its id and published_day.

    Nothing when none or several fit, or when the one that fits is withdrawn already.
    """
    named = {
        "named": notice["withdraws"],
        "agency": notice["agency"],
        "publisher": notice["publisher"],
        "host": notice["host"],
        "self": str(notice["article_id"]),
        "at": notice["at"],
    }
    found = con.execute(sql("load/find_withdrawn"), named).fetchall()
    if len(found) != 1 or found[0][2] == "withdrawn":
        return {}
    (target, day, _) = found[0]
    con.execute(sql("load/withdraw_revision"), {"target": target, "now": now})
    con.execute(sql("load/withdraw_article"), {"target": target})
    mark_dirty(con, [("articles", day), ("revisions", now.date())])
    return {str(target): day}
