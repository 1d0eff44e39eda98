"""hosts.db: what all processes share about hosts (robots.txt, pauses, when the next request may go out), and
the turns of requests at a host.

A turn is a kernel lock on one byte of a file beside hosts.db, at a position that follows from the host's
name. Nothing is written for it, and the kernel drops it when the process ends, however that happens. Times
are epoch seconds of the real clock.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import sqlite3
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from isal import isal_zlib

from ingest.errors import Transient, WarehouseError
from ingest.fetch.robots import StoredRobots
from ingest.reasons import Reason

TURN_WAIT = 120.0
"""Longest wait, in seconds, for a turn at a host; beyond it the URL is deferred, with the time at which it
may be tried again."""
RECHECK_FIRST, RECHECK_MOST = 0.01, 0.1
"""Seconds between looks at a turn that another process has: it grows from the first to the second."""
MOST_IN_FLIGHT = 256
"""Bytes of the turns file that belong to a host, so the most requests in flight there."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS host (
  host TEXT PRIMARY KEY, next_at REAL NOT NULL DEFAULT 0, paused_until REAL NOT NULL DEFAULT 0, reason TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS robots (
  host TEXT PRIMARY KEY, body BLOB, expires_at REAL NOT NULL, reason TEXT, detail TEXT NOT NULL,
  failures INTEGER NOT NULL
);
"""
# Open file description locks (fcntl(2), Linux) also keep two users inside one process apart; elsewhere plain
# locks keep processes apart.
_SET_LOCK: int = getattr(fcntl, "F_OFD_SETLK", fcntl.F_SETLK)


class Hosts:
    """The limits of all hosts, shared by every process that opens the same file."""

    def __init__(self, path: Path, *, turn_wait: float = TURN_WAIT):
        self._turn_wait = turn_wait
        self._queues: dict[str, _Queue] = {}
        self._db = _open(path)
        self._turns = os.open(
            path.with_name(f"{path.name}.turns"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644
        )

    def close(self) -> None:
        self._db.close()
        if self._turns >= 0:
            os.close(self._turns)
            self._turns = -1

    # -- turns -----------------------------------------------------------------------------------------------

    def slot(self, host: str, *, limit: int = 1, delay: float = 0.0) -> Slot:
        """One request's turn at `host`, to be entered by `async with`: at most `limit` are in flight over all
        processes, and `delay` seconds pass from the end of one to the start of the next. Entering raises
        Transient with the reason of a pause, or with DEFERRED when the turn is more than TURN_WAIT away."""
        return Slot(self, host, min(limit, MOST_IN_FLIGHT), delay)

    def _queue(self, host: str, limit: int) -> _Queue:
        queue = self._queues.get(host)
        if queue is None:
            queue = self._queues[host] = _Queue(asyncio.Semaphore(limit), _first_byte(host))
        queue.users += 1
        return queue

    def _leave(self, host: str, queue: _Queue) -> None:
        queue.users -= 1
        if not queue.users:
            del self._queues[host]

    async def _turn(self, host: str, first_byte: int, limit: int, delay: float) -> int:
        """Wait for a turn; returns its locked byte."""
        since, recheck = time.time(), RECHECK_FIRST
        while True:
            byte = self._lock(first_byte, limit)
            wait = recheck
            if byte is not None:
                try:
                    wait = self._wait(host, delay)
                    if not wait:
                        return byte
                except BaseException:
                    self._unlock(byte)
                    raise
                self._unlock(byte)
            if time.time() + wait - since > self._turn_wait:
                raise Transient(
                    Reason.DEFERRED, f"{host}: the next turn is {wait:.0f} s away", retry_after=wait
                )
            await asyncio.sleep(wait)
            recheck = min(recheck * 1.5, RECHECK_MOST)

    def _wait(self, host: str, delay: float) -> float:
        """Returns the seconds until the next request may go out; 0 when this one may, and is claimed. Raises
        Transient while the host is paused."""
        next_at = self.check_pause(host)
        now = time.time()
        if next_at > now:
            return next_at - now
        return 0.0 if delay <= 0 or self._claim(host, delay) else RECHECK_FIRST

    def check_pause(self, host: str) -> float:
        """Raises Transient while `host` is paused; else returns when the next request may go out (epoch
        seconds)."""
        row = self._db.execute(
            "SELECT next_at, paused_until, reason FROM host WHERE host = ?", (host,)
        ).fetchone()
        if row is None:
            return 0.0
        left = row[1] - time.time()
        if left > 0:
            detail = f"{host} asked for a pause, which ends in {left:.0f} s"
            raise Transient(Reason(row[2]) if row[2] else Reason.DEFERRED, detail, retry_after=left)
        return float(row[0])

    def _claim(self, host: str, delay: float) -> bool:
        """Set the next request `delay` seconds from now. Returns False if another process did so first."""
        with self._transaction():
            now = time.time()
            changed = self._db.execute(
                "INSERT INTO host (host, next_at) VALUES (?, ?) ON CONFLICT DO UPDATE SET next_at = "
                "excluded.next_at "
                "WHERE next_at <= ?",
                (host, now + delay, now),
            )
            return changed.rowcount > 0

    def _lock(self, first_byte: int, limit: int) -> int | None:
        for byte in range(first_byte, first_byte + limit):
            try:
                fcntl.fcntl(self._turns, _SET_LOCK, _flock(fcntl.F_WRLCK, byte))
            except (BlockingIOError, PermissionError):
                continue
            return byte
        return None

    def _unlock(self, byte: int) -> None:
        fcntl.fcntl(self._turns, _SET_LOCK, _flock(fcntl.F_UNLCK, byte))

    # -- delays and pauses -----------------------------------------------------------------------------------

    def hold_off(self, host: str, seconds: float) -> None:
        """No request to `host` for this long from now."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO host (host, next_at) VALUES (?, ?) ON CONFLICT DO UPDATE SET next_at = "
                "max(next_at, excluded.next_at)",
                (host, time.time() + seconds),
            )

    def pause(self, host: str, seconds: float, reason: Reason = Reason.DEFERRED) -> None:
        """No request of any process to `host` for this long from now; a longer pause already set stays."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO host (host, paused_until, reason) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET "
                "reason = iif(excluded.paused_until > paused_until, excluded.reason, reason), "
                "paused_until = max(paused_until, excluded.paused_until)",
                (host, time.time() + seconds, reason.value),
            )

    def paused_until(self, host: str) -> float | None:
        """Returns when the pause of `host` ends (epoch seconds); None if it is not paused."""
        row = self._db.execute("SELECT paused_until FROM host WHERE host = ?", (host,)).fetchone()
        return float(row[0]) if row is not None and row[0] > time.time() else None

    # -- robots ----------------------------------------------------------------------------------------------

    def robots(self, host: str) -> StoredRobots | None:
        """Returns the stored robots.txt of `host`, expired or not; None if there is none."""
        row = self._db.execute(
            "SELECT body, expires_at, reason, detail, failures FROM robots WHERE host = ?", (host,)
        ).fetchone()
        if row is None:
            return None
        body = None if row[0] is None else isal_zlib.decompress(row[0]) if row[0] else b""
        return StoredRobots(body, row[1], Reason(row[2]) if row[2] else None, row[3], row[4])

    def keep_robots(self, host: str, stored: StoredRobots) -> None:
        body = isal_zlib.compress(stored.body) if stored.body else stored.body
        with self._transaction():
            self._db.execute(
                "INSERT OR REPLACE INTO robots VALUES (?, ?, ?, ?, ?, ?)",
                (host, body, stored.expires_at, stored.reason, stored.detail, stored.failures),
            )

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise WarehouseError(
                f"hosts.db: {error}; make room on the disk and run the command again"
            ) from None


@dataclass(slots=True)
class _Queue:
    """The requests of this process that wait for a host, first come first served; `first_byte` is the host's
    in the turns file."""

    turn: asyncio.Semaphore
    first_byte: int
    users: int = 0


class Slot:
    """A turn at a host; see `Hosts.slot`."""

    __slots__ = ("_byte", "_delay", "_host", "_hosts", "_limit", "_queue")

    def __init__(self, hosts: Hosts, host: str, limit: int, delay: float):
        self._hosts = hosts
        self._host = host
        self._limit = limit
        self._delay = delay
        self._queue: _Queue | None = None
        self._byte = 0

    async def __aenter__(self) -> None:
        queue = self._queue = self._hosts._queue(self._host, self._limit)
        try:
            await queue.turn.acquire()
            try:
                self._byte = await self._hosts._turn(self._host, queue.first_byte, self._limit, self._delay)
            except BaseException:
                queue.turn.release()
                raise
        except BaseException:
            self._hosts._leave(self._host, queue)
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._queue is not None
        try:
            if self._delay > 0:
                self._hosts.hold_off(self._host, self._delay)
        finally:
            self._hosts._unlock(self._byte)
            self._queue.turn.release()
            self._hosts._leave(self._host, self._queue)


def _first_byte(host: str) -> int:
    """The first of a host's 256 bytes in the turns file; locks may be beyond its end, so it stays empty."""
    return int.from_bytes(hashlib.blake2b(host.encode(), digest_size=6).digest(), "big") * MOST_IN_FLIGHT


def _flock(kind: int, byte: int) -> bytes:
    """struct flock of fcntl(2): type, whence, start, length, pid."""
    return struct.pack("hhqqi4x", kind, os.SEEK_SET, byte, 1, 0)


def _open(path: Path) -> sqlite3.Connection:
    """The database, created if absent. A damaged one is renamed: all it held can be fetched again."""
    try:
        return _prepared(path)
    except sqlite3.OperationalError as error:
        raise WarehouseError(
            f"{path}: cannot be opened ({error}); check that the directory exists and is writable"
        ) from None
    except sqlite3.DatabaseError:
        for suffix in ("", "-wal", "-shm"):
            damaged = path.with_name(path.name + suffix)
            if damaged.exists():
                damaged.replace(path.with_name(f"{path.name}.damaged{suffix}"))
        return _prepared(path)


def _prepared(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    # A power cut may lose the last commits but does not damage the file; all of it can be fetched again.
    db.execute("PRAGMA synchronous = NORMAL")
    db.executescript(_SCHEMA)
    now = time.time()
    db.execute("DELETE FROM host WHERE next_at < ? AND paused_until < ?", (now, now))
    db.execute("DELETE FROM robots WHERE expires_at < ?", (now - 30 * 86_400,))
    return db
