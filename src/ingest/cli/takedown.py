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
@click.argument("article", metavar="URL|ID")
@click.option(
    "--reason",
    required=True,
    help="Why; stored with the takedown, and shown when a feed lists the URL again.",
)
@feeds_option
@data_options
@json_option
def takedown_command(
    article: str, reason: str, feeds: Path | None, data: Path | None, config: Path | None, as_json: bool
) -> int:
    """Remove an article (URL, url_key or article_id) and its text from warehouse, published files and
    archive.

    It is never loaded again. Of a link that several entries of a full_text feed share, all their articles are
    removed; name one alone by its article_id. Lists copies of the text at other addresses, and backups that
    may hold it.
    """
    settings, listed = settings_of(config, data, feeds)
    with bars(enabled=not as_json) as progress:
        removal = take_down(settings, listed, article, reason, progress=progress)
    if as_json:
        print_json(asdict(removal))
        return 0
    if not removal.found:
        say(f"no article is stored under {article}; {removal.url_key} will never be loaded")
    if len(removal.articles) > 1:
        say(f"{len(removal.articles)} articles share this link; all of them were removed:")
        for id in removal.articles:
            say(f"  {id}")
    counts = (
        f"{removal.records_overwritten} archive records overwritten, {removal.files_removed} published "
        "files removed"
    )
    say(f"{removal.url_key}: {counts}")
    if removal.copies:
        print_table(
            removal.copies,
            "copies of it, which stay unless you take them down too (ingest takedown URL --reason R)",
        )
    for url in removal.quoted:
        say(f"the archived page {url} quotes it and stays (ingest takedown URL --reason R removes it too)")
    if removal.backups:
        print_table(removal.backups, "backups made since it was loaded, which may hold it")
    say("run `ingest maintain` to erase what deleted rows left of it in the warehouse file")
    return 0
