"""`ingest serve` for real: server, schedule and worker, kills and outages, all over the sample wire on
loopback."""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from support.served import Served, serving, until

from flows.serve.engine import SOCKET
from flows.serve.server import free_port
from flows.serve.tree import marked
from ingest.demo.wire import config_toml
from ingest.load.read import query

pytestmark = [pytest.mark.full, pytest.mark.timeout(900)]
LOST = 90
"""Seconds without a heartbeat after which a run is Crashed."""


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[Path]:
    """The sample wire in a process of its own; a folder whose feeds.toml and ingest.toml lead to it."""
    server = subprocess.Popen([sys.executable, "-m", "ingest.demo.serve"], stdout=subprocess.PIPE)
    try:
        assert server.stdout is not None
        feeds, settings = config_toml(int(server.stdout.readline()))
        (tmp_path / "feeds.toml").write_text(
            f"[defaults]\nmin_interval = 20\nmax_interval = 60\n{feeds}", encoding="utf-8"
        )
        (tmp_path / "ingest.toml").write_text(f"min_interval = 20\nworkers = 1\n{settings}", encoding="utf-8")
        yield tmp_path
    finally:
        server.terminate()
        server.wait()


def slowed(folder: Path, seconds: float) -> None:
    """Each host is asked once in so many seconds: a run lasts as long as it may."""
    text = (folder / "ingest.toml").read_text(encoding="utf-8")
    (folder / "ingest.toml").write_text(f"crawl_delay = {seconds}\n{text}", encoding="utf-8")


def size(served: Served) -> int:
    """Bytes in use in Prefect's database; the file itself grows in steps, with its write-ahead log before
    it."""
    with contextlib.closing(
        sqlite3.connect(f"file:{served.data / 'prefect' / 'prefect.db'}?mode=ro", uri=True)
    ) as con:
        values = [
            con.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        ]
        return int((values[0] - values[1]) * values[2])


