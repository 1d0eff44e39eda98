"""The pool: results in order, limits of wall, CPU and memory, errors that cross processes, and nothing left
behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest
from support.waiting import until

from ingest.errors import Terminal
from ingest.reasons import Reason
from ingest.workers import LimitHit, Limits, WorkerPool

LIMITS = Limits(wall=60.0, cpu=60.0, memory=700)


def square(number: int) -> int:
    return number * number


def worker_id(_: int) -> int:
    return os.getpid()


def slow_first(number: int) -> int:
    time.sleep(0.3 if number == 0 else 0)
    return number


def endless_regex(_: int) -> bool:
    return bool(
        re.match(r"(a+)+$", "a" * 40 + "b")
    )  # stays inside C code, where no signal handler of Python's runs


def sleep(seconds: float) -> None:
    time.sleep(seconds)


def hoard(megabytes: int) -> int:
    return len(bytearray(megabytes * 1024 * 1024))


def die(code: int) -> None:
    os._exit(code)


def gone(status: int) -> None:
    raise Terminal(Reason.HTTP_404, "https://post.example/x is gone", status=status)


class Unpicklable(Exception):
    def __init__(self, first: str, second: str) -> None:
        super().__init__(first)


def raise_unpicklable(_: int) -> None:
    raise Unpicklable("one", "two")


async def test_a_call_returns_what_the_function_returns() -> None:
    with WorkerPool(1, LIMITS) as pool:
        assert await pool.run(square, 7) == 49
        assert await pool.run(worker_id, 0) != os.getpid()


SECONDS = Limits(wall=3.0, cpu=60.0, memory=700)
HALF_A_CPU_SECOND = Limits(wall=120.0, cpu=0.5, memory=700)


@pytest.mark.parametrize(
    ("fn", "arg", "limits", "kind"),
    [
        (endless_regex, 0, HALF_A_CPU_SECOND, "cpu"),
        (sleep, 60.0, SECONDS, "wall"),
        (hoard, 2_000, LIMITS, "memory"),
        (die, 3, LIMITS, "crash"),
    ],
)
async def test_each_limit_ends_the_call_and_the_next_one_runs(
    fn: object, arg: float, limits: Limits, kind: str
) -> None:
    with WorkerPool(1, limits) as pool:
        with pytest.raises(LimitHit) as hit:
            await pool.run(fn, arg)  # type: ignore[arg-type]
        assert hit.value.kind == kind
        assert await pool.run(square, 3) == 9


def test_a_killed_worker_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with WorkerPool(1, LIMITS) as pool:
        assert [str(hit) for hit in pool.map_stream(die, [3])] == ["crash limit hit exit code 3"]
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("WARNING", "a worker was killed: crash limit hit exit code 3, in die")
    ]


async def test_the_functions_own_error_arrives_whole() -> None:
    with WorkerPool(1, LIMITS) as pool:
        with pytest.raises(Terminal) as error:
            await pool.run(gone, 404)
        assert (error.value.reason, error.value.status, error.value.detail) == (
            Reason.HTTP_404,
            404,
            "https://post.example/x is gone",
        )
        with pytest.raises(RuntimeError, match="Unpicklable: one"):
            await pool.run(raise_unpicklable, 0)


def test_a_stream_keeps_input_order_and_a_limit_its_place() -> None:
    with WorkerPool(2, LIMITS) as pool:
        assert list(pool.map_stream(slow_first, range(20), window=5)) == list(range(20))
        results = list(pool.map_stream(hoard, [1, 2_000, 2]))
    assert results[0] == 1024 * 1024
    assert isinstance(results[1], LimitHit)
    assert results[2] == 2 * 1024 * 1024


def test_a_stream_holds_no_more_than_its_window() -> None:
    drawn: list[int] = []

    def source() -> object:
        for number in range(50):
            drawn.append(number)
            yield number

    with WorkerPool(2, LIMITS) as pool:
        stream = pool.map_stream(square, source(), window=4)  # type: ignore[arg-type]
        next(stream)
        assert len(drawn) <= 5
        stream.close()  # type: ignore[attr-defined]


def test_closing_leaves_no_process() -> None:
    with WorkerPool(2, LIMITS) as pool:
        workers = {pid for pid in pool.map_stream(worker_id, range(8)) if isinstance(pid, int)}
        pool.submit(sleep, 60.0)
    assert workers
    assert not [pid for pid in workers if _alive(pid)]


PARENT = """
    import os, sys, time
    sys.path.insert(0, {tests!r})
    import test_workers_calls as calls
    from ingest.workers import Limits, WorkerPool
    if __name__ == "__main__":
        pool = WorkerPool(2, Limits(wall=60, cpu=60, memory=700))
        print(*set(pool.map_stream(calls.pid, range(20))), flush=True)
        for _ in range(2):
            pool.submit(calls.nap, 60)
        time.sleep(60)
"""
CALLS = """
    import os, time
    def pid(_):
        time.sleep(0.05)
        return os.getpid()
    def nap(seconds):
        time.sleep(seconds)
"""


def test_workers_die_with_a_killed_parent(tmp_path: Path) -> None:
    (tmp_path / "test_workers_calls.py").write_text(textwrap.dedent(CALLS))
    script = tmp_path / "parent.py"
    script.write_text(textwrap.dedent(PARENT).format(tests=str(tmp_path)))
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        workers = [int(pid) for pid in parent.stdout.readline().split()]
        assert workers
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    until(lambda: not any(_alive(pid) for pid in workers))


def _alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
