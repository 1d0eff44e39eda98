"""Raw stamp -> the instant or the day it means, or None: a wrong time is worse than none."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from ingest.dates.forms import Clock, DateReading, make_day, readings
from ingest.dates.names import MONTHS, fold
from ingest.dates.zones import UnknownZone, iana, local_instant, printed_instant, region_of
from ingest.model import Precision, Stamp, StampSource

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(hours=48)

_EPOCH = re.compile(r"\s*(?:/Date\()?(\d{9,10}|\d{12,13}|\d{15,16}|\d{18,19})(?:\.(\d{1,9}))?(?:\)/)?\s*\Z")
_COMPACT = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-4])[0-5]\d\Z")
_MONTH_FIRST = frozenset({"US", "PH", "FM", "MH", "PW"})
_YEAR_FIRST = frozenset({"CN", "JP", "KR", "TW", "HU", "LT", "IR"})
# Languages whose writers all put the day first, wherever they live. English is left out: it depends on the
# country.
_DAY_FIRST = frozenset(
    [
        "ar",
        "bg",
        "cs",
        "da",
        "de",
        "el",
        "es",
        "fi",
        "fr",
        "he",
        "hi",
        "hr",
        "id",
        "it",
        "nb",
        "nl",
        "nn",
        "no",
        "pl",
        "pt",
        "ro",
        "ru",
        "sk",
        "sl",
        "sr",
        "th",
        "tr",
        "uk",
        "ur",
        "vi",
    ]
)
_MAX_CHARS = 200


def resolve(
    raw: str | None,
    *,
    source: StampSource,
    now: datetime,
    zone: str | None = None,
    language: str | None = None,
    region: str | None = None,
    literal: bool = False,
) -> Stamp | None:
    """What a printed stamp means, in UTC; None where it means nothing or nothing certain.

    `zone` is the IANA zone of stamps that print none (a feed's setting); without it such a stamp gives its
    day only. `language` (BCP 47) and `region` (ISO 3166) settle 03/04/2025 and names like IST; unsettled,
    they give the day or None. A name that did not hold on that day ("EST" in July) leaves the day, unless
    `literal`: then it is taken at its word. Accepted are 1990-01-01 to `now` + 48 h. Stamp.zone names the
    zone that was assumed. `now` is aware. Never raises.
    """
    if not raw or len(raw) > _MAX_CHARS:
        return None
    if instant := _epoch(raw):
        return _accept(instant, Precision.INSTANT, raw, source, now, None)
    place = region_of(language, region)
    chosen = _choose([r for r in readings(raw) if _day_in_window(r.day, now)], language, place)
    if chosen is None:
        return None
    return _stamp(chosen, raw, source, now, zone, place, literal)


def _epoch(raw: str) -> datetime | None:
    """Seconds, milli-, micro- or nanoseconds since 1970, told apart by their length: 9-10, 12-13, 15-16,
    18-19 digits."""
    match = _EPOCH.match(fold(raw) if not raw.isascii() else raw)
    if match is None or _COMPACT.match(match[1]):
        return None
    digits = len(match[1])
    scale = 1 if digits <= 10 else 1_000 if digits <= 13 else 1_000_000 if digits <= 16 else 1_000_000_000
    return datetime.fromtimestamp(0, UTC) + timedelta(
        seconds=int(match[1]) // scale, microseconds=_micros(int(match[1]) % scale, scale)
    )


def _micros(rest: int, scale: int) -> int:
    return rest * 1_000_000 // scale


def _choose(allowed: list[DateReading], language: str | None, region: str | None) -> DateReading | None:
    """The only reading, or that of the writer's usual order; None while two days are possible."""
    days = {r.day for r in allowed}
    if len(days) <= 1:
        return allowed[0] if allowed else None
    order = _order(language, region)
    return next((r for r in allowed if r.order == order), None)


def _order(language: str | None, region: str | None) -> str | None:
    if region in _MONTH_FIRST:
        return "mdy"
    if region in _YEAR_FIRST:
        return "ymd"
    if region is not None and region != "CA":
        return "dmy"
    return "dmy" if language and language.split("-")[0].lower() in _DAY_FIRST else None


def _stamp(
    reading: DateReading,
    raw: str,
    source: StampSource,
    now: datetime,
    zone: str | None,
    region: str | None,
    literal: bool,
) -> Stamp | None:
    day = _accept(_midnight(reading.day), Precision.DAY, raw, source, now, None)
    if reading.clock is None:
        return day
    local, leap = _wall_time(reading.day, reading.clock)
    try:
        placed = _place(local, reading, zone, region, literal)
    except (UnknownZone, OverflowError):
        return day
    if placed is None:
        return day
    instant, assumed = placed
    if leap and not _is_leap_second(instant):
        return None
    precision = Precision.MINUTE if reading.clock.second is None else Precision.INSTANT
    return _accept(instant + timedelta(seconds=leap), precision, raw, source, now, assumed)


def _place(
    local: datetime, reading: DateReading, zone: str | None, region: str | None, literal: bool
) -> tuple[datetime, str | None] | None:
    if reading.zone:
        return printed_instant(local, reading.zone, formal=reading.formal, region=region, literal=literal)
    assumed = iana(zone) if zone else None
    return (local_instant(local, assumed), zone) if assumed else None


def _wall_time(day: date, clock: Clock) -> tuple[datetime, int]:
    """(naive local time, 1 for a leap second else 0); 24:00 is the next day's midnight (ISO 8601:2004)."""
    leap = 1 if clock.second == 60 else 0
    at = time(clock.hour % 24, clock.minute, (clock.second or 0) - leap, clock.micro)
    return datetime.combine(day, at) + timedelta(days=clock.hour // 24), leap


def _is_leap_second(before: datetime) -> bool:
    """Leap seconds follow 23:59:59 UTC of 30 June or 31 December; like POSIX time they are counted into the
    next day."""
    return (before.month, before.day, before.hour, before.minute) in ((6, 30, 23, 59), (12, 31, 23, 59))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _day_in_window(day: date, now: datetime) -> bool:
    return EARLIEST.date() <= day <= (now + AHEAD).date()


def _accept(
    at: datetime, precision: Precision, raw: str, source: StampSource, now: datetime, zone: str | None
) -> Stamp | None:
    if not EARLIEST <= at <= now + AHEAD:
        return None
    return Stamp(at, precision, source, raw, zone)


_URL_DAY = re.compile(
    r"[/_=-](?P<y>(?:19|20)\d{2})(?P<sep>[/-]?)(?P<m>0[1-9]|1[0-2]|(?<=[/-])[1-9](?=[/-])|[a-z]{3})"
    r"(?P=sep)(?P<d>0[1-9]|[12]\d|3[01]|[1-9])(?![\d])",
    re.IGNORECASE,
)


def from_url(url: str, now: datetime) -> Stamp | None:
    """The day in a URL's path (`/2025/04/02/`, `/2025/apr/02/`, `/20250402/`, `-2025-04-02`); None if it has
    none or two."""
    path = url.partition("://")[2].partition("/")[2].partition("?")[0].partition("#")[0]
    days = set()
    for match in _URL_DAY.finditer("/" + path):
        month = MONTHS.get(match["m"].lower()) if match["m"].isalpha() else int(match["m"])
        day = make_day(int(match["y"]), month, int(match["d"])) if month else None
        if day and _day_in_window(day, now):
            days.add(day)
    if len(days) != 1:
        return None
    return _accept(_midnight(days.pop()), Precision.DAY, url, StampSource.URL, now, None)


def nearest_day(month: int, dom: int, near: date) -> date | None:
    """The day of a dateline without a year: of the years about `near` the closest, at most 2 days after
    it."""
    days = (make_day(near.year + step, month, dom) for step in (1, 0, -1))
    return next((day for day in days if day and day <= near + timedelta(days=2)), None)
