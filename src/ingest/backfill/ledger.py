"""The ledger of backfills: what each is to bring in, its chunks and their leases, and what became of its
URLs."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from ingest.load.db import Connection
from ingest.load.rows import Row, hints_from, hints_json, place_columns, place_from, work_from
from ingest.load.sql import append, records, sql, stage
from ingest.model import ArchivePlace, EntryHints, Rank, Reason, Work, WorkKind

LEASE = timedelta(minutes=10)
"""How long a chunk stays claimed without a sign of life; its run's lock, which dies with the process, is what
decides."""

CHUNK = 2_000
"""Most URLs of a day in one chunk: what is held in memory at once."""

FEW = 1_000
"""Days are put together in a chunk until it has about so many URLs: a load costs much the same for few as for
many."""

SETTLED = 5_000
"""Keys that the plan settled itself in one chunk: they need no page, but rows. All 300,000 of a site's past
in one took 1.4 GB."""

OPEN = ("planning", "planned", "running")
"""States of a backfill that `resume` can go on with."""


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that a source named. `day` is the best evidence of when it was published, None where there is
    none.

    `reason` where it is left out: `final` when that is said of the URL itself, else it may be asked for
    another time (`retry`: a backfill before this one asked, and the page waits for its time). `place` where
    the source brought its bytes.
    """

    url: str
    url_key: str
    host: str
    rank: Rank
    feed_id: str | None = None
    day: date | None = None
    hints: EntryHints = field(default_factory=EntryHints)
    reason: str | None = None
    detail: str | None = None
    final: bool = False
    place: ArchivePlace | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A day's share of a backfill; the first ones hold what the plan settled itself."""

    number: int
    day: date | None
    targets: int
    state: str


def create(
    con: Connection, id: str, source: str, mode: str, options: Mapping[str, Any], now: datetime
) -> None:
    row = {
        "backfill_id": id,
        "source": source,
        "mode": mode,
        "options": json.dumps(options, sort_keys=True),
        "state": "planning",
        "created_at": now,
        "updated_at": now,
    }
    append(con, "core.backfill", [row])


def find(con: Connection, id: str | None = None) -> list[dict[str, Any]]:
    """Backfills with their progress, newest first: one, or all."""
    con.execute(sql("backfill/progress"), {"id": id})
    return [row | {"options": json.loads(row["options"])} for row in records(con)]


def set_state(con: Connection, id: str, state: str, now: datetime) -> None:
    con.execute("UPDATE core.backfill SET state = ?, updated_at = ? WHERE backfill_id = ?", [state, now, id])


# -- planning ------------------------------------------------------------------------------------------------


def add_targets(con: Connection, id: str, targets: Sequence[Target]) -> None:
    """Note what a source named; a URL met before stays as it was, but for one that was left out and can be
    had now."""
    rows: dict[str, Row] = {}
    for one in targets:
        before = rows.get(one.url)
        if before is not None and (before["reason"] is None or one.reason is not None):
            continue
        rows[one.url] = {
            "backfill_id": id,
            "chunk": None,
            "url": one.url,
            "url_key": one.url_key,
            "host": one.host,
            "feed_id": one.feed_id,
            "rank": str(one.rank),
            "day": one.day,
            "hints": hints_json(one.hints),
            "reason": one.reason,
            "detail": one.detail,
            "final": one.final,
            **place_columns(one.place),
        }
    if stage(con, list(rows.values()), "core.backfill_target"):
        con.execute(sql("backfill/merge_target"))
        con.unregister("staged")


def captured(con: Connection, id: str, keys: Collection[str]) -> set[tuple[str, datetime]]:
    """The captures of these keys that were brought along already."""
    query = (
        "SELECT url_key, captured_at FROM core.backfill_capture WHERE backfill_id = ? "
        "AND url_key IN (SELECT unnest(?::VARCHAR[]))"
    )
    return set(con.execute(query, [id, sorted(keys)]).fetchall())


