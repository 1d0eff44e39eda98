"""What commands share: options, settings, and how results are printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from ingest.cli.logs import log_to_stderr
from ingest.errors import ConfigError
from ingest.settings import LOG_LEVELS, FeedList, Settings, load_feeds, load_settings

F = TypeVar("F", bound=Callable[..., Any])
_LOG_LEVEL = "ingest.log_level"


def log_option(command: F) -> F:
    """--log-level, which `read_settings` takes from the context: no command has a parameter for it."""

    def remember(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
        context.meta[_LOG_LEVEL] = value

    return click.option(
        "--log-level",
        type=click.Choice(LOG_LEVELS),
        expose_value=False,
        callback=remember,
        metavar="LEVEL",
        help="Log to stderr from this level on: debug, info, warning or error (default: log_level of the "
        "settings).",
    )(command)


def data_options(command: F) -> F:
    """--data, --config and --log-level."""
    command = log_option(command)
    command = click.option(
        "--config", type=click.Path(path_type=Path), help="Settings file (default: ./ingest.toml)."
    )(command)
    return click.option(
        "--data", type=click.Path(path_type=Path), help="Data directory (default: ./data, or INGEST_DATA)."
    )(command)


def feeds_option(command: F) -> F:
    return click.option(
        "--feeds", type=click.Path(path_type=Path), help="List of feeds (default: ./feeds.toml)."
    )(command)


def wait_option(command: F) -> F:
    """--wait, for every command that takes a run lock (the message of LockedError names it)."""
    text = "If another run holds the lock, wait so many seconds for it instead of ending with exit code 3."
    return click.option("--wait", type=click.FloatRange(min=0), default=0, metavar="SECONDS", help=text)(
        command
    )


def json_option(command: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")(command)


def instant(context: click.Context, parameter: click.Parameter, value: str | None) -> datetime | None:
    """An ISO 8601 time as aware UTC; a time without a zone is taken as UTC. Raises ConfigError for other
    text."""
    if value is None:
        return None
    try:
        time = datetime.fromisoformat(value.replace("Z", "+00:00"))
    except ValueError:
        raise ConfigError(
            f"{parameter.opts[0]}: {value!r} is not a time; write it as 2026-03-10T12:00:00Z"
        ) from None
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def say(text: str = "") -> None:
    """Print a line of the result, on stdout."""
    click.echo(text)


def note(text: str) -> None:
    """Print a line that is not part of the result, on stderr."""
    click.echo(text, err=True)


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, default=json_value, ensure_ascii=False))


def json_value(value: Any) -> Any:
    """A value that JSON can hold: times in ISO 8601 with a Z, days in ISO 8601, the rest as text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def print_table(
    rows: Sequence[Mapping[str, Any]], title: str | None = None, limit: int | None = None
) -> None:
    """Rows as a table as wide as the terminal; long cells are folded."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=title, title_justify="left", header_style="bold")
    for name in rows[0] if rows else []:
        table.add_column(str(name), overflow="fold")
    for row in rows[:limit]:
        table.add_row(*("" if value is None else _cell(value) for value in row.values()))
    Console(width=None if sys.stdout.isatty() else 160).print(table if rows else "(no rows)")


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return str(json_value(value)) if hasattr(value, "isoformat") else str(value)


def day(context: click.Context, parameter: click.Parameter, value: str | None) -> date | None:
    """An ISO 8601 date. Raises ConfigError for other text."""
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise ConfigError(f"{parameter.opts[0]}: {value!r} is not a date; write it as 2026-03-01") from None


def chosen_log_level() -> str | None:
    """What --log-level of this command says; None when it is left out."""
    level: str | None = click.get_current_context().meta.get(_LOG_LEVEL)
    return level


def read_settings(config: Path | None, *, data: Path | None, feeds: Path | None = None) -> Settings:
    """The settings of this command, and its log set up by them. Raises ConfigError as load_settings does."""
    settings = load_settings(config, {"data": data, "feeds": feeds, "log_level": chosen_log_level()})
    log_to_stderr(settings.log_level)
    return settings


def settings_of(config: Path | None, data: Path | None, feeds: Path | None) -> tuple[Settings, FeedList]:
    """The settings, and the list of feeds: an empty one where there is no feeds.toml, since an archive can be
    loaded without."""
    settings = read_settings(config, data=data, feeds=feeds)
    if feeds is None and not settings.feeds.exists():
        return settings, FeedList(path=settings.feeds, feeds=(), hosts=())
    return settings, load_feeds(settings.feeds)
