"""`ingest init`, `publish` and `check`: make a data directory, publish it, check it."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

import click

from ingest.cli.common import data_options, json_option, print_json, read_settings, say
from ingest.load.checks import meaning, run_checks
from ingest.load.db import Warehouse
from ingest.load.publish import publish


@click.command("init")
@data_options
@click.option("--starter", is_flag=True, help="Also write a feeds.toml to start from, if there is none.")
@json_option
def init_command(data: Path | None, config: Path | None, starter: bool, as_json: bool) -> int:
    """Make the data directory: an empty warehouse, and news.duckdb with empty marts for readers.

    An existing data directory is migrated to the layout of this version.
    """
    settings = read_settings(config, data=data)
    warehouse = Warehouse(settings)
    warehouse.prepare()
    publish(warehouse)
    if starter and not settings.feeds.exists():
        with resources.as_file(_starter()) as source:
            shutil.copyfile(source, settings.feeds)
        say(f"wrote {settings.feeds}")
    if as_json:
        print_json({"data": str(warehouse.data)})
    else:
        say(f"{warehouse.data}: ready; readers open {warehouse.data / 'news.duckdb'}")
    return 0


def _starter() -> resources.abc.Traversable:
    """The shipped feeds.toml: inside the package in the wheel, at the top of a checkout."""
    shipped = resources.files("ingest").joinpath("feeds.toml")
    return shipped if shipped.is_file() else Path(__file__).parents[3] / "feeds.toml"


def _existing(data: Path | None, config: Path | None) -> Warehouse:
    """The warehouse that the settings name. Raises NoWarehouseError when there is none."""
    warehouse = Warehouse(read_settings(config, data=data))
    warehouse.must_exist()
    return warehouse


@click.command("publish")
@data_options
@click.option("--all", "everything", is_flag=True, help="Write every day, not only those that changed.")
@json_option
def publish_command(data: Path | None, config: Path | None, everything: bool, as_json: bool) -> int:
    """Publish what changed since the last publish, and write the views with the absolute paths of the files.

    Needed after the data directory was moved.
    """
    warehouse = _existing(data, config)
    changed = warehouse.prepare()
    written = publish(warehouse, everything=everything or changed)
    if as_json:
        print_json({"published": written})
    else:
        say(f"{written} files written; readers open {warehouse.data / 'news.duckdb'}")
    return 0


@click.command("check")
@data_options
@json_option
def check_command(data: Path | None, config: Path | None, as_json: bool) -> int:
    """Run every check of warehouse/checks and show the first rows that break a rule.

    Exit code 1 if a check finds rows.
    """
    warehouse = _existing(data, config)
    warehouse.prepare()
    broken = run_checks(warehouse)
    if as_json:
        print_json(broken)
    for name, rows in broken.items():
        if not as_json:
            say(f"{'FAIL' if rows else 'ok  '} {name}: {meaning(name)}")
            for row in rows[:5]:
                say(f"       {row}")
    return 1 if any(broken.values()) else 0
