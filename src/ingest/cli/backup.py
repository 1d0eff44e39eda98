"""`ingest backup` and `ingest restore`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from ingest.cli.common import data_options, json_option, print_json, read_settings, say
from ingest.cli.progress import bars
from ingest.upkeep.backup import Copied, backup, restore


@click.command("backup")
@click.argument("target", metavar="DIR", type=click.Path(path_type=Path))
@data_options
@json_option
def backup_command(target: Path, data: Path | None, config: Path | None, as_json: bool) -> int:
    """Copy the data directory to DIR (new or empty) while it is in use; writers wait for as long as the
    warehouse is copied."""
    settings = read_settings(config, data=data)
    with bars(enabled=not as_json) as told:
        _tell(backup(settings, target, told), as_json, "backed up to")
    return 0


@click.command("restore")
@click.argument("source", metavar="DIR", type=click.Path(path_type=Path))
@data_options
@json_option
def restore_command(source: Path, data: Path | None, config: Path | None, as_json: bool) -> int:
    """Make the data directory (new or empty) of a backup."""
    settings = read_settings(config, data=data)
    with bars(enabled=not as_json) as told:
        _tell(restore(settings, source, told), as_json, "restored to")
    return 0


def _tell(copied: Copied, as_json: bool, what: str) -> None:
    if as_json:
        print_json(asdict(copied))
    else:
        say(f"{what} {copied.path}: {copied.files} files, {copied.bytes / 1e6:.1f} MB")
