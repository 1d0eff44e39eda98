"""What a date string was read as: a day, a wall clock and the printed zones, before any zone is placed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Clock:
    """A wall-clock time as printed. `hour` may be 24 (end of day) and `second` 60 (leap second) or None (not
    printed)."""

    hour: int
    minute: int
    second: int | None = None
    micro: int = 0


@dataclass(frozen=True, slots=True)
class DateReading:
    """One way to read a string.

    `zones` are the printed zones, folded, in their order. `formal` marks a mail date (RFC 5322). `order` is
    'ymd', 'dmy' or 'mdy' for numeric dates, '' where only one order is possible; `separator` stands between
    their numbers. `weekdays` are the days that a printed weekday can mean, 0 for Monday, empty without one.
    `croatian` marks a month's name that is another month in Polish and Czech.
    """

    day: date
    clock: Clock | None = None
    zones: tuple[str, ...] = ()
    formal: bool = False
    order: str = ""
    separator: str = ""
    weekdays: frozenset[int] = frozenset()
    croatian: bool = False


def full_year(digits: str) -> int:
    """The year of two or three digits by RFC 5322, 4.3: 00-49 are 20xx, 50-99 are 19xx, 126 is 2026."""
    year = int(digits)
    if len(digits) == 3:
        return year + 1900
    return year if len(digits) > 2 else year + (2000 if year < 50 else 1900)


def make_day(year: int, month: int, dom: int) -> date | None:
    """Returns that day, None where the calendar has none (31 February)."""
    try:
        return date(year, month, dom)
    except ValueError:
        return None


def make_clock(
    hour: str, minute: str | None, second: str | None, fraction: str | None, half: str = ""
) -> Clock | None:
    """Returns the time of these digits, None where no clock shows it. `half` is 'am', 'pm' or ''."""
    h, m, s = int(hour), int(minute or 0), int(second) if second else None
    if half:
        if not 1 <= h <= 12:
            return None
        h = h % 12 + (12 if half == "pm" else 0)
    at_end = h == 24 and m == 0 and not s
    if not (h < 24 or at_end) or m > 59 or (s or 0) > 60:
        return None
    return Clock(h, m, s, int((fraction or "0").ljust(6, "0")[:6]))
