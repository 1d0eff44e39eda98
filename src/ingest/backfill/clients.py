"""The HTTP clients of a backfill: one that lets live polls go first at a host that both ask, and one that
never fetches."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from ingest.errors import Terminal
from ingest.fetch.client import Client, Kind
from ingest.fetch.hosts import RECHECK_MOST, Hosts
from ingest.model import HostRule, Response
from ingest.reasons import Reason
from ingest.settings import Settings


class SharingClient(Client):
    """While a poll runs, each request first waits as long as the last one took, so that a poll that waits
    for the same host gets the next turn."""

    def __init__(self, settings: Settings, hosts: Hosts, rules: Sequence[HostRule] = ()) -> None:
        super().__init__(settings, hosts, rules)
        self._lock = settings.data / "locks" / "poll.lock"
        self._last = 0.0

    async def get(
        self,
        url: str,
        *,
        kind: Kind,
        etag: str | None = None,
        last_modified: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """As Client.get."""
        if is_locked(self._lock):
            # A client that waits for a host looks again every RECHECK_MOST seconds at the latest.
            await asyncio.sleep(max(1.5 * RECHECK_MOST, min(self._last, 5.0)))
        response = await super().get(url, kind=kind, etag=etag, last_modified=last_modified, headers=headers)
        self._last = response.seconds
        return response


class NoNetwork(Client):
    """For sources that bring the bytes of their pages: a page whose archive record can no longer be read is
    lost, never fetched."""

    async def get(
        self,
        url: str,
        *,
        kind: Kind,
        etag: str | None = None,
        last_modified: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Always raises Terminal."""
        raise Terminal(Reason.DAMAGED_RECORD, "its record can no longer be read from the archive")


def is_locked(path: Path) -> bool:
    """True while a run holds the lock file `path`. Does not wait, and leaves the lock to others."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False
