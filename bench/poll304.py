"""Feeds that have nothing new: what a 304 costs the whole fetch function beside bare aiohttp, and 10,000
feeds in one run.

    python -m bench.poll304 [--requests 4000] [--hosts 200] [--feeds 10000]

The first part asks a loopback server for 304s by turns through `Client.get` (guard, robots.txt, turns of
hosts.db, deadlines) and through a bare aiohttp session, and compares polls per CPU-second. The second polls
--feeds feeds twice by `ingest poll --all` and times the second run, in which every feed answers 304, with
each feed's state written. 0 leaves a part out.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp
import duckdb
from aiohttp.abc import AbstractResolver, ResolveResult

from bench.runs import Run, ingest, run
from ingest.fetch.client import Client, Kind
from ingest.fetch.hosts import Hosts
from ingest.settings import Settings

SHARE = 0.4
"""Of bare aiohttp's polls per CPU-second; the guard, robots.txt and the hosts' turns may cost the rest."""
SECONDS = 90.0
"""For a run over --feeds feeds on an idle machine of two cores."""
AT_ONCE = 32
ROUNDS = 5
ETAG = '"a1"'
_FEED = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>Quiet wire</title><item><title>All quiet</title>'
    "<guid>1</guid></item><item><title>Quiet still</title><guid>2</guid></item></channel></rss>"
)
_WRITTEN = "SELECT count(*) FROM ops.feeds WHERE last_success_at = ? AND polls = 2"
_ANSWERS = {
    "robots": b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
    "same": f"HTTP/1.1 304 Not Modified\r\nETag: {ETAG}\r\n\r\n".encode(),
    "whole": (
        f"HTTP/1.1 200 OK\r\nETag: {ETAG}\r\nContent-Type: application/rss+xml\r\nContent-Length: "
        f"{len(_FEED)}\r\n\r\n"
        f"{_FEED}"
    ).encode(),
}


# -- the server, a process of its own ------------------------------------------------------------------------


class _Quiet(asyncio.Protocol):
    """Answers robots.txt with 404, a request with our ETag with 304, the rest with the feed."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._read = b""

    def data_received(self, data: bytes) -> None:
        self._read += data
        while b"\r\n\r\n" in self._read:
            head, _, self._read = self._read.partition(b"\r\n\r\n")
            key = "robots" if b"/robots.txt" in head else "same" if ETAG.encode() in head else "whole"
            self._transport.write(_ANSWERS[key])


def _serve(pipe: Connection) -> None:
    async def forever() -> None:
        server = await asyncio.get_running_loop().create_server(_Quiet, "127.0.0.1", 0, backlog=4096)
        pipe.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(forever())


class QuietServer:
    """A context manager; `port` on 127.0.0.1."""

    def __enter__(self) -> Self:
        ours, theirs = multiprocessing.get_context("fork").Pipe()
        self._process = multiprocessing.get_context("fork").Process(
            target=_serve, args=(theirs,), daemon=True
        )
        self._process.start()
        self.port = int(ours.recv())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.join()


# -- a request -----------------------------------------------------------------------------------------------


class _OnePlace(AbstractResolver):
    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(
                hostname=host, host="127.0.0.1", port=self._port, family=socket.AF_INET, proto=0, flags=0
            )
        ]

    async def close(self) -> None:
        """Nothing is held."""


Ask = Callable[[str], Awaitable[object]]


async def _rate(ask: Ask, requests: int, hosts: int) -> float:
    """Polls per CPU-second of this process, AT_ONCE at a time, over the hosts in turn."""
    numbers = iter(range(requests))

    async def some() -> None:
        for number in numbers:
            await ask(f"http://h{number % hosts}.example/feed.xml")

    before = time.process_time()
    await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    return requests / (time.process_time() - before)


