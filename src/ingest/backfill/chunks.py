"""Chunks at work: opened in one transaction, worked off by the live path's stages, closed when every page was
tried."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from ingest.backfill import ledger
from ingest.backfill.captures import without_older
from ingest.backfill.ledger import LEASE, Chunk, Target
from ingest.backfill.request import Backfill
from ingest.backfill.targets import Span, decide
from ingest.fetch.archive import Archive
from ingest.load.links import add_aliases
from ingest.load.polls import known_links
from ingest.load.rows import AliasRow, LinkState, OutcomeRow, PendingRow, alias_row, outcome_row, pending_row
from ingest.load.work import queue, settle
from ingest.model import Extraction, Outcome, Page, Reason, Work, WorkKind
from ingest.stages.counts import Counts
from ingest.stages.edges import Edges
from ingest.stages.fetching import results
from ingest.stages.judging import Result
from ingest.stages.loading import load_batch

PATIENCE = 300.0
"""Longest wait, in seconds, for a host that asked to be left alone; beyond it the rest is left for
`resume`."""

GATHER_SECONDS = 60.0
BATCHES = 5
"""How long, and up to how many of the live path's batches, are gathered for one load: history is in no hurry,
texts to compare with are unpacked once a load, and memory goes with its size. It is also how often a chunk's
lease shows a sign of life."""

Told = Callable[[str, int, int], None]


def job_of(id: str) -> str:
    """What a backfill's lock and its archive segments are called."""
    return f"backfill-{id}"


