"""Backup and restore: a consistent copy of the data directory, made while it is in use, and a data directory
made of one.

The warehouse is copied under the write lock, which is held for that long; archive segments only grow at their
end and are copied as far as they went at that time. What is published is made anew from these by `restore`.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ingest
from ingest.errors import ConfigError
from ingest.load.db import Connection, Warehouse
from ingest.load.publish import publish
from ingest.progress import Progress
from ingest.settings import Settings

MARK = "backup.json"
"""Written last: a folder without it is no whole backup."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A backup or what was restored of one: its folder, files and bytes."""

    path: str
    files: int
    bytes: int


def backup(settings: Settings, target: Path, progress: Progress | None = None) -> Copied:
    """Copy the data directory to `target`, which must be empty or not there. ConfigError when it is
    neither."""
    warehouse = Warehouse(settings)
    warehouse.must_exist()
    _empty(target)
    target = target.resolve()
    now = datetime.now(UTC)
    with warehouse.exclusive() as open_file:
        with open_file() as con:
            con.execute("INSERT OR REPLACE INTO core.backup VALUES (?, ?)", [str(target), now])
            con.execute("CHECKPOINT")
        _copy(warehouse.path, target / warehouse.path.name)
        ends = {path: path.stat().st_size for path in sorted((warehouse.data / "archive").glob("*.warc.gz"))}
    for number, (path, end) in enumerate(ends.items()):
        _copy(path, target / "archive" / path.name, end)
        if progress:
            progress("archive", number + 1, len(ends))
    if (warehouse.data / "hosts.db").exists():
        _copy_sqlite(warehouse.data / "hosts.db", target / "hosts.db")
    _write_mark(target, now)
    return _measured(target)


def restore(settings: Settings, source: Path, progress: Progress | None = None) -> Copied:
    """Make the data directory of `source`. ConfigError when `source` is no whole backup or the data directory
    is not empty."""
    if not (source / MARK).exists():
        raise ConfigError(
            f"{source}: no whole backup there ({MARK} is missing); name a folder that `ingest backup` made"
        )
    _empty(settings.data)
    files = [path for path in sorted(source.rglob("*")) if path.is_file() and path.name != MARK]
    for number, path in enumerate(files):
        _copy(path, settings.data / path.relative_to(source))
        if progress:
            progress("files", number + 1, len(files))
    warehouse = Warehouse(settings)
    warehouse.prepare()
    with warehouse.transaction() as con:  # those files were not copied
        con.execute("DELETE FROM core.published_file")
    publish(warehouse, everything=True)
    return _measured(settings.data)


def holding(con: Connection, since: datetime | None) -> list[dict[str, Any]]:
    """Backups made after `since` (all, if unknown), with whether they are still where they were made."""
    query = "SELECT path, made_at FROM core.backup WHERE ? IS NULL OR made_at >= ? ORDER BY made_at"
    return [
        {"path": path, "made_at": made_at, "there": (Path(path) / MARK).exists()}
        for path, made_at in con.execute(query, [since, since]).fetchall()
    ]


def _empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"{folder}: not empty; name a folder that is new or empty")


def _copy(source: Path, target: Path, size: int | None = None) -> None:
    """A file, or its first `size` bytes, on disk when this returns."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as given, target.open("wb") as taken:
            if size is None:
                shutil.copyfileobj(given, taken, 1 << 20)
            else:
                _copy_bytes(given.fileno(), taken.fileno(), size)
            taken.flush()
            os.fsync(taken.fileno())
    except OSError as error:
        raise ConfigError(
            f"{target}: cannot be written ({error.strerror}); make room or name another folder"
        ) from None


def _copy_bytes(given: int, taken: int, size: int) -> None:
    at = 0
    while at < size and (chunk := os.pread(given, min(1 << 20, size - at), at)):
        os.write(taken, chunk)
        at += len(chunk)


def _copy_sqlite(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as given, closing(sqlite3.connect(target)) as taken:
        given.backup(taken)


def _write_mark(target: Path, now: datetime) -> None:
    text = json.dumps({"made_at": now.isoformat(), "written_by": ingest.__version__})
    (target / MARK).write_text(text, encoding="utf-8")


def _measured(folder: Path) -> Copied:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return Copied(str(folder), len(files), sum(path.stat().st_size for path in files))
