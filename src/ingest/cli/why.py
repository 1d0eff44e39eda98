"""`ingest why`."""

from __future__ import annotations

from pathlib import Path

import click

from ingest.cli.common import (
    data_options,
    feeds_option,
    json_option,
    print_json,
    print_table,
    read_settings,
    say,
)
from ingest.load.db import Warehouse
from ingest.observe.why import PARTS, explain
from ingest.settings import load_feeds
from ingest.urls.identity import HostRules


@click.command("why")
@click.argument("subject", metavar="URL|ID")
@feeds_option
@data_options
@json_option
def why_command(
    subject: str, feeds: Path | None, data: Path | None, config: Path | None, as_json: bool
) -> int:
    """Everything that is stored about a URL, url_key or article_id: the entries and links that led to it, its
    fetches, the lines that were dropped, its revisions, and its copies with their scores.

    Exit code 1 if nothing is stored about it.
    """
    settings = read_settings(config, data=data, feeds=feeds)
    warehouse = Warehouse(settings)
    warehouse.must_exist()
    rules = HostRules(load_feeds(settings.feeds).hosts) if settings.feeds.exists() else HostRules()
    history = explain(warehouse, subject, rules)
    if as_json:
        print_json(history)
    elif not any(history[part] for part in PARTS):
        say(f"nothing is stored about {subject} (url_key {history['url_key']})")
    else:
        for part in PARTS:
            if history[part]:
                print_table(history[part], part)
    return 0 if any(history[part] for part in PARTS) else 1
