"""Publishing for readers: Parquet files by day, and news.duckdb, a small file of views over them that is
replaced by rename.

Readers never open the writer's file. Only dirty days are written again; a replaced file is kept for KEEP, so
that a running query can end. All paths in the views are absolute: `publish(everything=True)` writes them
again after the data directory was moved.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from ingest.load.db import Warehouse
from ingest.load.marts import Mart, comment_statements, create_statement, marts, marts_version
from ingest.load.sql import Connection, literal, names, sql

log = logging.getLogger(__name__)

KEEP = timedelta(hours=24)
MEMORY = "400MB"
"""Memory for sorting and writing before DuckDB spills to disk: a publish of many days would otherwise use all
that DuckDB is allowed."""
MAX_DAYS, MAX_TEXTS = 10, 3_000
"""Most days, and most texts on them, that one statement writes: it sorts and holds all its rows until it ends
(30 kB a text). After a backfill there may be years of days to write, and one day, that on which everything
was first seen, may hold every text that was loaded."""
BY_DAY = {"articles": "published_day", "revisions": "day", "outcomes": "day", "polls": "day"}
WHOLE = ("feeds", "pending", "backfills", "runs")
DATASETS = (*BY_DAY, *WHOLE)
STORAGE = "v1.0.0"


BeforeRuns = Callable[[Connection, int], None]
"""What publish() calls before it writes the list of runs, with the number of files that it will have
written: a run's own row can so tell of its last publish."""


def publish(warehouse: Warehouse, *, everything: bool = False, before_runs: BeforeRuns | None = None) -> int:
    """Writes the dirty days (or all), points the views at the new files and clears the list of dirty days;
    returns the number of files written.

    All in one transaction: after a crash either the old state is in place, or the days are still dirty and
    the next publish writes them again.
    """
    folder = warehouse.data / "published"
    with warehouse.transaction(memory=MEMORY) as con:
        layout = _layout_of_all(con)
        if _layout_changed(con, layout) or everything:  # in this order: the layout is noted in either case
            con.execute(sql("publish/all_dirty"))
        days, of_days = _write_days(con, folder)
        written = of_days + len(WHOLE)
        if before_runs is not None:
            before_runs(con, written)
        _write_whole(con, folder)
        _build_views(con, folder, warehouse.data / "news.duckdb", layout)
        outdated = "DELETE FROM core.published_file WHERE replaced_at < ? RETURNING path"
        paths = [folder / path for (path,) in con.execute(outdated, [datetime.now(UTC) - KEEP]).fetchall()]
    for path in paths:
        path.unlink(missing_ok=True)
    log.info("published: days=%d files=%d old_files_removed=%d", days, written, len(paths))
    return written


def remove_orphans(warehouse: Warehouse) -> int:
    """Removes what a killed publish left behind: files older than KEEP that no row refers to; returns their
    number."""
    folder = warehouse.data / "published"
    edge = time.time() - KEEP.total_seconds()
    old = [
        path
        for path in folder.rglob("*.parquet")
        if path.stat().st_mtime < edge and not path.name.startswith("typed_")
    ]
    for path in folder.glob(".build-*"):
        if path.stat().st_mtime < edge:
            shutil.rmtree(path, ignore_errors=True)
    with warehouse.transaction() as con:
        kept = {path for (path,) in con.execute("SELECT path FROM core.published_file").fetchall()}
    orphans = [path for path in old if str(path.relative_to(folder)) not in kept]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)


def _layout_of_all(con: Connection) -> str:
    """A name for what all queries of warehouse/publish return."""
    layouts = [_layout(con, name.removeprefix("publish/")) for name in names("publish")]
    return uuid.uuid5(uuid.NAMESPACE_OID, "".join(layouts)).hex


def _layout_changed(con: Connection, now: str) -> bool:
    """True the first time, and after an upgrade changed what is published: the files of older days have other
    columns then. Notes the layout."""
    row = con.execute("SELECT value FROM core.meta WHERE key = 'published_layout'").fetchone()
    con.execute("INSERT OR REPLACE INTO core.meta VALUES ('published_layout', ?)", [now])
    return row is None or row[0] != now


