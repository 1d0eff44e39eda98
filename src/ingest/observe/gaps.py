"""Gaps: days with far fewer articles of a feed than usual, and the command that would fill them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from ingest.load.read import query
from ingest.load.sql import sql


def find_gaps(
    data: Path,
    *,
    days: int = 30,
    first: date | None = None,
    last: date | None = None,
    now: datetime | None = None,
) -> list[dict[str, Any]]:
    """Returns rows of feed_id, first, last, articles, usual (articles a day) and command, from the published
    marts; gaps on neighbouring days are one row.

    A day is a gap when it has less than a quarter of the feed's median over the days looked at and the four
    weeks before them. Only the same weekday is compared, if there are three of it, since wires publish less
    on Sundays.
    """
    end = last or (now or datetime.now(UTC)).date() - timedelta(days=1)
    begin = first or end - timedelta(days=days - 1)
    rows = query(data, sql("backfill/gaps"), [begin, end])
    return [row | {"command": _command(row)} for row in rows]


def _command(row: dict[str, Any]) -> str:
    return (
        f"ingest backfill run --source sitemap --feed {row['feed_id']} --from {row['first']} --to "
        f"{row['last']}"
    )
