"""What the sqrt-rate schedule is worth: mean delay of new entries against a fixed interval and miniflux's
entry_frequency.

    python bench/schedule.py [--data DIR] [--synthetic 294] [--days 16] [--seed 1] [--polls 12 24 48]

Feeds are the captured series (real publication times) and bursty synthetic ones; floor 5 min (or the feed's
ttl), ceiling 24 h. All schedules spend the same number of requests over the measured days (the first two warm
up). Ends with 1 where the sqrt rule's mean delay exceeds 0.6 of the fixed interval's.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import tarfile
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from ingest.model import Feed, FeedState
from ingest.poll.feed import FeedInput, parse_feed
from ingest.poll.schedule import Window, first_rate, next_poll, observed

DATA = Path(__file__).parents[1].parent / "shared" / "data"
START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = 86_400.0
WARM_UP = 2 * DAY
SERIES_POLLS = 120
PROMISE = 0.6


@dataclass(frozen=True, slots=True)
class Arrivals:
    """One feed: sorted times of its entries in seconds since START (earlier ones negative), entries a
    document holds, ttl."""

    name: str
    times: tuple[float, ...]
    holds: int
    ttl: float | None = None

    def between(self, after: float, upto: float) -> int:
        return bisect_right(self.times, upto) - bisect_right(self.times, after)


@dataclass(slots=True)
class Tally:
    """Polls and entries of the measured days; `delay` is the sum in seconds, `lost` rolled out of the
    document unseen."""

    polls: int = 0
    entries: int = 0
    lost: int = 0
    delay: float = 0.0

    @property
    def mean(self) -> float:
        return self.delay / self.entries / 60


Wait = Callable[[Arrivals, float, float, FeedState], tuple[float, FeedState]]
"""(feed, now, last poll, state) -> (seconds until the next poll, state)."""


def simulate(feeds: Sequence[Arrivals], days: float, wait: Wait) -> Tally:
    tally = Tally()
    for number, feed in enumerate(feeds):
        now, last, state = (
            DAY * (number % 97) / 97 / 24,
            -math.inf,
            FeedState(feed.name, "https://x.example/"),
        )
        while now < days * DAY:
            if now >= WARM_UP:
                _count(tally, feed, last, now)
            seconds, state = wait(feed, now, last, state)
            last, now = now, now + seconds
    return tally


def _count(tally: Tally, feed: Arrivals, last: float, now: float) -> None:
    low, high = bisect_right(feed.times, max(last, 0.0)), bisect_right(feed.times, now)
    seen = feed.times[max(low, high - feed.holds) : high]
    tally.polls += 1
    tally.entries += len(seen)
    tally.lost += (high - low) - len(seen)
    tally.delay += sum(now - at for at in seen)


# -- schedules -----------------------------------------------------------------------------------------------


def fixed(interval: float) -> Wait:
    return lambda feed, now, last, state: (max(interval, 300.0, feed.ttl or 0.0), state)


def entry_frequency(factor: float) -> Wait:
    """miniflux: a week divided by the entries of the last week times a factor, between 5 minutes and 24
    hours."""

    def wait(feed: Arrivals, now: float, last: float, state: FeedState) -> tuple[float, FeedState]:
        weekly = feed.between(now - 7 * DAY, now)
        wished = 7 * DAY / (weekly * factor) if weekly else DAY
        return min(max(wished, 300.0, feed.ttl or 0.0), DAY), state

    return wait


def sqrt_rate(k: float) -> Wait:
    """The project's own: observed rate and next_poll of poll/schedule.py, as decide.py calls them."""
    subject = Feed("bench", "https://x.example/")

    def wait(feed: Arrivals, now: float, last: float, state: FeedState) -> tuple[float, FeedState]:
        at = START + timedelta(seconds=now)
        held = feed.times[max(0, bisect_right(feed.times, now) - feed.holds) : bisect_right(feed.times, now)]
        new = len(held) - bisect_left(held, last) if last > -math.inf else 0
        window = Window(len(held), new, now - last) if last > -math.inf else None
        if window is None:
            num, den = first_rate(state, [START + timedelta(seconds=one) for one in held], at)
        else:
            num, den = observed(state, at, new)
        overflow = at if held and window and new == len(held) else state.overflow_at
        after = replace(
            state, rate_num=num, rate_den=den, last_success_at=at, floor=feed.ttl, overflow_at=overflow
        )
        when, _ = next_poll(subject, after, at, window=window, k=k)
        return (when - at).total_seconds(), after

    return wait


