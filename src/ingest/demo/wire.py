"""The sample wire: the answers of its hosts, at edition 1 or 2, and the configuration with which it is
polled."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache
from urllib.parse import unquote

from ingest.demo.render import feed_bytes, layout, page_bytes
from ingest.demo.story import Outlet, Story, outlets

BASE = datetime(2026, 3, 10, 12, tzinfo=UTC)
"""Time of the first poll if the caller names none: fixed, so that two runs can be compared."""

POLL_GAP = timedelta(hours=1)
STORY_NUMBER = r"(?<!\d)(1[01]\d{8})(?!\d)"
"""Identity of the distributor's stories: a ten-digit number anywhere in the URL, in the form of MENAFN's."""

_ROBOTS = b"User-agent: *\nDisallow: /members/\n"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a host answers. `headers` as sent, without Content-Length."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Feed:
    body: bytes
    media_type: str
    etag: str
    changed: datetime


class Wire:
    """The hosts of the sample wire. Set `edition` to 2 for the second poll; a new Wire has seen no request.

    `base` (aware UTC) is the time of the first poll; `second` that of the second. Not for several threads at
    once.
    """

    def __init__(self, base: datetime = BASE, edition: int = 1) -> None:
        self.base = base.astimezone(UTC).replace(microsecond=0)
        self.second = self.base + POLL_GAP
        self.edition = edition
        self._was_busy: set[tuple[str, str]] = set()

    def answer(self, host: str, target: str, headers: Mapping[str, str]) -> Reply:
        """The reply to a GET of `target` (path and query) at `host`; `headers` keys are lower case."""
        path = unquote(target.split("?", 1)[0])
        here = [outlet for outlet in _outlets(self.base, self.edition) if outlet.host == host]
        if not here:
            return Reply(421, b"no such host on the sample wire\n", {"Content-Type": "text/plain"})
        if path == "/robots.txt":
            return Reply(200, _ROBOTS, {"Content-Type": "text/plain"})
        for outlet in here:
            if path == outlet.feed:
                return self._feed(outlet, headers)
        matches = [(outlet, story) for outlet in here for story in outlet.stories if story.path == path]
        return (
            self._page(*matches[0])
            if matches
            else _html(404, b"<html><body><h1>Not found</h1></body></html>")
        )

    def _feed(self, outlet: Outlet, headers: Mapping[str, str]) -> Reply:
        if outlet.broken_at is not None and self.edition >= outlet.broken_at:
            return _html(200, layout("maintenance", {"publisher": outlet.name}))
        feed = _rendered_feed(outlet.id, self.base, self.edition)
        validators = _validators(outlet, feed)
        if _fresh(feed, validators, headers):
            return Reply(304, b"", validators)
        return Reply(200, feed.body, {"Content-Type": feed.media_type, **validators})

    def _page(self, outlet: Outlet, story: Story) -> Reply:
        key = (outlet.host, story.path)
        if story.answer == "busy-once" and key not in self._was_busy:
            self._was_busy.add(key)
            return Reply(503, b"busy\n", {"Content-Type": "text/plain"})
        if story.answer == "missing":
            return _html(404, b"<html><body><h1>Not found</h1></body></html>")
        if story.answer == "challenge":
            return _html(200, layout("challenge", {"host": outlet.host}))
        return _html(200, page_bytes(outlet, story))


def config(port: int, address: str = "127.0.0.1") -> tuple[str, dict[str, object]]:
    """Returns (text of feeds.toml, values of ingest.toml) for polling the wire at this address and port."""
    hosts = sorted({outlet.host for outlet in outlets(BASE, 1)})
    feeds = "\n".join(_feed_table(outlet) for outlet in outlets(BASE, 1))
    rule = f"[[host]]\nhost = \"gulfwire.example\"\nidentity = '{STORY_NUMBER}'\n"
    settings: dict[str, object] = {
        "resolve": dict.fromkeys(hosts, f"{address}:{port}"),
        "allow_networks": [f"{address}/32"],
    }
    return f"{feeds}\n{rule}", settings


def config_toml(port: int, address: str = "127.0.0.1") -> tuple[str, str]:
    """Returns (text of feeds.toml, text of ingest.toml) for polling the wire at this address and port."""
    feeds, settings = config(port, address)
    resolve = ", ".join(f'"{host}" = "{place}"' for host, place in dict(settings["resolve"]).items())  # type: ignore[call-overload]
    return feeds, f"allow_networks = {json.dumps(settings['allow_networks'])}\nresolve = {{ {resolve} }}\n"


def _feed_table(outlet: Outlet) -> str:
    values = {
        "id": outlet.id,
        "url": outlet.feed_url,
        "name": outlet.name,
        "publisher": outlet.name,
        "language": outlet.language,
        "timezone": outlet.timezone,
        "full_text": outlet.full_text or None,
    }
    lines = [
        f"{key} = {json.dumps(value, ensure_ascii=False)}"
        for key, value in values.items()
        if value is not None
    ]
    return "\n".join(["[[feed]]", *lines, ""])


def _html(status: int, body: bytes) -> Reply:
    return Reply(status, body, {"Content-Type": "text/html; charset=utf-8"})


@lru_cache(maxsize=8)
def _outlets(base: datetime, edition: int) -> tuple[Outlet, ...]:
    return outlets(base, edition)


@lru_cache(maxsize=64)
def _rendered_feed(outlet_id: str, base: datetime, edition: int) -> _Feed:
    """The feed with its validators; `changed` is the time of the last edition that differs from the
    previous one."""
    outlet = next(o for o in _outlets(base, edition) if o.id == outlet_id)
    body, media_type = feed_bytes(outlet)
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    if edition > 1:
        before = _rendered_feed(outlet_id, base, edition - 1)
        changed = before.changed if before.body == body else base + POLL_GAP - timedelta(minutes=5)
    else:
        changed = base - timedelta(minutes=5)
    return _Feed(body, media_type, etag, changed)


def _validators(outlet: Outlet, feed: _Feed) -> dict[str, str]:
    stamp = format_datetime(feed.changed, usegmt=True)
    return {
        "both": {"ETag": f"W/{feed.etag}", "Last-Modified": stamp},
        "etag": {"ETag": feed.etag},
        "last-modified": {"Last-Modified": stamp},
    }[outlet.validators]


def _fresh(feed: _Feed, validators: Mapping[str, str], headers: Mapping[str, str]) -> bool:
    """RFC 9110, 13.2.2: If-None-Match decides where it is sent, else If-Modified-Since."""
    if "if-none-match" in headers:
        return validators.get("ETag") in [tag.strip() for tag in headers["if-none-match"].split(",")]
    if "if-modified-since" in headers and "Last-Modified" in validators:
        try:
            return parsedate_to_datetime(headers["if-modified-since"]) >= feed.changed
        except ValueError:
            return False
    return False
