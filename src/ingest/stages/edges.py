"""What a run holds open (Edges): settings, the run's time, network, archive, worker pool and warehouse; and
how a run is opened and closed."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import tempfile
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from ingest.errors import ConfigError, WarehouseError
from ingest.extract.wire.agencies import AgencyTable, shipped_agencies
from ingest.fetch.archive import Archive
from ingest.fetch.client import Client
from ingest.fetch.hosts import Hosts
from ingest.load import names, pages, polls, takedown
from ingest.load.db import LINGER, Connection, Warehouse
from ingest.load.locks import run_lock
from ingest.model import ArchivePlace, Page, Response
from ingest.poll.schedule import K
from ingest.settings import FeedList, Settings
from ingest.urls.identity import HostRules, url_key
from ingest.workers import Limits, WorkerPool


@dataclass(frozen=True, slots=True)
class Edges:
    """What a run holds open. `now` is the same for the whole run, so that a poll can be replayed at any time;
    waits between requests are measured by the real clock. `agencies`: the user's own list of agencies (TOML
    text). `k`: the constant by which poll/schedule.py computes how often feeds are polled."""

    run_id: str
    now: datetime
    settings: Settings
    feeds: FeedList
    rules: HostRules
    warehouse: Warehouse
    client: Client
    archive: Archive
    workers: WorkerPool
    started: float = field(default_factory=time.monotonic)
    budget: float | None = None
    agencies: str | None = None
    k: float = K

    @property
    def left(self) -> float:
        """Seconds until the run should end; infinite without a budget."""
        return float("inf") if self.budget is None else self.budget - (time.monotonic() - self.started)


def adopt(edges: Edges) -> int:
    """Notes the pages that a killed run archived but did not load with their pending work, which is then done
    without a second fetch. Returns their number."""
    with edges.warehouse.transaction() as con:
        adopted = edges.archive.heal(pages.committed(con))
        pages.adopt_pages(
            con,
            edges.run_id,
            [
                (url_key(response.requested_url, edges.rules), page_of(response, place))
                for place, response in adopted
            ],
        )
        if adopted:
            takedown.look_again(con)
    return len(adopted)


def page_of(response: Response, place: ArchivePlace) -> Page:
    """The page of an answer that is archived at `place`, without its bytes."""
    return Page(
        url=response.requested_url,
        final_url=response.url,
        status=response.status,
        headers=response.headers,
        body=b"",
        fetched_at=response.fetched_at,
        sha256=hashlib.sha256(response.body).hexdigest(),
        hops=response.hops,
        place=place,
        noai=response.noai,
        size=len(response.body),
    )


def check_disk(settings: Settings) -> None:
    """Raises WarehouseError when less disk is free than the setting min_free_disk (MB). Called before a run
    and before each load, so that a run stops before it fills the disk; the pages left stay pending."""
    free = shutil.disk_usage(settings.data).free // 1_000_000
    if free < settings.min_free_disk:
        raise WarehouseError(
            f"{settings.data}: only {free} MB free, {settings.min_free_disk} MB wanted (min_free_disk); "
            "make room, or lower the setting"
        )


def own_agencies(settings: Settings) -> str | None:
    """The text of the user's agencies file (same form as extract/wire/agencies.toml), None without one.
    Raises ConfigError when it cannot be read."""
    if settings.agencies is None:
        return None
    try:
        text = settings.agencies.read_text(encoding="utf-8")
        shipped_agencies().extended(text)
    except OSError as error:
        raise ConfigError(
            f"{settings.agencies}: cannot be read ({error.strerror}); see `agencies` in the settings"
        ) from None
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"{settings.agencies}: not a list of [[agency]] with name, aliases, country, kind: {error}"
        ) from None
    return text


def note_agencies(con: Connection, own: str | None) -> None:
    """Writes the agencies in use, the shipped ones and the user's own, to core.agency."""
    table: AgencyTable = shipped_agencies().extended(own) if own else shipped_agencies()
    known = {agency.name: agency for agency in table.by_key.values()}
    names.write_agencies(
        con, [{"agency": a.name, "aliases": list(a.aliases), "country": a.country} for a in known.values()]
    )


PRELOAD = ("ingest.stages.extraction", "ingest.extract.page", "ingest.poll.feed")
"""Modules that a worker imports before its first page, so that no page's time limit pays for them."""


@dataclass(frozen=True, slots=True)
class PollRequest:
    """What a caller wants of a poll. `only`: ids of the feeds to poll, due or not; all feeds where empty.
    `everything`: poll and fetch also what is not due. `now`: the run's time, the present without it.
    `max_seconds` ends the run; pages left stay pending. `wait`: seconds to wait for another poll to end."""

    only: tuple[str, ...] = ()
    everything: bool = False
    now: datetime | None = None
    max_seconds: float | None = None
    wait: float = 0.0


