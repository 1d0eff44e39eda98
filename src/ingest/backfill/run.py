"""The commands of a backfill: plan, run, resume, cancel, status.

A run goes: plan (the addresses that the source lists, in the ledger) -> chunks of a day each -> open a chunk
(aliases, outcomes, pending work) -> fetch, archive and extract -> load -> publish. It may be killed at any
point and resumed.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
import uuid
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from ingest.backfill import chunks, ledger
from ingest.backfill.chunks import lock_name
from ingest.backfill.clients import NoNetwork, SharingClient
from ingest.backfill.plan import BackfillPlan, make_plan
from ingest.backfill.request import BackfillRequest, from_ledger
from ingest.backfill.sources.report import Problem
from ingest.errors import ConfigError
from ingest.fetch.client import Client
from ingest.load import boilerplate, polls, work
from ingest.load.db import Connection, Warehouse
from ingest.load.locks import run_lock
from ingest.load.publish import publish
from ingest.load.rows import OutcomeRow, outcome_row
from ingest.model import WorkKind
from ingest.progress import Progress
from ingest.reasons import Outcome, Reason
from ingest.settings import FeedList, Settings
from ingest.stages.boilerplate import learn_sentences
from ingest.stages.edges import Edges, note_agencies, open_dry_run, open_run
from ingest.stages.stories import derive_stories

log = logging.getLogger(__name__)

PRELOAD = ("ingest.extract.page", "ingest.backfill.sources.sitemap")
ACTIVE = 2
"""Chunks that run side by side: while the last pages of one are loaded, the workers have those of the
next."""
PUBLISH_SECONDS = 900.0
"""Time between publishes of a long backfill: each rewrites every day that got more articles (16,000 texts and
revisions: 3 CPU s)."""


@dataclass(slots=True)
class BackfillSummary:
    """What a run did: the object `ingest backfill run --json` prints.

    `urls` and `outcomes` count all addresses of the backfill, the latter by outcome and reason; `fetched` to
    `lost`, `requests`, `seconds` and `published` (files) count this run only. `state` is done; running while
    pages are left for `resume`; or incomplete while a source could not be read, which `resume` asks again.

    `seen` counts what the inputs list (addresses, lines, records). It is the sum of `urls`, of `versions`
    (further versions of their pages, by what became of them) and of `same` (what says the same as an earlier
    line); `adds_up` tells. `not_pages` counts records that never hold a page, `unreadable` inputs or parts of
    them that could not be read (`problems`), `unknown_keys` keys of rows that are not read.
    """

    backfill_id: str
    run_id: str
    state: str = "running"
    urls: int = 0
    fetched: int = 0
    loaded: int = 0
    revised: int = 0
    copies: int = 0
    lost: int = 0
    pending: int = 0
    requests: int = 0
    seconds: float = 0.0
    published: int = 0
    outcomes: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seen: int = 0
    same: int = 0
    versions: dict[str, int] = field(default_factory=dict)
    adds_up: bool = True
    unreadable: int = 0
    not_pages: dict[str, int] = field(default_factory=dict)
    unknown_keys: dict[str, int] = field(default_factory=dict)


async def plan(
    settings: Settings,
    feeds: FeedList,
    request: BackfillRequest,
    *,
    dry: bool = False,
    progress: Progress | None = None,
) -> BackfillPlan:
    """Plans a backfill in the ledger, or (`dry`) only counts what it would do. Raises ConfigError for an
    input that cannot be read."""
    if dry:
        dry_run = open_dry_run(
            settings, feeds, "backfill", client=_client(request), preload=PRELOAD, now=request.now
        )
        async with dry_run as edges:
            return await make_plan(edges, request, "", dry=True, progress=progress)
    id = new_id(request)
    async with open_backfill(settings, feeds, request, id) as edges:
        return await _plan_new(edges, request, id, progress)


async def run(
    settings: Settings,
    feeds: FeedList,
    request: BackfillRequest,
    progress: Progress | None = None,
    *,
    active: int = ACTIVE,
    wait: float = 0.0,
) -> BackfillSummary:
    """Plans and runs a backfill; where the same request has a backfill that is not done, that one is resumed.
    Raises LockedError where that one is running and does not end within `wait` seconds."""
    id = _resumable(settings, request)
    if id is not None:
        return await resume(settings, feeds, id, progress, active=active, now=request.now, wait=wait)
    id = new_id(request)
    async with open_backfill(settings, feeds, request, id) as edges:
        await _plan_new(edges, request, id, progress)
        return await _run(edges, request, id, progress, active)


async def resume(
    settings: Settings,
    feeds: FeedList,
    id: str,
    progress: Progress | None = None,
    *,
    active: int = ACTIVE,
    now: datetime | None = None,
    wait: float = 0.0,
) -> BackfillSummary:
    """Continues a backfill, as if it were `now` (default: the time that its request named). Raises
    ConfigError for one that is unknown or cancelled, LockedError as `run` does."""
    known = find(settings, id)
    request = from_ledger(known["source"], known["mode"], known["options"])
    request = replace(request, now=now or request.now)
    async with open_backfill(settings, feeds, request, id, wait) as edges:
        state = find(settings, id)["state"]  # read again: a run that was waited for may have changed it
        if state == "cancelled":
            raise ConfigError(f"backfill {id} was cancelled; `ingest backfill run` plans another")
        if state == "done":  # by a run that was waited for
            return await asyncio.to_thread(_finished, edges, id)
        if state in ("planning", "incomplete"):
            again = await asyncio.to_thread(_has_plan, edges, id)
            await make_plan(edges, request, id, again=again, progress=progress)
        return await _run(edges, request, id, progress, active)


def _has_plan(edges: Edges, id: str) -> bool:
    with edges.warehouse.transaction() as con:
        return ledger.has_chunks(con, id)


def cancel(settings: Settings, id: str, wait: float = 0.0) -> int:
    """Cancels a backfill; the articles that it loaded are kept. Returns the number of pages that were still
    pending for it alone. Raises LockedError while it runs (after `wait` seconds)."""
    find(settings, id)
    warehouse = Warehouse(settings)
    now = datetime.now(UTC)
    with run_lock(settings.data / "locks", lock_name(id), wait), warehouse.transaction() as con:
        if ledger.find(con, id)[0]["state"] not in ledger.OPEN:  # a run that was waited for has ended it
            return 0
        left = ledger.own_work(con, id)
        work.settle(
            con,
            [
                _cancelled_row(page.url_key, page.feed_id, now)
                for page in left
                if page.kind is WorkKind.BACKFILL
            ],
        )
        work.drop(con, [page.url_key for page in left])
        ledger.forget_plan(con, id)
        ledger.set_state(con, id, "cancelled", now)
    publish(warehouse)
    log.info("backfill %s: cancelled, %d pages were pending", id, len(left))
    return len(left)


def _cancelled_row(key: str, feed_id: str | None, now: datetime) -> OutcomeRow:
    detail = "its backfill was cancelled"
    return outcome_row(key, key, feed_id, Outcome.SKIPPED, now, reason=Reason.DEFERRED, detail=detail)


def find(settings: Settings, id: str) -> dict[str, Any]:
    """The backfill `id` (`last`: the newest) with how far it is. Raises ConfigError when there is none."""
    rows = status(settings, None if id == "last" else id)
    if not rows:
        raise ConfigError(f"no backfill {id}; `ingest backfill status` lists them")
    return rows[0]


def find_resumable(settings: Settings, id: str) -> dict[str, Any]:
    """As `find`; `last` is the newest backfill that is not done or cancelled, where there is one."""
    if id == "last":
        rows = status(settings)
        id = next((str(row["backfill_id"]) for row in rows if row["state"] in ledger.OPEN), id)
    return find(settings, id)


def status(settings: Settings, id: str | None = None) -> list[dict[str, Any]]:
    """All backfills, newest first, or the one `id`, with how far they are."""
    warehouse = Warehouse(settings)
    warehouse.must_exist()
    with warehouse.transaction() as con:
        return ledger.find(con, id)


def new_id(request: BackfillRequest) -> str:
    return f"{request.source}-{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:4]}"


async def _plan_new(
    edges: Edges, request: BackfillRequest, id: str, progress: Progress | None
) -> BackfillPlan:
    """Writes a new backfill to the ledger and plans it. Where its input cannot be read at all, it is
    cancelled, so that `resume` does not find it."""
    await asyncio.to_thread(_create, edges, request, id)
    try:
        return await make_plan(edges, request, id, progress=progress)
    except ConfigError:
        with edges.warehouse.transaction() as con:
            ledger.forget_plan(con, id)
            ledger.set_state(con, id, "cancelled", edges.now)
        raise


def _create(edges: Edges, request: BackfillRequest, id: str) -> None:
    with edges.warehouse.transaction() as con:
        ledger.create(
            con=con,
            id=id,
            source=request.source,
            mode=request.mode,
            options=request.options(),
            now=edges.now,
        )


def _resumable(settings: Settings, request: BackfillRequest) -> str | None:
    """The id of the newest backfill of the same request that is not done; None without one."""
    if not Warehouse(settings).path.exists():
        return None
    for row in status(settings):
        if row["state"] in ledger.OPEN and request.matches(row["source"], row["mode"], row["options"]):
            return str(row["backfill_id"])
    return None


# -- opening -------------------------------------------------------------------------------------------------


def open_backfill(
    settings: Settings, feeds: FeedList, request: BackfillRequest, id: str, wait: float = 0.0
) -> AbstractAsyncContextManager[Edges]:
    """Opens a run with its own lock, archive segments and client, so that live polls can run beside it."""
    return open_run(
        settings,
        feeds,
        "backfill",
        lock=lock_name(id),
        client=_client(request),
        preload=PRELOAD,
        duckdb=modest(settings),
        now=request.now,
        wait=wait,
    )


def _client(request: BackfillRequest) -> type[Client]:
    return NoNetwork if request.offline else SharingClient


def modest(settings: Settings) -> Settings:
    """The settings by which a backfill opens the warehouse, so that extraction has the machine to itself: a
    second thread in DuckDB makes a load a fifth dearer, and a larger cache of a growing warehouse only takes
    memory. What the user has set is kept."""
    wanted = {"duckdb_threads": 1, "duckdb_memory": "250MB"}
    return settings.model_copy(
        update={name: value for name, value in wanted.items() if name not in settings.model_fields_set}
    )


# -- running -------------------------------------------------------------------------------------------------


async def _run(
    edges: Edges, request: BackfillRequest, id: str, progress: Progress | None, active: int
) -> BackfillSummary:
    summary = BackfillSummary(id, edges.run_id)
    lines, total = await asyncio.to_thread(_start, edges, id)
    log.info("backfill %s: run %s begins, %d addresses in the ledger", id, edges.run_id, total)
    runner = chunks.ChunkRunner(
        edges=edges, request=request, id=id, lines=lines, total=total, progress=progress
    )
    published_at = time.monotonic()
    try:
        while await runner.next(active):
            if time.monotonic() - published_at > PUBLISH_SECONDS:
                await asyncio.to_thread(publish, edges.warehouse)
                published_at = time.monotonic()
    finally:
        await runner.stop()
    await runner.retry_failed()
    await runner.load_captures()
    counts = runner.counts
    summary.fetched, summary.loaded, summary.revised = counts.fetched, counts.loaded, counts.revised
    summary.copies, summary.lost = counts.copies, counts.lost
    problems = await asyncio.to_thread(_finish, edges, id, summary)
    if summary.state == "done":
        await asyncio.to_thread(learn_sentences, edges.warehouse, edges.now)
    await asyncio.to_thread(derive_stories, edges.warehouse)

    def record(con: Connection, files: int) -> None:
        summary.published = files
        _record(con, edges, summary, problems)

    await asyncio.to_thread(publish, edges.warehouse, before_runs=record)
    log.info(
        "backfill %s: run %s ends, state %s: %d pages fetched, %d articles loaded, %d revised, %d lost, "
        "%d pending, %d requests, %d files published",
        id,
        edges.run_id,
        summary.state,
        summary.fetched,
        summary.loaded,
        summary.revised,
        summary.lost,
        summary.pending,
        summary.requests,
        summary.published,
    )
    return summary


def _start(edges: Edges, id: str) -> tuple[dict[str, frozenset[int]], int]:
    with edges.warehouse.transaction() as con:
        polls.start_run(con, edges.run_id, "backfill", edges.now)
        note_agencies(con, edges.agencies)
        ledger.set_state(con, id, "running", edges.now)
        return ledger.lines(con, id), sum(row["urls"] for row in ledger.find(con, id))


def _finish(edges: Edges, id: str, summary: BackfillSummary) -> list[str]:
    """Completes the run's row and sets the backfill's state: done when every page was tried and no capture is
    left, incomplete while a source could not be read. Pages that failed may still be pending then; polls try
    them again. Returns a sentence for each count that does not add up (with any the state is incomplete),
    and for inputs that were not read."""
    with edges.warehouse.transaction() as con:
        summary.outcomes = ledger.tally(con, id)
        summary.problems = ledger.problems(con, id)
        summary.urls = sum(row["urls"] for row in summary.outcomes)
        summary.pending, untried = ledger.left_over(con, id)
        if ledger.next_chunk(con, id, -1) is None and not untried and not ledger.captures_left(con, id):
            is_unread = any(problem["again"] for problem in summary.problems)
            summary.state = "incomplete" if is_unread else "done"
            boilerplate.learn_lines(con, edges.now)
        problems = ledger.imbalance(con, id, summary.urls) or _add_up(con, id, summary)
        if problems:
            summary.state = "incomplete"
            detail = "; ".join(problems)
            summary.problems.append(
                Problem(url=id, reason=Reason.INTERNAL, detail=detail, again=False, note=False)
            )
            log.info("backfill %s is incomplete: %s", id, detail)
        if summary.state == "done":
            ledger.forget_plan(con, id)
        ledger.set_state(con, id, summary.state, edges.now)
        ledger.note_outcomes(con, id, summary.outcomes)
        summary.requests = edges.client.requests
        if summary.state == "incomplete" and not problems:
            unread = sum(problem["again"] for problem in summary.problems)
            problems = [f"{unread} input{'s' * (unread != 1)} of backfill {id} could not be read"]
        _record(con, edges, summary, problems)
    return problems


def _record(con: Connection, edges: Edges, summary: BackfillSummary, problems: list[str]) -> None:
    summary.seconds = round(time.monotonic() - edges.started, 3)
    polls.end_run(con, edges.run_id, datetime.now(UTC), json.dumps(asdict(summary)), problems)


def _finished(edges: Edges, id: str) -> BackfillSummary:
    """The summary of a backfill that is done already: what became of its addresses, and nothing done now."""
    with edges.warehouse.transaction() as con:
        (row,) = ledger.find(con, id)
        problems = ledger.problems(con, id)
        summary = BackfillSummary(
            id, edges.run_id, state="done", urls=row["urls"], outcomes=row["outcomes"], problems=problems
        )
        _add_up(con, id, summary)
    return summary


def _add_up(con: Connection, id: str, summary: BackfillSummary) -> list[str]:
    """Fills in what the inputs list. Returns a sentence where it is not all accounted for; chunks that were
    not opened yet have no outcomes, so that a run that stopped before them is not compared."""
    numbers = ledger.numbers(con, id)
    summary.same, summary.unreadable = numbers["same"], numbers["unreadable"]
    summary.versions = dict(numbers["versions"])
    if left := ledger.versions_left(con, id):
        summary.versions["pending"] = left
    summary.not_pages, summary.unknown_keys = numbers["not_pages"], numbers["unknown_keys"]
    versions = sum(summary.versions.values())
    accounted = summary.urls + versions + summary.same
    # An earlier version of the program, which planned it, did not count: there is nothing to compare.
    summary.seen = accounted if numbers["seen"] is None else numbers["seen"]
    if ledger.next_chunk(con, id, -1) is not None or accounted == summary.seen:
        return []
    summary.adds_up = False
    return [
        f"{summary.seen} addresses, lines and records were read, but {summary.urls} have an outcome, "
        f"{versions} are further versions and {summary.same} the same as others; please report this line"
    ]
