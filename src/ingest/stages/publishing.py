"""Publishes during a run: readers must not wait for a slow host to see what is loaded already."""

from __future__ import annotations

import asyncio
import time

from ingest.load.db import Warehouse
from ingest.load.publish import publish

SHARE_IDLE, SHARE_BUSY = 10, 100
"""The least time between two publishes, in multiples of the duration of the last one: while the run only
waits for the network, and while it is also extracting or loading."""
LEAST_BUSY = 60.0
"""Least seconds between two publishes while the run is also extracting or loading."""


class PeriodicPublisher:
    """Publishes between the loads of a run, when enough time has passed since the last time."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._last = time.monotonic()
        self._cost = 0.1

    async def publish_if_due(self, *, idle: bool) -> int:
        """Publish if it is time. Returns the number of files written. `idle`: the run only waits for the
        network."""
        wait = self._cost * SHARE_IDLE if idle else max(LEAST_BUSY, self._cost * SHARE_BUSY)
        began = time.monotonic()
        if began - self._last < wait:
            return 0
        written = await asyncio.to_thread(publish, self._warehouse)
        self._last = time.monotonic()
        self._cost = self._last - began
        return written
