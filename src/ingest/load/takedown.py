"""Takedown in the warehouse: a tombstone is kept, every text is deleted; and a new file without the bytes
that deletes leave behind."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from ingest.errors import WarehouseError
from ingest.load.articles import mark_dirty
from ingest.load.db import Warehouse
from ingest.load.sql import Connection, filled, literal, records, sql

TEXT_DATASETS = ("articles", "revisions")
"""Published datasets with texts."""


@dataclass(frozen=True, slots=True)
class ClearedArticle:
    """What a takedown removed: all keys that resolved to it, the article if there was one, its texts (to be
    looked for elsewhere) and other articles that are copies of it. `articles` has the url_key and article_id
    of each article; of a link that several entries of a feed share there may be many."""

    keys: tuple[str, ...]
    articles: dict[str, str]
    article_id: str | None
    url_key: str | None
    first_seen_at: datetime | None
    texts: tuple[str, ...]
    copies: list[dict[str, Any]]


def entry_links(con: Connection) -> list[tuple[str, str]]:
    """The links of feed entries that are articles of their own, each with such an article's key."""
    return [(link, key) for link, key in con.execute(sql("takedown/entry_links")).fetchall()]


def is_known(con: Connection, requested: str, key: str) -> bool:
    """True where an article, or anything that a feed or page named, has this URL, url_key or article_id."""
    row = con.execute(sql("takedown/is_known"), {"requested": requested, "key": key}).fetchone()
    return row is not None


def clear_article(
    con: Connection, requested: str, key: str, entries: Sequence[str], reason: str, now: datetime
) -> ClearedArticle:
    """Writes the tombstones and clears the texts; the caller dissolves the copy groups and settles the
    outcomes. `entries` are the keys of entries that share the requested link."""
    con.execute(sql("takedown/keys"), {"requested": requested, "key": key, "entries": list(entries)})
    keys = tuple(sorted(key for (key,) in con.execute("SELECT DISTINCT key FROM takedown_key").fetchall()))
    con.execute(sql("takedown/articles"))
    rows = records(con)
    pairs = con.execute(sql("takedown/texts")).fetchall()
    con.execute(sql("takedown/copies"))
    copies = records(con)
    _clear(con, reason, now, [row["published_day"] for row in rows])
    texts = tuple({text for pair in pairs for text in pair if text})
    if not rows:
        return ClearedArticle(
            keys=keys,
            articles={},
            article_id=None,
            url_key=None,
            first_seen_at=None,
            texts=texts,
            copies=copies,
        )
    return ClearedArticle(
        keys=keys,
        articles={row["url_key"]: str(row["article_id"]) for row in rows},
        article_id=str(rows[0]["article_id"]),
        url_key=rows[0]["url_key"],
        first_seen_at=min(row["first_seen_at"] for row in rows),
        texts=texts,
        copies=copies,
    )


def _clear(con: Connection, reason: str, now: datetime, days: Sequence[date]) -> None:
    con.execute(sql("takedown/tombstone"), {"reason": reason, "now": now})
    marked = con.execute(sql("takedown/revision_days")).fetchall()
    mark_dirty(con, [*(("articles", day) for day in days), *(("revisions", day) for (day,) in marked)])
    for statement in ("takedown/clear_article", "takedown/clear_revisions", "takedown/clear_entries"):
        con.execute(sql(statement))
    con.execute(sql("takedown/leftovers"))


def add_tombstones(con: Connection, barred: Mapping[str, str], now: datetime, *, clean: bool) -> list[str]:
    """Adds tombstones for addresses at which something taken down came again (key -> the key that has its
    tombstone), so that maintenance searches the archive for what was fetched there.

    `clean`: nothing from these addresses was kept in the warehouse. Returns the keys whose earlier takedown
    was finished: the archive has only the records fetched now, so that the caller can `finish` these keys as
    soon as those records are overwritten.
    """
    con.execute(sql("takedown/addresses"), {"keys": list(barred), "barred": list(barred.values())})
    done = con.execute(
        "SELECT url_key FROM core.takedown WHERE scrubbed AND url_key IN (SELECT key FROM takedown_key)"
    ).fetchall()
    con.execute(sql("takedown/more"), {"now": now, "clean": clean})
    con.execute(sql("takedown/clear_entries"))
    return [key for (key,) in done]


