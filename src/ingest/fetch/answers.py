"""What an answer's status and headers mean: which error, how long to stay away, whether rights are reserved.
Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ingest.errors import FetchError, Terminal, Transient
from ingest.model import Reason

REDIRECTS = frozenset((301, 302, 303, 307, 308))
PERMANENT = frozenset((301, 308))
RETRY_AFTER_CAP = 86_400.0
UNNAMED_PAUSE = 10.0
"""Seconds a host is left alone after a 429 that names no time (RFC 6585, 4 leaves it to us)."""

_TERMINAL = {401: Reason.HTTP_401, 403: Reason.HTTP_403, 404: Reason.HTTP_404, 410: Reason.HTTP_410}
_SECONDS = re.compile(r"\d+(?:\.\d+)?(?:\s*,\s*\d+(?:\.\d+)?)*", re.ASCII)


def failure(status: int, headers: Mapping[str, str], now: datetime) -> FetchError:
    """The error that an answer other than 2xx, 304 or a redirect stands for."""
    detail = f"HTTP {status}"
    if status == 429:
        return Transient(
            Reason.HTTP_429, detail, status=status, retry_after=retry_after(headers, now) or UNNAMED_PAUSE
        )
    if status >= 500:
        wait = retry_after(headers, now) if status == 503 else None
        return Transient(Reason.HTTP_5XX, detail, status=status, retry_after=wait)
    if status == 403 and headers.get("cf-mitigated", "").lower() == "challenge":
        return Terminal(Reason.CHALLENGE, f"{detail}: the host asks for a browser's challenge", status=status)
    if status in (408, 425):
        return Transient(Reason.HTTP_4XX, detail, status=status)
    if 400 <= status < 500:
        return Terminal(_TERMINAL.get(status, Reason.HTTP_4XX), detail, status=status)
    return Transient(Reason.HTTP_OTHER, f"{detail} where no such answer was due", status=status)


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to stay away (RFC 9110, 10.2.3: seconds or an HTTP date), at most 24 h; None if absent or
    unreadable."""
    value = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):  # said twice, the two lines come joined: the longer holds
        return min(max(map(float, value.split(","))), RETRY_AFTER_CAP)
    try:
        at = parsedate_to_datetime(value)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
        return min(max((at - now).total_seconds(), 0.0), RETRY_AFTER_CAP)
    except (ValueError, TypeError, OverflowError):
        return None


_NO_AI = re.compile(r"(?:^|[\s,:;])(?:noai|noimageai|notrain|noml)(?=$|[\s,;])", re.I)
_NO_TRAINING = re.compile(
    r"(?:^|[\s,;/])(?:ai|ai-train|train-ai|train-genai|ai-input|bots)\s*=\s*(?:n|no)\b", re.I
)


def reserves_rights(headers: Mapping[str, str]) -> bool:
    """True when the answer reserves text and data mining or AI training: TDM-Reservation (W3C TDMRep 6.1),
    X-Robots-Tag noai, Content-Usage (IETF aipref), Content-Signal."""
    if headers.get("tdm-reservation", "").strip() == "1":
        return True
    if _NO_AI.search(headers.get("x-robots-tag", "")):
        return True
    return any(usage_reserved(headers.get(name, "")) for name in ("content-usage", "content-signal"))


def usage_reserved(value: str) -> bool:
    """True for a usage preference such as `train-ai=n` or `ai-train=no`."""
    return bool(value) and bool(_NO_TRAINING.search(value))
