"""Zone names as printed: numeric offsets, abbreviations by date and region, and what to do when a name can't
be trusted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

_OFFSET = re.compile(r"(?:gmt|utc|ut)?\s*([+-])\s*(\d{1,2})(?::?(\d{2}))?\Z")
_MAX_OFFSET = timedelta(hours=14)

# RFC 5322, 4.3: these names have a fixed meaning in a mail date, whatever the season.
RFC_NAMES = {"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7}

# name -> (region or '' for the only or usual meaning, IANA zone). A name with several regions and no '' needs
# a region.
_NAMED: dict[str, dict[str, str]] = {
    "et": {"": "America/New_York"},
    "est": {"US": "America/New_York", "CA": "America/Toronto", "AU": "Australia/Sydney"},
    "edt": {"US": "America/New_York", "CA": "America/Toronto", "AU": "Australia/Sydney"},
    "ct": {"": "America/Chicago"},
    "cst": {
        "US": "America/Chicago",
        "CA": "America/Winnipeg",
        "CN": "Asia/Shanghai",
        "TW": "Asia/Taipei",
        "MX": "America/Mexico_City",
        "CU": "America/Havana",
        "AU": "Australia/Adelaide",
    },
    "cdt": {"US": "America/Chicago", "CA": "America/Winnipeg", "CU": "America/Havana"},
    "mt": {"": "America/Denver"},
    "mst": {"US": "America/Denver", "CA": "America/Edmonton", "MY": "Asia/Kuala_Lumpur"},
    "mdt": {"": "America/Denver"},
    "pt": {"": "America/Los_Angeles"},
    "pst": {
        "US": "America/Los_Angeles",
        "CA": "America/Vancouver",
        "PH": "Asia/Manila",
        "PK": "Asia/Karachi",
    },
    "pdt": {"": "America/Los_Angeles"},
    "akst": {"": "America/Anchorage"},
    "akdt": {"": "America/Anchorage"},
    "hst": {"": "Pacific/Honolulu"},
    "nst": {"": "America/St_Johns"},
    "ndt": {"": "America/St_Johns"},
    "adt": {"": "America/Halifax"},
    "ast": {
        "SA": "Asia/Riyadh",
        "KW": "Asia/Kuwait",
        "QA": "Asia/Qatar",
        "BH": "Asia/Bahrain",
        "YE": "Asia/Aden",
        "IQ": "Asia/Baghdad",
        "CA": "America/Halifax",
        "PR": "America/Puerto_Rico",
        "US": "America/Puerto_Rico",
    },
    "ist": {"IN": "Asia/Kolkata", "IL": "Asia/Jerusalem", "IE": "Europe/Dublin"},
    "bst": {"GB": "Europe/London", "BD": "Asia/Dhaka"},
    "idt": {"": "Asia/Jerusalem"},
    "gst": {"": "Asia/Dubai"},
    "pkt": {"": "Asia/Karachi"},
    "npt": {"": "Asia/Kathmandu"},
    "aft": {"": "Asia/Kabul"},
    "wet": {"": "Europe/Lisbon"},
    "west": {"": "Europe/Lisbon"},
    "cet": {"": "Europe/Paris"},
    "cest": {"": "Europe/Paris"},
    "met": {"": "Europe/Paris"},
    "mest": {"": "Europe/Paris"},
    "mez": {"": "Europe/Berlin"},
    "mesz": {"": "Europe/Berlin"},
    "eet": {"": "Europe/Helsinki"},
    "eest": {"": "Europe/Helsinki"},
    "msk": {"": "Europe/Moscow"},
    "мск": {"": "Europe/Moscow"},
    "trt": {"": "Europe/Istanbul"},
    "azt": {"": "Asia/Baku"},
    "uzt": {"": "Asia/Tashkent"},
    "jst": {"": "Asia/Tokyo"},
    "kst": {"": "Asia/Seoul"},
    "hkt": {"": "Asia/Hong_Kong"},
    "sgt": {"": "Asia/Singapore"},
    "myt": {"": "Asia/Kuala_Lumpur"},
    "pht": {"": "Asia/Manila"},
    "ict": {"": "Asia/Bangkok"},
    "wib": {"": "Asia/Jakarta"},
    "wita": {"": "Asia/Makassar"},
    "wit": {"": "Asia/Jayapura"},
    "awst": {"": "Australia/Perth"},
    "acst": {"": "Australia/Darwin"},
    "acdt": {"": "Australia/Adelaide"},
    "aest": {"AU": "Australia/Sydney", "": "Australia/Brisbane"},
    "aedt": {"": "Australia/Sydney"},
    "nzst": {"": "Pacific/Auckland"},
    "nzdt": {"": "Pacific/Auckland"},
    "sast": {"": "Africa/Johannesburg"},
    "eat": {"": "Africa/Nairobi"},
    "wat": {"": "Africa/Lagos"},
    "cat": {"": "Africa/Maputo"},
    "brt": {"": "America/Sao_Paulo"},
    "art": {"": "America/Argentina/Buenos_Aires"},
    "cot": {"": "America/Bogota"},
    "pet": {"": "America/Lima"},
}
# The zone's printed offset in hours, where it must hold whatever the zone's clock said on that day.
_FIXED: dict[tuple[str, str], float] = {
    ("", "cet"): 1,
    ("", "cest"): 2,
    ("", "met"): 1,
    ("", "mest"): 2,
    ("", "mez"): 1,
    ("", "mesz"): 2,
    ("", "eet"): 2,
    ("", "eest"): 3,
    ("", "wet"): 0,
    ("", "west"): 1,
    ("", "akst"): -9,
    ("", "akdt"): -8,
    ("", "adt"): -3,
    ("", "idt"): 3,
    ("", "nzst"): 12,
    ("", "nzdt"): 13,
    ("", "aedt"): 11,
    ("", "aest"): 10,
    ("", "acst"): 9.5,
    ("", "acdt"): 10.5,
    ("AU", "aest"): 10,
    ("AU", "est"): 10,
    ("AU", "edt"): 11,
    ("AU", "cst"): 9.5,
    ("GB", "bst"): 1,
    ("IE", "ist"): 1,
    ("IL", "ist"): 2,
    ("", "nst"): -3.5,
    ("", "ndt"): -2.5,
    ("CA", "ast"): -4,
    ("", "mdt"): -6,
    ("", "pdt"): -7,
}
_LANGUAGE_REGION = {
    "zh": "CN",
    "hi": "IN",
    "bn": "BD",
    "he": "IL",
    "ga": "IE",
    "ar": "SA",
    "tl": "PH",
    "ta": "IN",
    "te": "IN",
    "mr": "IN",
    "gu": "IN",
    "ml": "IN",
    "kn": "IN",
    "pa": "IN",
    "ur": "PK",
}
# A summer-time name that only one of its regions can mean on a summer day, and the usual reading without a
# region.
_USUAL = {"bst": "GB", "est": "US", "edt": "US", "cdt": "US", "mst": "US", "pst": "US"}
UTC_NAMES = frozenset({"z", "utc", "gmt", "ut", "zulu", "uct"})


class UnknownZone(ValueError):
    """The printed zone can't be placed: the caller keeps the day and gives up the instant."""


