"""Plan: the addresses that a source lists are written to the ledger, and counted by day and host: which the
warehouse has already, and how many page requests the others take."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, assert_never

from ingest.backfill import importing, ledger
from ingest.backfill.ledger import BackfillTarget
from ingest.backfill.request import BackfillRequest, Source
from ingest.backfill.sources import feedpages, lists
from ingest.backfill.sources.captured import CapturedPage
from ingest.backfill.sources.report import Problem, SourceReport
from ingest.backfill.sources.sites import sitemap_addresses, sites
from ingest.backfill.targets import decide_target, target_of
from ingest.load.polls import known_links
from ingest.load.rows import LinkState
from ingest.progress import Progress
from ingest.reasons import Reason
from ingest.stages.edges import Edges

BATCH = 5_000
"""Most addresses that are written to the ledger in one transaction."""


@dataclass(slots=True)
class BackfillPlan:
    """What a backfill would do: the object `ingest backfill plan --json` prints.

    `reachable` counts the articles that the source lists and the request wants, `there` those of them that
    the warehouse has, `requests` the page requests that the others take; `days` has the same three per day
    and host. `left_out` counts addresses that need no page, by reason. `problems` are inputs that could not
    be read, in whole or in part. `inputs_unread` counts sitemaps of other days. `seen` counts all that the
    inputs list, `not_pages` records that never hold a page by kind, `unknown_keys` keys of rows that are not
    read.
    """

    backfill_id: str | None
    source: str
    mode: str
    urls: int = 0
    reachable: int = 0
    there: int = 0
    requests: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    days: list[dict[str, Any]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    inputs_read: int = 0
    inputs_unread: int = 0
    seen: int = 0
    not_pages: dict[str, int] = field(default_factory=dict)
    unknown_keys: dict[str, int] = field(default_factory=dict)


_Counted = tuple[int, bool, str, date | None, str]
"""How an address was counted: evidence, whether it is left out, the heading, and the day and host of a
heading that is counted by them."""


class _Tally:
    """Counts targets by day and host as they come in, each address once, by its strongest evidence, as
    ledger.add_targets does."""

    def __init__(self, request: BackfillRequest) -> None:
        self._request = request
        self._urls: dict[int, _Counted] = {}
        self._keys: dict[int, int] = {}
        self._shared: dict[_Counted, _Counted] = {}
        self._days: dict[tuple[date | None, str], Counter[str]] = {}
        self._left_out: Counter[str] = Counter()
        self._with_page: set[int] = set()
        self._earlier: set[int] = set()

    @property
    def urls(self) -> int:
        return len(self._urls)

    @property
    def gone(self) -> int:
        """The number of addresses that an earlier plan has listed and this reading has not."""
        return len(self._earlier - self._urls.keys())

    def begin(self, earlier: Iterable[str]) -> None:
        """Notes the addresses of an earlier plan, which this one adds to."""
        self._earlier = {hash(url) for url in earlier}

    def count_same(
        self, targets: Sequence[BackfillTarget], captured: Sequence[bool], report: SourceReport
    ) -> None:
        """Counts what is no new address, in the order of reading and before `add`. `captured` says of each
        target whether it brought a capture of its page."""
        new = set[int]()
        for target, has_page in zip(targets, captured, strict=True):
            url = hash(target.url)
            is_new = url not in self._urls and url not in new
            new.add(url)
            if has_page and url in self._with_page:
                report.further[target.url_key] += 1
            elif not is_new:
                report.same += 1
            if has_page:
                self._with_page.add(url)

    def add(self, targets: Sequence[BackfillTarget], links: Mapping[str, LinkState]) -> None:
        for target in targets:
            url, key = hash(target.url), hash(target.url_key)
            before = self._urls.get(url)
            if before is not None:
                evidence, is_left_out = before[:2]
                if not ledger.outweighs(target, evidence, is_left_out=is_left_out):
                    continue
                self._count(before, -1)
                if self._keys.get(key) == url:
                    del self._keys[key]
            counted = self._heading(target, url, key, links.get(target.url_key) or LinkState(target.url_key))
            self._urls[url] = self._shared.setdefault(counted, counted)
            self._count(counted, 1)

    def _heading(self, target: BackfillTarget, url: int, key: int, link: LinkState) -> _Counted:
        evidence, is_left_out = int(target.evidence), target.reason is not None
        if self._keys.setdefault(key, url) != url:
            return evidence, is_left_out, "duplicate_url", None, ""
        decision = decide_target(target, link, self._request.mode)
        if decision.reason is not None and not decision.wanted:
            return evidence, is_left_out, decision.reason, None, ""
        if target.reason is not None:
            return evidence, is_left_out, target.reason, None, ""
        return evidence, is_left_out, "wanted" if decision.wanted else "there", target.day, target.host

    def _count(self, counted: _Counted, number: int) -> None:
        _, _, heading, day, host = counted
        if heading in ("wanted", "there"):
            self._days.setdefault((day, host), Counter())[heading] += number
        else:
            self._left_out[heading] += number

    def result(self, id: str | None, report: SourceReport) -> BackfillPlan:
        days: list[dict[str, Any]] = [
            {
                "day": day,
                "host": host,
                "reachable": counts.total(),
                "there": counts["there"],
                "requests": 0 if self._request.offline else counts["wanted"],
            }
            for (day, host), counts in sorted(self._days.items(), key=_by_day)
            if counts.total()
        ]
        return BackfillPlan(
            backfill_id=id,
            source=self._request.source,
            mode=self._request.mode,
            urls=self.urls,
            reachable=sum(row["reachable"] for row in days),
            there=sum(row["there"] for row in days),
            requests=sum(row["requests"] for row in days),
            left_out=dict(sorted((+self._left_out).items())),
            days=days,
            problems=report.problems,
            inputs_read=report.read,
            inputs_unread=report.unread,
            seen=report.seen,
            not_pages=dict(report.not_pages),
            unknown_keys=dict(report.unknown.counts.most_common(200)),
        )


def _by_day(item: tuple[tuple[date | None, str], Counter[str]]) -> tuple[date, str]:
    (day, host), _ = item
    return day or date.max, host


async def make_plan(
    edges: Edges,
    request: BackfillRequest,
    id: str,
    *,
    dry: bool = False,
    again: bool = False,
    progress: Progress | None = None,
) -> BackfillPlan:
    """Reads the source and writes the addresses it lists to the ledger; a plan that was cut off is made anew.
    `dry`: only counts, and writes nothing. `again`: adds to an earlier plan what it could not read then."""
    tally, report = _Tally(request), SourceReport()
    if not dry:
        tally.begin(await asyncio.to_thread(_begin, edges, id, again=again))
    async for batch in _listed(edges, request, report):
        report.seen += len(batch)
        for start in range(0, len(batch), BATCH):
            part = batch[start : start + BATCH]
            await asyncio.to_thread(_add, edges, request, id, part, tally, report, dry=dry)
        if progress:
            progress("found", tally.urls, 0)
    if not dry:
        await asyncio.to_thread(_end, edges, request, id, report, tally.gone)
    return tally.result(None if dry else id, report)


async def _listed(
    edges: Edges, request: BackfillRequest, report: SourceReport
) -> AsyncIterator[list[CapturedPage]]:
    """The addresses that the source lists, in batches; with their pages, where the source brings them."""
    match request.source:
        case Source.SITEMAP:
            for site in sites(request, edges.feeds):
                async for batch in sitemap_addresses(edges, site, request, report):
                    yield [CapturedPage(address) for address in batch]
        case Source.FEED:
            for paged in feedpages.feeds_of(request, edges.feeds):
                async for batch in feedpages.entry_addresses(edges, paged, request, report):
                    yield [CapturedPage(address) for address in batch]
        case Source.URLS:
            for name in request.inputs:
                async for batch in lists.addresses(edges, name, report):
                    yield [CapturedPage(address) for address in batch]
        case Source.ARCHIVE | Source.WARC | Source.HTML | Source.JSONL:
            async for captured in importing.captured_pages(edges, request, request.source, report):
                yield captured
        case _:
            assert_never(request.source)


def _begin(edges: Edges, id: str, *, again: bool) -> list[str]:
    """Removes what a plan that was cut off has written; `again`: but not the plan before it. Returns the
    addresses that are kept."""
    with edges.warehouse.transaction() as con:
        if again:
            ledger.forget_unplaced(con, id)
        else:
            ledger.forget_plan(con, id)
        ledger.set_state(con, id, "planning", edges.now)
        return ledger.addresses(con, id)


def _add(
    edges: Edges,
    request: BackfillRequest,
    id: str,
    batch: Sequence[CapturedPage],
    tally: _Tally,
    report: SourceReport,
    *,
    dry: bool,
) -> None:
    targets = [target_of(page.address, request, edges.now, edges.rules) for page in batch]
    if dry and not edges.warehouse.path.exists():
        tally.add(targets, {})
        return
    with edges.warehouse.transaction() as con:
        links = known_links(con, {target.url_key for target in targets})
        captured = [False] * len(targets)
        if request.offline and not dry:
            targets, captured = importing.archive_wanted(
                con=con, edges=edges, request=request, id=id, batch=batch, targets=targets, links=links
            )
        tally.count_same(targets, captured, report)
        tally.add(targets, links)
        if not dry:
            ledger.add_targets(con, id, targets)


def _end(edges: Edges, request: BackfillRequest, id: str, report: SourceReport, gone: int) -> None:
    with edges.warehouse.transaction() as con:
        ledger.finish_plan(con, id, report, gone=gone, newest=request.newest, now=edges.now)


def unreadable(plan: BackfillPlan) -> bool:
    """True where nothing at all could be read of the source."""
    return (
        not plan.urls
        and bool(plan.problems)
        and not any(problem["reason"] == Reason.OFF_SCOPE for problem in plan.problems)
    )


def tells_failure(problems: Sequence[Problem]) -> bool:
    """True where an input could not be read, in whole or in part: the exit status is 1."""
    return any(not problem["note"] for problem in problems)
