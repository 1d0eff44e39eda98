"""From names to addresses to sockets: the guard checks each address, so that no connection to a refused one
is attempted.

A name is resolved once per connection, and the socket goes to one of the addresses checked here: DNS
rebinding is not possible.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from ipaddress import ip_address

from aiohttp import TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult

from ingest.fetch.guard import Guard

Lookup = Callable[[str, int], Awaitable[list[str]]]
"""From host and port to addresses as text; raises OSError when there are none."""

LOOKUP_THREADS = 32
KEEP_ALIVE = 2.0
"""Seconds for which an idle connection is kept: enough for robots.txt and then a page, and not too many
connections with ten thousand hosts."""

request_host: ContextVar[str] = ContextVar("request_host", default="")
"""The host of the request that a connection is being made for."""


class RefusedAddress(OSError):
    """All addresses of a host are refused."""


class GuardedResolver(AbstractResolver):
    """A resolver that returns allowed addresses only; for a host in the setting `resolve` the address and
    port given there. `trusted` is the proxy's host, which is not checked."""

    def __init__(self, guard: Guard, lookup: Lookup | None, trusted: str | None):
        self._guard = guard
        self._pool = ThreadPoolExecutor(LOOKUP_THREADS, "lookup") if lookup is None else None
        self._lookup = lookup or self._system_lookup
        self._trusted = trusted

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        mapped = self._guard.mapped(host)
        if mapped is not None:
            return [_candidate(host, *mapped)]
        addresses = await self._lookup(host, port)
        if host == self._trusted:
            return [_candidate(host, address, port) for address in addresses]
        refusals = {address: self._guard.refusal(address) for address in addresses}
        allowed = [address for address, refusal in refusals.items() if refusal is None]
        if not allowed:
            why = next((refusal for refusal in refusals.values() if refusal), "no address")
            raise RefusedAddress(f"{host}: {why}; see allow_networks")
        return [_candidate(host, address, port) for address in allowed]

    async def _system_lookup(self, host: str, port: int) -> list[str]:
        # A pool of its own: names that take long to resolve must not delay what runs in the default pool.
        loop = asyncio.get_running_loop()
        infos = await loop.run_in_executor(self._pool, _getaddrinfo, host, port)
        return list(dict.fromkeys(str(info[4][0]) for info in infos))

    async def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)


def _getaddrinfo(
    host: str, port: int
) -> list[tuple[socket.AddressFamily, socket.SocketKind, int, str, tuple[object, ...]]]:
    return [*socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def _candidate(host: str, address: str, port: int) -> ResolveResult:
    family = socket.AF_INET6 if ip_address(address).version == 6 else socket.AF_INET
    return ResolveResult(
        hostname=host, host=address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST
    )


def connector(guard: Guard, lookup: Lookup | None = None, proxy_host: str | None = None) -> TCPConnector:
    """The connector of the HTTP session. With a proxy the only address seen here is the proxy's, which is
    trusted."""

    def open_socket(info: tuple[int, int, int, str, tuple[object, ...]]) -> socket.socket:
        family, kind, proto, _, place = info
        _refuse(guard, str(place[0]), place[1], proxy_host)
        return socket.socket(family, kind, proto)

    return TCPConnector(
        resolver=GuardedResolver(guard, lookup, proxy_host),
        socket_factory=open_socket,
        limit=0,  # the client counts what is in flight; waiting here would eat into deadlines
        keepalive_timeout=KEEP_ALIVE,
        ttl_dns_cache=30,
    )


def _refuse(guard: Guard, address: str, port: object, proxy_host: str | None) -> None:
    """The last check before a socket is opened; it sees literal addresses too, which are not resolved."""
    host = request_host.get()
    mapped = guard.mapped(host)
    if proxy_host is not None and mapped is None:
        return
    if mapped is not None:
        refusal = (
            None
            if mapped == (address, port)
            else f"{address}:{port} is not the address in the setting resolve"
        )
    else:
        refusal = guard.refusal(address)
    if refusal is not None:
        raise RefusedAddress(f"{host}: {refusal}; see allow_networks")
