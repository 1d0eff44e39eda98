"""Gaps: days on which a feed brought far less than is usual for it, and the command that would fill them."""

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
    """Rows feed_id, first, last, articles, usual (a day), command; neighbouring days joined. Reads the
    published marts.

    A day counts as a gap below a quarter of the feed's median over the days looked at and the four weeks
    before them; the same weekday is what is compared, where there are three of them, since wires rest on
    Sundays.
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
