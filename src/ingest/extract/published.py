"""When a page was published and modified: feed, JSON-LD, meta, dateline, page, URL, in this order, with the
evidence kept.

"Feed" is whoever named the page: an entry, a sitemap, a list, a line beside its text. Where that says a day
alone, the page may tell the time of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

from htmldate import find_date
from lxml.html import HtmlElement

from ingest import dates
from ingest.extract import visible
from ingest.extract.structured import Structured
from ingest.extract.wire.numbers import numbered_day
from ingest.model import EntryHints, PageInput, Precision, Stamp, StampSource

_URL_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)[/_-]?(0[1-9]|1[0-2])[/_-]?(0[1-9]|[12]\d|3[01])(?!\d)")
_OFFSET = re.compile(r"\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*([+-])(0\d|1[0-4]):?([0-5]\d)?\s*$")
# For a page without `now`: accepts nearly any date, since resolve() rejects those more than 48 h after it.
_NO_NOW = datetime(2100, 1, 1, tzinfo=UTC)
_EACH_ORDER = ({"/": "dmy", "-": "dmy"}, {"/": "mdy", "-": "mdy"})


@dataclass(frozen=True, slots=True)
class PageDate:
    """A date as the page prints it. `orders` says in which order its numbers are read, where other dates of
    the page prove it (see dates.numeric_orders)."""

    raw: str
    orders: Mapping[str, str] | None = None


def from_page(tree: HtmlElement, page_input: PageInput, metadata: Structured) -> PageDate | None:
    """The date printed on the page: as printed where an element is named for it, else the day that htmldate
    finds (ISO), else what an element below the headline prints and nothing else, else a story number's day.
    Where the first two differ and the address has the day of the second, that is it.

    htmldate's wide search is off: it makes days of any number in the text. Of a printed date that has two
    readings (03/04/2026), the one counts that is also the day of the address, of a picture or of the story
    number; without any it is returned unsettled, since htmldate would guess.
    """
    language = metadata.language
    changed = {raw[:10] for raw in visible.changes(tree)}
    for change in (*visible.changes(tree), metadata.modified_raw):
        if change and (stamp := _resolve(change, StampSource.META, page_input, language)):
            changed.add(stamp.day.isoformat())
    raw = _printed(tree, page_input, language, changed)
    numbered = numbered_day(page_input.html or b"")
    if raw is None:
        return PageDate(numbered.isoformat()) if numbered else None
    if _resolve(raw, StampSource.PAGE, page_input, language) is None:
        days = {*_picture_days(tree), *([numbered] if numbered else [])}
        for orders in _EACH_ORDER:
            stamp = _resolve(raw, StampSource.PAGE, page_input, language, orders=orders)
            if stamp and stamp.day in days:
                return PageDate(raw, orders)
    return PageDate(raw)


def _printed(tree: HtmlElement, page_input: PageInput, language: str | None, changed: set[str]) -> str | None:
    def is_date(text: str) -> bool:
        return _is_date(text, page_input, language)

    raw = visible.printed_date(tree, is_date)
    in_url = dates.from_url(page_input.url or "", page_input.now or _NO_NOW)
    stamp = _resolve(raw, StampSource.PAGE, page_input, language) if raw else None
    if raw and (in_url is None or (stamp is not None and stamp.day == in_url.day)):
        return raw
    bare = None if raw else visible.bare_date(tree, is_date)
    if bare and _CLOCK.search(bare):
        return bare  # a day and a clock alone below the headline are the story's own
    day: Any = find_date(tree, original_date=True, extensive_search=False, outputformat="%Y-%m-%d")
    if day and day in changed and not (in_url and day == in_url.day.isoformat()):
        day = None
    if day and (raw is None or (in_url and day == in_url.day.isoformat())):
        return str(day)
    return raw or bare or _only_day(tree, page_input, language, changed)


def _only_day(
    tree: HtmlElement, page_input: PageInput, language: str | None, changed: set[str]
) -> str | None:
    """The only day that elements anywhere in the page print alone, where they print no other."""
    first: dict[date, str] = {}
    for raw in visible.bare_dates(tree, lambda text: _is_date(text, page_input, language)):
        stamp = _resolve(raw, StampSource.PAGE, page_input, language)
        if stamp and stamp.day.isoformat() not in changed:
            first.setdefault(stamp.day, raw)
    return next(iter(first.values())) if len(first) == 1 else None


_CLOCK = re.compile(r"\d{1,2}\s?[:.h]\s?\d\d(?!\d|[./-])")
_PICTURE_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)[/_-]?(0[1-9]|1[0-2])[/_-]?(0[1-9]|[12]\d|3[01])(?!\d)")


def _picture_days(tree: HtmlElement) -> set[date]:
    """The days in the addresses of the page's pictures (`/2025-04/02/`)."""
    addresses = [element.get("src") or "" for element in tree.iter("img")]
    addresses += [element.get("content") or "" for element in tree.iterfind(".//meta[@property='og:image']")]
    found = (_PICTURE_DAY.search(address) for address in addresses)
    days = (dates.make_day(*map(int, match.groups())) for match in found if match)
    return {day for day in days if day}


