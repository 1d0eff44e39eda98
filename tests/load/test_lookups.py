"""Look-ups by hash find what the keys would: links led elsewhere, rows of the same transaction, days to
publish."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ingest.load import links, work
from ingest.load.checks import run_checks
from ingest.load.db import Connection, Warehouse
from ingest.load.polls import known_links
from ingest.load.rows import Row
from ingest.settings import Settings

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
FIRST, LATER = date(2026, 2, 1), date(2026, 3, 2)


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    return Warehouse(Settings.model_validate({"data": tmp_path}))


def alias(key: str, day: date, rank: str = "1", kind: str = "link") -> Row:
    return {
        "url": f"https://{key}",
        "link_key": key,
        "url_key": key,
        "feed_id": "f",
        "rank": rank,
        "kind": kind,
        "day": day,
        "seen_at": NOW,
    }


def outcome(link_key: str, url_key: str, said: str = "loaded") -> Row:
    return {
        "link_key": link_key,
        "url_key": url_key,
        "feed_id": "f",
        "outcome": said,
        "reason": None,
        "detail": None,
        "fetched": True,
        "extracted": True,
        "day": LATER,
        "decided_at": NOW,
    }


def dirty(con: Connection) -> set[date]:
    return {
        day for (day,) in con.execute("SELECT day FROM core.dirty_day WHERE dataset = 'outcomes'").fetchall()
    }


def test_an_outcome_marks_the_days_of_links_that_were_led_to_its_key(warehouse: Warehouse) -> None:
    with warehouse.transaction() as con:
        links.add_aliases(con, [alias("a.example/short", FIRST), alias("a.example/other", date(2026, 1, 1))])
        links.lead_links(con, [("a.example/short", "a.example/long")])
    with warehouse.transaction() as con:
        work.settle(con, [outcome("a.example/long", "a.example/long")])
        assert dirty(con) == {FIRST}


def test_a_link_that_is_led_back_is_found_by_its_own_key_alone(warehouse: Warehouse) -> None:
    with warehouse.transaction() as con:
        links.add_aliases(con, [alias("a.example/short", FIRST)])
        links.lead_links(con, [("a.example/short", "a.example/long")])
        links.lead_links(con, [("a.example/short", "a.example/short")])
        work.settle(con, [outcome("a.example/long", "a.example/long")])
        assert dirty(con) == set()
        work.settle(con, [outcome("a.example/short", "a.example/short")])
        assert dirty(con) == {FIRST}
    assert run_checks(warehouse)["hashes_are_of_keys"] == []


def test_links_of_before_and_of_the_same_transaction_are_found_together(warehouse: Warehouse) -> None:
    with warehouse.transaction() as con:
        links.add_aliases(con, [alias("a.example/before", FIRST)])
        links.lead_links(con, [("a.example/before", "a.example/long")])
    with warehouse.transaction() as con:
        assert links.targets(con, ["a.example/before", "a.example/now"]) == {
            "a.example/before": ["a.example/long"]
        }
        links.add_aliases(con, [alias("a.example/now", LATER), alias("a.example/other", date(2026, 1, 1))])
        links.lead_links(con, [("a.example/now", "a.example/long")])
        assert links.targets(con, ["a.example/now"]) == {"a.example/now": ["a.example/long"]}
        work.settle(con, [outcome("a.example/long", "a.example/long")])
        assert dirty(con) == {FIRST, LATER}
    assert run_checks(warehouse)["hashes_are_of_keys"] == []


def test_a_url_keeps_its_one_row_when_rules_give_it_another_key(warehouse: Warehouse) -> None:
    with warehouse.transaction() as con:
        links.add_aliases(
            con, [alias("a.example/1/a-title", FIRST), alias("a.example/1/a-title", FIRST, kind="final")]
        )
    with warehouse.transaction() as con:
        now = alias("a.example/1/a-title", LATER) | {"link_key": "a.example#1", "url_key": "a.example#1"}
        links.add_aliases(con, [now, now | {"kind": "final"}, alias("a.example/2", LATER)])
        found = con.execute("SELECT url_key, kind FROM core.alias ORDER BY ALL").fetchall()
    assert found == [("a.example#1", "final"), ("a.example#1", "link"), ("a.example/2", "link")]
    checks = run_checks(warehouse)
    assert checks["hashes_are_of_keys"] == checks["one_alias_per_url"] == []


@pytest.mark.parametrize("apart", [False, True])
def test_what_is_told_twice_stands_once_in_one_transaction_or_two(warehouse: Warehouse, apart: bool) -> None:
    told = [("1", "loaded"), ("0", "failed")]
    steps = [[told[0]], [told[1]]] if apart else [told]
    for step in steps:
        with warehouse.transaction() as con:
            for rank, said in step:
                links.add_aliases(
                    con, [alias("a.example/1", FIRST, rank), alias("a.example/1", FIRST, rank, "final")]
                )
                work.settle(con, [outcome("a.example/1", "a.example/1", said)])
    with warehouse.transaction() as con:
        assert con.execute("SELECT kind, rank FROM core.alias ORDER BY kind").fetchall() == [
            ("final", "0"),
            ("link", "0"),
        ]
        assert con.execute("SELECT outcome FROM core.outcome").fetchall() == [("failed",)]
        assert known_links(con, ["a.example/1", "a.example/2"])["a.example/1"].outcome == "failed"


def test_a_hash_that_does_not_fit_its_key_is_told(warehouse: Warehouse) -> None:
    with warehouse.transaction() as con:
        links.add_aliases(con, [alias("a.example/1", FIRST)])
        con.execute("UPDATE core.alias SET url_key = 'b.example/1'")
    assert [row["key"] for row in run_checks(warehouse)["hashes_are_of_keys"]] == ["https://a.example/1"]
