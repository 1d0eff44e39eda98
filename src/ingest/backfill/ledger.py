"""The ledger of backfills: the addresses of each, its chunks and their leases, and how far it is. `id` is a
backfill's id in all functions."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Any

from ingest.backfill.sources.report import Problem, SourceReport
from ingest.load.db import Connection
from ingest.load.rows import Row, hints_from, hints_json, place_columns, place_from, work_from
from ingest.load.sql import append, records, sql, stage
from ingest.model import ArchivePlace, EntryHints, Rank, Work, WorkKind
from ingest.reasons import Reason

LEASE = timedelta(minutes=10)
"""How long `status` shows a chunk as claimed after its last batch. Which run may work on it is decided by the
run's lock, which ends with its process."""

CHUNK = 2_000
"""Most keys of a day in one chunk: their work is in memory at once."""

FEW = 1_000
"""Days are put together in one chunk until it has about so many keys: a load of few costs much the same as
one of many."""

SETTLED = 5_000
"""Most keys in one chunk of those that the plan itself left out: they need no page, but an outcome each. All
300,000 of one site in one chunk took 1.4 GB."""

OPEN = ("planning", "planned", "running", "incomplete")
"""States of a backfill that `resume` can continue."""


class DateEvidence(IntEnum):
    """What a target's day, or its reason, rests on; the stronger wins where an address is listed twice."""

    BROKEN = -1  # a record without a page says nothing of the address
    NONE = 0
    LASTMOD = 1
    ADDRESS = 2
    PUBLISHED = 3


