"""Stories: reports of one event are linked across days, whatever order they came in; groups are left as they
are."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

from support.copydesk import CopyDesk, Take, body

from ingest.stages.stories import derive_stories

FIRST = (
    "Divers from Sandhaven searched on Monday for the ferry Ostara, which sank off Cape Rell with the "
    "grain of Marren aboard."
)
LATER = (
    "The captain of the Ostara, Ines Falk, was found by divers off Cape Rell; the ferry from Sandhaven "
    "carried grain of Marren."
)
LAST = (
    "In Sandhaven the owners of the Ostara said on Thursday that the grain of Marren off Cape Rell would "
    "be raised by Ines Falk."
)

SUNK = Take("https://marren.example/s/1", "Ferry sinks", f"{FIRST}\n\n{body(7, 2)}", 0)
FOUND = Take("https://valley.example/s/2", "Captain found", f"{LATER}\n\n{body(8, 2)}", 20, "Valley Post")
COPY = Take(
    "https://lakeside.example/s/3", "Captain is found", f"{LATER}\n\n{body(8, 2)}", 44, "Lakeside Echo"
)
RAISED = Take("https://harbour.example/s/4", "To be raised", f"{LAST}\n\n{body(9, 2)}", 40, "Harbour Sheet")
OTHER = Take("https://marren.example/s/5", "Bakers", body(10, 3), 1)

STORIES = "SELECT url, story_id FROM mart.articles WHERE story_id IS NOT NULL ORDER BY url"


def test_reports_of_one_event_share_a_story_and_their_copies_follow(tmp_path: Path) -> None:
    desk = CopyDesk(tmp_path)
    desk.play([[SUNK, FOUND, COPY, RAISED, OTHER]])
    assert [url for url, _ in desk.sql(STORIES)] == sorted(t.url for t in (SUNK, FOUND, COPY, RAISED))
    (lead,) = desk.sql(f"SELECT article_id FROM mart.articles WHERE url = '{SUNK.url}'")
    assert {story for _, story in desk.sql(STORIES)} == {lead[0]}
    assert desk.sql("SELECT articles, copy_groups, publishers, headline FROM mart.stories") == [
        (4, 3, 4, "Ferry sinks")
    ]
    assert desk.sql("SELECT max(copies) FROM mart.articles") == [(2,)]


def test_every_order_of_arrival_tells_the_same_stories(tmp_path: Path) -> None:
    expected = CopyDesk(tmp_path / "whole").play([[SUNK, FOUND, COPY, RAISED]])
    for number, order in enumerate(list(permutations([SUNK, FOUND, COPY, RAISED]))[5::6]):
        desk = CopyDesk(tmp_path / str(number))
        for take in order:
            desk.load([take])
            derive_stories(desk.warehouse)
        assert desk.tables() == expected


def test_a_report_that_is_withdrawn_leaves_its_story(tmp_path: Path) -> None:
    desk = CopyDesk(tmp_path)
    desk.play([[SUNK, FOUND]])
    desk.load(
        [
            Take(
                "https://marren.example/s/kill",
                "WITHDRAWN: Ferry sinks",
                "The report is withdrawn.",
                2,
                withdraws=SUNK.url,
            )
        ]
    )
    desk.tables()
    assert desk.sql("SELECT status FROM mart.articles_all WHERE url LIKE '%/s/1'") == [("withdrawn",)]
    assert desk.sql("SELECT count(*) FROM mart.articles_all WHERE story_id IS NOT NULL") == [(0,)]
