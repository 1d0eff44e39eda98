"""The path: due feeds are polled, pending pages fetched and extracted, articles revised, deduplicated, loaded
and published.

Feed --due?--> poll --bytes--> [Entry] --new or changed?--> pending work --> fetch --> Page --archive-->
extract --> Article
--revise, dedup--> load --> publish
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime

from ingest.load import boilerplate, polls
from ingest.load.publish import publish
from ingest.load.work import due_work, pending_count
from ingest.model import Feed, FeedState, Work
from ingest.poll.schedule import K, due, k_for, rate
from ingest.progress import Progress
from ingest.settings import FeedList, Settings
from ingest.stages.boilerplate import learn_sentences
from ingest.stages.edges import Edges, PollRequest, check_disk, opened
from ingest.stages.fetching import results
from ingest.stages.loading import Counts, load_batch
from ingest.stages.polling import PollCounts, poll_feeds, queue_rechecks
from ingest.stages.publishing import Meanwhile
from ingest.stages.stories import INLINE, derive_stories


@dataclass(slots=True)
class PollSummary:
    """What one run did: the object that `ingest poll --json` prints. `seconds` is wall time, `published`
    counts files."""

    run_id: str
    feeds: int = 0
    polled: int = 0
    not_modified: int = 0
    failed: int = 0
    entries: int = 0
    new: int = 0
    changed: int = 0
    fetched: int = 0
    loaded: int = 0
    revised: int = 0
    copies: int = 0
    lost: int = 0
    pending: int = 0
    requests: int = 0
    seconds: float = 0.0
    published: int = 0
    failures: list[tuple[str, str, str]] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=dict)


def run_poll(
    settings: Settings, feeds: FeedList, request: PollRequest, progress: Progress | None = None
) -> PollSummary:
    """One run of the path, from start to end, in this process."""
    return asyncio.run(poll(settings, feeds, request, progress))


async def poll(
    settings: Settings, feeds: FeedList, request: PollRequest, progress: Progress | None = None
) -> PollSummary:
    """Poll what is due, work off what is pending, publish. Raises LockedError while another poll runs."""
    async with opened(settings, feeds, "poll", request) as edges:
        summary = await poll_stage(edges, request, progress)
        async for _ in work_stage(edges, request, summary, progress):
            pass
        return await end_stage(edges, summary)


async def poll_stage(edges: Edges, request: PollRequest, progress: Progress | None = None) -> PollSummary:
    """Ask every due feed, and commit what they say; young articles whose turn it is are queued to be fetched again."""
    with edges.warehouse.transaction() as con:
        states = polls.feed_states(con)
    chosen = edges.feeds.chosen(request.only)
    ready = due(chosen, states, edges.now, every=request.everything or bool(request.only))
    pairs = [(feed, _state_of(feed, states)) for feed in ready]
    edges = replace(
        edges, k=_k(edges.settings, [(feed, _state_of(feed, states)) for feed in edges.feeds.enabled])
    )
    counts = await poll_feeds(
        edges, pairs, (lambda done, total: progress("feeds", done, total)) if progress else None
    )
    await asyncio.to_thread(queue_rechecks, edges, chosen)
    return _with_polls(PollSummary(edges.run_id, feeds=len(chosen)), counts)


def _state_of(feed: Feed, states: dict[str, FeedState]) -> FeedState:
    return states.get(feed.id) or FeedState(feed.id, feed.url)


def _k(settings: Settings, pairs: Sequence[tuple[Feed, FeedState]]) -> float:
    """What the polls are spent by: never more often than by K, more seldom where polls_per_day would not do
    for that."""
    if settings.polls_per_day is None or not pairs:
        return K
    return max(
        K,
        k_for(
            [rate(state) * feed.weight for feed, state in pairs],
            settings.polls_per_day,
            settings.min_interval,
        ),
    )


def _with_polls(summary: PollSummary, counts: PollCounts) -> PollSummary:
    for name in ("polled", "not_modified", "failed", "entries", "new", "changed", "failures"):
        setattr(summary, name, getattr(counts, name))
    return summary


async def work_stage(
    edges: Edges, request: PollRequest, summary: PollSummary, progress: Progress | None = None
) -> AsyncIterator[Counts]:
    """Fetch, extract and load what is pending, batch by batch; yields after each load."""
    work, boilerplate = await asyncio.to_thread(_pending, edges, request)
    done, meanwhile = 0, Meanwhile(edges.warehouse)
    async for batch in results(edges, work, boilerplate):
        check_disk(edges.settings)
        edges.archive.sync()
        counts = await asyncio.to_thread(load_batch, edges, batch.results, batch.archived)
        done += len(batch.results)
        _add(summary, counts, fetched=len(batch.archived))
        if progress:
            progress("pages", done, len(work))
        summary.published += await meanwhile.publish(idle=batch.idle)
        yield counts


def _pending(edges: Edges, request: PollRequest) -> tuple[list[Work], dict[str, frozenset[int]]]:
    with edges.warehouse.transaction() as con:
        work = due_work(con, edges.now, everything=request.everything, feeds=request.only or None)
        return work, boilerplate.host_lines(con)  # of every host: a redirect may lead to any


def _add(summary: PollSummary, counts: Counts, fetched: int) -> None:
    summary.fetched += fetched
    for name in ("loaded", "revised", "copies", "lost"):
        setattr(summary, name, getattr(summary, name) + getattr(counts, name))
    for reason, n in counts.reasons.items():
        summary.reasons[reason] = summary.reasons.get(reason, 0) + n


async def end_stage(edges: Edges, summary: PollSummary) -> PollSummary:
    """Learn what repeats, link stories, write the run's row, publish."""
    await asyncio.to_thread(_end, edges, summary)
    summary.published += await asyncio.to_thread(publish, edges.warehouse)
    summary.seconds = round(time.monotonic() - edges.started, 3)
    return summary


def _end(edges: Edges, summary: PollSummary) -> None:
    if edges.left > 0:
        learn_sentences(edges.warehouse, edges.now)
    derive_stories(edges.warehouse, INLINE)
    with edges.warehouse.transaction() as con:
        if edges.left > 0:  # a run that was cut off by its budget has seen only a part
            boilerplate.learn_lines(con, edges.now)
        summary.pending = pending_count(con)
        summary.requests = edges.client.requests
        summary.seconds = round(time.monotonic() - edges.started, 3)
        polls.end_run(con, edges.run_id, datetime.now(UTC), json.dumps(asdict(summary)))
