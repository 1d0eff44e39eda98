"""Closing the file with little memory: what was committed is there, whether or not its checkpoint could be
made."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.load import db
from ingest.load.db import Connection, Warehouse
from ingest.load.takedown import rewrite_file
from ingest.settings import Settings

ROUNDS, ROWS = 6, 1_500


def write(con: Connection, number: int) -> None:
    con.execute("CREATE TABLE IF NOT EXISTS core.note (number INTEGER, line INTEGER, body VARCHAR)")
    con.execute(
        "INSERT INTO core.note SELECT ?, i, string_agg(md5(concat(i, '-', j)), ' ') "
        "FROM range(?) r(i), range(60) w(j) GROUP BY i",
        [number, ROWS],
    )


def all_there(warehouse: Warehouse) -> bool:
    query = "SELECT count(*), count(DISTINCT number), min(length(body)), max(length(body)) FROM core.note"
    with warehouse.transaction() as con:
        return con.execute(query).fetchone() == (ROUNDS * ROWS, ROUNDS, 60 * 33 - 1, 60 * 33 - 1)


@pytest.mark.parametrize("memory", ["1MB", "8MB", db.CLOSING])
def test_what_was_committed_outlives_a_closing_without_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: str
) -> None:
    monkeypatch.setattr(db, "CLOSING", memory)
    warehouse = Warehouse(Settings.model_validate({"data": tmp_path, "duckdb_memory": "250MB"}))
    for number in range(ROUNDS):
        with warehouse.transaction() as con:
            write(con, number)
    assert all_there(warehouse)


def test_what_a_closing_left_in_the_log_is_read_and_rewritten(tmp_path: Path) -> None:
    """As a checkpoint leaves it that could not be made."""
    warehouse = Warehouse(Settings.model_validate({"data": tmp_path}))
    log = warehouse.path.with_name("ingest.duckdb.wal")
    for number in range(ROUNDS):
        with warehouse.transaction() as con:
            con.execute("PRAGMA disable_checkpoint_on_shutdown")
            write(con, number)
        assert log.exists()
    rewrite_file(warehouse)
    assert not log.exists()
    assert all_there(warehouse)
