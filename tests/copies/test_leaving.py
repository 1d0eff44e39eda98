"""A text that is edited, withdrawn or taken down leaves its group; what was said of the group stays
resolvable and explained."""

from __future__ import annotations

from pathlib import Path

from support.copydesk import NOON, CopyDesk, Take, body, notice, without_end

from ingest.model import Status, WorkKind
from ingest.observe.why import explain
from ingest.stages.copies import remove_from_groups
from ingest.urls.identity import HostRules

STORY = body(21)
ONE = Take("https://marren.example/one", "A bridge opens", STORY, 0)
TWO = Take(
    "https://valley.example/two", "Bridge is open", without_end(STORY, 3), 1, "Valley Post", "Marren News"
)
THREE = Take("https://lakeside.example/three", "Open at last", STORY, 2, "Lakeside Echo", "Marren News")
GROUPS = "SELECT url, copies FROM mart.articles WHERE copies > 1 ORDER BY url"


def test_an_edited_text_leaves_and_comes_back(tmp_path: Path) -> None:
    desk = CopyDesk(tmp_path)
    desk.play([[ONE, TWO, THREE]])
    assert {copies for _, copies in desk.sql(GROUPS)} == {3}
    desk.play([[Take(TWO.url, TWO.headline, body(22), 1, "Valley Post", kind=WorkKind.REFETCH)]])
    assert desk.sql(GROUPS) == [(THREE.url, 2), (ONE.url, 2)]
    assert desk.core("SELECT count(*) FROM core.copy_pair") == [(1,)]
    desk.play([[Take(TWO.url, TWO.headline, without_end(STORY, 2), 1, "Valley Post", kind=WorkKind.REFETCH)]])
    assert {copies for _, copies in desk.sql(GROUPS)} == {3}


def test_a_withdrawn_and_a_removed_text_leave(tmp_path: Path) -> None:
    desk = CopyDesk(tmp_path)
    desk.play([[ONE, TWO, THREE]])
    desk.play(
        [
            [
                Take(
                    THREE.url,
                    "WITHDRAWN: Open at last",
                    "This report is withdrawn.",
                    2,
                    status=Status.WITHDRAWN,
                    kind=WorkKind.REFETCH,
                )
            ]
        ]
    )
    assert desk.sql(GROUPS) == [(ONE.url, 2), (TWO.url, 2)]
    with desk.warehouse.transaction() as con:
        ids = con.execute("SELECT article_id FROM core.article WHERE url = ?", [ONE.url]).fetchall()
        remove_from_groups(con, [str(id) for (id,) in ids], NOON)
    desk.tables()
    assert desk.sql(GROUPS) == []


def test_a_notice_takes_its_story_out_whichever_comes_first(tmp_path: Path) -> None:
    kill = Take(
        "https://marren.example/kill",
        "KILL: A bridge opens",
        "Editors: please kill the story.",
        4,
        withdraws=ONE.url,
    )
    expected = CopyDesk(tmp_path / "whole").play([[ONE, TWO], [kill]])
    assert CopyDesk(tmp_path / "early").play([[kill], [TWO], [ONE]]) == expected
    assert CopyDesk(tmp_path / "once").play([[kill, ONE, TWO]]) == expected
    statuses = {row[1]: row[-1] for row in expected["mart.articles_all"]}
    assert statuses == {
        "marren.example/one": "withdrawn",
        "valley.example/two": "live",
        "marren.example/kill": "live",
    }


def test_a_date_learnt_later_moves_a_text_and_its_copies_with_it(tmp_path: Path) -> None:
    """Of two links to one article the better ranked tells its date: the text stands on one day, whichever
    came first."""
    late = Take(ONE.url, ONE.headline, STORY, 24 * 45, position=1, link="https://short.example/b")
    expected = CopyDesk(tmp_path / "whole").play([[ONE, late, THREE]])
    assert CopyDesk(tmp_path / "late").play([[late], [THREE], [ONE]]) == expected
    assert CopyDesk(tmp_path / "early").play([[ONE], [late], [THREE]]) == expected
    assert len(expected["mart.copies"]) == 2


def test_an_old_group_id_leads_on_and_refusals_are_explained(tmp_path: Path) -> None:
    desk = CopyDesk(tmp_path)
    forms = [
        Take(
            f"https://marren.example/count/{town}",
            f"Count in {town}",
            notice(town, mayor, seats, seats * 311),
            hour,
        )
        for hour, (town, mayor, seats) in enumerate([("Osley", "Dana Firth", 12), ("Bramt", "Iven Rook", 19)])
    ]
    desk.play([[ONE, TWO, THREE, *forms]])
    (group,) = {row[0] for row in desk.sql("SELECT copy_group FROM mart.copies")}
    ((url,),) = desk.sql(f"SELECT url FROM mart.articles WHERE article_id = '{group}'")
    desk.play([[Take(url, "Other news", body(23), 0, kind=WorkKind.REFETCH)]])
    (now,) = {row[0] for row in desk.sql("SELECT copy_group FROM mart.copies")}
    told = explain(desk.warehouse, str(group), HostRules())
    assert now in {row["group_now"] for row in told["groups"]}
    (refused,) = explain(desk.warehouse, forms[0].url, HostRules())["refused"]
    assert refused["url"] == forms[1].url
    assert refused["containment"] > 0
    assert "clash" in refused["why"] or "figures" in refused["why"]