def add_captures(
    con: Connection, id: str, captures: Sequence[tuple[str, datetime, str, ArchivePlace]]
) -> None:
    """Note pages that were brought along: (url_key, captured_at, sha256 of the body, place)."""
    append(
        con,
        "core.backfill_capture",
        [
            {"backfill_id": id, "url_key": key, "captured_at": at, "sha256": digest, **place_columns(place)}
            for key, at, digest, place in captures
        ],
    )


def drop_captures(con: Connection, id: str, keys: Collection[str]) -> None:
    """These pages are not wanted after all."""
    con.execute(
        "DELETE FROM core.backfill_capture WHERE backfill_id = ? "
        "AND url_key IN (SELECT unnest(?::VARCHAR[]))",
        [id, sorted(keys)],
    )


def take_captures(con: Connection, id: str, limit: int = CHUNK) -> list[Target]:
    """The next capture of each page that has one, for `limit` pages: noted no more, they are to become
    pending work."""
    con.execute(sql("backfill/next_captures"), {"id": id, "limit": limit})
    found = [_target(row) for row in records(con)]
    if stage(con, [place_columns(one.place) for one in found], "core.backfill_capture"):
        con.execute(
            "DELETE FROM core.backfill_capture c USING staged s WHERE c.backfill_id = ? AND c.page_file = "
            "s.page_file "
            "AND c.page_offset = s.page_offset",
            [id],
        )
        con.unregister("staged")
    return found


def captures_left(con: Connection, id: str) -> int:
    """Captures that are still to be loaded, of pages that are wanted: work of another kind may hold their
    key."""
    query = (
        "SELECT count(*) FROM core.backfill_capture c SEMI JOIN core.backfill_target t "
        "ON t.backfill_id = c.backfill_id AND t.url_key = c.url_key AND t.reason IS NULL WHERE "
        "c.backfill_id = ?"
    )
    row = con.execute(query, [id]).fetchone()
    return int(row[0]) if row else 0


def finish_plan(
    con: Connection, id: str, problems: Sequence[Mapping[str, Any]], *, newest: bool, now: datetime
) -> None:
    """Cut the targets into chunks by day, put captures in order of time, and pin the boilerplate known
    now."""
    con.execute(sql("backfill/place_captures"), {"id": id})
    con.execute(sql("backfill/thin_captures"), {"id": id})
    con.execute(
        sql("backfill/number_chunks"),
        {"id": id, "size": CHUNK, "few": FEW, "settled": SETTLED, "newest": newest},
    )
    con.execute(sql("backfill/place_targets"), {"id": id})
    con.execute(sql("backfill/write_chunks"), {"id": id})
    con.execute(sql("backfill/pin_lines"), {"id": id})
    con.execute(
        "UPDATE core.backfill SET problems = ? WHERE backfill_id = ?", [json.dumps(list(problems)), id]
    )
    set_state(con, id, "planned", now)


def forget_plan(con: Connection, id: str) -> None:
    """Nothing planned any more: a plan that was cut off is made anew; one that is done needs its targets no
    longer."""
    for table in ("backfill_target", "backfill_capture", "backfill_line"):
        con.execute(f"DELETE FROM core.{table} WHERE backfill_id = ?", [id])


# -- chunks --------------------------------------------------------------------------------------------------


def next_chunk(con: Connection, id: str, after: int) -> Chunk | None:
    """The first chunk behind `after` that is not done."""
    row = con.execute(
        "SELECT chunk, day, targets, state FROM core.backfill_chunk WHERE backfill_id = ? AND chunk > ? "
        "AND state <> 'done' ORDER BY chunk LIMIT 1",
        [id, after],
    ).fetchone()
    return Chunk(*row) if row else None


def lease(con: Connection, id: str, chunk: int, run_id: str, until: datetime, *, state: str = "open") -> None:
    con.execute(
        "UPDATE core.backfill_chunk SET state = ?, leased_by = ?, leased_until = ? WHERE backfill_id = ? "
        "AND chunk = ?",
        [state, run_id, until, id, chunk],
    )


def count_done(con: Connection, id: str, chunk: int, tried: int, until: datetime) -> None:
    """So many more pages of the chunk were tried: shown by status, and a sign of life."""
    con.execute(
        "UPDATE core.backfill_chunk SET done = done + ?, leased_until = ? "
        "WHERE backfill_id = ? AND chunk = ?",
        [tried, until, id, chunk],
    )


