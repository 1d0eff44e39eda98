"""`ingest backfill plan | run | status | resume | cancel | gaps`."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from ingest.backfill import run as backfills
from ingest.backfill.plan import Plan, unread
from ingest.backfill.request import Backfill, Mode, Source, describe, needs_input
from ingest.cli.common import (
    data_options,
    day,
    feeds_option,
    instant,
    json_option,
    note,
    plain,
    print_json,
    print_table,
    read_settings,
    say,
    settings_of,
    wait_option,
)
from ingest.cli.progress import bars
from ingest.observe.gaps import find_gaps

F = TypeVar("F", bound=Callable[..., Any])
NICE = 5
"""A backfill gives way to live polls on a busy machine."""
SHOWN = 20
_SOURCES = "; ".join(f"{source}, {describe(source)}" for source in Source)
_NO_INPUT = ", ".join(source for source in Source if not needs_input(source))


def _source_options(command: F) -> F:
    for option in reversed(
        (
            click.option(
                "--source",
                type=click.Choice([str(one) for one in Source]),
                default="sitemap",
                show_default=True,
                help=f"Where addresses or pages come from: {_SOURCES}.",
            ),
            click.option(
                "--input",
                "inputs",
                multiple=True,
                metavar="PATH|URL",
                help=f"What to read; {_NO_INPUT} can do without.",
            ),
            click.option(
                "--feed",
                "only",
                multiple=True,
                metavar="ID",
                help="These feeds, or sitemaps of their sites, only.",
            ),
            click.option(
                "--from",
                "first",
                callback=day,
                metavar="DAY",
                help="First UTC day of publication, inclusive.",
            ),
            click.option("--to", "last", callback=day, metavar="DAY", help="Last UTC day, inclusive."),
            click.option(
                "--mode",
                type=click.Choice([str(one) for one in Mode]),
                default="missing",
                show_default=True,
                help="What was never decided; what failed, too; or everything again.",
            ),
            click.option("--newest-first", is_flag=True, help="Begin with the last day."),
            click.option(
                "--now", callback=instant, metavar="TIME", help="Run as if it were this time (ISO 8601)."
            ),
        )
    ):
        command = option(command)
    return command


def _active_option(command: F) -> F:
    text = "Chunks at work side by side (a chunk is a day, 2,000 URLs of one, or days of few together)."
    return click.option(
        "--max-active", type=click.IntRange(1, 16), default=backfills.ACTIVE, show_default=True, help=text
    )(command)


@click.group("backfill")
def backfill_command() -> None:
    """Load any days from other sources than feeds, down the same path; stop and resume at any point."""


@backfill_command.command("plan")
@_source_options
@click.option("--dry-run", is_flag=True, help="Only count; note nothing.")
@feeds_option
@data_options
@json_option
def plan_command(
    dry_run: bool, feeds: Path | None, data: Path | None, config: Path | None, as_json: bool, **asked: Any
) -> int:
    """Per day and host: what is reachable, what is there, how many requests the rest takes. `run ID` does
    it."""
    settings, listed = settings_of(config, data, feeds)
    with bars(enabled=not as_json) as told:
        made = asyncio.run(backfills.plan(settings, listed, _wanted(asked), dry=dry_run, told=told))
    if as_json:
        print_json(asdict(made))
    else:
        _show_plan(made)
    return 1 if unread(made) else 0


@backfill_command.command("run")
@click.argument("id", required=False)
@_source_options
@_active_option
@click.option("--dry-run", is_flag=True, help="Only plan and count, as `plan --dry-run` does.")
@wait_option
@feeds_option
@data_options
@json_option
@click.pass_context
def run_command(
    context: click.Context,
    /,
    id: str | None,
    max_active: int,
    dry_run: bool,
    wait: float,
    feeds: Path | None,
    data: Path | None,
    config: Path | None,
    as_json: bool,
    **asked: Any,
) -> int:
    """Plan and run, or run the plan ID. The same asked for again goes on where it was cut off."""
    if dry_run:
        return int(
            context.invoke(
                plan_command, dry_run=True, feeds=feeds, data=data, config=config, as_json=as_json, **asked
            )
        )
    settings, listed = settings_of(config, data, feeds)
    os.nice(NICE)
    with bars(enabled=not as_json) as told:
        if id is not None:
            summary = asyncio.run(
                backfills.resume(settings, listed, id, told, active=max_active, now=asked["now"], wait=wait)
            )
        else:
            summary = asyncio.run(
                backfills.run(settings, listed, _wanted(asked), told, active=max_active, wait=wait)
            )
    return _tell(summary, as_json)


@backfill_command.command("resume")
@click.argument("id", default="last")
@_active_option
@click.option("--now", callback=instant, metavar="TIME", help="Run as if it were this time (ISO 8601).")
@wait_option
@feeds_option
@data_options
@json_option
def resume_command(
    id: str,
    max_active: int,
    now: datetime | None,
    wait: float,
    feeds: Path | None,
    data: Path | None,
    config: Path | None,
    as_json: bool,
) -> int:
    """Go on with a backfill that was cut off, by default the newest."""
    settings, listed = settings_of(config, data, feeds)
    id = str(backfills.find(settings, id)["backfill_id"])
    os.nice(NICE)
    with bars(enabled=not as_json) as told:
        summary = asyncio.run(
            backfills.resume(settings, listed, id, told, active=max_active, now=now, wait=wait)
        )
    return _tell(summary, as_json)


@backfill_command.command("status")
@click.argument("id", required=False)
@data_options
@json_option
def status_command(id: str | None, data: Path | None, config: Path | None, as_json: bool) -> int:
    """Every backfill, or one, and how far it is."""
    settings = read_settings(config, data=data)
    rows = backfills.status(settings, id) if id is None else [backfills.find(settings, id)]
    if as_json:
        print_json({"backfills": rows})
        return 0
    for row in rows:
        options = row.pop("options")
        row["days"] = f"{options['from'] or '...'} to {options['to'] or '...'}"
        row["inputs"] = ", ".join(options["inputs"] or options["feeds"])
    print_table(rows)
    return 0


@backfill_command.command("cancel")
@click.argument("id")
@wait_option
@data_options
@json_option
def cancel_command(id: str, wait: float, data: Path | None, config: Path | None, as_json: bool) -> int:
    """Let a backfill go: what it loaded stays, what it had not is as if never asked for."""
    settings = read_settings(config, data=data)
    id = str(backfills.find(settings, id)["backfill_id"])
    left = backfills.cancel(settings, id, wait)
    if as_json:
        print_json({"backfill_id": id, "state": "cancelled", "left": left})
    else:
        say(f"{id} cancelled; {left} pages were still to be had")
    return 0


@backfill_command.command("gaps")
@click.option(
    "--days", type=click.IntRange(1, 3660), default=30, show_default=True, help="Days back to look at."
)
@click.option("--from", "first", callback=day, metavar="DAY", help="First UTC day, instead of --days.")
@click.option("--to", "last", callback=day, metavar="DAY", help="Last UTC day (default: yesterday).")
@click.option("--now", callback=instant, metavar="TIME", help="As if it were this time.")
@data_options
@json_option
def gaps_command(
    days: int,
    first: date | None,
    last: date | None,
    now: datetime | None,
    data: Path | None,
    config: Path | None,
    as_json: bool,
) -> int:
    """Days on which a feed brought far less than usual, with the command that would fill each."""
    settings = read_settings(config, data=data)
    found = find_gaps(settings.data, days=days, first=first, last=last, now=now)
    if as_json:
        print_json({"gaps": found})
    elif found:
        print_table(found)
    else:
        say("no feed fell far below its usual volume")
    return 0


def _wanted(asked: dict[str, Any]) -> Backfill:
    return Backfill(
        Source(asked["source"]),
        _inputs(asked["inputs"]),
        asked["only"],
        asked["first"],
        asked["last"],
        Mode(asked["mode"]),
        asked["newest_first"],
        asked["now"],
    )


def _inputs(inputs: tuple[str, ...]) -> tuple[str, ...]:
    """Paths made absolute: `resume` may be called from elsewhere."""
    return tuple(one if "://" in one else str(Path(one).resolve()) for one in inputs)


def _show_plan(made: Plan) -> None:
    rows = [{**row, "day": row["day"] or "unknown"} for row in made.days]
    print_table(rows, f"{made.source}, mode {made.mode}", limit=400)
    left = ", ".join(f"{reason} {n}" for reason, n in made.left_out.items())
    say(
        f"{made.urls} URLs: {made.reachable} reachable, {made.there} there already, {made.requests} page "
        "requests"
        f"{f'; left out: {left}' if left else ''}"
    )
    say(f"{made.inputs_read} inputs read, {made.inputs_unread} of other days left unread")
    _problems(made.problems)
    if made.backfill_id:
        say(f"planned as {made.backfill_id}: `ingest backfill run {made.backfill_id}`")


def _tell(summary: backfills.Summary, as_json: bool) -> int:
    if as_json:
        print_json(asdict(summary))
    else:
        if summary.outcomes:
            print_table(summary.outcomes, "URLs by outcome and reason")
        say(
            f"{summary.fetched} pages fetched: {summary.loaded} articles loaded ({summary.copies} of them "
            "copies), "
            f"{summary.revised} revised, {summary.lost} lost"
        )
        say(f"{summary.requests} requests, {summary.seconds:.1f} s, {summary.published} files published")
        _problems(summary.problems)
        if summary.state != "done":
            say(
                f"{summary.pending} pages wait for hosts not to be asked now: `ingest backfill resume "
                f"{summary.backfill_id}`"
            )
        elif summary.pending:
            say(f"{summary.pending} pages failed for the moment; the next polls try them again")
    return 1 if summary.problems and not summary.urls else 0


def _problems(problems: list[dict[str, str]]) -> None:
    for one in problems[:SHOWN]:
        note(f"{one['url']}: {one['reason']}: {plain(one['detail'])}")
    if len(problems) > SHOWN:
        note(f"... and {len(problems) - SHOWN} more (--json lists all)")
