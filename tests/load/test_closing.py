"""Closing the file with little memory: what was committed is there, whether or not its checkpoint could be
made. A run's file, which stays open between transactions, gives way to others."""

from __future__ import annotations

import threading
from pathlib import Path

import duckdb
import pytest

from ingest.load import db
from ingest.load.db import Connection, Warehouse
from ingest.load.locks import write_lock
from ingest.load.takedown import rewrite_file
from ingest.settings import Settings
from tests.support.waiting import until

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


def test_who_waits_writes_before_a_run_that_would_write_again(tmp_path: Path) -> None:
    """Two runs side by side: each of them makes transactions faster than its file would close by itself."""
    run, other = (Warehouse(Settings.model_validate({"data": tmp_path}), linger=30.0) for _ in range(2))
    run.prepare()
    run.close()
    with run.transaction() as con:
        con.execute("CREATE TABLE core.note (body VARCHAR)")

    def writes() -> None:
        with other.transaction() as con:
            con.execute("INSERT INTO core.note VALUES ('other')")
        other.close()

    waiting = threading.Thread(target=writes)
    waiting.start()

    def has_written() -> bool:
        with run.transaction() as con:
            return con.execute("SELECT count(*) FROM core.note").fetchone() == (1,)

    assert until(has_written, 10.0)  # of the 30 that the file would stay open
    waiting.join()
    run.close()
    with Warehouse(run.settings).transaction() as con:
        assert con.execute("FROM core.note").fetchall() == [("other",)]


def test_an_error_closes_the_file_at_once(tmp_path: Path) -> None:
    """Some errors leave a connection that answers nothing any more."""
    run = Warehouse(Settings.model_validate({"data": tmp_path}), linger=30.0)
    with pytest.raises(duckdb.Error), run.transaction() as con:
        con.execute("SELECT 1 FROM core.no_such_table")
    with write_lock(tmp_path / "locks", wait=0.0):
        pass
    with run.transaction() as con:
        assert con.execute("SELECT 1").fetchone() == (1,)
    run.close()
