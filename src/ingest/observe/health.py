"""Status and daily report, asked of the published marts. `ask` runs a query and returns rows as dicts."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from ingest.errors import ConfigError

Ask = Callable[[str], list[dict[str, Any]]]

TOTALS = """SELECT (SELECT count(*) FROM mart.articles) AS articles, (SELECT count(*) FROM mart.revisions) AS revisions,
 (SELECT count(*) FROM mart.copies WHERE NOT is_canonical) AS copies, (SELECT count(*) FROM ops.pending) AS pending,
 (SELECT count(*) FROM ops.outcomes WHERE outcome IN ('failed', 'skipped')) AS lost, (SELECT count(*) FROM ops.feeds) AS feeds"""
RUNS = "SELECT run_id, job, started_at, ended_at, summary FROM ops.runs ORDER BY started_at DESC LIMIT 5"
FEEDS = """SELECT feed_id, state, evidence, last_success_at, next_poll_at FROM mart.feed_health WHERE state <> 'ok'
 ORDER BY state, feed_id"""
PENDING = """SELECT host, coalesce(last_reason, 'new') AS reason, count(*) AS urls, min(next_attempt_at) AS next_attempt_at
 FROM ops.pending GROUP BY ALL ORDER BY urls DESC LIMIT 20"""
LOST = """SELECT reason, count(*) AS urls, max("at") AS last_at FROM ops.outcomes WHERE outcome IN ('failed', 'skipped')
 GROUP BY reason ORDER BY urls DESC"""


def status(ask: Ask) -> dict[str, Any]:
    """totals, runs (newest first), feeds that are not ok, pending by host and reason, lost by reason."""
    runs = [
        {key: value for key, value in row.items() if key != "summary"} | _told(row["summary"])
        for row in ask(RUNS)
    ]
    return {
        "totals": ask(TOTALS)[0],
        "runs": runs,
        "feeds": ask(FEEDS),
        "pending": ask(PENDING),
        "lost": ask(LOST),
    }


def _told(summary: str | None) -> dict[str, Any]:
    said = json.loads(summary) if summary else {}
    return {
        key: said.get(key)
        for key in ("polled", "fetched", "loaded", "revised", "copies", "lost", "pending", "seconds")
    }


def day_report(ask: Ask, day: str | None) -> dict[str, Any]:
    """One published day (default the latest): publishers, most copied stories, revisions, losses of URLs
    first seen that day."""
    try:
        day = date.fromisoformat(day).isoformat() if day is not None else None
    except ValueError:
        raise ConfigError(f"--day: {day!r} is no day; write it as 2026-03-10") from None
    latest = ask("SELECT max(published_day) AS day FROM mart.articles")[0]["day"]
    chosen = day or (latest.isoformat() if latest else None)
    if chosen is None:
        return {"day": None, "publishers": [], "most copied": [], "revisions": [], "lost": []}
    return {
        "day": chosen,
        "publishers": ask(
            f"SELECT publisher, articles, originals, revised, words FROM mart.daily WHERE day = '{chosen}' "
            "ORDER BY articles DESC LIMIT 20"
        ),
        "most copied": ask(
            "SELECT headline, agency, copies, publishers, first_publisher, median_lag FROM mart.syndication "
            f"WHERE first_published_at::DATE = '{chosen}' ORDER BY copies DESC LIMIT 10"
        ),
        "revisions": ask(
            "SELECT kind, headline_after, words_added, words_removed, url FROM mart.edits "
            f"WHERE seen_at::DATE = '{chosen}' ORDER BY seen_at LIMIT 20"
        ),
        "lost": ask(
            f"SELECT reason, count(*) AS urls FROM ops.outcomes WHERE day = '{chosen}' "
            "AND outcome IN ('failed', 'skipped') GROUP BY reason ORDER BY urls DESC"
        ),
    }
