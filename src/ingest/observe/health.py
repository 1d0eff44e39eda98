"""What `ingest status` and `ingest report` show, read from the published marts."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from ingest.errors import ConfigError
from ingest.load.read import own_query, query

Rows = list[dict[str, Any]]

_COUNTS = ("polled", "fetched", "loaded", "revised", "copies", "lost", "pending", "seconds")
"""Of a run's summary."""


def status(data: Path) -> dict[str, Any]:
    """Totals, sentences that call for attention, the last runs, feeds that are not ok, pending pages by host,
    lost addresses by reason.

    Raises NoWarehouseError when `data` holds no warehouse.
    """

    def rows(name: str) -> Rows:
        return own_query(data, f"status/{name}")

    return {
        "totals": rows("totals")[0],
        "attention": [
            *map(_incomplete_sentence, rows("incomplete")),
            *map(_ahead_sentence, rows("ahead")),
        ],
        "runs": [_with_counts(run) for run in rows("runs")],
        "feeds": rows("feeds"),
        "pending": rows("pending"),
        "lost": rows("lost"),
    }


def _incomplete_sentence(row: dict[str, Any]) -> str:
    remedy = (
        f"`ingest backfill resume {row['id']}` tries again"
        if row["kind"] == "backfill"
        else "`ingest check` shows what is missing"
    )
    return f"{row['kind']} {row['id']} is incomplete: {row['detail']}; {remedy}"


def _ahead_sentence(run: dict[str, Any]) -> str:
    return (
        f"the time of run {run['run_id']} was {run['started_at']:%Y-%m-%d %H:%M} UTC, which is ahead of now: "
        "set the clock right; `ingest poll --all` polls the feeds that it put off"
    )


def _with_counts(run: dict[str, Any]) -> dict[str, Any]:
    """The run with the counts of its summary in place of the summary."""
    summary = json.loads(run["summary"]) if run["summary"] else {}
    return {name: value for name, value in run.items() if name != "summary"} | {
        name: summary.get(name) for name in _COUNTS
    }


def day_report(data: Path, day: str | None) -> dict[str, Any]:
    """One day of publication (default: the latest): publishers, most copied stories, revisions, and lost
    addresses by reason.

    Raises ConfigError when `day` is not an ISO 8601 date, NoWarehouseError when `data` holds no warehouse.
    """
    try:
        chosen = date.fromisoformat(day) if day is not None else _latest_day(data)
    except ValueError:
        raise ConfigError(f"--day: {day!r} is not a date; write it as 2026-03-10") from None
    if chosen is None:
        return {"day": None, "publishers": [], "most copied": [], "revisions": [], "lost": []}

    def rows(name: str) -> Rows:
        return own_query(data, f"report/{name}", [chosen])

    return {
        "day": chosen.isoformat(),
        "publishers": rows("day_publishers"),
        "most copied": rows("day_copied"),
        "revisions": rows("day_revisions"),
        "lost": rows("day_lost"),
    }


def _latest_day(data: Path) -> date | None:
    latest: date | None = query(data, "SELECT max(published_day) AS day FROM mart.articles")[0]["day"]
    return latest
