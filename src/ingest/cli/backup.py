"""`ingest backup` and `ingest restore`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from ingest.cli.common import data_options, json_option, print_json, read_settings, say
from ingest.cli.progress import bars
from ingest.upkeep.backup import CopiedFolder, backup, restore


@click.command("backup")
@click.argument("target", metavar="DIR", type=click.Path(path_type=Path))
@data_options
@json_option
def backup_command(target: Path, data: Path | None, config: Path | None, as_json: bool) -> int:
    """Copy the data directory to DIR, which must be new or empty. It may be in use: runs that want to
    write wait while the warehouse file is copied."""
    settings = read_settings(config, data=data)
    with bars(enabled=not as_json) as progress:
        _show(backup(settings, target, progress), as_json, "backed up to")
    return 0


@click.command("restore")
@click.argument("source", metavar="DIR", type=click.Path(path_type=Path))
@data_options
@json_option
def restore_command(source: Path, data: Path | None, config: Path | None, as_json: bool) -> int:
    """Make a data directory, which must be new or empty, from the backup in DIR."""
    settings = read_settings(config, data=data)
    with bars(enabled=not as_json) as progress:
        _show(restore(settings, source, progress), as_json, "restored to")
    return 0


def _show(copied: CopiedFolder, as_json: bool, what: str) -> None:
    if as_json:
        print_json(asdict(copied))
    else:
        say(f"{what} {copied.path}: {copied.files} files, {copied.bytes / 1e6:.1f} MB")
