"""Fetch a feed once, as a poll would, and say what is in it. Nothing is stored but the limits of its host."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from ingest.errors import FetchError
from ingest.fetch.client import Client, Kind
from ingest.fetch.tokens import feed_headers
from ingest.model import Feed, FeedDocument
from ingest.poll.feed import FeedInput, parse_feed
from ingest.settings import FeedList, Settings, load_feeds
from ingest.trial.limits import host_limits
from ingest.workers import LimitHit, Limits, WorkerPool

PRELOAD = ("ingest.poll.feed",)


@dataclass(frozen=True, slots=True)
class FeedCheck:
    """What one feed answered: the number of `entries`, how many of them are `dated` and `linked`, and the
    date of the `newest`. `detail` is the error, or the feed's title."""

    feed_id: str
    url: str
    ok: bool
    detail: str
    version: str | None = None
    entries: int = 0
    dated: int = 0
    linked: int = 0
    newest: datetime | None = None


async def check_feeds(settings: Settings, target: str | None) -> list[FeedCheck]:
    """Check the feed of this id or URL, or every feed of feeds.toml. Raises ConfigError for an unknown id."""
    listed, chosen = _chosen(settings, target)
    rules = listed.hosts if listed else ()
    limits = Limits.of_page(settings.worker_seconds, settings.worker_memory)
    with host_limits(settings) as hosts, WorkerPool(settings.workers, limits, PRELOAD) as workers:
        async with Client(settings, hosts, rules) as client:
            return list(await asyncio.gather(*(_check(feed, settings, client, workers) for feed in chosen)))


def _chosen(settings: Settings, target: str | None) -> tuple[FeedList | None, tuple[Feed, ...]]:
    if target and "://" in target:
        return None, (Feed(target, target),)
    listed = load_feeds(settings.feeds)
    return listed, listed.named((target,)) if target else listed.feeds


async def _check(feed: Feed, settings: Settings, client: Client, workers: WorkerPool) -> FeedCheck:
    now = datetime.now(UTC)
    try:
        answer = await client.get(feed.url, kind=Kind.FEED, headers=feed_headers(feed))
        feed_input = FeedInput(
            feed=feed,
            body=answer.body,
            url=answer.url,
            content_type=answer.headers.get("content-type"),
            now=now,
            entries_cap=settings.entries_cap,
        )
        document = await workers.run(parse_feed, feed_input)
    except FetchError as error:
        return FeedCheck(feed.id, feed.url, ok=False, detail=f"{error.reason}: {error.detail}")
    except LimitHit as hit:
        return FeedCheck(feed.id, feed.url, ok=False, detail=f"parse_limit: {hit}")
    return _summary(feed, answer.url, document)


def _summary(feed: Feed, url: str, document: FeedDocument) -> FeedCheck:
    stamps = [entry.published.at for entry in document.entries if entry.published]
    linked = sum(entry.link is not None for entry in document.entries)
    return FeedCheck(
        feed_id=feed.id,
        url=url,
        ok=True,
        detail=document.malformed or document.title or "ok",
        version=document.version,
        entries=document.total,
        dated=len(stamps),
        linked=linked,
        newest=max(stamps, default=None),
    )
