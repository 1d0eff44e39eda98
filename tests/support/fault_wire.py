"""A seeded wire on loopback, a part of it broken in every known way; canaries listen where nobody may go.

Every host has a feed and pages of its own. A fault either passes (the second request is answered well) or
stays. The server notes each request with its begin and end; tests compare what was loaded with `good_pages`,
and what was asked with robots.txt.
"""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from support import faults
from support.faults import Reply
from support.newsroom import Listed, story

ADDRESS = "127.1.0.1"
"""The one place of loopback that the poller may reach; canaries sit on others, and on other ports of this
one."""
CANARY = "canary sang in the server room"
CRAWL_DELAY = 0.3
DISALLOWED = "/private/"


@dataclass(frozen=True, slots=True)
class Hit:
    """One request; `begin` and `end` of the answer in seconds of the monotonic clock. `whole`: a good answer
    sent to its end."""

    host: str
    path: str
    begin: float
    end: float
    status: int
    whole: bool
    wait: float = 0.0
    """Seconds of the answer's Retry-After."""


@dataclass(slots=True)
class Resource:
    """A feed or page: what it says when it is well, and what ails it."""

    good: Callable[[dict[str, str]], Reply]
    fault: str | None = None
    asked: int = 0

    @property
    def is_gone(self) -> bool:
        return self.fault in faults.LASTING


