"""Every error the project raises, as one tree.

    IngestError
    +-- ConfigError        the user's settings, feeds.toml or arguments are wrong (exit 2)
    |   +-- NoWarehouseError   the data directory named holds no warehouse
    +-- LockedError        another run of the same job is running (exit 3)
    +-- WarehouseError     the warehouse cannot be opened or used (exit 1)
    +-- Transient          may succeed later: kept pending and tried again
    +-- Terminal           waiting does not help: recorded once with its reason

Messages are one line: what, where, what to do.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from ingest.reasons import Reason


class IngestError(Exception):
    """Root of the tree; `exit_code` is that of the command line when nothing catches the error."""

    exit_code = 1


class ConfigError(IngestError):
    """The message names the file, the key and the remedy."""

    exit_code = 2


class NoWarehouseError(ConfigError):
    """A command needs the warehouse of a data directory that has none (load/folder.py)."""


class LockedError(IngestError):
    """Another process runs the same job; `--wait SECONDS` waits for it."""

    exit_code = 3


class WarehouseError(IngestError):
    """The warehouse in the data directory is damaged, held by another program, or of a newer version."""


class FetchError(IngestError):
    """A URL could not be fetched or read. `reason` goes to core.outcome; `retry_after` is the wait in seconds
    that the host asked for. `soon`: the client has further tries left for what failed (the host's
    robots.txt), and makes the next when it is called after that wait."""

    def __init__(
        self,
        reason: Reason,
        detail: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        soon: bool = False,
    ):
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.status = status
        self.retry_after = retry_after
        self.soon = soon

    @property
    def never_sent(self) -> bool:
        """True where no request for the URL was sent: its host is paused or deferred, its robots.txt could
        not be read, or its feed's token is missing."""
        if self.reason in (Reason.DEFERRED, Reason.ROBOTS_UNREACHABLE, Reason.MISSING_TOKEN):
            return True
        paused = self.reason in (Reason.HTTP_429, Reason.HTTP_5XX)
        return paused and self.status is None and self.retry_after is not None

    def __reduce__(self) -> tuple[Any, ...]:
        # keyword-only arguments do not survive the default way of pickling an exception, and these cross
        # processes
        return partial(type(self), status=self.status, retry_after=self.retry_after, soon=self.soon), (
            self.reason,
            self.detail,
        )


class Transient(FetchError):
    """Worth another try later: time-outs, resets, 5xx, 429, truncated bodies."""


class Terminal(FetchError):
    """Final for this URL: 404, 410, forbidden address, disallowed by robots, not HTML."""
