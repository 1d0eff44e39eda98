"""How many bytes that were fetched still wait for a worker: the network pauses rather than fill the
memory."""

from __future__ import annotations

import asyncio

MOST_HELD = 48_000_000
"""Bytes; what is in flight when it is reached comes on top (max_in_flight answers of at most a cap each)."""


class Held:
    """`take` bytes when they arrive, `give` them back when they are worked off; `room` waits while there are
    too many."""

    def __init__(self, most: int = MOST_HELD) -> None:
        self._most = most
        self._bytes = 0
        self._room = asyncio.Event()
        self._room.set()

    def take(self, size: int) -> None:
        self._change(size)

    def give(self, size: int) -> None:
        self._change(-size)

    async def room(self) -> None:
        """Returns as soon as less than the most is held."""
        await self._room.wait()

    def _change(self, by: int) -> None:
        self._bytes += by
        if self._bytes < self._most:
            self._room.set()
        else:
            self._room.clear()
