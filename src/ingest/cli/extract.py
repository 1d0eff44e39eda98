"""`ingest extract`: articles from files, archives, URLs and JSON lines, extracted as a poll extracts them."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ingest.cli.common import data_options, read_settings
from ingest.trial.extract import articles_of


@click.command("extract")
@click.argument("source", metavar="FILE|URL|-", nargs=-1, required=True)
@data_options
# Accepted and hidden, because the option is part of the published command line: it never had an effect. Which
# blocks repeat on a host is known only to a warehouse, and this command opens none.
@click.option("--boilerplate/--no-boilerplate", default=True, hidden=True, expose_value=False)
def extract_command(source: tuple[str, ...], data: Path | None, config: Path | None) -> int:
    """Extract articles from HTML files, a WARC, URLs, or JSON lines {url, html | text, id?}; - is stdin.

    Prints one JSON line for each input, in the order of the inputs: the article, or an outcome and a reason
    where no article could be extracted. Needs no warehouse.
    """
    settings = read_settings(config, data=data)
    for line in articles_of(settings, source, sys.stdin.buffer):
        sys.stdout.write(line)
        sys.stdout.write("\n")
    sys.stdout.flush()
    return 0
