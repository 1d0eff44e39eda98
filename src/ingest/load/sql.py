"""The .sql files of the warehouse package, each read once; and staging: rows handed to a statement as one
Arrow table named `staged`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

import duckdb
import pyarrow as pa

from ingest.text import utf8_safe_values

Connection = duckdb.DuckDBPyConnection
"""What `Warehouse.transaction()` hands out; other folders name the type from ingest.load.db."""


@cache
def sql(name: str) -> str:
    """The text of `warehouse/<name>.sql`."""
    return resources.files("warehouse").joinpath(*f"{name}.sql".split("/")).read_text(encoding="utf-8")


def filled(name: str, **parts: str) -> str:
    """`warehouse/<name>.sql` with each `{part}` replaced: for identifiers, which cannot be parameters. Only
    names that the program itself has may be put in."""
    text = sql(name)
    for part, value in parts.items():
        text = text.replace(f"{{{part}}}", value)
    return text


def literal(text: object) -> str:
    """A text (a path) as an SQL string, for statements that take no parameters (COPY, ATTACH, COMMENT)."""
    return "'" + str(text).replace("'", "''") + "'"


@cache
def names(folder: str) -> tuple[str, ...]:
    """The .sql files of a folder of the warehouse package, in order, without suffix."""
    files = resources.files("warehouse").joinpath(folder).iterdir()
    return tuple(sorted(f"{folder}/{f.name.removesuffix('.sql')}" for f in files if f.name.endswith(".sql")))


def stage(con: Connection, rows: Sequence[Mapping[str, Any]], like: str, columns: Sequence[str] = ()) -> bool:
    """Registers `rows` as the relation `staged`, with the column types of the table `like`. Returns False,
    and does nothing, when there are no rows.

    Inserts row by row cost an order of magnitude more than one Arrow table. Raises ValueError for a key that
    is not a column of `like`; a missing one is NULL.
    """
    if not rows:
        return False
    wanted = columns or list(rows[0])
    stage_columns(con, {name: [row.get(name) for row in rows] for name in wanted}, like)
    return True


def stage_columns(con: Connection, columns: Mapping[str, Any], like: str) -> None:
    """As stage(), for whole columns of equal length (lists or Arrow arrays): numbers that are in arrays
    already need not become rows first."""
    schema = _schema(con, like)
    unknown = [name for name in columns if name not in schema.names]
    if unknown:
        raise ValueError(f"{like} has no column {unknown[0]}")
    wanted = pa.schema([schema.field(name) for name in columns])
    try:
        table = pa.table(dict(columns), schema=wanted)
    except UnicodeEncodeError:  # half of a surrogate pair in a text: the other rows are loaded all the same
        table = pa.table({name: utf8_safe_values(values) for name, values in columns.items()}, schema=wanted)
    con.register("staged", table)


_SCHEMAS: dict[str, Any] = {}


def _schema(con: Connection, table: str) -> Any:
    if table not in _SCHEMAS:
        _SCHEMAS[table] = con.sql(f"SELECT * FROM {table} LIMIT 0").to_arrow_table().schema
    return _SCHEMAS[table]


def merge(con: Connection, statement: str, rows: Sequence[Mapping[str, Any]], like: str) -> None:
    """Stages `rows` and runs `warehouse/load/<statement>.sql` over them."""
    if stage(con, rows, like):
        con.execute(sql(f"load/{statement}"))
        con.unregister("staged")


def append(con: Connection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts rows as they are into an append-only table."""
    if stage(con, rows, table):
        con.execute(f"INSERT INTO {table} BY NAME SELECT * FROM staged")
        con.unregister("staged")


def records(con: Connection) -> list[dict[str, Any]]:
    """The rows of the last query as dicts."""
    described = con.description or []
    names = [column[0] for column in described]
    return [dict(zip(names, row, strict=True)) for row in con.fetchall()]
