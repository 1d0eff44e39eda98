"""The path of the data, from feeds to published articles. Each stage is a module of stages/.

feeds that are due --poll--> entries --new or changed--> pending work
pending work --fetch--> pages, archived --extract--> articles --judge--> revisions --load--> warehouse
warehouse --learn boilerplate, link stories, publish--> Parquet files and views for readers
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from ingest.load import boilerplate, polls
from ingest.load.db import Connection
from ingest.load.publish import publish
from ingest.load.work import due_work, no_longer_waiting, pending_count
from ingest.model import Feed, FeedState, Work
from ingest.poll.address import with_configured_url
from ingest.poll.schedule import K, due, k_for, rate
from ingest.progress import Progress
from ingest.settings import FeedList, Settings
from ingest.stages.boilerplate import learn_sentences
from ingest.stages.counts import Counts, FeedAccount, page_problems
from ingest.stages.edges import Edges, PollRequest, check_disk, open_poll
from ingest.stages.fetching import results
from ingest.stages.loading import load_batch
from ingest.stages.polling import poll_feeds, queue_rechecks
from ingest.stages.publishing import PeriodicPublisher
from ingest.stages.stories import MAX_TEXTS_IN_POLL, derive_stories

log = logging.getLogger(__name__)

_SUMMARY_KEYS = (
    "run_id",
    "feeds",
    "polled",
    "not_modified",
    "failed",
    "entries",
    "new",
    "changed",
    "touched",
    "same",
    "repeated",
    "capped",
    "unreadable",
    "outcomes",
    "fetched",
    "tried",
    "loaded",
    "revised",
    "unchanged",
    "copies",
    "lost",
    "retried",
    "pending",
    "requests",
    "seconds",
    "published",
    "failures",
    "reasons",
    "clock",
)
"""Fields of PollSummary that core.run stores."""


@dataclass(slots=True)
class PollSummary(Counts):
    """What one run did: the counts of its polls and loads, and the numbers of `feeds` chosen, of pages still
    `pending` after it, of HTTP `requests` sent, of `seconds` it took (wall time) and of files `published`.

    `accounts` says for each feed that listed anything what became of its entries. `problems` are sentences
    about counts that do not add up; with any of them the run is incomplete. `untried` holds
    the link keys of pages that were taken and not tried yet.
    `clock` says so where the run's time lies before that of the previous run.
    """

    run_id: str
    feeds: int = 0
    pending: int = 0
    requests: int = 0
    seconds: float = 0.0
    published: int = 0
    accounts: list[FeedAccount] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    untried: set[str] = field(default_factory=set)
    clock: str | None = None

    @property
    def state(self) -> str:
        """Whether all counts add up (done) or not (incomplete)."""
        return polls.INCOMPLETE if self.problems else polls.DONE

    @property
    def outcomes(self) -> dict[str, int]:
        """What became of the entries that were new, changed or touched: their number by outcome."""
        total: Counter[str] = Counter()
        for account in self.accounts:
            total.update(account.outcomes)
        return dict(total)

    def as_json(self) -> str:
        """The summary as core.run stores it: a JSON object."""
        return json.dumps({name: getattr(self, name) for name in _SUMMARY_KEYS})


def run_poll(
    settings: Settings, feeds: FeedList, request: PollRequest, progress: Progress | None = None
) -> PollSummary:
    """One run of the whole path in this process. Raises as `poll` does."""
    return asyncio.run(poll(settings, feeds, request, progress))


async def poll(
    settings: Settings, feeds: FeedList, request: PollRequest, progress: Progress | None = None
) -> PollSummary:
    """Poll the feeds that are due, load the pages that are pending, publish. Raises LockedError while another
    poll runs, WarehouseError on a full disk."""
    async with open_poll(settings, feeds, request) as edges:
        summary = await poll_stage(edges, request, progress)
        async for _ in work_stage(edges, request, summary, progress):
            pass
        return await end_stage(edges, summary)


# -- poll: feeds -> entries -> pending work ------------------------------------------------------------------


async def poll_stage(edges: Edges, request: PollRequest, progress: Progress | None = None) -> PollSummary:
    """Poll each feed that is due and commit its entries; queue the young articles that are due for a recheck.

    The summary that it returns has the counts of the polls; work_stage and end_stage add theirs.
    """
    with edges.warehouse.transaction() as con:
        stored = polls.feed_states(con)
        clock = polls.clock_fault(con, edges.run_id, edges.now)
    feeds = (feed for feed in edges.feeds.feeds if feed.id in stored)
    states = {feed.id: with_configured_url(feed, stored[feed.id]) for feed in feeds}
    if clock is not None:
        log.warning("run %s: %s", edges.run_id, clock)
    chosen = edges.feeds.chosen(request.only)
    due_feeds = due(chosen, states, edges.now, every=request.everything or bool(request.only))
    log.info("run %s: %d of %d feeds are due", edges.run_id, len(due_feeds), len(chosen))
    edges = replace(edges, k=_polling_constant(edges.settings, _with_states(edges.feeds.enabled, states)))
    counts = await poll_feeds(edges, _with_states(due_feeds, states), progress)
    await asyncio.to_thread(queue_rechecks, edges, chosen)
    summary = PollSummary(edges.run_id, feeds=len(chosen), clock=clock)
    summary.add(counts)
    return summary


def _with_states(feeds: Sequence[Feed], states: dict[str, FeedState]) -> list[tuple[Feed, FeedState]]:
    return [(feed, states.get(feed.id) or FeedState(feed.id, feed.url, feed.url)) for feed in feeds]


def _polling_constant(settings: Settings, pairs: Sequence[tuple[Feed, FeedState]]) -> float:
    """The constant by which poll/schedule.py computes how often feeds are polled: K, or a larger one, with
    which they are polled less often, where with K there would be more polls than polls_per_day allows."""
    if settings.polls_per_day is None or not pairs:
        return K
    rates = [rate(state) * feed.weight for feed, state in pairs]
    return max(K, k_for(rates, settings.polls_per_day, settings.min_interval))


# -- work: pending work -> pages -> articles -> warehouse ----------------------------------------------------


async def work_stage(
    edges: Edges, request: PollRequest, summary: PollSummary, progress: Progress | None = None
) -> AsyncIterator[Counts]:
    """Fetch, extract, judge and load the pending pages, batch by batch. Yields the counts of each batch when
    it is loaded, and adds them to `summary`; in a long run it also publishes between batches."""
    work, lines_by_host = await asyncio.to_thread(_pending, edges, request)
    summary.untried |= {task.url_key for task in work}
    done, publisher = 0, PeriodicPublisher(edges.warehouse)
    async for batch in results(edges, work, lines_by_host):
        check_disk(edges.settings)
        edges.archive.sync()
        counts = await asyncio.to_thread(load_batch, edges, batch.results, batch.archived)
        counts.tried = len(batch.results)
        summary.add(counts)
        summary.untried -= {result.work.url_key for result in batch.results}
        done += len(batch.results)
        if progress:
            progress("pages", done, len(work))
        summary.published += await publisher.publish_if_due(idle=batch.idle)
        yield counts


def _pending(edges: Edges, request: PollRequest) -> tuple[list[Work], dict[str, frozenset[int]]]:
    """The work that is due, and the hashes of the lines that repeat on each host: on all hosts, because a
    redirect may lead to any of them."""
    with edges.warehouse.transaction() as con:
        work = due_work(con, edges.now, everything=request.everything, feeds=request.only or None)
        return work, boilerplate.host_lines(con)


# -- end: what needs all of the run's texts, then publish ----------------------------------------------------


async def end_stage(edges: Edges, summary: PollSummary) -> PollSummary:
    """Learn boilerplate, link stories, prove that the run's counts add up, record the run, publish. Returns
    the complete summary."""
    await asyncio.to_thread(_learn_and_record, edges, summary)
    earlier = summary.published

    def record(con: Connection, files: int) -> None:
        summary.published = earlier + files
        _record(con, edges, summary)

    await asyncio.to_thread(publish, edges.warehouse, before_runs=record)
    log.info(
        "run %s ended after %.1f s: %d feeds polled, %d failed; %d pages fetched, %d articles loaded, "
        "%d revised, %d lost, %d pending",
        summary.run_id,
        summary.seconds,
        summary.polled,
        summary.failed,
        summary.fetched,
        summary.loaded,
        summary.revised,
        summary.lost,
        summary.pending,
    )
    for problem in summary.problems:
        log.info("run %s is incomplete: %s", summary.run_id, problem)
    return summary


def _learn_and_record(edges: Edges, summary: PollSummary) -> None:
    if (
        edges.left > 0
    ):  # a run cut off by its budget has seen only some of the texts: it must not learn from them
        learn_sentences(edges.warehouse, edges.now)
    derive_stories(edges.warehouse, MAX_TEXTS_IN_POLL)
    with edges.warehouse.transaction() as con:
        if edges.left > 0:
            boilerplate.learn_lines(con, edges.now)
        summary.pending = pending_count(con)
        summary.requests = edges.client.requests
        _balance(con, edges, summary)
        _record(con, edges, summary)


def _balance(con: Connection, edges: Edges, summary: PollSummary) -> None:
    """Prove that everything the feeds listed and every page that was taken has ended in one outcome, or
    waits; what does not add up becomes a problem of the summary."""
    summary.accounts = [FeedAccount(**row) for row in polls.accounts(con, edges.run_id, edges.now)]
    lost = no_longer_waiting(con, summary.untried)
    summary.problems = [
        *(problem for account in summary.accounts for problem in account.problems()),
        *page_problems(summary, len(summary.untried), lost),
    ]


def _record(con: Connection, edges: Edges, summary: PollSummary) -> None:
    summary.seconds = round(time.monotonic() - edges.started, 3)
    polls.end_run(con, edges.run_id, datetime.now(UTC), summary.as_json(), summary.problems)
