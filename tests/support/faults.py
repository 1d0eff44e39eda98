"""The ways in which feeds and pages of the fault wire are broken, each an answer in place of the good one."""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
from dataclasses import dataclass, field, replace
from email.utils import formatdate
from functools import cache
from itertools import zip_longest
from time import time

PASSING = ("timeout", "reset", "truncated", "torn_gzip", "unasked_304", "busy_429", "busy_503", "challenge")
"""The second request is answered well."""
LASTING_FEEDS = ("drip", "loop", "inwards", "bomb", "gone_410", "robots_500", "empty", "entities", "not_http")
LASTING_PAGES = (
    "drip",
    "loop",
    "inwards",
    "bomb",
    "gone_410",
    "gone_404",
    "not_html",
    "challenge_403",
    "to_private",
    "markup",
    "not_http",
)
LASTING = frozenset((*LASTING_FEEDS, *LASTING_PAGES))
HARMLESS = ("wrong_charset", "wrong_type", "new_validator", "moved_301")
"""Lies that cost no article; told at every request."""


def _mixed(*kinds: tuple[str, ...]) -> tuple[str, ...]:
    """One of each kind in turn, so that a small wire has some of all."""
    return tuple(name for row in zip_longest(*kinds) for name in row if name)


FEEDS = _mixed(PASSING, LASTING_FEEDS, HARMLESS)
PAGES = _mixed(PASSING, LASTING_PAGES, ("wrong_charset", "moved_301"))

RETRY_AFTER = 2.0
BOMB = 60_000_000
"""Bytes of a body that is some 60 KB on the wire: over every cap."""


@dataclass(frozen=True, slots=True)
class Reply:
    """`length` overrides Content-Length. `drip`: a byte every so many seconds, for ever. `silent`: no byte at
    all. `raw`: as it is.

    `whole`: the poller has got what it came for. `wait`: seconds of Retry-After.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    drip: float = 0.0
    silent: bool = False
    reset: bool = False
    raw: bytes | None = None
    whole: bool = True
    wait: float = 0.0

    def wire(self) -> bytes:
        if self.raw is not None:
            return self.raw
        lines = [
            f"HTTP/1.1 {self.status} Said",
            *(f"{name}: {value}" for name, value in self.headers.items()),
        ]
        if self.status != 304:
            lines.append(f"Content-Length: {len(self.body) if self.length is None else self.length}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + self.body

    async def send(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """False when the connection cannot be gone on with."""
        if self.silent:
            await reader.read()
            return False
        if self.reset:
            writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
            writer.write(self.wire()[: len(self.wire()) // 2])
            writer.transport.abort()
            return False
        if self.drip:
            for byte in self.wire():
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(self.drip)
        writer.write(self.wire())
        await writer.drain()
        return self.length is None and self.raw is None


def broken(fault: str, good: Reply, place: str, inner: str) -> Reply:
    """What is answered at `place` in place of `good`. `inner` is an address that nobody may be led to."""
    host = place.split("/")[2]
    made = {
        "timeout": lambda: Reply(silent=True, whole=False),
        "reset": lambda: replace(good, reset=True, whole=False),
        "drip": lambda: replace(good, drip=0.05, whole=False),
        "truncated": lambda: replace(
            good, body=good.body[: len(good.body) // 2], length=len(good.body), whole=False
        ),
        "torn_gzip": lambda: _packed(good, gzip.compress(good.body)[:-30]),
        "bomb": lambda: _packed(good, bomb()),
        "unasked_304": lambda: Reply(304, whole=False),
        "loop": lambda: Reply(302, headers={"Location": f"http://{host}/round/"}, whole=False),
        "inwards": lambda: Reply(302, headers={"Location": inner}, whole=False),
        "to_private": lambda: Reply(
            302, headers={"Location": f"http://{_barring(host)}/private/inner"}, whole=False
        ),
        "gone_410": lambda: Reply(410, whole=False),
        "gone_404": lambda: Reply(404, whole=False),
        "busy_429": lambda: Reply(
            429, headers={"Retry-After": f"{RETRY_AFTER:.0f}"}, whole=False, wait=RETRY_AFTER
        ),
        "busy_503": lambda: Reply(
            503,
            headers={"Retry-After": formatdate(time() + RETRY_AFTER + 1, usegmt=True)},
            whole=False,
            wait=RETRY_AFTER,
        ),
        "challenge": lambda: replace(_challenge(200), whole=False),
        "challenge_403": lambda: replace(_challenge(403), whole=False),
        "robots_500": lambda: replace(good, whole=False),
        "empty": lambda: Reply(headers={"Content-Type": "application/rss+xml"}, whole=False),
        "entities": lambda: replace(good, body=_LAUGHS, whole=False),
        "markup": lambda: replace(good, body=b"<html><body>" + b"<div>" * 40_000 + b"Deep", whole=False),
        "not_html": lambda: Reply(
            body=b"%PDF-1.4 ...", headers={"Content-Type": "application/pdf"}, whole=False
        ),
        "not_http": lambda: Reply(raw=b"220 smtp.example ESMTP\r\n", whole=False),
        "wrong_charset": lambda: replace(
            good, headers={**good.headers, "Content-Type": "text/html; charset=utf-7"}
        ),
        "wrong_type": lambda: replace(good, headers={**good.headers, "Content-Type": "text/html"}),
        "new_validator": lambda: replace(good, status=200, headers={**good.headers, "ETag": f'"{time()}"'}),
        "moved_301": lambda: (
            good if "?" in place else Reply(301, headers={"Location": f"{place}?moved=1"}, whole=False)
        ),
    }
    return made[fault]()


def _barring(host: str) -> str:
    """The nearest host whose robots.txt keeps everybody out of /private/ (fault_wire.FaultWire.robots)."""
    number = int(host.removeprefix("wire").partition(".")[0])
    return f"wire{number - number % 3 + 1}.example" if number % 3 == 0 else host


def _packed(good: Reply, body: bytes) -> Reply:
    return replace(good, body=body, headers={**good.headers, "Content-Encoding": "gzip"}, whole=False)


@cache
def bomb() -> bytes:
    """Made before the server starts, which must not stand still for it."""
    return gzip.compress(b"<p>" + b" " * BOMB)


def _challenge(status: int) -> Reply:
    text = (
        "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><h1>Checking your "
        "browser</h1><p>Please enable "
        "JavaScript and cookies to continue. This process is automatic. Your browser will redirect "
        "shortly.</p>"
        "<script src='/cdn-cgi/challenge-platform/x.js'></script></body></html>"
    )
    return Reply(status, text.encode(), {"Content-Type": "text/html"})


_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha">'
    + b"".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">'.encode() for n in range(9))
    + b"]><rss version='2.0'><channel><title>&j;</title></channel></rss>"
)