def _is_date(text: str, page_input: PageInput, language: str | None) -> bool:
    """Whether a text is a date in some order of its numbers."""
    return any(
        _resolve(text, StampSource.PAGE, page_input, language, orders=orders) for orders in _EACH_ORDER
    )


def choose(
    page_input: PageInput,
    metadata: Structured,
    dateline: date | None,
    page_date: PageDate | None,
    language: str | None,
) -> tuple[Stamp | None, str | None]:
    """Returns the published stamp by the best source that can be read, and the raw string of the best source,
    readable or not."""
    hints = page_input.hints or EntryHints()
    from_feed = hints.published
    if from_feed and from_feed.precision is not Precision.DAY:
        return from_feed, from_feed.raw
    raws: list[tuple[StampSource, str, Mapping[str, str] | None]] = []
    raws.extend((StampSource(name), raw, None) for name, raw in _local_first(metadata.published))
    if dateline:
        raws.append((StampSource.DATELINE, dateline.isoformat(), None))
    if page_date:
        raws.append((StampSource.PAGE, page_date.raw, page_date.orders))
    if in_url := url_day(page_input.url, page_input.now):
        raws.append((StampSource.URL, in_url.isoformat(), None))
    disputed = _disputed_day(metadata.published)
    for source, raw, orders in raws:
        stamp = _resolve(raw, source, page_input, language, orders)
        if stamp and disputed and source in (StampSource.JSONLD, StampSource.META):
            stamp = replace(stamp, at=datetime.combine(disputed, time(), UTC), precision=Precision.DAY)
        if stamp and (from_feed is None or _adds_time(stamp, from_feed)):
            return stamp, raw
    return from_feed, hints.published_raw or (raws[0][1] if raws else None)


def near(page_input: PageInput, metadata: Structured, page_date: PageDate | None) -> Stamp | None:
    """When the page was published as far as is known before its text is read: the year of a dateline."""
    return choose(page_input, metadata, None, page_date, metadata.language)[0]


def url_day(url: str | None, now: datetime | None) -> date | None:
    """The day in a page's address, None where it has none or two."""
    if stamp := dates.from_url(url or "", now or _NO_NOW):
        return stamp.day
    match = _URL_DAY.search(url or "")
    return dates.make_day(*map(int, match.groups())) if match else None


_UTC_ISO = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d).*(?:Z|[+-]00:?00)\Z")


def _local_first(published: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The raw stamps, best first. Where another writes the instant of the first in UTC with the local offset,
    that one comes first: it has the publisher's day."""
    if len(published) < 2 or not _UTC_ISO.match(published[0][1]):
        return published
    first = _instant(published[0][1])
    for each in published[1:]:
        if first and _OFFSET.search(each[1]) and not _UTC_ISO.match(each[1]) and _instant(each[1]) == first:
            return each, *published
    return published


def _disputed_day(published: tuple[tuple[str, str], ...]) -> date | None:
    """The earlier day where JSON-LD and meta tags give one clock in UTC at hours that differ, or None: one of
    them is the local time with a false Z, so that the instant is not known. West of Greenwich, where most of
    these pages come from, the earlier is the local day."""
    firsts = [next((raw for each, raw in published if each == source), "") for source in ("jsonld", "meta")]
    instants = [_instant(raw) for raw in firsts if raw.endswith(("Z", "+00:00", "+0000"))]
    if len(instants) < 2 or instants[0] is None or instants[1] is None:
        return None
    apart = abs(instants[0] - instants[1])
    is_zone = timedelta(hours=1) <= apart <= timedelta(hours=14) and not apart % timedelta(hours=1)
    return min(instants[0], instants[1]).date() if is_zone else None


def _instant(raw: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(raw)
    except ValueError:
        return None
    return at.replace(microsecond=0) if at.tzinfo else None


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


def as_printed(stamp: Stamp, url: str | None = None) -> str:
    """The stamp in ISO 8601 with the offset its raw string has (the same instant), else in UTC; a DAY as a
    date alone.

    For output that people read by its first ten characters: 00:50+02:00 is the day the publisher means.
    Where a stamp in UTC is a day off the day in the page's address, it is printed with the least offset that
    puts it on that day.
    """
    if stamp.precision is Precision.DAY:
        return stamp.at.date().isoformat()
    offset = _OFFSET.search(stamp.raw)
    minutes = int(offset[2]) * 60 + int(offset[3] or 0) if offset else 0
    if minutes:
        zone = timezone(timedelta(minutes=-minutes if offset and offset[1] == "-" else minutes))
        return stamp.at.astimezone(zone).isoformat()
    return stamp.at.astimezone(timezone(_hours_to(url_day(url, stamp.at), stamp.at))).isoformat()


def _hours_to(day: date | None, at: datetime) -> timedelta:
    """The least offset of whole hours, -12 to +14, by which `at` is on `day`; none where it takes none."""
    if day is None or abs(day - at.date()) != timedelta(days=1):
        return timedelta()
    hours = range(1, 15) if day > at.date() else range(-1, -13, -1)
    offsets = (timedelta(hours=each) for each in hours)
    return next((offset for offset in offsets if (at + offset).date() == day), timedelta())


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
