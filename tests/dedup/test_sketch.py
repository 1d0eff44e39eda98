"""Fingerprints: stable across processes, blind to what does not matter, and near each other for copies."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from ingest.dedup.sketch import MIN_SHARED_HASHES, SKETCH_HASHES, sketch
from ingest.dedup.tokens import (
    CASELESS,
    NAME,
    NUMBER,
    PLAIN,
    Tokens,
    sentence_hashes,
    shingles,
    tokenise,
    without,
)

STORY = " ".join(f"word{i} and then" for i in range(400))


def sketched(text: str) -> list[int]:
    return sketch(shingles(tokenise(text).ids))


def without_footer(text: str, footer: str) -> Tokens:
    tokens = tokenise(text)
    return without(tokens, np.isin(sentence_hashes(tokens), sentence_hashes(tokenise(footer))))


def words(text: str) -> int:
    return len(tokenise(text))


def ids(text: str) -> list[int]:
    return [int(id) for id in tokenise(text).ids]


def test_a_sketch_holds_at_most_sixteen_rising_32_bit_hashes() -> None:
    hashes = sketched(STORY)
    assert len(hashes) == SKETCH_HASHES
    assert hashes == sorted(set(hashes))
    assert all(0 <= h < 2**32 for h in hashes)


def test_values_do_not_change_between_processes_or_releases() -> None:
    # Stored in core.fingerprint: other values would find no older copy.
    text = "The Port of Calder will deepen its channel."
    code = (
        "from ingest.dedup.features import text_features;"
        f"print(list(text_features({text!r}, sketched=True).sketch))"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == str(sketched(text))
    assert sketched(text) == VECTOR


VECTOR = [1376162921, 2292109060, 2531414102, 3715540829]


def test_the_lead_of_a_long_story_finds_it() -> None:
    flash = " ".join(STORY.split()[:70])
    assert len(set(sketched(flash)) & set(sketched(STORY))) >= MIN_SHARED_HASHES


def test_boilerplate_is_left_out() -> None:
    footer = "All of this page belongs to the Valley Post, desk 7."
    kept = without_footer(STORY + ".\n" + footer.replace("7", "12"), footer)
    assert kept.ids.tolist() == ids(STORY), "a lone number in a footer makes no other line of it"


def test_texts_of_nothing_but_boilerplate_keep_it() -> None:
    assert len(without_footer("Page not found.", "Page not found.")) == 3


def test_short_and_empty_texts() -> None:
    assert len(sketched("Two words")) == 1
    assert sketched("") == []
    assert words("… — !") == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Calder’s port", "CALDER'S PORT"),
        ("ﬁnance ① ½", "finance 1 1⁄2"),
        ("1,100 crowns", "1100 crowns"),
        ("nine ships", "9 ships"),
        ("soft\u00adhyphen zero\u200bwidth", "softhyphen zerowidth"),
        ("المِينَاء مـليون", "الميناء مليون"),
        ("٢٠٢٦", "2026"),
        ("Straße", "STRASSE"),
    ],
)
def test_what_reads_the_same_is_the_same(one: str, other: str) -> None:
    assert ids(one) == ids(other)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("港务局局长", 5),
        ("カルデル港は", 6),
        ("ميناء كالدر يعلن", 3),
        ("порт Кальдера", 2),
        ("칼데르 항구는", 2),
        ("बंदरगाह मार्ग", 2),
        ("it's 8-5/8 at 20:45", 4),
        ("3.4亿克朗", 4),
    ],
)
def test_words_of_many_scripts(text: str, count: int) -> None:
    assert words(text) == count


def test_kinds_of_words() -> None:
    tokens = tokenise("Masters met Ines Falk of IBM on 12 May. THE WHOLE LINE SHOUTS. قال وزير")
    kinds = tokens.kinds.tolist()
    assert kinds[:4] == [PLAIN, PLAIN, NAME, NAME], "a capital at the head of a sentence says nothing"
    assert kinds[5] == NAME
    assert kinds[7] == NUMBER
    assert set(kinds[9:13]) == {PLAIN}
    assert set(kinds[13:]) == {CASELESS}
    assert tokens.starts.tolist() == [0, 9, 13]


def test_shingles_are_in_order_and_depend_on_order() -> None:
    there, back = ids("a b c d e f"), ids("f e d c b a")
    assert len(shingles(tokenise("a b c d e f").ids)) == 2
    assert set(there) == set(back)
    assert set(shingles(tokenise("a b c d e f").ids).tolist()).isdisjoint(
        shingles(tokenise("f e d c b a").ids).tolist()
    )
