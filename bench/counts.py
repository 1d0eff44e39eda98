"""Rows in a data directory, counted between two runs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb

_ENTRY_ROWS = "SELECT count(*) FROM raw.entry WHERE $feed IS NULL OR feed_id = $feed"
_ARTICLES = """
SELECT count(DISTINCT a.article_id), count(r.revision)
FROM mart.articles_all a LEFT JOIN mart.revisions r USING (article_id)
WHERE $feed IS NULL OR a.feed_id = $feed
"""
_OUTCOMES = """
SELECT outcome || coalesce(' ' || reason, ''), count(*) FROM ops.outcomes
WHERE $feed IS NULL OR feed_id = $feed GROUP BY 1 ORDER BY 2 DESC, 1
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """Articles, their revisions, rows of entry history, and URLs by outcome and reason."""

    articles: int
    revisions: int
    entries: int
    outcomes: dict[str, int]


def counted_rows(work: Path, feed_id: str | None = None) -> Counts:
    """The rows of one feed, or of all, in work/data. Both databases are opened read-only."""
    given = {"feed": feed_id}
    with duckdb.connect(str(work / "data" / "ingest.duckdb"), read_only=True) as warehouse:
        (entries,) = warehouse.execute(_ENTRY_ROWS, given).fetchall()[0]
    with duckdb.connect(str(work / "data" / "news.duckdb"), read_only=True) as marts:
        articles, revisions = marts.execute(_ARTICLES, given).fetchall()[0]
        outcomes = dict(marts.execute(_OUTCOMES, given).fetchall())
    return Counts(articles, revisions, entries, outcomes)
