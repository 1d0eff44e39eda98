"""The data directory: the names of its two database files, and whether there is a warehouse in it."""

from __future__ import annotations

from pathlib import Path

from ingest.errors import NoWarehouseError

WAREHOUSE = "ingest.duckdb"
"""Opened by the writer only."""
NEWS = "news.duckdb"
"""The published views, opened by readers."""


def must_exist(data: Path) -> None:
    """Raises NoWarehouseError when `data` holds no warehouse.

    Every command that reads or maintains a data directory calls this first: a misspelt --data must neither
    look like an empty warehouse nor become one.
    """
    if not (data / WAREHOUSE).exists():
        raise NoWarehouseError(
            f"{data}: no warehouse there; name another data directory with --data, or make one with `ingest "
            f"init --data {data}`"
        )
