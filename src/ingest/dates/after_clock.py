"""What follows a printed clock: zones, the remark of a mail date, the second clock of a range."""

from __future__ import annotations

import re
from functools import lru_cache

from ingest.dates.names import DATE_MONTHS, DATE_WEEKDAYS, FILLERS
from ingest.dates.reading import Clock
from ingest.dates.zones import is_known, offset_of

# A numeric offset (a Z glued to it is a letter of the format and adds nothing), a name, a remark, Java's
# [zone].
_TOKEN = re.compile(
    r"\s*(?:(?P<offset>(?:(?:gmt|utc|ut)\s?)?[+-]\d{1,2}:?\d{0,2}|\+\s\d{2}:?\d{2})z?(?![\w:/-]|\.\d)"
    r"|(?P<name>[a-z_]+/[a-z_]+(?:/[a-z_]+)?(?![\w/])|etc/gmt[+-]\d{1,2}|[a-zмск]{1,5}(?![\w/-]|\.\w))"
    r"|\((?P<remark>[^()]{0,60})\)|\[(?P<place>[a-z_]+/[a-z_/]{1,40}|utc|gmt|z)\])"
)
_LAST = re.compile(
    r"\s(?P<zone>[+-]\d{2}:?\d{2}|\(?(?:gmt|utc)[+-]\d{1,2}(?::?\d{2})?\)?|\(?[a-z]{1,5}\)?)\Z"
)
_SHORT_WORD = re.compile(r"[a-z]{1,5}\Z")
# Behind a clock PT and CT are zones, though they are short for a Polish and a Czech weekday.
_OTHER_WORDS = FILLERS | DATE_MONTHS.keys() | DATE_WEEKDAYS.keys() | {"a", "p", "am", "pm"}
_END_OF_RANGE = re.compile(r"\s?-(?P<space>\s?)(?P<h>\d{1,2})[:.h](?P<m>\d{2})(?![\d:])")


def end_of_range(start: Clock | None, tail: str) -> int:
    """The length of the second clock in `10:15-11:30` and the like, 0 for none. An offset follows its sign
    directly; where both could be meant, neither is believed."""
    end = _END_OF_RANGE.match(tail)
    if end is None:
        return 0
    if end["space"] or len(end["h"]) == 1 or end["m"] not in ("00", "30", "45"):
        return end.end()
    later = start is not None and (int(end["h"]), int(end["m"])) > (start.hour, start.minute)
    return end.end() if later and start is not None and start.second is None else 0


@lru_cache(maxsize=1024)
def printed_zones(tail: str) -> tuple[str, ...] | None:
    """The zones that a string ends in (`-0400 edt`), None where it holds anything else. A remark in brackets
    (RFC 5322, 3.2.2) counts only where no other zone is printed."""
    zones, rest = _zones(tail.rstrip(), every=True)
    return None if rest else zones


def leading_zones(text: str) -> tuple[tuple[str, ...], str]:
    """(the zones that `text` begins with, the rest). The first may be any short word; more must be known."""
    return _zones(text, every=False)


def last_zone(text: str) -> tuple[tuple[str, ...], str]:
    """(the zone behind the date, the rest): `Mon Mar 30 19:19:00 2026 -0400`. Only known names."""
    match = _LAST.search(text)
    if match is None or not (is_known(zone := match["zone"].strip("()")) or offset_of(zone) is not None):
        return (), text
    return (zone,), text[: match.start()]


def _zones(text: str, *, every: bool) -> tuple[tuple[str, ...], str]:
    zones: list[str] = []
    remarks: list[str] = []
    position = 0
    while match := _TOKEN.match(text, position):
        name = match["name"] or match["place"]
        if name and not is_known(name) and name in _OTHER_WORDS:
            break
        if name and zones and not every and not is_known(name):
            break
        if match["remark"] is not None:
            remarks.append(match["remark"].strip())
        else:
            zones.append(name or match["offset"].replace(" ", ""))
        position = match.end()
    if not zones and remarks and (_SHORT_WORD.match(remarks[0]) or offset_of(remarks[0]) is not None):
        zones = [remarks[0].replace(" ", "")]
    return tuple(zones), text[position:]
