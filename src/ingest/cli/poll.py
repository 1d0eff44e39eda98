"""`ingest poll`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from ingest.cli.common import (
    data_options,
    feeds_option,
    instant,
    json_option,
    note,
    print_json,
    read_settings,
    say,
    wait_option,
)
from ingest.cli.progress import bars
from ingest.errors import ConfigError
from ingest.pipeline import PollSummary, run_poll
from ingest.settings import load_feeds
from ingest.stages.counts import FeedAccount
from ingest.stages.edges import PollRequest

JSON_KEYS = (
    "run_id",
    "feeds",
    "polled",
    "not_modified",
    "failed",
    "entries",
    "new",
    "changed",
    "fetched",
    "loaded",
    "revised",
    "copies",
    "lost",
    "pending",
    "requests",
    "seconds",
    "published",
    "state",
    "touched",
    "same",
    "repeated",
    "capped",
    "unreadable",
    "outcomes",
    "tried",
    "unchanged",
    "retried",
    "problems",
    "accounts",
    "clock",
)


REMEDY = "`ingest check` shows what is missing: please report its output with this line"
"""What to do about counts that do not add up: it is a fault of this program."""


@click.command("poll")
@feeds_option
@data_options
@click.option(
    "--feed",
    "only",
    multiple=True,
    metavar="ID",
    help="Only this feed, due or not; may be given several times.",
)
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="All feeds and all pending pages, due or not; pauses that a host asked for still hold.",
)
@click.option("--now", callback=instant, metavar="TIME", help="Run as if it were this time (ISO 8601).")
@click.option(
    "--max-seconds",
    type=click.FloatRange(min=0, min_open=True),
    help="Stop after so many seconds; pages not fetched by then stay pending.",
)
@wait_option
@click.option("--strict", is_flag=True, help="Exit 1 if any feed failed.")
@json_option
def poll_command(
    feeds: Path | None,
    data: Path | None,
    config: Path | None,
    only: tuple[str, ...],
    everything: bool,
    now: datetime | None,
    max_seconds: float | None,
    wait: float,
    strict: bool,
    as_json: bool,
) -> int:
    """Poll the feeds that are due, fetch the pages that their entries link to, load and publish the articles.

    A page that cannot be fetched now stays pending: a later run tries it again.
    """
    settings = read_settings(config, data=data, feeds=feeds)
    listed = load_feeds(settings.feeds)
    if not listed.feeds:
        raise ConfigError(f"{listed.path}: no [[feed]] in it; add one (id, url)")
    listed.named(only)
    request = PollRequest(only, everything, now, max_seconds, wait)
    with bars(enabled=not as_json) as progress:
        summary = run_poll(settings, listed, request, progress)
    for feed_id, reason, detail in summary.failures:
        note(f"feed {feed_id}: {reason}: {detail}")
    for problem in summary.problems:
        note(f"run {summary.run_id} is incomplete: {problem}; {REMEDY}")
    if as_json:
        print_json({key: _plain(getattr(summary, key)) for key in JSON_KEYS})
    else:
        say(summary_text(summary))
    return _exit(summary, only, strict)


def _plain(value: Any) -> Any:
    return (
        [asdict(part) if isinstance(part, FeedAccount) else part for part in value]
        if isinstance(value, list)
        else value
    )


def summary_text(s: PollSummary) -> str:
    """The summary in words, four or five lines."""
    reasons = ", ".join(f"{reason} {n}" for reason, n in sorted(s.reasons.items()))
    return (
        f"{s.polled} of {s.feeds} feeds polled ({s.not_modified} unchanged, {s.failed} failed): "
        f"{s.new} new entries, {s.changed} changed\n"
        f"{s.fetched} pages fetched: {s.loaded} articles loaded ({s.copies} of them copies), {s.revised} "
        "revised\n"
        f"{s.lost} pages lost (skipped or given up{f': {reasons}' if reasons else ''}), {s.pending} pending "
        "(a later run fetches them)\n"
        f"{s.requests} requests, {s.seconds:.1f} s, {s.published} files published"
        + (f"\nclock: {s.clock}" if s.clock else "")
    )


def _exit(summary: PollSummary, only: tuple[str, ...], strict: bool) -> int:
    all_failed = summary.polled > 0 and summary.failed == summary.polled
    return 1 if all_failed or summary.problems or (summary.failed and (strict or only)) else 0
