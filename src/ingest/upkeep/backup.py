"""Backup and restore: a consistent copy of a data directory that is in use, and a data directory made from
one.

The warehouse file is copied under the write lock. Archive segments only grow at their end and are copied up
to the length they had then. Published files are not copied: `restore` writes them again.
"""

from __future__ import annotations

import json
import logging
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

log = logging.getLogger(__name__)

MARK = "backup.json"
"""Written last: a folder without this file is not a complete backup."""


@dataclass(frozen=True, slots=True)
class CopiedFolder:
    """A folder that was written, with the number of its files and bytes."""

    path: str
    files: int
    bytes: int


def backup(settings: Settings, target: Path, progress: Progress | None = None) -> CopiedFolder:
    """Copy the data directory to `target`. Raises ConfigError when `target` exists and is not empty."""
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
    copied = _measured(target)
    log.info(
        "backup of %s: %d files, %d bytes copied to %s", warehouse.data, copied.files, copied.bytes, target
    )
    return copied


def restore(settings: Settings, source: Path, progress: Progress | None = None) -> CopiedFolder:
    """Make the data directory from the backup in `source`. Raises ConfigError when `source` is not a
    complete backup or the data directory is not empty."""
    if not (source / MARK).exists():
        raise ConfigError(
            f"{source}: not a complete backup ({MARK} is missing); name a folder that `ingest backup` made"
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
    copied = _measured(settings.data)
    log.info("restore of %s: %d files, %d bytes in %s", source, copied.files, copied.bytes, warehouse.data)
    return copied


def backups_since(con: Connection, since: datetime | None) -> list[dict[str, Any]]:
    """Backups made after `since` (all of them when it is None); `there`: the backup is still in its
    folder."""
    query = "SELECT path, made_at FROM core.backup WHERE ? IS NULL OR made_at >= ? ORDER BY made_at"
    return [
        {"path": path, "made_at": made_at, "there": (Path(path) / MARK).exists()}
        for path, made_at in con.execute(query, [since, since]).fetchall()
    ]


def _empty(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(f"{folder}: not empty; name a folder that is new or empty")


def _copy(source: Path, target: Path, size: int | None = None) -> None:
    """Copy a file, or its first `size` bytes, and sync it to disk."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as reader, target.open("wb") as writer:
            if size is None:
                shutil.copyfileobj(reader, writer, 1 << 20)
            else:
                _copy_bytes(reader.fileno(), writer.fileno(), size)
            writer.flush()
            os.fsync(writer.fileno())
    except OSError as error:
        raise ConfigError(
            f"{target}: cannot be written ({error.strerror}); make room or name another folder"
        ) from None


def _copy_bytes(source: int, target: int, size: int) -> None:
    at = 0
    while at < size and (chunk := os.pread(source, min(1 << 20, size - at), at)):
        os.write(target, chunk)
        at += len(chunk)


def _copy_sqlite(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as original, closing(sqlite3.connect(target)) as copy:
        original.backup(copy)


def _write_mark(target: Path, now: datetime) -> None:
    text = json.dumps({"made_at": now.isoformat(), "written_by": ingest.__version__})
    (target / MARK).write_text(text, encoding="utf-8")


def _measured(folder: Path) -> CopiedFolder:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return CopiedFolder(str(folder), len(files), sum(path.stat().st_size for path in files))
