"""Fetch and extract: pending work becomes results, fair to every host, bounded in memory, bytes archived
first."""

from __future__ import annotations

import asyncio
import hashlib
from collections import deque
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ingest.errors import FetchError, Terminal, Transient
from ingest.fetch.client import Kind
from ingest.fetch.tokens import page_headers
from ingest.model import ArchivePlace, EntryHints, Extraction, Feed, Page, PageInput, Response, Work, WorkKind
from ingest.reasons import Outcome, Reason
from ingest.stages.edges import Edges
from ingest.stages.extraction import ArchivedPage, Extracted, extract_and_read, extract_archived
from ingest.stages.judging import Result
from ingest.urls.identity import HostRules, host_of
from ingest.urls.landing import dead_end, is_doubtful, prints, refresh_target
from ingest.urls.wayback import own_address
from ingest.workers import LimitHit

FLUSH_SECONDS = 2.0
"""A batch that is not full waits this long for more: fresh news must not wait for a slow host."""

AHEAD_PER_WORKER = 4
"""Pages at the pool of workers, for each worker; a host's next page is fetched once its last one was handed
to the pool."""

_HISTORY = (WorkKind.BACKFILL, WorkKind.CAPTURE)
_NOTHING_KNOWN = EntryHints()
"""A list of addresses says no more than that, and may well name front pages; a feed's entries are
articles."""


REFUSALS = 3
"""Pages in a row for which no request could be sent, after which the other pages of their host stay pending,
untried: it is paused or deferred. One alone may be the host of a redirect's target, and say nothing of the
next."""


@dataclass(slots=True)
class FetchedBatch:
    """Results ready to load, and the pages archived since the last batch. `idle`: there is nothing but the
    network to wait for."""

    results: list[Result] = field(default_factory=list)
    archived: list[tuple[Work, Page]] = field(default_factory=list)
    idle: bool = False


def hosts_of(work: Iterable[Work]) -> list[deque[Work]]:
    """Queues by host, each in order."""
    queues: dict[str, deque[Work]] = {}
    for task in work:
        queues.setdefault(task.host, deque()).append(task)
    return list(queues.values())


async def results(
    edges: Edges, work: Sequence[Work], boilerplate: Mapping[str, frozenset[int]]
) -> AsyncIterator[FetchedBatch]:
    """Batches of at most settings.batch results, as they come. Ends when the work is done or the run's time
    is over.

    Each host has its own queue and its own pace, so that a slow host delays no other; work that is not begun
    stays pending.
    """
    run = _Paging(edges, boilerplate)
    tasks = [asyncio.ensure_future(run.host(queue)) for queue in hosts_of(work)]
    ending = asyncio.ensure_future(run.finish(tasks))
    try:
        while (batch := await run.next_batch()) is not None:
            yield batch
        await ending
    finally:
        for task in [*tasks, ending, *run.extracting]:
            task.cancel()
        await asyncio.gather(*tasks, ending, *run.extracting, return_exceptions=True)


