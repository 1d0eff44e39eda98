"""`ingest feeds list` and `ingest feeds check`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import click

from ingest.cli.common import (
    data_options,
    feeds_option,
    json_option,
    json_value,
    print_json,
    print_table,
    read_settings,
)
from ingest.errors import NoWarehouseError, WarehouseError
from ingest.load.folder import must_exist
from ingest.load.read import query
from ingest.settings import load_feeds
from ingest.trial.feedcheck import FeedCheck, check_feeds


@click.group("feeds")
def feeds_command() -> None:
    """List the feeds with their next poll, or check that they can be read."""


@feeds_command.command("list")
@feeds_option
@data_options
@json_option
def list_command(feeds: Path | None, data: Path | None, config: Path | None, as_json: bool) -> int:
    """Every feed of feeds.toml: its state, when it is polled next, and why then."""
    settings = read_settings(config, data=data, feeds=feeds)
    listed = load_feeds(settings.feeds)
    if data is not None:  # without --data the list can be read before the first poll
        must_exist(settings.data)
    known = _states(settings.data)
    rows = [_line(feed.id, feed.url, feed.enabled, known.get(feed.id, {})) for feed in listed.feeds]
    if as_json:
        print_json({"feeds": rows})
    else:
        print_table(rows)
    return 0


def _states(data: Path) -> dict[str, dict[str, Any]]:
    try:
        rows = query(
            data, "SELECT f.*, h.state, h.evidence FROM ops.feeds f JOIN mart.feed_health h USING (feed_id)"
        )
    except (NoWarehouseError, WarehouseError):
        return {}
    return {row["feed_id"]: row for row in rows}


def _line(feed_id: str, url: str, enabled: bool, known: dict[str, Any]) -> dict[str, Any]:
    rate = known.get("entries_per_day")
    return {
        "feed_id": feed_id,
        "state": known.get("state") or ("new" if enabled else "paused"),
        "next_poll_at": json_value(known["next_poll_at"]) if known.get("next_poll_at") else "now",
        "why": known.get("why_next") or "never polled",
        "entries_per_day": None if rate is None else round(rate, 1),
        "last_success_at": json_value(known["last_success_at"]) if known.get("last_success_at") else None,
        "evidence": known.get("evidence"),
        "url": known.get("url") or url,
    }


@feeds_command.command("check")
@click.argument("target", metavar="[ID|URL]", required=False)
@feeds_option
@data_options
@json_option
def check_feed_command(
    target: str | None, feeds: Path | None, data: Path | None, config: Path | None, as_json: bool
) -> int:
    """Fetch one feed (an id of feeds.toml, or a URL), or all of them, once, and show what is in it.

    Stores nothing; exit code 1 if a feed cannot be read.
    """
    settings = read_settings(config, data=data, feeds=feeds)
    checks = asyncio.run(check_feeds(settings, target))
    rows = [_checked(check) for check in checks]
    if as_json:
        print_json({"feeds": rows})
    else:
        print_table(rows)
    return 0 if all(check.ok for check in checks) else 1


def _checked(check: FeedCheck) -> dict[str, Any]:
    return {
        "feed": check.feed_id,
        "ok": check.ok,
        "format": check.version,
        "entries": check.entries,
        "dated": check.dated,
        "linked": check.linked,
        "newest": json_value(check.newest) if check.newest else None,
        "said": check.detail,
        "url": check.url,
    }
