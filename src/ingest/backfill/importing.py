"""Import of a source's own pages: they are written to our archive before any row points to them, as fetched
pages are.

Pages of our own archive are not copied. Nor is a page that is not wanted, or a second capture of the same
page at the same time. A capture at another time is copied even where its bytes are the same: its record is
what says that the page read so at that time.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from ingest.backfill import ledger
from ingest.backfill.ledger import BackfillTarget
from ingest.backfill.request import BackfillRequest, OfflineSource, Source
from ingest.backfill.sources.captured import CapturedPage, nameless, read
from ingest.backfill.sources.report import SourceReport
from ingest.backfill.targets import ListedAddress, decide_target
from ingest.errors import Terminal
from ingest.fetch.client import MB
from ingest.fetch.segment import SegmentDamage, read_segment
from ingest.fetch.warc import read_response
from ingest.load import pages
from ingest.load.db import Connection
from ingest.load.rows import LinkState, hints_json, page_row
from ingest.load.sql import append
from ingest.model import ArchivePlace, EntryHints, Page, Response
from ingest.reasons import Reason
from ingest.stages.edges import Edges

BATCH = 500
BATCH_BYTES = 128_000_000
"""Most pages, and most bytes of them, that are archived in one transaction."""


async def captured_pages(
    edges: Edges, request: BackfillRequest, source: OfflineSource, report: SourceReport
) -> AsyncIterator[list[CapturedPage]]:
    """Yields the pages of the request's inputs (without inputs: of our own archive) in batches."""
    for name in request.inputs or (str(edges.warehouse.data / "archive"),):
        batches = _batches(_read(edges, source, name, report))
        while batch := await asyncio.to_thread(next, batches, None):
            yield batch
        report.read += 1


def _read(edges: Edges, source: OfflineSource, name: str, report: SourceReport) -> Iterator[CapturedPage]:
    own = edges.warehouse.data / "archive"
    if source is Source.ARCHIVE and Path(name).resolve() in (own.resolve(), own.parent.resolve()):
        return _own_archive(edges, own, report)
    return read(name, source, edges.now, int(edges.settings.page_cap * MB), report)


def _own_archive(edges: Edges, folder: Path, report: SourceReport) -> Iterator[CapturedPage]:
    """The pages of our own archive, each with its place; feeds that were polled are left out."""
    feeds = {feed.url for feed in edges.feeds.feeds}
    for path in sorted(folder.glob("*.warc.gz")):
        for member in read_segment(path):
            if isinstance(member, SegmentDamage):
                where = f"bytes {member.offset:,} to {member.offset + member.length:,} of {path.name}"
                why = f"{where}: {'the last record is not complete' if member.is_torn else 'damaged'}"
                report.add_problem(str(path), Reason.DAMAGED_RECORD, why, note=member.is_torn)
                continue
            place = ArchivePlace(path.name, member.offset, member.length)
            try:
                response = read_response(member.record)
            except Terminal as error:
                name = nameless(path.name, member.offset)
                yield CapturedPage(ListedAddress(name, problem=(Reason.DAMAGED_RECORD, error.detail)))
                continue
            if response is None:
                report.not_pages["record without an answer"] += 1
                continue
            if response.requested_url in feeds or _is_feed(response.headers.get("content-type", "")):
                report.not_pages["feed"] += 1
                continue
            day = response.fetched_at.date()
            address = ListedAddress(response.requested_url, day=day, place=place)
            yield CapturedPage(address, response, place)


def _is_feed(content_type: str) -> bool:
    return any(name in content_type for name in ("rss", "atom", "feed+json", "text/xml", "application/xml"))


def _batches(captured: Iterator[CapturedPage]) -> Iterator[list[CapturedPage]]:
    batch: list[CapturedPage] = []
    size = 0
    for page in captured:
        batch.append(page)
        size += len(page.response.body) if page.response else 0
        if len(batch) >= BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def archive_wanted(
    con: Connection,
    edges: Edges,
    request: BackfillRequest,
    id: str,
    batch: Sequence[CapturedPage],
    targets: Sequence[BackfillTarget],
    links: Mapping[str, LinkState],
) -> tuple[list[BackfillTarget], list[bool]]:
    """Archives the wanted pages of a batch, bytes before rows. `targets` are the batch's ledger rows in its
    order, `links` what is known of their keys. Returns the targets with the places of their pages, and of
    each whether it brought a capture of its page that the ledger did not have.

    Every capture of a page at another time is archived, and every other version of a row's text.
    """
    placed: list[BackfillTarget] = []
    captured: list[bool] = []
    archived: list[tuple[BackfillTarget, Page]] = []
    captures: list[tuple[str, datetime, str, ArchivePlace, EntryHints | None]] = []
    known = ledger.known_captures(con, id, {target.url_key for target in targets})
    for page, target in zip(batch, targets, strict=True):
        link = links.get(target.url_key) or LinkState(target.url_key)
        wanted = target.reason is None and decide_target(target, link, request.mode).wanted
        if page.response is not None and wanted:
            digest = hashlib.sha256(page.response.body).hexdigest()
            at = page.version_at or page.response.fetched_at
            # What a row says beside the text makes a version too: a corrected headline over the same text.
            hints = target.hints if page.version_at else None
            version = _version(digest, hints)
            if (target.url_key, at, version) in known:
                placed.append(target)
                captured.append(False)
                continue
            known.add((target.url_key, at, version))
            place = page.place
            if place is None:
                place = edges.archive.append(page.response, digest)
                archived.append((target, _page(page.address, page.response, place, digest)))
                target = replace(target, place=place)
            captures.append((target.url_key, at, version, place, hints))
        placed.append(target)
        captured.append(page.response is not None and wanted)
    edges.archive.sync()
    append(con, "raw.page", [page_row(page, target.url_key, edges.run_id) for target, page in archived])
    ledger.add_captures(con, id, captures)
    pages.advance(con, [page.place for _, page in archived if page.place])
    return placed, captured


def _version(digest: str, hints: EntryHints | None) -> str:
    """What tells the versions of a page apart: its bytes, and the headline and names beside them. The date
    orders them."""
    if hints is None:
        return digest
    beside = hints_json(replace(hints, published=None, published_raw=None))
    return hashlib.sha256(f"{digest} {beside}".encode()).hexdigest()


def _page(address: ListedAddress, response: Response, place: ArchivePlace, digest: str) -> Page:
    return Page(
        url=address.url,
        final_url=response.url,
        status=response.status,
        headers=response.headers,
        body=b"",
        fetched_at=response.fetched_at,
        sha256=digest,
        hops=response.hops,
        place=place,
        noai=response.noai,
        size=len(response.body),
    )
