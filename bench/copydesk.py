"""Texts into a warehouse of their own by the load path, as a backfill would bring them, and the copy groups
that come of it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from ingest.load.db import Warehouse
from ingest.model import Article, EntryHints, Extraction, Page, Rank, Work, WorkKind
from ingest.reasons import Outcome
from ingest.settings import FeedList, Settings
from ingest.stages.boilerplate import learn_sentences
from ingest.stages.edges import Edges
from ingest.stages.judging import Result
from ingest.stages.loading import load_batch
from ingest.urls.identity import HostRules

NOW = datetime(2026, 1, 31, 18, tzinfo=UTC)
BATCH = 500
GROUPS = """SELECT a.url, coalesce(g.group_id, a.article_id)::VARCHAR
FROM core.article a LEFT JOIN core.copy_group g ON g.article_id = a.article_id"""


def loaded_groups(texts: Sequence[tuple[str, str]]) -> list[str]:
    """The copy group of each (headline, text), without times, publishers or agencies; sentences are learnt at
    the end."""
    with tempfile.TemporaryDirectory(prefix="copydesk-") as folder:
        warehouse = Warehouse(Settings.model_validate({"data": Path(folder)}))
        results = [_result(number, *text) for number, text in enumerate(texts)]
        feeds, none = FeedList(path=Path("feeds.toml"), feeds=(), hosts=()), cast(Any, None)
        desk = Edges("copydesk", NOW, warehouse.settings, feeds, HostRules(), warehouse, none, none, none)
        for at in range(0, len(results), BATCH):
            load_batch(desk, results[at : at + BATCH])
        learn_sentences(warehouse, NOW)
        with warehouse.transaction() as con:
            found = dict(con.execute(GROUPS).fetchall())
        return [found[result.work.url] for result in results]


def _result(number: int, headline: str, text: str) -> Result:
    host = f"outlet{number % 37}.example"
    key = f"{host}/{number}"
    url = f"https://{key}"
    article = Article(headline, text, word_count=len(text.split()), extractor="bench")
    work = Work(key, url, host, "desk", Rank(0, len(url), url), WorkKind.NEW, NOW.date(), NOW, EntryHints())
    return Result(work, Page(url, url, 200, {}, b"", NOW, str(number)), Extraction(article, Outcome.LOADED))
