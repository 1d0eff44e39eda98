"""The whole of `ingest dedup` on small wires of our own writing: groups, order, duplicates, boilerplate."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from ingest.dedup.batch import TextRow, copy_groups, from_origin
from ingest.model import CopyKind

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

LINES = [
    "The Port of Calder said on Monday it would deepen its northern channel to 17.5 metres after grain "
    "trade rose 12 percent.",
    "The work will cost 340 million crowns and take until June 2028, harbour master Ines Falk told "
    "reporters in Calder.",
    "Farmers in the Marren valley shipped 4.1 million tonnes through the port last year, against 3.6 "
    "million the year before.",
    "The regional council, which owns 60 percent of the port, approved the plan by 31 votes to 4.",
]
ORIGIN = "\n".join(LINES)
LOOKALIKE = """The Port of Sandhaven said on Friday it would deepen its southern channel to 9.25 metres \
after coal rose 31 percent.
The work will cost 75 million crowns and take until August 2031, harbour master Otto Brand told reporters \
in Sandhaven.
Miners in the Lower Hills shipped 2.2 million tonnes through the port last year, against 1.1 million the \
year before.
The regional council, which owns 25 percent of the port, approved the plan by 22 votes to 19."""


def wire() -> list[TextRow]:
    """An origin, a truncated copy, a re-headed copy, a template look-alike and a correction under another
    address."""
    return [
        TextRow("origin", ORIGIN, "Calder to deepen its channel", NOON, "Marren News", "Marren News"),
        TextRow(
            "cut",
            "\n".join(LINES[:2]),
            "Calder to deepen its channel",
            NOON + timedelta(hours=1),
            "Valley Post",
            "Marren News",
        ),
        TextRow("rehead", ORIGIN, "Bigger ships for Calder", NOON + timedelta(hours=2), "Sandhaven Courier"),
        TextRow(
            "lookalike",
            LOOKALIKE,
            "Sandhaven to deepen its channel",
            NOON + timedelta(hours=3),
            "Marren News",
            "Marren News",
        ),
        TextRow(
            "fixed",
            ORIGIN.replace("340", "430"),
            "CORRECTED Calder",
            NOON + timedelta(hours=4),
            "Marren News",
            "Marren News",
        ),
    ]


def groups(rows: list[TextRow]) -> dict[str, str]:
    return {row.id: row.copy_group for row in copy_groups(rows)}


def test_copies_are_one_group_and_the_lookalike_another() -> None:
    rows = {row.id: row for row in copy_groups(wire())}
    assert {row.copy_group for id, row in rows.items() if id != "lookalike"} == {"fixed"}, (
        "the origin's latest text is canonical"
    )
    assert rows["lookalike"].copy_group == "lookalike"
    assert [id for id, row in rows.items() if row.is_canonical] == ["lookalike", "fixed"]
    assert rows["fixed"].kind is CopyKind.ORIGIN
    assert rows["cut"].kind is CopyKind.EDITED or rows["cut"].kind is CopyKind.TRUNCATED
    assert 0.45 < rows["cut"].containment <= 1.0


def test_every_order_gives_the_same_groups() -> None:
    expected = groups(wire())
    for order in permutations(wire()):
        assert groups(list(order)) == expected


def test_answers_come_in_input_order() -> None:
    rows = wire()
    random.Random(3).shuffle(rows)
    assert [row.id for row in copy_groups(rows)] == [row.id for row in rows]


def test_nothing_but_id_and_text_is_needed() -> None:
    bare = [TextRow(row.id, row.text) for row in wire()]
    found = groups(bare)
    assert found["origin"] == found["cut"] == found["rehead"] == found["fixed"]
    assert found["lookalike"] == "lookalike"


def test_empty_input_and_empty_texts() -> None:
    assert list(copy_groups([])) == []
    rows = list(copy_groups([TextRow("a", ""), TextRow("b", ""), TextRow("c", " … ")]))
    assert [row.copy_group for row in rows] == ["a", "b", "c"]


def test_an_id_given_twice_is_answered_twice() -> None:
    rows = list(copy_groups([TextRow("a", ORIGIN), TextRow("a", LOOKALIKE)]))
    assert [(row.id, row.copy_group) for row in rows] == [("a", "a"), ("a", "a")]


def test_a_story_carried_by_very_many_is_one_group() -> None:
    rows = [TextRow(f"{i:03}", ORIGIN, published_at=NOON + timedelta(minutes=i)) for i in range(260)]
    rows.append(TextRow("cut", "\n".join(LINES[:3]), published_at=NOON + timedelta(minutes=300)))
    assert set(groups(rows).values()) == {"000"}


def test_the_window_parts_equal_texts_of_other_months() -> None:
    rows = [
        TextRow("a", ORIGIN, published_at=NOON),
        TextRow("b", ORIGIN, published_at=NOON + timedelta(days=40)),
    ]
    assert groups(rows) == {"a": "a", "b": "b"}
    again = TextRow("c", ORIGIN, published_at=NOON + timedelta(days=41))
    assert groups([again, *rows]) == {"a": "a", "b": "b", "c": "b"}


STORIES = [
    "Masters of the bakers' guild in Upper Marren baked for the first time without butter. Loaves were sold "
    "at cost to all comers.",
    "A choir of two hundred sang on the frozen lake until noon. Then the brigade called the ice unsafe and "
    "everybody walked home.",
    "The museum of rope reopened after nine years with a loom to work. In its cafe none of the chairs are "
    "like any of the others.",
    "Teachers at the mill school asked parents for all of their old bicycles. Pupils mean to build a pump "
    "for a well of them.",
    "The last lamplighter of Calder retired and gave the theatre his ladder. It will be seen in the second "
    "act of a play.",
    "An otter was seen in the canal below the brewery by a clerk. The brewers have named their spring beer "
    "after it for good luck.",
]
FOOTER = [
    "Sign up for the morning letter and follow the Valley Post on every channel for the latest from our "
    "newsroom.",
    "No part of this page may be printed, stored, read aloud or carried over the mountains without our "
    "written leave.",
    "The Valley Post has been owned by its readers since they bought it from the river company in a very "
    "wet year.",
]


def test_an_outlets_footer_does_not_make_copies() -> None:
    rows = [
        TextRow(str(i), "\n".join([story, *FOOTER, f"Page made by desk {i}."]))
        for i, story in enumerate(STORIES)
    ]
    assert groups(rows) == {row.id: row.id for row in rows}


def test_copies_are_found_under_footers_longer_than_the_story() -> None:
    rows = [TextRow(str(i), "\n".join([story, *FOOTER])) for i, story in enumerate(STORIES)]
    rows += [TextRow(f"{i} again", story) for i, story in enumerate(STORIES)]
    found = groups(rows)
    assert all(found[str(i)] == found[f"{i} again"] for i in range(len(STORIES)))
    assert len(set(found.values())) == len(STORIES)


@pytest.mark.parametrize(
    ("agency", "publisher", "own"),
    [
        ("Marren News", "MARREN NEWS", True),
        ("Marren News", "Valley Post", False),
        (None, "Valley Post", False),
        ("Marren News", None, False),
    ],
)
def test_own_copy(agency: str | None, publisher: str | None, own: bool) -> None:
    assert from_origin(agency, publisher) is own