async def _rates(port: int, requests: int, hosts: int, folder: Path) -> tuple[float, float]:
    """(bare, ours): medians of ROUNDS rounds by turns, so that both see the same machine. The first round of
    each is warm-up."""
    resolve = {f"h{number}.example": ("127.0.0.1", port) for number in range(hosts)}
    store = Hosts(folder / "hosts.db")
    connector = aiohttp.TCPConnector(resolver=_OnePlace(port), limit=0, keepalive_timeout=2.0)
    bare_rates: list[float] = []
    our_rates: list[float] = []
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        Client(Settings(resolve=resolve), store) as client,
    ):

        async def bare(url: str) -> None:
            async with session.get(url, headers={"If-None-Match": ETAG}) as reply:
                await reply.read()

        async def ours(url: str) -> None:
            await client.get(url, kind=Kind.FEED, etag=ETAG)

        for number in range(ROUNDS + 1):
            found = await _rate(bare, requests, hosts), await _rate(ours, requests, hosts)
            if number:
                bare_rates.append(found[0])
                our_rates.append(found[1])
    store.close()
    return statistics.median(bare_rates), statistics.median(our_rates)


# -- a run ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Quiet:
    """The second of two polls. `written`: feeds whose state says that this poll was the last one."""

    run: Run
    summary: dict[str, int]
    written: int


def poll_twice(folder: Path, port: int, feeds: int, hosts: int) -> Quiet:
    """`ingest poll --all` over `feeds` feeds on `hosts` hosts, and again an hour later."""
    tables = (f'[[feed]]\nid = "f{n}"\nurl = "http://h{n % hosts}.example/{n}.xml"\n' for n in range(feeds))
    (folder / "feeds.toml").write_text("\n".join(tables), encoding="utf-8")
    resolve = ", ".join(f'"h{n}.example" = "127.0.0.1:{port}"' for n in range(hosts))
    (folder / "ingest.toml").write_text(f"resolve = {{ {resolve} }}\n", encoding="utf-8")
    at = datetime(2026, 3, 10, 12, tzinfo=UTC)
    for when in (at, at + timedelta(hours=1)):
        done = run(ingest("poll", "--data", "data", "--all", "--now", when.isoformat(), "--json"), folder)
        if done.code:
            raise SystemExit(f"ingest poll ended with {done.code}\n{done.out}")
        print(f"  {json.loads(done.out)['not_modified']:,} not modified: {_figures(done)}", flush=True)
    with duckdb.connect(str(folder / "data" / "news.duckdb"), read_only=True) as con:
        row = con.execute(_WRITTEN, [at + timedelta(hours=1)]).fetchone()
    return Quiet(done, json.loads(done.out), int(row[0]) if row else 0)


def _figures(done: Run) -> str:
    return (
        f"{done.wall:.1f} s wall, CPU {done.main_cpu:.1f} s main + {done.other_cpu:.1f} s workers, peak "
        f"{done.peak:.0f} MB"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "--requests", type=int, default=4_000, help="requests in each round of the first part"
    )
    parser.add_argument("--hosts", type=int, default=200, help="hosts of the first part")
    parser.add_argument("--feeds", type=int, default=10_000, help="feeds of the second part")
    parser.add_argument("--feed-hosts", type=int, default=2_000, help="hosts of the second part")
    given = parser.parse_args()
    bad = 0
    with QuietServer() as server, tempfile.TemporaryDirectory(prefix="poll304-") as name:
        if given.requests:
            bare, ours = asyncio.run(_rates(server.port, given.requests, given.hosts, Path(name)))
            print(
                f"304 polls per CPU-second: bare aiohttp {bare:,.0f}, the whole fetch function {ours:,.0f}: "
                f"{ours / bare:.2f} of it (goal: at least {SHARE})",
                flush=True,
            )
            bad += ours / bare < SHARE
        if given.feeds:
            many = f"{given.feeds:,} feeds on {given.feed_hosts:,} hosts"
            print(f"{many}, polled twice (goal: the second in under {SECONDS:.0f} s):", flush=True)
            quiet = poll_twice(Path(name), server.port, given.feeds, given.feed_hosts)
            bad += (
                quiet.run.wall >= SECONDS
                or quiet.written != given.feeds
                or quiet.summary["not_modified"] != given.feeds
            )
            print(f"  {quiet.written:,} states written")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
