"""When to poll a feed again: in proportion to the square root of its rate, between its floor and its ceiling.
Pure.

With rates r_i and polling frequencies f_i the mean delay of a new entry is sum(r_i / 2 f_i) / sum(r_i); for a
given number of polls it is least where f_i is proportional to sqrt(r_i) (Cho and Garcia-Molina, "Effective
page refresh policies", use the same Lagrange argument). Equivalently a feed is due when the delay its unseen
entries have gathered, E = r * age^2 / 2, reaches one threshold for all: age = K / sqrt(r) with K = sqrt(2 E).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.model import Feed, FeedState

TAU = 5 * 86_400.0
"""Seconds after which an observation counts 1/e: long enough for weekly rhythm, short enough to follow a
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


@dataclass(frozen=True, slots=True)
class Window:
    """One whole document seen: how many entries it holds, how many of them were new, seconds since the last
    success."""

    entries: int
    new: int
    gap: float


def observed(state: FeedState, now: datetime, new: int) -> tuple[float, float]:
    """(rate_num, rate_den) after a successful poll that found `new` entries: old evidence decays with TAU."""
    gap = age(state, now)
    kept = math.exp(-gap / TAU)
    return state.rate_num * kept + new, state.rate_den * kept + gap


def first_rate(state: FeedState, published: Iterable[datetime], now: datetime) -> tuple[float, float]:
    """(rate_num, rate_den) at a feed's first document, from its entries' dates: the same decayed sums over
    the past."""
    ages = sorted((now - at).total_seconds() for at in published if at <= now)
    if len(ages) < 2:
        return state.rate_num, state.rate_den
    return state.rate_num + sum(math.exp(-one / TAU) for one in ages), state.rate_den + TAU * (
        1 - math.exp(-ages[-1] / TAU)
    )


def rate(state: FeedState) -> float:
    """New entries a second, never 0."""
    return max(state.rate_num, 1e-6) / max(state.rate_den, 1.0)


def age(state: FeedState, now: datetime) -> float:
    """Seconds since the last success, 0 for a feed never polled."""
    return max(0.0, (now - state.last_success_at).total_seconds()) if state.last_success_at else 0.0


def score(state: FeedState, feed: Feed, now: datetime) -> float:
    """E: the delay, in entry-seconds, that a poll now would end; infinite for a feed never polled."""
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
    """(when, why) after a successful poll. `min_interval` and `feed.min_interval` are seconds.

    Between floor (min_interval, ttl or max-age; 60 s for a day after an overflow) and the feed's
    max_interval; and soon enough that half of the document is still known at the next poll.
    """
    wished = k / math.sqrt(rate(state) * feed.weight)
    why = f"about {86_400 * rate(state):.3g} new entries a day" + (", within polls_per_day" if k > K else "")
    if window and window.new and window.gap:
        rollover = window.gap * window.entries / (2 * window.new)
        if rollover < wished:
            wished, why = rollover, f"{window.new} of {window.entries} entries were new"
    floor, floor_why = _floor(feed, state, now, min_interval)
    ceiling = max(floor, feed.max_interval)
    seconds = min(max(wished, floor), ceiling)
    if wished < floor:
        why = floor_why
    elif wished > ceiling:
        why = "max_interval"
    return _outside(now + timedelta(seconds=seconds), state.skip_hours, f"every {_human(seconds)}: {why}")


def _floor(feed: Feed, state: FeedState, now: datetime, min_interval: float) -> tuple[float, str]:
    own = min_interval if feed.min_interval is None else feed.min_interval
    if state.overflow_at and (now - state.overflow_at).total_seconds() < OVERFLOW_MEMORY:
        return min(OVERFLOW_INTERVAL, own), "overflowed within a day"
    asked = min(state.floor or 0.0, FLOOR_CAP)
    return (asked, "the feed's ttl or max-age") if asked > own else (own, "min_interval")


def _outside(at: datetime, skip_hours: tuple[int, ...], why: str) -> tuple[datetime, str]:
    moved = at
    while moved.hour in skip_hours:
        moved = moved.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return moved, why if moved == at else f"{why}, after the feed's skipHours"


def _human(seconds: float) -> str:
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

    A feed is due when it was never polled or its next_poll_at has come. With `every` all are due, but for
    those paused by a Retry-After or a 410.
    """
    ready = [feed for feed in feeds if feed.enabled and _is_ready(states.get(feed.id), now, every)]
    return sorted(ready, key=lambda feed: (-_score(feed, states, now), feed.position))


def _is_ready(state: FeedState | None, now: datetime, every: bool) -> bool:
    if state is None:
        return True
    if state.paused_until is not None and state.paused_until > now:
        return False
    return every or state.next_poll_at is None or state.next_poll_at <= now


def _score(feed: Feed, states: Mapping[str, FeedState], now: datetime) -> float:
    state = states.get(feed.id)
    return score(state, feed, now) if state else math.inf


def k_for(
    rates: Iterable[float], polls_a_day: float, floor: float = MIN_INTERVAL, ceiling: float = DAY
) -> float:
    """The K that spends `polls_a_day` over feeds of these rates (entries a second), floor and ceiling in
    seconds on."""
    listed = [max(one, 1e-12) for one in rates]
    low, high = 1e-3, 1e6
    for _ in range(60):
        k = math.sqrt(low * high)
        polls = sum(DAY / min(max(k / math.sqrt(one), floor), ceiling) for one in listed)
        low, high = (k, high) if polls > polls_a_day else (low, k)
    return math.sqrt(low * high)
