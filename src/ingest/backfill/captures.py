"""Captures that are older than the text the warehouse has: they are reported as skipped, so that an old page
never replaces a newer text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ingest.errors import Terminal
from ingest.load.articles import known_articles
from ingest.load.rows import Known
from ingest.model import ArchivePlace, Extraction, Status
from ingest.reasons import Outcome, Reason
from ingest.stages.edges import Edges
from ingest.stages.judging import Result


def without_older(edges: Edges, results: Sequence[Result]) -> list[Result]:
    """Returns the results of a source's pages; where a page was captured before the article's current text
    was read, its extraction is replaced by the outcome skipped, out_of_range."""
    keys = {result.work.url_key for result in results if _has_article(result)}
    if not keys:
        return list(results)
    with edges.warehouse.transaction() as con:
        known = known_articles(con, keys)
    articles = {article.article_id: article for article in known.values()}
    read_at = {id: _text_read_at(edges, article) for id, article in articles.items()}
    return [
        _skipped_if_older(result, known[result.work.url_key], read_at)
        if _has_article(result) and result.work.url_key in known
        else result
        for result in results
    ]


def _has_article(result: Result) -> bool:
    return result.page is not None and result.extraction is not None and result.extraction.article is not None


def _text_read_at(edges: Edges, known: Known) -> datetime:
    """When the article's current text was fetched from its site: by its archive record, which keeps the time
    of a crawl, else by the last check."""
    checked: datetime = known.row["checked_at"]
    if known.row["page_file"] is None:
        return checked
    place = ArchivePlace(known.row["page_file"], known.row["page_offset"], known.row["page_length"])
    try:
        return edges.archive.read_head(place).fetched_at
    except Terminal:  # the segment was moved or is damaged
        return checked


def _skipped_if_older(result: Result, known: Known, read_at: dict[str, datetime]) -> Result:
    assert result.page is not None
    current = read_at[known.article_id]
    captured = result.page.fetched_at
    if known.status == Status.REMOVED or captured >= current:
        return result
    detail = f"captured {captured:%Y-%m-%d}, before the article's current text ({current:%Y-%m-%d})"
    return replace(result, extraction=Extraction(None, Outcome.SKIPPED, Reason.OUT_OF_RANGE, detail))
