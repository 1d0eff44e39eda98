"""`ingest poll`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

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
from ingest.stages.edges import Asked

KEYS = (
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
)


@click.command("poll")
@feeds_option
@data_options
@click.option("--feed", "only", multiple=True, metavar="ID", help="Only these feeds, due or not.")
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="All feeds and all pending work, due or not; pauses are still kept.",
)
@click.option("--now", callback=instant, metavar="TIME", help="Run as if it were this time (ISO 8601).")
@click.option(
    "--max-seconds",
    type=click.FloatRange(min=0, min_open=True),
    help="Stop after this long; the rest stays pending.",
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
    """Poll the feeds that are due, work off pending pages, load and publish."""
    settings = read_settings(config, data=data, feeds=feeds)
    listed = load_feeds(settings.feeds)
    if not listed.feeds:
        raise ConfigError(f"{listed.path}: no [[feed]] in it; add one (id, url)")
    listed.named(only)
    asked = Asked(only, everything, now, max_seconds, wait)
    with bars(enabled=not as_json) as told:
        summary = run_poll(settings, listed, asked, told)
    for feed_id, reason, detail in summary.failures:
        note(f"feed {feed_id}: {reason}: {detail}")
    if as_json:
        values = asdict(summary)
        print_json({key: values[key] for key in KEYS})
    else:
        say(sentence(summary))
    return _exit(summary, only, strict)


def sentence(s: PollSummary) -> str:
    """The summary for people."""
    lost = ", ".join(f"{reason} {n}" for reason, n in sorted(s.reasons.items()))
    return (
        f"{s.polled} of {s.feeds} feeds polled ({s.not_modified} unchanged, {s.failed} failed): "
        f"{s.new} new entries, {s.changed} changed\n"
        f"{s.fetched} pages fetched: {s.loaded} articles loaded ({s.copies} of them copies), {s.revised} "
        f"revised, {s.lost} lost"
        f"{f' ({lost})' if lost else ''}; {s.pending} pending\n"
        f"{s.requests} requests, {s.seconds:.1f} s, {s.published} files published"
    )


def _exit(summary: PollSummary, only: tuple[str, ...], strict: bool) -> int:
    every = summary.polled > 0 and summary.failed == summary.polled
    return 1 if every or (summary.failed and (strict or only)) else 0
