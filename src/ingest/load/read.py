"""Reading what is published: through a private copy of the small views file, so that no other reader's lock
is in the way."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from ingest.errors import ConfigError, IngestError, WarehouseError
from ingest.load.folder import NEWS, must_exist
from ingest.load.sql import Connection, literal, records, sql


@contextmanager
def reader(data: Path) -> Iterator[Connection]:
    """A read-only connection to the marts of this data directory.

    Raises NoWarehouseError when there is no warehouse, WarehouseError when its marts are missing or damaged.
    """
    source = data / NEWS
    if not source.exists():
        must_exist(data)
        raise WarehouseError(f"{source}: missing; `ingest publish --data {data}` writes it")
    with tempfile.TemporaryDirectory(prefix="wire-ingest-") as folder:
        copy = Path(folder) / source.name
        shutil.copyfile(source, copy)
        try:
            con = duckdb.connect(str(copy), read_only=True)
        except duckdb.Error as error:
            message = str(error).splitlines()[0][-120:]
            raise WarehouseError(
                f"{source}: cannot be read ({message}); `ingest publish` writes it anew"
            ) from None
        try:
            con.execute("SET TimeZone = 'UTC'")
            yield con
        finally:
            con.close()


def query(data: Path, text: str, parameters: list[Any] | None = None) -> list[dict[str, Any]]:
    """The rows of a query over the marts, as dicts. ConfigError with DuckDB's first line when the SQL is
    wrong."""
    with reader(data) as con:
        try:
            con.execute(text, parameters or [])
            return records(con)
        except duckdb.Error as error:
            raise _refused(data, error) from None


def own_query(data: Path, name: str, parameters: list[Any] | None = None) -> list[dict[str, Any]]:
    """The rows of `warehouse/<name>.sql` over the marts, as dicts. WarehouseError where another version wrote
    the marts and they lack what the statement reads."""
    with reader(data) as con:
        try:
            con.execute(sql(name), parameters or [])
            return records(con)
        except (duckdb.BinderException, duckdb.CatalogException):
            raise WarehouseError(
                f"{data / NEWS}: written by another version of this program; `ingest publish --data {data}` "
                "writes it anew"
            ) from None
        except duckdb.Error as error:
            raise _refused(data, error) from None


def copy_to(data: Path, text: str, target: Path, form: str) -> None:
    """Write the rows of a query to a file as csv, json or parquet (form)."""
    with reader(data) as con:
        try:
            relation = con.sql(text)
            if relation is None:
                raise ConfigError("sql: that statement returns no rows; give a SELECT")
            options = {
                "csv": "FORMAT csv, HEADER",
                "json": "FORMAT json",
                "parquet": "FORMAT parquet, COMPRESSION zstd",
            }[form]
            con.execute(f"COPY ({text.rstrip().rstrip(';')}) TO {literal(target)} ({options})")
        except duckdb.Error as error:
            raise _refused(data, error) from None


def _refused(data: Path, error: duckdb.Error) -> IngestError:
    """The error to raise. The views name their files by absolute paths: after a move these do not exist."""
    if isinstance(error, duckdb.IOException) and "No files found" in str(error):
        return WarehouseError(
            f"{data}: the published files are not where news.duckdb looks for them (was the folder moved?); "
            f"`ingest publish --data {data}` repairs it"
        )
    return ConfigError(f"sql: {_first_lines(error)}")


def _first_lines(error: Exception) -> str:
    return " ".join(str(error).split("\n\n")[0].split())
