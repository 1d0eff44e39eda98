"""The entries of an XML feed as slices of its text: counted, and cut to the newest, before any parser."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import pairwise

from ingest.dates import resolve
from ingest.model import StampSource
from ingest.poll.newest import newest

_OPEN = re.compile(r"<(?:[\w-]+:)?(item|entry)(?=[\s>/])")
_CLOSE = re.compile(r"</(?:[\w-]+:)?(?:item|entry)\s*>")
_CLOSED = re.compile(r"</(?:[\w-]+:)?(?:rss|feed|rdf|channel)\s*>", re.I)
_QUOTED = re.compile(r"<!\[CDATA\[.*?\]\]>|<!--.*?-->", re.S)
_DATE = re.compile(
    r"<(?:[\w-]+:)?(?:pubDate|published|issued|created|updated|modified|date)\b[^>]*>"
    r"\s*(?:<!\[CDATA\[)?\s*([^<\]]{4,80})"
)


@dataclass(frozen=True, slots=True)
class Cut:
    """A document without some of its entries. `positions` are the places of those left in the whole document,
    `left_out` counts the others. `lines`: for each piece of the text its first line, and that line's number
    in the whole."""

    text: str
    positions: Sequence[int]
    left_out: int
    lines: Sequence[tuple[int, int]]

    def line_of(self, line: int) -> int:
        """The number in the whole document of a line of this text, both from 1."""
        own, whole = max((pair for pair in self.lines if pair[0] <= line), default=(1, 1))
        return whole + line - own


class Slices:
    """The places at which entries begin."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts: list[int] | None = None

    @property
    def starts(self) -> list[int]:
        """The places, those in CDATA and in remarks left out."""
        if self._starts is None:
            plain = _QUOTED.sub(lambda quoted: " " * len(quoted[0]), self.text)
            self._starts = [match.start() for match in _OPEN.finditer(plain)]
        return self._starts

    def count_roughly(self) -> int:
        """Entries, with those in CDATA and in remarks: quickly, and never too few."""
        return sum(1 for _ in _OPEN.finditer(self.text))

    def count(self) -> int:
        """Entries."""
        return len(self.starts)

    def entries(self) -> list[str]:
        """The text of each entry, up to its end tag where it has one."""
        bounds = pairwise([*self.starts, len(self.text)])
        closed = ((start, end, _CLOSE.search(self.text, start, end)) for start, end in bounds)
        return [self.text[start : close.end() if close else end] for start, end, close in closed]

    def is_cut_off(self) -> bool:
        """Whether the document ends within its last entry."""
        last = self.starts[-1] if self.starts else None
        return last is not None and not (_CLOSE.search(self.text, last) or _CLOSED.search(self.text, last))


def cut_to_newest(slices: Slices, cap: int, now: datetime) -> Cut | None:
    """Returns the document with its newest `cap` entries alone, None where it has no more: 25,000 entries
    take feedparser 6 CPU seconds (measured)."""
    text, starts = slices.text, slices.starts
    if len(starts) <= cap:
        return None
    closed = _CLOSE.search(text, starts[-1])
    ends = [*starts[1:], closed.end() if closed else len(text)]

    @cache
    def date_of(raw: str) -> datetime | None:
        stamp = resolve(raw, source=StampSource.FEED, now=now)
        return stamp.at if stamp else None

    def latest(start: int, end: int) -> datetime | None:
        dates = (date_of(match[1].strip()) for match in _DATE.finditer(text, start, end))
        return max(filter(None, dates), default=None)

    kept = newest([latest(start, end) for start, end in zip(starts, ends, strict=True)], cap)
    entries = ((starts[position], ends[position]) for position in kept)
    places = [(0, starts[0]), *entries, (ends[-1], len(text))]
    pieces: list[str] = []
    lines: list[tuple[int, int]] = []
    line = 1
    whole_line, counted = 1, 0
    for start, end in places:
        whole_line += text.count("\n", counted, start)
        counted = start
        lines.append((line, whole_line))
        pieces.append(text[start:end])
        line += pieces[-1].count("\n")
    return Cut("".join(pieces), kept, len(starts) - len(kept), lines)
