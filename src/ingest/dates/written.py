"""Dates as people and page templates write them: day, clock and zone in any usual order and language, with
nothing left over that is not understood."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ingest.dates.after_clock import end_of_range, last_zone, leading_zones
from ingest.dates.names import CROATIAN_MONTHS, DATE_MONTHS, DATE_WEEKDAYS, FILLERS, LONG_MONTHS
from ingest.dates.reading import Clock, DateReading, full_year, make_clock, make_day

_TIME = re.compile(
    r"(?P<before>上午|下午|午前|午後|中午|傍晚|晚上|早上|凌晨|오전|오후|(?<!\w)d[eu]\.(?=\s?\d))?\s*"
    r"(?:(?<![\d:.])(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,](?P<f>\d{1,9}))?)?(?![\d:])\s*"
    r"(?P<half>[ap]\.?\s?m\b\.?|ص|م(?!\w)|[πμ]\.?μ\b\.?|[ef]m\b)?"
    r"|(?<!\d)(?P<h2>\d{1,2})\s?(?:h\s?(?:(?P<m2>\d{2})(?:\s?m(?:in)?\b)?)?|u\s?(?P<m7>\d{2}))(?![\w:])"
    r"|(?<!\d)(?P<h3>\d{1,2})\s?[時时点點시]\s?(?:(?P<m3>\d{1,2})\s?[分분])?\s?(?:(?P<s3>\d{1,2})\s?[秒초])?"
    r"|(?<![\d.])(?P<h4>\d{1,2})(?:[.](?P<m4>\d{2}))?\s?(?P<half4>[ap]\.?\s?m\b\.?)"
    r"|(?:(?<=kl )|(?<=kl\. )|(?<=klo )|(?<=alle )|(?<=alle ore )|(?<=ore )|(?<=pukul )|(?<=godz\. ))"
    r"(?P<h5>\d{1,2})[.](?P<m5>\d{2})(?![\d.])"
    r"|(?<![\d.])(?P<h6>\d{1,2})(?:[.:](?P<m6>\d{2}))?(?=\s?(?:uhr|uur|u|h|hs|hrs)\b))"
)
# `02.04.2025 10.15`: a clock with a dot, only behind what is a whole date.
_DOTTED_CLOCK = re.compile(r"(?<=\d{4})[\s,.-]{1,4}(\d{1,2})\.(\d{2})(?=\Z|\s[^\d.])")
_CLOCK_WORD = re.compile(r"\s*(?:uhr|uur|u|h|hs|hrs)\b\.?")
_HALF_LETTER = re.compile(r"\s?[ap](?!\w)")  # `12:15 A` may be a quarter past midnight
_DATE_AND_T = re.compile(r"(?<=\d)t\s*\Z")
_NUMERIC = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})\.?\Z|(\d{1,2})([-/.])(\d{1,2})\6(\d{4}|\d{2})\.?\Z|"
    r"((?:19|20)\d\d)(\d\d)(\d\d)\Z"
)
_BETWEEN_NUMBERS = re.compile(r"(?<=\d)\s*([-/.])\s*(?=\d)")
_CJK = re.compile(
    r"(?:(民國|令和|平成)(\d{1,3}|元)|(\d{4}))[年년](\d{1,2})[月월](\d{1,2})[日號号일]?"
    r"\(?(?:(?:星期|周|週|礼拜)?([一二三四五六日天]|[月火水木金土日](?:曜日?)?|[월화수목금토일](?:요일)?))?\)?\Z"
)
_CJK_DAYS = {
    sign: number
    for number, line in enumerate(("一月월", "二火화", "三水수", "四木목", "五金금", "六土토", "日天일"))
    for sign in line
}
_ERA_START = {"令和": 2018, "平成": 1988, "民國": 1911}
# Vowel signs of Indian scripts and Thai are no \w, yet belong to their word.
_LETTER = r"(?:[^\W\d_]|[\u0900-\u0965\u0970-\u097f\u0980-\u09e5\u0e30-\u0e4e])"
_WORD = re.compile(rf"\d+|{_LETTER}+(?:[.'-]{_LETTER}+)*\.?|[^\s\w]")
_VIETNAMESE_MONTH = re.compile(r"\b(?:thang|thg) (\d{1,2})\b")
_VIETNAMESE_DAY = re.compile(r"\bthu (hai|ba|tu|nam|sau|bay)\b|\bchu nhat\b")
_LITHUANIAN = re.compile(r"(?<=\d{4}) m\.|(?<=\d) d\.")  # 2026 m. kovo 5 d.: "of the year", "day"
_THAI_AFFIX = re.compile("วัน|ที")  # วันพฤหัสบดีที่: "day", and "the" before a number
_ENGLISH_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ENGLISH_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_ORDINAL_ENDS = frozenset({"st", "nd", "rd", "th", "er", "ste", "e", "º", "ª", "o", "a", "го", "日"})
_NOISE = frozenset(",|·•:();")


def written(text: str, *, thai: bool) -> list[DateReading]:
    """Every reading of a folded string. With `thai` a year of two digits may be one of the Buddhist era."""
    rest, clock, zones = _without_time(text)
    if rest is None:
        return []
    return [replace(reading, clock=clock, zones=zones) for reading in _days(rest, thai)]


def _without_time(text: str) -> tuple[str | None, Clock | None, tuple[str, ...]]:
    """(the text without clock and zones, clock, zones). No text where the clock shows no time; no clock where
    what is printed leaves it open, as a range of times does."""
    match = _TIME.search(text) or _DOTTED_CLOCK.search(text)
    if match is None:
        return text, None, ()
    head, rest = text[: match.start()], text[match.end() :]
    is_open = match.re is _TIME and _is_open(match)
    clock = None if is_open else _printed_clock(match)
    if clock is None and not is_open:
        return None, None, ()
    if end := end_of_range(clock, rest):
        clock, rest = None, rest[end:]
    if letter := _HALF_LETTER.match(rest):
        clock, rest = None, rest[letter.end() :]
    if word := _CLOCK_WORD.match(rest):
        rest = rest[word.end() :]
    zones, rest = leading_zones(rest)
    text = f"{_DATE_AND_T.sub('', head)} {rest}".strip()
    if not zones:
        zones, text = last_zone(text)
    return text, clock, zones


_MORNING = frozenset({"上午", "早上", "凌晨", "오전", "午前", "de.", "ص", "fm"})


def _printed_clock(match: re.Match[str]) -> Clock | None:
    if match.re is _DOTTED_CLOCK:
        return make_clock(match[1], match[2], None, None)
    group = match.groupdict()
    hour = next(group[k] for k in ("h", "h2", "h3", "h4", "h5", "h6") if group[k])
    minute = next((group[k] for k in ("m", "m2", "m3", "m4", "m5", "m6", "m7") if group[k]), None)
    half = _half(group["before"] or group["half"] or group["half4"] or "")
    if group["before"] and not 1 <= int(hour) <= 12:
        # 午後0時 is noon; 下午15:30 says the same thing twice.
        hour, half = ("12" if half == "pm" and int(hour) == 0 else hour), ""
    if group["before"] == "中午" and int(hour) == 11:
        half = "am"
    return make_clock(hour, minute, group["s"] or group["s3"], group["f"], half)


def _half(mark: str) -> str:
    if not mark:
        return ""
    return "am" if mark[0] in "aπ" or mark in _MORNING else "pm"


def _is_open(match: re.Match[str]) -> bool:
    """Whether the half of the day can't be told: 晚上12点 and 午前12時 are noon to some and midnight to
    others, `3:15 em` is Swedish for the afternoon and Portuguese for nothing."""
    hour = next(match[k] for k in ("h", "h2", "h3", "h4", "h5", "h6") if match[k])
    twelve = int(hour) == 12 and match["before"] in ("晚上", "午前", "午後", "傍晚", "早上")
    return twelve or (match["half"] == "em" and int(hour) <= 12)


def _days(text: str, thai: bool) -> Iterator[DateReading]:
    if not text.isascii():
        cjk = _CJK.match("".join(text.split()).strip(",-|"))
        if cjk is not None:
            yield from _cjk(cjk)
            return
        for name in LONG_MONTHS:
            if name in text:
                text = text.replace(name, f" {_ENGLISH_MONTHS[DATE_MONTHS[name] - 1]} ")
    if thai:
        text = _THAI_AFFIX.sub(" ", text)
    text = _LITHUANIAN.sub(" ", text)
    text = _VIETNAMESE_MONTH.sub(_english_month, text)
    text = _VIETNAMESE_DAY.sub(_english_day, text)
    core, weekdays = _split(text)
    numeric = _NUMERIC.match(_BETWEEN_NUMBERS.sub(r"\1", " ".join(core)).strip("-/. "))
    found = _numeric(numeric) if numeric else _named([word for word in core if word[0].isalnum()], thai)
    for reading in found:
        yield replace(reading, weekdays=reading.weekdays & weekdays if reading.weekdays else weekdays)


def _english_month(match: re.Match[str]) -> str:
    number = int(match[1])
    return _ENGLISH_MONTHS[number - 1] if 1 <= number <= 12 else match[0]


def _english_day(match: re.Match[str]) -> str:
    return _ENGLISH_DAYS[("hai", "ba", "tu", "nam", "sau", "bay", None).index(match[1])]


def _split(text: str) -> tuple[list[str], frozenset[int]]:
    """(words that may make up the date, the weekdays that the printed one can mean)."""
    core: list[str] = []
    weekdays = frozenset(range(7))
    for word in _WORD.findall(text):
        bare = word.rstrip(".") or word
        if bare in FILLERS or word in _NOISE or bare in _ORDINAL_ENDS:
            continue
        if bare in DATE_WEEKDAYS and bare not in DATE_MONTHS:
            weekdays &= DATE_WEEKDAYS[bare]
        else:
            core.append(word)
    return core, weekdays if len(weekdays) < 7 else frozenset()


def _cjk(match: re.Match[str]) -> Iterator[DateReading]:
    era, era_year, year, month, dom, weekday = match.groups()
    number = int(year) if year else _ERA_START[era] + (1 if era_year == "元" else int(era_year))
    if day := make_day(number, int(month), int(dom)):
        yield DateReading(day, weekdays=frozenset({_CJK_DAYS[weekday[0]]}) if weekday else frozenset())


def _numeric(match: re.Match[str]) -> Iterator[DateReading]:
    if match[1] or match[9]:
        year, month, dom = (match[1], match[3], match[4]) if match[1] else match.group(9, 10, 11)
        if day := make_day(int(year), int(month), int(dom)):
            yield DateReading(day)
        return
    separator, printed = match[6], match[8]
    first, second, number = int(match[5]), int(match[7]), full_year(printed)
    orders = [("dmy", make_day(number, second, first))]
    if separator != ".":
        orders.append(("mdy", make_day(number, first, second)))
    if len(printed) == 2:
        orders.append(("ymd", make_day(full_year(match[5].zfill(2)), second, int(printed))))
    for order, each in orders:
        if each:
            yield DateReading(each, order=order, separator=separator + ("y" if len(printed) == 2 else ""))


def _named(words: list[str], thai: bool) -> Iterator[DateReading]:
    """Exactly a day, a month's name and a year, in any of the orders in use. `mar` is March or a Tuesday."""
    numbers = [word for word in words if word.isdecimal()]
    names = [word.rstrip(".") for word in words if not word.isdecimal()]
    if len(numbers) != 2 or not names or any(name not in DATE_MONTHS for name in names):
        return
    year, dom = numbers if len(numbers[0]) == 4 else reversed(numbers)
    if len(year) not in (2, 4) or len(dom) > 2:
        return
    years = [full_year(year)]
    if thai and len(year) == 2:
        years.append(2500 + int(year) - 543)
    for month, croatian, weekdays in _months(names):
        for number in years:
            if day := make_day(number, month, int(dom)):
                yield DateReading(day, weekdays=weekdays, croatian=croatian)


def _months(names: list[str]) -> Iterator[tuple[int, bool, frozenset[int]]]:
    """Every (month, Croatian, weekdays) that the names allow: each of them is the month (`مارس/آذار` prints
    two names of one) or a weekday."""
    for name in dict.fromkeys(names):
        others = [other for other in names if DATE_MONTHS[other] != DATE_MONTHS[name]]
        if all(other in DATE_WEEKDAYS for other in others):
            weekdays = (
                frozenset.intersection(*(DATE_WEEKDAYS[other] for other in others)) if others else frozenset()
            )
            yield DATE_MONTHS[name], False, weekdays
            if name in CROATIAN_MONTHS:
                yield CROATIAN_MONTHS[name], True, weekdays