class _Paging:
    def __init__(self, edges: Edges, boilerplate: Mapping[str, frozenset[int]]) -> None:
        self._edges = edges
        self._boilerplate = boilerplate
        self._feeds: dict[str, Feed] = {feed.id: feed for feed in edges.feeds.feeds}
        self._out: asyncio.Queue[Result | None] = asyncio.Queue()
        self._archived: list[tuple[Work, Page]] = []
        self._refreshes: dict[str, str] = {}  # where a page sends its reader by itself, by the link's key
        self._room = asyncio.Semaphore(AHEAD_PER_WORKER * edges.settings.workers)
        self.extracting: set[asyncio.Task[None]] = set()

    async def host(self, queue: deque[Work]) -> None:
        """Fetch one host's pages in turn; hosts run side by side, the client keeps each host's limits."""
        many = max(self._edges.settings.per_host, self._in_flight(queue[0].host))
        await asyncio.gather(*(self._drain(queue) for _ in range(min(many, len(queue)))))

    def _in_flight(self, host: str) -> int:
        rule = self._edges.rules.rule(host)
        return (rule.max_in_flight if rule else None) or 1

    async def _drain(self, queue: deque[Work]) -> None:
        refused = 0
        while queue and refused < REFUSALS and self._edges.left > 0:
            work = queue.popleft()
            try:
                page = await self._page(work)
            except FetchError as error:
                await self._out.put(Result(work, error=error))
                if error.reason is not Reason.MISSING_TOKEN:  # which says nothing of the host
                    refused = refused + 1 if error.never_sent else 0
                continue
            refused = 0
            await self._hand_over(work, page)

    async def _hand_over(self, work: Work, page: Page | None) -> None:
        """To the workers, in turn. Hosts wait here and not before they fetch: slow ones would take the places
        of all others."""
        await self._room.acquire()
        task = asyncio.ensure_future(self._extract(work, page))
        self.extracting.add(task)
        task.add_done_callback(self.extracting.discard)

    async def _page(self, work: Work) -> Page | None:
        if work.kind is WorkKind.ENTRY:
            return None
        if work.place is not None:
            try:
                response = self._edges.archive.read_head(work.place)
                return _page_of(work, response, work.place, "")  # its row in raw.page has the hash already
            except Terminal:  # the segment was lost or damaged: the network has it still
                pass
        return await self._fetched(work)

    async def _fetched(self, work: Work) -> Page:
        tokens = page_headers(self._feeds.get(work.feed_id or ""), work.url, self._edges.settings)
        response = await self._edges.client.get(work.url, kind=Kind.PAGE, headers=tokens)
        digest = _sha256(response)
        page = _page_of(work, response, self._edges.archive.append(response, digest), digest)
        self._archived.append((work, page))
        if target := refresh_target(response.body, response.url):
            self._refreshes[work.url_key] = target
        return page

    async def _extract(self, work: Work, page: Page | None) -> None:
        *earlier, last = work.in_turn()
        try:
            for one in earlier:
                result = await self._extracted(one, None)
                if isinstance(result.error, Transient):  # all texts are tried again, none out of its turn
                    break
                await self._out.put(replace(result, is_earlier=True))
            else:
                result = await self._extracted(last, page)
        finally:
            self._room.release()
        await self._out.put(replace(result, work=work))

    async def _extracted(self, work: Work, page: Page | None) -> Result:
        try:
            if page is not None:
                final_url = self._refreshes.pop(work.url_key, page.final_url)
                _refuse_dead_end(work, final_url, self._edges.rules)
            page, extracted = await self._read(work, page)
            _refuse_section(work, page, extracted.extraction, self._edges.rules)
            return Result(
                work,
                page,
                extracted.extraction,
                boilerplate=self._lines(work, page),
                reading=extracted.reading,
            )
        except LimitHit as hit:
            return Result(work, page, Extraction(None, Outcome.FAILED, Reason.PARSE_LIMIT, str(hit)))
        except FetchError as error:  # a dead end; or its record was overwritten meanwhile: a takedown
            return Result(work, page, error=error)
        except OSError as error:  # a full disk and the like: the page is not to blame
            return Result(
                work, page, error=Transient(Reason.INTERNAL, f"extraction could not run here: {error}")
            )

    async def _read(self, work: Work, page: Page | None) -> tuple[Page | None, Extracted]:
        try:
            return page, await self._extraction(work, page)
        except Terminal:  # damaged behind its head
            if work.place is None:
                raise
        page = await self._fetched(work)
        return page, await self._extraction(work, page)

    async def _extraction(self, work: Work, page: Page | None) -> Extracted:
        given = self._input(work, page)
        if page is None or page.place is None:
            return await self._edges.workers.run(extract_and_read, given)
        archived = ArchivedPage(self._edges.settings.path("archive"), page.place, given)
        return await self._edges.workers.run(extract_archived, archived)

    def _input(self, work: Work, page: Page | None) -> PageInput:
        """What extraction may know of a page, or of a feed entry with its own text (`page` is None)."""
        feed = self._feeds.get(work.feed_id or "")
        known = PageInput(
            url=page.final_url if page else None if work.url.startswith("urn:") else work.url,
            hints=None if work.kind in _HISTORY and work.hints == _NOTHING_KNOWN else work.hints,
            publisher=feed.publisher if feed else None,
            language=feed.language if feed else None,
            zone=feed.timezone if feed else None,
            feed_content_type=feed.content_type if feed else None,
            agencies=self._edges.agencies,
            now=self._edges.now,
        )
        if page is None:
            return replace(known, html=work.content, full_text=True)
        return replace(
            known,
            content_type=page.headers.get("content-type"),
            status=page.status,
            boilerplate=self._lines(work, page),
            noai=page.noai,
        )

    def _lines(self, work: Work, page: Page | None) -> frozenset[int]:
        return self._boilerplate.get(host_of(page.final_url) if page else work.host, frozenset())

    async def finish(self, tasks: Sequence[asyncio.Future[None]]) -> None:
        """Tell the reader when every host is through and every extraction has come back."""
        try:
            left = None if self._edges.left == float("inf") else max(0.0, self._edges.left)
            done, late = await asyncio.wait(tasks, timeout=left) if tasks else (set(), set())
            for task in late:  # the run's time is over: what waits for its host's turn stays pending
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
            while self.extracting:
                await asyncio.gather(*self.extracting)
            for task in done:
                task.result()
        finally:
            await self._out.put(None)

    async def next_batch(self) -> FetchedBatch | None:
        """The next batch: full, or what has come within FLUSH_SECONDS of its first result; None at the
        end."""
        batch, deadline = FetchedBatch(), None
        loop = asyncio.get_running_loop()
        while len(batch.results) < self._edges.settings.batch:
            wait = None if deadline is None else max(0.0, deadline - loop.time())
            try:
                async with asyncio.timeout(wait):  # wait_for of 3.11 swallows a cancel that meets a result
                    result = await self._out.get()
            except TimeoutError:
                batch.idle = not self.extracting
                break
            if result is None:
                await self._out.put(None)
                break
            batch.results.append(result)
            deadline = deadline or loop.time() + FLUSH_SECONDS
        batch.archived, self._archived = self._archived, []
        return batch if batch.results or batch.archived else None


