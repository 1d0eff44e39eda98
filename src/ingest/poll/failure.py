"""A feed after a failed poll: how much the failure weighs, and when it is tried again. No feed is ever given
up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ingest.errors import FetchError
from ingest.model import Feed, FeedState
from ingest.poll.schedule import MIN_INTERVAL
from ingest.reasons import LASTING, Reason

_HOUR = 3600.0
_DAY_WEIGHT = 24.0
"""Weight at which the delay has grown to a day, one hour for each unit; it stays there as long again, then
grows by days."""
RETRY_AFTER_CAP = 86_400.0
GONE_PAUSE = timedelta(days=30)
LONGEST = timedelta(days=30)


def backoff(total: float) -> timedelta:
    """The delay at this sum of weights: linear to 24 h, a day for as long again, then linear to 30 days."""
    if total <= 2 * _DAY_WEIGHT:
        return timedelta(seconds=_HOUR * min(total, _DAY_WEIGHT))
    return min(LONGEST, timedelta(days=1 + total - 2 * _DAY_WEIGHT))


def failed(
    feed: Feed, state: FeedState, error: FetchError, now: datetime, *, min_interval: float = MIN_INTERVAL
) -> FeedState:
    """The state after a failure: validators, body hash, floor and rate stay as they are.

    Where an adopted address fails for good, the configured one is asked again. Retry-After (seconds, at most
    24 h) and 410 (30 days) pause the feed: even `--all` waits for the end of a pause.
    """
    total = state.failure_weight + error.reason.rule.feed_weight
    own = timedelta(seconds=min_interval if feed.min_interval is None else feed.min_interval)
    at, paused = now + max(backoff(total), own), None
    why = f"failure {state.failures + 1} running: {error.reason}"
    if error.reason is Reason.HTTP_410:
        at = paused = now + GONE_PAUSE
        why = "gone (410): looked at again after 30 days; take it out of feeds.toml or mend its url"
    elif error.retry_after is not None:
        paused = now + timedelta(seconds=min(max(error.retry_after, 0.0), RETRY_AFTER_CAP))
        at, why = max(paused, now + own), "Retry-After"
    moved = state.url != feed.url and error.reason.rule.feed_weight == LASTING
    if moved:
        at, paused, why = (
            now + own,
            None,
            f"the adopted address failed ({error.reason}): back to the configured one",
        )
    return replace(
        state,
        url=feed.url if moved else state.url,
        etag=None if moved else state.etag,
        last_modified=None if moved else state.last_modified,
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