def region_of(language: str | None, region: str | None) -> str | None:
    """The ISO 3166 region to read names by: as given, else the language tag's (`en-GB`), else the language's
    own."""
    if region:
        return region.upper()
    if not language:
        return None
    parts = language.replace("_", "-").split("-")
    if len(parts) > 1 and len(parts[-1]) == 2:
        return parts[-1].upper()
    return _LANGUAGE_REGION.get(parts[0].lower())


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


@lru_cache(maxsize=512)
def iana(name: str) -> ZoneInfo | None:
    """The IANA zone of that name in any case, None if there is none. Bare `EST` and the like are no zones of
    a place."""
    proper = _spellings().get(name.lower()) if "/" in name or name.upper() == "UTC" else None
    try:
        return ZoneInfo(proper) if proper else None
    except (KeyError, ValueError, OSError):
        return None


def is_known(name: str) -> bool:
    """Whether a name (folded) is a zone's, by the table or by IANA."""
    return name in UTC_NAMES or name in _NAMED or ("/" in name and iana(name) is not None)


def local_instant(local: datetime, zone: tzinfo) -> datetime:
    """The UTC instant of a wall-clock time. Where clocks were put back it is the first of the two times
    (fold=0, PEP 495); a time that was skipped moves forward with the clock: 02:30 is 03:30 summer time."""
    return local.replace(tzinfo=zone, fold=0).astimezone(UTC)


