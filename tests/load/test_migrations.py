"""Landed migrations never change: warehouses that ran one would differ from those that run it later."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import duckdb
import pytest

from ingest.cli.main import run
from ingest.load.db import Warehouse
from ingest.load.sql import names, sql
from ingest.settings import Settings

LANDED = {
    "migrations/0001_layout": "1c1592c47fb9fefe7f696edfe3db1f77f9bc284c857f524c7f1b0b0162a42a3e",
    "migrations/0002_sentences": "1d0e94d17ecff877ca500252c520bc36a1b24aa2141374e342f5dc9cba6a803e",
    "migrations/0003_article_hash": "08d46d01f4749f88e7a19f0fefdf79bb496edf55e983fd6b90ee89da80b88008",
    "migrations/0004_rank_url": "d5568d74f0989fe9c310b52ba735ee107f0e0d09b27243823f7f99d286f98f11",
    "migrations/0005_counts": "3058e80bc64b089dfa7caea73dd4ff055eb8f57c3af3e572d8ca39bc62eddc11",
    "migrations/0006_broken_documents": "bae26b566ff330bef4b7eb01f5be5ef9d69307f60b281ad3908cb6f9902196a7",
    "migrations/0007_backfill_counts": "9ad6708d689084af3e74bf4db2301953d3240bf1c5b28c043ae70ad8d5a04edc",
    "migrations/0008_rights": "4b19ea770f7755cf6a386b9a4e8015efa43ce8a0c441e01f5f411c0086f96368",
}
"""The SHA-256 of each migration's text."""


@pytest.mark.parametrize("name", LANDED)
def test_a_landed_migration_is_as_it_was(name: str) -> None:
    assert sha256(sql(name).encode()).hexdigest() == LANDED[name], (
        f"{name}.sql has landed and warehouses have run it. Put it back as it was, and write the change as a "
        "new migration with the next number."
    )


def test_every_migration_is_listed_here() -> None:
    listed = set(names("migrations"))
    assert listed == {*LANDED}, (
        f"add the SHA-256 of {sorted(listed - {*LANDED})} to LANDED; a landed migration is never removed or "
        "renamed"
    )


def test_migrations_are_numbered_without_gaps() -> None:
    numbers = [int(name.rpartition("/")[2][:4]) for name in names("migrations")]
    assert numbers == list(range(1, len(numbers) + 1)), "two migrations of one number: the later one moves up"


def made(data: Path, *changes: str) -> Path:
    """A data directory whose warehouse was changed by these statements; `data` itself."""
    Warehouse(Settings(data=data)).prepare()
    with duckdb.connect(str(data / "ingest.duckdb")) as con:
        for change in changes:
            con.execute(change)
    return data


FORGET = "DELETE FROM core.meta WHERE key LIKE 'migration_%'"
"""As a version left it that did not note its migrations."""
OTHER = {
    "a migration of another text": "UPDATE core.meta SET value = 'x' WHERE key = 'migration_0002'",
    "a column is missing": f"{FORGET}; ALTER TABLE core.alias DROP COLUMN key_hash",
    "a column of another type": f"{FORGET}; ALTER TABLE raw.poll ALTER COLUMN bytes TYPE VARCHAR",
    "a table is missing": f"{FORGET}; DROP TABLE core.sentence",
    "a macro is missing": f"{FORGET}; DROP MACRO core.key_hash",
    "a column that must be filled": f"{FORGET}; ALTER TABLE core.entry ADD COLUMN lang VARCHAR DEFAULT 'en'; "
    "ALTER TABLE core.entry ALTER COLUMN lang SET NOT NULL",
}


@pytest.mark.parametrize("change", OTHER.values(), ids=OTHER)
def test_a_file_of_another_layout_of_the_same_number_ends_in_one_line(
    tmp_path: Path, change: str, capsys: pytest.CaptureFixture[str]
) -> None:
    data = made(tmp_path / "data", change)
    assert run(["check", "--data", str(data)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "made by a development version (0.1.0)" in line
    assert f"backfill run --source archive --input {data / 'archive'} --data NEW" in line


def test_a_file_that_did_not_note_its_migrations_opens_and_notes_them(tmp_path: Path) -> None:
    data = made(tmp_path, FORGET, "ALTER TABLE core.entry ADD COLUMN remark VARCHAR")
    assert run(["check", "--data", str(data)]) == 0
    with duckdb.connect(str(data / "ingest.duckdb")) as con:
        noted = con.execute("SELECT count(*) FROM core.meta WHERE key LIKE 'migration_%'").fetchone()
    assert noted == (len(names("migrations")),)
