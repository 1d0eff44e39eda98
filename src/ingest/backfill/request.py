"""What a caller asks a backfill for, checked; and how the ledger keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

from ingest.errors import ConfigError


class Source(StrEnum):
    """Where URLs or pages come from, in the order of how much they reach back."""

    SITEMAP = "sitemap"
    ARCHIVE = "archive"
    WARC = "warc"
    HTML = "html"
    URLS = "urls"
    JSONL = "jsonl"
    FEED = "feed"


class Mode(StrEnum):
    """MISSING: what was never decided. FAILED: what was lost, too. ALL: everything, as if it were new."""

    MISSING = "missing"
    FAILED = "failed"
    ALL = "all"


OFFLINE = frozenset({Source.ARCHIVE, Source.WARC, Source.HTML, Source.JSONL})
"""Sources that bring their own bytes: no page is fetched for them."""


@dataclass(frozen=True, slots=True)
class Backfill:
    """A backfill as asked for. `first` and `last` are UTC days of publication, both inclusive; None is no
    bound."""

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
        if self.source not in (Source.SITEMAP, Source.ARCHIVE, Source.FEED) and not self.inputs:
            raise ConfigError(f"--source {self.source} needs --input: the file or folder to read")

    @property
    def offline(self) -> bool:
        return self.source in OFFLINE

    def options(self) -> dict[str, Any]:
        """As JSON for the ledger."""
        return {
            "inputs": list(self.inputs),
            "feeds": list(self.feeds),
            "from": self.first.isoformat() if self.first else None,
            "to": self.last.isoformat() if self.last else None,
            "newest": self.newest,
            "now": self.now.isoformat() if self.now else None,
        }

    def same(self, source: str, mode: str, options: Mapping[str, Any]) -> bool:
        """Was this asked for before? The clock plays no part."""
        kept = {name: value for name, value in options.items() if name != "now"}
        return (source, mode) == (self.source, self.mode) and kept == {
            k: v for k, v in self.options().items() if k != "now"
        }


def from_ledger(source: str, mode: str, options: Mapping[str, Any]) -> Backfill:
    """The backfill that a ledger row was made from."""
    day = {name: date.fromisoformat(options[name]) if options[name] else None for name in ("from", "to")}
    now = datetime.fromisoformat(options["now"]).astimezone(UTC) if options["now"] else None
    return Backfill(
        Source(source),
        tuple(options["inputs"]),
        tuple(options["feeds"]),
        day["from"],
        day["to"],
        Mode(mode),
        options["newest"],
        now,
    )
