"""A changed text under one address: what is noise, and what kind of revision the rest is."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.dedup.revisions import classify, revision_hash, word_changes
from ingest.model import RevisionKind, Signal, Status

HEAD = "Calder to deepen its northern channel"
BODY = """The Port of Calder said on Monday it would deepen its northern channel to 17.5 metres.
The work will cost 340 million crowns, harbour master Ines Falk told reporters.
Farmers shipped 4.1 million tonnes through the port last year."""


def kind(body: str, headline: str = HEAD, **marks: object) -> RevisionKind:
    return classify(HEAD, BODY, headline, body, **marks).kind  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "body",
    [
        BODY.replace("\n", "\n\n"),
        BODY.replace(" ", "\u00a0"),
        BODY.replace("Monday it", "Monday, it"),
        "CALDER, March 2 (Marren News) - " + BODY,
        "CALDER, March 3, 2026 (Marren News) — " + BODY,
        "SANDHAVEN (MNA) -- " + BODY,
        "NEW CALDER, Marren, March 3 - " + BODY,
        "كالدر 2 مارس (وام) - " + BODY,
    ],
)
def test_spacing_punctuation_and_dateline_are_noise(body: str) -> None:
    assert kind(body) is RevisionKind.NOISE


@pytest.mark.parametrize(
    "opening",
    [
        "Falk, who runs the port, said the channel - long neglected - ",
        "OPEC members, among them Marren, agreed - after two days - ",
        "Marren 3 - Calder 1 - ",
    ],
)
def test_a_dash_in_a_sentence_ends_no_dateline(opening: str) -> None:
    assert classify(HEAD, opening + BODY, HEAD, BODY).kind is RevisionKind.EDIT


def test_a_changed_dateline_is_noise() -> None:
    old, new = ("CALDER, March 2 (MNA) - " + BODY, "MARREN, March 3 (MNA) - " + BODY)
    assert classify(HEAD, old, HEAD, new).kind is RevisionKind.NOISE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Last updated: 2 March 2026, 14:05 GMT", "Last updated: 2 March 2026, 16:40 GMT"),
        ("3 min read", "4 min read"),
        ("1,204 views", "1,377 views"),
        ("2 hours ago", "5 hours ago"),
        ("Aktualisiert am 02.03.2026", "Aktualisiert am 03.03.2026"),
        ("更新 14:05", "更新 15:05"),
    ],
)
def test_times_of_update_and_counters_are_noise(old: str, new: str) -> None:
    assert classify(HEAD, f"{old}\n{BODY}", HEAD, f"{new}\n{BODY}").kind is RevisionKind.NOISE
    assert classify(HEAD, BODY, HEAD, f"{BODY}\n{new}").kind is RevisionKind.NOISE


@pytest.mark.parametrize(
    "line", ["Updated figures show 340 dead.", "Posted profits of 12 million crowns, down from 30 in May"]
)
def test_a_sentence_that_begins_like_a_stamp_is_none(line: str) -> None:
    assert kind(f"{BODY}\n{line}") is RevisionKind.EDIT


def test_a_teaser_that_rotates_is_noise() -> None:
    old, new = BODY + "\nTen walks along the Marren", BODY + "\nWhat bakers think of butter"
    change = classify(HEAD, old, HEAD, new)
    assert change.kind is RevisionKind.NOISE
    assert change.words_added
    assert "links elsewhere" in change.why


def test_a_new_figure_is_an_edit_and_never_noise() -> None:
    change = classify(HEAD, BODY, HEAD, BODY.replace("340", "430"))
    assert (change.kind, change.words_added, change.words_removed) == (RevisionKind.EDIT, 1, 1)


def test_a_new_figure_in_a_table_is_an_edit() -> None:
    table = "Shr 14 cts vs 9 cts\nNet 853,000 vs 522,100\nSales 41.7 mln vs 20.3 mln"
    assert classify("Q2", table, "Q2", table.replace("853,000", "835,000")).kind is RevisionKind.EDIT
    prose = BODY + "\nShr 14 cts vs 9 cts"
    assert classify("Q2", prose, "Q2", prose.replace("14 cts", "15 cts")).kind is RevisionKind.EDIT


def test_a_new_headline_is_an_edit() -> None:
    assert kind(BODY, "Calder port to take bigger ships") is RevisionKind.EDIT


def test_a_new_paragraph_is_an_edit_and_counted() -> None:
    change = classify(HEAD, BODY, HEAD, BODY + "\nThe council approved the plan by 31 votes to 4.")
    assert (change.kind, change.words_added, change.words_removed) == (RevisionKind.EDIT, 10, 0)


def test_marks_of_the_wire_decide_correction_and_update() -> None:
    new = BODY.replace("340", "430")
    assert kind(new, signal=Signal.CORRECTION) is RevisionKind.CORRECTION
    assert kind(new, signal=Signal.UPDATE) is RevisionKind.UPDATE
    assert kind(BODY, signal=Signal.CORRECTION) is RevisionKind.NOISE, (
        "a mark on an unchanged text changes nothing"
    )


def test_a_mark_that_stays_corrects_nothing_again() -> None:
    new = BODY.replace("340", "430")
    assert kind(new, signal=Signal.CORRECTION, old_signal=Signal.CORRECTION) is RevisionKind.EDIT


@pytest.mark.parametrize(
    "notice",
    [
        "Correction: an earlier version misstated the cost of the work.",
        "(Corrects cost in paragraph 2)",
        "This story has been corrected to show that the work costs 430 million crowns.",
        "Berichtigung: Die Kosten betragen 430 Millionen.",
        "تصحيح: التكلفة 430 مليونا.",
        "更正：费用为4.3亿。",
    ],
)
def test_a_correction_notice_in_the_text_is_a_correction(notice: str) -> None:
    assert kind(BODY.replace("340", "430") + "\n" + notice) is RevisionKind.CORRECTION


def test_a_word_that_begins_like_a_notice_is_none() -> None:
    assert kind(BODY + "\nCorrectional officers opposed the plan.") is RevisionKind.EDIT


def test_a_withdrawn_text_is_a_withdrawal() -> None:
    assert kind("This story has been withdrawn.", status=Status.WITHDRAWN) is RevisionKind.WITHDRAWAL
    assert kind(BODY, status=Status.WITHDRAWN) is RevisionKind.WITHDRAWAL


def test_flapping_between_texts_opens_no_revision() -> None:
    other = BODY.replace("340", "430")
    seen = {revision_hash(HEAD, BODY), revision_hash(HEAD, other)}
    change = classify(HEAD, other, HEAD, BODY, seen_hashes=seen)
    assert change.kind is RevisionKind.NOISE
    assert "before" in change.why
    assert (
        classify(HEAD, other, HEAD, BODY + " Work begins in May.", seen_hashes=seen).kind is RevisionKind.EDIT
    )


def test_flapping_is_seen_through_a_changed_dateline() -> None:
    seen = {revision_hash(HEAD, "CALDER, March 2 (MNA) - " + BODY)}
    assert (
        classify(HEAD, "Other words.", HEAD, "CALDER, March 3 (MNA) - " + BODY, seen_hashes=seen).kind
        is RevisionKind.NOISE
    )


def test_a_missing_headline_is_no_trouble() -> None:
    assert classify(None, BODY, None, BODY).kind is RevisionKind.NOISE
    assert classify(None, BODY, HEAD, BODY).kind is RevisionKind.EDIT


@given(st.lists(st.sampled_from("abcd"), max_size=12), st.lists(st.sampled_from("abcd"), max_size=12))
def test_word_changes_leave_the_longest_common_order(old: list[str], new: list[str]) -> None:
    added, removed = word_changes(" ".join(old), " ".join(new))
    kept = len(new) - added
    assert kept == len(old) - removed
    common = {c for n in range(len(old) + 1) for c in combinations(old, n)} & {
        c for n in range(len(new) + 1) for c in combinations(new, n)
    }
    assert kept == max(map(len, common))


def test_word_changes_of_long_repetitive_texts() -> None:
    assert word_changes("a b " * 5000, "a b " * 4000) == (0, 2000)
    assert word_changes("start " + "a b " * 1000 + "end", "b a " * 1000) == (1, 3)


def test_word_changes_of_enormous_texts_are_counted_without_order() -> None:
    old, new = " ".join(["out"] * 150_000), " ".join(["in"] * 120_000)
    assert word_changes("start " + old, "start " + new) == (120_000, 150_000)


def test_word_changes_in_chinese_count_characters() -> None:
    assert word_changes("港务局局长伊内斯", "港务局局长安娜") == (2, 3)
