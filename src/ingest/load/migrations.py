"""Migrations: numbered SQL that brings a warehouse to the present layout.

Each migration that a file has run is noted in core.meta with the SHA-256 of its text (`migration_0001`, ...),
so that a file is recognised that another text of the same number has made. Files of the time before that was
noted are compared with what the migrations make.
"""

from __future__ import annotations

import contextlib
import hashlib
from pathlib import Path

import duckdb

import ingest
from ingest.errors import WarehouseError
from ingest.load.sql import Connection, names, sql


def migrate(con: Connection, path: Path) -> bool:
    """Runs the migrations that the warehouse has not run yet; returns True where there was one. Raises
    WarehouseError where its layout is newer than this program's, or was made by other migrations."""
    known = {int(name.rpartition("/")[2][:4]): name for name in names("migrations")}
    have = _layout(con)
    if have > max(known):
        raise WarehouseError(
            f"{path}: layout {have} is newer than this program's {max(known)}; upgrade wire-ingest "
            f"(this is {ingest.__version__})"
        )
    _check_ancestry(con, path, {number: name for number, name in known.items() if number <= have})
    todo = [number for number in sorted(known) if number > have]
    for number in todo:
        con.execute("BEGIN")
        con.execute(sql(known[number]))
        con.execute(
            "INSERT OR REPLACE INTO core.meta VALUES ('layout', ?), ('written_by', ?), (?, ?)",
            [str(number), ingest.__version__, *_mark(number, known[number])],
        )
        con.execute("COMMIT")
    return bool(todo)


def _layout(con: Connection) -> int:
    there = con.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE schema_name = 'core' AND table_name = 'meta'"
    ).fetchone()
    if not there or not there[0]:
        return 0
    row = con.execute("SELECT value FROM core.meta WHERE key = 'layout'").fetchone()
    return int(row[0]) if row else 0


def _mark(number: int, name: str) -> tuple[str, str]:
    """The row of core.meta that says that this migration ran."""
    return f"migration_{number:04}", hashlib.sha256(sql(name).encode()).hexdigest()


def _check_ancestry(con: Connection, path: Path, ran: dict[int, str]) -> None:
    """Raises WarehouseError where the file ran other migrations of these numbers than this program has."""
    if not ran:
        return
    meta = dict(con.execute("SELECT key, value FROM core.meta").fetchall())
    marks = dict(_mark(number, name) for number, name in ran.items())
    for key, mark in marks.items():
        if meta.get(key, mark) != mark:
            raise _foreign(path, meta.get("written_by"), f"its {key.replace('_', ' ')} differs")
    if marks.keys() <= meta.keys():
        return
    if difference := _difference(con, list(ran.values())):
        raise _foreign(path, meta.get("written_by"), difference)
    con.executemany("INSERT OR REPLACE INTO core.meta VALUES (?, ?)", list(marks.items()))


def _foreign(path: Path, written_by: str | None, difference: str) -> WarehouseError:
    return WarehouseError(
        f"{path}: made by a development version ({written_by or 'unknown'}) whose layout never became final: "
        f"{difference}. Load its archived pages into a new data directory: `ingest backfill run --source "
        f"archive --input {path.parent / 'archive'} --data NEW`"
    )


def _difference(con: Connection, migrations: list[str]) -> str | None:
    """The first thing in which the file differs from what these migrations make; None where nothing does that
    a statement could stumble over (further tables, and further columns that may be NULL, are harmless)."""
    with contextlib.closing(duckdb.connect(":memory:")) as fresh:
        for name in migrations:
            fresh.execute(sql(name))
        wanted, there = _shape(fresh), _shape(con)
    for part, value in wanted.items():
        if there.get(part) != value:
            return f"{part} is {there.get(part) or 'missing'}, not {value}"
    tables = {part.rpartition(".")[0] for part in wanted}
    for part, value in there.items():
        if part not in wanted and part.rpartition(".")[0] in tables and "NOT NULL" in value:
            return f"{part} is unknown"
    return None


def _shape(con: Connection) -> dict[str, str]:
    """Every column of raw and core (`core.article.url_key`) with its type, primary keys, and macros."""
    columns = con.execute(
        "SELECT schema_name || '.' || table_name || '.' || column_name, "
        "data_type || CASE WHEN is_nullable THEN '' ELSE ' NOT NULL' END "
        "FROM duckdb_columns() WHERE schema_name IN ('raw', 'core') AND database_name = current_database() "
        "ORDER BY ALL"
    ).fetchall()
    keys = con.execute(
        "SELECT schema_name || '.' || table_name || ' ' || constraint_type, constraint_column_names::VARCHAR "
        "FROM duckdb_constraints() WHERE constraint_type IN ('PRIMARY KEY', 'UNIQUE') "
        "AND database_name = current_database() ORDER BY ALL"
    ).fetchall()
    macros = con.execute(
        "SELECT schema_name || '.' || function_name || '()', 'a macro' FROM duckdb_functions() "
        "WHERE schema_name = 'core' AND database_name = current_database() ORDER BY ALL"
    ).fetchall()
    return dict([*columns, *keys, *macros])
