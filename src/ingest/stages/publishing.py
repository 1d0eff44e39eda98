"""Publishing while a run goes on: a slow host must not keep from readers what is loaded already."""

from __future__ import annotations

import asyncio
import time

from ingest.load.db import Warehouse
from ingest.load.publish import publish

SHARE_IDLE, SHARE_BUSY = 10, 100
"""A run publishes no sooner than this many times what the last publishing took: seldom while the processors
have work."""
LEAST_BUSY = 60.0


class Meanwhile:
    """Asked after each load; publishes when it is time."""

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._last = time.monotonic()
        self._cost = 0.1

    async def publish(self, *, idle: bool) -> int:
        """Files written, 0 when it is not time. `idle`: the run waits for the network alone."""
        wait = self._cost * SHARE_IDLE if idle else max(LEAST_BUSY, self._cost * SHARE_BUSY)
        began = time.monotonic()
        if began - self._last < wait:
            return 0
        written = await asyncio.to_thread(publish, self._warehouse)
        self._last = time.monotonic()
        self._cost = self._last - began
        return written
