"""The process tree: what dies is started again, and nothing is left when it ends or is killed."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.waiting import until

from flows.serve.server import ServeOptions, answers, free_port, serve
from flows.serve.tree import Tree, end_marked, marked
from ingest.errors import ConfigError, LockedError
from ingest.load.locks import run_lock

pytestmark = pytest.mark.skipif(not Path("/proc").exists(), reason="the tree reads /proc")

SLEEPER = ["timeit", "-n", "1", "-r", "1", "import time; time.sleep(300)"]
CHILD = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], start_new_session=True)
time.sleep(300)
"""


async def test_a_killed_child_is_started_again_and_stop_leaves_none(tmp_path: Path) -> None:
    lines: list[tuple[str, str]] = []
    tree = Tree(str(tmp_path), {}, lambda name, line: lines.append((name, line)))
    tree.keep("sleeper", SLEEPER)
    (first,) = await asyncio.to_thread(until, lambda: marked(str(tmp_path)))
    os.kill(first, signal.SIGKILL)
    await asyncio.to_thread(until, lambda: any(pid != first for pid in marked(str(tmp_path))))
    assert ("serve", "sleeper ended with -9; started again in 1 s") in lines
    assert tree.deaths("sleeper") == 1
    await tree.stop(["sleeper"])
    assert marked(str(tmp_path)) == []


async def test_lines_of_children_carry_their_names(tmp_path: Path) -> None:
    lines: list[tuple[str, str]] = []
    tree = Tree(str(tmp_path), {"GREETING": "hello"}, lambda name, line: lines.append((name, line)))
    code = await tree.once(
        "one", ["timeit", "-n", "1", "-r", "1", "import os; print(os.environ['GREETING'])"]
    )
    assert code == 0
    assert ("one", "hello") in lines
    assert await tree.once("two", ["no_such_module"]) == 1


async def test_stop_reaches_what_a_child_started_in_a_session_of_its_own(tmp_path: Path) -> None:
    tree = Tree(str(tmp_path), {}, lambda name, line: None)
    tree.keep("parent", ["timeit", "-n", "1", "-r", "1", CHILD])
    await asyncio.to_thread(until, lambda: len(marked(str(tmp_path))) == 2)
    await tree.stop(["parent"])
    assert marked(str(tmp_path)) == []


def test_children_end_when_their_supervisor_is_killed(tmp_path: Path) -> None:
    program = (
        "import asyncio\nfrom flows.serve.tree import Tree\n"
        f"async def main():\n    tree = Tree({str(tmp_path)!r}, {{}}, lambda name, line: None)\n"
        f"    tree.keep('sleeper', {SLEEPER!r})\n    await asyncio.sleep(300)\nasyncio.run(main())\n"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", program], cwd=Path(__file__).parents[2])
    try:
        until(lambda: marked(str(tmp_path), "timeit"))
    finally:
        supervisor.kill()
        supervisor.wait()
    until(lambda: not marked(str(tmp_path)))
    assert supervisor.returncode == -signal.SIGKILL


def test_a_sweep_ends_what_does_not_listen(tmp_path: Path) -> None:
    program = (
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('deaf', "
        "flush=True)\ntime.sleep(300)"
    )
    deaf = subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, "WIRE_INGEST_TREE": str(tmp_path)},
        stdout=subprocess.PIPE,
    )
    assert deaf.stdout is not None
    assert deaf.stdout.readline() == b"deaf\n"
    other = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(300)"],
        env={**os.environ, "WIRE_INGEST_TREE": f"{tmp_path}-other"},
    )
    try:
        assert end_marked(str(tmp_path), grace=0.2) == 1
        assert deaf.wait(120) == -signal.SIGKILL
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_one_tree_for_a_data_directory(tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text(
        '[[feed]]\nid = "a"\nurl = "https://wire.example/feed"\n', encoding="utf-8"
    )
    with (
        run_lock(tmp_path / "data" / "locks", "serve"),
        pytest.raises(LockedError, match="serve is already running"),
    ):
        serve(ServeOptions(tmp_path / "data", tmp_path / "feeds.toml"), print, print)


def test_no_feeds_is_said_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "feeds.toml").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="in it; add one"):
        serve(ServeOptions(tmp_path / "data", tmp_path / "feeds.toml"), print, print)


def test_a_taken_port_is_refused_and_a_free_one_found() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=str(port)):
            free_port(port)
    assert 1024 < free_port(None) < 65536
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # held, and nobody listens
        assert not answers(f"http://127.0.0.1:{silent.getsockname()[1]}/api/health")