@asynccontextmanager
async def open_run(
    settings: Settings,
    feeds: FeedList,
    job: str,
    *,
    lock: str | None = None,
    client: type[Client] = Client,
    preload: tuple[str, ...] = PRELOAD,
    duckdb: Settings | None = None,
    now: datetime | None = None,
    budget: float | None = None,
    wait: float = 0.0,
) -> AsyncIterator[Edges]:
    """Opens everything that a run of `job` writes with, and closes it at the end.

    It takes the lock `lock` (default: the job's name), which names the run's archive segments too, waiting at
    most `wait` seconds for it; migrates the warehouse, which is opened by the settings `duckdb` where they
    differ from the run's; and adopts the pages that a killed run archived without loading them. `budget` is
    seconds after which the run should end. Raises LockedError while another run holds the lock,
    WarehouseError on a full disk, ConfigError for an agencies file that cannot be read.
    """
    warehouse = Warehouse(duckdb or settings, linger=LINGER)
    warehouse.make_folders()
    check_disk(settings)
    agencies = own_agencies(settings)
    name = lock or job
    with run_lock(settings.data / "locks", name, wait):
        archive = Archive(settings.data / "archive", name)
        try:
            warehouse.prepare()
            async with _edges(
                settings=settings,
                feeds=feeds,
                job=job,
                warehouse=warehouse,
                archive=archive,
                agencies=agencies,
                client=client,
                preload=preload,
                now=now,
            ) as edges:
                edges = replace(edges, budget=budget)
                # In a thread: after a crash adopting takes time, and the event loop must not wait for it.
                await asyncio.to_thread(adopt, edges)
                yield edges
        finally:
            warehouse.close()
            archive.close()


@asynccontextmanager
async def open_dry_run(
    settings: Settings,
    feeds: FeedList,
    job: str,
    *,
    client: type[Client] = Client,
    preload: tuple[str, ...] = PRELOAD,
    now: datetime | None = None,
) -> AsyncIterator[Edges]:
    """Opens what a run needs that only fetches and looks up: nothing is locked, archived or written.

    Hosts' delays are kept all the same, where the data directory has a file that remembers them.
    """
    with tempfile.TemporaryDirectory(prefix="wire-ingest-") as folder:
        remembers = settings.data.is_dir() and (settings.data / "hosts.db").exists()
        home = settings if remembers else settings.model_copy(update={"data": Path(folder)})
        warehouse, archive = Warehouse(settings), Archive(Path(folder), "none")
        async with _edges(
            settings=home,
            feeds=feeds,
            job=job,
            warehouse=warehouse,
            archive=archive,
            agencies=own_agencies(settings),
            client=client,
            preload=preload,
            now=now,
        ) as edges:
            yield edges


@asynccontextmanager
async def _edges(
    *,
    settings: Settings,
    feeds: FeedList,
    job: str,
    warehouse: Warehouse,
    archive: Archive,
    agencies: str | None,
    client: type[Client],
    preload: tuple[str, ...],
    now: datetime | None,
) -> AsyncIterator[Edges]:
    """The run's name and clock, its worker pool and its client, put together with what the caller opened."""
    limits = Limits.of_page(settings.worker_seconds, settings.worker_memory)
    hosts = Hosts(settings.data / "hosts.db")
    try:
        with WorkerPool(settings.workers, limits, preload) as workers:
            async with client(settings, hosts, feeds.hosts) as network:
                yield Edges(
                    run_id=f"{job}-{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}",
                    now=now or datetime.now(UTC),
                    settings=settings,
                    feeds=feeds,
                    rules=HostRules(feeds.hosts),
                    warehouse=warehouse,
                    client=network,
                    archive=archive,
                    workers=workers,
                    agencies=agencies,
                )
    finally:
        hosts.close()


@asynccontextmanager
async def open_poll(settings: Settings, feeds: FeedList, request: PollRequest) -> AsyncIterator[Edges]:
    """Opens a poll (open_run) and notes it as begun: its row in core.run, the agencies and feeds in use."""
    budget = request.max_seconds or settings.run_seconds
    async with open_run(settings, feeds, "poll", now=request.now, budget=budget, wait=request.wait) as edges:
        await asyncio.to_thread(_begin_poll, edges)
        yield edges


def _begin_poll(edges: Edges) -> None:
    with edges.warehouse.transaction() as con:
        polls.start_run(con, edges.run_id, "poll", edges.now)
        note_agencies(con, edges.agencies)
        polls.switch(con, [feed.id for feed in edges.feeds.enabled])
