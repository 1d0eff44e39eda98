"""Done when: copies linked, look-alikes apart, corrections told, and order of arrival decides nothing."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from support.copydesk import CopyDesk, Take, body, notice, without_end

from ingest.model import Signal, WorkKind
from ingest.stages import compare

STORY = body(1)
ORIGIN = Take("https://marren.example/a/quarry-fire", "Quarry fire put out after nine hours", STORY, 0)
CORRECTED = Take(
    ORIGIN.url,
    ORIGIN.headline,
    STORY.replace("committee", "assembly", 1),
    0,
    signal=Signal.CORRECTION,
    kind=WorkKind.REFETCH,
)
CUT = Take(
    "https://valley.example/2026/quarry",
    "Fire at quarry",
    without_end(STORY),
    1,
    "Valley Post",
    "Marren News",
)
REHEADED = Take(
    "https://lakeside.example/n/77",
    "Nine hours of smoke over the lake",
    STORY,
    2,
    "Lakeside Echo",
    "Marren News",
)
ANOTHER = Take(
    "https://marren.example/a/quarry-fire-corrected",
    "CORRECTED: Quarry fire put out after nine hours",
    STORY.replace("advice", "counsel", 1),
    3,
    signal=Signal.CORRECTION,
)
FORM = Take(
    "https://marren.example/a/count-osley",
    "Count closed in Osley",
    notice("Osley", "Dana Firth", 12, 3140),
    0,
)
LOOKALIKE = Take(
    "https://marren.example/a/count-bramt", "Count closed in Bramt", notice("Bramt", "Iven Rook", 19, 8275), 1
)

TAKES = (ORIGIN, CUT, REHEADED, ANOTHER, FORM, LOOKALIKE, CORRECTED)


def orders(takes: Sequence[Take], many: int) -> Iterator[list[list[Take]]]:
    """Orders and splits; a later text of one address never comes before its first, nor in one batch with
    it."""
    for seed in range(many):
        chance = random.Random(seed)
        shuffled = chance.sample(takes, len(takes))
        while CORRECTED in shuffled and shuffled.index(CORRECTED) < shuffled.index(ORIGIN):
            shuffled = chance.sample(takes, len(takes))
        cuts = sorted(chance.sample(range(1, len(takes)), chance.randint(0, min(len(takes) - 1, 4))))
        batches = [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(takes)], strict=True)]
        yield [part for batch in batches for part in _parted(batch)]


def _parted(batch: list[Take]) -> list[list[Take]]:
    if CORRECTED not in batch or ORIGIN not in batch:
        return [batch]
    at = batch.index(CORRECTED)
    return [batch[:at], batch[at:]]


def test_one_group_its_corrections_and_a_lookalike_apart(tmp_path: Path) -> None:
    desk = CopyDesk(tmp_path)
    desk.load([ORIGIN, CUT, REHEADED, FORM, LOOKALIKE], hour=4)
    desk.tables()
    kinds = dict(desk.sql("SELECT url, kind FROM mart.copies"))
    assert kinds == {ORIGIN.url: "origin", CUT.url: "truncated", REHEADED.url: "exact"}
    assert desk.sql("SELECT count(DISTINCT copy_group), max(copies) FROM mart.articles") == [(3, 3)]
    desk.load([CORRECTED, ANOTHER], hour=6)
    desk.tables()
    kinds = dict(desk.sql("SELECT url, kind FROM mart.copies"))
    assert kinds == {ORIGIN.url: "origin", CUT.url: "truncated", REHEADED.url: "edited"}
    alone = desk.sql("SELECT url, copy_kind, is_canonical FROM mart.articles WHERE copies = 1 ORDER BY url")
    assert alone == [(LOOKALIKE.url, None, True), (FORM.url, None, True), (ANOTHER.url, None, True)]
    (stories,) = {
        frozenset(
            desk.sql(f"SELECT story_id FROM mart.articles WHERE url IN ('{ORIGIN.url}', '{ANOTHER.url}')")
        )
    }
    assert len(stories) == 1
    superseded = desk.sql(
        "SELECT n.url, o.url FROM mart.articles n JOIN mart.articles o ON o.article_id = n.supersedes"
    )
    assert superseded == [(ANOTHER.url, ORIGIN.url)]
    revisions = desk.sql("SELECT url, kind FROM mart.revisions WHERE revision > 1")
    assert revisions == [(ORIGIN.url, "correction")]


def test_texts_made_ready_anew_for_each_pair_give_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = []
    for words in (compare.PREPARED_WORDS, 1):
        monkeypatch.setattr(compare, "PREPARED_WORDS", words)
        desk = CopyDesk(tmp_path / str(words))
        desk.load([ORIGIN, CUT, FORM])
        desk.load([REHEADED, ANOTHER, LOOKALIKE])
        tables.append(desk.tables())
    assert tables[0] == tables[1]
    assert {kind for _, kind in desk.sql("SELECT url, kind FROM mart.copies")} == {
        "origin",
        "truncated",
        "exact",
    }


def test_as_of_before_and_after_a_correction(tmp_path: Path) -> None:
    desk = CopyDesk(tmp_path)
    desk.load([ORIGIN, CUT], hour=4)
    desk.load([CORRECTED], hour=6)
    desk.tables()
    query = (
        "SELECT body_text, revision FROM mart.articles_asof(TIMESTAMPTZ '2026-03-10 {}:00+00') WHERE "
        "url = '{}'"
    )
    assert desk.sql(query.format("17", ORIGIN.url)) == [(STORY, 1)]
    assert desk.sql(query.format("18", ORIGIN.url)) == [(CORRECTED.body, 2)]
    assert desk.sql(query.format("15", ORIGIN.url)) == []


def test_every_order_and_split_gives_the_same_tables(tmp_path: Path) -> None:
    expected: dict[str, list[Any]] | None = None
    for number, batches in enumerate(orders(TAKES, 5)):
        tables = CopyDesk(tmp_path / str(number)).play(batches)
        expected = expected or tables
        assert tables == expected, batches


def test_one_outlet_may_send_them_all_at_one_time(tmp_path: Path) -> None:
    """Publisher and time tell nothing apart: the mark, the headline and the words say what the correction
    replaces."""
    same = [
        replace(take, publisher="Marren News", agency=None, hours=0)
        for take in (ORIGIN, CUT, REHEADED, ANOTHER)
    ]
    expected: dict[str, list[Any]] | None = None
    corrected = replace(CORRECTED, hours=0)
    for number, order in enumerate(list(permutations(same))[::5]):
        desk = CopyDesk(tmp_path / str(number))
        tables = desk.play([order[:2], order[2:], [corrected]] if number % 2 else [order, [corrected]])
        assert sorted(row[2] for row in tables["mart.copies"]) == sorted(take.url for take in same[:3])
        superseded = desk.sql(
            "SELECT n.url, o.url FROM mart.articles n JOIN mart.articles o ON o.article_id = n.supersedes"
        )
        assert superseded == [(ANOTHER.url, ORIGIN.url)]
        expected = expected or tables
        assert tables == expected


def test_copies_of_a_correction_are_a_group_of_their_own(tmp_path: Path) -> None:
    printed = Take(
        "https://valley.example/2026/quarry-2",
        "CORRECTED: Fire at quarry",
        ANOTHER.body,
        4,
        "Valley Post",
        "Marren News",
        signal=Signal.CORRECTION,
    )
    desk = CopyDesk(tmp_path)
    desk.play([[printed, CUT], [ANOTHER], [REHEADED, ORIGIN]])
    groups = desk.sql("SELECT list(url ORDER BY url) FROM mart.copies GROUP BY copy_group ORDER BY ALL")
    assert groups == [([REHEADED.url, ORIGIN.url, CUT.url],), ([ANOTHER.url, printed.url],)]
    superseded = desk.sql(
        "SELECT n.url, o.url FROM mart.articles n JOIN mart.articles o ON o.article_id = n.supersedes ORDER "
        "BY ALL"
    )
    assert superseded == [(ANOTHER.url, ORIGIN.url), (printed.url, CUT.url)]
    assert desk.sql("SELECT url FROM mart.copies WHERE is_canonical ORDER BY url") == [
        (ORIGIN.url,),
        (ANOTHER.url,),
    ]


def crowd() -> list[Take]:
    """Stories with copies of every kind at many outlets, and forms that look alike, over a month and a
    half."""
    takes = []
    for story in range(3):
        text = body(100 + story, 5)
        for copy in range(6):
            cut = without_end(text, 5 - copy % 3).replace("committee", f"board of {copy}", copy % 2)
            agency = "Marren News" if copy else None
            hours = None if copy == 5 else 24.0 * 16 * story + copy
            takes.append(
                Take(
                    f"https://outlet{copy}.example/{story}/x",
                    f"Story {story} at {copy}",
                    cut,
                    hours,
                    f"Outlet {copy}" if copy else "Marren News",
                    agency,
                )
            )
    for town, (mayor, seats) in {
        "Osley": ("Dana Firth", 12),
        "Bramt": ("Iven Rook", 19),
        "Tull": ("Mo Sarn", 7),
    }.items():
        takes.append(
            Take(
                f"https://marren.example/count/{town}",
                f"Count in {town}",
                notice(town, mayor, seats, seats * 311),
                5,
            )
        )
        takes.append(
            Take(
                f"https://valley.example/count/{town}",
                f"{town} has counted",
                notice(town, mayor, seats, seats * 311),
                6,
                "Valley Post",
            )
        )
    return takes


def test_any_order_of_a_crowd_gives_the_same_tables(tmp_path: Path) -> None:
    expected = CopyDesk(tmp_path / "whole").play([crowd()])
    assert len({row[0] for row in expected["mart.copies"]}) == 6
    for number, batches in enumerate(orders(crowd(), 3)):
        assert CopyDesk(tmp_path / str(number)).play(batches) == expected
