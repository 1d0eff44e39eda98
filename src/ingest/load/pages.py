"""Fetched pages: rows with their place in the archive, and up to which byte of each archive segment every
record has such a row."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from ingest.load.rows import page_row
from ingest.load.sql import Connection, append, merge, sql, stage
from ingest.model import ArchivePlace, Page, Work


def commit_pages(
    con: Connection, run_id: str, archived: Iterable[tuple[Work, Page]], done: Collection[str]
) -> None:
    """Adds rows for archived pages. Work that is not in `done` notes the place of its page, so that a rerun
    reads the archive instead of the network."""
    pairs = list(archived)
    append(con, "raw.page", [page_row(page, work.url_key, run_id) for work, page in pairs])
    note_places(
        con, [(work.url_key, page.place) for work, page in pairs if work.url_key not in done and page.place]
    )
    advance(con, [page.place for _, page in pairs if page.place])


def adopt_pages(con: Connection, run_id: str, archived: Sequence[tuple[str, Page]]) -> None:
    """Adds rows for pages (by the url_key that was requested) that a killed run archived without committing
    them; pending work for one of these keys notes where its page is."""
    append(con, "raw.page", [page_row(page, key, run_id) for key, page in archived])
    note_places(con, [(key, page.place) for key, page in archived if page.place])
    advance(con, [page.place for _, page in archived if page.place])


def note_places(con: Connection, places: Sequence[tuple[str, ArchivePlace]]) -> None:
    rows = [
        {"url_key": key, "page_file": p.file, "page_offset": p.offset, "page_length": p.length}
        for key, p in places
    ]
    if stage(con, rows, "core.pending"):
        con.execute(sql("load/note_places"))
        con.unregister("staged")


def advance(con: Connection, places: Iterable[ArchivePlace]) -> None:
    """Notes that every record of a segment up to the end of these places has a row."""
    ends: dict[str, int] = {}
    for place in places:
        ends[place.file] = max(ends.get(place.file, 0), place.offset + place.length)
    merge(
        con,
        "merge_segment",
        [{"file": file, "committed": end} for file, end in sorted(ends.items())],
        "core.segment",
    )


def committed(con: Connection) -> dict[str, int]:
    """Returns for each archive segment the byte up to which every record has a row."""
    return dict(con.execute("SELECT file, committed FROM core.segment").fetchall())
