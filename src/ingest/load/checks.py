"""The warehouse proves its own rules: every query of warehouse/checks must return no row."""

from __future__ import annotations

from typing import Any

from ingest.load.db import Warehouse
from ingest.load.sql import names, records, sql

SHOWN = 20


def run_checks(warehouse: Warehouse) -> dict[str, list[dict[str, Any]]]:
    """Check name -> the first rows that break it."""
    broken: dict[str, list[dict[str, Any]]] = {}
    with warehouse.transaction() as con:
        for name in names("checks"):
            con.execute(f"SELECT * FROM ({sql(name)}) LIMIT {SHOWN}")
            broken[name.rpartition("/")[2]] = records(con)
    return broken
