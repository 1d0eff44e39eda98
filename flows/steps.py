"""What the tasks of a poll do, without Prefect: one run of the pipeline, its pending work taken in slices."""

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
"""Most slices of a run: a task run costs the server 45 ms and 20 kB, so there are at most 25 in a run, with
poll and publish."""

SMALLEST = 400
"""Pages in a slice, at least: about ten seconds of work, so that a task run's cost does not show."""


@dataclass(frozen=True, slots=True)
class Slice:
    """What one slice did; `more` says that work is left."""

    pages: int
    counts: Counts
    more: bool


class PollRun:
    """What the tasks of one flow run share. A plain class on purpose: Prefect walks through dataclasses given
    to a task."""

    def __init__(
        self, edges: Edges, asked: PollRequest, slices: int = SLICES, smallest: int = SMALLEST
    ) -> None:
        self.edges = edges
        self.asked = asked
        self.slices = slices
        self.smallest = smallest
        self.summary = PollSummary(edges.run_id)
        self._batches: AsyncGenerator[Counts, None] | None = None
        self._broken = False
        self._done = 0
        self._total = 0

    async def poll(self) -> PollSummary:
        """Ask every due feed, and commit what they say."""
        self.summary = await poll_stage(self.edges, self.asked, self._told)
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
        """Take batches until a fair share of the pages is done; the last slice takes all that is left.

        After an error the next call begins with what is pending then, as a new run would: nothing that was
        loaded is asked for again, and what had reached the archive is read from there.
        """
        if self._batches is None:
            if self._broken:
                self.edges.archive.close()
                await asyncio.to_thread(adopt, self.edges)
            self._done, self._broken = 0, False
            self._batches = work_stage(self.edges, self.asked, self.summary, self._told)  # type: ignore[assignment]
        try:
            return await self._take(number)
        except BaseException:
            await self.close()
            self._broken = True
            raise

    async def _take(self, number: int) -> Slice:
        assert self._batches is not None
        before, counts = self._done, Counts()
        async for one in self._batches:
            counts.add(one)
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
        """Learn what repeats, write the run's row, publish."""
        return await end_stage(self.edges, self.summary)

    async def close(self) -> None:
        """End what is in flight; pending work stays pending."""
        if self._batches is not None:
            await self._batches.aclose()
            self._batches = None

    def _told(self, stage: str, done: int, total: int) -> None:
        if stage == "pages":
            self._done, self._total = done, total


def configured(feeds: str | None, data: str | None, config: str | None) -> tuple[Settings, FeedList]:
    """Settings and feeds as a flow is given them; ConfigError where there is nothing to poll."""
    settings = load_settings(Path(config) if config else None, {"data": data, "feeds": feeds})
    listed = load_feeds(settings.feeds)
    if not listed.feeds:
        raise ConfigError(f"{listed.path}: no [[feed]] in it; add one (id, url)")
    return settings, listed


def budget(settings: Settings, asked: float | None) -> float | None:
    """Seconds a run may take: the smaller of run_seconds and what the schedule leaves."""
    given = [seconds for seconds in (settings.run_seconds, asked) if seconds is not None]
    return min(given, default=None)


def may_go_well_later(error: BaseException | None) -> bool:
    """Whether a step that failed with this is worth another try: not where settings are wrong or another run
    is at work."""
    return isinstance(error, Transient | WarehouseError | OSError | asyncio.TimeoutError)


def sentence(s: PollSummary) -> str:
    """The summary for the run's page."""
    return (
        f"{s.polled} of {s.feeds} feeds polled, {s.failed} failed; {s.new} new entries, {s.fetched} pages, "
        f"{s.loaded} articles, {s.revised} revised, {s.lost} lost, {s.pending} pending"
    )


def all_failed(s: PollSummary) -> bool:
    """As `ingest poll` exits with 1: feeds were asked, and none answered well."""
    return 0 < s.polled == s.failed
