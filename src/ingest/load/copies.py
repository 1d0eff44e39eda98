"""Fingerprints, verified pairs and the groups derived from them. Ids are UUID strings.

`Days` maps an article to its published_day. Every statement names the days it is about, so that zone maps
skip the rest of the history whatever its size; days far apart are looked up one after the other
(docs/decisions/0030).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa

from ingest.load.articles import mark_dirty
from ingest.load.rows import Known, Row, known_from
from ingest.load.sql import Connection, append, records, sql, stage, stage_columns
from ingest.model import Signal

Days = Mapping[str, date]

_APART = timedelta(days=60)
"""Days further apart than this are looked up separately: one stray old date must not open the whole
history."""


def remove_traces(con: Connection, removed: Days) -> dict[str, date]:
    """Deletes these articles' fingerprints, story marks, sentences and pairs; returns the articles they were
    paired with, with their days."""
    partners = {row["other"]: row["day"] for row in _over(con, "copy_neighbours", removed.items())}
    for statement in (
        "forget_fingerprints",
        "forget_marks",
        "forget_sentences",
        "forget_pairs_first",
        "forget_pairs_second",
    ):
        _over(con, statement, removed.items())
    return {id: day for id, day in partners.items() if id not in removed}


def write_fingerprints(con: Connection, prints: Sequence[tuple[str, date, Sequence[int]]]) -> None:
    """Adds (article, published_day, sketch) in order of arrival: zone maps on the day make the join for
    candidates quick without an index."""
    if _stage_hashes(con, prints):
        con.execute("INSERT INTO core.fingerprint BY NAME SELECT * FROM staged")
        con.unregister("staged")


def candidates(
    con: Connection, prints: Sequence[tuple[str, date, Sequence[int]]]
) -> tuple[list[tuple[str, str]], dict[str, date]]:
    """Pairs (a < b) worth verifying: for each of `prints` the few texts that share the most hashes within the
    window; and the days of all articles in them."""
    pairs: set[tuple[str, str]] = set()
    days = {id: day for id, day, _ in prints}
    for first, last, ids in _spans([(id, day) for id, day, _ in prints]):
        span_ids = set(ids)
        if not _stage_hashes(con, [entry for entry in prints if entry[0] in span_ids]):
            continue
        for a, b, day in con.execute(sql("load/candidates"), {"first": first, "last": last}).fetchall():
            pairs.add((a, b) if a < b else (b, a))
            days[b] = day
        con.unregister("staged")
    return sorted(pairs), days


def texts(con: Connection, days: Days) -> list[dict[str, Any]]:
    """The columns of these articles that verification reads."""
    return _over(con, "copy_texts", days.items())


def comparable_articles(con: Connection, days: Days) -> list[Known]:
    """These articles as comparing them again needs them; those that moved to another day since are left
    out."""
    return [known_from(row) for row in _over(con, "copy_articles", days.items())]


def connected(con: Connection, seeds: Days) -> tuple[dict[str, date], list[tuple[str, str]]]:
    """All articles connected to `seeds` by verified pairs (the seeds among them), and the pairs."""
    days, unvisited = dict(seeds), dict(seeds)
    pairs: set[tuple[str, str]] = set()
    while unvisited:
        rows = _over(con, "copy_neighbours", unvisited.items())
        pairs.update((min(r["article_id"], r["other"]), max(r["article_id"], r["other"])) for r in rows)
        unvisited = {row["other"]: row["day"] for row in rows if row["other"] not in days}
        days |= unvisited
    return days, sorted(pairs)


def group_members(con: Connection, days: Days) -> list[dict[str, Any]]:
    """The columns of these articles that grouping reads, by id; only live and embargoed ones.

    `signal` is the mark the text was first sent with: a mark that came with a revision refers to no other
    take.
    """
    rows = sorted(_over(con, "copy_members", days.items()), key=lambda row: row["article_id"])
    revised = {
        row["article_id"]: row["revised_since"]
        for row in rows
        if row["revised_since"] and row["signal"] != Signal.NONE
    }
    if stage(con, [{"article_id": id} for id in revised], "core.copy_group", ("article_id",)):
        con.execute(sql("load/marked_in_place"), {"first": min(revised.values())})
        marked_later = {str(id) for (id,) in con.fetchall()}
        con.unregister("staged")
        rows = [row | {"signal": Signal.NONE} if row["article_id"] in marked_later else row for row in rows]
    return rows


def write_pairs(con: Connection, rows: Sequence[Row]) -> None:
    """Adds pairs. remove_traces has deleted those of a changed text, so that none of these exists yet."""
    append(con, "core.copy_pair", rows)


def replace_groups(
    con: Connection, places: Sequence[tuple[str, date]], rows: Sequence[Row], now: datetime
) -> tuple[int, set[date]]:
    """Replaces the groups of the articles at `places` by `rows`; older group ids resolve to the new ones.

    Returns the number of copies newly linked, and the days on which an article became canonical or ceased to
    be.
    """
    before = {row["article_id"]: row for row in _over(con, "old_groups", places)}
    after = {row["article_id"]: row for row in rows}
    changed = [id for id in sorted(before.keys() | after.keys()) if before.get(id) != after.get(id)]
    changed_days = {row["day"] for id in changed for row in (before.get(id), after.get(id)) if row}
    _over(con, "forget_groups", [(id, before[id]["day"]) for id in changed if id in before])
    append(con, "core.copy_group", [after[id] for id in changed if id in after])
    mark_dirty(con, [("articles", day) for day in changed_days])
    _keep_old_ids(con, before, after, now)
    canonical_days = {
        row["canonical_day"] for id in changed for row in (before.get(id), after.get(id)) if row
    }
    newly_linked = sum(not row["is_canonical"] and id not in before for id, row in after.items())
    return newly_linked, changed_days | canonical_days


def days_of(con: Connection, ids: Sequence[str]) -> dict[str, date]:
    """The published_day of each of these articles, by a scan of the whole table."""
    if not stage(con, [{"article_id": id} for id in sorted(ids)], "core.copy_group", ("article_id",)):
        return {}
    rows = con.execute(sql("load/article_days")).fetchall()
    con.unregister("staged")
    return {str(id): day for id, day in rows}


def _keep_old_ids(
    con: Connection, before: Mapping[str, Row], after: Mapping[str, Row], now: datetime
) -> None:
    """Makes the group ids that these articles had resolve to the groups that they are in now."""
    now_in = {id: after[id]["group_id"] if id in after else id for id in before}
    moved = {(row["group_id"], now_in[id]) for id, row in before.items() if row["group_id"] != now_in[id]}
    append(
        con,
        "core.copy_group_alias",
        [{"old_id": old, "group_id": new, "changed_at": now} for old, new in sorted(moved)],
    )


def _stage_hashes(con: Connection, prints: Sequence[tuple[str, date, Sequence[int]]]) -> bool:
    """Stages a row for each hash of each sketch; returns False when there is none."""
    text_numbers = np.repeat(np.arange(len(prints)), [len(sketch) for _, _, sketch in prints])
    if not len(text_numbers):
        return False
    ids, days = (pa.array([entry[at] for entry in prints]).take(text_numbers) for at in (0, 1))
    hashes = np.fromiter(chain.from_iterable(sketch for _, _, sketch in prints), np.uint32, len(text_numbers))
    stage_columns(con, {"hash": hashes, "article_id": ids, "day": days}, "core.fingerprint")
    return True


def _spans(places: Iterable[tuple[str, date]]) -> Iterator[tuple[date, date, list[str]]]:
    """(first day, last day, ids): the places in order of time, split where there is none for _APART."""
    run: list[tuple[str, date]] = []
    for place in sorted(set(places), key=lambda place: (place[1], place[0])):
        if run and place[1] - run[-1][1] > _APART:
            yield run[0][1], run[-1][1], [id for id, _ in run]
            run = []
        run.append(place)
    if run:
        yield run[0][1], run[-1][1], [id for id, _ in run]


def _over(con: Connection, statement: str, places: Iterable[tuple[str, date]]) -> list[dict[str, Any]]:
    """Runs a statement over staged ids, span by span; returns its rows."""
    rows: list[dict[str, Any]] = []
    for first, last, ids in _spans(places):
        stage(con, [{"article_id": id} for id in ids], "core.copy_group", ("article_id",))
        con.execute(sql(f"load/{statement}"), {"first": first, "last": last})
        rows += records(con)
        con.unregister("staged")
    return rows