def test_two_scheduled_polls_are_completed(wire: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(wire, "--interval", "20") as served:
        until(lambda: served.runs("COMPLETED"), 120, served)
        before, first = size(served), len(served.runs("COMPLETED"))
        done = until(lambda: len(found := served.runs("COMPLETED")) >= first + 2 and found, 180, served)
        assert len(done) >= 2
        for run in done:
            of_run = {"flow_runs": {"id": {"any_": [run["id"]]}}}
            assert 3 <= served.api("/task_runs/count", of_run) <= 25
            keys = {one["key"] for one in served.api("/artifacts/filter", of_run)}
            assert "poll-losses" in keys
            assert run["name"].startswith("poll ")
            assert run["name"].endswith("· 7 feeds")
        assert {"poll-feeds", "poll-losses"} <= {
            one["key"] for one in served.api("/artifacts/latest/filter", {})
        }
        grown = (size(served) - before) / (len(done) - first) / 1000
    assert query(served.data, "SELECT count(*) >= 20 AS filled FROM mart.articles") == [{"filled": True}]
    with capsys.disabled():
        print(f"\nPrefect's database grew by {grown:.0f} kB a run")


def killed(served: Served) -> str:
    """Kill the process of the running poll and its worker; the run's id."""
    running = str(until(lambda: served.runs("RUNNING"), 120, served)[0]["id"])
    for pid in (*served.processes("worker", "start"), *served.processes("flows.serve.engine")):
        os.kill(pid, signal.SIGKILL)
    return running


def test_a_killed_run_frees_its_slot_when_its_heartbeat_is_lost(wire: Path) -> None:
    plain = (wire / "ingest.toml").read_text(encoding="utf-8")
    slowed(wire, 4)
    interval = 30
    with serving(wire, "--interval", str(interval)) as served:
        until(lambda: served.runs("RUNNING"), 120, served)
        served.process.send_signal(
            signal.SIGSTOP
        )  # nobody starts the worker again, or says that the run is dead
        try:
            lost = {killed(served), served.begun_without_process()}
            until(
                lambda: (
                    lost
                    <= {
                        str(run["id"])
                        for name in ("poll", "maintain")
                        for run in served.runs("CRASHED", flow=name)
                    }
                ),
                4 * LOST,
                served,
            )
        finally:
            served.process.send_signal(signal.SIGCONT)
        (wire / "ingest.toml").write_text(plain, encoding="utf-8")
        assert until(lambda: served.runs("COMPLETED"), 8 * interval, served)


def test_a_supervisor_frees_the_slot_at_once(wire: Path) -> None:
    plain = (wire / "ingest.toml").read_text(encoding="utf-8")
    slowed(wire, 4)
    with serving(wire, "--interval", "30") as served:
        running = killed(served)
        (wire / "ingest.toml").write_text(plain, encoding="utf-8")
        until(lambda: served.runs("COMPLETED"), LOST, served)
        assert served.api(f"/flow_runs/{running}")["state_type"] == "CRASHED"


def test_an_outage_leads_to_one_run_and_a_long_run_stays_alive(wire: Path) -> None:
    with serving(wire, "--interval", "20") as served:
        until(lambda: served.runs("COMPLETED"), 120, served)
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(60) == 0
        down = datetime.now().astimezone()
    time.sleep(100)
    slowed(wire, 6)
    up = datetime.now().astimezone()
    with serving(wire, "--interval", "20") as served:
        until(lambda: not _late(served, down, up, "SCHEDULED", "PENDING", "RUNNING"), 120, served)
        missed = _late(served, down, up)
        ran = [run for run in missed if run["state_type"] != "CANCELLED"]
        assert len(missed) >= 4
        assert len(ran) == 1, [(run["name"], run["state_type"], run["expected_start_time"]) for run in missed]


def _late(served: Served, down: datetime, up: datetime, *states: str) -> list[dict[str, object]]:
    return [
        run for run in served.runs(*states) if down < datetime.fromisoformat(run["expected_start_time"]) < up
    ]


def test_parts_that_run_apart_use_the_same_settings_file(wire: Path) -> None:
    """As docs/runbook.md has it; without the ingest.toml a run would reach no host of the sample wire."""
    plain = (wire / "ingest.toml").read_text(encoding="utf-8")
    (wire / "ingest.toml").write_text(
        f'data = "store"\nfeeds = "feeds.toml"\nlog_level = "info"\n{plain}', encoding="utf-8"
    )
    (wire / "elsewhere").mkdir()
    config = ("--config", str(wire / "ingest.toml"))
    port = str(free_port(None))
    with contextlib.ExitStack() as stack, (wire / "parts.log").open("ab") as log:

        def start(environment: dict[str, str], *command: str) -> subprocess.Popen[bytes]:
            part = subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=wire / "elsewhere",
                env={**os.environ, **environment},
                stdout=log,
                stderr=log,
            )
            stack.callback(part.wait, 300)  # a worker waits for the run that it has begun
            stack.callback(part.terminate)
            return part

        printed = subprocess.run(
            [sys.executable, "-m", "flows.serve.environment", *config, "--port", port],
            cwd=wire / "elsewhere",
            capture_output=True,
            text=True,
            check=True,
        )
        shared = dict(line.split("=", 1) for line in printed.stdout.splitlines())
        server = start(shared, "flows.serve.quiet", "server", "start", "--host", "127.0.0.1", "--port", port)
        served = Served(server, f"http://127.0.0.1:{port}", wire / "store", wire / "parts.log")
        until(lambda: served.api("/health"), 180, served)
        assert start(shared, "flows.setup", *config).wait(120) == 0, served.tail()
        start(shared, "flows.serve.zygote")
        until(lambda: (wire / "store" / "prefect" / SOCKET).exists(), 60, served)
        start(shared, "prefect", "worker", "start", "--pool", "live", "--type", "process")
        run = served.start_run()
        until(lambda: served.api(f"/flow_runs/{run}")["state_type"] == "COMPLETED", 180, served)
        parameters = served.api(f"/flow_runs/{run}")["parameters"]
    assert parameters["config"] == str(wire / "ingest.toml")
    assert query(wire / "store", "SELECT count(*) >= 20 AS filled FROM mart.articles") == [{"filled": True}]


def test_a_long_healthy_run_is_not_crashed(wire: Path) -> None:
    slowed(wire, 25)
    with serving(wire, "--interval", "3600") as served:
        asked = served.start_run()
        until(
            lambda: served.api(f"/flow_runs/{asked}")["state_type"] in {"COMPLETED", "FAILED", "CRASHED"},
            400,
            served,
        )
        run = served.api(f"/flow_runs/{asked}")
        assert run["state_type"] == "COMPLETED"
        assert run["total_run_time"] > LOST


def test_the_demo_serves_and_starts_again_after_a_kill(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo", "--interval", "20") as served:
        until(lambda: served.runs("COMPLETED"), 120, served)
        with urllib.request.urlopen(f"{served.url}/", timeout=30) as page:
            assert page.status == 200
            assert b"<html" in page.read().lower()
        until(lambda: served.runs("RUNNING", "PENDING"), 60, served)
        served.process.kill()
        served.process.wait()
        killed = datetime.now().astimezone()
        with serving(tmp_path, "--demo", "--interval", "20") as again:
            fresh = until(
                lambda: [
                    run
                    for run in again.runs("COMPLETED")
                    if datetime.fromisoformat(run["start_time"]) > killed
                ],
                120,
                again,
            )
            assert fresh
            server = again.processes("server", "start")
            os.kill(server[0], signal.SIGKILL)
            until(lambda: again.processes("server", "start") not in ([], server), 60, again)
            until(lambda: again.api("/health"), 90, again)
    assert marked(str(served.data)) == []
    assert query(served.data, "SELECT count(*) >= 20 AS filled FROM mart.articles") == [{"filled": True}]
