"""Writes the names of agencies (core.agency) and of publishers (core.publisher)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ingest.load.rows import Row
from ingest.load.sql import Connection, merge, sql, stage


def write_agencies(con: Connection, rows: Sequence[Row]) -> None:
    """Makes core.agency equal to `rows`; writes nothing when it is already."""
    stored = con.execute("SELECT count(*), sum(hash(agency, aliases, country)) FROM core.agency").fetchall()
    stage(con, rows, "core.agency")
    wanted = con.execute("SELECT count(*), sum(hash(agency, aliases, country)) FROM staged").fetchall()
    con.unregister("staged")
    if stored != wanted:
        con.execute("DELETE FROM core.agency")
        merge(con, "merge_agency", rows, "core.agency")


def note_publishers(con: Connection, articles: Sequence[Row], now: datetime) -> None:
    """Adds the publishers of these articles that are new, each with the host of its article."""
    rows = {
        row["publisher"]: {"publisher": row["publisher"], "host": row["host"], "first_seen_at": now}
        for row in articles
        if row["publisher"]
    }
    if stage(con, list(rows.values()), "core.publisher"):
        con.execute(sql("load/note_publishers"))
        con.unregister("staged")
