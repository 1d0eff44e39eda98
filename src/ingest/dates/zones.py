"""Zone names as printed: numeric offsets, abbreviations by date and region, and what to do when a name can't
be trusted."""

from __future__ import annotations

import re
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


def local_instant(local: datetime, zone: tzinfo) -> datetime:
    """The UTC instant of a wall-clock time. UnknownZone where the clock was put forward (no such time) or
    back (two of them)."""
    early = local.replace(tzinfo=zone, fold=0)
    late = local.replace(tzinfo=zone, fold=1)
    if early.utcoffset() != late.utcoffset():
        raise UnknownZone(f"{local} is no single time in {zone}")
    return early.astimezone(UTC)


def printed_instant(
    local: datetime, name: str, *, formal: bool, region: str | None, literal: bool = False
) -> tuple[datetime, str | None]:
    """(UTC instant, zone assumed or None) of a wall-clock time with its printed zone (folded). UnknownZone if
    unplaceable.

    `formal` says the stamp is a mail date, whose North American names RFC 5322 fixes. `literal` takes every
    name at its word, also "EST" in July.
    """
    if name in UTC_NAMES:
        return local.replace(tzinfo=UTC), None
    if offset := _OFFSET.match(name):
        return _shift(local, _hours(offset)), None
    if formal and name in RFC_NAMES and region in (None, "US", "CA"):
        return _shift(local, timedelta(hours=RFC_NAMES[name])), None
    return _named_instant(local, name, region, literal)


def _hours(match: re.Match[str]) -> timedelta:
    size = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return -size if match[1] == "-" else size


def _shift(local: datetime, offset: timedelta) -> datetime:
    if abs(offset) > _MAX_OFFSET:
        raise UnknownZone(f"offset {offset} is beyond 14 h")
    return (local - offset).replace(tzinfo=UTC)


def _named_instant(
    local: datetime, name: str, region: str | None, literal: bool
) -> tuple[datetime, str | None]:
    meanings = _NAMED.get(name)
    if meanings is None:
        zone = iana(name)
        if zone is None:
            raise UnknownZone(name)
        return local_instant(local, zone), None
    key = region if region in meanings else "" if "" in meanings else None if region else _USUAL.get(name)
    if key is None or key not in meanings:
        raise UnknownZone(f"{name} has several meanings")
    zone_name = meanings[key]
    instant = local_instant(local, ZoneInfo(zone_name))
    fixed = _FIXED.get((key, name), RFC_NAMES.get(name) if key in ("US", "CA") else None)
    if fixed is not None and literal:
        return _shift(local, timedelta(hours=fixed)), zone_name
    if fixed is not None and _shift(local, timedelta(hours=fixed)) != instant:
        # "EST" in July: the name says one offset, the clocks of the place said another. Both are in use, so
        # neither is taken.
        raise UnknownZone(f"{name} did not hold at {local}")
    return instant, zone_name if len(meanings) > 1 else None
