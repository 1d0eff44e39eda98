"""Plan: what a source names is noted in the ledger, by day, with what is there already and what it would take
to have the rest."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, assert_never

from ingest.backfill import importing, ledger
from ingest.backfill.ledger import Target
from ingest.backfill.request import Backfill, Source
from ingest.backfill.sources import feedpages, lists
from ingest.backfill.sources.captured import Captured
from ingest.backfill.sources.sites import Walk, listed, sites
from ingest.backfill.targets import decide, target_of
from ingest.load.polls import known_links
from ingest.load.rows import LinkState
from ingest.model import Reason
from ingest.stages.edges import Edges

BATCH = 5_000
Told = Callable[[str, int, int], None]


@dataclass(slots=True)
class Plan:
    """What a backfill would do: per day and host what is reachable, what is there, how many requests the rest
    takes.

    `left_out` counts URLs that need no page, by reason; `problems` are inputs that could not be read, in
    whole or in part.
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
    problems: list[dict[str, str]] = field(default_factory=list)
    inputs_read: int = 0
    inputs_unread: int = 0


class _Tally:
    """Counts by day and host as targets come in; each key once."""

    def __init__(self, asked: Backfill) -> None:
        self._asked = asked
        self._seen: set[int] = set()
        self._urls: set[int] = set()
        self._days: dict[tuple[date | None, str], Counter[str]] = {}
        self._left: Counter[str] = Counter()
        self._refused: dict[int, str] = {}

    def add(self, targets: Sequence[Target], links: Mapping[str, LinkState]) -> None:
        for one in targets:
            if one.reason is None and (before := self._refused.pop(hash(one.url), None)) is not None:
                self._left[before] -= (
                    1  # left out as it was met first, but it can be had (ledger.add_targets)
                )
                self._seen.discard(hash(one.url_key))
            elif hash(one.url) in self._urls:
                continue
            self._urls.add(hash(one.url))
            if hash(one.url_key) in self._seen:
                self._left["duplicate_url"] += 1
                continue
            self._seen.add(hash(one.url_key))
            decision = decide(one, links.get(one.url_key) or LinkState(one.url_key), self._asked.mode)
            if one.reason is not None:
                self._refused[hash(one.url)] = decision.reason or one.reason
            if decision.reason is not None and not decision.wanted:
                self._left[decision.reason] += 1
            elif one.reason is None:
                day = self._days.setdefault((one.day, one.host), Counter())
                day["wanted" if decision.wanted else "there"] += 1
            else:
                self._left[one.reason] += 1

    def result(self, id: str | None, walk: Walk) -> Plan:
        days: list[dict[str, Any]] = [
            {
                "day": day,
                "host": host,
                "reachable": counts.total(),
                "there": counts["there"],
                "requests": 0 if self._asked.offline else counts["wanted"],
            }
            for (day, host), counts in sorted(self._days.items(), key=_by_day)
        ]
        counted = list(self._days.values())
        there, wanted = (
            sum(counts["there"] for counts in counted),
            sum(counts["wanted"] for counts in counted),
        )
        requests = 0 if self._asked.offline else wanted
        return Plan(
            id,
            self._asked.source,
            self._asked.mode,
            len(self._urls),
            there + wanted,
            there,
            requests,
            dict(sorted((+self._left).items())),
            days,
            walk.problems,
            walk.read,
            walk.unread,
        )


def _by_day(pair: tuple[tuple[date | None, str], Counter[str]]) -> tuple[date, str]:
    (day, host), _ = pair
    return day or date.max, host


async def make_plan(
    edges: Edges, asked: Backfill, id: str, *, dry: bool = False, told: Told | None = None
) -> Plan:
    """Read the source and note what it names, anew if that was cut off before. `dry`: only count; nothing is
    written."""
    tally, walk = _Tally(asked), Walk()
    if not dry:
        await asyncio.to_thread(_begin, edges, id)
    async for batch in _found(edges, asked, walk):
        for start in range(0, len(batch), BATCH):
            await asyncio.to_thread(_note, edges, asked, id, batch[start : start + BATCH], tally, dry)
        if told:
            told("found", len(tally._urls), 0)
    if not dry:
        await asyncio.to_thread(_end, edges, asked, id, walk)
    return tally.result(None if dry else id, walk)


async def _found(edges: Edges, asked: Backfill, walk: Walk) -> AsyncIterator[list[Captured]]:
    match asked.source:
        case Source.SITEMAP:
            for site in sites(asked, edges.feeds):
                async for batch in listed(edges, site, asked, walk):
                    yield [Captured(one) for one in batch]
        case Source.FEED:
            for paged in feedpages.feeds_of(asked, edges.feeds):
                async for batch in feedpages.entries(edges, paged, asked, walk):
                    yield [Captured(one) for one in batch]
        case Source.URLS:
            for name in asked.inputs:
                async for batch in lists.addresses(edges, name, walk):
                    yield [Captured(one) for one in batch]
        case Source.ARCHIVE | Source.WARC | Source.HTML | Source.JSONL:
            async for captures in importing.captured(edges, asked, asked.source, walk):
                yield captures
        case _:
            assert_never(asked.source)


def _begin(edges: Edges, id: str) -> None:
    with edges.warehouse.transaction() as con:
        ledger.forget_plan(con, id)
        ledger.set_state(con, id, "planning", edges.now)


def _note(
    edges: Edges, asked: Backfill, id: str, batch: Sequence[Captured], tally: _Tally, dry: bool
) -> None:
    targets = [target_of(one.found, asked, edges.now, edges.rules) for one in batch]
    if dry and not edges.warehouse.path.exists():
        tally.add(targets, {})
        return
    with edges.warehouse.transaction() as con:
        links = known_links(con, {one.url_key for one in targets})
        tally.add(targets, links)
        if not dry:
            placed = (
                importing.keep(con, edges, asked, id, batch, targets, links) if asked.offline else targets
            )
            ledger.add_targets(con, id, placed)


def _end(edges: Edges, asked: Backfill, id: str, walk: Walk) -> None:
    with edges.warehouse.transaction() as con:
        ledger.finish_plan(con, id, walk.problems, newest=asked.newest, now=edges.now)


def unread(plan: Plan) -> bool:
    """True where nothing at all could be read of the source."""
    return (
        not plan.urls
        and bool(plan.problems)
        and not any(one["reason"] == Reason.OFF_SCOPE for one in plan.problems)
    )
