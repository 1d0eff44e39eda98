"""Values of model.py as rows of the warehouse, and back. Names are those of the columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from ingest.model import (
    ArchivePlace,
    Article,
    Entry,
    EntryHints,
    FeedState,
    Page,
    Precision,
    Stamp,
    StampSource,
    Work,
    WorkKind,
)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """An article as the warehouse has it. `seen` holds the text hash of every revision it ever had; `row` its
    columns, all of them where the article may be written again."""

    article_id: str
    url_key: str
    rank: str
    headline: str | None
    body_text: str
    text_hash: str
    revision: int
    revisions: int
    status: str
    published_day: date
    seen: frozenset[str]
    row: Mapping[str, Any]


def hints_json(hints: EntryHints) -> str:
    """EntryHints as JSON, without what is empty."""
    values = {f.name: getattr(hints, f.name) for f in fields(hints)}
    stamp = hints.published
    values["published"] = (
        None
        if stamp is None
        else {
            "at": stamp.at.isoformat(),
            "precision": stamp.precision,
            "source": stamp.source,
            "raw": stamp.raw,
            "zone": stamp.zone,
        }
    )
    return json.dumps({key: value for key, value in values.items() if value}, ensure_ascii=False)


def hints_from(text: str | None) -> EntryHints:
    values = json.loads(text) if text else {}
    stamp = values.pop("published", None)
    for name in ("authors", "categories"):
        values[name] = tuple(values.get(name, ()))
    if stamp:
        values["published"] = Stamp(
            datetime.fromisoformat(stamp["at"]),
            Precision(stamp["precision"]),
            StampSource(stamp["source"]),
            stamp["raw"],
            stamp["zone"],
        )
    return EntryHints(**values)


def stamp_columns(stamp: Stamp | None, raw: str | None) -> Row:
    return {
        "published_at": stamp.at if stamp else None,
        "published_precision": stamp.precision if stamp else None,
        "published_source": stamp.source if stamp else None,
        "published_raw": stamp.raw if stamp else raw,
        "published_zone": stamp.zone if stamp else None,
    }


def article_columns(article: Article) -> Row:
    """What extraction knows of an article; identity, revision and place are the loader's to add."""
    return {
        "canonical_url": article.canonical_url,
        "headline": article.headline,
        "description": article.description,
        "body_text": article.body_text,
        "byline": article.byline,
        "authors": list(article.authors),
        "language": article.language,
        **stamp_columns(article.published, article.published_raw),
        "modified_at": article.modified_at,
        "dateline": article.dateline,
        "located": article.located,
        "dateline_date": article.dateline_date,
        "agency": article.agency,
        "credits": list(article.credits),
        "publisher": article.publisher,
        "section": article.section,
        "keywords": list(article.keywords),
        "image_url": article.image_url,
        "image_credit": article.image_credit,
        "word_count": article.word_count,
        "content_type": article.content_type,
        "signal": article.signal,
        "status": article.status,
        "embargo_until": article.embargo_until,
        "withdraws": article.withdraws,
        "flags": [str(flag) for flag in article.flags],
        "extractor": article.extractor,
    }


def place_columns(place: ArchivePlace | None) -> Row:
    return {
        "page_file": place.file if place else None,
        "page_offset": place.offset if place else None,
        "page_length": place.length if place else None,
    }


def page_row(page: Page, work_key: str, run_id: str) -> Row:
    return {
        "day": page.fetched_at.date(),
        "run_id": run_id,
        "work_key": work_key,
        "url": page.url,
        "final_url": page.final_url,
        "status": page.status,
        "content_type": page.headers.get("content-type"),
        "sha256": page.sha256,
        "bytes": page.size or len(page.body),
        "fetched_at": page.fetched_at,
        **place_columns(page.place),
    }


def entry_row(
    entry: Entry, *, state: str, url_key: str, run_id: str, now: datetime, with_content: bool
) -> Row:
    stamp = entry.published
    return {
        "day": now.date(),
        "run_id": run_id,
        "feed_id": entry.feed_id,
        "entry_key": entry.entry_key,
        "state": state,
        "guid": entry.guid,
        "link": entry.link,
        "url_key": url_key,
        "title": entry.title,
        "summary": entry.summary,
        "content": entry.content_html if with_content else None,
        "published_at": stamp.at if stamp else None,
        "published_precision": stamp.precision if stamp else None,
        "published_raw": stamp.raw if stamp else entry.published_raw,
        "modified_at": entry.modified.at if entry.modified else None,
        "modified_raw": entry.modified_raw,
        "authors": list(entry.authors),
        "credit": entry.credit,
        "categories": list(entry.categories),
        "image_url": entry.image_url,
        "position": entry.position,
        "seen_at": now,
    }


def work_row(
    work: Work, *, next_attempt_at: datetime, reason: str | None = None, detail: str | None = None
) -> Row:
    return {
        "url_key": work.url_key,
        "url": work.url,
        "host": work.host,
        "feed_id": work.feed_id,
        "rank": work.rank,
        "kind": work.kind,
        "hints": hints_json(work.hints),
        "content": work.content,
        "day": work.day,
        "queued_at": work.queued_at,
        "next_attempt_at": next_attempt_at,
        "attempts": work.attempts,
        "last_reason": reason,
        "last_detail": detail,
        **place_columns(work.place),
    }


def work_from(row: Mapping[str, Any]) -> Work:
    place = None
    if row["page_file"] is not None:
        place = ArchivePlace(row["page_file"], row["page_offset"], row["page_length"])
    return Work(
        row["url_key"],
        row["url"],
        row["host"],
        row["feed_id"],
        row["rank"],
        WorkKind(row["kind"]),
        row["day"],
        row["queued_at"],
        hints_from(row["hints"]),
        row["content"],
        row["attempts"],
        place,
        row["early"],
    )


_STATE = tuple(f.name for f in fields(FeedState))


def state_row(state: FeedState) -> Row:
    return {name: getattr(state, name) for name in _STATE}


def state_from(row: Mapping[str, Any]) -> FeedState:
    return FeedState(**{name: row[name] for name in _STATE} | {"skip_hours": tuple(row["skip_hours"] or ())})
