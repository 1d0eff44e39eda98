"""Young articles that are to be looked at again, as their feed told of them last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import duckdb

from ingest.load.sql import records, sql, stage
from ingest.model import EntryHints, Precision, Stamp, StampSource, Work, WorkKind
from ingest.urls.identity import host_of


def due_rechecks(
    con: duckdb.DuckDBPyConnection, feeds: Sequence[str], now: datetime, most: int
) -> list[Work]:
    """Work for articles of these feeds whose turn it is, youngest first; nothing that waits already."""
    con.execute(sql("load/due_rechecks"), {"feeds": list(feeds), "now": now, "most": most})
    return [_work(row, now) for row in records(con)]


def note_checked(con: duckdb.DuckDBPyConnection, days: Mapping[str, date], now: datetime) -> None:
    """These articles (with their published_day) were looked at, whatever came of it."""
    if stage(con, [{"article_id": id} for id in sorted(days)], "core.copy_group", ("article_id",)):
        con.execute(
            sql("load/note_checked"), {"now": now, "first": min(days.values()), "last": max(days.values())}
        )
        con.unregister("staged")


def _work(row: Mapping[str, Any], now: datetime) -> Work:
    stamp = None
    if row["published_at"] is not None:
        stamp = Stamp(
            row["published_at"], Precision(row["published_precision"]), StampSource.FEED, row["published_raw"]
        )
    hints = EntryHints(
        row["title"],
        row["summary"],
        stamp,
        row["published_raw"],
        tuple(row["authors"] or ()),
        row["credit"],
        tuple(row["categories"] or ()),
        row["image_url"],
    )
    url = row["url"]
    return Work(
        row["link_key"],
        url,
        host_of(url),
        row["feed_id"],
        row["rank"],
        WorkKind.RECHECK,
        row["day"],
        now,
        hints,
    )