@dataclass(frozen=True, slots=True)
class BackfillTarget:
    """An address that a source listed. `day` is the UTC day of its publication as far as the source tells;
    `place` its page's record in our archive, where the source brought the page.

    `reason` says why it is left out, and None that it is wanted. `final`: that holds for the address itself;
    otherwise another backfill may want it. With the reason `retry` an earlier backfill tried the page, and it
    waits for its next attempt.
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
    evidence: DateEvidence = DateEvidence.NONE


@dataclass(frozen=True, slots=True)
class Chunk:
    """A share of a backfill: a day's targets, or those of several days with few. The first chunks hold the
    targets that the plan itself left out. `state`: planned, open, done."""

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
    """The backfill `id`, or all of them, newest first, with how far they are, the inputs that could not be
    read, and the tally of its last run."""
    con.execute(sql("backfill/progress"), {"id": id})
    return [
        row
        | {"options": json.loads(row["options"])}
        | {name: json.loads(row[name] or "[]") for name in ("problems", "outcomes")}
        for row in records(con)
    ]


def set_state(con: Connection, id: str, state: str, now: datetime) -> None:
    ended = now if state in ("done", "cancelled") else None
    con.execute(
        "UPDATE core.backfill SET state = ?, updated_at = ?, ended_at = ? WHERE backfill_id = ?",
        [state, now, ended, id],
    )


# -- planning ------------------------------------------------------------------------------------------------


def add_targets(con: Connection, id: str, targets: Sequence[BackfillTarget]) -> None:
    """Writes targets. Of an address that is listed more than once the one with the strongest evidence is
    kept; of equal ones the first, except that one that is left out gives way to one that is wanted."""
    rows: dict[str, Row] = {}
    for target in targets:
        earlier = rows.get(target.url)
        if earlier is not None and not outweighs(
            target, earlier["evidence"], is_left_out=earlier["reason"] is not None
        ):
            continue
        rows[target.url] = {
            "backfill_id": id,
            "chunk": None,
            "url": target.url,
            "url_key": target.url_key,
            "host": target.host,
            "feed_id": target.feed_id,
            "rank": str(target.rank),
            "day": target.day,
            "hints": hints_json(target.hints),
            "reason": target.reason,
            "detail": target.detail,
            "final": target.final,
            "evidence": int(target.evidence),
            **place_columns(target.place or (place_from(earlier) if earlier else None)),
        }
    if stage(con, list(rows.values()), "core.backfill_target"):
        con.execute(sql("backfill/merge_target"))
        con.unregister("staged")


def outweighs(target: BackfillTarget, evidence: int, *, is_left_out: bool) -> bool:
    """True where a target replaces an earlier one of the same address, of this `evidence`; also in
    merge_target.sql."""
    if target.evidence != evidence:
        return target.evidence > evidence
    return is_left_out and target.reason is None


def known_captures(con: Connection, id: str, keys: Collection[str]) -> set[tuple[str, datetime, str]]:
    """The captures of these keys that were imported already, as (url_key, captured_at, sha256)."""
    return set(con.execute(sql("backfill/known_captures"), {"id": id, "keys": sorted(keys)}).fetchall())


def add_captures(
    con: Connection, id: str, captures: Sequence[tuple[str, datetime, str, ArchivePlace, EntryHints | None]]
) -> None:
    """Writes imported captures: (url_key, captured_at, sha256 of the body and hints, place, hints)."""
    append(
        con,
        "core.backfill_capture",
        [
            {
                "backfill_id": id,
                "url_key": key,
                "captured_at": at,
                "sha256": digest,
                "hints": hints_json(hints) if hints else None,
                **place_columns(place),
            }
            for key, at, digest, place, hints in captures
        ],
    )


def drop_captures(con: Connection, id: str, keys: Collection[str]) -> None:
    """Removes the captures of keys that turned out not to be wanted; what becomes of the address is said of
    them too, so they count as the same."""
    row = con.execute(sql("backfill/drop_captures"), {"id": id, "keys": sorted(keys)}).fetchone()
    if row and row[0]:
        counts = _counts(con, id)
        same = _without_addresses(counts, {"same": row[0]}).get("same", 0)
        _keep_counts(con, id, counts)
        con.execute("UPDATE core.backfill SET same = same + ? WHERE backfill_id = ?", [same, id])


def take_captures(con: Connection, id: str, limit: int = CHUNK) -> list[BackfillTarget]:
    """Removes the next capture of each page that has one from the ledger, for `limit` pages at most, and
    returns them as targets; the caller makes them pending work."""
    con.execute(sql("backfill/next_captures"), {"id": id, "limit": limit})
    targets = [_target(row) for row in records(con)]
    if stage(con, [place_columns(target.place) for target in targets], "core.backfill_capture"):
        con.execute(sql("backfill/drop_taken_captures"), {"id": id})
        con.unregister("staged")
    return targets


def captures_left(con: Connection, id: str) -> int:
    """The number of captures of wanted pages that are still to be loaded. While other work for a page is
    pending, its captures wait."""
    row = con.execute(sql("backfill/captures_left"), {"id": id}).fetchone()
    return int(row[0]) if row else 0


def finish_plan(
    con: Connection, id: str, report: SourceReport, *, gone: int = 0, newest: bool, now: datetime
) -> None:
    """Ends a plan: cuts the targets into chunks by day, orders the captures of each page by time, and keeps
    the boilerplate lines known now, so that all chunks are extracted by the same. `gone`: addresses that an
    earlier plan has listed and this one has not."""
    con.execute(sql("backfill/place_captures"), {"id": id})
    con.execute(sql("backfill/thin_captures"), {"id": id})
    con.execute(
        sql("backfill/number_chunks"),
        {"id": id, "size": CHUNK, "few": FEW, "settled": SETTLED, "newest": newest},
    )
    con.execute(sql("backfill/place_targets"), {"id": id})
    con.execute(sql("backfill/write_chunks"), {"id": id})
    con.execute(sql("backfill/pin_lines"), {"id": id})
    _write_counts(con, id, report, gone)
    set_state(con, id, "planned", now)


def _write_counts(con: Connection, id: str, report: SourceReport, gone: int) -> None:
    """Writes what the inputs list. Nothing is computed as a remainder: a loss must show in the sum.

    Of the captures of a page those that differ are further versions; the other ones say the same. A capture
    that brought a further address of its page counts as that address (`also_addresses`), not as a version.
    """
    before = numbers(con, id)
    loaded = sum(before["versions"].values())  # by earlier runs: this reading recognised them
    kept = Counter[str](dict(con.execute(sql("backfill/captures_kept"), {"id": id}).fetchall()))
    same = report.same + (report.further - kept).total() - loaded
    counts = {
        "versions": before["versions"],
        "also_addresses": (kept - report.further).total(),
        "not_pages": dict(report.not_pages),
        "unknown_keys": dict(report.unknown.counts.most_common(200)),
    }
    con.execute(
        "UPDATE core.backfill SET problems = $problems, seen = $seen, same = $same, "
        "unreadable = $unreadable, counts = $counts WHERE backfill_id = $id",
        {
            "problems": json.dumps(report.problems),
            # Versions that an earlier reading listed, and this one no more, were seen all the same.
            "seen": report.seen + gone + max(-same, 0),
            "same": max(same, 0),
            "unreadable": sum(1 for problem in report.problems if not problem["note"]),
            "counts": json.dumps(counts),
            "id": id,
        },
    )


def numbers(con: Connection, id: str) -> dict[str, Any]:
    """What the plan counted: seen, same, unreadable, versions (outcomes of the further versions of pages that
    were loaded so far), not_pages and unknown_keys. `seen` is None for a plan of a version that did not
    count."""
    row = con.execute(
        "SELECT seen, same, unreadable, counts FROM core.backfill WHERE backfill_id = ?", [id]
    ).fetchone()
    seen, same, unreadable, counts = row or (0, 0, 0, None)
    rest = {"versions": {}, "not_pages": {}, "unknown_keys": {}, **(json.loads(counts) if counts else {})}
    return {"seen": seen, "same": same or 0, "unreadable": unreadable or 0, **rest}


def count_versions(con: Connection, id: str, outcomes: Mapping[str, int]) -> None:
    """Adds the outcomes of further versions of pages that were loaded."""
    counts = _counts(con, id)
    versions = counts.setdefault("versions", {})
    for outcome, number in _without_addresses(counts, outcomes).items():
        versions[outcome] = versions.get(outcome, 0) + number
    _keep_counts(con, id, counts)


def _without_addresses(counts: dict[str, Any], captures: Mapping[str, int]) -> dict[str, int]:
    """The numbers of captures (by what became of them) without those that count as addresses."""
    left = {}
    for name, number in captures.items():
        addresses = min(counts.get("also_addresses", 0), number)
        if addresses:
            counts["also_addresses"] -= addresses
        if number > addresses:
            left[name] = number - addresses
    return left


def _counts(con: Connection, id: str) -> dict[str, Any]:
    row = con.execute("SELECT counts FROM core.backfill WHERE backfill_id = ?", [id]).fetchone()
    counts: dict[str, Any] = json.loads(row[0]) if row and row[0] else {}
    return counts


def _keep_counts(con: Connection, id: str, counts: Mapping[str, Any]) -> None:
    con.execute("UPDATE core.backfill SET counts = ? WHERE backfill_id = ?", [json.dumps(counts), id])


def versions_left(con: Connection, id: str) -> int:
    """The number of further versions of pages that are still to be loaded."""
    row = con.execute(sql("backfill/versions_left"), {"id": id}).fetchone()
    captures = int(row[0]) if row else 0
    return captures - int(_counts(con, id).get("also_addresses", 0))


def addresses(con: Connection, id: str) -> list[str]:
    """The addresses that the backfill's plan has listed so far."""
    query = "SELECT url FROM core.backfill_target WHERE backfill_id = ?"
    return [url for (url,) in con.execute(query, [id]).fetchall()]


