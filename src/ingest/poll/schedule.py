"""When to poll a feed again: as often as the square root of its rate says, between floor and ceiling. Pure.

With rates r_i and polling frequencies f_i the mean delay of a new entry is sum(r_i / 2 f_i) / sum(r_i); for a
given number of polls it is least where f_i is proportional to sqrt(r_i) (Cho and Garcia-Molina, "Effective
page refresh policies", use the same Lagrange argument). In other words, a feed is due when the summed delay
of its unseen entries, E = r * age^2 / 2, reaches a threshold that is one for all feeds: age = K / sqrt(r)
with K = sqrt(2 E).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.model import Feed, FeedState

TAU = 5 * 86_400.0
"""Seconds after which an observation weighs 1/e: long enough for a weekly rhythm, short enough to follow a
story."""
K = 17.3
"""sqrt(seconds): a feed with two entries a day is polled hourly, one with ten an hour every five and a half
minutes."""
MIN_INTERVAL = 300.0
OVERFLOW_INTERVAL = 60.0
OVERFLOW_MEMORY = 86_400.0
"""Seconds after an overflow during which the floor stays at OVERFLOW_INTERVAL."""
FLOOR_CAP = 5 * 3600.0
"""Longest floor taken from ttl or max-age, seconds: static hosting sends days for feeds that move hourly."""
DAY = 86_400.0
LONGEST_DELAY = timedelta(days=30)
"""Longest delay between two polls of a failing feed, and longest pause."""
CLOCK_MARGIN = timedelta(minutes=5)
"""A poll noted later than this after now was made by a clock that was ahead."""


@dataclass(frozen=True, slots=True)
class Window:
    """One whole document: how many entries it has, how many of them are new, and the seconds since the last
    successful poll."""

    entries: int
    new: int
    gap: float


def observed(state: FeedState, now: datetime, new: int) -> tuple[float, float]:
    """Returns (rate_num, rate_den) after a successful poll with `new` new entries: older polls weigh less by
    exp(-age / TAU). rate_num is in entries, rate_den in seconds."""
    gap = age(state, now)
    kept = math.exp(-gap / TAU)
    return state.rate_num * kept + new, state.rate_den * kept + gap


def first_rate(state: FeedState, published: Iterable[datetime], now: datetime) -> tuple[float, float]:
    """Returns (rate_num, rate_den) after a feed's first document: the sums of `observed`, as if it had been
    polled since the date of its oldest entry."""
    ages = sorted((now - at).total_seconds() for at in published if at <= now)
    if len(ages) < 2:
        return state.rate_num, state.rate_den
    entries = sum(math.exp(-age / TAU) for age in ages)
    seconds = TAU * (1 - math.exp(-ages[-1] / TAU))
    return state.rate_num + entries, state.rate_den + seconds


def rate(state: FeedState) -> float:
    """New entries a second, never 0."""
    return max(state.rate_num, 1e-6) / max(state.rate_den, 1.0)


def age(state: FeedState, now: datetime) -> float:
    """Seconds since the last success, 0 for a feed never polled."""
    return max(0.0, (now - state.last_success_at).total_seconds()) if state.last_success_at else 0.0


def score(state: FeedState, feed: Feed, now: datetime) -> float:
    """Returns E, the delay of unseen entries in entry-seconds; infinite for a feed never polled."""
    if state.last_poll_at is None:
        return math.inf
    return feed.weight * rate(state) * (now - state.last_poll_at).total_seconds() ** 2 / 2


def next_poll(
    feed: Feed,
    state: FeedState,
    now: datetime,
    *,
    min_interval: float = MIN_INTERVAL,
    window: Window | None = None,
    k: float = K,
) -> tuple[datetime, str]:
    """Returns (when, why) after a successful poll. `min_interval` and `feed.min_interval` are seconds.

    The interval is K / sqrt(rate), or shorter so that half of the document is still known at the next poll;
    not below the floor (min_interval, ttl or max-age; 60 s for a day after an overflow). It is never above
    the feed's max_interval, whatever ttl, max-age and skipHours say.
    """
    wished = k / math.sqrt(rate(state) * feed.weight)
    why = f"about {86_400 * rate(state):.3g} new entries a day" + (", within polls_per_day" if k > K else "")
    if window and window.new and window.gap:
        rollover = window.gap * window.entries / (2 * window.new)
        if rollover < wished:
            wished, why = rollover, f"{window.new} of {window.entries} entries were new"
    floor, floor_why = _floor(feed, state, now, min_interval)
    seconds = min(max(wished, floor), feed.max_interval)
    if max(wished, floor) > feed.max_interval:
        why = "max_interval"
    elif wished < floor:
        why = floor_why
    when, why = _after_skip_hours(
        now + timedelta(seconds=seconds), state.skip_hours, f"every {_duration(seconds)}: {why}"
    )
    return min(when, now + timedelta(seconds=feed.max_interval)), why


def _floor(feed: Feed, state: FeedState, now: datetime, min_interval: float) -> tuple[float, str]:
    own = min_interval if feed.min_interval is None else feed.min_interval
    if state.overflow_at and (now - state.overflow_at).total_seconds() < OVERFLOW_MEMORY:
        return min(OVERFLOW_INTERVAL, own), "overflowed within a day"
    from_feed = min(state.floor or 0.0, FLOOR_CAP)
    return (from_feed, "the feed's ttl or max-age") if from_feed > own else (own, "min_interval")


def _after_skip_hours(at: datetime, skip_hours: tuple[int, ...], why: str) -> tuple[datetime, str]:
    moved = at
    while moved.hour in skip_hours:
        moved = moved.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return moved, why if moved == at else f"{why}, after the feed's skipHours"


def _duration(seconds: float) -> str:
    for size, name in ((DAY, "d"), (3600.0, "h"), (60.0, "min")):
        if seconds >= size:
            return f"{seconds / size:.3g} {name}"
    return f"{seconds:.3g} s"


def due(
    feeds: Iterable[Feed],
    states: Mapping[str, FeedState],
    now: datetime,
    *,
    every: bool = False,
) -> list[Feed]:
    """The enabled feeds to poll now; first the one whose poll saves the most delay.

    A feed is due when it was never polled or its next_poll_at has come, and at once where a clock that was
    ahead set its times (a run with --now, a machine that woke in another year). With `every` all are due, but
    for those paused by a Retry-After or a 410.
    """
    ready = [feed for feed in feeds if feed.enabled and _is_ready(feed, states.get(feed.id), now, every)]
    return sorted(ready, key=lambda feed: (-_score(feed, states, now), feed.position))


def _is_ready(feed: Feed, state: FeedState | None, now: datetime, every: bool) -> bool:
    if state is None or _set_by_a_clock_ahead(feed, state, now):
        return True
    if state.paused_until is not None and state.paused_until > now:
        return False
    return every or state.next_poll_at is None or state.next_poll_at <= now


def _set_by_a_clock_ahead(feed: Feed, state: FeedState, now: datetime) -> bool:
    """Whether the state's times lie later than any run up to now can have set them."""
    if state.last_poll_at is not None and state.last_poll_at > now + CLOCK_MARGIN:
        return True
    waits = state.failures > 0 or state.paused_until is not None
    longest = LONGEST_DELAY if waits else timedelta(seconds=feed.max_interval)
    return state.next_poll_at is not None and state.next_poll_at > now + max(longest, CLOCK_MARGIN)


def _score(feed: Feed, states: Mapping[str, FeedState], now: datetime) -> float:
    state = states.get(feed.id)
    return score(state, feed, now) if state else math.inf


def k_for(
    rates: Iterable[float], polls_a_day: float, floor: float = MIN_INTERVAL, ceiling: float = DAY
) -> float:
    """Returns the K at which feeds of these rates (entries a second) are polled `polls_a_day` times in all;
    `floor` and `ceiling` are the least and most seconds between two polls of a feed."""
    positive = [max(rate, 1e-12) for rate in rates]
    low, high = 1e-3, 1e6
    for _ in range(60):
        k = math.sqrt(low * high)
        polls = sum(DAY / min(max(k / math.sqrt(rate), floor), ceiling) for rate in positive)
        low, high = (k, high) if polls > polls_a_day else (low, k)
    return math.sqrt(low * high)
