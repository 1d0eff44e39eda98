"""Older: a capture from before the page that an article's text was read from says nothing new; the text that
stands is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ingest.errors import Terminal
from ingest.load.articles import known_articles
from ingest.load.rows import Known
from ingest.model import ArchivePlace, Extraction, Outcome, Reason, Status
from ingest.stages.edges import Edges
from ingest.stages.judging import Result


def without_older(edges: Edges, made: Sequence[Result]) -> list[Result]:
    """Results of pages that were brought along; those of captures that are older than what stands without
    their text."""
    keys = {result.work.url_key for result in made if _tells(result)}
    if not keys:
        return list(made)
    with edges.warehouse.transaction() as con:
        known = known_articles(con, keys)
    since = {id: _told_at(edges, one) for id, one in {one.article_id: one for one in known.values()}.items()}
    return [
        _judged(result, known[result.work.url_key], since)
        if _tells(result) and result.work.url_key in known
        else result
        for result in made
    ]


def _tells(result: Result) -> bool:
    return result.page is not None and result.extraction is not None and result.extraction.article is not None


def _told_at(edges: Edges, known: Known) -> datetime:
    """When the text that stands was had from its site: by its record, which knows the time of a crawl, else
    by the last look."""
    checked: datetime = known.row["checked_at"]
    if known.row["page_file"] is None:
        return checked
    place = ArchivePlace(known.row["page_file"], known.row["page_offset"], known.row["page_length"])
    try:
        return edges.archive.read_head(place).fetched_at
    except Terminal:  # the segment was moved or is damaged
        return checked


def _judged(result: Result, known: Known, since: dict[str, datetime]) -> Result:
    assert result.page is not None
    told = since[known.article_id]
    if known.status == Status.REMOVED or result.page.fetched_at >= told:
        return result
    said = f"captured {result.page.fetched_at:%Y-%m-%d}, before the text that stands ({told:%Y-%m-%d})"
    return replace(result, extraction=Extraction(None, Outcome.SKIPPED, Reason.OUT_OF_RANGE, said))
