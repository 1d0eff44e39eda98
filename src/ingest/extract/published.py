"""When a page was published and modified: feed, JSON-LD, meta, dateline, page, URL, in this order, with the
evidence kept.

"Feed" is whoever named the page: an entry, a sitemap, a list, a line beside its text. Where that says a day
alone, the page may tell the time of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from htmldate import find_date
from lxml.html import HtmlElement

from ingest import dates
from ingest.extract import visible
from ingest.extract.structured import Structured
from ingest.model import EntryHints, PageInput, Precision, Stamp, StampSource

_URL_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)[/_-]?(0[1-9]|1[0-2])[/_-]?(0[1-9]|[12]\d|3[01])(?!\d)")
_OFFSET = re.compile(r"\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*([+-])(0\d|1[0-4]):?([0-5]\d)?\s*$")
# For a page without `now`: accepts nearly any date, since resolve() rejects those more than 48 h after it.
_NO_NOW = datetime(2100, 1, 1, tzinfo=UTC)
_EACH_ORDER = ({"/": "dmy", "-": "dmy"}, {"/": "mdy", "-": "mdy"})


def from_page(tree: HtmlElement, page_input: PageInput, language: str | None) -> str | None:
    """The date printed on the page, as printed where an element is named for it, else the day that htmldate
    finds (ISO), or None. Where both differ and the address has the day of the second, that is it.

    htmldate's wide search is off: it makes days of any number in the text. A printed date that has two
    readings (03/04/2026) is returned too: htmldate would guess one.
    """
    raw = visible.printed_date(tree, lambda text: _is_date(text, page_input, language))
    in_url = dates.from_url(page_input.url or "", page_input.now or _NO_NOW)
    stamp = _resolve(raw, StampSource.PAGE, page_input, language) if raw else None
    if raw and (in_url is None or (stamp is not None and stamp.day == in_url.day)):
        return raw
    day: Any = find_date(tree, original_date=True, extensive_search=False, outputformat="%Y-%m-%d")
    if day and day in visible.changed_days(tree) and not (in_url and day == in_url.day.isoformat()):
        return raw
    return day if day and (raw is None or (in_url and day == in_url.day.isoformat())) else raw


def _is_date(text: str, page_input: PageInput, language: str | None) -> bool:
    """Whether a text is a date in some order of its numbers."""
    return any(
        _resolve(text, StampSource.PAGE, page_input, language, orders=orders) for orders in _EACH_ORDER
    )


def choose(
    page_input: PageInput,
    metadata: Structured,
    dateline: date | None,
    page_day: str | None,
    language: str | None,
) -> tuple[Stamp | None, str | None]:
    """Returns the published stamp by the best source that can be read, and the raw string of the best source,
    readable or not."""
    hints = page_input.hints or EntryHints()
    from_feed = hints.published
    if from_feed and from_feed.precision is not Precision.DAY:
        return from_feed, from_feed.raw
    raws = [(StampSource(name), raw) for name, raw in metadata.published]
    if dateline:
        raws.append((StampSource.DATELINE, dateline.isoformat()))
    if page_day:
        raws.append((StampSource.PAGE, page_day))
    if in_url := _URL_DAY.search(page_input.url or ""):
        raws.append((StampSource.URL, "-".join(in_url.groups())))
    for source, raw in raws:
        if (stamp := _resolve(raw, source, page_input, language)) and (
            from_feed is None or _adds_time(stamp, from_feed)
        ):
            return stamp, raw
    return from_feed, hints.published_raw or (raws[0][1] if raws else None)


def _adds_time(stamp: Stamp, from_feed: Stamp) -> bool:
    """Whether `stamp` adds a time to the day that the feed gave, in UTC or as the page prints it. Templates
    write midnight for a day without a time, so midnight adds nothing."""
    day, _, time = as_printed(stamp).partition("T")
    return (
        bool(time)
        and not time.startswith("00:00:00")
        and from_feed.day.isoformat() in (stamp.day.isoformat(), day)
    )


def modified(page_input: PageInput, metadata: Structured, language: str | None) -> datetime | None:
    """When the page says it was last changed, aware UTC."""
    stamp = metadata.modified_raw and _resolve(
        metadata.modified_raw, StampSource.JSONLD, page_input, language
    )
    return stamp.at if stamp else None


def as_printed(stamp: Stamp) -> str:
    """The stamp in ISO 8601 with the offset its raw string has (the same instant), else in UTC; a DAY as a
    date alone.

    For output that people read by its first ten characters: 00:50+02:00 is the day the publisher means.
    """
    if stamp.precision is Precision.DAY:
        return stamp.at.date().isoformat()
    offset = _OFFSET.search(stamp.raw)
    if not offset:
        return stamp.at.isoformat()
    minutes = int(offset[2]) * 60 + int(offset[3] or 0)
    zone = timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))
    return stamp.at.astimezone(zone).isoformat()


def _resolve(
    raw: str,
    source: StampSource,
    page_input: PageInput,
    language: str | None,
    orders: Mapping[str, str] | None = None,
) -> Stamp | None:
    return dates.resolve(
        raw,
        source=source,
        now=page_input.now or _NO_NOW,
        zone=page_input.zone,
        language=language,
        orders=orders,
    )
