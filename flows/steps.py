"""What the tasks of a poll do, without Prefect: one run of the pipeline, which loads pending pages in
slices."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import ConfigError, Transient, WarehouseError
from ingest.pipeline import PollSummary, end_stage, poll_stage, work_stage
from ingest.settings import FeedList, Settings, load_feeds, load_settings
from ingest.stages.counts import Counts
from ingest.stages.edges import Edges, PollRequest, adopt

log = logging.getLogger(__name__)

SLICES = 20
"""Most slices of a run: each is a task run, which costs the server 45 ms and 20 kB; with those for poll
and publish a run has at most 25."""

SMALLEST = 400
"""Least pages of a slice: about ten seconds of work, beside which a task run's cost does not matter."""


@dataclass(frozen=True, slots=True)
class Slice:
    """What one slice did; `more`: pages are left for the next."""

    pages: int
    counts: Counts
    more: bool


class PollRun:
    """What the tasks of one flow run share. A plain class on purpose: Prefect walks through dataclasses
    that a task is called with."""

    def __init__(
        self, edges: Edges, request: PollRequest, slices: int = SLICES, smallest: int = SMALLEST
    ) -> None:
        self.edges = edges
        self.request = request
        self.slices = slices
        self.smallest = smallest
        self.summary = PollSummary(edges.run_id)
        self._batches: AsyncGenerator[Counts, None] | None = None
        self._broken = False
        self._done = 0
        self._total = 0

    async def poll(self) -> PollSummary:
        """Poll every feed that is due, and commit its entries."""
        self.summary = await poll_stage(self.edges, self.request, self._show)
        log.info(
            "%d of %d feeds polled: %d unchanged, %d failed, %d new entries",
            self.summary.polled,
            self.summary.feeds,
            self.summary.not_modified,
            self.summary.failed,
            self.summary.new,
        )
        return self.summary

    async def load(self, number: int) -> Slice:
        """Load batches until a fair share of the pages is done; the last slice loads all that are left.

        After an error the next call begins with the pages that are pending then, as a new run would: no
        loaded page is fetched again, and a page that had reached the archive is read from there.
        """
        if self._batches is None:
            if self._broken:
                self.edges.archive.close()
                await asyncio.to_thread(adopt, self.edges)
            self._done, self._broken = 0, False
            self._batches = work_stage(self.edges, self.request, self.summary, self._show)  # type: ignore[assignment]
        try:
            return await self._take(number)
        except BaseException:
            await self.close()
            self._broken = True
            raise

    async def _take(self, number: int) -> Slice:
        assert self._batches is not None
        before, counts = self._done, Counts()
        async for batch in self._batches:
            counts.add(batch)
            if number < self.slices and self._done - before >= max(
                self.smallest, -(-self._total // self.slices)
            ):
                return self._sliced(Slice(self._done - before, counts, more=True))
        return self._sliced(Slice(self._done - before, counts, more=False))

    def _sliced(self, part: Slice) -> Slice:
        if part.pages:
            log.info(
                "%d pages: %d loaded, %d revised, %d lost",
                part.pages,
                part.counts.loaded,
                part.counts.revised,
                part.counts.lost,
            )
        return part

    async def publish(self) -> PollSummary:
        """Learn which sentences repeat, write the run's row, publish."""
        return await end_stage(self.edges, self.summary)

    async def close(self) -> None:
        """Stop fetching; pages not loaded stay pending."""
        if self._batches is not None:
            await self._batches.aclose()
            self._batches = None

    def _show(self, stage: str, done: int, total: int) -> None:
        if stage == "pages":
            self._done, self._total = done, total


def configured(feeds: str | None, data: str | None, config: str | None) -> tuple[Settings, FeedList]:
    """Settings and feeds by a flow's parameters. Raises ConfigError when there is no feed to poll."""
    settings = load_settings(Path(config) if config else None, {"data": data, "feeds": feeds})
    listed = load_feeds(settings.feeds)
    if not listed.feeds:
        raise ConfigError(f"{listed.path}: no [[feed]] in it; add one (id, url)")
    return settings, listed


def with_optional_feeds(feeds: str | None, data: str | None, config: str | None) -> tuple[Settings, FeedList]:
    """Settings by a flow's parameters, and the list of feeds: an empty one when there is no feeds.toml."""
    settings = load_settings(Path(config) if config else None, {"data": data, "feeds": feeds})
    if not settings.feeds.exists():
        return settings, FeedList(path=settings.feeds, feeds=(), hosts=())
    return settings, load_feeds(settings.feeds)


def budget(settings: Settings, max_seconds: float | None) -> float | None:
    """Seconds that a run may take: the smaller of the setting run_seconds and the schedule's max_seconds."""
    limits = [seconds for seconds in (settings.run_seconds, max_seconds) if seconds is not None]
    return min(limits, default=None)


def may_go_well_later(error: BaseException | None) -> bool:
    """Whether a step that failed with this error is worth a retry: not when settings are wrong or another
    run holds the lock."""
    return isinstance(error, Transient | WarehouseError | OSError | asyncio.TimeoutError)


def summary_sentence(s: PollSummary) -> str:
    """The summary in one line, for the run's page."""
    return (
        f"{s.polled} of {s.feeds} feeds polled, {s.failed} failed; {s.new} new entries, {s.fetched} pages "
        f"fetched, {s.loaded} articles loaded, {s.revised} revised, {s.lost} lost (skipped or given up), "
        f"{s.pending} pending (a later run fetches them)"
    )


def all_failed(s: PollSummary) -> bool:
    """Whether feeds were polled and all of them failed: `ingest poll` exits with 1 then."""
    return 0 < s.polled == s.failed