def _refuse_dead_end(work: Work, final_url: str, rules: HostRules) -> None:
    """Raises Terminal where the page's address shows that the request was redirected to no article."""
    if work.url.startswith("urn:"):
        return
    what = dead_end(work.url, final_url, rules)
    if what is not None:
        raise Terminal(Reason.REDIRECTED_HOME, f"redirected to {what}: {final_url}")


def _refuse_section(work: Work, page: Page | None, extraction: Extraction, rules: HostRules) -> None:
    """Raises Terminal where a story's address was redirected to one that may be a section's, and the page
    there has no text of its own, or another headline than the story that was announced."""
    if page is None or not is_doubtful(work.url, page.final_url, rules):
        return
    article = extraction.article
    if extraction.stands_in or (article is None and extraction.reason in _NO_STORY):
        what = "a page without a story"
    elif article is not None and not prints(extraction.page_headline, work.url, work.hints.title):
        what = "a page with another headline"
    else:
        return
    raise Terminal(Reason.REDIRECTED_HOME, f"redirected to {what}: {page.final_url}")


_NO_STORY = (Reason.EMPTY, Reason.TOO_SHORT, Reason.NOT_ARTICLE)


def _sha256(response: Response) -> str:
    return hashlib.sha256(response.body).hexdigest()


def _page_of(work: Work, response: Response, place: ArchivePlace, digest: str) -> Page:
    """The page without its bytes: they are in the archive, and a batch of them would be a lot of memory."""
    return Page(
        work.url,
        own_address(response.url)[0],  # the copy in a web archive is that page
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