def _layout(con: Connection, dataset: str) -> str:
    """A name for what a dataset's query returns. It changes with the statement (its comments apart) and with
    the columns that `*` stands for: a migration may add one without a change of the statement."""
    statement = "\n".join(
        line for line in sql(f"publish/{dataset}").splitlines() if not line.startswith("--")
    )
    columns = ""
    if dataset in DATASETS:
        con.execute("CREATE TEMP TABLE IF NOT EXISTS publish_day (day DATE)")
        columns = str(con.execute(f"DESCRIBE {statement}").fetchall())
    return uuid.uuid5(uuid.NAMESPACE_OID, statement + columns).hex[:12]


def _write_days(con: Connection, folder: Path) -> tuple[int, int]:
    """Returns the number of days (of all datasets together) and of files."""
    dirty: dict[str, dict[date, int]] = {}
    for dataset, day, texts in con.execute(sql("publish/dirty")).fetchall():
        dirty.setdefault(dataset, {})[day] = texts
    written = 0
    for dataset, column in BY_DAY.items():
        _ensure_typed(con, folder, dataset, column)
        for days, parts in _slices(dirty.get(dataset, {})):
            written += _write_dataset(con, folder, dataset, column, days, parts)
    con.execute("DELETE FROM core.dirty_day")
    return sum(map(len, dirty.values())), written


