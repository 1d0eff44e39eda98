"""A client that leaves room for live polls: a host's turns go to both, and live news waits for none of ours
for long."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from ingest.errors import Terminal
from ingest.fetch.client import Client, Kind
from ingest.fetch.hosts import RECHECK_MOST, Hosts
from ingest.model import HostRule, Reason, Response
from ingest.settings import Settings


class SharingClient(Client):
    """While a poll runs, each request waits as long first as the last one took: whoever waits for the host's
    turn gets it."""

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
        if held(self._lock):
            # Those who wait for a turn look for it every RECHECK_MOST seconds at the latest.
            await asyncio.sleep(max(1.5 * RECHECK_MOST, min(self._last, 5.0)))
        response = await super().get(url, kind=kind, etag=etag, last_modified=last_modified, headers=headers)
        self._last = response.seconds
        return response


class NoNetwork(Client):
    """For sources that bring their own bytes: a page that is no longer where it was put is lost, not
    fetched."""

    async def get(
        self,
        url: str,
        *,
        kind: Kind,
        etag: str | None = None,
        last_modified: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Always Terminal."""
        raise Terminal(Reason.DAMAGED_RECORD, "its record can no longer be read from the archive")


def held(path: Path) -> bool:
    """Is a run of the job with this lock at work? Looked up without waiting, and without the lock being
    taken."""
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