def has_chunks(con: Connection, id: str) -> bool:
    """True where a plan was completed: one that was cut off has added to it."""
    query = "SELECT 1 FROM core.backfill_chunk WHERE backfill_id = ? LIMIT 1"
    return con.execute(query, [id]).fetchone() is not None


def forget_unplaced(con: Connection, id: str) -> None:
    """Removes what a plan that added to an earlier one, and was cut off, has written: it has no chunk yet."""
    con.execute("DELETE FROM core.backfill_target WHERE backfill_id = ? AND chunk IS NULL", [id])
    con.execute(sql("backfill/forget_captures"), {"id": id})


def forget_plan(con: Connection, id: str) -> None:
    """Removes a backfill's targets, captures and boilerplate lines: before a plan is made anew, and once the
    backfill is done."""
    for statement in ("forget_targets", "forget_captures", "forget_lines"):
        con.execute(sql(f"backfill/{statement}"), {"id": id})


# -- chunks -------------------------------------------------------------------------------------------


def next_chunk(con: Connection, id: str, after: int) -> Chunk | None:
    """The first chunk with a number above `after` that is not done."""
    row = con.execute(sql("backfill/next_chunk"), {"id": id, "after": after}).fetchone()
    return Chunk(*row) if row else None


def lease(con: Connection, id: str, chunk: int, run_id: str, until: datetime) -> None:
    """Notes that a run works on the chunk, for `status`."""
    con.execute(sql("backfill/lease_chunk"), {"id": id, "chunk": chunk, "run_id": run_id, "until": until})


def count_done(con: Connection, id: str, chunk: int, tried: int, until: datetime) -> None:
    """Adds to the number of pages of the chunk that were tried, and extends its lease."""
    con.execute(sql("backfill/count_done"), {"id": id, "chunk": chunk, "tried": tried, "until": until})