def printed_instant(
    local: datetime, zones: Sequence[str], *, formal: bool, region: str | None, literal: bool = False
) -> tuple[datetime, str | None]:
    """(UTC instant, zone assumed or None) of a wall-clock time with its printed zones (folded). UnknownZone
    if unplaceable.

    `formal` says the stamp is a mail date, whose North American names RFC 5322 fixes. `literal` takes every
    name at its word, also "EST" in July, and of an hour that was shown twice the later. Of several zones the
    numeric offset counts, and a name beside it must not contradict it: `-0400 EDT` is one instant,
    `+0200 +0300` and `-0800 EDT` are none.
    """
    if len(zones) == 1:
        offset = offset_of(zones[0])
        if offset is None:
            return _name_instant(local, zones[0], formal, region, literal)
        return _shift(local, offset), None
    offsets = {offset for zone in zones if (offset := offset_of(zone)) is not None}
    names = [zone for zone in dict.fromkeys(zones) if offset_of(zone) is None]
    if not offsets:
        placed = [_name_instant(local, name, formal, region, literal) for name in names]
        if len({instant for instant, _ in placed}) > 1:
            raise UnknownZone(f"{' and '.join(names)} are two times")
        return placed[0]
    offset = offsets.pop()
    if offsets or not all(_agrees(local, name, offset) for name in names):
        raise UnknownZone(f"{' '.join(zones)} contradict each other")
    return _shift(local, offset), None


def _name_instant(
    local: datetime, name: str, formal: bool, region: str | None, literal: bool
) -> tuple[datetime, str | None]:
    if name in UTC_NAMES:
        return local.replace(tzinfo=UTC), None
    if formal and name in RFC_NAMES and region in (None, "US", "CA"):
        return _shift(local, timedelta(hours=RFC_NAMES[name])), None
    return _named_instant(local, name, region, literal)


def _agrees(local: datetime, name: str, offset: timedelta) -> bool:
    """Whether a name can stand for this offset: by what it says or by what the place's clock showed. A name
    that is not known here is taken for a remark."""
    if name in UTC_NAMES:
        return not offset
    places = _NAMED.get(name) or ({"": name} if iana(name) else {})
    fixed = {timedelta(hours=hours) for (_, known), hours in _FIXED.items() if known == name}
    fixed |= {timedelta(hours=RFC_NAMES[name])} if name in RFC_NAMES else set()
    shown = {
        local.replace(tzinfo=zone, fold=fold).utcoffset()
        for place in places.values()
        if (zone := iana(place))
        for fold in (0, 1)
    }
    return not places or offset in fixed | shown


@lru_cache(maxsize=1024)
def offset_of(zone: str) -> timedelta | None:
    """The offset that a zone prints in numbers, None for a name. Minutes beyond 59 make it one that no zone
    has."""
    if zone in UTC_NAMES:
        return None
    match = _OFFSET.match(zone)
    if match is None:
        return None
    minutes = int(match[3] or 0)
    size = timedelta(hours=int(match[2]), minutes=minutes if minutes < 60 else 24 * 60)
    return -size if match[1] == "-" else size


def _shift(local: datetime, offset: timedelta) -> datetime:
    if abs(offset) > _MAX_OFFSET:
        raise UnknownZone(f"offset {offset} is beyond 14 h")
    return (local - offset).replace(tzinfo=UTC)


def _place_instant(local: datetime, zone: tzinfo, literal: bool) -> datetime:
    if not literal:
        return local_instant(local, zone)
    return max(local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


def _named_instant(
    local: datetime, name: str, region: str | None, literal: bool
) -> tuple[datetime, str | None]:
    meanings = _NAMED.get(name)
    if meanings is None:
        zone = iana(name)
        if zone is None:
            raise UnknownZone(name)
        return _place_instant(local, zone, literal), None
    key = region if region in meanings else "" if "" in meanings else None if region else _USUAL.get(name)
    if key is None or key not in meanings:
        raise UnknownZone(f"{name} has several meanings")
    zone_name = meanings[key]
    assumed = zone_name if len(meanings) > 1 else None
    hours = _FIXED.get((key, name), RFC_NAMES.get(name) if key in ("US", "CA") else None)
    if hours is None:
        return _place_instant(local, ZoneInfo(zone_name), literal), assumed
    instant = _shift(local, timedelta(hours=hours))
    if literal:
        return instant, zone_name
    clocks = (local.replace(tzinfo=ZoneInfo(zone_name), fold=fold) for fold in (0, 1))
    if instant not in {clock.astimezone(UTC) for clock in clocks}:
        # "EST" in July: the name says one offset, the clocks of the place said another. Both are in use, so
        # neither is taken.
        raise UnknownZone(f"{name} did not hold at {local}")
    return instant, assumed
