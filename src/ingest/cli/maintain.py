"""`ingest maintain`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from ingest.cli.common import data_options, feeds_option, json_option, print_json, say, settings_of
from ingest.upkeep.maintain import maintain


@click.command("maintain")
@click.option(
    "--rewrite",
    is_flag=True,
    help="Write the warehouse file anew in any case: deletes leave free blocks in it.",
)
@feeds_option
@data_options
@json_option
def maintain_command(
    rewrite: bool, feeds: Path | None, data: Path | None, config: Path | None, as_json: bool
) -> int:
    """Publish what is dirty, finish takedowns and erase what they left, sweep, run all checks; exit 1 if one
    finds something."""
    settings, listed = settings_of(config, data, feeds)
    done = maintain(settings, listed, rewrite=rewrite)
    if as_json:
        print_json(asdict(done))
    else:
        erased = (
            f"; the warehouse was rewritten, {done.bytes_saved / 1e6:.1f} MB smaller"
            if done.rewritten
            else ""
        )
        say(
            f"{done.published} files written, {done.swept} removed, {done.takedowns_finished} takedowns "
            f"finished{erased}"
        )
        for name, rows in done.broken.items():
            say(f"FAIL {name}: {rows[:3]}")
    return 1 if done.broken else 0
