"""A feed's state after a failed poll, and when it is polled again. No feed is ever given up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ingest.errors import FetchError
from ingest.model import Feed, FeedState
from ingest.poll.schedule import LONGEST_DELAY, MIN_INTERVAL
from ingest.reasons import PASSING, RETRY_AFTER_CAP, Reason

_HOUR = 3600.0
_DAY_WEIGHT = 24.0
"""Sum of weights at which the delay reaches a day, growing by an hour for each unit. It stays a day up to
twice this sum, then grows by a day for each unit."""
"""Seconds: longest pause that a Retry-After sets."""
GONE_PAUSE = timedelta(days=30)
"""Pause of a feed that answered 410."""
REDIRECT_TRIES = 3
"""Polls in a row that an adopted address may fail for a passing reason."""


def backoff(total: float) -> timedelta:
    """Returns the delay until the next poll, from the sum of the weights of the failures in a row."""
    if total <= 2 * _DAY_WEIGHT:
        return timedelta(seconds=_HOUR * min(total, _DAY_WEIGHT))
    return min(LONGEST_DELAY, timedelta(days=1 + total - 2 * _DAY_WEIGHT))


def failed(
    feed: Feed, state: FeedState, error: FetchError, now: datetime, *, min_interval: float = MIN_INTERVAL
) -> FeedState:
    """Returns the state after a failure; validators, body hash, floor and rate stay as they are.

    Where an address that was adopted from a redirect fails, the configured one is polled again: at once, or
    after the third failure in a row where the reason passes by itself. Retry-After (at most 24 h) and 410 (30
    days) pause the feed: `--all` does not poll it either.
    """
    total = state.failure_weight + error.reason.rule.feed_weight
    own = timedelta(seconds=min_interval if feed.min_interval is None else feed.min_interval)
    at, paused = now + max(backoff(total), own), None
    why = f"failed polls in a row: {state.failures + 1}, the last: {error.reason}"
    if error.reason is Reason.HTTP_410:
        at = paused = now + GONE_PAUSE
        why = "gone (410): polled again after 30 days; take it out of feeds.toml or correct its url"
    elif error.retry_after is not None:
        paused = now + timedelta(seconds=min(max(error.retry_after, 0.0), RETRY_AFTER_CAP))
        at, why = max(paused, now + own), "Retry-After"
    moved = state.url != feed.url and (
        error.reason.rule.feed_weight > PASSING or state.failures + 1 >= REDIRECT_TRIES
    )
    if moved:
        at, paused, why = (
            now + own,
            None,
            f"the address of a redirect failed ({error.reason}): back to the configured one",
        )
    return replace(
        state,
        url=feed.url if moved else state.url,
        etag=None if moved else state.etag,
        last_modified=None if moved else state.last_modified,
        body_hash=None if moved else state.body_hash,
        redirect_url=None if moved else state.redirect_url,
        redirect_since=None if moved else state.redirect_since,
        last_poll_at=now,
        next_poll_at=at,
        paused_until=paused,
        failure_weight=total,
        failures=state.failures + 1,
        polls=state.polls + 1,
        last_status=error.status,
        last_reason=str(error.reason),
        last_detail=error.detail,
        why_next=why,
    )
