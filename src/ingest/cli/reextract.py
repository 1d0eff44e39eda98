"""`ingest reextract`."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

import click

from ingest.cli.common import (
    data_options,
    day,
    feeds_option,
    instant,
    json_option,
    print_json,
    say,
    settings_of,
    wait_option,
)
from ingest.cli.progress import bars
from ingest.upkeep.reextract import ReextractRequest, Report, reextract, undo


@click.command("reextract")
@click.option("--from", "first", callback=day, metavar="DAY", help="First UTC day of publication, inclusive.")
@click.option("--to", "last", callback=day, metavar="DAY", help="Last UTC day, inclusive.")
@click.option("--dry-run", is_flag=True, help="Change nothing; report what would change.")
@click.option(
    "--learned",
    is_flag=True,
    help="Also leave out blocks that were found to repeat on their host after the first extraction.",
)
@click.option(
    "--undo",
    "undone",
    metavar="RUN|last",
    help="Put back the texts that this run of reextract replaced; nothing else is done.",
)
@click.option("--now", callback=instant, metavar="TIME", help="Run as if it were this time (ISO 8601).")
@wait_option
@feeds_option
@data_options
@json_option
def reextract_command(
    first: date | None,
    last: date | None,
    dry_run: bool,
    learned: bool,
    undone: str | None,
    now: datetime | None,
    wait: float,
    feeds: Path | None,
    data: Path | None,
    config: Path | None,
    as_json: bool,
) -> int:
    """Extract archived pages again by the present rules, without network, and report what changed.

    No revision is added: the stored ones get the new texts.
    """
    settings, listed = settings_of(config, data, feeds)
    if undone:
        articles = undo(settings, undone, now, wait)
        print_json({"undone": undone, "articles": articles}) if as_json else say(
            f"{articles} articles have the texts again that they had before {undone}"
        )
        return 0
    with bars(enabled=not as_json) as progress:
        request = ReextractRequest(first=first, last=last, dry=dry_run, learned=learned, now=now, wait=wait)
        report = reextract(settings, listed, request, progress)
    if as_json:
        print_json(asdict(report))
    else:
        _show(report)
    return 0


def _show(report: Report) -> None:
    for change in reversed(report.largest):
        say(
            f"\n{change['url']} (+{change['words_added']} -{change['words_removed']} words)\n{change['diff']}"
        )
    lost = ", ".join(f"{reason} {n}" for reason, n in report.lost.items())
    kept = f"; no article could be extracted now, so the old text stays: {lost}" if lost else ""
    fields = ", ".join(f"{name} {n}" for name, n in report.fields.items())
    would = "would change" if report.dry else "changed"
    say(
        f"\n{report.texts} texts read: {report.changed} {would} (+{report.words_added} "
        f"-{report.words_removed} words), "
        f"{report.same} the same{f'; changed columns: {fields}' if fields else ''}{kept}"
    )
    if report.changed and not report.dry:
        say(f"to put it back: ingest reextract --undo {report.run_id}")
