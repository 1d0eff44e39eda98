"""File locks that end with their process, so that no stale one has to be removed by hand."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.errors import ConfigError, LockedError, WarehouseError

_PAUSE = 0.02
_LOCK, _TURN = "write.lock", "write.turn"


@contextmanager
def run_lock(folder: Path, job: str, wait: float = 0.0) -> Iterator[None]:
    """Allows one run of a job at a time. Raises LockedError after `wait` seconds, naming the process that
    holds the lock."""
    path = folder / f"{job}.lock"
    with _held(path) as handle:
        if not _acquire(handle, wait):
            holder = os.pread(handle, 40, 0).decode("ascii", "replace").strip() or "another process"
            raise LockedError(
                f"{path}: {job} is already running (process {holder}); wait for it or use --wait SECONDS"
            )
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield


@contextmanager
def write_lock(folder: Path, wait: float = 300.0) -> Iterator[None]:
    """The lock of a warehouse transaction. Raises WarehouseError when another writer holds it for `wait`
    seconds.

    Whoever waits holds the turn, a second lock: the next to write is the one that waits, not the one that has
    just written and would write again.
    """
    deadline = time.monotonic() + wait
    with _held(folder / _LOCK) as lock:
        with _held(folder / _TURN) as turn:
            mine = _acquire(turn, wait) and _acquire(lock, deadline - time.monotonic())
        if not mine:
            raise WarehouseError(
                f"{folder / _LOCK}: another process has been writing for {wait:.0f} s; run the "
                "command again when it has ended"
            )
        yield


def others_wait(folder: Path) -> bool:
    """Whether another writer waits for the write lock, which the caller holds."""
    with _held(folder / _TURN) as turn:
        return not _acquire(turn, 0.0)


@contextmanager
def _held(path: Path) -> Iterator[int]:
    handle = _open(path)
    try:
        yield handle
    finally:
        os.close(handle)


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be written ({error.strerror}); choose a writable --data folder"
        ) from None


def _acquire(handle: int, wait: float) -> bool:
    deadline = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_PAUSE)
