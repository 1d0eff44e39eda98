"""The warehouse proves its own rules: every query of warehouse/checks must return no row."""

from __future__ import annotations

import itertools
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


def meaning(check: str) -> str:
    """What the check of this name proves, in words: the comment at the head of its statement."""
    lines = itertools.takewhile(lambda line: line.startswith("-- "), sql(f"checks/{check}").splitlines())
    return " ".join(line.removeprefix("-- ") for line in lines)
