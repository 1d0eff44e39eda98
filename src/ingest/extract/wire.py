"""What a wire story's text says of itself: who wrote it, where and when, what it corrects or withdraws; and the text without those marks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from ingest.extract.agencies import AgencyKind, shipped
from ingest.extract.wire_opening import Opening, read_opening
from ingest.model import ContentType, DroppedLine, Signal, Stamp, Status


@dataclass(frozen=True, slots=True)
class WireReading:
    """The text without its wire marks, and what they said. Fields are named as in mart.articles; unknown is None.

    `publisher` is the distributor that the credit names; `dropped` lists every line taken out and its rule.
    """

    body_text: str
    headline: str | None = None
    dateline: str | None = None
    located: str | None = None
    dateline_date: date | None = None
    agency: str | None = None
    credits: tuple[str, ...] = ()
    publisher: str | None = None
    authors: tuple[str, ...] = ()
    image_credit: str | None = None
    signal: Signal = Signal.NONE
    status: Status = Status.LIVE
    embargo_until: datetime | None = None
    withdraws: str | None = None
    content_type: ContentType | None = None
    dropped: tuple[DroppedLine, ...] = ()


_TAGS = re.compile(r"(?:\s+#[^\s#]+)+\s*\Z")
_NUMBER = re.compile(r"MENAFN\d{8,}ID\d{6,}\Z")


def read_wire(
    text: str, *, headline: str | None = None, summary: str | None = None, url: str | None = None, language: str | None = None,
    published: Stamp | None = None, now: datetime | None = None,
) -> WireReading:  # fmt: skip
    """Read the wire marks of a story's plain text (paragraphs apart by newlines). Pure; never raises on any text."""
    near = published.day if published else now.date() if now else None
    opening = read_opening(text, shipped(), near)
    body = text[opening.length :].strip()
    dropped = [DroppedLine("opening", text[: opening.length].strip())] if opening.length else []
    source = opening if opening.credits or opening.publisher else read_opening(summary or "", shipped(), near)
    credits = source.credits or ((source.publisher,) if source.publisher else ())
    paragraphs = _kept(body, dropped, bool(credits))
    release = AgencyKind.RELEASE in source.kinds
    return WireReading(
        "\n".join(paragraphs).strip(), _TAGS.sub("", headline) if headline else headline, opening.dateline or source.dateline,
        opening.located or source.located, opening.day or source.day, credits[0] if credits else None, credits, source.publisher,
        content_type=ContentType.PRESS_RELEASE if release else None, dropped=tuple(dropped),
    )  # fmt: skip


def _kept(body: str, dropped: list[DroppedLine], wired: bool) -> list[str]:
    kept: list[str] = []
    lines = body.split("\n")
    for i, line in enumerate(lines):
        rule = "story number" if _NUMBER.match(line.strip()) else "foreign headline" if wired and _foreign(lines, i) else None
        if rule:
            dropped.append(DroppedLine(rule, line.strip()))
        elif line.strip() or (kept and kept[-1].strip()):
            kept.append(line)
    return kept


def _foreign(lines: list[str], i: int) -> bool:
    line = lines[i].strip()
    if not line or line[-1] in ".!?:\"”'’)»…" or not 6 <= len(line.split()) <= 20:
        return False
    before = any(len(x.split()) > 15 for x in lines[:i])
    return before and any(len(x.split()) > 15 for x in lines[i + 1 :])
