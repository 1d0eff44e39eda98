"""Import: pages that a source brings along reach our own archive before any row points to them, as fetched ones do.

Our own archive's pages stay where they lie. A page that is wanted no more, or whose bytes are archived already, is not copied.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ingest.backfill import sources
from ingest.backfill.asked import Backfill, Source
from ingest.backfill.discover import Walk
from ingest.backfill.sources import Captured
from ingest.backfill.targets import Found, decide, target_of
from ingest.errors import Terminal
from ingest.fetch.client import MB
from ingest.fetch.warc import members, read_response
from ingest.load import pages
from ingest.load.polls import known_links
from ingest.load.rows import page_row
from ingest.load.sql import append
from ingest.model import ArchivePlace, Page, Reason
from ingest.stages.edges import Edges
from ingest.urls import url_key

BATCH = 500
BATCH_BYTES = 32_000_000
_READ = 1 << 20


async def captured(edges: Edges, asked: Backfill, walk: Walk, *, dry: bool) -> AsyncIterator[Sequence[Found]]:
    """What the inputs hold, in batches, their bytes in our archive (unless `dry`)."""
    for name in asked.inputs or (str(edges.warehouse.data / "archive"),):
        batches = _batches(_read(edges, asked, name))
        while batch := await asyncio.to_thread(next, batches, None):
            yield await asyncio.to_thread(_kept, edges, asked, batch, dry)
        walk.read += 1


def _read(edges: Edges, asked: Backfill, name: str) -> Iterator[Captured]:
    own = edges.warehouse.data / "archive"
    if asked.source == Source.ARCHIVE and Path(name).resolve() in (own.resolve(), own.parent.resolve()):
        return _own(edges, own)
    return sources.read(name, asked.source, edges.now, int(edges.settings.page_cap * MB))


def _own(edges: Edges, folder: Path) -> Iterator[Captured]:
    """The pages of our own archive where they lie; feeds that were polled are no pages."""
    feeds = {feed.url for feed in edges.feeds.feeds}
    for path in sorted(folder.glob("*.warc.gz")):
        with path.open("rb") as stream:
            chunks = iter(lambda: stream.read(_READ), b"")
            for member in members(chunks, 0):
                place = ArchivePlace(path.name, member.offset, member.length)
                try:
                    response = read_response(member.record)
                except Terminal as error:
                    name = sources.nameless(path.name, member.offset)
                    yield Captured(Found(name, problem=(Reason.DAMAGED_RECORD, error.detail)))
                    continue
                if response is None or response.requested_url in feeds or _is_feed(response.headers.get("content-type", "")):
                    continue
                found = Found(response.requested_url, day=response.fetched_at.date(), place=place)
                yield Captured(found, response, place)


def _is_feed(kind: str) -> bool:
    return any(name in kind for name in ("rss", "atom", "feed+json", "text/xml", "application/xml"))


def _batches(found: Iterator[Captured]) -> Iterator[list[Captured]]:
    batch: list[Captured] = []
    size = 0
    for one in found:
        batch.append(one)
        size += len(one.response.body) if one.response else 0
        if len(batch) >= BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _kept(edges: Edges, asked: Backfill, batch: Sequence[Captured], dry: bool) -> list[Found]:
    """Archive what is wanted of a batch: bytes first, then rows."""
    if dry:
        return [one.found for one in batch]
    wanted = _wanted(edges, asked, batch)
    placed: list[Found] = []
    archived: list[Page] = []
    for one in batch:
        place = one.place
        if place is None and one.response is not None and url_key(one.found.url, edges.rules) in wanted:
            wanted.discard(url_key(one.found.url, edges.rules))
            place = edges.archive.append(one.response)
            archived.append(_page(one, place))
        placed.append(replace(one.found, place=place))
    edges.archive.sync()
    with edges.warehouse.transaction() as con:
        append(con, "raw.page", [page_row(page, url_key(page.url, edges.rules), edges.run_id) for page in archived])
        pages.advance(con, [page.place for page in archived if page.place])
    return placed


def _wanted(edges: Edges, asked: Backfill, batch: Sequence[Captured]) -> set[str]:
    """Keys whose page is to be loaded. The first of several captures counts."""
    targets = [target_of(one.found, asked, edges.now, edges.rules) for one in batch if one.response is not None]
    with edges.warehouse.transaction() as con:
        links = known_links(con, {one.url_key for one in targets})
    return {one.url_key for one in targets if one.reason is None and decide(one, links.get(one.url_key, {}), asked.mode).wanted}


def _page(one: Captured, place: ArchivePlace) -> Page:
    response = one.response
    assert response is not None
    return Page(one.found.url, response.url, response.status, response.headers, response.body, response.fetched_at,
                hashlib.sha256(response.body).hexdigest(), response.hops, place, response.noai)  # fmt: skip