class Run:
    """One run over a backfill's chunks, with its counters."""

    def __init__(
        self,
        edges: Edges,
        asked: Backfill,
        id: str,
        lines: Mapping[str, frozenset[int]],
        total: int,
        told: Told | None,
    ):
        self._edges = edges
        self._asked = asked
        self._id = id
        self._lines = lines
        self._total = total
        self._told = told
        self._at = -1
        self._working: set[asyncio.Task[None]] = set()
        self._archives = [edges.archive]
        self._done = 0
        self.counts = Counts()

    async def next(self, active: int) -> bool:
        """Go on until a chunk is worked off, with `active` of them side by side; False when there is none
        left."""
        while len(self._working) < active and (chunk := await asyncio.to_thread(self._claim)) is not None:
            self._at = chunk.number
            self._working.add(asyncio.ensure_future(self._chunk(chunk)))
        if not self._working:
            return False
        done, self._working = await asyncio.wait(self._working, return_when=asyncio.FIRST_COMPLETED)
        for one in done:
            one.result()
        return True

    async def stop(self) -> None:
        """Let go of the chunks at work, where a run ends before they do."""
        for one in self._working:
            one.cancel()
        await asyncio.gather(*self._working, return_exceptions=True)
        for archive in self._archives:
            if archive is not self._edges.archive:
                archive.close()

    async def _chunk(self, chunk: Chunk) -> None:
        edges = self._writing()
        try:
            await self._worked_off(edges, chunk.number)
        finally:
            self._archives.append(edges.archive)

    def _writing(self) -> Edges:
        """Edges with segments that no other chunk appends to: a load says of a segment that rows point to all
        up to a place, and what another chunk had there and not loaded would be adopted by no later run."""
        folder = self._edges.settings.path("archive")
        return replace(
            self._edges, archive=self._archives.pop() if self._archives else Archive(folder, job_of(self._id))
        )

    async def _worked_off(self, edges: Edges, chunk: int) -> None:
        waited = 0.0
        while todo := await asyncio.to_thread(self._todo, chunk):
            wait = await self._pass(edges, chunk, todo)
            if wait is None:
                continue
            waited += wait
            if waited > PATIENCE:  # left for `resume`
                break
            await asyncio.sleep(wait)
        await asyncio.to_thread(self._close, chunk)

    async def _pass(self, edges: Edges, chunk: int, todo: Sequence[Work]) -> float | None:
        """Try these pages. None when at least one was asked for, else seconds until their hosts may be asked
        again."""
        waits: list[float] = []
        tried = 0
        async for batch in self._batches(edges, todo):
            asked = [r for r in batch if not (r.error and r.error.never_sent)]
            waits += [r.error.retry_after or PATIENCE + 1 for r in batch if r.error and r.error.never_sent]
            tried += len(asked)
            await asyncio.to_thread(self._count, chunk, len(asked))
        if tried:
            return None
        return max(1.0, min(waits, default=PATIENCE + 1))

    async def _batches(self, edges: Edges, todo: Sequence[Work]) -> AsyncIterator[list[Result]]:
        """Fetched, extracted and loaded, batch by batch; the results are handed on once they are loaded.

        What is archived and not loaded when a run is cut off answers its pending work in the next.
        """
        held, archived, since = list[Result](), list[tuple[Work, Page]](), time.monotonic()
        async for batch in results(edges, todo, self._lines):
            held += [self._fitted(result) for result in batch.results]
            archived += batch.archived
            self._tell(len(batch.results))
            if len(held) >= BATCHES * edges.settings.batch or time.monotonic() - since > GATHER_SECONDS:
                yield await self._load(edges, held, archived)
                held, archived, since = [], [], time.monotonic()
        if held or archived:
            yield await self._load(edges, held, archived)

    async def _load(
        self, edges: Edges, made: list[Result], archived: Sequence[tuple[Work, Page]]
    ) -> list[Result]:
        # A host that is not to be asked now says nothing of the page: it stays as it was, for this run or
        # another.
        ready = [result for result in made if not (result.error and result.error.never_sent)]
        if ready or archived:
            edges.archive.sync()
            ready = await asyncio.to_thread(without_older, edges, ready) if self._asked.offline else ready
            counts = await asyncio.to_thread(load_batch, edges, ready, archived)
            self.counts.add(counts)
        return made

    def _tell(self, more: int) -> None:
        self._done += more
        if self._told:
            self._told("backfill", min(self._done, self._total), self._total)

    async def captures(self) -> None:
        """Later captures of a page become revisions, or the article where the first were none: in order of
        time, one at a time."""
        while todo := await asyncio.to_thread(self._captures):
            async for _ in self._batches(self._edges, todo):
                pass
            await self.leftovers()

    async def leftovers(self) -> None:
        """What failed for a reason that may have passed is tried once more at the end, and then at its
        time."""
        todo = await asyncio.to_thread(self._leftover)
        async for _ in self._batches(self._edges, todo):
            pass

    # -- transactions ----------------------------------------------------------------------------------------

    def _claim(self) -> Chunk | None:
        edges = self._edges
        with edges.warehouse.transaction() as con:
            chunk = ledger.next_chunk(con, self._id, self._at)
            if chunk is None:
                return None
            if chunk.state == "planned":
                targets = ledger.targets_of(con, self._id, chunk.number)
                links = known_links(con, {one.url_key for one in targets})
                rows = opening(targets, links, self._asked, edges.now)
                add_aliases(con, rows.aliases)
                settle(con, rows.outcomes)
                queue(con, rows.pending)
                ledger.pass_over(con, self._id, rows.waiting)
                ledger.drop_captures(
                    con, self._id, {one.url_key for one in targets} - {row["url_key"] for row in rows.pending}
                )
            ledger.lease(con, self._id, chunk.number, edges.run_id, datetime.now(UTC) + LEASE)
            return chunk

    def _todo(self, chunk: int) -> list[Work]:
        with self._edges.warehouse.transaction() as con:
            return ledger.chunk_work(con, self._id, chunk, self._edges.now, newest=self._asked.newest)

    def _captures(self) -> list[Work]:
        edges = self._edges
        with edges.warehouse.transaction() as con:
            taken = ledger.take_captures(con, self._id)
            queue(
                con,
                [
                    pending_row(_work(one, edges.now, WorkKind.CAPTURE), next_attempt_at=edges.now)
                    for one in taken
                ],
            )
            return ledger.capture_work(con, self._id, edges.now)

    def _leftover(self) -> list[Work]:
        with self._edges.warehouse.transaction() as con:
            return ledger.second_tries(con, self._id, self._edges.now)

    def _count(self, chunk: int, tried: int) -> None:
        with self._edges.warehouse.transaction() as con:
            ledger.count_done(con, self._id, chunk, tried, datetime.now(UTC) + LEASE)

    def _close(self, chunk: int) -> None:
        with self._edges.warehouse.transaction() as con:
            ledger.close_chunk(con, self._id, chunk)

    # -- what was brought along ------------------------------------------------------------------------------

    def _fitted(self, result: Result) -> Result:
        """A page that was brought along and is of other days is left out, and one that gave no article stays
        so: no more tries.

        What was fetched is kept whatever its day: the request is spent.
        """
        made = result.extraction
        if made is None:
            return result
        article = made.article
        if self._asked.offline and (article is None or made.stands_in):
            result = replace(result, work=replace(result.work, attempts=self._edges.settings.attempts))
        if article is None:
            return result
        stamp = result.work.hints.published or article.published  # as the plan had it
        if self._asked.offline and stamp is not None and Span(stamp.day, stamp.day).misses(self._asked):
            left = Extraction(None, Outcome.SKIPPED, Reason.OUT_OF_RANGE, f"published {stamp.day}")
            return replace(result, extraction=left)
        return result


class Opening:
    """Rows that open a chunk. `waiting`: keys whose work another backfill left to be tried at its time."""

    __slots__ = ("aliases", "outcomes", "pending", "waiting")

    def __init__(self) -> None:
        self.aliases: list[AliasRow] = []
        self.outcomes: list[OutcomeRow] = []
        self.pending: list[PendingRow] = []
        self.waiting: list[str] = []


def opening(
    targets: Sequence[Target], links: Mapping[str, LinkState], asked: Backfill, now: datetime
) -> Opening:
    """Links to remember, outcomes to write and pages to fetch for the targets of a chunk (smallest rank
    first). Pure."""
    rows, decided = Opening(), set[str]()
    for target in sorted(
        targets, key=lambda t: (t.reason is not None, asked.offline and t.place is None, t.rank, t.url)
    ):
        key = target.url_key
        link = links.get(key) or LinkState(key)
        article_key = link.article_key or key
        rows.aliases.append(
            alias_row(target.url, key, article_key, feed_id=target.feed_id, rank=target.rank, now=now)
        )
        if key in decided:
            continue
        decided.add(key)
        decision = decide(target, link, asked.mode)
        if decision.outcome is not None:
            rows.outcomes.append(
                outcome_row(
                    key,
                    article_key,
                    target.feed_id,
                    decision.outcome,
                    now,
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


def _work(target: Target, now: datetime, kind: WorkKind = WorkKind.BACKFILL) -> Work:
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
