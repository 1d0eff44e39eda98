"""`ingest takedown`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from ingest.cli.common import (
    data_options,
    feeds_option,
    json_option,
    print_json,
    print_table,
    say,
    settings_of,
)
from ingest.cli.progress import bars
from ingest.upkeep.takedown import take_down


@click.command("takedown")
@click.argument("asked", metavar="URL|ID")
@click.option(
    "--reason", required=True, help="Why; kept with the tombstone and told whenever the URL is met again."
)
@feeds_option
@data_options
@json_option
def takedown_command(
    asked: str, reason: str, feeds: Path | None, data: Path | None, config: Path | None, as_json: bool
) -> int:
    """Remove an article and its text from warehouse, published files and archive; it is never loaded again.

    Lists copies of the text at other addresses, and backups that may hold it.
    """
    settings, listed = settings_of(config, data, feeds)
    with bars(enabled=not as_json) as told:
        removal = take_down(settings, listed, asked, reason, told=told)
    if as_json:
        print_json(asdict(removal))
        return 0
    if not removal.found:
        say(f"no article is known by {asked}; {removal.url_key} is barred from now on")
    counts = (
        f"{removal.records_overwritten} archive records overwritten, {removal.files_removed} published "
        "files removed"
    )
    say(f"{removal.url_key}: {counts}")
    if removal.copies:
        print_table(removal.copies, "copies of it, for you to decide (each: ingest takedown URL --reason R)")
    for url in removal.quoted:
        say(f"quoted by {url} in the archive (ingest takedown URL --reason R removes that record too)")
    if removal.backups:
        print_table(removal.backups, "backups made since it was loaded; they may hold it")
    say("`ingest maintain` erases what is left of it in free blocks of the warehouse file")
    return 0
