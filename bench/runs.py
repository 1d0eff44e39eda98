"""Runs a command and says what CPU its main process and all its descendants took, workers of a fork server
included."""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

_FORK = multiprocessing.get_context("fork")
_PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Run:
    """One finished command. Seconds; `peak` is the largest resident set of any process, `main_peak` that of
    the first, in MB."""

    code: int
    out: str
    wall: float
    main_cpu: float
    other_cpu: float
    peak: float
    main_peak: float = 0.0


def run(command: Sequence[str], cwd: Path, env: Mapping[str, str] | None = None) -> Run:
    """Run to the end, with all it left behind. Linux only.

    Workers belong to a fork server, which its starter does not wait for. So a process between runs the
    command as subreaper (prctl(2)), inherits what is left behind, and reads the usage of each (its workers'
    included) from wait4(2).
    """
    ours, theirs = _FORK.Pipe()
    between = _FORK.Process(target=_supervise, args=(list(command), cwd, dict(env or {}), theirs))
    between.start()
    theirs.close()
    result: Run = ours.recv()
    between.join()
    return result


def _supervise(command: list[str], cwd: Path, env: dict[str, str], pipe: Connection) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")
    out = cwd / "out.txt"
    code, main_cpu, other_cpu, peak, wall, main_peak = -1, 0.0, 0.0, 0.0, 0.0, 0.0
    start = time.perf_counter()
    with out.open("wb") as stream:
        main = subprocess.Popen(command, cwd=cwd, stdout=stream, env={**os.environ, **env})
        while (reaped := _reap()) is not None:
            pid, status, cpu, resident = reaped
            if pid == main.pid:
                code, main_cpu, wall = os.waitstatus_to_exitcode(status), cpu, time.perf_counter() - start
                main_peak = resident
            else:
                other_cpu += cpu
            peak = max(peak, resident)
    main.returncode = code  # it was reaped here, not by Popen
    pipe.send(
        Run(
            code,
            out.read_text(encoding="utf-8", errors="replace"),
            wall,
            main_cpu,
            other_cpu,
            peak,
            main_peak,
        )
    )


def _reap() -> tuple[int, int, float, float] | None:
    """(pid, wait status, CPU seconds, peak MB) of the next child to end, None when there is none left."""
    try:
        pid, status, used = os.wait4(-1, 0)
    except ChildProcessError:
        return None
    return pid, status, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def ingest(*arguments: str) -> list[str]:
    """The command line of this interpreter's `ingest`."""
    return [sys.executable, "-c", "from ingest.cli.main import main; main()", *arguments]