def look_again(con: Connection) -> None:
    """Makes the next maintenance search the archive for everything taken down: a killed process left records
    that were not searched."""
    con.execute("UPDATE core.takedown SET scrubbed = false WHERE scrubbed")


def unfinished(con: Connection, column: str) -> list[str]:
    """Keys whose takedown is not finished in `column`: `scrubbed` (archive, published files) or `erased` (the
    warehouse file)."""
    rows = con.execute(filled("takedown/unfinished", column=column)).fetchall()
    return [key for (key,) in rows]


def finish(con: Connection, column: str, keys: Sequence[str]) -> None:
    con.execute(filled("takedown/finish", column=column), {"keys": list(keys)})


def unpublish(warehouse: Warehouse, ids: Sequence[str]) -> int:
    """Removes published files that still have these articles' texts though no view reads them: replaced files
    are kept for a day otherwise, and a killed publish leaves some. Returns their number."""
    folder = warehouse.data / "published"
    with warehouse.transaction() as con:
        current = {
            path
            for (path,) in con.execute(
                "SELECT path FROM core.published_file WHERE replaced_at IS NULL"
            ).fetchall()
        }
        old = [
            path
            for dataset in TEXT_DATASETS
            for path in sorted((folder / dataset).rglob("*.parquet"))
            if str(path.relative_to(folder)) not in current and not path.name.startswith("typed_")
        ]
        held = [path for path in old if _holds(con, path, ids)]
        names = [str(path.relative_to(folder)) for path in held]
        con.execute("DELETE FROM core.published_file WHERE path IN (SELECT unnest(?::VARCHAR[]))", [names])
    for path in held:
        path.unlink(missing_ok=True)
    return len(held)


def _holds(con: Connection, path: Path, ids: Sequence[str]) -> bool:
    """Whether a file has rows of these articles. True also where it cannot be read: then it is a torn
    leftover that nobody needs."""
    try:
        query = "SELECT 1 FROM read_parquet(?) WHERE article_id IN (SELECT unnest(?::UUID[])) LIMIT 1"
        return con.execute(query, [str(path), list(ids)]).fetchone() is not None
    except (duckdb.InvalidInputException, duckdb.IOException):
        return True


def rewrite_file(warehouse: Warehouse) -> int:
    """Writes the warehouse to a new file, without the free blocks that still have the bytes of deleted rows,
    and renames it into place. Returns the number of bytes saved.

    The write lock is held meanwhile; readers never open this file. A process killed here leaves the old file.
    """
    size = warehouse.path.stat().st_size
    with warehouse.exclusive() as open_file:
        fresh = warehouse.path.with_name("ingest.duckdb.new")
        for leftover in (fresh, fresh.with_name(fresh.name + ".wal")):
            leftover.unlink(missing_ok=True)
        shutil.rmtree(
            warehouse.path.with_name(warehouse.path.name + ".tmp"), ignore_errors=True
        )  # what a killed query spilled
        with open_file() as con:
            con.execute(
                "CHECKPOINT"
            )  # nothing may be left in a log beside the old file: that goes before the file does
            con.execute(f"ATTACH {literal(fresh)} AS fresh")
            con.execute("COPY FROM DATABASE ingest TO fresh")
            _prove(con)
            con.execute("CHECKPOINT fresh")
            con.execute("DETACH fresh")
        with contextlib.closing(duckdb.connect(str(fresh))) as con:
            con.execute("CHECKPOINT")
        _swap(fresh, warehouse.path)
    return size - warehouse.path.stat().st_size


def _prove(con: Connection) -> None:
    """Raises WarehouseError unless the copy has every table with the same number of rows."""
    tables = con.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'ingest'"
    ).fetchall()
    for schema, table in tables:
        counted = [
            con.execute(f"SELECT count(*) FROM {name}.{schema}.{table}").fetchone()
            for name in ("ingest", "fresh")
        ]
        if counted[0] != counted[1]:
            raise WarehouseError(
                f"{schema}.{table}: the rewritten warehouse has {counted[1]} rows for {counted[0]}; the old "
                "one stays"
            )


def _swap(fresh: Path, target: Path) -> None:
    handle = os.open(fresh, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    target.with_name(target.name + ".wal").unlink(missing_ok=True)
    os.replace(fresh, target)
    folder = os.open(target.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
