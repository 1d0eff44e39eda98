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
    help="Rewrite the warehouse file even if no takedown requires it: frees the space of deleted rows.",
)
@feeds_option
@data_options
@json_option
def maintain_command(
    rewrite: bool, feeds: Path | None, data: Path | None, config: Path | None, as_json: bool
) -> int:
    """Publish what is not published yet, finish takedowns and erase what they left in files, remove published
    files that no view needs any more, and run all checks.

    Exit code 1 if a check finds rows.
    """
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
            f"{done.published} files published, {done.swept} old files removed, "
            f"{done.takedowns_finished} takedowns finished{erased}"
        )
        for name, rows in done.broken.items():
            say(f"FAIL {name}: {rows[:3]}")
    return 1 if done.broken else 0
