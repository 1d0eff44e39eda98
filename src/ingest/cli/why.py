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
@click.argument("asked", metavar="URL|ID")
@feeds_option
@data_options
@json_option
def why_command(asked: str, feeds: Path | None, data: Path | None, config: Path | None, as_json: bool) -> int:
    """All that is known of a URL, url_key or article_id: links, fetches, what was cut, revisions, copies with
    their scores."""
    settings = read_settings(config, data=data, feeds=feeds)
    warehouse = Warehouse(settings)
    warehouse.must_exist()
    rules = HostRules(load_feeds(settings.feeds).hosts) if settings.feeds.exists() else HostRules()
    found = explain(warehouse, asked, rules)
    if as_json:
        print_json(found)
    elif not any(found[part] for part in PARTS):
        say(f"nothing is known of {asked} (identity {found['url_key']})")
    else:
        for part in PARTS:
            if found[part]:
                print_table(found[part], part)
    return 0 if any(found[part] for part in PARTS) else 1
