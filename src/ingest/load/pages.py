"""Fetched pages: the rows that point into the archive, and the lines that repeat across a host's pages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import duckdb

from ingest.load.rows import Row, page_row
from ingest.load.sql import append, merge, sql, stage, stage_columns
from ingest.model import ArchivePlace, Page, Work

LEARN_AFTER = 5
"""Pages of a host that must carry a block before it is taken out (at two pages a host nothing is gained)."""


def commit_pages(
    con: duckdb.DuckDBPyConnection, run_id: str, archived: Iterable[tuple[Work, Page]], done: Collection[str]
) -> None:
    """Note archived pages; work not yet `done` keeps its place, so that a rerun reads the archive instead of the network."""
    pairs = list(archived)
    append(con, "raw.page", [page_row(page, work.url_key, run_id) for work, page in pairs])
    note_places(
        con, [(work.url_key, page.place) for work, page in pairs if work.url_key not in done and page.place]
    )
    advance(con, [page.place for _, page in pairs if page.place])


def note_places(con: duckdb.DuckDBPyConnection, places: Sequence[tuple[str, ArchivePlace]]) -> None:
    rows = [
        {"url_key": key, "page_file": p.file, "page_offset": p.offset, "page_length": p.length}
        for key, p in places
    ]
    if stage(con, rows, "core.pending"):
        con.execute(sql("load/note_places"))
        con.unregister("staged")


def advance(con: duckdb.DuckDBPyConnection, places: Iterable[ArchivePlace]) -> None:
    """Rows now point to everything up to the end of these records."""
    ends: dict[str, int] = {}
    for place in places:
        ends[place.file] = max(ends.get(place.file, 0), place.offset + place.length)
    merge(
        con,
        "merge_segment",
        [{"file": file, "committed": end} for file, end in sorted(ends.items())],
        "core.segment",
    )


def committed(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How far each archive segment is pointed to, in bytes."""
    return dict(con.execute("SELECT file, committed FROM core.segment").fetchall())


def see_lines(
    con: duckdb.DuckDBPyConnection, pages: Iterable[tuple[Row, tuple[int, ...]]], now: datetime
) -> None:
    """Remember which blocks stood on which page."""
    seen = [
        (article["host"], line, article["article_id"])
        for article, lines in pages
        if article["host"]
        for line in dict.fromkeys(lines)
    ]
    if seen:
        hosts, hashes, ids = zip(*seen, strict=True)
        stage_columns(
            con,
            {"host": hosts, "line_hash": hashes, "article_id": ids, "day": [now.date()] * len(seen)},
            "core.boilerplate_seen",
        )
        con.execute(sql("load/see_lines"))
        con.unregister("staged")


def learn_lines(con: duckdb.DuckDBPyConnection, now: datetime) -> None:
    """Blocks seen on LEARN_AFTER pages of their host are boilerplate from the next run on.

    Done at the end of a run that ended by itself, never between its batches: what a text is must not depend on where a run was
    cut off.
    """
    con.execute(sql("load/learn_lines"), {"pages": LEARN_AFTER, "now": now})


def host_lines(
    con: duckdb.DuckDBPyConnection, hosts: Collection[str] | None = None
) -> dict[str, frozenset[int]]:
    """The active boilerplate of these hosts (of all, when none are named), as line hashes."""
    found: dict[str, set[int]] = {}
    query = "SELECT host, line_hash FROM core.boilerplate_line WHERE active AND (? OR host IN (SELECT unnest(?::VARCHAR[])))"
    for host, line in con.execute(query, [hosts is None, sorted(hosts or [])]).fetchall():
        found.setdefault(host, set()).add(line)
    return {host: frozenset(lines) for host, lines in found.items()}
