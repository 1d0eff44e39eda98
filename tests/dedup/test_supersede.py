"""Corrections under another address replace the take before them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

from ingest.dedup.supersede import Take, editions, superseded
from ingest.model import Signal

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def take(
    id: str, hours: float | None, source: str | None = "Marren News", signal: Signal = Signal.NONE
) -> Take:
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


def test_a_mark_says_which_is_later_where_times_do_not() -> None:
    fixed = Signal.CORRECTION
    for before, after in ((None, 1), (0, None), (None, None), (0, 0)):
        for ids in ("ab", "ba"):
            assert superseded([take(ids[0], before), take(ids[1], after, signal=fixed)]) == {ids[1]: ids[0]}


def test_an_unknown_source_replaces_nothing() -> None:
    assert superseded([take("a", 0, None), take("b", 1, None, Signal.CORRECTION)]) == {}


def test_of_several_takes_of_one_source_a_correction_replaces_the_one_it_names_or_is_most_like() -> None:
    def headed(id: str, hours: float, headline: str, signal: Signal = Signal.NONE) -> Take:
        return Take(id, NOON + timedelta(hours=hours), "Marren News", None, signal, headline)

    first, cut, anew = (
        headed("first", 0, "Quarry fire out"),
        headed("cut", 1, "Quarry fire out"),
        headed("anew", 2, "Smoke over lake"),
    )
    fixed = headed("fixed", 3, "CORRECTED: Quarry fire out", Signal.CORRECTION)
    likeness = {"first": 0.9, "cut": 0.4, "anew": 0.95}
    for order in permutations([first, cut, anew, fixed]):
        assert superseded(order, lambda a, b: likeness[b]) == {"fixed": "first"}
    again = headed("again", 4, "CORRECTED 2: Quarry fire out", Signal.CORRECTION)
    assert superseded([first, cut, anew, fixed, again], lambda a, b: likeness.get(b, 0)) == {
        "fixed": "first",
        "again": "fixed",
    }


def test_a_correction_opens_an_edition_and_an_update_does_not() -> None:
    takes = [
        take("first", 0),
        take("written-through", 1, signal=Signal.UPDATE),
        take("copy", 1, "Valley Post"),
        take("fixed", 2, signal=Signal.CORRECTION),
        take("fixed-copy", 3, "Lakeside Echo", Signal.CORRECTION),
        take("more", 4, signal=Signal.UPDATE),
        take("late-copy", 5, "Harbour Times"),
    ]
    expected = [["copy", "first", "late-copy", "written-through"], ["fixed", "fixed-copy", "more"]]
    for order in permutations(takes):
        assert editions(order, superseded(order)) == expected
    alone = [take("copy", 0), take("fixed", 1, "Valley Post", Signal.CORRECTION)]
    assert editions(alone, superseded(alone)) == [["copy", "fixed"]]
