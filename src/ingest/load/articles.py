"""Articles and their revisions: looked up by any key that resolves to them, written by MERGE."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from typing import Any

from ingest.load.links import targets
from ingest.load.rows import Known, Row, known_from
from ingest.load.sql import Connection, append, merge, records, sql, stage
from ingest.model import article_id

_KEY = ("url_key",)


def article_keys(con: Connection, keys: Collection[str]) -> dict[str, str]:
    """The url_key of the article that each of these keys resolves to: its own, or else by alias; keys without
    an article are left out."""
    aliased = targets(con, keys)
    if not stage(
        con,
        [{"url_key": key} for key in sorted({*keys, *chain.from_iterable(aliased.values())})],
        "core.article",
        _KEY,
    ):
        return {}
    with_article = {key for (key,) in con.execute(sql("load/keys_with_article")).fetchall()}
    con.unregister("staged")
    own_or_aliased = (
        (key, [key] if key in with_article else sorted(with_article.intersection(aliased.get(key, ()))))
        for key in keys
    )
    return {key: with_row[0] for key, with_row in own_or_aliased if with_row}


def known_articles(con: Connection, keys: Collection[str]) -> dict[str, Known]:
    """The article that each of these keys resolves to, directly or by alias; keys without an article are left
    out."""
    resolved = article_keys(con, keys)
    if not stage(
        con,
        [{"url_key": key, "article_id": str(article_id(key))} for key in sorted(set(resolved.values()))],
        "core.article",
    ):
        return {}
    con.execute(sql("load/articles_by_key"))  # among the rows that article_keys looked up
    rows = records(con)
    first = min(row["first_seen_at"] for row in rows).date()
    seen = dict(con.execute(sql("load/seen_texts"), {"first": first}).fetchall())
    con.unregister("staged")
    known = {
        row["url_key"]: known_from(row, frozenset(seen.get(str(row["article_id"])) or ())) for row in rows
    }
    return {key: known[target] for key, target in resolved.items()}


def taken_down(con: Connection, keys: Collection[str]) -> dict[str, str]:
    """Which of these keys have a tombstone, with the reason of the takedown."""
    if not stage(con, [{"url_key": key} for key in sorted(keys)], "core.article", _KEY):
        return {}
    rows = con.execute(
        "SELECT url_key, reason FROM core.takedown WHERE url_key IN (SELECT url_key FROM staged)"
    ).fetchall()
    con.unregister("staged")
    return dict(rows)


def write_articles(con: Connection, articles: Sequence[Row], revisions: Sequence[Row]) -> None:
    """Inserts or replaces articles and revisions, and marks the days they are published on as dirty."""
    # New articles share one first_seen_at, the latest: merged by themselves, zone maps skip all older ones.
    latest = max((row["first_seen_at"] for row in articles), default=None)
    merge(con, "merge_article", [row for row in articles if row["first_seen_at"] == latest], "core.article")
    merge(con, "merge_article", [row for row in articles if row["first_seen_at"] != latest], "core.article")
    merge(con, "merge_revision", revisions, "core.revision")
    mark_dirty(
        con,
        [("articles", row["published_day"]) for row in articles]
        + [("revisions", row["day"]) for row in revisions],
    )


def write_dropped(con: Connection, lines: Mapping[str, Sequence[tuple[str, str]]]) -> None:
    """Replaces the lines that extraction took out of these articles' current texts (article_id -> (rule,
    text))."""
    con.execute("DELETE FROM core.dropped_line WHERE article_id IN (SELECT unnest(?::UUID[]))", [list(lines)])
    append(
        con,
        "core.dropped_line",
        [
            {"article_id": article_id, "line": number, "rule": rule, "text": text[:500]}
            for article_id, dropped in lines.items()
            for number, (rule, text) in enumerate(dropped[:50])
        ],
    )


def mark_dirty(con: Connection, days: Sequence[tuple[str, Any]]) -> None:
    """Notes (dataset, day) pairs that the next publish writes again."""
    rows = [{"dataset": dataset, "day": day} for dataset, day in sorted(set(days))]
    if stage(con, rows, "core.dirty_day"):
        con.execute(sql("load/dirty_days"))
        con.unregister("staged")


Notice = Mapping[str, Any]
"""A withdrawal notice: article_id, withdraws (what it names), agency, publisher, host, headline and `at`, its
time."""


def notices_near(con: Connection, days: Collection[date]) -> list[Notice]:
    """Withdrawal notices that may name an article published on one of these days, oldest first."""
    if not days:
        return []
    con.execute(sql("load/notices_near"), {"days": sorted(days)})
    return list(records(con))


def withdraw_named(con: Connection, notice: Notice, now: datetime) -> dict[str, date]:
    """Sets the article that the notice names to withdrawn, with a revision of that kind; returns its id and
    published_day.

    Does nothing, and returns {}, when no article or several match, or when the matching one is withdrawn
    already.
    """
    named = {
        "named": notice["withdraws"],
        "agency": notice["agency"],
        "publisher": notice["publisher"],
        "host": notice["host"],
        "self": str(notice["article_id"]),
        "at": notice["at"],
    }
    matches = con.execute(sql("load/find_withdrawn"), named).fetchall()
    if len(matches) != 1 or matches[0][2] == "withdrawn":
        return {}
    (target, day, _) = matches[0]
    con.execute(sql("load/withdraw_revision"), {"target": target, "now": now})
    con.execute(sql("load/withdraw_article"), {"target": target})
    mark_dirty(con, [("articles", day), ("revisions", now.date())])
    return {str(target): day}
