"""`ingest demo`: the whole path, offline, on the sample wire."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import click

from ingest.cli.common import log_option, note, print_table, read_settings, say
from ingest.cli.progress import bars
from ingest.demo.server import WireServer
from ingest.demo.wire import POLL_GAP, Wire, config_toml
from ingest.errors import ConfigError
from ingest.load.read import query
from ingest.pipeline import PollSummary, run_poll
from ingest.settings import Settings, load_feeds
from ingest.stages.edges import PollRequest

MARK = "demo.toml"
"""The file by which a folder that a demo made is known: only such a folder is emptied."""

SHOWN = (
    (
        "loaded",
        "SELECT feed_id, count(*) AS articles, count(DISTINCT agency) AS agencies, sum(word_count)::BIGINT "
        "AS words "
        "FROM mart.articles GROUP BY feed_id ORDER BY feed_id",
    ),
    (
        "copies, linked and kept",
        "SELECT headline, c.publisher, kind, round(containment, 2) AS containment, lag "
        "FROM mart.copies c JOIN mart.articles_all a USING (article_id) "
        "ORDER BY c.copy_group, c.is_canonical DESC, c.published_at",
    ),
    (
        "revisions",
        "SELECT kind, headline_before, headline_after, words_added, words_removed FROM mart.edits ORDER BY "
        "seen_at, url",
    ),
    (
        "loaded, but not live now",
        "SELECT status, headline, embargo_until FROM mart.articles_all WHERE status <> 'live' ORDER BY "
        "status, headline",
    ),
    (
        "not loaded, and why",
        "SELECT outcome, reason, detail, url FROM ops.outcomes "
        "WHERE outcome NOT IN ('loaded', 'revised', 'unchanged') ORDER BY outcome, url",
    ),
)
TRY = (
    "SELECT headline, agency, publisher, published_at, copies FROM mart.articles WHERE is_canonical ORDER "
    "BY copies DESC LIMIT 5"
)


@click.command("demo")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    default=Path("demo-data"),
    show_default=True,
    help="Data directory to make; one that a demo made before is emptied.",
)
@click.option(
    "--keep-serving",
    is_flag=True,
    help="Keep serving the sample wire until Ctrl-C; its feeds.toml is in the data directory.",
)
@log_option
def demo_command(data: Path, keep_serving: bool) -> int:
    """Poll the shipped sample wire twice, offline, and show what was loaded, copied, revised and not loaded.

    Each call starts with an empty data directory.
    """
    _make_empty(data)
    # the second poll of the wire is now: no article looks late, and embargoes still hold
    wire = Wire(base=datetime.now(UTC) - POLL_GAP)
    with WireServer(wire) as server:
        settings = _configure(data, server.port)
        first = _poll(settings, wire.base, "first poll, an hour ago by the wire's clock")
        wire.edition = 2
        second = _poll(settings, wire.second, "second poll, now")
        _show_tables(settings.data)
        _show_counts(first, second, len(server.hits))
        _show_next(data)
        if keep_serving:
            note(f"the sample wire is served on port {server.port}; Ctrl-C ends it")
            server.wait()
    return 0


def _make_empty(data: Path) -> None:
    if data.is_dir() and any(data.iterdir()):
        if not (data / MARK).exists():
            raise ConfigError(f"{data}: not empty and not made by a demo; choose another --data folder")
        shutil.rmtree(data)
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"{data}: cannot be made ({error.strerror}); choose another --data folder"
        ) from None


def _configure(data: Path, port: int) -> Settings:
    feeds, settings = config_toml(port)
    (data / "feeds.toml").write_text(feeds, encoding="utf-8")
    (data / MARK).write_text(settings, encoding="utf-8")
    return read_settings(data / MARK, data=data, feeds=data / "feeds.toml")


def _poll(settings: Settings, now: datetime, title: str) -> PollSummary:
    note(f"-- {title}")
    with bars() as progress:
        return run_poll(settings, load_feeds(settings.feeds), PollRequest(everything=True, now=now), progress)


def _show_tables(data: Path) -> None:
    for title, text in SHOWN:
        print_table(query(data, text), title)


def _show_counts(first: PollSummary, second: PollSummary, requests: int) -> None:
    say(
        f"first poll: {first.entries} entries, {first.loaded} articles loaded, {first.copies} of them "
        f"copies, {first.lost} pages lost (skipped or given up), {first.pending} pending (a later poll "
        "tries them again)"
    )
    say(
        f"second poll: {second.not_modified} feeds unchanged, {second.new} new and {second.changed} changed "
        f"entries, {second.loaded} articles loaded, {second.revised} revised, {second.lost} pages lost, "
        f"{second.pending} pending; "
        f"{requests} requests in all"
    )


def _show_next(data: Path) -> None:
    say(f'\nnow query it yourself:\n  ingest sql --data {data} "{TRY}"')