def spending(
    polls: int, make: Callable[[float], Wait], low: float, high: float, feeds: Sequence[Arrivals], days: float
) -> Tally:
    """The schedule's tally at the setting that spends `polls` requests (falling in the setting), within half
    a percent."""
    best = Tally()
    for _ in range(18):
        middle = math.sqrt(low * high)
        best = simulate(feeds, days, make(middle))
        if abs(best.polls - polls) <= 0.005 * polls:
            break
        low, high = (middle, high) if best.polls > polls else (low, middle)
    return best


# -- feeds ---------------------------------------------------------------------------------------------------


def synthetic(count: int, days: float, seed: int) -> list[Arrivals]:
    """Clustered Poisson arrivals: rates over four decades (.1 to 500 a day), nights at a quarter, bursts of 1
    to 20 entries."""
    draw = random.Random(seed)
    return [
        _bursty(f"synthetic-{number}", 10 ** draw.uniform(-1, 2.7), days, draw) for number in range(count)
    ]


def _bursty(name: str, rate: float, days: float, draw: random.Random) -> Arrivals:
    size, zone = draw.choice((1.0, 3.0, 8.0)), draw.uniform(0, DAY)
    at, times = -7 * DAY, []
    while at < days * DAY:
        at += draw.expovariate(rate / size / DAY * 1.6)
        if draw.random() > 0.625 * (1 + 0.6 * math.sin(2 * math.pi * (at + zone) / DAY)):
            continue
        burst = 1 + int(draw.expovariate(1 / (size - 1))) if size > 1 else 1
        times += [at + draw.expovariate(1 / 900) for _ in range(min(burst, 20))]
    return Arrivals(
        name, tuple(sorted(times)), draw.choice((20, 50, 100)), draw.choice((None, None, None, 900.0, 1800.0))
    )


def real(data: Path, days: float) -> list[Arrivals]:
    """The publication times of the captured series, from their first poll on; their ttl as printed."""
    return [_series(path, days) for path in sorted((data / "series").glob("*.tar.xz"))]


def _series(path: Path, days: float) -> Arrivals:
    times: dict[str, float] = {}
    feed, holds, ttl, first = Feed("x", "https://x.example/"), 1, None, None
    with tarfile.open(path) as archive:
        members = sorted((one for one in archive if one.isfile()), key=lambda one: one.name)[:SERIES_POLLS]
        for member in members:
            opened = archive.extractfile(member)
            assert opened is not None
            at = datetime.strptime(Path(member.name).name[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            first = first or at
            document = parse_feed(FeedInput(feed, opened.read(), feed.url, None, at))
            holds, ttl = max(holds, document.total), document.ttl or ttl
            for entry in document.entries:
                if entry.published:
                    times.setdefault(entry.entry_key, (entry.published.at - first).total_seconds())
    kept = sorted(at for at in times.values() if -7 * DAY <= at < days * DAY)
    return Arrivals(path.name.partition(".")[0], tuple(kept), holds, ttl)


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--data", type=Path, default=DATA)
    options.add_argument("--synthetic", type=int, default=294)
    options.add_argument("--days", type=float, default=16.0)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--polls", type=float, nargs="+", default=[12.0, 24.0, 48.0])
    chosen = options.parse_args()
    feeds = [*real(chosen.data, chosen.days), *synthetic(chosen.synthetic, chosen.days, chosen.seed)]
    print(
        f"{len(feeds)} feeds, {sum(one.between(WARM_UP, chosen.days * DAY) for one in feeds)} entries "
        f"measured, seed {chosen.seed}"
    )
    print(
        f"{'polls/feed/day':>15} {'schedule':>16} {'requests':>9} {'mean delay':>11} {'of fixed':>9} "
        f"{'lost':>6}"
    )
    kept = [compared(feeds, polls, chosen.days) <= PROMISE for polls in chosen.polls]
    sys.exit(0 if all(kept) else 1)


def compared(feeds: Sequence[Arrivals], polls: float, days: float) -> float:
    """Prints one block of the table; the sqrt rule's mean delay as a share of the fixed interval's."""
    base = simulate(feeds, days, fixed(DAY / polls))
    rows = {
        "fixed": base,
        "entry_frequency": spending(base.polls, lambda x: entry_frequency(1 / x), 1e-4, 1e4, feeds, days),
        "sqrt rate": spending(base.polls, sqrt_rate, 0.1, 1e4, feeds, days),
    }
    for name, tally in rows.items():
        share = tally.mean / base.mean
        print(
            f"{polls:15.0f} {name:>16} {tally.polls:9} {tally.mean:7.1f} min {share:9.2f} {tally.lost:6}",
            flush=True,
        )
    return rows["sqrt rate"].mean / base.mean


if __name__ == "__main__":
    main()
