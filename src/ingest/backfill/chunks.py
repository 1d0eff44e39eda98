"""The chunks of a backfill: each is opened in one transaction, its pages are fetched (or read from the
archive), extracted and loaded by the stages that polls use, and it is closed when every page was tried."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from ingest.backfill import ledger
from ingest.backfill.captures import without_older
from ingest.backfill.ledger import LEASE, BackfillTarget, Chunk
from ingest.backfill.request import BackfillRequest
from ingest.backfill.targets import Span, decide_target
from ingest.fetch.archive import Archive
from ingest.load.db import Connection
from ingest.load.links import add_aliases
from ingest.load.polls import known_links
from ingest.load.rows import AliasRow, LinkState, OutcomeRow, PendingRow, alias_row, outcome_row, pending_row
from ingest.load.work import queue, settle
from ingest.model import Extraction, Page, Rank, Work, WorkKind
from ingest.progress import Progress
from ingest.reasons import Outcome, Reason
from ingest.stages.counts import Counts
from ingest.stages.edges import Edges
from ingest.stages.fetching import results
from ingest.stages.judging import Result
from ingest.stages.loading import load_batch

log = logging.getLogger(__name__)

LONGEST_HOST_WAIT = 300.0
"""Seconds that a chunk waits in all for hosts that want no request now; after that its remaining pages are
left to `resume`."""

GATHER_SECONDS = 60.0
GATHER_BATCHES = 5
"""A load waits for so many batches of the stages, or so many seconds: past news is not urgent, each load
unpacks the texts that its articles are compared with, and memory grows with its size. A chunk's lease is
extended as often."""


def lock_name(id: str) -> str:
    """The name of a backfill's lock and of its archive segments."""
    return f"backfill-{id}"


