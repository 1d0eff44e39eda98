"""Groups: no chains, one canonical, and the same answer whatever the order."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.dedup.groups import CopyGroup, GroupMember, canonical, connected_pairs, group

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def at(id: str, hours: float | None = None, *, own: bool = False) -> GroupMember:
    return GroupMember(id, None if hours is None else NOON + timedelta(hours=hours), own)


def parted(groups: list[CopyGroup]) -> list[tuple[str, ...]]:
    return sorted(g.members for g in groups)


def test_a_chain_of_three_does_not_become_one_group() -> None:
    members = [at("a", 0), at("b", 1), at("c", 2), at("d", 3)]
    groups = group(members, [("a", "b"), ("b", "c"), ("c", "d")])
    assert not any({"a", "d"} <= set(g.members) for g in groups)
    assert sorted(id for g in groups for id in g.members) == ["a", "b", "c", "d"]


def test_pairs_that_hang_together_make_a_crowd_in_the_order_given() -> None:
    pairs = [("f", "g"), ("a", "b"), ("c", "d"), ("b", "e"), ("d", "e"), ("x", "y")]
    assert sorted(connected_pairs(pairs)) == [
        [("a", "b"), ("c", "d"), ("b", "e"), ("d", "e")],
        [("f", "g")],
        [("x", "y")],
    ]
    assert connected_pairs([]) == []


def test_pairs_never_compared_are_asked_for() -> None:
    asked: list[tuple[str, str]] = []

    def check(a: str, b: str) -> bool:
        asked.append((a, b))
        return True

    groups = group([at(c) for c in "abcd"], [("a", "b"), ("b", "c"), ("c", "d")], check)
    assert parted(groups) == [("a", "b", "c", "d")]
    assert all(a < b for a, b in asked)
    assert len(asked) == len(set(asked))


def test_texts_without_copies_are_groups_of_one() -> None:
    assert group([at("a"), at("b")], []) == [CopyGroup("a", ("a",)), CopyGroup("b", ("b",))]


def test_pairs_of_unknown_texts_are_passed_over() -> None:
    assert group([at("a")], [("a", "gone"), ("a", "a")]) == [CopyGroup("a", ("a",))]


def test_canonical_is_the_origins_latest_else_the_earliest() -> None:
    copies = [at("x", 5), at("y", 1), at("z")]
    assert canonical(copies) == "y"
    assert (
        canonical([*copies, at("own1", 3, own=True), at("own2", 9, own=True), at("own3", own=True)]) == "own2"
    )
    assert canonical([at("b"), at("a")]) == "a"


def test_a_late_copy_that_is_earlier_takes_over() -> None:
    members, pairs = [at("b", 2), at("c", 3)], [("b", "c")]
    assert group(members, pairs)[0].canonical == "b"
    assert group([*members, at("d", 1)], [*pairs, ("b", "d"), ("c", "d")])[0].canonical == "d"


@st.composite
def webs(draw: st.DrawFn) -> tuple[list[GroupMember], list[tuple[str, str]]]:
    """Up to nine texts with any links between them, some with times, some from the origin."""
    ids = [f"t{i}" for i in range(draw(st.integers(1, 9)))]
    hours = st.one_of(st.none(), st.integers(0, 3))
    members = [at(id, draw(hours), own=draw(st.integers(0, 5)) == 0) for id in ids]
    pairs = list(combinations(ids, 2))
    return members, draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []


@given(webs(), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_every_order_gives_the_same_groups(
    web: tuple[list[GroupMember], list[tuple[str, str]]], rng: random.Random
) -> None:
    members, pairs = web
    turned = [(b, a) if rng.random() < 0.5 else (a, b) for a, b in pairs]
    shuffled = rng.sample(members, len(members))
    rng.shuffle(turned)
    assert group(members, pairs) == group(shuffled, turned)


@given(webs())
@settings(max_examples=300, deadline=None)
def test_members_are_verified_against_the_canonical_or_half_of_the_others(
    web: tuple[list[GroupMember], list[tuple[str, str]]],
) -> None:
    members, pairs = web
    linked = {frozenset(p) for p in pairs}
    groups = group(members, pairs)
    assert sorted(id for g in groups for id in g.members) == sorted(m.id for m in members), (
        "each text is in one group"
    )
    for g in groups:
        for id in set(g.members) - {g.canonical}:
            others = [o for o in g.members if o != id]
            known = sum(frozenset((id, o)) in linked for o in others)
            assert frozenset((id, g.canonical)) in linked or 2 * known >= len(others)
