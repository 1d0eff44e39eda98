"""What the status and headers of an answer mean: which error, how long to wait, whether rights are reserved.
Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ingest.errors import FetchError, Terminal, Transient
from ingest.reasons import RETRY_AFTER_CAP, Reason
from ingest.reservations import directive_reserves, tdm_reserves, usage_reserves

REDIRECTS = frozenset((301, 302, 303, 307, 308))
PERMANENT = frozenset((301, 308))
UNNAMED_PAUSE = 10.0
"""Seconds for which a host is paused after a 429 without Retry-After (RFC 6585, 4 leaves it to us)."""

_TERMINAL = {401: Reason.HTTP_401, 403: Reason.HTTP_403, 404: Reason.HTTP_404, 410: Reason.HTTP_410}
_SECONDS = re.compile(r"\d+(?:\.\d+)?(?:\s*,\s*\d+(?:\.\d+)?)*", re.ASCII)


def failure(status: int, headers: Mapping[str, str], now: datetime) -> FetchError:
    """Returns the error for an answer that is no 2xx, 304 or redirect."""
    detail, wait = f"HTTP {status}", pause(status, headers, now)
    if challenged(status, headers):
        detail = f"{detail}: the host challenges the client to be a browser"
        return Transient(Reason.CHALLENGE, detail, status=status, retry_after=wait)
    if status == 429:
        return Transient(Reason.HTTP_429, detail, status=status, retry_after=wait)
    if status >= 500:
        return Transient(Reason.HTTP_5XX, detail, status=status, retry_after=wait)
    if status in (408, 425):
        return Transient(Reason.HTTP_4XX, detail, status=status)
    if 400 <= status < 500:
        return Terminal(_TERMINAL.get(status, Reason.HTTP_4XX), detail, status=status)
    return Transient(Reason.HTTP_OTHER, f"{detail}, which is no answer to a GET", status=status)


def pause(status: int, headers: Mapping[str, str], now: datetime) -> float | None:
    """Returns the seconds for which an answer asks for no request to its host: 429 (RFC 6585, 4) and 503 (RFC
    9110, 15.6.4) can; None otherwise."""
    if status == 429:
        return retry_after(headers, now) or UNNAMED_PAUSE
    return retry_after(headers, now) if status == 503 else None


def challenged(status: int, headers: Mapping[str, str]) -> bool:
    """True for a bot defence's challenge in place of the answer, told by a header that is on nothing else: of
    Cloudflare, Vercel, AWS WAF (which sends 202 and 405 too), SiteGround. DataDome's is on every answer of
    its hosts, and tells only with an error. (Akamai's refusals have none.)"""
    if any(headers.get(name, "").strip().lower() in ("challenge", "captcha") for name in _CHALLENGE_HEADERS):
        return True
    return status in (401, 403, 429) and any(name in headers for name in _DATADOME)


_CHALLENGE_HEADERS = ("cf-mitigated", "x-vercel-mitigated", "x-amzn-waf-action", "sg-captcha")
_DATADOME = ("x-datadome", "x-dd-b")


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Returns the Retry-After in seconds (RFC 9110, 10.2.3: seconds or an HTTP date), at most 24 h; None if
    it is absent or unreadable."""
    value = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):  # a repeated header comes joined: the longer wait holds
        return min(max(map(float, value.split(","))), RETRY_AFTER_CAP)
    try:
        at = parsedate_to_datetime(value)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
        return min(max((at - now).total_seconds(), 0.0), RETRY_AFTER_CAP)
    except (ValueError, TypeError, OverflowError):
        return None


def reserves_rights(headers: Mapping[str, str]) -> bool:
    """True where the answer reserves text and data mining or AI training: TDM-Reservation (W3C TDMRep 6.1),
    X-Robots-Tag noai, Content-Usage (IETF aipref), Content-Signal."""
    return (
        tdm_reserves(headers.get("tdm-reservation", ""))
        or directive_reserves(headers.get("x-robots-tag", ""))
        or any(usage_reserves(headers.get(name, "")) for name in ("content-usage", "content-signal"))
    )
