"""Closing the file with little memory: what was committed is there, whether or not its checkpoint could be made."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.load import db
from ingest.load.db import Warehouse
from ingest.settings import Settings

ROUNDS, ROWS = 6, 1_500


@pytest.mark.parametrize("memory", ["1MB", "8MB", db.CLOSING])
def test_what_was_committed_outlives_a_closing_without_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: str) -> None:
    monkeypatch.setattr(db, "CLOSING", memory)
    warehouse = Warehouse(Settings.model_validate({"data": tmp_path, "duckdb_memory": "250MB"}))
    for round in range(ROUNDS):
        with warehouse.transaction() as con:
            con.execute("CREATE TABLE IF NOT EXISTS text (round INTEGER, number INTEGER, body VARCHAR)")
            con.execute("INSERT INTO text SELECT ?, i, string_agg(md5(concat(i, '-', j)), ' ') "
                        "FROM range(?) r(i), range(60) w(j) GROUP BY i", [round, ROWS])  # fmt: skip
        left = warehouse.path.with_name("ingest.duckdb.wal").exists()
        assert left == (memory == "1MB")  # its checkpoint could not be made
    with warehouse.transaction() as con:
        whole = con.execute("SELECT count(*), count(DISTINCT round), min(length(body)), max(length(body)) FROM text").fetchone()
        assert whole == (ROUNDS * ROWS, ROUNDS, 60 * 33 - 1, 60 * 33 - 1)
