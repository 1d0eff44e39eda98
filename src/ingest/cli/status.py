"""`ingest status` and `ingest report`: how it goes, from the published marts alone."""

from __future__ import annotations

from pathlib import Path

import click

from ingest.cli.common import data_options, json_option, plain, print_json, print_table, read_settings, say
from ingest.observe.health import day_report, status


@click.command("status")
@data_options
@json_option
def status_command(data: Path | None, config: Path | None, as_json: bool) -> int:
    """What the warehouse holds, what the last runs did, which feeds need a look, what is pending and lost."""
    folder = read_settings(config, data=data).data
    found = status(folder)
    if as_json:
        print_json(found)
        return 0
    totals = found["totals"]
    say(
        f"{totals['articles']} live articles, {totals['revisions']} revisions, {totals['copies']} copies "
        "linked; "
        f"{totals['pending']} URLs pending, {totals['lost']} lost"
    )
    for title, key in (
        ("last runs", "runs"),
        ("feeds that need a look", "feeds"),
        ("pending", "pending"),
        ("lost", "lost"),
    ):
        if found[key]:
            print_table(found[key], title)
    if not found["feeds"]:
        say(f"all {totals['feeds']} feeds are ok")
    return 0


@click.command("report")
@data_options
@click.option("--day", help="Published day (default: the latest there is).")
@json_option
def report_command(data: Path | None, config: Path | None, day: str | None, as_json: bool) -> int:
    """One day in short: articles by publisher, the most copied stories, corrections, losses by reason."""
    folder = read_settings(config, data=data).data
    found = day_report(folder, day)
    if as_json:
        print_json(found)
        return 0
    say(f"report of {plain(found['day']) if found['day'] else 'an empty warehouse'}")
    for title in ("publishers", "most copied", "revisions", "lost"):
        if found[title]:
            print_table(found[title], title)
    return 0
