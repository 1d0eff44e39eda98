"""Runs forked from a process that has imported Prefect: they end as runs of their own would, and die with who
asked for them."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.waiting import until

from flows.serve.engine import SOCKET, ZYGOTE
from flows.serve.environment import settings_for
from flows.serve.tree import MARK, marked

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the zygote is for Linux")


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """That of a tree with a zygote in it, and a server which takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings = settings_for(tmp_path, mute.getsockname()[1])
        plain = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        found = {**plain, **settings, ZYGOTE: str(tmp_path), MARK: str(tmp_path)}
        zygote = subprocess.Popen(
            [sys.executable, "-m", "flows.serve.zygote", str(tmp_path)], env=found, stdout=subprocess.PIPE
        )
        try:
            assert zygote.stdout is not None
            assert zygote.stdout.readline() == b"runs are forked from here (1 thread)\n"
            yield found
        finally:
            zygote.terminate()
            assert zygote.wait(120) == 0
            zygote.stdout.close()
    assert marked(str(tmp_path)) == []


def engine(environment: dict[str, str], **more: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "flows.serve.engine"],
        env={**environment, **more},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def forked_run(folder: Path, asker: int) -> int:
    """The process of the run: it bears the mark, is neither the zygote nor the asker, and has been told to go
    (a thread of it waits for the asker's death then). One that dies before has run nothing: who asked runs it
    by itself."""

    def runs() -> list[int]:
        assert Path(f"/proc/{asker}").exists()
        return [
            pid
            for pid in marked(str(folder), "flows.serve.zygote")
            if Path(f"/proc/{pid}/cwd").resolve() == Path.cwd() and len(os.listdir(f"/proc/{pid}/task")) > 1
        ]

    return until(runs, ignore=(OSError,))[0]


def gone(pid: int) -> bool:
    try:
        return not Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_a_run_is_forked_and_its_code_and_words_come_back(environment: dict[str, str]) -> None:
    asker = engine(environment, PREFECT__FLOW_RUN_ID="nonsense")
    said, _ = asker.communicate(timeout=3000)
    assert asker.returncode == 1
    assert b"Invalid flow run id" in said
    assert b"by itself" not in said


def test_other_settings_of_prefect_start_a_run_by_itself(environment: dict[str, str]) -> None:
    asker = engine(environment, PREFECT__FLOW_RUN_ID="nonsense", PREFECT_FLOWS_HEARTBEAT_FREQUENCY="60")
    said, _ = asker.communicate(timeout=3000)
    assert asker.returncode == 1
    assert b"so it is not forked" in said
    assert b"Invalid flow run id" in said


def test_without_a_zygote_a_run_starts_by_itself(environment: dict[str, str]) -> None:
    (Path(environment[ZYGOTE]) / SOCKET).unlink()
    asker = engine(environment, PREFECT__FLOW_RUN_ID="nonsense")
    said, _ = asker.communicate(timeout=3000)
    assert asker.returncode == 1
    assert b"Invalid flow run id" in said


@pytest.mark.parametrize(
    ("whom", "number", "code"),
    [("asker", signal.SIGKILL, -9), ("run", signal.SIGKILL, -9), ("asker", signal.SIGTERM, None)],
)
def test_asker_and_run_die_together(
    environment: dict[str, str], whom: str, number: int, code: int | None
) -> None:
    with engine(environment, PREFECT__FLOW_RUN_ID="00000000-0000-4000-8000-000000000001") as asker:
        run = forked_run(Path(environment[ZYGOTE]), asker.pid)
        os.kill(asker.pid if whom == "asker" else run, number)
        asker.communicate(timeout=300)
        until(lambda: gone(run))
    assert asker.returncode == code if code is not None else asker.returncode != 0


def test_a_run_that_outlives_its_zygote_keeps_nobody_waiting(environment: dict[str, str]) -> None:
    folder = Path(environment[ZYGOTE])
    (zygote,) = marked(str(folder), "flows.serve.zygote")
    with engine(environment, PREFECT__FLOW_RUN_ID="00000000-0000-4000-8000-000000000001") as first:
        run = forked_run(folder, first.pid)
        os.kill(zygote, signal.SIGTERM)
        until(lambda: gone(zygote))
        second = engine(environment, PREFECT__FLOW_RUN_ID="nonsense")
        said, _ = second.communicate(timeout=3000)
        assert b"Invalid flow run id" in said
        assert not gone(run)
        first.kill()
        until(lambda: gone(run))


def test_who_breaks_off_leaves_nothing_open(environment: dict[str, str]) -> None:
    folder = Path(environment[ZYGOTE])
    (zygote,) = marked(str(folder), "flows.serve.zygote")
    before = len(os.listdir(f"/proc/{zygote}/fd"))
    for _ in range(10):
        with socket.socket(socket.AF_UNIX) as asker:
            with contextlib.chdir(folder):
                asker.connect(SOCKET)
            socket.send_fds(asker, [b"{"], [1, 2])
    said, _ = engine(environment, PREFECT__FLOW_RUN_ID="nonsense").communicate(
        timeout=3000
    )  # its turn is after theirs
    assert b"Invalid flow run id" in said
    until(lambda: len(os.listdir(f"/proc/{zygote}/fd")) <= before + 1)