@dataclass(slots=True)
class FaultWire:
    """`feeds` hosts with `pages` pages each, of which the share `faulty` of feeds and of pages is broken; a
    context manager."""

    seed: int = 1
    feeds: int = 24
    pages: int = 4
    faulty: float = 1 / 3
    hits: list[Hit] = field(default_factory=list)
    sung: list[str] = field(default_factory=list)
    resources: dict[tuple[str, str], Resource] = field(default_factory=dict)
    port: int = 0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _servers: list[asyncio.Server] = field(default_factory=list)
    _canaries: list[tuple[str, int]] = field(default_factory=list)

    # -- what there is ---------------------------------------------------------------------------------------

    @property
    def hosts(self) -> list[str]:
        return [f"wire{number}.example" for number in range(self.feeds)]

    def links(self, host: str) -> list[str]:
        return [f"http://{host}{path}" for at, path in self.resources if at == host and path != "/feed.xml"]

    def listed(self) -> set[str]:
        """The links that feeds told of, in the end."""
        return {
            link
            for host in self.hosts
            if not self.resources[host, "/feed.xml"].is_gone
            for link in self.links(host)
        }

    def good_pages(self) -> set[str]:
        """The links that must be articles in the end: of feeds that come to their senses, pages that do, none
        disallowed."""
        return {
            f"http://{host}{path}"
            for (host, path), one in self.resources.items()
            if path != "/feed.xml"
            and not one.is_gone
            and DISALLOWED not in path
            and not self.resources[host, "/feed.xml"].is_gone
        }

    def faulty_hosts(self) -> set[str]:
        return {host for (host, _), one in self.resources.items() if one.fault}

    def _build(self) -> None:
        chance = random.Random(self.seed)
        for number, host in enumerate(self.hosts):
            for page in range(self.pages):
                self._add_page(
                    host,
                    f"/news/2026/story-{number}-{page}-of-the-wire",
                    1_000 * self.seed + 50 * number + page,
                )
            if number % 3 == 1:
                self._add_page(host, f"{DISALLOWED}2026/story-{number}-nobody-may-read", 7_000_000 + number)
            self.resources[host, "/feed.xml"] = Resource(self._feed(host))
        feeds = [key for key in self.resources if key[1] == "/feed.xml"]
        pages = [key for key in self.resources if key[1] != "/feed.xml" and DISALLOWED not in key[1]]
        for keys, names in ((feeds, faults.FEEDS), (pages, faults.PAGES)):
            broken = chance.sample(keys, round(len(keys) * self.faulty))
            for position, key in enumerate(broken):
                self.resources[key].fault = names[position % len(names)]

    def _add_page(self, host: str, path: str, seed: int) -> None:
        told = story(f"Story {seed} of the wire", seed)
        self.resources[host, path] = Resource(
            lambda headers: Reply(body=told.bytes(), headers=dict(told.headers))
        )

    def _feed(self, host: str) -> Callable[[dict[str, str]], Reply]:
        """RSS that lists all pages but one at first, all of them afterwards, with an ETag that is
        honoured."""

        def answer(headers: dict[str, str]) -> Reply:
            links = self.links(host)
            first = not any(
                hit.whole and hit.host == host and hit.path.startswith("/feed.xml") for hit in self.hits
            )
            entries = [
                Listed(link, f"Story at {link[-40:]}", guid=link) for link in (links[:-1] if first else links)
            ]
            body = (
                '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Wire</title>'
                + "".join(one.xml() for one in entries)
                + "</channel></rss>"
            ).encode()
            etag = f'"{sha256(body).hexdigest()[:12]}"'
            if headers.get("if-none-match") == etag:
                return Reply(304, headers={"ETag": etag})
            return Reply(body=body, headers={"ETag": etag, "Content-Type": "application/rss+xml"})

        return answer

    def robots(self, host: str) -> Reply:
        fault = self.resources[host, "/feed.xml"].fault if host in self.hosts else None
        if fault == "robots_500":
            return Reply(500)
        number = self.hosts.index(host)
        delay = f"Crawl-delay: {CRAWL_DELAY}\n" if self.crawl_delay(host) else ""
        return (
            Reply(404)
            if number % 3 == 0
            else Reply(body=f"User-agent: *\n{delay}Disallow: {DISALLOWED}\n".encode())
        )

    def crawl_delay(self, host: str) -> float:
        return CRAWL_DELAY if self.hosts.index(host) % 3 == 2 else 0.0

    # -- what was seen ---------------------------------------------------------------------------------------

    def disallowed(self) -> list[Hit]:
        return [hit for hit in self.hits if DISALLOWED in hit.path]

    def hasty(self) -> list[tuple[Hit, Hit]]:
        """Requests of a host that came before its crawl-delay was over, or its Retry-After."""
        found = []
        for host in self.hosts:
            mine = sorted((hit for hit in self.hits if hit.host == host), key=lambda hit: hit.begin)
            for before, after in pairwise(mine):
                due = before.begin + (
                    before.wait or self.crawl_delay(host)
                )  # `end` may be noted after the poller has it
                if after.begin < due:
                    found.append((before, after))
        return found

    def wasted(self) -> tuple[int, int]:
        """(requests for a page that had been sent whole before, requests for pages)."""
        pages = [hit for hit in self.hits if not hit.path.startswith(("/feed.xml", "/robots.txt"))]
        whole = Counter((hit.host, hit.path) for hit in pages if hit.whole)
        return sum(many - 1 for many in whole.values()), len(pages)

    def resting(self) -> float:
        """Seconds until the last Retry-After given is over."""
        ends = [hit.end + 1.05 * hit.wait for hit in self.hits if hit.wait]
        return max(0.0, max(ends, default=0.0) - time.monotonic())

    # -- the poller's files ----------------------------------------------------------------------------------

    def write(self, folder: Path, deadline: float, **options: object) -> None:
        """feeds.toml and ingest.toml for a poller in `folder`; `deadline` seconds for feeds and pages."""
        feeds = "\n".join(
            f'[[feed]]\nid = "{host.split(".")[0]}"\nurl = "http://{host}/feed.xml"\n' for host in self.hosts
        )
        (folder / "feeds.toml").write_text(feeds, encoding="utf-8")
        places = ", ".join(f'"{host}" = "{ADDRESS}:{self.port}"' for host in self.hosts)
        more = "".join(f"{key} = {value}\n" for key, value in options.items())
        text = (
            f'resolve = {{ {places} }}\nallow_networks = ["127.1.0.0/16"]\nallow_ports = [{self.port}]\n'
            f"workers = 2\nworker_seconds = 3\n"
            f"connect_timeout = {deadline}\npage_deadline = {deadline}\nfeed_deadline = {deadline}\n{more}"
        )
        (folder / "ingest.toml").write_text(text, encoding="utf-8")

    # -- the server ------------------------------------------------------------------------------------------

    @contextmanager
    def serving(self) -> Iterator[FaultWire]:
        self._build()
        faults.bomb()
        thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(20)
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(20)
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join(20)

    async def _start(self) -> None:
        server = await asyncio.start_server(self._serve, ADDRESS, 0, backlog=512)
        self.port = int(server.sockets[0].getsockname()[1])
        self._servers.append(server)
        for address, port in (
            ("127.0.0.1", 0),
            ("127.0.0.1", self.port),
            ("127.2.0.1", self.port),
            (ADDRESS, 0),
        ):
            canary = await asyncio.start_server(self._sing, address, port)
            self._canaries.append((address, int(canary.sockets[0].getsockname()[1])))
            self._servers.append(canary)

    async def _stop(self) -> None:
        for server in self._servers:
            server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _sing(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sung.append(str(writer.get_extra_info("sockname")))
        told = story(
            f"A {CANARY}", 9, paragraphs=[f"The {CANARY}, and nobody should have heard it. " * 8] * 4
        )
        writer.write(Reply(body=told.bytes(), headers=dict(told.headers)).wire())
        await writer.drain()
        writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode("latin-1").split("\r\n")
                headers = {
                    name.lower(): value.strip()
                    for name, _, value in (line.partition(":") for line in lines[1:])
                }
                if not await self._answer(
                    headers.get("host", ""), lines[0].split(" ")[1], headers, reader, writer
                ):
                    break
        except (asyncio.IncompleteReadError, asyncio.CancelledError, OSError):
            pass
        finally:
            writer.close()

    async def _answer(
        self,
        host: str,
        path: str,
        headers: dict[str, str],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bool:
        """Send an answer; False when the connection cannot be gone on with."""
        begin = time.monotonic()
        if path == "/robots.txt":
            reply = self.robots(host)
        elif (one := self.resources.get((host, path.partition("?")[0]))) is None:
            reply = self._elsewhere(path)
        else:
            one.asked += 1
            reply = one.good(headers)
            if one.fault is not None and (one.asked == 1 or one.fault not in faults.PASSING):
                reply = faults.broken(
                    one.fault, reply, f"http://{host}{path}", self._inner(one.asked + len(path))
                )
        goes_on = False
        try:
            goes_on = await reply.send(reader, writer)
        finally:
            whole = goes_on and reply.whole and reply.status == 200
            self.hits.append(Hit(host, path, begin, time.monotonic(), reply.status, whole, reply.wait))
        return goes_on

    def _elsewhere(self, path: str) -> Reply:
        """Ways that faults lead to: round and round."""
        return Reply(302, headers={"Location": f"{path}x"}) if path.startswith("/round") else Reply(404)

    def _inner(self, number: int) -> str:
        """An address that no redirect may lead to, in one of its spellings."""
        address, port = self._canaries[number % len(self._canaries)]
        spellings = (
            f"http://{address}:{port}/",
            f"http://2130706433:{port}/",
            f"http://[::ffff:127.0.0.1]:{port}/",
            f"//localhost:{port}/",
            f"http://0x7f.1:{port}/",
            "http://169.254.169.254/latest/meta-data/",
            "file:///etc/passwd",
            f"http://user@{address}:{port}/",
        )
        return spellings[number % len(spellings)]
