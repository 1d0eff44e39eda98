"""The sqrt rule, its floor and ceiling, and the choice of due feeds."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.model import Feed, FeedState
from ingest.poll.schedule import Window, due, first_rate, k_for, next_poll, observed, rate

NOW = datetime(2025, 4, 2, 12, tzinfo=UTC)
FEED = Feed("wire", "https://wire.example/rss")


def state(entries_a_day: float = 2.0, **more: Any) -> FeedState:
    given: dict[str, Any] = {
        "last_poll_at": NOW,
        "last_success_at": NOW,
        "rate_num": entries_a_day,
        "rate_den": 86_400.0,
    }
    return FeedState("wire", FEED.url, **{**given, **more})


def seconds(feed: Feed, given: FeedState, **more: Any) -> float:
    return (next_poll(feed, given, NOW, **more)[0] - NOW).total_seconds()


def test_four_times_the_rate_halves_the_interval() -> None:
    slow, fast = seconds(FEED, state(2.0)), seconds(FEED, state(8.0))
    assert slow == pytest.approx(2 * fast)
    assert slow == pytest.approx(3600, rel=0.01)
    assert seconds(replace(FEED, weight=4.0), state(2.0)) == pytest.approx(fast)


def test_floor_and_ceiling() -> None:
    assert seconds(FEED, state(10_000.0)) == 300
    assert seconds(FEED, state(10_000.0), min_interval=120) == 120
    assert seconds(replace(FEED, min_interval=600), state(10_000.0), min_interval=120) == 600
    assert seconds(FEED, state(10_000.0, floor=900.0)) == 900
    assert seconds(FEED, state(10_000.0, floor=90_000.0)) == 18_000
    assert seconds(FEED, state(1e-9)) == 86_400
    assert seconds(replace(FEED, max_interval=7200), state(1e-9)) == 7200


def test_after_an_overflow_the_floor_is_a_minute_for_a_day() -> None:
    recent = state(10_000.0, floor=900.0, overflow_at=NOW - timedelta(hours=23))
    assert seconds(FEED, recent, window=Window(20, 20, 120.0)) == 60
    assert seconds(FEED, replace(recent, overflow_at=NOW - timedelta(hours=25))) == 900


def test_half_of_the_document_should_still_be_known() -> None:
    assert seconds(FEED, state(2.0), window=Window(20, 10, 1200.0)) == 1200
    assert seconds(FEED, state(2.0), window=Window(20, 20, 1200.0)) == 600
    assert seconds(FEED, state(2.0), window=Window(20, 0, 1200.0)) == pytest.approx(3600, rel=0.01)


def test_skipped_hours_are_skipped() -> None:
    when, why = next_poll(FEED, state(skip_hours=(12, 13, 14)), NOW)
    assert when == NOW.replace(hour=15)
    assert "skipHours" in why


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (state(2.0), "about 2 new entries a day"),
        (state(1e6), "min_interval"),
        (state(1e6, floor=900.0), "ttl"),
        (state(1e-9), "max_interval"),
    ],
)
def test_the_reason_is_told(given: FeedState, words: str) -> None:
    assert words in next_poll(FEED, given, NOW)[1]


def test_the_rate_follows_what_is_seen_and_forgets() -> None:
    busy = state(2.0)
    for hour in range(1, 200):
        now = NOW + timedelta(hours=hour)
        num, den = observed(busy, now, 10)
        busy = replace(busy, rate_num=num, rate_den=den, last_success_at=now)
    assert rate(busy) * 3600 == pytest.approx(10, rel=0.1)
    num, den = observed(busy, NOW + timedelta(days=40), 0)
    assert rate(replace(busy, rate_num=num, rate_den=den)) * 3600 < 0.02


def test_a_first_document_tells_the_rate_by_its_dates() -> None:
    hourly = [NOW - timedelta(hours=hour) for hour in range(100)]
    num, den = first_rate(FeedState("wire", FEED.url), hourly, NOW)
    assert num / den * 3600 == pytest.approx(1, rel=0.15)
    unknown = FeedState("wire", FEED.url)
    assert first_rate(unknown, [NOW + timedelta(hours=5)], NOW) == (unknown.rate_num, unknown.rate_den)


@given(
    st.floats(0, 1e7),
    st.floats(1, 1e8),
    st.floats(0, 1e8),
    st.floats(0, 1e5),
    st.integers(0, 1000),
    st.floats(0, 1e7),
)
def test_the_next_poll_always_lies_between_floor_and_ceiling(
    num: float, den: float, floor: float, weight: float, new: int, gap: float
) -> None:
    given = state(rate_num=num, rate_den=den, floor=floor)
    window = Window(new + 5, new, gap)
    wait = seconds(replace(FEED, weight=weight + 1e-3), given, window=window)
    assert 300 <= wait <= 86_400


def feeds(count: int) -> list[Feed]:
    return [Feed(f"f{n}", f"https://h{n % 3}.example/{n}", position=n) for n in range(count)]


def test_due_feeds_come_by_the_delay_a_poll_would_save() -> None:
    listed = feeds(4)
    hour = NOW - timedelta(hours=1)
    states = {
        "f0": state(5.0, last_poll_at=hour, next_poll_at=NOW),
        "f1": state(50.0, last_poll_at=hour, next_poll_at=NOW),
        "f2": state(500.0, last_poll_at=hour, next_poll_at=NOW + timedelta(seconds=1)),
    }
    assert [feed.id for feed in due(listed, states, NOW)] == ["f3", "f1", "f0"]
    assert [feed.id for feed in due(listed, states, NOW, every=True)] == ["f3", "f2", "f1", "f0"]


def test_pauses_hold_and_disabled_feeds_rest() -> None:
    listed = [*feeds(2), replace(feeds(3)[2], enabled=False)]
    states = {"f0": state(paused_until=NOW + timedelta(seconds=1)), "f1": state(paused_until=NOW)}
    assert [feed.id for feed in due(listed, states, NOW, every=True)] == ["f1"]


@given(st.lists(st.floats(1e-7, 1e-2), min_size=1, max_size=30), st.floats(2, 200))
def test_k_spends_the_budget(rates: list[float], polls: float) -> None:
    k = k_for(rates, polls * len(rates))
    spent = sum(86_400 / min(max(k / one**0.5, 300), 86_400) for one in rates)
    assert spent == pytest.approx(polls * len(rates), rel=0.01)


# -- clocks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hours", [1.0, 24.0, 240.0])
@pytest.mark.parametrize("skip_hours", [(), tuple(range(23)), tuple(range(12, 24))])
def test_the_next_poll_is_never_later_than_max_interval(hours: float, skip_hours: tuple[int, ...]) -> None:
    feed = Feed("a", "https://a.example/rss", max_interval=hours * 3600)
    state = FeedState("a", feed.url, floor=5 * 3600.0, skip_hours=skip_hours, rate_num=0.0, rate_den=9e9)
    when, _ = next_poll(feed, state, NOW)
    assert NOW < when <= NOW + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("values", "ready"),
    [
        ({"last_poll_at": 365.0, "next_poll_at": 366.0}, True),
        ({"last_poll_at": 365.0, "next_poll_at": 366.0, "paused_until": 366.0}, True),
        ({"last_poll_at": -0.1, "next_poll_at": 366.0}, True),
        ({"last_poll_at": -0.1, "next_poll_at": 1.5}, True),
        ({"last_poll_at": -0.1, "next_poll_at": 0.9}, False),
        ({"last_poll_at": 0.001, "next_poll_at": 0.9}, False),
        ({"last_poll_at": -0.1, "next_poll_at": 25.0, "failures": 90}, False),
        ({"last_poll_at": -0.1, "next_poll_at": 400.0, "failures": 90}, True),
        ({"last_poll_at": -0.1, "next_poll_at": 30.0, "paused_until": 30.0, "failures": 1}, False),
    ],
)
def test_times_that_a_clock_ahead_has_set_hold_up_no_feed(values: dict[str, float], ready: bool) -> None:
    """Values in days from now."""
    feed = Feed("a", "https://a.example/rss")
    times = {
        name: value if name == "failures" else NOW + timedelta(days=value) for name, value in values.items()
    }
    state = FeedState("a", feed.url, **times)  # type: ignore[arg-type]
    assert bool(due([feed], {"a": state}, NOW)) is ready
