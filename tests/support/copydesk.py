"""A desk that loads finished articles into a warehouse of its own: the real load path, without the network
before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import duckdb
from support.newsroom import prose

from ingest.load.checks import run_checks
from ingest.load.db import Warehouse
from ingest.load.publish import publish
from ingest.model import (
    Article,
    EntryHints,
    Extraction,
    Page,
    Precision,
    Rank,
    Signal,
    Stamp,
    StampSource,
    Status,
    Work,
    WorkKind,
)
from ingest.reasons import Outcome
from ingest.settings import FeedList, Settings
from ingest.stages.counts import Counts
from ingest.stages.edges import Edges
from ingest.stages.judging import Result
from ingest.stages.loading import load_batch
from ingest.stages.stories import derive_stories
from ingest.urls.identity import HostRules, host_of, url_key

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)

EQUAL = {
    "mart.articles_all": "SELECT * EXCLUDE (first_seen_at) FROM mart.articles_all ORDER BY url_key",
    "mart.revisions": "SELECT * EXCLUDE (first_seen_at) FROM mart.revisions ORDER BY url, revision",
    "mart.copies": "SELECT * FROM mart.copies ORDER BY url",
}
"""What must be the same for every order of arrival."""


@dataclass(frozen=True, slots=True)
class Take:
    """An article as extraction hands it over; `hours` after NOON it was published. `link` led to it, if its
    URL did not."""

    url: str
    headline: str
    body: str
    hours: float | None = 0.0
    publisher: str | None = "Marren News"
    agency: str | None = None
    signal: Signal = Signal.NONE
    status: Status = Status.LIVE
    withdraws: str | None = None
    kind: WorkKind = WorkKind.NEW
    position: int = 0
    link: str | None = None

    def result(self, now: datetime) -> Result:
        at = NOON + timedelta(hours=self.hours) if self.hours is not None else None
        stamp = Stamp(at, Precision.INSTANT, StampSource.FEED, "as printed") if at else None
        article = Article(
            self.headline,
            self.body,
            published=stamp,
            agency=self.agency,
            credits=(self.agency,) if self.agency else (),
            publisher=self.publisher,
            word_count=len(self.body.split()),
            signal=self.signal,
            status=self.status,
            withdraws=self.withdraws,
            extractor="test/1",
        )
        link = self.link or self.url
        key, rank = url_key(link, HostRules()), Rank(self.position, len(link), link)
        work = Work(key, link, host_of(link), "desk", rank, self.kind, NOON.date(), NOON, EntryHints())
        page = Page(self.url, self.url, 200, {"content-type": "text/html"}, b"", now, "0" * 64)
        return Result(work, page, Extraction(article, Outcome.LOADED))


@dataclass(slots=True)
class CopyDesk:
    """A warehouse in `folder`. `load` commits a batch; `tables` are the marts as everybody reads them."""

    folder: Path
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def warehouse(self) -> Warehouse:
        return Warehouse(Settings.model_validate({"data": self.folder, "duckdb_threads": 1, **self.options}))

    def edges(self, hour: float) -> Edges:
        """The edges that loading touches; it never asks the others."""
        warehouse, none = self.warehouse, cast(Any, None)
        feeds = FeedList(path=Path("feeds.toml"), feeds=(), hosts=())
        now = NOON + timedelta(hours=hour)
        return Edges(f"test-{hour}", now, warehouse.settings, feeds, HostRules(), warehouse, none, none, none)

    def load(self, takes: Iterable[Take], hour: float = 48) -> Counts:
        edges = self.edges(hour)
        return load_batch(edges, [take.result(edges.now) for take in takes])

    def play(self, batches: Iterable[Sequence[Take]], hour: float = 48) -> dict[str, list[Any]]:
        """Load the batches one after the other, derive stories, publish; returns the tables."""
        for batch in batches:
            self.load(batch, hour)
        return self.tables()

    def tables(self) -> dict[str, list[Any]]:
        derive_stories(self.warehouse)
        publish(self.warehouse)
        assert not {name: rows for name, rows in run_checks(self.warehouse).items() if rows}
        return {name: self.sql(query) for name, query in EQUAL.items()}

    def sql(self, query: str) -> list[Any]:
        with duckdb.connect(str(self.folder / "news.duckdb"), read_only=True) as con:
            con.execute("SET TimeZone = 'UTC'")
            return con.execute(query).fetchall()

    def core(self, query: str) -> list[Any]:
        with self.warehouse.transaction() as con:
            return con.execute(query).fetchall()


def body(seed: int, paragraphs: int = 4) -> str:
    """A text that no other seed has."""
    return "\n\n".join(prose(seed, paragraphs))


def without_end(text: str, paragraphs: int = 2) -> str:
    """The first paragraphs: how outlets cut a wire story."""
    return "\n\n".join(text.split("\n\n")[:paragraphs])


def notice(town: str, mayor: str, seats: int, votes: int) -> str:
    """A form that is filled in anew for each town: other names and figures in the same words."""
    return (
        f"Mayor {mayor} of {town} announced on Tuesday that the council will hold {seats} seats after the "
        f"count of {votes} "
        f"votes was closed.\n\nThe returning officer in {town} thanked all volunteers for their patience "
        "and said that the "
        "full list of members would be published on the town's website before the end of the week.\n\n"
        f"Turnout was {votes // 100} per hundred, and {mayor} will take the chair when the {seats} members "
        "meet for the first "
        "time in the spring."
    )
