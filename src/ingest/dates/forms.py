"""The written forms of a date: raw text -> the readings it allows, without judging which instant is meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from ingest.dates.names import FILLERS, LONG_MONTHS, MONTHS, WEEKDAYS, fold


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
    """One way to read a string. `order` is 'ymd', 'dmy' or 'mdy' for numeric dates, '' where only one order
    is possible.

    `zone` is the printed zone, folded. `formal` marks a mail date (RFC 5322).
    """

    day: date
    clock: Clock | None = None
    zone: str | None = None
    formal: bool = False
    order: str = ""


_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[t ]\s?(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?"
    r"\s?([a-z/_]{1,32}|(?:gmt|utc)?[+-]\d{1,2}:?\d{0,2})?)?\Z"
)
_BASIC = re.compile(
    r"(\d{4})(\d{2})(\d{2})(?:t?(\d{2})(\d{2})(\d{2})?(?:[.,](\d{1,9}))?(z|[+-]\d{2}:?\d{0,2})?)?\Z"
)
_WEEK = re.compile(r"(\d{4})-?w(\d{2})-?([1-7])(?:t(\d{2}):?(\d{2})(?::?(\d{2}))?(z|[+-]\d{2}:?\d{0,2})?)?\Z")
_ORDINAL = re.compile(r"(\d{4})-(\d{3})\Z")
_MAIL = re.compile(
    r"(?:([a-z]{3,9})\.?,?\s+)?(\d{1,2})[\s-]([a-z]{3,9})\.?[\s-](\d{4}|\d{2}),?\s+"
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?"
    r"(?:\s*([a-z]{1,5}|(?:gmt|utc|ut)?\s?[+-]\d{1,2}:?\d{0,2}))?(?:\s*\([^()]{0,60}\))?\Z"
)
_TIME = re.compile(
    r"(?P<before>上午|下午|午前|午後|晚上|凌晨|오전|오후)?\s*"
    r"(?:(?<![\d:.])(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?(?![\d:])\s*"
    r"(?P<half>[ap]\.?\s?m\b\.?|ص|م(?!\w)|πμ|μμ)?"
    r"|(?<!\d)(?P<h2>\d{1,2})\s?h\s?(?P<m2>\d{2})?(?![\w:])"
    r"|(?<!\d)(?P<h3>\d{1,2})\s?[時时点點시]\s?(?:(?P<m3>\d{1,2})\s?[分분])?\s?(?:(?P<s3>\d{1,2})\s?[秒초])?"
    r"|(?<![\d.])(?P<h4>\d{1,2})(?:[.](?P<m4>\d{2}))?\s?(?P<half4>[ap]\.?\s?m\b\.?)"
    r"|(?:(?<=kl )|(?<=kl\. )|(?<=klo )|(?<=alle )|(?<=alle ore )|(?<=ore )|(?<=pukul ))"
    r"(?P<h5>\d{1,2})[.](?P<m5>\d{2})(?![\d.])"
    r"|(?<![\d.])(?P<h6>\d{1,2})(?:[.:](?P<m6>\d{2}))?(?=\s?(?:uhr|hs|hrs)\b))"
)
_ZONE = re.compile(
    r"\s*\(?\s*((?:gmt|utc|ut)?\s?[+-]\s?\d{1,2}(?::?\d{2})?(?![\d/.-])"
    r"|[a-z]+/[a-z_]+|[a-zмск]{1,5}(?![\w.-]))\s*\)?(?:\s*\([a-z .+:\d-]{1,60}\))?"
)
_NUMERIC = re.compile(
    r"(\d{4})([-/.])\s?(\d{1,2})\2\s?(\d{1,2})\.?\Z|(\d{1,2})([-/.])\s?(\d{1,2})\6\s?(\d{4}|\d{2})\.?\Z"
)
_CJK = re.compile(
    r"(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日號号일]?(?:\s?\([月火水木金土日월화수목금토일]\))?\Z"
)
_ERA = re.compile(r"(令和|平成)\s?(\d{1,2}|元)年\s?(\d{1,2})月\s?(\d{1,2})日?\Z")
# Vowel signs of Indian scripts and Thai are no \w, yet belong to their word.
_LETTER = r"(?:[^\W\d_]|[\u0900-\u0965\u0970-\u097f\u0980-\u09e5\u0e30-\u0e4e])"
_WORD = re.compile(rf"\d+|{_LETTER}+(?:[.'’ʼ-]{_LETTER}+)*\.?|[^\s\w]")
_VIETNAMESE = re.compile(r"\bthang (\d{1,2})\b")
_ERA_START = {"令和": 2018, "平成": 1988}
_ENGLISH = {number: name for name, number in reversed(MONTHS.items()) if name.isascii() and len(name) >= 3}
_WEEKDAY_OR_MONTH = frozenset({"mar"})  # mardi, martes, martedi - or March
_ORDINAL_ENDS = frozenset({"st", "nd", "rd", "th", "er", "º", "ª", "o", "a", "日"})


def readings(raw: str) -> list[DateReading]:
    """Every reading of a stamp that its form allows; [] for what is no calendar date. `raw` may be in any
    script."""
    text = fold(raw)
    for form in (_iso, _basic, _week, _mail):
        allowed = form(text)
        if allowed is not None:
            return allowed
    return _loose(text)


def _iso(text: str) -> list[DateReading] | None:
    return _fields(_ISO.match(text))


def _basic(text: str) -> list[DateReading] | None:
    return _fields(_BASIC.match(text))


def _fields(match: re.Match[str] | None) -> list[DateReading] | None:
    if match is None:
        return None
    year, month, dom, hour, minute, second, fraction, zone = match.groups()
    return _reading(
        make_day(int(year), int(month), int(dom)), _clock(hour, minute, second, fraction), zone, hour
    )


def _week(text: str) -> list[DateReading] | None:
    if match := _WEEK.match(text):
        year, week, dow, hour, minute, second, zone = match.groups()
        try:
            day = date.fromisocalendar(int(year), int(week), int(dow))
        except ValueError:
            return []
        return _reading(day, _clock(hour, minute, second, None), zone, hour)
    if match := _ORDINAL.match(text):
        day = date(int(match[1]), 1, 1) + timedelta(days=int(match[2]) - 1) if int(match[1]) else date.min
        return [DateReading(day)] if day.year == int(match[1]) and int(match[2]) else []
    return None


def _mail(text: str) -> list[DateReading] | None:
    match = _MAIL.match(text)
    # Short weekdays come in every language ("Seg, 24 Set 2018"): four letters and a comma are believed.
    if match is None or (
        match[1] and match[1] not in WEEKDAYS and (len(match[1]) > 4 or text[len(match[1])] != ",")
    ):
        return None
    _, dom, name, year, hour, minute, second, fraction, zone = match.groups()
    month = MONTHS.get(name)
    day = make_day(full_year(year), month, int(dom)) if month else None
    if zone in ("am", "pm", "a", "p"):
        return None
    clock = _clock(hour, minute, second, fraction)
    return [DateReading(day, clock, zone, formal=True)] if day and clock else []


def _reading(day: date | None, clock: Clock | None, zone: str | None, hour: str | None) -> list[DateReading]:
    if day is None or (hour is not None and clock is None):
        return []
    return [DateReading(day, clock, zone)]


def full_year(digits: str) -> int:
    """Two digits by RFC 5322, 4.3: 00-49 are 20xx, 50-99 are 19xx."""
    year = int(digits)
    return year if len(digits) > 2 else year + (2000 if year < 50 else 1900)


def make_day(year: int, month: int, dom: int) -> date | None:
    """That day, None where the calendar has none (31 February)."""
    try:
        return date(year, month, dom)
    except ValueError:
        return None


def _clock(
    hour: str | None, minute: str | None, second: str | None, fraction: str | None, half: str = ""
) -> Clock | None:
    if hour is None:
        return None
    h, m, s = int(hour), int(minute or 0), int(second) if second else None
    if half:
        if not 1 <= h <= 12:
            return None
        h = h % 12 + (12 if half in _AFTERNOON else 0)
    at_end = h == 24 and m == 0 and not s
    if not (h < 24 or at_end) or m > 59 or (s or 0) > 60:
        return None
    return Clock(h, m, s, int((fraction or "0").ljust(6, "0")[:6]))


_AFTERNOON = frozenset({"p", "下午", "午後", "晚上", "오후", "م", "μμ"})


def _loose(text: str) -> list[DateReading]:
    """Day, clock and zone in the order people write them, with nothing left over that is not understood."""
    match = _TIME.search(text)
    clock, zone = None, None
    if match:
        clock = _printed_clock(match)
        if clock is None:
            return []
        rest, zone = _take_zone(text[match.end() :])
        text = f"{text[: match.start()]} {rest}"
    return [DateReading(day, clock, zone, order=order) for day, order in _days(text)]


def _printed_clock(match: re.Match[str]) -> Clock | None:
    group = match.groupdict()
    hour = next(group[k] for k in ("h", "h2", "h3", "h4", "h5", "h6") if group[k])
    minute = next((group[k] for k in ("m", "m2", "m3", "m4", "m5", "m6") if group[k]), None)
    half = group["before"] or group["half"] or group["half4"] or ""
    half = half[0] if half and half[0] in "ap" else half
    return _clock(hour, minute, group["s"] or group["s3"], group["f"], half)


def _take_zone(rest: str) -> tuple[str, str | None]:
    match = _ZONE.match(rest)
    if match is None or match[1] in MONTHS or match[1] in FILLERS or match[1] in WEEKDAYS:
        return rest, None
    return rest[match.end() :], match[1].replace(" ", "")


def _days(text: str) -> list[tuple[date, str]]:
    for name in LONG_MONTHS:
        if name in text:
            text = text.replace(name, f" {_ENGLISH[MONTHS[name]]} ")
    if "thang " in text:
        text = _VIETNAMESE.sub(lambda m: _ENGLISH.get(int(m[1]), m[0]), text)
    words = [w for w in _WORD.findall(text) if not _is_noise(w)]
    joined = "".join(words)
    if match := _CJK.match(joined):
        return _only(make_day(int(match[1]), int(match[2]), int(match[3])))
    if match := _ERA.match(joined):
        year = _ERA_START[match[1]] + (1 if match[2] == "元" else int(match[2]))
        return _only(make_day(year, int(match[3]), int(match[4])))
    if match := _NUMERIC.match(joined):
        return _numeric(match)
    return _named([w for w in words if w[0].isalnum()])


def _is_noise(word: str) -> bool:
    bare = word.rstrip(".")
    return (
        bare in FILLERS
        or bare in WEEKDAYS
        or word in ",|·•–—:();"
        or (bare in _ORDINAL_ENDS and len(bare) <= 2)
    )


def _only(day: date | None) -> list[tuple[date, str]]:
    return [(day, "")] if day else []


def _numeric(match: re.Match[str]) -> list[tuple[date, str]]:
    if match[1]:
        return _only(make_day(int(match[1]), int(match[3]), int(match[4])))
    first, second, year = int(match[5]), int(match[7]), full_year(match[8])
    days = [(make_day(year, second, first), "dmy")]
    if match[6] != ".":
        days.append((make_day(year, first, second), "mdy"))
    if len(match[8]) == 2:
        days.append((make_day(full_year(match[5]), second, int(match[8])), "ymd"))
    return [(day, order) for day, order in days if day]


def _named(words: list[str]) -> list[tuple[date, str]]:
    """Exactly a day, a month's name and a year, in any of the orders in use."""
    words = words[1:] if len(words) == 4 and words[0].rstrip(".") in _WEEKDAY_OR_MONTH else words
    months = [(i, MONTHS[w.rstrip(".")]) for i, w in enumerate(words) if w.rstrip(".") in MONTHS]
    numbers = [w for w in words if w.isdecimal()]
    if len(months) != 1 or len(numbers) != 2 or len(words) != 3:
        return []
    first, second = numbers
    year, dom = (first, second) if len(first) == 4 else (second, first)
    if len(year) not in (2, 4) or len(dom) > 2:
        return []
    number = full_year(year)
    # Thai writes Buddhist years: 543 ahead.
    return _only(make_day(number - 543 if 2500 < number < 2700 else number, months[0][1], int(dom)))
