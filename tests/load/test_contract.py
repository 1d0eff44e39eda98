"""The marts as others know them: names, columns, types and comments, from `ingest init` on, and the page made
from them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import duckdb
import pytest

from ingest.load.db import Warehouse
from ingest.load.marts import marts
from ingest.load.publish import publish
from ingest.load.sql import names, sql
from ingest.model import TEXT_FIELDS
from ingest.observe.dictionary import markdown
from ingest.settings import Settings

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(path.name for path in (ROOT / "warehouse").iterdir() if any(path.glob("*.sql")))
ARTICLES = """article_id url_key url canonical_url *headline description *body_text byline authors language
published_at published_precision published_source published_raw published_day modified_at first_seen_at
dateline located dateline_date agency credits publisher section keywords image_url image_credit license
copyright_notice usage_terms *word_count content_type
*signal embargo_until flags copy_group copy_kind is_canonical copies story_id revision revisions
supersedes extractor feed_id"""
"""Where a second link leads to an article whose text is known, the columns with a * stay with the text; the
others may come with that link."""
OF_THE_TEXT = {word[1:] for word in ARTICLES.split() if word.startswith("*")}
ARTICLES = ARTICLES.replace("*", "")
WANTED = {
    "mart.articles": ARTICLES,
    "mart.articles_all": f"{ARTICLES} status",
    "mart.article_authors": "article_id author",
    "mart.article_keywords": "article_id keyword",
    "mart.revisions": "article_id url revision kind headline body_text words_added words_removed "
    "first_seen_at extractor",
    "mart.edits": "article_id url revision kind",
    "mart.copies": "copy_group article_id url publisher agency kind containment slot_agreement is_canonical "
    "published_at lag",
    "mart.stories": "story_id",
    "mart.syndication": "copy_group",
    "mart.funnel": "day feed_id discovered pending fetched extracted loaded lost by_reason",
    "mart.latency": "day feed_id",
    "mart.daily": "day publisher",
    "mart.feed_health": "feed_id state evidence last_success_at next_poll_at",
    "ops.feeds": "feed_id url next_poll_at why_next",
    "ops.polls": "run_id feed_id polled_at status new",
    "ops.outcomes": "url url_key outcome reason detail at",
    "ops.pending": "url url_key next_attempt_at attempts",
    "ops.runs": "run_id started_at ended_at summary",
}
"""design.md, "mart - contract": what others read by name. More columns may come, none may go."""

TYPES = {
    "UUID": "article_id copy_group story_id supersedes",
    "VARCHAR[]": "authors credits keywords flags",
    "DATE": "published_day dateline_date",
    "TIMESTAMP WITH TIME ZONE": "published_at modified_at first_seen_at embargo_until",
    "BOOLEAN": "is_canonical",
    "INTEGER": "word_count revision revisions",
}


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("empty")
    warehouse = Warehouse(Settings(data=data))
    warehouse.prepare()
    publish(warehouse)
    return data / "news.duckdb"


def columns(news: Path) -> dict[str, dict[str, tuple[str, str | None]]]:
    """view -> column -> (type, comment)."""
    found: dict[str, dict[str, tuple[str, str | None]]] = {}
    with duckdb.connect(str(news), read_only=True) as con:
        for schema, view, column, kind, comment in con.execute(
            "SELECT schema_name, table_name, column_name, data_type, comment FROM duckdb_columns() "
            "WHERE schema_name IN ('mart', 'ops') ORDER BY column_index"
        ).fetchall():
            found.setdefault(f"{schema}.{view}", {})[column] = (kind, comment)
    return found


@pytest.mark.parametrize("view", WANTED)
def test_every_column_of_the_contract_is_there_before_the_first_row(news: Path, view: str) -> None:
    assert set(WANTED[view].split()) <= set(columns(news)[view])
    with duckdb.connect(str(news), read_only=True) as con:
        assert con.execute(f"SELECT * FROM {view}").fetchall() == []


def test_the_articles_have_exactly_the_columns_of_the_contract_in_its_order(news: Path) -> None:
    assert list(columns(news)["mart.articles"]) == ARTICLES.split()


def test_the_columns_of_the_text_are_those_of_the_model() -> None:
    assert set(TEXT_FIELDS) & set(ARTICLES.split()) == OF_THE_TEXT


def test_types(news: Path) -> None:
    articles = columns(news)["mart.articles"]
    assert {name: articles[name][0] for names in TYPES.values() for name in names.split()} == {
        name: kind for kind, names in TYPES.items() for name in names.split()
    }


def test_every_view_and_column_has_a_comment(news: Path) -> None:
    silent = [
        f"{view}.{name}"
        for view, named in columns(news).items()
        for name, (_, comment) in named.items()
        if not comment
    ]
    bare = "SELECT view_name FROM duckdb_views() WHERE schema_name IN ('mart', 'ops') AND comment IS NULL"
    with duckdb.connect(str(news), read_only=True) as con:
        assert (silent, con.execute(bare).fetchall()) == ([], [])


def test_no_description_is_written_twice() -> None:
    """A column that another view describes refers to it: `-- * url: as mart.articles`."""
    written = Counter(mart.columns[column] for mart in marts() for column in mart.own)
    assert [text for text, times in written.items() if times > 1] == []


def test_the_comments_in_the_file_are_the_descriptions(news: Path) -> None:
    shown = {
        view: {name: comment for name, (_, comment) in named.items()} for view, named in columns(news).items()
    }
    assert shown == {mart.name: mart.columns for mart in marts() if mart.kind == "VIEW"}


def test_articles_as_of_a_time_is_a_table_function(news: Path) -> None:
    with duckdb.connect(str(news), read_only=True) as con:
        con.execute(
            "SELECT article_id, headline, revision FROM mart.articles_asof(TIMESTAMPTZ '2026-03-10 "
            "12:00:00+00')"
        )
        assert con.fetchall() == []


def test_the_page_of_the_marts_is_current() -> None:
    page = ROOT / "docs" / "data.md"
    remedy = "make it anew: python -m ingest.observe.dictionary > docs/data.md"
    assert page.read_text(encoding="utf-8") == markdown(marts()), remedy


@pytest.mark.parametrize("name", [name for folder in FOLDERS for name in names(folder)])
def test_every_statement_says_what_it_returns_or_changes(name: str) -> None:
    assert sql(name).startswith("-- "), f"warehouse/{name}.sql: begin with a comment that says what it does"


def test_every_statement_is_loaded_somewhere() -> None:
    code = "".join(
        path.read_text(encoding="utf-8")
        for folder in ("src", "flows")
        for path in (ROOT / folder).rglob("*.py")
    )
    listed = {"checks", "marts", "migrations", "publish"}
    unused = [
        name
        for folder in set(FOLDERS) - listed
        for name in names(folder)
        if f'"{name}"' not in code and f'"{name.rpartition("/")[2]}"' not in code
    ]
    assert unused == []


def test_the_page_prints_how_often_columns_are_right() -> None:
    lines = markdown(marts()).split("## How often a column is right", 1)[1].split("\n## ", 1)[0].splitlines()
    measured = {line.split("|")[1].strip() for line in lines if line.startswith("| ")} - {"column"}
    assert {"headline", "authors", "published_day", "agency", "body_precision"} <= measured
