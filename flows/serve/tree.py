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
"""In the environment of every child and all it starts: tells to which tree a process belongs (its data
directory)."""

_GRACE = 10.0
_LOOK = 0.2
_PAUSES = (1.0, 2.0, 5.0, 15.0, 30.0)
_STEADY = 60.0
"""Seconds: a child that lived this long is started again at once when it dies."""

Log = Callable[[str, str], None]
"""(child, line)"""


class Tree:
    """Processes kept running until `stop`. `environment` is added to this process's own."""

    def __init__(self, mark: str, environment: Mapping[str, str], log: Log) -> None:
        self._environment = {**os.environ, **environment, MARK: mark, "PYTHONUNBUFFERED": "1"}
        self._mark = mark
        self._log = log
        self._stopping = False
        self._children: dict[str, asyncio.subprocess.Process] = {}
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._deaths: dict[str, int] = {}

    def deaths(self, name: str) -> int:
        """How often in a row a child died young."""
        return self._deaths.get(name, 0)

    def running(self, word: str) -> list[int]:
        """Process ids of the tree whose command line has this word."""
        return marked(self._mark, word)

    def keep(
        self, name: str, command: Sequence[str], mourn: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """Run `python -m command` from now on, whatever happens to it; `mourn` is awaited after a death,
        before the next start."""
        self._keepers[name] = asyncio.create_task(self._keep(name, command, mourn))

    async def once(self, name: str, command: Sequence[str]) -> int:
        """Run `python -m command` to its end; its exit code."""
        child = await self._start(name, command)
        return await self._follow(name, child)

    async def stop(self, names: Sequence[str]) -> None:
        """End these children in this order, each with time to end by itself; then everything that bears the
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
        await asyncio.to_thread(sweep, self._mark)

    async def _keep(
        self, name: str, command: Sequence[str], mourn: Callable[[], Awaitable[None]] | None
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
            if mourn is not None:
                await mourn()

    async def _start(self, name: str, command: Sequence[str]) -> asyncio.subprocess.Process:
        # a session of its own: Ctrl-C of a terminal reaches the supervisor only, which ends the tree in order
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
            # what the child started may hold its pipe open for longer than it lives
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(reader, 1.0)

    async def _read(self, name: str, child: asyncio.subprocess.Process) -> None:
        assert child.stdout is not None
        while True:
            try:
                line = await child.stdout.readline()
            except ValueError:  # a line longer than the reader's limit: it is dropped, the rest goes on
                continue
            if not line:
                return
            text = line.decode("utf-8", "replace").rstrip()
            if text:
                self._log(name, text)


async def _ended(child: asyncio.subprocess.Process) -> int:
    """Its exit code. child.wait() would wait for its pipe as well, which what it started may hold open."""
    while child.returncode is None:  # noqa: ASYNC110 (asyncio offers no event for the exit alone)
        await asyncio.sleep(_LOOK)
    return child.returncode


def sweep(mark: str, grace: float = 5.0) -> int:
    """End every process that bears the mark: SIGTERM, then SIGKILL after `grace` seconds; how many there
    were.

    The flow processes of a worker live in groups of their own and outlive a worker that is killed. Needs
    /proc.
    """
    found = marked(mark)
    for pid in found:
        _send(pid, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while (left := marked(mark)) and time.monotonic() < deadline:
        time.sleep(0.1)
    for pid in left:
        _send(pid, signal.SIGKILL)
    return len(found)


def marked(mark: str, word: str | None = None) -> list[int]:
    """Process ids of this user whose environment bears the mark, and whose command line has `word` where one
    is given.

    Ended ones that nobody waited for are not counted.
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
    except OSError:  # of another user, or gone
        return []


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
