"""Pending work: pages to fetch, and the outcome of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from ingest.load.links import mark_days_of
from ingest.load.rows import OutcomeRow, PendingRow, hints_of_entry, work_from
from ingest.load.sql import Connection, merge, records, sql, stage
from ingest.model import Rank, Work, WorkKind
from ingest.urls.identity import host_of

_COLUMNS = ("url_key",)


def due_work(
    con: Connection,
    now: datetime,
    *,
    everything: bool = False,
    feeds: Collection[str] | None = None,
    limit: int = 100_000,
) -> list[Work]:
    """Work that is due at `now` (all work with `everything`), oldest first; only of `feeds`, when they are
    given."""
    con.execute(
        sql("load/due_work"),
        {
            "now": now,
            "everything": everything,
            "feeds": list(feeds or []),
            "any_feed": feeds is None,
            "limit": limit,
        },
    )
    return [work_from(row) for row in records(con)]


def pending_count(con: Connection) -> int:
    row = con.execute("SELECT count(*) FROM core.pending").fetchone()
    return int(row[0]) if row else 0


def no_longer_waiting(con: Connection, url_keys: Collection[str]) -> str | None:
    """One of these keys whose work is gone although nothing was decided of its link; None where there is
    none."""
    if not stage(con, [{"url_key": key} for key in sorted(url_keys)], "core.pending", _COLUMNS):
        return None
    keys = con.execute(sql("load/lost_work")).fetchall()
    con.unregister("staged")
    return keys[0][0] if keys else None


def queue(con: Connection, rows: Sequence[PendingRow]) -> None:
    """Adds or replaces pending work."""
    merge(con, "merge_pending", rows, "core.pending")


def drop(con: Connection, url_keys: Sequence[str]) -> None:
    """Deletes finished work; its outcome is kept by settle()."""
    if stage(con, [{"url_key": key} for key in url_keys], "core.pending", _COLUMNS):
        con.execute("DELETE FROM core.pending WHERE url_key IN (SELECT url_key FROM staged)")
        con.unregister("staged")


def settle(con: Connection, rows: Sequence[OutcomeRow]) -> None:
    """Writes outcomes (of several for one link the last) and marks the days on which they show as dirty."""
    merge(con, "merge_outcome", list({row["link_key"]: row for row in rows}.values()), "core.outcome")
    mark_days_of(con, {key for row in rows for key in (row["url_key"], row["link_key"])})


def due_rechecks(con: Connection, feeds: Sequence[str], now: datetime, most: int) -> list[Work]:
    """Work for articles of these feeds that are due for another look, youngest first, at most `most`; none
    that is pending already."""
    con.execute(sql("load/due_rechecks"), {"feeds": list(feeds), "now": now, "most": most})
    return [_work(row, now) for row in records(con)]


def note_checked(con: Connection, days: Mapping[str, date], now: datetime) -> None:
    """Notes that these articles (id -> published_day) were looked at, whatever the result."""
    if stage(con, [{"article_id": id} for id in sorted(days)], "core.copy_group", ("article_id",)):
        con.execute(
            sql("load/note_checked"), {"now": now, "first": min(days.values()), "last": max(days.values())}
        )
        con.unregister("staged")


def _work(row: Mapping[str, Any], now: datetime) -> Work:
    url = row["url"]
    return Work(
        url_key=row["link_key"],
        url=url,
        host=host_of(url),
        feed_id=row["feed_id"],
        rank=Rank.from_text(row["rank"]),
        kind=WorkKind.RECHECK,
        day=row["day"],
        queued_at=now,
        hints=hints_of_entry(row),
    )
