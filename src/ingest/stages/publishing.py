"""Publishes while a run continues: a slow host must not keep from readers what is already loaded."""

from __future__ import annotations

import asyncio
import time

from ingest.load.db import Warehouse
from ingest.load.publish import publish

SHARE_IDLE, SHARE_BUSY = 10, 100
"""The wait between two publishes is at least this many times the duration of the last one: more while the
processors have work."""
LEAST_BUSY = 60.0
"""Seconds between two publishes, at least, while the processors have work."""


class PeriodicPublisher:
    """Publishes between the loads of a run, when enough time has passed since the last time."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._last = time.monotonic()
        self._cost = 0.1

    async def publish_if_due(self, *, idle: bool) -> int:
        """Publish if it is time. Returns the number of files written. `idle`: the run waits for the network
        alone."""
        wait = self._cost * SHARE_IDLE if idle else max(LEAST_BUSY, self._cost * SHARE_BUSY)
        began = time.monotonic()
        if began - self._last < wait:
            return 0
        written = await asyncio.to_thread(publish, self._warehouse)
        self._last = time.monotonic()
        self._cost = self._last - began
        return written
