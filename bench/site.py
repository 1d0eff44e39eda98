"""Captured sites served on loopback by a process of their own, so that their CPU is never counted with the
poller's."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import urlsplit

from ingest.demo.server import Hit, WireServer
from ingest.demo.wire import Reply

FORK = multiprocessing.get_context("fork")


class Site(Protocol):
    """What can be served: a feed with its pages, moving from step to step."""

    id: str
    feed_url: str

    def hosts(self) -> set[str]: ...

    def go(self, step: int) -> None: ...

    def answer(self, host: str, target: str, headers: Mapping[str, str]) -> Reply | None:
        """None where the address is none of this site's."""


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests counted at the server."""

    feed: int = 0
    feed_304: int = 0
    page: int = 0
    robots: int = 0
    other: int = 0

    def minus(self, before: Requests) -> Requests:
        return Requests(*(getattr(self, name) - getattr(before, name) for name in self.__slots__))


class Served:
    """`sites` on one port, in a forked process; a context manager."""

    def __init__(self, sites: Sequence[Site]) -> None:
        self._sites = sites
        self._pipe, theirs = FORK.Pipe()
        self._process = FORK.Process(target=_serve, args=(sites, theirs), daemon=True)

    def __enter__(self) -> Self:
        self._process.start()
        self.port = int(self._pipe.recv())
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.send(("stop",))
        self._process.join()

    def go(self, site: str, step: int) -> None:
        """Let `site` show its state at `step`."""
        self._pipe.send(("go", site, step))
        self._pipe.recv()

    def hits(self) -> list[Hit]:
        self._pipe.send(("hits",))
        found: list[Hit] = self._pipe.recv()
        return found

    def requests(self) -> Requests:
        """All requests so far, by kind."""
        return counted(self.hits(), {_place(site.feed_url) for site in self._sites})

    def configure(self, work: Path, extra: str = "") -> None:
        """Write feeds.toml and ingest.toml into `work`."""
        hosts = {host: f"127.0.0.1:{self.port}" for site in self._sites for host in sorted(site.hosts())}
        feeds = [
            f"[[feed]]\nid = {json.dumps(site.id)}\nurl = {json.dumps(site.feed_url)}\n"
            for site in self._sites
        ]
        resolve = "\n".join(f"{json.dumps(host)} = {json.dumps(place)}" for host, place in hosts.items())
        (work / "feeds.toml").write_text("\n".join(feeds), encoding="utf-8")
        text = f'allow_networks = ["127.0.0.0/8"]\n{extra}\n[resolve]\n{resolve}\n'
        (work / "ingest.toml").write_text(text, encoding="utf-8")


def counted(hits: Sequence[Hit], feeds: set[tuple[str, str]]) -> Requests:
    """The requests by kind; `feeds` are the (host, path with query) of feeds."""
    kinds = dict.fromkeys(Requests.__slots__, 0)
    for hit in hits:
        if (hit.host, hit.path) in feeds:
            kinds["feed"] += 1
            kinds["feed_304"] += hit.status == 304
        elif hit.path == "/robots.txt":
            kinds["robots"] += 1
        else:
            kinds["page" if hit.status == 200 else "other"] += 1
    return Requests(**kinds)


def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.path + (f"?{parts.query}" if parts.query else "")


def feed_reply(body: bytes, headers: Mapping[str, str], media_type: str = "application/rss+xml") -> Reply:
    """A feed with an ETag, or 304 where the client holds these bytes (RFC 9110, 13.1.2)."""
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    if headers.get("if-none-match") == etag:
        return Reply(304, b"", {"ETag": etag})
    return Reply(200, body, {"ETag": etag, "Content-Type": media_type})


class _Joined:
    """Several sites behind one server."""

    def __init__(self, sites: Sequence[Site]) -> None:
        self._sites = sites

    def answer(self, host: str, target: str, headers: Mapping[str, str]) -> Reply:
        for site in self._sites:
            reply = None if target == "/robots.txt" else site.answer(host, target, headers)
            if reply is not None:
                return reply
        return Reply(404, b"not found\n", {"Content-Type": "text/plain"})


def _serve(sites: Sequence[Site], pipe: Connection) -> None:
    with WireServer(_Joined(sites)) as server:
        pipe.send(server.port)
        while True:
            command = pipe.recv()
            if command[0] == "stop":
                return
            if command[0] == "hits":
                pipe.send(list(server.hits))
            else:
                next(site for site in sites if site.id == command[1]).go(command[2])
                pipe.send(None)
