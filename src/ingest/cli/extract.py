"""`ingest extract`: articles from files, archives, URLs and JSON lines, extracted as a poll extracts them."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ingest.backfill.sources.report import SourceReport
from ingest.cli.common import data_options, json_value, note, read_settings
from ingest.trial.extract import articles_of


@click.command("extract")
@click.argument("source", metavar="FILE|URL|-", nargs=-1, required=True)
@data_options
# Accepted and hidden, because the option is part of the published command line: it never had an effect. Which
# blocks repeat on a host is known only to a warehouse, and this command opens none.
@click.option("--boilerplate/--no-boilerplate", default=True, hidden=True, expose_value=False)
def extract_command(source: tuple[str, ...], data: Path | None, config: Path | None) -> int:
    """Extract articles from HTML files, WARC, URLs, or JSON and CSV of other tools; - is stdin.

    Prints one JSON line for each input, in the order of the inputs: the article, or an outcome and a reason
    where no article could be extracted. Needs no warehouse. The exit status is 1 where a part of a file
    could not be read.
    """
    settings = read_settings(config, data=data)
    report = SourceReport()
    for line in articles_of(settings, source, sys.stdin.buffer, report):
        sys.stdout.write(line)
        sys.stdout.write("\n")
    sys.stdout.flush()
    for problem in report.problems:
        note(f"{problem['url']}: {problem['reason']}: {json_value(problem['detail'])}")
    if unknown := report.unknown.sentence():
        note(unknown)
    return 1 if report.problems else 0
