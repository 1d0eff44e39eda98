"""Run: a backfill is planned, its chunks opened, fetched or read, and loaded by the live path's stages;
resumable anywhere.

plan -> [chunk by day] --open: links, outcomes, pending work--> results (fetch, archive, extract) ->
load_batch -> done
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from ingest.backfill import chunks, ledger
from ingest.backfill.chunks import job_of
from ingest.backfill.clients import NoNetwork, SharingClient
from ingest.backfill.plan import Plan, make_plan
from ingest.backfill.request import Backfill, from_ledger
from ingest.errors import ConfigError
from ingest.fetch.client import Client
from ingest.load import boilerplate, polls, work
from ingest.load.db import Warehouse
from ingest.load.locks import run_lock
from ingest.load.publish import publish
from ingest.load.rows import OutcomeRow, outcome_row
from ingest.model import Outcome, Reason, WorkKind
from ingest.settings import FeedList, Settings
from ingest.stages.boilerplate import learn_sentences
from ingest.stages.edges import Edges, note_agencies, open_dry_run, open_run
from ingest.stages.stories import derive_stories

PRELOAD = ("ingest.extract.page", "ingest.backfill.sources.sitemap")
ACTIVE = 2
"""Chunks at work side by side: while the last pages of one are loaded, the workers have the next one's."""
PUBLISH_SECONDS = 900.0
"""Between publishes of a long backfill: each writes all days anew that had more (16,000 texts and revisions:
3 CPU s)."""
Told = Callable[[str, int, int], None]


@dataclass(slots=True)
class Summary:
    """What a run did: the object `ingest backfill run --json` prints. `outcomes` counts all URLs of the
    backfill by outcome and reason; the counters are this run's. `state` is done, or running while something
    is left that `resume` goes on with."""

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
    problems: list[dict[str, str]] = field(default_factory=list)


async def plan(
    settings: Settings, feeds: FeedList, asked: Backfill, *, dry: bool = False, told: Told | None = None
) -> Plan:
    """Note a backfill in the ledger, or (`dry`) only count what it would do."""
    if dry:
        dry_run = open_dry_run(
            settings, feeds, "backfill", client=_client(asked), preload=PRELOAD, now=asked.now
        )
        async with dry_run as edges:
            return await make_plan(edges, asked, "", dry=True, told=told)
    id = new_id(asked)
    async with opened(settings, feeds, asked, id) as edges:
        return await _planned(edges, asked, id, told)


async def run(
    settings: Settings,
    feeds: FeedList,
    asked: Backfill,
    told: Told | None = None,
    *,
    active: int = ACTIVE,
    wait: float = 0.0,
) -> Summary:
    """Plan and run; a backfill of the same that is not done is gone on with. `wait` seconds for one that is
    at work."""
    id = _unfinished(settings, asked)
    if id is not None:
        return await resume(settings, feeds, id, told, active=active, now=asked.now, wait=wait)
    id = new_id(asked)
    async with opened(settings, feeds, asked, id) as edges:
        await _planned(edges, asked, id, told)
        return await _work(edges, asked, id, told, active)


async def resume(
    settings: Settings,
    feeds: FeedList,
    id: str,
    told: Told | None = None,
    *,
    active: int = ACTIVE,
    now: datetime | None = None,
    wait: float = 0.0,
) -> Summary:
    """Go on with a backfill at the clock it was asked for, or `now`. ConfigError for one that is unknown or
    cancelled."""
    known = find(settings, id)
    asked = from_ledger(known["source"], known["mode"], known["options"])
    asked = replace(asked, now=now or asked.now)
    async with opened(settings, feeds, asked, id, wait) as edges:
        state = find(settings, id)["state"]  # as the run that was waited for left it
        if state == "cancelled":
            raise ConfigError(f"backfill {id} was cancelled; `ingest backfill run` plans another")
        if state == "planning":
            await make_plan(edges, asked, id, told=told)
        return await _work(edges, asked, id, told, active)


def cancel(settings: Settings, id: str, wait: float = 0.0) -> int:
    """Let a backfill go; what it loaded stays. Returns how many pages were still to be had. LockedError while
    it runs."""
    find(settings, id)
    warehouse = Warehouse(settings)
    now = datetime.now(UTC)
    with run_lock(settings.data / "locks", job_of(id), wait), warehouse.transaction() as con:
        if ledger.find(con, id)[0]["state"] not in ledger.OPEN:  # the run that was waited for ended it
            return 0
        left = ledger.own_work(con, id)
        work.settle(
            con, [_let_go(one.url_key, one.feed_id, now) for one in left if one.kind is WorkKind.BACKFILL]
        )
        work.drop(con, [one.url_key for one in left])
        ledger.forget_plan(con, id)
        ledger.set_state(con, id, "cancelled", now)
    publish(warehouse)
    return len(left)


def _let_go(key: str, feed_id: str | None, now: datetime) -> OutcomeRow:
    detail = "its backfill was cancelled"
    return outcome_row(key, key, feed_id, Outcome.SKIPPED, now, reason=Reason.DEFERRED, detail=detail)


