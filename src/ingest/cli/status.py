"""`ingest status` and `ingest report`: read from the published marts alone."""

from __future__ import annotations

from pathlib import Path

import click

from ingest.cli.common import (
    data_options,
    json_option,
    json_value,
    print_json,
    print_table,
    read_settings,
    say,
)
from ingest.observe.health import day_report, status


@click.command("status")
@data_options
@json_option
def status_command(data: Path | None, config: Path | None, as_json: bool) -> int:
    """What the warehouse holds, what the last runs did, and which feeds need attention.

    Pending pages are fetched by a later run; lost ones were skipped or given up.
    """
    folder = read_settings(config, data=data).data
    health = status(folder)
    if as_json:
        print_json(health)
        return 0
    totals = health["totals"]
    say(
        f"{totals['articles']} live articles, {totals['revisions']} revisions, {totals['copies']} copies "
        f"linked; {totals['pending']} pages pending (a later run fetches them), {totals['lost']} lost "
        "(skipped or given up)"
    )
    for line in health["attention"]:
        say(line)
    for title, key in (
        ("last runs", "runs"),
        ("feeds that need attention", "feeds"),
        ("pending pages, by host and by what stopped the last try", "pending"),
        ("lost pages (skipped or given up), by reason", "lost"),
    ):
        if health[key]:
            print_table(health[key], title)
    if not health["feeds"]:
        say(f"all {totals['feeds']} feeds are ok")
    return 0


@click.command("report")
@data_options
@click.option("--day", help="Day of publication, such as 2026-03-10 (default: the latest with an article).")
@json_option
def report_command(data: Path | None, config: Path | None, day: str | None, as_json: bool) -> int:
    """One day: articles by publisher, the most copied stories, corrections, and the pages that were lost
    (skipped or given up), by reason."""
    folder = read_settings(config, data=data).data
    report = day_report(folder, day)
    if as_json:
        print_json(report)
        return 0
    say(f"report of {json_value(report['day']) if report['day'] else 'an empty warehouse'}")
    for key, title in (
        ("publishers", "articles by publisher"),
        ("most copied", "most copied stories"),
        ("revisions", "changes seen on this day"),
        ("lost", "pages first seen on this day and lost (skipped or given up), by reason"),
    ):
        if report[key]:
            print_table(report[key], title)
    if report["day"] and not any(report[key] for key in ("publishers", "most copied", "revisions", "lost")):
        say("nothing arrived that day")
    return 0
