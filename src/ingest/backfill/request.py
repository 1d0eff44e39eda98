"""What a caller wants of a backfill, checked, and the form in which the ledger keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Literal, assert_never

from ingest.errors import ConfigError


class Source(StrEnum):
    """Where addresses or pages come from; those that reach furthest back come first."""

    SITEMAP = "sitemap"
    ARCHIVE = "archive"
    WARC = "warc"
    HTML = "html"
    URLS = "urls"
    JSONL = "jsonl"
    FEED = "feed"


class Mode(StrEnum):
    """Which of the listed articles are loaded. MISSING: those without an outcome. FAILED: also those that
    failed or were skipped. ALL: everything, as if it were new."""

    MISSING = "missing"
    FAILED = "failed"
    ALL = "all"


OfflineSource = Literal[Source.ARCHIVE, Source.WARC, Source.HTML, Source.JSONL]
"""Sources that bring the bytes of their pages: none is fetched for them."""


def describe(source: Source) -> str:
    """Says in a few words what a source reads, for the help text of the command line."""
    match source:
        case Source.SITEMAP:
            return "the sitemaps of the feeds' sites, or those named"
        case Source.ARCHIVE:
            return "pages that were archived before, by this program or as WARC files"
        case Source.WARC:
            return "WARC files of any tool"
        case Source.HTML:
            return "a folder of page files, with or without a manifest"
        case Source.URLS:
            return "a list of addresses, one a line"
        case Source.JSONL:
            return "JSON lines with url and html or text"
        case Source.FEED:
            return "the older pages of feeds"
        case _:
            assert_never(source)


def needs_input(source: Source) -> bool:
    """True where a source cannot tell by itself what to read."""
    match source:
        case Source.SITEMAP | Source.ARCHIVE | Source.FEED:
            return False
        case Source.WARC | Source.HTML | Source.URLS | Source.JSONL:
            return True
        case _:
            assert_never(source)


@dataclass(frozen=True, slots=True)
class BackfillRequest:
    """What to load. `inputs` are paths or URLs, `feeds` are feed ids; `first` and `last` are UTC days of
    publication, both inclusive (None: no bound). `newest`: begin with the last day. `now`: run as if it were
    this time. Raises ConfigError for days in the wrong order and for a missing input."""

    source: Source
    inputs: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    mode: Mode = Mode.MISSING
    newest: bool = False
    now: datetime | None = None

    def __post_init__(self) -> None:
        if self.first and self.last and self.first > self.last:
            raise ConfigError(f"--from {self.first} lies after --to {self.last}; swap them")
        if needs_input(self.source) and not self.inputs:
            raise ConfigError(f"--source {self.source} needs --input: the file or folder to read")

    @property
    def offline(self) -> bool:
        """True where the source brings the bytes of its pages, so that none is fetched."""
        match self.source:
            case Source.ARCHIVE | Source.WARC | Source.HTML | Source.JSONL:
                return True
            case Source.SITEMAP | Source.URLS | Source.FEED:
                return False
            case _:
                assert_never(self.source)

    def options(self) -> dict[str, Any]:
        """The options in the form in which the ledger keeps them as JSON."""
        return {
            "inputs": list(self.inputs),
            "feeds": list(self.feeds),
            "from": self.first.isoformat() if self.first else None,
            "to": self.last.isoformat() if self.last else None,
            "newest": self.newest,
            "now": self.now.isoformat() if self.now else None,
        }

    def matches(self, source: str, mode: str, options: Mapping[str, Any]) -> bool:
        """True for a ledger row of the same request; `now` is not compared."""
        without_clock = {**options, "now": None} == {**self.options(), "now": None}
        return (source, mode) == (self.source, self.mode) and without_clock


def from_ledger(source: str, mode: str, options: Mapping[str, Any]) -> BackfillRequest:
    """The request that a ledger row was made from."""
    day = {name: date.fromisoformat(options[name]) if options[name] else None for name in ("from", "to")}
    now = datetime.fromisoformat(options["now"]).astimezone(UTC) if options["now"] else None
    return BackfillRequest(
        source=Source(source),
        inputs=tuple(options["inputs"]),
        feeds=tuple(options["feeds"]),
        first=day["from"],
        last=day["to"],
        mode=Mode(mode),
        newest=options["newest"],
        now=now,
    )
