"""The oldest DuckDB that pyproject.toml allows runs the whole demo, and the newer one reads what it left."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

OLDEST = "1.5.5"


@pytest.mark.full
def test_the_demo_runs_on_the_oldest_duckdb(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--target",
        str(tmp_path / "old"),
        f"duckdb=={OLDEST}",
    ]
    got = subprocess.run(command, capture_output=True, text=True, check=False)
    if got.returncode:
        pytest.skip(f"duckdb {OLDEST} cannot be installed here: {got.stderr[-200:]}")
    old = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(tmp_path / "old"), os.environ.get("PYTHONPATH", "")]),
    }
    data = tmp_path / "data"

    def ingest(*arguments: str, env: dict[str, str]) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "ingest.cli.main", *arguments, "--data", str(data)],
            env=env,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    ingest("demo", env=old)
    assert ingest("sql", "SELECT version() AS v", "--format", "csv", env=old).split() == ["v", f"v{OLDEST}"]
    count = "SELECT count(*) AS n, sum(revisions)::INTEGER AS r FROM mart.articles_all"
    before = ingest("sql", count, "--format", "csv", env=old)
    assert before.split()[1].startswith("33,")
    assert "FAIL" not in ingest("check", env=old)
    lookups = Path(__file__).with_name("test_lookups.py")
    again = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0", str(lookups)],
        env=old,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert again.returncode == 0, again.stdout[-2000:]
    with duckdb.connect(str(data / "news.duckdb"), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM mart.articles_all").fetchall() == [(33,)]
    assert duckdb.__version__ != OLDEST
    assert "FAIL" not in ingest("check", env=dict(os.environ))
    assert ingest("sql", count, "--format", "csv", env=dict(os.environ)) == before
