"""Fingerprints, verified pairs and the groups derived from them. Ids are UUID strings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import duckdb

from ingest.load.rows import Row
from ingest.load.sql import append, merge, records, sql, stage

_ID = ("article_id",)


def forget(con: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> set[str]:
    """Take these articles' fingerprints and pairs out; returns whom they were grouped with."""
    if not stage(con, [{"article_id": id} for id in ids], "core.copy_group", _ID):
        return set()
    con.execute(sql("load/group_mates"))
    mates = {str(id) for (id,) in con.fetchall()}
    con.execute("DELETE FROM core.fingerprint WHERE article_id IN (SELECT article_id::UUID FROM staged)")
    con.execute("DELETE FROM core.copy_pair WHERE a_id IN (SELECT article_id::UUID FROM staged) "
                "OR b_id IN (SELECT article_id::UUID FROM staged)")  # fmt: skip
    con.unregister("staged")
    return mates


def write_fingerprints(con: duckdb.DuckDBPyConnection, prints: Sequence[tuple[str, date, Sequence[int]]]) -> None:
    """(article, published_day, sketch) in arrival order: zone maps on the day make the candidate join quick without an index."""
    append(con, "core.fingerprint", [{"hash": h, "article_id": id, "day": day} for id, day, sketch in prints for h in sketch])


def candidates(con: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs (of these, other) worth verifying: enough shared hashes within the window, the best few for each."""
    if not stage(con, [{"article_id": id} for id in ids], "core.copy_group", _ID):
        return []
    pairs = con.execute(sql("load/candidates")).fetchall()
    con.unregister("staged")
    return sorted({(min(a, b), max(a, b)) for a, b in ((str(a), str(b)) for a, b in pairs)})


def texts(con: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> list[dict[str, Any]]:
    """What verification reads of these articles."""
    if not stage(con, [{"article_id": id} for id in ids], "core.copy_group", _ID):
        return []
    con.execute(sql("load/copy_texts"))
    rows = _strings(records(con))
    con.unregister("staged")
    return rows


def component(con: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:
    """All articles connected to these by verified pairs, with the pairs among them. Only present ones (live, embargoed)."""
    if not stage(con, [{"article_id": id} for id in ids], "core.copy_group", _ID):
        return [], []
    con.execute(sql("load/component"))
    members = _strings(records(con))
    con.unregister("staged")
    if not stage(con, [{"article_id": row["article_id"]} for row in members], "core.copy_group", _ID):
        return [], []
    pairs = con.execute(sql("load/component_pairs")).fetchall()
    con.unregister("staged")
    return members, [(str(a), str(b)) for a, b in pairs]


def write_pairs(con: duckdb.DuckDBPyConnection, rows: Sequence[Row]) -> None:
    merge(con, "merge_pair", rows, "core.copy_pair")


def replace_groups(con: duckdb.DuckDBPyConnection, ids: Sequence[str], rows: Sequence[Row], now: datetime) -> int:
    """Groups of these articles become `rows`; old group ids keep leading to the new. Returns the copies newly linked."""
    if not ids:
        return 0
    stage(con, [{"article_id": id} for id in ids], "core.copy_group", _ID)
    con.execute(sql("load/old_groups"))
    before = {str(id): row for id, *row in con.fetchall()}
    con.execute(sql("load/dirty_members"))
    con.execute("DELETE FROM core.copy_group WHERE article_id IN (SELECT article_id::UUID FROM staged)")
    con.unregister("staged")
    append(con, "core.copy_group", rows)
    moved = {(str(before[row["article_id"]][0]), row["group_id"]) for row in rows
             if row["article_id"] in before and str(before[row["article_id"]][0]) != row["group_id"]}  # fmt: skip
    append(con, "core.copy_group_alias", [{"old_id": old, "group_id": new, "changed_at": now} for old, new in sorted(moved)])
    return sum(not row["is_canonical"] and row["article_id"] not in before for row in rows)


def _strings(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row | {"article_id": str(row["article_id"])} for row in rows]
