"""Lines that an outlet puts under all its texts are learnt, and texts that were compared with them are
compared anew."""

from __future__ import annotations

import random
from pathlib import Path

from support.copydesk import NOON, CopyDesk, Take, body, without_end

from ingest.observe.why import explain
from ingest.stages.boilerplate import learn_sentences
from ingest.stages.copies import remove_from_groups
from ingest.urls.identity import HostRules

HOUSE = (
    "The Harbour Sheet has been printed at the old fish market since the year of the flood and belongs to "
    "its readers.",
    "Every morning before seven the sheet goes by bicycle to the islands, and by boat to those who live "
    "beyond the bar.",
    "Whoever wishes to write to its editors finds them above the chandler's, or reaches them by the letter "
    "box at the quay.",
    "Letters are read aloud on the first Sunday of the month, and the best of them is set in the window for "
    "all to see.",
)
"""Longer than the news above it: with it left in, all that the outlet sends looks like one text."""


def brief(number: int) -> str:
    """A short text of its own over the outlet's lines."""
    words = body(300 + number, 1).split()[:40]
    return "\n\n".join([" ".join(words) + ".", *HOUSE])


def takes(many: int) -> list[Take]:
    return [
        Take(f"https://harbour.example/{n}", f"Brief {n}", brief(n), n % 5, "Harbour Sheet")
        for n in range(many)
    ]


STORY = body(400)
ORIGIN = Take("https://marren.example/long", "A long story", STORY, 0)
PRINTED = Take(
    "https://harbour.example/long",
    "Long story",
    "\n\n".join([without_end(STORY, 1), *HOUSE]),
    1,
    "Harbour Sheet",
)


def learn(desk: CopyDesk) -> int:
    return learn_sentences(desk.warehouse, NOON)


def test_texts_that_share_only_their_outlets_lines_part_when_those_are_learnt(tmp_path: Path) -> None:
    desk = CopyDesk(tmp_path)
    desk.load([*takes(6), ORIGIN, PRINTED])
    desk.tables()
    assert desk.sql("SELECT max(copies) > 2 FROM mart.articles") == [(True,)]
    assert learn(desk) == 7
    desk.tables()
    assert desk.sql("SELECT url, kind FROM mart.copies ORDER BY url") == [
        (PRINTED.url, "truncated"),
        (ORIGIN.url, "origin"),
    ]
    assert learn(desk) == 0
    desk.load([Take("https://harbour.example/next", "Brief", brief(77), 2, "Harbour Sheet")])
    desk.tables()
    assert desk.sql("SELECT count(*) FROM mart.copies") == [(2,)]
    refused = explain(desk.warehouse, "https://harbour.example/next", HostRules())["refused"]
    assert all(row["containment"] < 0.4 for row in refused)


def test_a_story_in_forty_papers_is_no_boilerplate(tmp_path: Path) -> None:
    desk = CopyDesk(tmp_path)
    desk.load(
        [
            Take(f"https://outlet{n}.example/x", f"At {n}", STORY, n, f"Outlet {n}", "Marren News")
            for n in range(8)
        ]
    )
    assert learn(desk) == 0
    assert desk.core("SELECT count(*) FROM core.sentence_learnt") == [(0,)]


def test_orders_splits_and_a_death_while_learning_end_alike(tmp_path: Path) -> None:
    crowd = [*takes(7), ORIGIN, PRINTED]
    expected = None
    for seed in range(3):
        desk = CopyDesk(tmp_path / str(seed))
        order = random.Random(seed).sample(crowd, len(crowd))
        cut = seed * 3 + 1
        desk.load(order[:cut])
        desk.load(order[cut:])
        if seed == 2:  # learnt, and killed before the texts were compared anew
            with desk.warehouse.transaction() as con:
                con.execute(
                    "INSERT INTO core.sentence_redo SELECT article_id, published_day FROM core.article"
                )
        learn(desk)
        tables = desk.tables()
        expected = expected or tables
        assert tables == expected
        assert len(tables["mart.copies"]) == 2


def test_what_is_taken_down_is_counted_no_more(tmp_path: Path) -> None:
    desk = CopyDesk(tmp_path)
    desk.load(takes(5))
    with desk.warehouse.transaction() as con:
        ids = con.execute("SELECT article_id FROM core.article ORDER BY url LIMIT 1").fetchall()
        remove_from_groups(con, [str(id) for (id,) in ids], NOON)
    assert learn(desk) == 0
    desk.load(takes(5)[:1])
    desk.load([Take("https://harbour.example/next", "Brief", brief(77), 2, "Harbour Sheet")])
    assert learn(desk) == 5
