"""Addresses of captures in web archives (Internet Archive, pywb, OpenWayback): the page's own address, and
the time of the capture. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime

_CAPTURE = re.compile(
    r"^(?:(?P<host>https?://[^/?#]+)?/?(?P<path>(?:[\w.-]+/){0,3}))"
    r"(?P<time>(?:19|20)\d{2,12})(?P<form>[a-z]{2}_)?/(?P<page>(?:https?:/{1,2})?[^/\s].*)$",
    re.I,
)
_ARCHIVES = ("archive.org", "arquivo.pt", "archive-it.org", "webarchive", "web-archive", "wayback")
_SCHEME = re.compile(r"^(https?):/{1,2}(?=[^/])", re.I)


def own_address(url: str) -> tuple[str, datetime | None]:
    """The page's own address and the time of the capture, for the address of a capture
    (`https://web.archive.org/web/20260301101500id_/https://...`, or that path alone); any other address as it
    is, with None. The time is None where fewer than eight digits name it."""
    match = _CAPTURE.match(url.strip())
    if match is None:
        return url, None
    page, has_scheme = match["page"], bool(_SCHEME.match(match["page"]))
    named = any(name in f"{match['host'] or ''}/{match['path']}".lower() for name in _ARCHIVES)
    if not (named or (has_scheme and (match["form"] or match["host"] is None))):
        return url, None
    if not has_scheme and (match["host"] is None or "." not in page.partition("/")[0]):
        return url, None
    page = _SCHEME.sub(r"\1://", page) if has_scheme else f"http://{page}"
    return page, _time(match["time"])


def _time(digits: str) -> datetime | None:
    if len(digits) < 8:
        return None
    whole = digits[: 14 if len(digits) >= 14 else 8]
    try:
        return datetime.strptime(whole.ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