def close_chunk(con: Connection, id: str, chunk: int) -> None:
    con.execute(sql("backfill/close_chunk"), {"id": id, "chunk": chunk})


def targets_of(con: Connection, id: str, chunk: int) -> list[BackfillTarget]:
    con.execute(sql("backfill/chunk_targets"), {"id": id, "chunk": chunk})
    return [_target(row) for row in records(con)]


def _target(row: Row) -> BackfillTarget:
    return BackfillTarget(
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
        evidence=DateEvidence(row["evidence"] or 0),
    )


def chunk_work(con: Connection, id: str, chunk: int, now: datetime, *, newest: bool = False) -> list[Work]:
    """The chunk's pending work that is due, oldest or `newest` first."""
    con.execute(
        sql("backfill/chunk_work"),
        {"id": id, "chunk": chunk, "now": now, "newest": newest, "kind": WorkKind.BACKFILL},
    )
    return [work_from(row) for row in records(con)]


def capture_work(con: Connection, id: str, now: datetime) -> list[Work]:
    """The pending captures that are due."""
    con.execute(
        sql("backfill/chunk_work"),
        {"id": id, "chunk": None, "now": now, "newest": False, "kind": WorkKind.CAPTURE},
    )
    return [work_from(row) for row in records(con)]


def second_tries(con: Connection, id: str, now: datetime) -> list[Work]:
    """The work that is tried at the end of a backfill: all that is due by then, and what failed once during
    the backfill, before its time."""
    con.execute(sql("backfill/second_tries"), {"id": id, "now": now})
    return [work_from(row) for row in records(con)]


def mark_waiting(con: Connection, id: str, keys: Collection[str]) -> None:
    """Leaves out keys for which an earlier backfill has pending work that failed: it keeps its time (reason
    `retry`)."""
    if keys:
        con.execute(sql("backfill/mark_waiting"), {"id": id, "keys": sorted(keys), "reason": Reason.RETRY})


def own_work(con: Connection, id: str) -> list[Work]:
    """The pending work that only this backfill wants, due or not; keys of chunks that it has not opened yet
    have none."""
    con.execute(sql("backfill/own_work"), {"id": id})
    return [work_from(row) for row in records(con)]


def left_over(con: Connection, id: str) -> tuple[int, int]:
    """The number of pages that are still pending, due or not, and of those among them that were never
    tried."""
    row = con.execute(sql("backfill/left_over"), {"id": id}).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def lines(con: Connection, id: str) -> dict[str, frozenset[int]]:
    """The hashes of the boilerplate lines that were known when the backfill was planned, by host."""
    by_host: dict[str, set[int]] = {}
    con.execute("SELECT host, line_hash FROM core.backfill_line WHERE backfill_id = ?", [id])
    for host, line in con.fetchall():
        by_host.setdefault(host, set()).add(line)
    return {host: frozenset(hashes) for host, hashes in by_host.items()}


def tally(con: Connection, id: str) -> list[dict[str, Any]]:
    """The number of the backfill's addresses by outcome and reason, as ops.outcomes has them."""
    con.execute(sql("backfill/tally"), {"id": id})
    return records(con)


def problems(con: Connection, id: str) -> list[Problem]:
    """Inputs that could not be read when the backfill was planned."""
    row = con.execute("SELECT problems FROM core.backfill WHERE backfill_id = ?", [id]).fetchone()
    rows: list[Problem] = json.loads(row[0]) if row and row[0] else []
    return [
        Problem(
            url=row["url"],
            reason=row["reason"],
            detail=row["detail"],
            again=row.get("again", False),
            note=row.get("note", False),
        )
        for row in rows
    ]


def imbalance(con: Connection, id: str, ended: int) -> list[str]:
    """A sentence with the numbers where the addresses of the chunks that were opened are not as many as those
    that ended in an outcome (`ended`)."""
    con.execute(sql("backfill/opened"), {"id": id})
    ((listed, opened),) = con.fetchall()
    if ended == opened:
        return []
    return [
        f"{listed} addresses listed, {opened} of them opened, but {ended} have an outcome; `ingest check` "
        "shows what is missing: please report its output with this line"
    ]


def note_outcomes(con: Connection, id: str, outcomes: Sequence[Mapping[str, Any]]) -> None:
    """Keeps the tally of the addresses, for after the plan is forgotten."""
    con.execute(
        "UPDATE core.backfill SET outcomes = ? WHERE backfill_id = ?", [json.dumps(list(outcomes)), id]
    )
