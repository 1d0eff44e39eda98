"""hosts.db: what all processes together know of hosts - robots.txt, who is asking right now, when the next request may go out.

A lease is a request in flight. It is written before the request and removed after it; one whose process has died, or whose
time has passed, counts no more, so that nothing has to be repaired after a kill. Times are epoch seconds of the real clock.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from isal import isal_zlib

from ingest.errors import Transient, WarehouseError
from ingest.fetch.robots import StoredRobots
from ingest.model import Reason

LEASE_SECONDS = 300.0
PATIENCE = 120.0
"""Longest wait, in seconds, for one host's turn; beyond it the URL is put off with the time it may be tried again."""
RECHECK_FIRST, RECHECK_MOST = 0.01, 0.1
"""Seconds between looks at a lease that another process holds."""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS host (
  host TEXT PRIMARY KEY, next_at REAL NOT NULL DEFAULT 0, paused_until REAL NOT NULL DEFAULT 0, reason TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lease (
  host TEXT NOT NULL, token TEXT NOT NULL, pid INTEGER NOT NULL, started INTEGER NOT NULL, expires_at REAL NOT NULL,
  PRIMARY KEY (host, token)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS robots (
  host TEXT PRIMARY KEY, body BLOB, expires_at REAL NOT NULL, reason TEXT, detail TEXT NOT NULL, failures INTEGER NOT NULL
);
"""
_tokens = itertools.count()


@dataclass(slots=True)
class _Queue:
    """Those of this process who wait for a host, first come first served."""

    turn: asyncio.Semaphore
    users: int = 0


@dataclass(frozen=True, slots=True)
class _Wait:
    seconds: float
    why: str


class Hosts:
    """The limits of all hosts, shared by every process that opens the same file."""

    def __init__(self, path: Path, *, patience: float = PATIENCE):
        self._patience = patience
        self._pid = os.getpid()
        self._started = _started(self._pid) or 0
        self._queues: dict[str, _Queue] = {}
        self._db = _open(path)

    def close(self) -> None:
        self._db.close()

    # -- turns -------------------------------------------------------------------------------------------------------

    @asynccontextmanager
    async def slot(self, host: str, *, limit: int = 1, delay: float = 0.0) -> AsyncIterator[None]:
        """One request's turn at `host`: at most `limit` in flight over all processes, `delay` seconds from the end of one
        to the start of the next. Raises Transient (with the reason of the pause, or DEFERRED) when the turn is too far off."""
        queue = self._queues.get(host)
        if queue is None:
            queue = self._queues[host] = _Queue(asyncio.Semaphore(limit))
        queue.users += 1
        try:
            async with queue.turn:
                token = await self._lease(host, limit, delay)
                try:
                    yield
                finally:
                    self._release(host, token, delay)
        finally:
            queue.users -= 1
            if not queue.users:
                del self._queues[host]

    async def _lease(self, host: str, limit: int, delay: float) -> str:
        waited_from, recheck = time.time(), RECHECK_FIRST
        while True:
            answer = self._try(host, limit, delay)
            if isinstance(answer, str):
                return answer
            if time.time() + answer.seconds - waited_from > self._patience:
                detail = f"{host}: next turn in {answer.seconds:.0f} s ({answer.why})"
                raise Transient(Reason.DEFERRED, detail, retry_after=answer.seconds)
            await asyncio.sleep(answer.seconds or recheck)
            recheck = min(recheck * 1.5, RECHECK_MOST)

    def _try(self, host: str, limit: int, delay: float) -> str | _Wait:
        """Take a lease (its token), or say how long to wait. Raises Transient while the host is paused."""
        with self._transaction():
            now = time.time()
            row = self._db.execute("SELECT next_at, paused_until, reason FROM host WHERE host = ?", (host,)).fetchone()
            if row is not None:
                _refuse_paused(host, row[1] - now, row[2])
                if row[0] > now:
                    return _Wait(row[0] - now, "crawl delay")
            if self._in_flight(host, now) >= limit:
                return _Wait(0.0, f"{limit} in flight")
            token = f"{self._pid}-{next(_tokens)}"
            self._db.execute("INSERT INTO lease VALUES (?, ?, ?, ?, ?)",
                             (host, token, self._pid, self._started, now + LEASE_SECONDS))  # fmt: skip
            if delay > 0:
                self._not_before(host, now + delay)
            return token

    def _in_flight(self, host: str, now: float) -> int:
        leases = self._db.execute("SELECT token, pid, started, expires_at FROM lease WHERE host = ?", (host,)).fetchall()
        dead = [(host, lease[0]) for lease in leases if lease[3] < now or not _alive(lease[1], lease[2])]
        if dead:
            self._db.executemany("DELETE FROM lease WHERE host = ? AND token = ?", dead)
        return len(leases) - len(dead)

    def _release(self, host: str, token: str, delay: float) -> None:
        with self._transaction():
            self._db.execute("DELETE FROM lease WHERE host = ? AND token = ?", (host, token))
            if delay > 0:
                self._not_before(host, time.time() + delay)

    def _not_before(self, host: str, at: float) -> None:
        self._db.execute(
            "INSERT INTO host (host, next_at) VALUES (?, ?) ON CONFLICT DO UPDATE SET next_at = max(next_at, excluded.next_at)",
            (host, at),
        )

    # -- delays and pauses -------------------------------------------------------------------------------------------

    def hold_off(self, host: str, seconds: float) -> None:
        """No request to `host` for this long: a crawl delay learnt only after the request that told of it."""
        with self._transaction():
            self._not_before(host, time.time() + seconds)

    def pause(self, host: str, seconds: float, reason: Reason = Reason.DEFERRED) -> None:
        """Leave `host` alone, in every process, until `seconds` from now; a longer pause already set stays."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO host (host, paused_until, reason) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET "
                "reason = iif(excluded.paused_until > paused_until, excluded.reason, reason), "
                "paused_until = max(paused_until, excluded.paused_until)",
                (host, time.time() + seconds, reason.value),
            )

    def paused_until(self, host: str) -> float | None:
        """When the pause of `host` ends (epoch seconds); None if it is not paused now."""
        row = self._db.execute("SELECT paused_until FROM host WHERE host = ?", (host,)).fetchone()
        return float(row[0]) if row is not None and row[0] > time.time() else None

    # -- robots ------------------------------------------------------------------------------------------------------

    def robots(self, host: str) -> StoredRobots | None:
        """The stored robots.txt of `host`, expired or not."""
        found = self._db.execute("SELECT body, expires_at, reason, detail, failures FROM robots WHERE host = ?", (host,))
        row = found.fetchone()
        if row is None:
            return None
        body = None if row[0] is None else isal_zlib.decompress(row[0]) if row[0] else b""
        return StoredRobots(body, row[1], Reason(row[2]) if row[2] else None, row[3], row[4])

    def keep_robots(self, host: str, kept: StoredRobots) -> None:
        body = isal_zlib.compress(kept.body) if kept.body else kept.body
        with self._transaction():
            self._db.execute("INSERT OR REPLACE INTO robots VALUES (?, ?, ?, ?, ?, ?)",
                             (host, body, kept.expires_at, kept.reason, kept.detail, kept.failures))  # fmt: skip

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")


def _refuse_paused(host: str, seconds: float, reason: str | None) -> None:
    if seconds > 0:
        why = Reason(reason) if reason else Reason.DEFERRED
        raise Transient(why, f"{host} asked to be left alone for another {seconds:.0f} s", retry_after=seconds)


def _alive(pid: int, started: int) -> bool:
    """Whether the process that took a lease still runs; its start time tells it from a later one with the same number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _started(pid) in (started, None)


def _started(pid: int) -> int | None:
    """Start time in clock ticks since boot (proc(5), stat field 22); None where there is no /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        return int(fields[19])
    except (OSError, IndexError, ValueError):
        return None


def _open(path: Path) -> sqlite3.Connection:
    """The database, made if absent. A damaged one is set aside: what it knew can be learnt again."""
    try:
        return _prepared(path)
    except sqlite3.OperationalError as error:
        raise WarehouseError(f"{path}: cannot be opened ({error}); check that the directory exists and is writable") from None
    except sqlite3.DatabaseError:
        for suffix in ("", "-wal", "-shm"):
            damaged = path.with_name(path.name + suffix)
            if damaged.exists():
                damaged.replace(path.with_name(f"{path.name}.damaged{suffix}"))
        return _prepared(path)


def _prepared(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    # A power cut may lose the last commits, never the file's soundness: all of it can be learnt again.
    db.execute("PRAGMA synchronous = NORMAL")
    db.executescript(_SCHEMA)
    now = time.time()
    db.execute("DELETE FROM host WHERE next_at < ? AND paused_until < ?", (now, now))
    db.execute("DELETE FROM lease WHERE expires_at < ?", (now,))
    db.execute("DELETE FROM robots WHERE expires_at < ?", (now - 30 * 86_400,))
    return db
