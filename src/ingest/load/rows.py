"""Values of model.py as rows of the warehouse, and back. Names are those of the columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, TypedDict

from ingest.model import (
    TEXT_FIELDS,
    ArchivePlace,
    Article,
    Entry,
    EntryHints,
    FeedState,
    Page,
    Precision,
    Rank,
    Stamp,
    StampSource,
    Work,
    WorkKind,
)
from ingest.reasons import Outcome, Reason

Row = dict[str, Any]
"""A row of any table; rows of core.article have the columns of model.Article and more."""


class OutcomeRow(TypedDict):
    """A row of core.outcome: what became of a link. `url_key` is the article it resolves to, else its own."""

    link_key: str
    url_key: str
    feed_id: str | None
    outcome: Outcome
    reason: str | None
    detail: str | None
    fetched: bool
    extracted: bool
    day: date
    decided_at: datetime


class AliasRow(TypedDict):
    """A row of core.alias: a URL that was met (`kind`: link, hop, final, canonical) and the article key that
    it resolves to."""

    url: str
    link_key: str
    url_key: str
    feed_id: str | None
    rank: str
    kind: str
    day: date
    seen_at: datetime


class PendingRow(TypedDict):
    """A row of core.pending: a page that waits to be fetched, and why its last attempt failed."""

    url_key: str
    url: str
    host: str
    feed_id: str | None
    rank: str
    kind: WorkKind
    hints: str
    content: str | None
    day: date
    queued_at: datetime
    next_attempt_at: datetime
    attempts: int
    last_reason: str | None
    last_detail: str | None
    page_file: str | None
    page_offset: int | None
    page_length: int | None


@dataclass(frozen=True, slots=True)
class LinkState:
    """What the warehouse knows of a link key (load/known_links.sql). `article_key`: the article that it
    resolves to. `pending_*`: its work, where it waits, with the text and title of a feed entry. `outcome`:
    None where nothing was decided yet. `taken_down`: why it must never come back."""

    link_key: str
    article_key: str | None = None
    pending_rank: Rank | None = None
    pending_kind: WorkKind | None = None
    pending_attempts: int = 0
    pending_content: str | None = None
    pending_title: str | None = None
    outcome: Outcome | None = None
    reason: Reason | None = None
    taken_down: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """An article that the warehouse has. `seen` holds the text hash of each of its revisions, `row` its
    columns: all of them where the article may be written again."""

    article_id: str
    url_key: str
    rank: Rank
    headline: str | None
    body_text: str
    text_hash: str
    revision: int
    revisions: int
    status: str
    published_day: date
    seen: frozenset[str]
    row: Mapping[str, Any]


def known_from(row: Mapping[str, Any], seen: frozenset[str] = frozenset()) -> Known:
    """A row of core.article, or those of its columns that were selected, as a Known."""
    id = str(row["article_id"])
    return Known(
        article_id=id,
        url_key=row["url_key"],
        rank=Rank.from_text(row["rank"]),
        headline=row["headline"],
        body_text=row["body_text"] or "",
        text_hash=row["text_hash"],
        revision=row["revision"],
        revisions=row["revisions"],
        status=row["status"],
        published_day=row["published_day"],
        seen=seen,
        row={**row, "article_id": id},
    )


def link_state_from(row: Mapping[str, Any]) -> LinkState:
    """A row of load/known_links.sql."""
    rank, kind, outcome, reason = row["pending_rank"], row["pending_kind"], row["outcome"], row["reason"]
    return LinkState(
        link_key=row["link_key"],
        article_key=row["article_key"],
        pending_rank=None if rank is None else Rank.from_text(rank),
        pending_kind=None if kind is None else WorkKind(kind),
        pending_attempts=row["pending_attempts"] or 0,
        pending_content=row["pending_content"],
        pending_title=hints_from(row["pending_hints"]).title,
        outcome=None if outcome is None else Outcome(outcome),
        reason=None if reason is None else Reason(reason),
        taken_down=row["taken_down"],
    )


def outcome_row(
    link_key: str,
    url_key: str,
    feed_id: str | None,
    outcome: Outcome,
    now: datetime,
    *,
    reason: str | None = None,
    detail: str | None = None,
    day: date | None = None,
    fetched: bool = False,
    extracted: bool = False,
) -> OutcomeRow:
    """What became of a link. `day`: when it was first seen, the day of `now` unless it is given."""
    return OutcomeRow(
        link_key=link_key,
        url_key=url_key,
        feed_id=feed_id,
        outcome=outcome,
        reason=reason,
        detail=detail,
        fetched=fetched,
        extracted=extracted,
        day=day or now.date(),
        decided_at=now,
    )


def alias_row(
    url: str,
    link_key: str,
    url_key: str,
    *,
    feed_id: str | None,
    rank: Rank,
    now: datetime,
    kind: str = "link",
    day: date | None = None,
) -> AliasRow:
    """A URL that was met, with its key and the key of the article that it resolves to. `day`: when its link
    was first seen, the day of `now` unless it is given."""
    return AliasRow(
        url=url,
        link_key=link_key,
        url_key=url_key,
        feed_id=feed_id,
        rank=str(rank),
        kind=kind,
        day=day or now.date(),
        seen_at=now,
    )


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
    """The EntryHints that hints_json wrote; without a text, none."""
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


def hints_of_entry(row: Mapping[str, Any]) -> EntryHints:
    """What a row of raw.entry says of its page, as Entry.hints did when the entry was polled."""
    stamp = None
    if row["published_at"] is not None:
        stamp = Stamp(
            row["published_at"],
            Precision(row["published_precision"]),
            StampSource.FEED,
            row["published_raw"] or "",
        )
    return EntryHints(
        title=row["title"],
        summary=row["summary"],
        published=stamp,
        published_raw=row["published_raw"],
        authors=tuple(row["authors"] or ()),
        credit=row["credit"],
        categories=tuple(row["categories"] or ()),
        image_url=row["image_url"],
    )


def stamp_columns(stamp: Stamp | None, raw: str | None) -> Row:
    return {
        "published_at": stamp.at if stamp else None,
        "published_precision": stamp.precision if stamp else None,
        "published_source": stamp.source if stamp else None,
        "published_raw": stamp.raw if stamp else raw,
        "published_zone": stamp.zone if stamp else None,
    }


_ARTICLE_FIELDS = tuple(f.name for f in fields(Article))
TEXT_COLUMNS = (*TEXT_FIELDS, "text_hash", "body_hash")
"""Columns of core.article that change only with the text that is shown."""


def article_columns(article: Article) -> Row:
    """The columns that extraction fills: one for each field of Article, and those of stamp_columns for
    `published`. The loader adds identity, revision and place."""
    columns: Row = {}
    for name in _ARTICLE_FIELDS:
        if name == "published":
            columns |= stamp_columns(article.published, article.published_raw)
        elif name != "published_raw":
            columns[name] = _column(getattr(article, name))
    return columns


def _column(value: Any) -> Any:
    return [str(item) for item in value] if isinstance(value, tuple) else value


def place_columns(place: ArchivePlace | None) -> Row:
    return {
        "page_file": place.file if place else None,
        "page_offset": place.offset if place else None,
        "page_length": place.length if place else None,
    }


def place_from(row: Mapping[str, Any]) -> ArchivePlace | None:
    """Where the row's page is archived, if it is."""
    if row["page_file"] is None:
        return None
    return ArchivePlace(row["page_file"], row["page_offset"], row["page_length"])


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


