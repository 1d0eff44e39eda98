"""The warehouse file: opened by one writer for one transaction at a time, migrated by numbered SQL."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import duckdb
import pyarrow as pa
from pydantic import ByteSize, TypeAdapter

from ingest.errors import ConfigError, WarehouseError
from ingest.load.folder import WAREHOUSE, must_exist
from ingest.load.locks import others_wait, write_lock
from ingest.load.migrations import migrate
from ingest.load.sql import Connection as Connection
from ingest.settings import Settings

log = logging.getLogger(__name__)

FOLDERS = ("published", "archive", "locks")
STORAGE_ERRORS = (
    duckdb.IOException,
    duckdb.OutOfMemoryException,
    duckdb.FatalException,
    duckdb.TransactionException,
)
_OPEN_WAIT = 60.0
CLOSING = "100MB"
"""What DuckDB may take to close a file. Its checkpoint merges row groups, up to 122,880 rows with all their
texts (600 MB); with little memory it does so by way of the disk: of 32,000 articles in 6 s instead of 3, and
90 MB instead of 450. Where even that fails, the write-ahead log stays beside the file, and is replayed when
the file is opened next."""


LINGER = 0.25
"""Seconds that a run's warehouse file stays open after a transaction. Opening and closing a file takes some
25 ms of CPU, and a run makes a dozen transactions, most of them close together."""


class Warehouse:
    """A data directory. `transaction()` hands out a connection inside BEGIN..COMMIT, while the write lock is
    held.

    The file is open only for that time, and up to `linger` seconds longer, in which the next transaction
    finds it open. Another process that wants to write gets its turn after the transaction that is running
    (locks.write_lock); readers never open this file. Whoever asks for `linger` calls close() at the end.
    """

    def __init__(self, settings: Settings, *, linger: float = 0.0) -> None:
        self.settings = settings
        self.data: Path = settings.data.resolve()
        self.path = self.data / WAREHOUSE
        self.linger = linger
        self._thread_lock = threading.Lock()
        self._ready = False
        self._file: Connection | None = None
        self._file_lock = contextlib.ExitStack()
        self._closing: threading.Timer | None = None

    def prepare(self) -> bool:
        """Makes the folders and brings the layout up to date; returns True when a migration ran. Raises
        WarehouseError when the file cannot be opened or has a newer layout."""
        self.make_folders()
        with self._opened() as con:
            ran = migrate(con, self.path)
        self._ready = True
        return ran

    def must_exist(self) -> None:
        """Raises NoWarehouseError when the data directory holds no warehouse."""
        must_exist(self.settings.data)

    def make_folders(self) -> None:
        """Makes the data directory and its folders. Raises ConfigError when they cannot be made."""
        try:
            for name in FOLDERS:
                (self.data / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(
                f"{self.data}: cannot be written ({error.strerror}); choose another --data folder"
            ) from None

    @contextmanager
    def transaction(self, memory: str | None = None) -> Iterator[Connection]:
        """One transaction: committed at the end, rolled back on any error. `memory`: a lower limit than
        duckdb_memory, for statements that can work with less."""
        if not self._ready:
            self.prepare()
        with self._opened() as con:
            limit = self.settings.duckdb_memory
            con.execute(f"SET memory_limit = '{min(memory or limit, limit, key=_bytes)}'")
            started = time.monotonic()
            con.execute("BEGIN")
            try:
                yield con
            except BaseException:
                with contextlib.suppress(duckdb.Error):  # a fatal error has ended the transaction already
                    con.execute("ROLLBACK")
                raise
            con.execute("COMMIT")
            log.debug("transaction committed after %.3f s", time.monotonic() - started)

    @contextmanager
    def exclusive(self) -> Iterator[Callable[[], AbstractContextManager[Connection]]]:
        """Holds the write lock, for what replaces or copies the file as a whole; hands out a function that
        opens the file meanwhile."""
        if not self._ready:
            self.prepare()
        with self._thread_lock:
            self._close()
            with write_lock(self.data / "locks"):
                yield self._alone

    def close(self) -> None:
        """Closes the file, if it is still open, and gives the write lock back."""
        with self._thread_lock:
            self._close()

    def _create(self) -> None:
        """Creates a new warehouse beside its path and renames it into place: a process killed while DuckDB
        writes the first headers leaves no broken file."""
        folder = self.data / ".new"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        fresh = folder / self.path.name
        with contextlib.closing(self._connect(fresh)) as con:
            con.execute("CHECKPOINT")
        os.replace(fresh, self.path)
        shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _opened(self) -> Iterator[Connection]:
        """A connection to the file for this thread alone; opens the file, creates it where there is none, and
        leaves it open for `linger` seconds. It is closed at once after an error, which may have made the
        connection useless, and where another process waits to write."""
        with self._thread_lock:
            if self._closing is not None:
                self._closing.cancel()
                self._closing = None
            linger = 0.0
            try:
                if self._file is not None and others_wait(self.data / "locks"):
                    self._close()
                if self._file is None:
                    self._file_lock.enter_context(write_lock(self.data / "locks"))
                    if not self.path.exists():
                        self._create()
                    self._file = self._connect(self.path)
                with self._session(self._file) as con:
                    yield con
                linger = 0.0 if others_wait(self.data / "locks") else self.linger
            finally:
                if linger:
                    self._close_later(linger)
                else:
                    self._close()

    @contextmanager
    def _alone(self) -> Iterator[Connection]:
        """A connection to the file while the caller holds the write lock (see exclusive())."""
        file = self._connect(self.path)
        try:
            with self._session(file) as con:
                yield con
        finally:
            self._close_file(file)

    @contextmanager
    def _session(self, file: Connection) -> Iterator[Connection]:
        """A connection of its own: temporary tables and settings of one transaction end with it."""
        with contextlib.closing(file.cursor()) as con:
            try:
                con.execute("SET TimeZone = 'UTC'")
                yield con
            except STORAGE_ERRORS as error:  # of the disk or the memory: the whole transaction is undone
                raise WarehouseError(
                    f"{self.path}: {_first_line(error)}; this step changed nothing: free disk space or "
                    "raise duckdb_memory, and run the command again"
                ) from None

    def _close_later(self, seconds: float) -> None:
        def close() -> None:
            with self._thread_lock:
                if self._closing is timer:  # no transaction began meanwhile
                    self._close()

        timer = self._closing = threading.Timer(seconds, close)
        timer.daemon = True
        timer.start()

    def _close(self) -> None:
        file, self._file, self._closing = self._file, None, None
        with self._file_lock:
            if file is not None:
                self._close_file(file)

    def _close_file(self, file: Connection) -> None:
        try:
            file.execute(f"SET memory_limit = '{min(CLOSING, self.settings.duckdb_memory, key=_bytes)}'")
        except duckdb.Error:  # more than that is in use: the file is closed with the limit as it is
            pass
        finally:
            file.close()
            pa.default_memory_pool().release_unused()  # Arrow keeps the staged rows otherwise

    def _connect(self, path: Path) -> Connection:
        deadline = time.monotonic() + _OPEN_WAIT
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": self.settings.duckdb_memory,
            "threads": self.settings.duckdb_threads,
        }
        while True:
            try:
                return duckdb.connect(str(path), config=config)
            except duckdb.IOException as error:
                if "lock" not in str(error) or time.monotonic() > deadline:
                    raise WarehouseError(_why_not(path, error)) from None
                time.sleep(0.1)
            except duckdb.Error as error:
                raise WarehouseError(_why_not(path, error)) from None


def _bytes(size: str) -> int:
    return TypeAdapter(ByteSize).validate_python(size)


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [""])[0][:200]


def _why_not(path: Path, error: Exception) -> str:
    first = _first_line(error)
    if "lock" in first:
        return (
            f"{path}: another program has it open; close it (readers should open news.duckdb): {first[:160]}"
        )
    if "version" in first.lower():
        return f"{path}: written by a newer DuckDB than {duckdb.__version__}; upgrade duckdb: {first[:160]}"
    return f"{path}: cannot be opened: {first[:200]}; restore a backup or choose another --data folder"
