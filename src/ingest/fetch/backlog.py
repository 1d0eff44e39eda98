"""How many fetched bytes still wait for a worker: requests pause when there are too many, so that the memory
does not fill up."""

from __future__ import annotations

import asyncio

MOST_BYTES = 48_000_000
"""Bytes. Requests in flight when it is reached still end: max_in_flight answers of at most a cap each come on
top."""


class Backlog:
    """`add` bytes when they arrive, `remove` them when they are processed; `wait_for_room` waits while there
    are too many."""

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._bytes = 0
        self._room = asyncio.Event()
        self._room.set()

    def add(self, size: int) -> None:
        self._change(size)

    def remove(self, size: int) -> None:
        self._change(-size)

    async def wait_for_room(self) -> None:
        """Returns as soon as the backlog is below its limit."""
        await self._room.wait()

    def _change(self, by: int) -> None:
        self._bytes += by
        if self._bytes < self._most:
            self._room.set()
        else:
            self._room.clear()
