"""What a run holds in its hands: settings, the clock's `now`, the network, the archive, the workers and the
warehouse."""

from __future__ import annotations

import asyncio
import shutil
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ingest.errors import ConfigError, WarehouseError
from ingest.extract.wire.agencies import AgencyTable, shipped
from ingest.fetch.archive import Archive
from ingest.fetch.client import Client
from ingest.fetch.hosts import Hosts
from ingest.load import names, pages, polls, takedown
from ingest.load.db import Connection, Warehouse
from ingest.load.locks import run_lock
from ingest.poll.schedule import K
from ingest.settings import FeedList, Settings
from ingest.urls.identity import HostRules, url_key
from ingest.workers import Limits, WorkerPool


@dataclass(frozen=True, slots=True)
class Edges:
    """`now` stands still for the whole run, so that a poll can be replayed at any time; delays go by the real
    clock. `k` is what poll/schedule.py spends polls by, `agencies` the user's own list of them (TOML
    text)."""

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
    """Pages that reached the archive but not the warehouse answer their pending work without a second
    fetch."""
    with edges.warehouse.transaction() as con:
        found = edges.archive.heal(pages.committed(con))
        pages.note_places(
            con, [(url_key(response.requested_url, edges.rules), place) for place, response in found]
        )
        pages.advance(con, [place for place, _ in found])
        if found:
            takedown.look_again(con)
    return len(found)


def check_disk(settings: Settings) -> None:
    """WarehouseError before a run, or the next load of one, fills the disk (min_free_disk, MB): what is left
    stays pending."""
    free = shutil.disk_usage(settings.data).free // 1_000_000
    if free < settings.min_free_disk:
        raise WarehouseError(
            f"{settings.data}: only {free} MB free, {settings.min_free_disk} MB wanted (min_free_disk); "
            "make room, or lower the setting"
        )


def own_agencies(settings: Settings) -> str | None:
    """The text of the user's agencies file (same form as extract/wire/agencies.toml). ConfigError names it
    when it cannot be read."""
    if settings.agencies is None:
        return None
    try:
        text = settings.agencies.read_text(encoding="utf-8")
        shipped().extended(text)
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
    """core.agency shows the table in use."""
    table: AgencyTable = shipped().extended(own) if own else shipped()
    known = {agency.name: agency for agency in table.by_key.values()}
    names.write_agencies(
        con, [{"agency": a.name, "aliases": list(a.aliases), "country": a.country} for a in known.values()]
    )


PRELOAD = ("ingest.stages.archived", "ingest.poll.feed")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a caller asked a poll to do. `everything`: due or not. `max_seconds` ends the run; what is left
    stays pending."""

    only: tuple[str, ...] = ()
    everything: bool = False
    now: datetime | None = None
    max_seconds: float | None = None
    wait: float = 0.0


@asynccontextmanager
async def opened(settings: Settings, feeds: FeedList, job: str, asked: Asked) -> AsyncIterator[Edges]:
    """The edges of a run: locks taken, warehouse migrated, archive healed, workers and client started; all
    closed at the end."""
    warehouse = Warehouse(settings)
    warehouse.make_folders()
    check_disk(settings)
    agencies = own_agencies(settings)
    with run_lock(settings.data / "locks", job, asked.wait):
        warehouse.prepare()
        archive = Archive(settings.data / "archive", job)
        limits = Limits(settings.worker_seconds * 2, settings.worker_seconds, settings.worker_memory)
        hosts = Hosts(settings.data / "hosts.db")
        run_id = f"{job}-{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}"
        budget = asked.max_seconds or settings.run_seconds
        with WorkerPool(settings.workers, limits, PRELOAD) as workers:
            async with Client(settings, hosts, feeds.hosts) as client:
                edges = Edges(
                    run_id,
                    asked.now or datetime.now(UTC),
                    settings,
                    feeds,
                    HostRules(feeds.hosts),
                    warehouse,
                    client,
                    archive,
                    workers,
                    budget=budget,
                    agencies=agencies,
                )
                await asyncio.to_thread(_begin, edges, job)
                try:
                    yield edges
                finally:
                    archive.close()
                    hosts.close()


def _begin(edges: Edges, job: str) -> None:
    """Make good what a killed run left, and note that this one is at work. After a crash that takes time: not
    in the event loop."""
    adopt(edges)
    with edges.warehouse.transaction() as con:
        polls.start_run(con, edges.run_id, job, edges.now)
        note_agencies(con, edges.agencies)
        polls.switch(con, [feed.id for feed in edges.feeds.enabled])