def pending_row(
    work: Work, *, next_attempt_at: datetime, reason: str | None = None, detail: str | None = None
) -> PendingRow:
    """Work that waits until `next_attempt_at`; `reason` and `detail` say why its last attempt failed."""
    return PendingRow(
        url_key=work.url_key,
        url=work.url,
        host=work.host,
        feed_id=work.feed_id,
        rank=str(work.rank),
        kind=work.kind,
        hints=hints_json(work.hints),
        content=work.content,
        day=work.day,
        queued_at=work.queued_at,
        next_attempt_at=next_attempt_at,
        attempts=work.attempts,
        last_reason=reason,
        last_detail=detail,
        page_file=work.place.file if work.place else None,
        page_offset=work.place.offset if work.place else None,
        page_length=work.place.length if work.place else None,
    )


def work_from(row: Mapping[str, Any]) -> Work:
    """A row of core.pending with `early` (load/due_work.sql) as Work."""
    return Work(
        url_key=row["url_key"],
        url=row["url"],
        host=row["host"],
        feed_id=row["feed_id"],
        rank=Rank.from_text(row["rank"]),
        kind=WorkKind(row["kind"]),
        day=row["day"],
        queued_at=row["queued_at"],
        hints=hints_from(row["hints"]),
        content=row["content"],
        attempts=row["attempts"],
        place=place_from(row),
        early=row["early"],
    )


_STATE = tuple(f.name for f in fields(FeedState))


def state_row(state: FeedState) -> Row:
    return {name: getattr(state, name) for name in _STATE}


def state_from(row: Mapping[str, Any]) -> FeedState:
    return FeedState(**{name: row[name] for name in _STATE} | {"skip_hours": tuple(row["skip_hours"] or ())})