def close_chunk(con: Connection, id: str, chunk: int) -> None:
    con.execute(
        "UPDATE core.backfill_chunk SET state = 'done', leased_by = NULL, leased_until = NULL "
        "WHERE backfill_id = ? AND chunk = ?",
        [id, chunk],
    )


def targets_of(con: Connection, id: str, chunk: int) -> list[Target]:
    con.execute(
        "SELECT * FROM core.backfill_target WHERE backfill_id = ? AND chunk = ? ORDER BY rank, url",
        [id, chunk],
    )
    return [_target(row) for row in records(con)]


def _target(row: Row) -> Target:
    return Target(
        url=row["url"],
        url_key=row["url_key"],
        host=row["host"],
        rank=Rank.from_text(row["rank"]),
        feed_id=row["feed_id"],
        day=row["day"],
        hints=hints_from(row["hints"]),
        reason=row["reason"],
        detail=row["detail"],
        final=row["final"],
        place=place_from(row),
    )


def chunk_work(con: Connection, id: str, chunk: int, now: datetime, *, newest: bool = False) -> list[Work]:
    """What is due of a chunk, oldest or `newest` first."""
    con.execute(
        sql("backfill/chunk_work"),
        {"id": id, "chunk": chunk, "now": now, "newest": newest, "kind": WorkKind.BACKFILL},
    )
    return [work_from(row) for row in records(con)]


def capture_work(con: Connection, id: str, now: datetime) -> list[Work]:
    """The later captures that are pending and due."""
    con.execute(
        sql("backfill/chunk_work"),
        {"id": id, "chunk": None, "now": now, "newest": False, "kind": WorkKind.CAPTURE},
    )
    return [work_from(row) for row in records(con)]


def second_tries(con: Connection, id: str, now: datetime) -> list[Work]:
    """What is tried at a backfill's end: due work of all chunks and captures, and once more what failed once
    in it."""
    con.execute(sql("backfill/second_tries"), {"id": id, "now": now})
    return [work_from(row) for row in records(con)]


def pass_over(con: Connection, id: str, keys: Collection[str]) -> None:
    """Work for these keys waits already: a backfill before this one tried it, and its time is kept (`reason`
    retry)."""
    if keys:
        con.execute(
            "UPDATE core.backfill_target SET reason = ? WHERE backfill_id = ? AND reason IS NULL "
            "AND url_key IN (SELECT unnest(?::VARCHAR[]))",
            [Reason.RETRY, id, sorted(keys)],
        )


def own_work(con: Connection, id: str) -> list[Work]:
    """What is pending for this backfill alone, whatever its time: not what it only planned, nor what waits
    for another's sake."""
    con.execute(sql("backfill/own_work"), {"id": id})
    return [work_from(row) for row in records(con)]


def left_over(con: Connection, id: str) -> tuple[int, int]:
    """Pages still pending, due or not, and those of them that no run has come to yet, all of whose chunks
    were opened."""
    row = con.execute(sql("backfill/left_over"), {"id": id}).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def lines(con: Connection, id: str) -> dict[str, frozenset[int]]:
    """The boilerplate pinned when the backfill was planned, by host."""
    found: dict[str, set[int]] = {}
    for host, line in con.execute(
        "SELECT host, line_hash FROM core.backfill_line WHERE backfill_id = ?", [id]
    ).fetchall():
        found.setdefault(host, set()).add(line)
    return {host: frozenset(hashes) for host, hashes in found.items()}


def tally(con: Connection, id: str) -> list[dict[str, Any]]:
    """URLs of a backfill by outcome and reason, as ops.outcomes has them."""
    con.execute(sql("backfill/tally"), {"id": id})
    return records(con)


def problems(con: Connection, id: str) -> list[dict[str, str]]:
    """Inputs that could not be read when the backfill was planned: url, reason, detail."""
    row = con.execute("SELECT problems FROM core.backfill WHERE backfill_id = ?", [id]).fetchone()
    found: list[dict[str, str]] = json.loads(row[0]) if row and row[0] else []
    return found
