"""Children of one supervisor: started again when they die, their lines in one log, none left when it ends or
is killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

MARK = "WIRE_INGEST_TREE"
"""Environment variable of every child and of all that it starts: the data directory of the tree it belongs
to."""

_GRACE = 10.0
"""Seconds that a child has to end by itself."""
_LOOK = 0.2
_PAUSES = (1.0, 2.0, 5.0, 15.0, 30.0)
"""Seconds before a child is started again that died young once, twice, ... in a row."""
_STEADY = 60.0
"""Seconds: a child that lived this long did not die young, and is started again at once."""

Log = Callable[[str, str], None]
"""Called with (child, line)."""


class Tree:
    """Processes that are kept running until `stop`. `environment` is added to the supervisor's own."""

    def __init__(self, mark: str, environment: Mapping[str, str], log: Log) -> None:
        self._environment = {**os.environ, **environment, MARK: mark, "PYTHONUNBUFFERED": "1"}
        self._mark = mark
        self._log = log
        self._stopping = False
        self._children: dict[str, asyncio.subprocess.Process] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._deaths: dict[str, int] = {}

    def deaths(self, name: str) -> int:
        """How many times in a row a child died young."""
        return self._deaths.get(name, 0)

    def running(self, word: str) -> list[int]:
        """Process ids of the tree whose command line has this argument."""
        return marked(self._mark, word)

    def keep(
        self, name: str, command: Sequence[str], after_death: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """Run `python -m command`, and start it again whenever it ends; `after_death` is awaited before
        each new start."""
        self._keepers[name] = asyncio.create_task(self._keep(name, command, after_death))

    async def once(self, name: str, command: Sequence[str]) -> int:
        """Run `python -m command` to its end and return its exit code."""
        child = await self._start(name, command)
        return await self._follow(name, child)

    async def stop(self, names: Sequence[str]) -> None:
        """End these children in this order, each with time to end by itself; then every process with the
        mark."""
        self._stopping = True
        for name in names:
            child = self._children.get(name)
            if child is not None and child.returncode is None:
                child.terminate()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(_ended(child), _GRACE)
        for keeper in self._keepers.values():
            keeper.cancel()
        await asyncio.gather(*self._keepers.values(), return_exceptions=True)
        await asyncio.to_thread(end_marked, self._mark)

    async def _keep(
        self, name: str, command: Sequence[str], after_death: Callable[[], Awaitable[None]] | None
    ) -> None:
        while not self._stopping:
            began = time.monotonic()
            code = await self._follow(name, await self._start(name, command))
            if self._stopping:
                return
            deaths = self._deaths[name] = 0 if time.monotonic() - began > _STEADY else self.deaths(name) + 1
            pause = 0.0 if deaths == 0 else _PAUSES[min(deaths, len(_PAUSES)) - 1]
            self._log("serve", f"{name} ended with {code}; started again in {pause:.0f} s")
            await asyncio.sleep(pause)
            if after_death is not None:
                await after_death()

    async def _start(self, name: str, command: Sequence[str]) -> asyncio.subprocess.Process:
        # in a session of its own, so that Ctrl-C reaches the supervisor only, which ends the tree in order
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "flows.serve.child",
            str(os.getpid()),
            sys.executable,
            "-m",
            *command,
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        self._children[name] = child
        return child

    async def _follow(self, name: str, child: asyncio.subprocess.Process) -> int:
        reader = asyncio.create_task(self._read(name, child))
        try:
            return await _ended(child)
        finally:
            # a process that the child started may keep the pipe open after the child has ended
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(reader, 1.0)

    async def _read(self, name: str, child: asyncio.subprocess.Process) -> None:
        assert child.stdout is not None
        while True:
            try:
                line = await child.stdout.readline()
            except ValueError:  # the line is longer than the reader's limit: drop it and read on
                continue
            if not line:
                return
            text = line.decode("utf-8", "replace").rstrip()
            if text:
                self._log(name, text)


async def _ended(child: asyncio.subprocess.Process) -> int:
    """The child's exit code. child.wait() would also wait for its pipe, which a process that it started
    may keep open."""
    while child.returncode is None:  # noqa: ASYNC110 (asyncio offers no event for the exit alone)
        await asyncio.sleep(_LOOK)
    return child.returncode


def end_marked(mark: str, grace: float = 5.0) -> int:
    """End every process with the mark: SIGTERM, then SIGKILL after `grace` seconds. Returns their number.

    The processes of flow runs are in process groups of their own and outlive a worker that is killed. Needs
    /proc.
    """
    pids = marked(mark)
    for pid in pids:
        _send(pid, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while (left := marked(mark)) and time.monotonic() < deadline:
        time.sleep(0.1)
    for pid in left:
        _send(pid, signal.SIGKILL)
    return len(pids)


def marked(mark: str, word: str | None = None) -> list[int]:
    """Ids of this user's processes that have the mark in their environment and, if given, `word` as an
    argument.

    Processes that have ended but were not waited for are not counted.
    """
    wanted = f"{MARK}={mark}".encode()
    return [
        int(folder.name)
        for folder in Path("/proc").glob("[0-9]*")
        if int(folder.name) != os.getpid()
        and wanted in _parts(folder / "environ")
        and (word is None or word.encode() in _parts(folder / "cmdline"))
    ]


def _parts(path: Path) -> list[bytes]:
    try:
        return path.read_bytes().split(b"\0")
    except OSError:  # of another user, or ended
        return []


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
