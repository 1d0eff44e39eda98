"""Candidates and boilerplate: who is compared, and which sentences count for nothing."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from ingest.dedup.index import CANDIDATES_PER_TEXT, MAX_TEXTS_PER_HASH, candidate_pairs
from ingest.dedup.learn import MIN_TEXTS, boilerplate, opening_sentences
from ingest.dedup.tokens import sentence_hashes, tokenise

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_two_shared_hashes_make_a_candidate_and_one_does_not() -> None:
    assert candidate_pairs([[1, 2, 3], [2, 3, 4], [4, 5, 6]], [None] * 3) == [(0, 1)]
    assert candidate_pairs([], []) == []
    assert candidate_pairs([[], []], [None, None]) == []


def test_the_window_holds_only_where_both_times_are_known() -> None:
    same = [[1, 2, 3]] * 2
    assert candidate_pairs(same, [NOON, NOON + timedelta(days=30)]) == [(0, 1)]
    assert candidate_pairs(same, [NOON, NOON + timedelta(days=31)]) == []
    assert candidate_pairs(same, [NOON, None]) == [(0, 1)]


def test_a_hash_that_all_have_points_at_nobody() -> None:
    sketches = [[1, 2, 1000 + i, 5000 + i] for i in range(MAX_TEXTS_PER_HASH + 1)]
    assert candidate_pairs(sketches, [None] * len(sketches)) == []
    assert candidate_pairs(sketches[:MAX_TEXTS_PER_HASH], [None] * MAX_TEXTS_PER_HASH) != []


def test_the_likeliest_ten_are_compared() -> None:
    sketches = [
        list(range(16)),
        *([h for h in range(16) if h != i] for i in range(CANDIDATES_PER_TEXT)),
        [0, 1, *range(100, 114)],
    ]
    pairs = candidate_pairs(sketches, [None] * len(sketches))
    assert {(0, i) for i in range(1, CANDIDATES_PER_TEXT + 1)} <= set(pairs)
    assert (0, CANDIDATES_PER_TEXT + 1) in pairs, "it is among the ten of the weaker side"


def learned(texts: list[str]) -> set[int]:
    tokens = [tokenise(text) for text in texts]
    sentences = [sentence_hashes(t) for t in tokens]
    return set(
        boilerplate(
            sentences, [opening_sentences(t, s) for t, s in zip(tokens, sentences, strict=True)]
        ).tolist()
    )


def keys(line: str) -> set[int]:
    return set(sentence_hashes(tokenise(line)).tolist())


FOOTER = "No part of this page may be carried over the mountains without our written leave."
LEAD = "The Port of Calder said on Monday it would deepen its northern channel."
NEXT = "The work will cost many millions and will take some years to finish."


def told(i: int) -> str:
    return (
        f"Story number{i} begins with words that no other story of this wire has. It goes on as only "
        f"story{i} can and ends there."
    )


def test_a_footer_of_unlike_stories_is_boilerplate() -> None:
    assert learned([f"{told(i)}\n{FOOTER}" for i in range(MIN_TEXTS)]) == keys(FOOTER)
    assert learned([f"{told(i)}\n{FOOTER}" for i in range(MIN_TEXTS - 1)]) == set()


def test_a_story_that_many_carry_is_not() -> None:
    assert (
        learned([f"{LEAD} {NEXT}\nEdition {i} has a word of its own: edition{i}." for i in range(40)])
        == set()
    )


def test_the_order_of_texts_decides_nothing() -> None:
    texts = (
        [f"{told(i)}\n{FOOTER}" for i in range(30)]
        + [f"{LEAD} {NEXT} {FOOTER}"] * 30
        + [f"{LEAD}\n{told(i)}" for i in range(9)]
    )
    expected = learned(texts)
    for seed in range(5):
        assert learned(random.Random(seed).sample(texts, len(texts))) == expected
