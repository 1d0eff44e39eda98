"""`ingest sql` and `ingest export`: read the published marts."""

from __future__ import annotations

import csv
import shutil
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from ingest.cli.common import data_options, json_value, note, print_json, print_table, read_settings
from ingest.errors import ConfigError
from ingest.load.read import copy_to, query

FORMATS = ("table", "csv", "json", "parquet")


@click.command("sql")
@click.argument("statement")
@data_options
@click.option("--format", "form", type=click.Choice(FORMATS), default="table", show_default=True)
def sql_command(statement: str, data: Path | None, config: Path | None, form: str) -> int:
    """Run an SQL query over the published marts (schemas mart and ops; docs/data.md describes them)."""
    folder = read_settings(config, data=data).data
    if form == "parquet":
        if sys.stdout.isatty():
            raise ConfigError(
                "--format parquet: stdout is a terminal; send it to a file: ingest sql ... --format parquet "
                "> out.parquet"
            )
        _stream(folder, statement, form)
        return 0
    rows = query(folder, statement)
    if form == "csv" and not rows:
        _stream(folder, statement, form)  # the header alone: readers of CSV expect one
        return 0
    if form == "table":
        print_table(rows)
    elif form == "json":
        print_json([{name: _value(value) for name, value in row.items()} for row in rows])
    else:
        _print_csv(rows)
    return 0


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return [_value(part) for part in value]
    return value if isinstance(value, int | float | bool | dict) or value is None else json_value(value)


def _print_csv(rows: list[dict[str, Any]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(rows[0])
    writer.writerows([["" if value is None else _value(value) for value in row.values()] for row in rows])


def _stream(folder: Path, statement: str, form: str) -> None:
    with tempfile.TemporaryDirectory(prefix="wire-ingest-") as scratch:
        target = Path(scratch) / f"out.{form}"
        copy_to(folder, statement, target, form)
        with target.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)


@click.command("export")
@click.argument("target", type=click.Path(path_type=Path))
@data_options
@click.option("--from", "first", metavar="DAY", help="First day of publication, such as 2026-03-10.")
@click.option("--to", "last", metavar="DAY", help="Last day of publication, inclusive.")
def export_command(
    target: Path, data: Path | None, config: Path | None, first: str | None, last: str | None
) -> int:
    """Write the articles of some days, or all of them, to TARGET (.parquet, .csv or .json)."""
    form = target.suffix.lstrip(".")
    if form not in FORMATS[1:]:
        raise ConfigError(f"{target}: cannot tell the format; end the name in .parquet, .csv or .json")
    bounds = [
        f"published_day {sign} DATE '{_day(name, text)}'"
        for sign, name, text in ((">=", "--from", first), ("<=", "--to", last))
        if text
    ]
    where = f" WHERE {' AND '.join(bounds)}" if bounds else ""
    copy_to(
        read_settings(config, data=data).data,
        f"SELECT * FROM mart.articles{where} ORDER BY published_day, article_id",
        target,
        form,
    )
    note(f"{target}: written")
    return 0


def _day(option: str, text: str) -> str:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date().isoformat()  # noqa: DTZ007 (a day has no zone)
    except ValueError:
        raise ConfigError(f"{option}: {text!r} is not a date; write it as 2026-03-10") from None
