"""Parts that are started by themselves say in one line which file they miss."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flows.serve.engine import ZYGOTE


def module(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def wire(tmp_path: Path) -> Path:
    """A folder with an ingest.toml, whose list of feeds does not exist."""
    (tmp_path / "ingest.toml").write_text('data = "store"\nfeeds = "list.toml"\n', encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("options", "missing"), [((), "list.toml"), (("--config", "misspelt.toml"), "misspelt.toml")]
)
def test_setup_names_the_file_that_is_missing(wire: Path, options: tuple[str, ...], missing: str) -> None:
    done = module(wire, "flows.setup", *options)
    assert done.returncode == 1
    assert f"{missing}: no such file" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_the_environment_has_the_folder_of_the_zygote_and_makes_none(wire: Path) -> None:
    done = module(wire, "flows.serve.environment", "--port", "4211")
    values = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert values["PREFECT_HOME"] == values[ZYGOTE] == str(wire / "store" / "prefect")
    assert values["PREFECT_API_URL"] == "http://127.0.0.1:4211/api"
    assert not (wire / "store").exists()


def test_the_environment_says_in_one_line_what_is_wrong_with_the_settings(wire: Path) -> None:
    (wire / "ingest.toml").write_text("crawl_dely = 3\n", encoding="utf-8")
    done = module(wire, "flows.serve.environment")
    assert (done.returncode, done.stdout) == (1, "")
    assert "crawl_dely" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_zygote_without_a_folder_says_where_it_gets_one(
    wire: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(ZYGOTE, raising=False)
    done = module(wire, "flows.serve.zygote")
    assert done.returncode == 1
    assert ZYGOTE in done.stderr
