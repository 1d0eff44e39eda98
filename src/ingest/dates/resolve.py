"""Raw stamp -> the instant or the day it means, or None: a wrong time is worse than none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain

from ingest.dates.forms import readings
from ingest.dates.names import MONTHS, fold
from ingest.dates.reading import Clock, DateReading, make_day
from ingest.dates.zones import UnknownZone, iana, local_instant, printed_instant, region_of
from ingest.model import Precision, Stamp, StampSource

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
AHEAD = timedelta(hours=48)

_EPOCH = re.compile(
    r"(/date\(|@)?(\d{9,10}|\d{12,13}|\d{15,16}|\d{18,19})(?:\.\d{1,9})?(?:(?<=\d)[+-]\d{4})?(?:\)/)?\Z"
)
_COMPACT = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-4])[0-5]\d\Z")
_MONTH_FIRST = frozenset({"US", "FM", "MH", "PW", "GU", "AS", "MP", "VI", "UM"})
# English speakers of the first write both orders; in the others Spanish and English ones differ.
_BOTH_ORDERS = frozenset({"CA", "PH", "PR", "PA", "KY", "LR"})
_YEAR_FIRST = frozenset({"CN", "JP", "KR", "TW", "HU", "LT", "IR"})
# Languages whose writers all put the day first, wherever they live. English is left out: it depends on the
# country.
_DAY_FIRST_LANGUAGES = (
    "ar az be bg bn bs ca cs da de el es et fi fr gl gu he hi hr id is it ka kk kn lv mk ml mr nb nl nn no "
    "pa pl pt ro ru sk sl sq sr ta te th tr uk ur uz vi"
)
_DAY_FIRST = frozenset(_DAY_FIRST_LANGUAGES.split())
_DAY_FIRST_WITH_HYPHENS = frozenset({"da", "es", "hi", "id", "it", "nl", "pt", "vi"})
_CROATIAN = frozenset({"hr", "bs", "sh"})
_MIXED = "mixed"
_FOR_PROGRAMS = frozenset({StampSource.FEED, StampSource.JSONLD, StampSource.META})
_YEAR_LAST = re.compile(r"\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?\d{4}(?!\d)")
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
    orders: Mapping[str, str] | None = None,
) -> Stamp | None:
    """What a printed stamp means, in UTC; None where it means nothing or nothing certain.

    `zone` is the IANA zone of stamps that print none (a feed's setting); without it such a stamp gives its
    day only. An hour that the clocks of the zone skipped moves forward, one that they showed twice is the
    first of both. 03/04/2025 is settled by the weekday that is printed with it, else by `orders` (the
    document's other dates, see numeric_orders), else by `language` (BCP 47) and `region` (ISO 3166), else by
    `now`; unsettled, it is None. Language and region settle names like IST too; unsettled, they give the day.
    A name that did not hold on that day ("EST" in July) leaves the day, unless `literal`: then it is taken at
    its word. Accepted are 1990-01-01 to `now` + 48 h. Stamp.zone names the zone that was assumed. `now` is
    aware. Never raises.
    """
    if not raw or len(raw) > _MAX_CHARS:
        return None
    if instant := _epoch(raw, source):
        return _accept(instant, Precision.INSTANT, raw, source, now, None)
    place = region_of(language, region)
    allowed = readings(raw, thai=_tongue(language) == "th")
    chosen = allowed[0] if len(allowed) == 1 else _choose(allowed, now, language, place, orders)
    if chosen is None or not _day_in_window(chosen.day, now):
        return None
    return _stamp(chosen, raw, source, now, zone, place, literal)


def _epoch(raw: str, source: StampSource) -> datetime | None:
    """Seconds, milli-, micro- or nanoseconds since 1970, told apart by their length: 9-10, 12-13, 15-16,
    18-19 digits. `@1743588900` (date of GNU) and /Date(1743588900000-0400)/ (JSON of .NET) say so themselves;
    bare digits are one only in a field that holds a date for programs."""
    last = raw.rstrip()[-1:]
    if not (last in ")/" or last.isdecimal()):
        return None
    match = _EPOCH.match(fold(raw))
    if match is None or _COMPACT.match(match[2]) or not (match[1] or source in _FOR_PROGRAMS):
        return None
    digits = len(match[2])
    scale = 1 if digits <= 10 else 1_000 if digits <= 13 else 1_000_000 if digits <= 16 else 1_000_000_000
    return datetime.fromtimestamp(0, UTC) + timedelta(
        seconds=int(match[2]) // scale, microseconds=_micros(int(match[2]) % scale, scale)
    )


def _micros(rest: int, scale: int) -> int:
    return rest * 1_000_000 // scale


def _choose(
    allowed: Sequence[DateReading],
    now: datetime,
    language: str | None,
    region: str | None,
    orders: Mapping[str, str] | None,
) -> DateReading | None:
    """The only reading, or the one that the evidence leaves; None while two days are possible."""
    if any(reading.weekdays for reading in allowed):
        # A weekday that fits no reading proves none.
        allowed = [reading for reading in allowed if reading.day.weekday() in reading.weekdays]
    if any(reading.croatian for reading in allowed) and language:
        croatian = _tongue(language) in _CROATIAN
        allowed = [reading for reading in allowed if reading.croatian == croatian]
    if len({reading.day for reading in allowed}) > 1 and allowed[0].order:
        order = (orders or {}).get(allowed[0].separator) or _order(allowed, now, language, region)
        if order == _MIXED:
            return None
        allowed = [reading for reading in allowed if reading.order == order] or allowed
    if len({reading.day for reading in allowed}) > 1:
        allowed = [reading for reading in allowed if _day_in_window(reading.day, now)]
    return allowed[0] if len({reading.day for reading in allowed}) == 1 else None


def _order(
    allowed: Sequence[DateReading], now: datetime, language: str | None, region: str | None
) -> str | None:
    """The order in which writers of that language and region put the numbers, None where they differ."""
    tongue = _tongue(language)
    by_year = any(each.order == "ymd" and _day_in_window(each.day, now) for each in allowed)
    if by_year and allowed[0].separator[0] == "-" and tongue not in _DAY_FIRST_WITH_HYPHENS:
        return None  # 26-03-05 is 2026 or the 26th to those who write 2026-03-05
    if region in _MONTH_FIRST:
        return "mdy" if tongue in ("", "en") else None
    if region in _YEAR_FIRST:
        return "ymd"
    if region in _BOTH_ORDERS:
        return None
    return "dmy" if region is not None or tongue in _DAY_FIRST else None


def _tongue(language: str | None) -> str:
    return (language or "").replace("_", "-").partition("-")[0].strip().lower()


def numeric_orders(raws: Iterable[str | None]) -> dict[str, str]:
    """Separator -> the order ('dmy', 'mdy') of the numeric dates of one document, as far as they prove it.

    One program prints all dates of a document alike: beside 25/04/2025 and `Fri, 03/04/2025` every
    04/03/2025 is a day in March read day first. Where dates of one document prove both orders, the value is
    'mixed': then none of the others is settled, by the language neither. Only years of four digits are
    evidence. Pure, and independent of the order of `raws`.
    """
    proved: dict[str, set[str]] = {}
    for raw in raws:
        if not raw or not _may_prove_an_order(raw):
            continue
        allowed = [each for each in readings(raw) if each.order]
        if any(each.weekdays for each in allowed) and len(allowed) > 1:
            allowed = [each for each in allowed if each.day.weekday() in each.weekdays]
        if len(allowed) == 1 and allowed[0].separator in "/-":
            proved.setdefault(allowed[0].separator, set()).add(allowed[0].order)
    return {separator: orders.pop() if len(orders) == 1 else _MIXED for separator, orders in proved.items()}


def _may_prove_an_order(raw: str) -> bool:
    """A quick no to mail dates and to years in front: the many."""
    if raw[:4].isdecimal() or ("/" not in raw and raw.count("-") < 2):
        return False
    return len(raw) <= _MAX_CHARS and _YEAR_LAST.search(raw) is not None


def _stamp(
    reading: DateReading,
    raw: str,
    source: StampSource,
    now: datetime,
    zone: str | None,
    region: str | None,
    literal: bool,
) -> Stamp | None:
    placed = _place(reading, zone, region, literal)
    if reading.clock is None or placed is None:
        return _accept(_midnight(reading.day), Precision.DAY, raw, source, now, None)
    instant, leap, assumed = placed
    if leap and not _is_leap_second(instant):
        return None
    precision = Precision.MINUTE if reading.clock.second is None else Precision.INSTANT
    return _accept(instant + timedelta(seconds=leap), precision, raw, source, now, assumed)


def _place(
    reading: DateReading, zone: str | None, region: str | None, literal: bool
) -> tuple[datetime, int, str | None] | None:
    """(UTC instant, 1 for a leap second behind it else 0, zone assumed) of a reading with a clock; None where
    no zone is known or the printed one can't be placed."""
    if reading.clock is None:
        return None
    local, leap = _wall_time(reading.day, reading.clock)
    try:
        if reading.zones:
            instant, assumed = printed_instant(
                local, reading.zones, formal=reading.formal, region=region, literal=literal
            )
            return instant, leap, assumed
        place = iana(zone) if zone else None
        return (local_instant(local, place), leap, zone) if place else None
    except (UnknownZone, OverflowError):
        return None


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
    r"[/_=-](?P<y>(?:19|20)\d{2})(?P<sep>[/-]?)(?P<m>0[1-9]|1[0-2]|(?<=[/-])[1-9](?=[/-])|[a-z]{3,10})"
    r"(?P=sep)(?P<d>0[1-9]|[12]\d|3[01]|[1-9])(?![\d])",
    re.IGNORECASE,
)


# `/2015/08/150803-`: the month, then the day with its year and month once more.
_URL_TWICE = re.compile(
    r"/(?P<y>(?:19|20)(?P<yy>\d\d))/(?P<m>0[1-9]|1[0-2])/(?P=yy)(?P=m)(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"
)


def from_url(url: str, now: datetime) -> Stamp | None:
    """The day in a URL's path (`/2025/04/02/`, `/2025/apr/02/`, `/2025/april/02/`, `/20250402/`,
    `-2025-04-02`, `/2025/04/250402-`); None if it has none or two."""
    path = url.partition("://")[2].partition("/")[2].partition("?")[0].partition("#")[0]
    days = set()
    for match in chain(_URL_DAY.finditer("/" + path), _URL_TWICE.finditer("/" + path)):
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
