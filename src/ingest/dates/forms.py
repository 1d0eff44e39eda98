"""The forms of a date that programs print (ISO 8601, mail, epochs aside): raw text -> the readings it allows,
without judging which day is meant. What people write is read by written.py."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache

from ingest.dates.after_clock import end_of_range, printed_zones
from ingest.dates.names import DATE_MONTHS, DATE_WEEKDAYS, fold_signs
from ingest.dates.reading import DateReading, full_year, make_clock, make_day
from ingest.dates.written import written

# Fields without a leading zero are common: 2026-3-5T9:05:00Z.
_ISO = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})"
    r"(?:(?:t|\s?t\s|,?\s)\s?(\d{1,2}):(\d{2}|\d(?=:|\s|z|\Z))(?::(\d{1,2})(?:[.,](\d{1,9}))?)?(.*))?\Z"
)
_BASIC = re.compile(r"(\d{4})(\d{2})(\d{2})(?:t?(\d{2}):?(\d{2})(?::?(\d{2}))?(?:[.,](\d{1,9}))?(.*))?\Z")
_WEEK = re.compile(r"(\d{4})-?w(\d{2})-?([1-7])(?:t(\d{2}):?(\d{2})(?::?(\d{2}))?(.*))?\Z")
_ORDINAL = re.compile(r"(\d{4})-(\d{3})(?:t(\d{2}):?(\d{2})(?::?(\d{2}))?(.*))?\Z")
_MAIL = re.compile(
    r"(?:([^\W\d_]{2,13})\.?\s?,?\s*)?(\d{1,2})[\s-]([^\W\d_]{3,10})\.?[\s-](\d{4}|\d{2,3}),?\s+"
    r"(\d{1,2}):(\d{2}|\d(?=:|\s|\Z))(?::(\d{1,2})(?:[.,](\d{1,9}))?)?(.*)\Z"
)
_HALF = re.compile(r"\s?[ap]\.?\s?m?\b")
# The monotonic clock that Go prints behind a time.
_GO_CLOCK = re.compile(r"\sm=[+-][\d.]+\Z")
_THAI = re.compile(r"[\u0e01-\u0e5b]")
_BUDDHIST_YEAR = re.compile(r"(?<!\d)2[56]\d\d(?!\d)")
_BUDDHIST_AHEAD = 543


@lru_cache(maxsize=8192)
def readings(raw: str, *, thai: bool = False) -> tuple[DateReading, ...]:
    """Every reading of a stamp that its form allows; none for what is no calendar date. `raw` may be in any
    script. `thai` says that its writer is Thai: years are Buddhist, 543 ahead, as in text in Thai script."""
    text = fold_signs(raw)
    if not text.isascii() and _THAI.search(text):
        thai = True
    if thai:
        text = _BUDDHIST_YEAR.sub(lambda year: str(int(year[0]) - _BUDDHIST_AHEAD), text)
    for form in (_iso, _basic, _week, _ordinal, _mail) if text[:4].isdecimal() else (_mail,):
        allowed = form(text)
        if allowed is not None:
            return tuple(allowed)
    return tuple(written(text, thai=thai))


def _iso(text: str) -> list[DateReading] | None:
    match = _ISO.match(text)
    if match is None:
        return None
    year, _, month, dom, hour, minute, second, fraction, tail = match.groups()
    day = make_day(int(year), int(month), int(dom))
    return _timed(day, (hour, minute, second, fraction), tail)


def _basic(text: str) -> list[DateReading] | None:
    match = _BASIC.match(text)
    if match is None:
        return None
    year, month, dom, *clock, tail = match.groups()
    return _timed(make_day(int(year), int(month), int(dom)), tuple(clock), tail)


def _week(text: str) -> list[DateReading] | None:
    match = _WEEK.match(text)
    if match is None:
        return None
    year, week, dow, *clock, tail = match.groups()
    try:
        day = date.fromisocalendar(int(year), int(week), int(dow))
    except ValueError:
        return []
    return _timed(day, (*clock, None), tail)


def _ordinal(text: str) -> list[DateReading] | None:
    match = _ORDINAL.match(text)
    if match is None:
        return None
    year, number, *clock, tail = match.groups()
    first = make_day(int(year), 1, 1)
    day = first + timedelta(days=int(number) - 1) if first and 0 < int(number) < 367 else None
    return _timed(day if day and day.year == int(year) else None, (*clock, None), tail)


def _timed(day: date | None, printed: tuple[str | None, ...], tail: str | None) -> list[DateReading] | None:
    """The reading of a day with its clock and what follows the clock; None where that is no zone, so that
    written() may try."""
    zones = printed_zones(_GO_CLOCK.sub("", tail)) if tail else ()
    hour, minute, second, fraction = printed
    clock = make_clock(hour, minute, second, fraction) if hour else None
    if zones is None or (tail and _HALF.fullmatch(tail)):
        return None
    if day is None or (hour and clock is None):
        return []
    return [DateReading(day, clock, zones)]


def _mail(text: str) -> list[DateReading] | None:
    match = _MAIL.match(text)
    if match is None:
        return None
    weekday, dom, name, year, hour, minute, second, fraction, tail = match.groups()
    # Short weekdays come in every language ("Seg, 24 Set 2018"): four letters and a comma are believed.
    if weekday and weekday not in DATE_WEEKDAYS and (len(weekday) > 4 or "," not in match[0][:6]):
        return None
    month, zones = DATE_MONTHS.get(name), printed_zones(tail)
    clock = make_clock(hour, minute, second, fraction)
    if month is None or zones is None or _HALF.fullmatch(tail) or end_of_range(clock, tail):
        return None
    day = make_day(full_year(year), month, int(dom))
    if day is None or clock is None:
        return []
    return [DateReading(day, clock, zones, formal=True)]