def _slices(texts: Mapping[date, int]) -> Iterator[tuple[list[date], int]]:
    """Days to write with one statement, oldest first, and the number of parts to write them in: several where
    a single day has too many texts."""
    days: list[date] = []
    in_slice = 0
    for day, count in sorted(texts.items()):
        if days and (len(days) == MAX_DAYS or in_slice + count > MAX_TEXTS):
            yield days, -(-in_slice // MAX_TEXTS) or 1
            days, in_slice = [], 0
        days.append(day)
        in_slice += count
    if days:
        yield days, -(-in_slice // MAX_TEXTS) or 1


def _write_dataset(
    con: Connection, folder: Path, dataset: str, column: str, days: list[date], parts: int
) -> int:
    con.execute("CREATE OR REPLACE TEMP TABLE publish_day AS SELECT unnest(?::DATE[]) AS day", [days])
    generation = uuid.uuid4().hex[:12]
    query = sql(f"publish/{dataset}")
    for part in range(parts):
        wanted = query if parts == 1 else f"FROM ({query}) WHERE hash(article_id) % {parts} = {part}"
        con.execute(
            f"COPY ({wanted}) TO {literal(folder / dataset)} (FORMAT parquet, PARTITION_BY ({column}), "
            f"FILENAME_PATTERN '{generation}_{part}_{{i}}', OVERWRITE_OR_IGNORE, COMPRESSION zstd)"
        )
    files = sorted(folder.joinpath(dataset).glob(f"{column}=*/{generation}_*.parquet"))
    _sync(files)
    _mark_replaced(con, dataset, whole=False)
    _register(con, folder, dataset, [(date.fromisoformat(f.parent.name.partition("=")[2]), f) for f in files])
    return len(files)


def _ensure_typed(con: Connection, folder: Path, dataset: str, column: str) -> None:
    """An empty file with the right column types, so that the mart exists before the first row and every
    reader sees one schema."""
    target = folder / dataset / f"{column}=1970-01-01" / _typed_name(con, dataset)
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    con.execute("CREATE OR REPLACE TEMP TABLE publish_day (day DATE)")
    query = f"SELECT * EXCLUDE ({column}) FROM ({sql(f'publish/{dataset}')})"
    part = target.with_suffix(".part")  # every view reads this file: a half-written one must never be there
    con.execute(f"COPY ({query}) TO {literal(part)} (FORMAT parquet)")
    _sync([part])
    os.replace(part, target)
    _sync([target.parent])


def _typed_name(con: Connection, dataset: str) -> str:
    """Changes with the dataset's columns, so that a new column brings a new typed file."""
    return f"typed_{_layout(con, dataset)}.parquet"


def _write_whole(con: Connection, folder: Path) -> None:
    for dataset in WHOLE:
        target = folder / dataset / f"{uuid.uuid4().hex[:12]}.parquet"
        target.parent.mkdir(parents=True, exist_ok=True)
        con.execute(
            f"COPY ({sql(f'publish/{dataset}')}) TO {literal(target)} (FORMAT parquet, COMPRESSION zstd)"
        )
        _sync([target])
        _mark_replaced(con, dataset, whole=True)
        _register(con, folder, dataset, [(None, target)])


def _mark_replaced(con: Connection, dataset: str, *, whole: bool) -> None:
    """Notes the dataset's files of the days just written (or all its files, with `whole`) as replaced."""
    con.execute(sql("load/replace_files"), {"dataset": dataset, "now": datetime.now(UTC), "whole": whole})


def _register(con: Connection, folder: Path, dataset: str, files: Iterable[tuple[date | None, Path]]) -> None:
    rows = [[dataset, day, str(path.relative_to(folder))] for day, path in files]
    if rows:
        con.executemany("INSERT INTO core.published_file VALUES (?, ?, ?, NULL)", rows)


# -- the views --------------------------------------------------------------------------------


def _build_views(con: Connection, folder: Path, target: Path, layout: str) -> None:
    """Builds news.duckdb in a folder of its own, under the same name (a view stores the name of its
    catalogue), and renames it into place.

    The views of the marts read the views of the schema `files`, which name the files. So a publish copies a
    file that has all views of marts with their comments (made once for each version of them), and replaces
    the views of `files`. A macro names the files itself: DuckDB looks for the tables of a macro where it is
    called, which may be another database that has attached this one.
    """
    sources = {dataset: _source(con, folder, dataset) for dataset in DATASETS}
    build = folder / f".build-{os.getpid()}-{uuid.uuid4().hex[:8]}"
    build.mkdir()
    try:
        fresh = build / target.name
        template = folder / f".marts-{marts_version(layout)}.template"
        if template.exists():
            shutil.copyfile(template, fresh)
        else:
            with _views(fresh) as views:
                _create_marts(views, sources)
            _keep_template(fresh, template)
        with _views(fresh) as views:
            _create_sources(views, sources)
            for macro in marts():
                if macro.kind != "VIEW":
                    _create_mart(views, macro, sources)
        fresh.chmod(0o444)
        _sync([fresh])
        _replace(fresh, target)
    finally:
        shutil.rmtree(build, ignore_errors=True)


def _views(path: Path) -> contextlib.closing[Connection]:
    config: dict[str, str | bool | int | float | list[str]] = {
        "storage_compatibility_version": STORAGE,
        "threads": 1,
    }
    return contextlib.closing(duckdb.connect(str(path), config=config))


def _keep_template(fresh: Path, template: Path) -> None:
    """Keeps a copy of a news.duckdb with all its marts for the next publish, in place of older ones."""
    for older in template.parent.glob(".marts-*"):
        older.unlink(missing_ok=True)
    part = template.with_suffix(".part")
    shutil.copyfile(fresh, part)
    _sync([part])
    os.replace(part, template)


def _create_sources(views: Connection, sources: Mapping[str, str]) -> None:
    for dataset, source in sources.items():
        views.execute(f"CREATE OR REPLACE VIEW files.{dataset} AS FROM {source}")
        about = f"The published files of {dataset}, which the views of mart and ops read; read those instead."
        views.execute(f"COMMENT ON VIEW files.{dataset} IS {literal(about)}")


def _create_marts(views: Connection, sources: Mapping[str, str]) -> None:
    for schema in ("files", "mart", "ops"):
        views.execute(f"CREATE SCHEMA {schema}")
    _create_sources(views, sources)
    for mart in marts():
        if mart.kind == "VIEW":
            _create_mart(views, mart, {dataset: f"files.{dataset}" for dataset in DATASETS})


def _create_mart(views: Connection, mart: Mart, sources: Mapping[str, str]) -> None:
    views.execute(create_statement(mart, sources))
    for statement in comment_statements(mart):
        views.execute(statement)


def _source(con: Connection, folder: Path, dataset: str) -> str:
    rows = con.execute(sql("load/current_files"), {"dataset": dataset}).fetchall()
    paths = [folder / path for (path,) in rows]
    column = BY_DAY.get(dataset)
    if column:
        paths.insert(0, folder / dataset / f"{column}=1970-01-01" / _typed_name(con, dataset))
    listed = ", ".join(literal(path) for path in paths)
    hive = f", hive_partitioning = true, hive_types = {{'{column}': DATE}}" if column else ""
    return f"read_parquet([{listed}]{hive})"


def _replace(fresh: Path, target: Path) -> None:
    """Renames; a write-ahead log that a reader left behind belongs to the old file, and replayed over the new
    one it would break it."""
    leftover = target.with_name(target.name + ".wal")
    leftover.unlink(missing_ok=True)
    os.replace(fresh, target)
    leftover.unlink(missing_ok=True)
    _sync([target.parent])


def _sync(paths: Iterable[Path]) -> None:
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
