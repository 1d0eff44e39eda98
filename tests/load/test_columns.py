"""A new column of core.article or core.revision: each place that must know of it is automatic or named
here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import duckdb
import pytest

from ingest.load.db import Warehouse
from ingest.load.marts import marts
from ingest.load.rows import article_columns
from ingest.load.sql import sql
from ingest.model import Article
from ingest.settings import Settings
from ingest.upkeep import reextract_rows

INNER = {
    "core.article": "host checked_at withdraws text_hash body_hash rank page_file page_offset page_length "
    "key_hash published_zone",
    "core.revision": "text_hash body_hash page_file page_offset day",
}
"""Columns that no mart shows."""

KEPT = {
    "core.article": "article_id url_key url canonical_url host language published_at published_precision "
    "published_source published_zone published_day modified_at first_seen_at checked_at located "
    "dateline_date agency publisher content_type signal embargo_until flags revision revisions extractor "
    "feed_id rank key_hash",
    "core.revision": "article_id url revision kind words_added words_removed first_seen_at day extractor",
    "raw.entry": "day run_id feed_id entry_key state guid link url_key published_at published_precision "
    "published_raw modified_at modified_raw position seen_at",
}
"""Columns that outlast a takedown: none of them holds a text."""

ID = "6f0e2a38-5a3e-5f0e-9d53-3b1f4c1f6a10"
VALUES = {
    "UUID": f"'{ID}'",
    "VARCHAR": "'words'",
    "VARCHAR[]": "['words']",
    "DATE": "DATE '2026-03-10'",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ '2026-03-10 12:00:00+00'",
    "INTEGER": "7",
    "BIGINT": "7",
    "UINTEGER": "7",
    "BOOLEAN": "true",
}


@pytest.fixture
def con(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A transaction on a warehouse with one article, one revision and one entry, every column filled."""
    with Warehouse(Settings(data=tmp_path)).transaction() as con:
        for table in KEPT:
            row = ", ".join(f"{VALUES[kind]} AS {name}" for name, kind in columns(con, table).items())
            con.execute(f"INSERT INTO {table} BY NAME SELECT {row}")
        con.execute(f"CREATE TEMP TABLE takedown_key AS SELECT 'words' AS key, '{ID}'::UUID AS article_id")
        yield con


def columns(con: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    """Column -> type, in order."""
    return {name: kind for name, kind, *_ in con.execute(f"DESCRIBE {table}").fetchall()}


@pytest.mark.parametrize(
    ("table", "mart"), [("core.article", "mart.articles_all"), ("core.revision", "mart.revisions")]
)
def test_every_column_is_described_in_the_mart_or_named_as_an_inner_one(
    con: duckdb.DuckDBPyConnection, table: str, mart: str
) -> None:
    shown = next(each.columns for each in marts() if each.name == mart)
    file = "02_mart_articles.sql" if table == "core.article" else "05_mart_revisions.sql"
    assert set(columns(con, table)) - set(shown) == set(INNER[table].split()), (
        f"describe the new column in warehouse/marts/{file}, or name it in INNER and in the EXCLUDE of its "
        "statement in warehouse/publish"
    )


@pytest.mark.parametrize("table", KEPT)
def test_a_takedown_clears_every_column_that_is_not_named_as_kept(
    con: duckdb.DuckDBPyConnection, table: str
) -> None:
    before = dict(zip(columns(con, table), con.execute(f"FROM {table}").fetchall()[0], strict=True))
    for statement in ("takedown/clear_article", "takedown/clear_revisions", "takedown/clear_entries"):
        con.execute(sql(statement))
    after = dict(zip(columns(con, table), con.execute(f"FROM {table}").fetchall()[0], strict=True))
    assert {name for name in after if after[name] == before[name]} == set(KEPT[table].split())
    cleared = {name: value for name, value in after.items() if value != before[name] and value}
    assert cleared == ({"status": "removed"} if table == "core.article" else {})


def test_extraction_writes_every_field_of_an_article() -> None:
    written = article_columns(Article("headline", "text"))
    assert {field.name for field in fields(Article)} - set(written) == {"published"}


def test_a_withdrawal_copies_every_column_of_the_text(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("DELETE FROM core.revision")
    con.execute(sql("load/withdraw_revision"), {"target": ID, "now": "2026-03-11 12:00:00+00"})
    row = dict(
        zip(columns(con, "core.revision"), con.execute("FROM core.revision").fetchall()[0], strict=True)
    )
    assert [name for name, value in row.items() if value is None] == []


def test_a_reextraction_writes_every_column_of_a_revision_that_depends_on_extraction(
    con: duckdb.DuckDBPyConnection,
) -> None:
    fixed = {"article_id", "url", "revision", "kind", "first_seen_at", "day", "page_file", "page_offset"}
    assert set(columns(con, "core.revision")) - fixed == set(reextract_rows._TEXT)


def test_articles_as_of_a_time_have_every_column_of_the_text_from_the_revision_of_that_time(
    con: duckdb.DuckDBPyConnection,
) -> None:
    both = set(columns(con, "core.article")) & set(columns(con, "core.revision"))
    replaced = set(re.findall(r"r\.(\w+) AS \w+", sql("marts/19_mart_articles_asof")))
    assert both - set(INNER["core.article"].split()) - {"article_id", "url", "first_seen_at"} == replaced