class ChunkRunner:
    """Works through the chunks of one backfill, and counts what it did.

    `lines` are the hashes of each host's boilerplate lines; `total` is the number of the backfill's
    addresses, for `progress`.
    """

    def __init__(
        self,
        edges: Edges,
        request: BackfillRequest,
        id: str,
        lines: Mapping[str, frozenset[int]],
        total: int,
        progress: Progress | None,
    ):
        self._edges = edges
        self._request = request
        self._id = id
        self._lines = lines
        self._total = total
        self._progress = progress
        self._last_claimed = -1
        self._running: set[asyncio.Task[None]] = set()
        self._archives = [edges.archive]
        self._done = 0
        self.counts = Counts()

    async def next(self, active: int) -> bool:
        """Runs until at least one chunk has ended, with `active` chunks side by side. Returns False when no
        chunk is left."""
        while len(self._running) < active and (chunk := await asyncio.to_thread(self._claim)) is not None:
            self._last_claimed = chunk.number
            self._running.add(asyncio.ensure_future(self._run(chunk)))
        if not self._running:
            return False
        done, self._running = await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        return True

    async def stop(self) -> None:
        """Cancels the chunks that are running, where a run ends before they do."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        for archive in self._archives:
            if archive is not self._edges.archive:
                archive.close()

    async def _run(self, chunk: Chunk) -> None:
        edges = self._with_own_archive()
        try:
            await self._run_chunk(edges, chunk.number)
        finally:
            self._archives.append(edges.archive)

    def _with_own_archive(self) -> Edges:
        """Edges with archive segments that no other chunk appends to. A load commits a segment up to an
        offset; pages that another chunk had written before that offset and not yet loaded would be adopted
        by no later run."""
        folder = self._edges.settings.path("archive")
        archive = self._archives.pop() if self._archives else Archive(folder, lock_name(self._id))
        return replace(self._edges, archive=archive)

    async def _run_chunk(self, edges: Edges, chunk: int) -> None:
        waited = 0.0
        tried = 0
        while work := await asyncio.to_thread(self._due_work, chunk):
            count, wait = await self._try(edges, chunk, work)
            tried += count
            if wait is None:
                continue
            waited += wait
            if waited > LONGEST_HOST_WAIT:
                break
            await asyncio.sleep(wait)
        await asyncio.to_thread(self._close, chunk)
        log.info("backfill %s: chunk %d closed, %d pages tried", self._id, chunk, tried)

    async def _try(self, edges: Edges, chunk: int, work: Sequence[Work]) -> tuple[int, float | None]:
        """Tries these pages. Returns how many were asked for, and, where none was, the seconds until one of
        their hosts may be asked again."""
        waits: list[float] = []
        tried = 0
        async for batch in self._batches(edges, work):
            sent = [result for result in batch if not _never_sent(result)]
            waits += [
                result.error.retry_after or LONGEST_HOST_WAIT + 1
                for result in batch
                if result.error and result.error.never_sent
            ]
            tried += len(sent)
            await asyncio.to_thread(self._count, chunk, len(sent))
        if tried:
            return tried, None
        return 0, max(1.0, min(waits, default=LONGEST_HOST_WAIT + 1))

    async def _batches(self, edges: Edges, work: Sequence[Work]) -> AsyncIterator[list[Result]]:
        """Fetches, extracts and loads these pages; yields their results, batch by batch, once they are
        loaded.

        Where a run is killed, the pages that it archived without loading them answer their pending work in
        the next run.
        """
        gathered, archived, since = list[Result](), list[tuple[Work, Page]](), time.monotonic()
        async for batch in results(edges, work, self._lines):
            gathered += [self._checked(result) for result in batch.results]
            archived += batch.archived
            self._report(len(batch.results))
            full = len(gathered) >= GATHER_BATCHES * edges.settings.batch
            if full or time.monotonic() - since > GATHER_SECONDS:
                yield await self._load(edges, gathered, archived)
                gathered, archived, since = [], [], time.monotonic()
        if gathered or archived:
            yield await self._load(edges, gathered, archived)

    async def _load(
        self, edges: Edges, gathered: list[Result], archived: Sequence[tuple[Work, Page]]
    ) -> list[Result]:
        # A request that was never sent says nothing of its page: its pending work stays as it was.
        ready = [result for result in gathered if not _never_sent(result)]
        if ready or archived:
            edges.archive.sync()
            if self._request.offline:
                ready = await asyncio.to_thread(without_older, edges, ready)
            versions = [result for result in ready if result.work.kind is WorkKind.CAPTURE]
            pages = [result for result in ready if result.work.kind is not WorkKind.CAPTURE]
            if pages or archived:
                self.counts.add(await asyncio.to_thread(load_batch, edges, pages, archived))
            if versions:
                note = self._count_versions
                self.counts.add(await asyncio.to_thread(load_batch, edges, versions, note=note))
        return gathered

    def _report(self, more: int) -> None:
        self._done += more
        if self._progress:
            self._progress("backfill", min(self._done, self._total), self._total)

    async def load_captures(self) -> None:
        """Loads the later captures of each page, in order of time and one at a time: they become revisions,
        or the article where the earlier captures gave none."""
        while work := await asyncio.to_thread(self._queue_captures):
            async for _ in self._batches(self._edges, work):
                pass
            await self.retry_failed()

    async def retry_failed(self) -> None:
        """Tries once more, before their time, the pages that failed once for a reason that may have passed;
        what fails again waits for its next attempt."""
        work = await asyncio.to_thread(self._second_tries)
        async for _ in self._batches(self._edges, work):
            pass

    # -- transactions ----------------------------------------------------------------------------------------

    def _claim(self) -> Chunk | None:
        edges = self._edges
        with edges.warehouse.transaction() as con:
            chunk = ledger.next_chunk(con, self._id, self._last_claimed)
            if chunk is None:
                return None
            if chunk.state == "planned":
                self._open(con, chunk)
            ledger.lease(con, self._id, chunk.number, edges.run_id, datetime.now(UTC) + LEASE)
            return chunk

    def _open(self, con: Connection, chunk: Chunk) -> None:
        targets = ledger.targets_of(con, self._id, chunk.number)
        keys = {target.url_key for target in targets}
        rows = chunk_rows(targets, known_links(con, keys), self._request, self._edges.now)
        add_aliases(con, rows.aliases)
        settle(con, rows.outcomes)
        queue(con, rows.pending)
        ledger.mark_waiting(con, self._id, rows.waiting)
        ledger.drop_captures(con, self._id, keys - {row["url_key"] for row in rows.pending})
        log.info(
            "backfill %s: chunk %d opened, day %s, %d addresses, %d pages to load",
            self._id,
            chunk.number,
            chunk.day or "unknown",
            len(targets),
            len(rows.pending),
        )

    def _due_work(self, chunk: int) -> list[Work]:
        with self._edges.warehouse.transaction() as con:
            return ledger.chunk_work(con, self._id, chunk, self._edges.now, newest=self._request.newest)

    def _queue_captures(self) -> list[Work]:
        now = self._edges.now
        with self._edges.warehouse.transaction() as con:
            targets = ledger.take_captures(con, self._id)
            work = [_work(target, now, WorkKind.CAPTURE) for target in targets]
            queue(con, [pending_row(capture, next_attempt_at=now) for capture in work])
            return ledger.capture_work(con, self._id, now)

    def _second_tries(self) -> list[Work]:
        with self._edges.warehouse.transaction() as con:
            return ledger.second_tries(con, self._id, self._edges.now)

    def _count(self, chunk: int, tried: int) -> None:
        with self._edges.warehouse.transaction() as con:
            ledger.count_done(con, self._id, chunk, tried, datetime.now(UTC) + LEASE)

    def _count_versions(self, con: Connection, counts: Counts) -> None:
        outcomes = {
            name: number
            for name in ("loaded", "revised", "unchanged", "lost")
            if (number := getattr(counts, name))
        }
        ledger.count_versions(con, self._id, outcomes)

    def _close(self, chunk: int) -> None:
        with self._edges.warehouse.transaction() as con:
            ledger.close_chunk(con, self._id, chunk)

    # -- pages that the source brought -----------------------------------------------------------------------

    def _checked(self, result: Result) -> Result:
        """The result of a page, where the source brought it: a page published on a day that is not wanted is
        skipped, and one without an article is not tried again.

        A fetched page is kept whatever its day: its request is already spent.
        """
        extraction = result.extraction
        if extraction is None:
            return result
        article = extraction.article
        if self._request.offline and (article is None or extraction.stands_in):
            result = replace(result, work=replace(result.work, attempts=self._edges.settings.attempts))
        if article is None:
            return result
        stamp = result.work.hints.published or article.published  # in the order that the plan used
        if self._request.offline and stamp is not None and Span(stamp.day, stamp.day).misses(self._request):
            skipped = Extraction(None, Outcome.SKIPPED, Reason.OUT_OF_RANGE, f"published {stamp.day}")
            return replace(result, extraction=skipped)
        return result


def _never_sent(result: Result) -> bool:
    return result.error is not None and result.error.never_sent


@dataclass(slots=True)
class ChunkRows:
    """The rows that open a chunk. `waiting` are keys for which an earlier backfill has pending work that
    failed and waits for its next attempt."""

    aliases: list[AliasRow] = field(default_factory=list)
    outcomes: list[OutcomeRow] = field(default_factory=list)
    pending: list[PendingRow] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)


def chunk_rows(
    targets: Sequence[BackfillTarget], links: Mapping[str, LinkState], request: BackfillRequest, now: datetime
) -> ChunkRows:
    """The aliases, outcomes and pending work that a chunk's targets lead to; `links` is what the warehouse
    knows of their keys (load/polls.known_links). Of several links to one key the one of smallest rank is
    loaded. Pure."""

    def preference(target: BackfillTarget) -> tuple[bool, bool, Rank, str]:
        without_page = request.offline and target.place is None
        return target.reason is not None, without_page, target.rank, target.url

    rows, decided = ChunkRows(), set[str]()
    for target in sorted(targets, key=preference):
        key = target.url_key
        link = links.get(key) or LinkState(key)
        article_key = link.article_key or key
        rows.aliases.append(
            alias_row(target.url, key, article_key, feed_id=target.feed_id, rank=target.rank, now=now)
        )
        if key in decided:
            continue
        decided.add(key)
        decision = decide_target(target, link, request.mode)
        if decision.outcome is not None:
            rows.outcomes.append(
                outcome_row(
                    link_key=key,
                    url_key=article_key,
                    feed_id=target.feed_id,
                    outcome=decision.outcome,
                    now=now,
                    reason=decision.reason,
                    detail=decision.detail,
                )
            )
        if decision.wanted and link.pending_kind is WorkKind.BACKFILL and target.place is None:
            if link.pending_attempts:
                rows.waiting.append(key)
        elif decision.wanted:
            rows.pending.append(pending_row(_work(target, now), next_attempt_at=now))
            if link.article_key is None:
                rows.outcomes.append(outcome_row(key, key, target.feed_id, Outcome.PENDING, now))
    return rows


def _work(target: BackfillTarget, now: datetime, kind: WorkKind = WorkKind.BACKFILL) -> Work:
    return Work(
        url_key=target.url_key,
        url=target.url,
        host=target.host,
        feed_id=target.feed_id,
        rank=target.rank,
        kind=kind,
        day=now.date(),
        queued_at=now,
        hints=target.hints,
        place=target.place,
    )
