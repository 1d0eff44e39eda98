"""What a run leaves on its page: the feeds it asked as a table, its losses with their reasons as Markdown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact

from flows.steps import sentence
from ingest.load.read import query
from ingest.load.sql import sql
from ingest.pipeline import PollSummary

SHOWN = 100
"""Most rows of an artifact: each run keeps its own in Prefect's database; all of them are in the marts."""

Rows = Sequence[Mapping[str, Any]]


async def tell(data: Path, summary: PollSummary, now: datetime) -> None:
    """Two artifacts, `poll-feeds` and `poll-losses`, from the published marts; none of feeds where none was
    due."""
    feeds = query(data, sql("report/run_feeds"), [summary.run_id, SHOWN])
    losses = query(data, sql("report/run_losses"), [now, SHOWN])
    if feeds:
        await acreate_table_artifact(
            key="poll-feeds", table=[cells(row) for row in feeds], description=sentence(summary)
        )
    await acreate_markdown_artifact(key="poll-losses", markdown=losses_markdown(summary, losses))


async def tell_checks(found: Mapping[str, Rows]) -> None:
    """The warehouse's checks, with the first rows of each that found something."""
    await acreate_markdown_artifact(key="checks", markdown=checks_markdown(found))


def losses_markdown(summary: PollSummary, losses: Rows) -> str:
    """Counts by reason, then the URLs."""
    by_number = sorted(summary.reasons.items(), key=lambda one: (-one[1], one[0]))
    reasons = "".join(f"| {code(reason)} | {n} |\n" for reason, n in by_number)
    failures = "".join(
        f"- {code(feed)}: {code(reason)} {plain(detail)}\n"
        for feed, reason, detail in summary.failures[:SHOWN]
    )
    urls = "".join(
        f"| {row['outcome']} | {code(row['reason'])} | {code(row['url'])} | {plain(row['detail'])} |\n"
        for row in losses
    )
    parts = [f"## {plain(sentence(summary))}\n"]
    parts.append(f"### Feeds that failed\n{failures}" if failures else "No feed failed.\n")
    parts.append(
        f"### Losses by reason\n| reason | pages |\n|---|---|\n{reasons}"
        if reasons
        else "No page was lost.\n"
    )
    if urls:
        parts.append(
            f"### The first {len(losses)}\n| outcome | reason | url | detail |\n|---|---|---|---|\n{urls}"
        )
    return "\n".join(parts)


def checks_markdown(found: Mapping[str, Rows]) -> str:
    """A line for each check."""
    lines = [
        f"- {'FAIL' if rows else 'ok'} {code(name)}" + "".join(f"\n  - {code(dict(row))}" for row in rows[:5])
        for name, rows in found.items()
    ]
    return "## Checks of the warehouse\n" + "\n".join(lines) + "\n"


def code(value: object) -> str:
    """A code span: what came from the web can end neither it nor the table's cell."""
    text = re.sub(r"[`|\s]+", " ", str(value)).strip()
    return f"`{text[:300]}`"


def plain(value: object) -> str:
    """Text without anything that Markdown or HTML would act on."""
    return re.sub(r"[\[\]()<>|`*_#!\s]+", " ", str(value)).strip()[:300]


def cells(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON has it: times in UTC to the minute, the rest as it is."""
    return {
        key: f"{value:%Y-%m-%d %H:%M}Z" if isinstance(value, datetime) else value
        for key, value in row.items()
    }
