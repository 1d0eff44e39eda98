"""Corrections under another address replace the take before them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

from ingest.dedup.supersede import Take, superseded
from ingest.model import Signal

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def take(id: str, hours: float | None, source: str | None = "Marren News", signal: Signal = Signal.NONE) -> Take:
    return Take(id, None if hours is None else NOON + timedelta(hours=hours), source, None, signal)


def test_a_correction_replaces_the_take_before_it_in_every_order() -> None:
    takes = [
        take("first", 0),
        take("copy", 1, "Valley Post"),
        take("fixed", 2, signal=Signal.CORRECTION),
        take("again", 3, "MARREN NEWS", Signal.CORRECTION),
        take("later", 4),
    ]
    for order in permutations(takes):
        assert superseded(order) == {"fixed": "first", "again": "fixed"}


def test_an_update_replaces_and_a_flash_does_not() -> None:
    assert superseded([take("a", 0, signal=Signal.FLASH), take("b", 1, signal=Signal.UPDATE)]) == {"b": "a"}
    assert superseded([take("a", 0), take("b", 1, signal=Signal.FLASH)]) == {}


def test_another_masthead_is_never_replaced() -> None:
    assert superseded([take("a", 0), take("b", 1, "Valley Post", Signal.CORRECTION)]) == {}


def test_the_agency_stands_for_an_unknown_publisher() -> None:
    one = Take("a", NOON, None, "Marren News")
    two = Take("b", NOON + timedelta(hours=1), None, "Marren News", Signal.CORRECTION)
    assert superseded([two, one]) == {"b": "a"}


def test_unknown_times_and_sources_replace_nothing() -> None:
    fixed = Signal.CORRECTION
    assert superseded([take("a", None), take("b", 1, signal=fixed)]) == {}
    assert superseded([take("a", 0), take("b", None, signal=fixed)]) == {}
    assert superseded([take("a", 0, None), take("b", 1, None, fixed)]) == {}
