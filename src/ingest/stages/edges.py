"""What a run holds in its hands: settings, the clock's `now`, the network, the archive, the workers and the warehouse."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime

from ingest.fetch.archive import Archive
from ingest.fetch.client import Client
from ingest.load.db import Warehouse
from ingest.poll.schedule import K
from ingest.settings import FeedList, Settings
from ingest.urls.identity import HostRules
from ingest.workers import WorkerPool


@dataclass(frozen=True, slots=True)
class Edges:
    """`now` stands still for the whole run, so that a poll can be replayed at any time; delays go by the real clock.
    `k` is what poll/schedule.py spends polls by, `agencies` the user's own list of them (TOML text)."""

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
