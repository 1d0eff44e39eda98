"""`ingest backfill plan | run | status | resume | cancel | gaps`."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from ingest.backfill import run as backfills
from ingest.backfill.plan import BackfillPlan, tells_failure, unreadable
from ingest.backfill.request import BackfillRequest, Mode, Source, describe, needs_input
from ingest.backfill.sources.fields import Unknown
from ingest.backfill.sources.report import Problem
from ingest.cli.common import (
    data_options,
    day,
    feeds_option,
    instant,
    json_option,
    json_value,
    note,
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
"""On a busy machine, live polls get the processor first."""
SHOWN = 20
"""The largest number of problems that are printed."""
_SOURCES = "; ".join(f"{source}, {describe(source)}" for source in Source)
_NO_INPUT = ", ".join(source for source in Source if not needs_input(source))


def _source_options(command: F) -> F:
    for option in reversed(
        (
            click.option(
                "--source",
                type=click.Choice([str(source) for source in Source]),
                default="sitemap",
                show_default=True,
                help=f"Where addresses or pages come from: {_SOURCES}.",
            ),
            click.option(
                "--input",
                "inputs",
                multiple=True,
                metavar="PATH|URL",
                help=f"What to read; optional with --source {_NO_INPUT}.",
            ),
            click.option(
                "--feed",
                "only",
                multiple=True,
                metavar="ID",
                help="Only this feed, or the sitemaps of its site; may be given several times.",
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
                type=click.Choice([str(mode) for mode in Mode]),
                default="missing",
                show_default=True,
                help="Addresses to load: missing, those without an outcome; failed, also those that failed "
                "or were skipped; all, loaded ones again too.",
            ),
            click.option("--newest-first", is_flag=True, help="Load the latest day first."),
            click.option(
                "--now", callback=instant, metavar="TIME", help="Run as if it were this time (ISO 8601)."
            ),
        )
    ):
        command = option(command)
    return command


def _active_option(command: F) -> F:
    text = (
        "Chunks that run at the same time (a chunk is one day, at most 2,000 addresses of it, or several "
        "days with few addresses)."
    )
    return click.option(
        "--max-active", type=click.IntRange(1, 16), default=backfills.ACTIVE, show_default=True, help=text
    )(command)


@click.group("backfill")
def backfill_command() -> None:
    """Load the articles of past days from sitemaps, archives, lists or older feed pages."""


@backfill_command.command("plan")
@_source_options
@click.option("--dry-run", is_flag=True, help="Only count; write nothing.")
@feeds_option
@data_options
@json_option
def plan_command(
    dry_run: bool, feeds: Path | None, data: Path | None, config: Path | None, as_json: bool, **options: Any
) -> int:
    """Count per day and host the articles that can be loaded, those loaded already, and the page requests
    that the others take. `run ID` then runs the plan."""
    settings, listed = settings_of(config, data, feeds)
    with bars(enabled=not as_json) as progress:
        plan = asyncio.run(
            backfills.plan(settings, listed, _request(options), dry=dry_run, progress=progress)
        )
    if as_json:
        print_json(asdict(plan))
    else:
        _show_plan(plan)
    return 1 if unreadable(plan) or tells_failure(plan.problems) else 0


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
    **options: Any,
) -> int:
    """Plan and run, or run the plan ID. The same command again resumes a run that was cut off."""
    if dry_run:
        return int(
            context.invoke(
                plan_command, dry_run=True, feeds=feeds, data=data, config=config, as_json=as_json, **options
            )
        )
    settings, listed = settings_of(config, data, feeds)
    os.nice(NICE)
    with bars(enabled=not as_json) as progress:
        if id is not None:
            summary = asyncio.run(
                backfills.resume(
                    settings, listed, id, progress, active=max_active, now=options["now"], wait=wait
                )
            )
        else:
            summary = asyncio.run(
                backfills.run(settings, listed, _request(options), progress, active=max_active, wait=wait)
            )
    return _show_summary(summary, as_json)


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
    """Resume a backfill that was cut off, by default the newest that is not done."""
    settings, listed = settings_of(config, data, feeds)
    id = str(backfills.find_resumable(settings, id)["backfill_id"])
    os.nice(NICE)
    with bars(enabled=not as_json) as progress:
        summary = asyncio.run(
            backfills.resume(settings, listed, id, progress, active=max_active, now=now, wait=wait)
        )
    return _show_summary(summary, as_json)


@backfill_command.command("status")
@click.argument("id", required=False)
@data_options
@json_option
def backfill_status_command(id: str | None, data: Path | None, config: Path | None, as_json: bool) -> int:
    """Show every backfill, or one, and how far it is."""
    settings = read_settings(config, data=data)
    rows = backfills.status(settings, id) if id is None else [backfills.find(settings, id)]
    if as_json:
        print_json({"backfills": rows})
        return 0
    for row in rows:
        options = row.pop("options")
        row["days"] = f"{options['from'] or '...'} to {options['to'] or '...'}"
        row["inputs"] = ", ".join(options["inputs"] or options["feeds"])
        row["problems"] = len(row["problems"])
        del row["outcomes"]
    waiting = {row["backfill_id"]: row.pop("waiting") for row in rows}
    print_table(rows)
    for backfill, number in waiting.items():
        if number:
            say(
                f"{backfill} has listed {number} addresses that are in no chunk yet: "
                f"`ingest backfill resume {backfill}` lists them anew"
            )
    return 0


@backfill_command.command("cancel")
@click.argument("id")
@wait_option
@data_options
@json_option
def cancel_command(id: str, wait: float, data: Path | None, config: Path | None, as_json: bool) -> int:
    """Cancel a backfill: the articles that it loaded are kept, its remaining pages are skipped."""
    settings = read_settings(config, data=data)
    id = str(backfills.find(settings, id)["backfill_id"])
    left = backfills.cancel(settings, id, wait)
    if as_json:
        print_json({"backfill_id": id, "state": "cancelled", "left": left})
    else:
        say(f"{id} cancelled; {left} pages were still pending")
    return 0


@backfill_command.command("gaps")
@click.option(
    "--days", type=click.IntRange(1, 3660), default=30, show_default=True, help="Days back to look at."
)
@click.option("--from", "first", callback=day, metavar="DAY", help="First UTC day, instead of --days.")
@click.option("--to", "last", callback=day, metavar="DAY", help="Last UTC day (default: yesterday).")
@click.option("--now", callback=instant, metavar="TIME", help="Run as if it were this time (ISO 8601).")
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
    """Show days on which a feed brought far fewer articles than usual, with a command that would fill
    each."""
    settings = read_settings(config, data=data)
    gaps = find_gaps(settings.data, days=days, first=first, last=last, now=now)
    if as_json:
        print_json({"gaps": gaps})
    elif gaps:
        print_table(gaps)
    else:
        say("no feed fell far below its usual volume")
    return 0


def _request(options: dict[str, Any]) -> BackfillRequest:
    return BackfillRequest(
        source=Source(options["source"]),
        inputs=_inputs(options["inputs"]),
        feeds=options["only"],
        first=options["first"],
        last=options["last"],
        mode=Mode(options["mode"]),
        newest=options["newest_first"],
        now=options["now"],
    )


def _inputs(inputs: tuple[str, ...]) -> tuple[str, ...]:
    """Makes paths absolute: `resume` may be called from another directory."""
    return tuple(name if "://" in name else str(Path(name).resolve()) for name in inputs)


def _show_plan(plan: BackfillPlan) -> None:
    rows = [{**row, "day": row["day"] or "unknown"} for row in plan.days]
    print_table(rows, f"{plan.source}, mode {plan.mode}", limit=400)
    left = ", ".join(f"{reason} {n}" for reason, n in plan.left_out.items())
    say(
        f"{plan.urls} URLs: {plan.reachable} reachable, {plan.there} loaded already, {plan.requests} page "
        "requests"
        f"{f'; left out: {left}' if left else ''}"
    )
    say(f"{plan.inputs_read} inputs read, {plan.inputs_unread} skipped because they are of other days")
    _problems(plan.problems)
    _unknown(plan.unknown_keys)
    if plan.backfill_id:
        say(f"planned as {plan.backfill_id}: `ingest backfill run {plan.backfill_id}`")


def _show_summary(summary: backfills.BackfillSummary, as_json: bool) -> int:
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
        _unknown(summary.unknown_keys)
        if summary.state == "incomplete":
            say(
                "incomplete: the lines above say what could not be read or does not add up; try again later "
                f"with `ingest backfill resume {summary.backfill_id}`"
            )
        elif summary.state != "done":
            say(
                f"{summary.pending} pages wait for hosts that want no requests now; go on later with "
                f"`ingest backfill resume "
                f"{summary.backfill_id}`"
            )
        elif summary.pending:
            say(f"{summary.pending} pages failed for now; the next polls try them again")
    failed = tells_failure(summary.problems) or bool(summary.problems and not summary.urls)
    return 1 if failed or summary.state == "incomplete" else 0


def _unknown(keys: dict[str, int]) -> None:
    if sentence := Unknown(Counter(keys)).sentence():
        note(sentence)


def _problems(problems: list[Problem]) -> None:
    for problem in problems[:SHOWN]:
        note(f"{problem['url']}: {problem['reason']}: {json_value(problem['detail'])}")
    if len(problems) > SHOWN:
        note(f"... and {len(problems) - SHOWN} more (--json lists all)")
