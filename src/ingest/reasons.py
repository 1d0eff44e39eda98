"""When a failed page is tried again, by kind of failure; pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from ingest.errors import FetchError
from ingest.model import Outcome, Reason

_MINUTE = 60.0
_FIRST = {
    Reason.TIMEOUT: 10 * _MINUTE,
    Reason.CONNECT: 10 * _MINUTE,
    Reason.DNS: 15 * _MINUTE,
    Reason.TLS: 60 * _MINUTE,
    Reason.HTTP_5XX: 10 * _MINUTE,
    Reason.HTTP_429: 15 * _MINUTE,
    Reason.ROBOTS_UNREACHABLE: 30 * _MINUTE,
    Reason.CHALLENGE: 60 * _MINUTE,
    Reason.CONSENT: 60 * _MINUTE,
    Reason.EMPTY: 15 * _MINUTE,
}
PATIENCE = timedelta(days=14)
"""After this, tries that were not even made count as well: a host may be paused, or its robots.txt fail, for
good."""

_DEFAULT = 2 * _MINUTE
_CEILING = 24 * 60 * _MINUTE

LATER = frozenset({Reason.CHALLENGE, Reason.CONSENT, Reason.EMPTY})
"""What extraction could not make an article of, but may tomorrow: a check that passes, a shell that gets
filled."""

SKIPPED = frozenset(
    {
        Reason.ROBOTS,
        Reason.NOT_HTML,
        Reason.TAKEDOWN,
        Reason.OFF_SCOPE,
        Reason.NO_URL,
        Reason.BAD_ADDRESS,
        Reason.BAD_URL,
        Reason.BAD_PORT,
        Reason.TOO_LARGE,
    }
)
"""Left out on purpose, by a rule of the site or of ours; everything else that ends is a failure."""


def next_attempt(reason: Reason, attempts: int, now: datetime, retry_after: float | None = None) -> datetime:
    """Four times as long each time, from a first wait that fits the failure, a day at most; what the host
    asked for is kept.

    Five attempts span half a day and more: a site that is down for an evening loses no page. `retry_after` is
    seconds.
    """
    wait = min(_FIRST.get(reason, _DEFAULT) * 4 ** max(0, attempts - 1), _CEILING)
    return now + timedelta(seconds=max(wait, retry_after or 0.0))


def was_not_asked(error: FetchError) -> bool:
    """True where the host was paused or deferred, or its robots.txt could not be had: no request for the page
    was made."""
    if error.reason in (Reason.DEFERRED, Reason.ROBOTS_UNREACHABLE):
        return True
    return (
        error.status is None
        and error.retry_after is not None
        and error.reason in (Reason.HTTP_429, Reason.HTTP_5XX)
    )


def ending(reason: Reason) -> Outcome:
    """SKIPPED or FAILED, once there is nothing left to try."""
    return Outcome.SKIPPED if reason in SKIPPED else Outcome.FAILED
