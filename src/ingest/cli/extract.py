"""`ingest extract`: files, archives, URLs and JSON lines to articles, by the same path as a poll."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ingest.cli.common import data_options, read_settings
from ingest.trial.extract import articles_of


@click.command("extract")
@click.argument("source", metavar="FILE|URL|-", nargs=-1, required=True)
@data_options
@click.option(
    "--boilerplate/--no-boilerplate",
    default=True,
    help="Use what the warehouse has learnt of hosts, if there is one.",
)
def extract_command(
    source: tuple[str, ...], data: Path | None, config: Path | None, boilerplate: bool
) -> int:
    """HTML files, a WARC, JSON lines {url, html | text, id?} or URLs to JSON lines of articles, one line per
    input, in order.

    Where there is no article the line says outcome and reason.
    """
    settings = read_settings(config, data=data)
    for line in articles_of(settings, source, sys.stdin.buffer):
        sys.stdout.write(line)
        sys.stdout.write("\n")
    sys.stdout.flush()
    return 0
