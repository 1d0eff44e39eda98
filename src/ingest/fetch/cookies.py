"""Cookies of one redirect chain. Some sites answer the first request with a cookie and a redirect to the same
address, and serve the feed or page only to who brings the cookie back. Pure.

Such a cookie goes back to the host that set it, as long as the chain lasts; then it is forgotten. It never
goes to another host (the Domain attribute widens nothing), nor over http once it came over https. Path,
Secure, Max-Age and Expires are heeded as RFC 6265 says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from ingest.fetch.guard import RequestTarget

MOST_COOKIES = 50
"""Cookies that a chain keeps (RFC 6265, 6.1 asks for at least 50 a host)."""
LONGEST_COOKIE = 4_096
"""Characters of a Set-Cookie field that is read (RFC 6265, 6.1)."""


@dataclass(frozen=True, slots=True)
class _Cookie:
    value: str
    secure: bool


class ChainCookies:
    """What the hosts of one redirect chain have set so far."""

    def __init__(self) -> None:
        self._cookies: dict[tuple[str, str, str], _Cookie] = {}  # by authority, path and name

    def receive(self, target: RequestTarget, fields: Iterable[str], now: datetime) -> None:
        """Keep what the Set-Cookie fields of an answer to `target` say; fields that break a rule are
        dropped."""
        for text in fields:
            if len(text) <= LONGEST_COOKIE and text.isascii() and text.isprintable():
                self._set(target, text, now)

    def header(self, target: RequestTarget) -> str:
        """The Cookie header for a request to `target`; '' where there is none. Longer paths come first (RFC
        6265, 5.4)."""
        path = _path(target)
        pairs = [
            (-len(place), f"{name}={cookie.value}")
            for (authority, place, name), cookie in self._cookies.items()
            if authority == target.authority
            and _covers(place, path)
            and (target.scheme == "https" or not cookie.secure)
        ]
        return "; ".join(pair for _, pair in sorted(pairs, key=lambda pair: pair[0]))

    def _set(self, target: RequestTarget, text: str, now: datetime) -> None:
        pair, *rest = (part.strip() for part in text.split(";"))
        name, equals, value = (part.strip() for part in pair.partition("="))
        attributes = {
            key.strip().lower(): value.strip() for key, _, value in (part.partition("=") for part in rest)
        }
        domain = attributes.get("domain", "").lower().lstrip(".")
        over_https = target.scheme == "https"
        foreign = bool(domain) and not f".{target.host}".endswith(f".{domain}")
        if not equals or not name or foreign or ("secure" in attributes and not over_https):
            return
        path = attributes.get("path", "")
        key = (target.authority, path if path.startswith("/") else _default_path(target), name)
        if _is_over(attributes, now):
            self._cookies.pop(key, None)
        elif key in self._cookies or len(self._cookies) < MOST_COOKIES:
            self._cookies[key] = _Cookie(value, secure=over_https)


def _is_over(attributes: dict[str, str], now: datetime) -> bool:
    """Whether the field takes a cookie back. Max-Age goes before Expires (RFC 6265, 4.1.2.2)."""
    age = attributes.get("max-age", "")
    if re.fullmatch(r"-?\d{1,12}", age, re.ASCII):
        return int(age) <= 0
    try:
        at = parsedate_to_datetime(attributes.get("expires", "").replace("-", " "))
    except (ValueError, TypeError, OverflowError):
        return False
    return (at.replace(tzinfo=UTC) if at.tzinfo is None else at) <= now


def _path(target: RequestTarget) -> str:
    return urlsplit(target.url).path or "/"


def _default_path(target: RequestTarget) -> str:
    """RFC 6265, 5.1.4: the folder of the address that set the cookie."""
    return _path(target).rpartition("/")[0] or "/"


def _covers(place: str, path: str) -> bool:
    return path == place or path.startswith(place if place.endswith("/") else f"{place}/")
