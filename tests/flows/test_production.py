"""What a tier with more than Python sees: Prefect's server over PostgreSQL, and the page of a run in a
browser."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import pytest
from support.served import serving, until

from ingest.load.read import query

pytestmark = [pytest.mark.full, pytest.mark.timeout(600)]
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Chromium that asks nobody but the page's own server."""


def missing(what: str) -> NoReturn:
    """The full tier installs what it needs: there a missing thing is a failure."""
    if os.environ.get("FULL_TIER"):
        pytest.fail(what)
    pytest.skip(what)


def postgres(*command: str, folder: Path) -> list[str]:
    """The command as a user that PostgreSQL accepts: it refuses root."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{command[0]}"))
    program = shutil.which(command[0]) or (str(found[-1]) if found else None)
    if program is None:
        missing(f"no {command[0]} here: apt-get install postgresql")
    whole = [program, *command[1:]]
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
        whole = ["runuser", "-u", "postgres", "--", *whole]
    return whole


@pytest.fixture
def database() -> Iterator[str]:
    """A PostgreSQL of its own on a free port; its address for Prefect."""
    # not in the folder of the other temporary files (tests/conftest.py), which the user postgres cannot enter
    open_to_all = os.environ.get("PYTEST_DEBUG_TEMPROOT")
    with tempfile.TemporaryDirectory(dir=open_to_all) as name, socket.socket() as probe:
        folder = Path(name)
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        subprocess.run(
            postgres("initdb", "-D", f"{folder}/db", "-U", "wire", "-A", "trust", folder=folder),
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=folder,
        )
        probe.close()
        options = ("-h", "127.0.0.1", "-p", str(port), "-k", str(folder), "-F")
        server = subprocess.Popen(
            postgres("postgres", "-D", f"{folder}/db", *options, folder=folder),
            cwd=folder,
            stderr=subprocess.DEVNULL,
        )
        try:
            _answers(port)
            yield f"postgresql+asyncpg://wire@127.0.0.1:{port}/postgres"
        finally:
            _end(server, folder / "db" / "postmaster.pid")


def _answers(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < deadline, "PostgreSQL does not come up"
        time.sleep(0.2)


def _end(server: subprocess.Popen[bytes], note: Path) -> None:
    """runuser passes no signal on: the postmaster is told by the id that it wrote down."""
    if note.exists():
        os.kill(int(note.read_text(encoding="utf-8").split()[0]), signal.SIGINT)
    else:
        server.terminate()
    server.wait(60)


def test_prefect_runs_on_postgresql(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_SERVER_DATABASE_CONNECTION_URL", database)
    with serving(tmp_path, "--demo", "--interval", "20") as served:
        done = until(lambda: served.runs("COMPLETED"), 240, served)
        assert done[0]["name"].startswith("poll ")
    assert not (tmp_path / "data" / "prefect" / "prefect.db").exists()
    assert query(tmp_path / "data", "SELECT count(*) >= 20 AS filled FROM mart.articles") == [
        {"filled": True}
    ]


def browsed(address: str, folder: Path) -> str:
    """The page as a browser has it after its scripts have run."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        missing("no Chromium here: apt-get install chromium")
    command: Sequence[str] = (
        browser,
        *QUIET,
        f"--user-data-dir={folder / 'browser'}",
        "--virtual-time-budget=20000",
        f"--screenshot={folder / 'page.png'}",
        "--window-size=1300,900",
        "--dump-dom",
        address,
    )
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout


def test_the_page_of_a_run_shows_what_it_did(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo", "--interval", "30") as served:
        run = until(lambda: served.runs("COMPLETED"), 240, served)[0]
        page = browsed(f"{served.url}/runs/flow-run/{run['id']}", tmp_path)
    assert run["name"] in page
    assert "Completed" in page
    assert re.search(r"poll feeds|load pages", page), "its task runs are not shown"
