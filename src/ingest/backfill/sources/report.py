"""How the reading of a source's inputs went: what was read, what was not, and why."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TypedDict

from ingest.backfill.sources.fields import Unknown


class Problem(TypedDict):
    """An input that could not be read, in whole or in part; `detail` names the place.

    `again`: asking again may help, so the backfill stays open. `note`: nothing is missing by our fault (a
    sitemap of another site, a site without one), so the exit status does not tell of it.
    """

    url: str
    reason: str
    detail: str
    again: bool
    note: bool


@dataclass(slots=True)
class SourceReport:
    """`read` counts the inputs that were read (sitemaps, feed pages, lists, files), `unread` sitemaps of days
    that are not wanted. `seen` counts what the inputs list: addresses, lines and records. `not_pages` counts
    records that never hold a page, by kind; they are not in `seen`. `unknown` counts keys of rows that no
    field takes. `waited`: seconds that were waited before asking again.

    `same` counts what was recognised as listed before in this reading: an address, or a page that has these
    bytes. `further` counts by url_key the captures of an address that had one already."""

    problems: list[Problem] = field(default_factory=list)
    read: int = 0
    unread: int = 0
    seen: int = 0
    same: int = 0
    further: Counter[str] = field(default_factory=Counter)
    not_pages: Counter[str] = field(default_factory=Counter)
    waited: float = 0.0
    unknown: Unknown = field(default_factory=Unknown)

    def add_problem(
        self, url: str, reason: str, detail: str, *, again: bool = False, note: bool = False
    ) -> None:
        self.problems.append({"url": url, "reason": reason, "detail": detail, "again": again, "note": note})