def find(settings: Settings, id: str) -> dict[str, Any]:
    """One backfill with its progress; `last` stands for the newest. ConfigError when there is none."""
    rows = status(settings, None if id == "last" else id)
    if not rows:
        raise ConfigError(f"no backfill {id}; `ingest backfill status` lists them")
    return rows[0]


def status(settings: Settings, id: str | None = None) -> list[dict[str, Any]]:
    """Backfills and how far they are, newest first."""
    warehouse = Warehouse(settings)
    warehouse.must_exist()
    with warehouse.transaction() as con:
        return ledger.find(con, id)


def new_id(asked: Backfill) -> str:
    return f"{asked.source}-{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:4]}"


async def _planned(edges: Edges, asked: Backfill, id: str, told: Told | None) -> Plan:
    """A new backfill's plan; one whose input cannot be read at all is not left for `resume`."""
    await asyncio.to_thread(_create, edges, asked, id)
    try:
        return await make_plan(edges, asked, id, told=told)
    except ConfigError:
        with edges.warehouse.transaction() as con:
            ledger.forget_plan(con, id)
            ledger.set_state(con, id, "cancelled", edges.now)
        raise


def _create(edges: Edges, asked: Backfill, id: str) -> None:
    with edges.warehouse.transaction() as con:
        ledger.create(con, id, asked.source, asked.mode, asked.options(), edges.now)


def _unfinished(settings: Settings, asked: Backfill) -> str | None:
    if not Warehouse(settings).path.exists():
        return None
    for row in status(settings):
        if row["state"] in ledger.OPEN and asked.same(row["source"], row["mode"], row["options"]):
            return str(row["backfill_id"])
    return None


# -- opening -------------------------------------------------------------------------------------------------


def opened(
    settings: Settings, feeds: FeedList, asked: Backfill, id: str, wait: float = 0.0
) -> AbstractAsyncContextManager[Edges]:
    """Opens a run with its own lock, archive segments and client, so that live polls can run beside it."""
    return open_run(
        settings,
        feeds,
        "backfill",
        lock=job_of(id),
        client=_client(asked),
        preload=PRELOAD,
        duckdb=modest(settings),
        now=asked.now,
        wait=wait,
    )


def _client(asked: Backfill) -> type[Client]:
    return NoNetwork if asked.offline else SharingClient


def modest(settings: Settings) -> Settings:
    """The settings by which a backfill opens the warehouse, so that extraction has the machine to itself: a
    second thread in DuckDB makes a load a fifth dearer, and a larger cache of a growing warehouse only takes
    memory. What the user has set is kept."""
    wanted = {"duckdb_threads": 1, "duckdb_memory": "250MB"}
    return settings.model_copy(
        update={name: value for name, value in wanted.items() if name not in settings.model_fields_set}
    )


# -- the run -------------------------------------------------------------------------------------------------


async def _work(edges: Edges, asked: Backfill, id: str, told: Told | None, active: int) -> Summary:
    summary = Summary(id, edges.run_id)
    lines, total = await asyncio.to_thread(_start, edges, id)
    run = chunks.Run(edges, asked, id, lines, total, told)
    published = time.monotonic()
    try:
        while await run.next(active):
            if time.monotonic() - published > PUBLISH_SECONDS:
                await asyncio.to_thread(publish, edges.warehouse)
                published = time.monotonic()
    finally:
        await run.stop()
    await run.leftovers()
    await run.captures()
    counts = run.counts
    summary.fetched, summary.loaded, summary.revised = counts.fetched, counts.loaded, counts.revised
    summary.copies, summary.lost = counts.copies, counts.lost
    await asyncio.to_thread(_finish, edges, id, summary)
    if summary.state == "done":
        await asyncio.to_thread(learn_sentences, edges.warehouse, edges.now)
    await asyncio.to_thread(derive_stories, edges.warehouse)
    summary.published = await asyncio.to_thread(publish, edges.warehouse)
    return summary


def _start(edges: Edges, id: str) -> tuple[dict[str, frozenset[int]], int]:
    with edges.warehouse.transaction() as con:
        polls.start_run(con, edges.run_id, "backfill", edges.now)
        note_agencies(con, edges.agencies)
        ledger.set_state(con, id, "running", edges.now)
        return ledger.lines(con, id), sum(row["urls"] for row in ledger.find(con, id))


def _finish(edges: Edges, id: str, summary: Summary) -> None:
    """The run's row and the backfill's state: done when every page was tried, though some may wait for a poll
    to try again, and no capture is left behind one that does."""
    with edges.warehouse.transaction() as con:
        summary.outcomes = ledger.tally(con, id)
        summary.problems = ledger.problems(con, id)
        summary.urls = sum(row["urls"] for row in summary.outcomes)
        summary.pending, untried = ledger.left_over(con, id)
        if ledger.next_chunk(con, id, -1) is None and not untried and not ledger.captures_left(con, id):
            summary.state = "done"
            boilerplate.learn_lines(con, edges.now)
            ledger.forget_plan(con, id)
        ledger.set_state(con, id, summary.state, edges.now)
        summary.requests = edges.client.requests
        summary.seconds = round(time.monotonic() - edges.started, 3)
        polls.end_run(con, edges.run_id, datetime.now(UTC), json.dumps(asdict(summary)))
