"""Embargoes: the line that holds a story back, and the instant until which it does."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from ingest.dates import month_number, nearest_day, resolve
from ingest.extract.wire.phrases import alternatives
from ingest.model import Precision, Stamp, StampSource

_AHEAD = timedelta(days=400)
_EMBARGO = re.compile(
    rf"[\W_]{{0,4}}(?:{alternatives('embargo')}"
    r"|NOT FOR (?:RELEASE|PUBLICATION|BROADCAST|USE)[^\n.]{0,40}? (?:BEFORE|UNTIL))\b(?P<rest>[^\n]{0,160})",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    rf"[^\n]{{0,60}}?(?:\b{alternatives('until')}\b|:)\s{{0,2}}(?P<when>[^\n]{{4,120}})", re.IGNORECASE
)
_FOR = re.compile(r"[^\n]{0,60}?\b(?:to|for|on)\b\s{0,2}(?P<when>[^\n]{4,120})", re.IGNORECASE)
_FOUR_DIGITS = re.compile(
    r"(?<![\d:])(?P<h>[01]\d|2[0-3])(?P<m>[0-5]\d)"
    r"(?=\s?(?:hrs|hours|h\b|gmt|utc|bst|et\b|est|edt|cet|cest|ist|z\b|local))",
    re.IGNORECASE,
)


def read_embargo(line: str, base: datetime | None) -> tuple[bool, datetime | None]:
    """(does this line hold the story, until when). `base` is a time near the story, for a day without a year.

    A day alone, or a time without zone, is held until it has come everywhere: never out too early. An embargo
    in capitals whose time can't be read holds without end: a person must decide.
    """
    match = _EMBARGO.match(line)
    printed = _printed_time(match) if match else None
    if printed is None or _is_prose(line):
        return False, None
    when = _instant(printed, base) if base else None
    return when is not None or line.split()[0].isupper(), when


def _printed_time(match: re.Match[str]) -> str | None:
    """What follows "until": the mark itself may end with the word."""
    if match.group().removesuffix(match["rest"]).upper().endswith(("BEFORE", "UNTIL")):
        return match["rest"]
    until = _UNTIL.match(match["rest"]) or _FOR.match(match["rest"])
    return until["when"] if until else None


def _is_prose(line: str) -> bool:
    return line[:1].islower() or (len(line) > 170 and not line[:9].isupper())


def _instant(printed: str, base: datetime) -> datetime | None:
    """The time in the words after "until": the longest run of words that is a time, else that is a day."""
    words = _FOUR_DIGITS.sub(_colon, printed).replace("hrs", "").replace("hours", "").split()[:14]
    spans = sorted(
        ((i, j) for i in range(len(words)) for j in range(i + 1, len(words) + 1)),
        key=lambda s: (s[0] - s[1], s[0]),
    )
    days = []
    for i, j in spans:
        stamp = _stamp(" ".join(words[i:j]).strip(" ,.;:()[]*-"), base)
        if stamp and stamp.precision is not Precision.DAY:
            return stamp.at.astimezone(UTC)
        days.append(stamp)
    day = next((d for d in days if d), None)
    return day.at + timedelta(hours=12) if day else None


def _colon(match: re.Match[str]) -> str:
    """`0001 GMT` is 00:01, but the `2025` of `March 2025 GMT` is a year."""
    before = match.string[: match.start()].split()
    is_year = match["h"] == "20" and bool(before) and month_number(before[-1].strip(",.")) is not None
    return match.group() if is_year else f"{match['h']}:{match['m']}"


def _stamp(printed: str, base: datetime) -> Stamp | None:
    for text in (printed, f"{printed} {base.year}", _with_year(printed, base)):
        # A time without zone is read in the last zone on earth, for the same reason as a day.
        stamp = (
            resolve(text, source=StampSource.PAGE, now=base + _AHEAD, zone="Etc/GMT+12", literal=True)
            if text
            else None
        )
        if stamp is not None and abs(stamp.at - base) < _AHEAD:
            return stamp
    return None


def _with_year(printed: str, base: datetime) -> str | None:
    words = printed.replace(",", "").split()
    months = [month_number(w) for w in words]
    numbers = [int(w) for w in words if w.isdecimal() and len(w) <= 2]
    month = next((m for m in months if m), None)
    if month is None or not numbers:
        return None
    day = nearest_day(month, numbers[-1], (base + timedelta(days=180)).date())
    at = next(i for i, m in enumerate(months) if m)
    return " ".join([*words[: at + 1], *words[at + 1 :], str(day.year)]) if day else None
