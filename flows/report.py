"""What a run leaves on its page: a table of the feeds it polled, and the pages it lost with their reasons."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from prefect.artifacts import acreate_markdown_artifact, acreate_table_artifact

from flows.steps import summary_sentence
from ingest.load.read import query
from ingest.load.sql import sql
from ingest.pipeline import PollSummary

SHOWN = 100
"""Most rows of an artifact: Prefect's database keeps one for each run, while the marts have all rows once."""

Rows = Sequence[Mapping[str, Any]]


async def show_run(data: Path, summary: PollSummary, now: datetime) -> None:
    """Put two artifacts on the page, from the published marts: `poll-feeds`, unless no feed was due, and
    `poll-losses`."""
    feeds = query(data, sql("report/run_feeds"), [summary.run_id, SHOWN])
    losses = query(data, sql("report/run_losses"), [now, SHOWN])
    if feeds:
        await acreate_table_artifact(
            key="poll-feeds", table=[cells(row) for row in feeds], description=summary_sentence(summary)
        )
    await acreate_markdown_artifact(key="poll-losses", markdown=losses_markdown(summary, losses))


async def show_checks(checks: Mapping[str, Rows]) -> None:
    """Put the warehouse's checks on the page, with the first rows that break each."""
    await acreate_markdown_artifact(key="checks", markdown=checks_markdown(checks))


def losses_markdown(summary: PollSummary, losses: Rows) -> str:
    """What a poll lost: the feeds that failed, the counts by reason, then the URLs."""
    by_number = sorted(summary.reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    reasons = "".join(f"| {code(reason)} | {n} |\n" for reason, n in by_number)
    failures = "".join(
        f"- {code(feed)}: {code(reason)} {plain(detail)}\n"
        for feed, reason, detail in summary.failures[:SHOWN]
    )
    urls = "".join(
        f"| {row['outcome']} | {code(row['reason'])} | {code(row['url'])} | {plain(row['detail'])} |\n"
        for row in losses
    )
    parts = [f"## {plain(summary_sentence(summary))}\n"]
    parts.append(f"### Feeds that failed\n{failures}" if failures else "No feed failed.\n")
    parts.append(
        f"### Pages lost (skipped or given up), by reason\n| reason | pages |\n|---|---|\n{reasons}"
        if reasons
        else "No page was lost.\n"
    )
    if urls:
        parts.append(
            f"### The first {len(losses)} of them\n"
            f"| outcome | reason | url | detail |\n|---|---|---|---|\n{urls}"
        )
    return "\n".join(parts)


def checks_markdown(checks: Mapping[str, Rows]) -> str:
    """A line for each check, with the first rows that break it."""
    lines = [
        f"- {'FAIL' if rows else 'ok'} {code(name)}" + "".join(f"\n  - {code(dict(row))}" for row in rows[:5])
        for name, rows in checks.items()
    ]
    return "## Checks of the warehouse\n" + "\n".join(lines) + "\n"


def code(value: object) -> str:
    """The value as a code span that text from the web cannot end, nor the table's cell."""
    text = re.sub(r"[`|\s]+", " ", str(value)).strip()
    return f"`{text[:300]}`"


def plain(value: object) -> str:
    """The value without the characters that Markdown or HTML would act on."""
    return re.sub(r"[\[\]()<>|`*_#!\s]+", " ", str(value)).strip()[:300]


def cells(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row that JSON can hold: times as text in UTC, to the minute."""
    return {
        key: f"{value:%Y-%m-%d %H:%M}Z" if isinstance(value, datetime) else value
        for key, value in row.items()
    }
