"""Import: pages that a source brings along reach our own archive before any row points to them, as fetched
ones do.

Our own archive's pages stay where they lie. A page that is not wanted, or a capture of the same page and time
once more, is not copied; one of another time is, though its bytes be the same: its record is what says when
the page stood so.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from ingest.backfill import ledger
from ingest.backfill.ledger import Target
from ingest.backfill.request import Backfill, OfflineSource, Source
from ingest.backfill.sources.captured import Captured, nameless, read
from ingest.backfill.sources.sites import Walk
from ingest.backfill.targets import Found, decide
from ingest.errors import Terminal
from ingest.fetch.client import MB
from ingest.fetch.warc import read_members, read_response
from ingest.load import pages
from ingest.load.db import Connection
from ingest.load.rows import LinkState, page_row
from ingest.load.sql import append
from ingest.model import ArchivePlace, Page, Reason, Response
from ingest.stages.edges import Edges

BATCH = 500
BATCH_BYTES = 128_000_000
_READ = 1 << 20


async def captured(
    edges: Edges, asked: Backfill, source: OfflineSource, walk: Walk
) -> AsyncIterator[list[Captured]]:
    """What the inputs hold, in batches."""
    for name in asked.inputs or (str(edges.warehouse.data / "archive"),):
        batches = _batches(_read(edges, source, name))
        while batch := await asyncio.to_thread(next, batches, None):
            yield batch
        walk.read += 1


def _read(edges: Edges, source: OfflineSource, name: str) -> Iterator[Captured]:
    own = edges.warehouse.data / "archive"
    if source is Source.ARCHIVE and Path(name).resolve() in (own.resolve(), own.parent.resolve()):
        return _own(edges, own)
    return read(name, source, edges.now, int(edges.settings.page_cap * MB))


def _own(edges: Edges, folder: Path) -> Iterator[Captured]:
    """The pages of our own archive where they lie; feeds that were polled are no pages."""
    feeds = {feed.url for feed in edges.feeds.feeds}
    for path in sorted(folder.glob("*.warc.gz")):
        with path.open("rb") as stream:
            chunks = iter(lambda: stream.read(_READ), b"")
            for member in read_members(chunks, 0):
                place = ArchivePlace(path.name, member.offset, member.length)
                try:
                    response = read_response(member.record)
                except Terminal as error:
                    name = nameless(path.name, member.offset)
                    yield Captured(Found(name, problem=(Reason.DAMAGED_RECORD, error.detail)))
                    continue
                if (
                    response is None
                    or response.requested_url in feeds
                    or _is_feed(response.headers.get("content-type", ""))
                ):
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


def keep(
    con: Connection,
    edges: Edges,
    asked: Backfill,
    id: str,
    batch: Sequence[Captured],
    targets: Sequence[Target],
    links: Mapping[str, LinkState],
) -> list[Target]:
    """Archive what is wanted of a batch (`targets` are its rows of the ledger): bytes first, then rows; the
    targets with their places. Of a page each capture of another time is kept."""
    placed: list[Target] = []
    archived: list[tuple[Target, Page]] = []
    captures: list[tuple[str, datetime, str, ArchivePlace]] = []
    met = ledger.captured(con, id, {target.url_key for target in targets})
    for one, target in zip(batch, targets, strict=True):
        link = links.get(target.url_key) or LinkState(target.url_key)
        wanted = target.reason is None and decide(target, link, asked.mode).wanted
        if (
            one.response is not None
            and wanted
            and (capture := (target.url_key, one.response.fetched_at)) not in met
        ):
            met.add(capture)
            digest = hashlib.sha256(one.response.body).hexdigest()
            place = one.place
            if place is None:
                place = edges.archive.append(one.response, digest)
                archived.append((target, _page(one.found, one.response, place, digest)))
                target = replace(target, place=place)
            captures.append((*capture, digest, place))
        placed.append(target)
    edges.archive.sync()
    append(con, "raw.page", [page_row(page, target.url_key, edges.run_id) for target, page in archived])
    ledger.add_captures(con, id, captures)
    pages.advance(con, [page.place for _, page in archived if page.place])
    return placed


def _page(found: Found, response: Response, place: ArchivePlace, digest: str) -> Page:
    return Page(
        found.url,
        response.url,
        response.status,
        response.headers,
        b"",
        response.fetched_at,
        digest,
        response.hops,
        place,
        response.noai,
        len(response.body),
    )
