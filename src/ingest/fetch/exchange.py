"""One request and its whole answer: the only module that sends anything. It knows no limits per host and no
redirects."""

from __future__ import annotations

import asyncio
import resource
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

import aiohttp
from yarl import URL

from ingest.errors import FetchError, Terminal, Transient
from ingest.fetch.backlog import Backlog
from ingest.fetch.connect import Lookup, RefusedAddress, connector, request_host
from ingest.fetch.encoding import DECODE_ERRORS, Body, decoder
from ingest.fetch.guard import Guard, RequestTarget
from ingest.reasons import Reason
from ingest.settings import Settings
from ingest.text import utf8_safe

OPEN_FILES = 8_192
BIG = 1_000_000
"""Decoded bytes from which on a body counts as big."""
BIG_AT_ONCE = 6
"""Big bodies that are read at a time; the others wait, since max_in_flight of them would fill the memory."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`headers` are in lower case, without cookies; `body` is decoded, and empty unless the status is 2xx;
    `seconds` is how long the exchange took. `cookies` are the Set-Cookie fields as they came."""

    status: int
    headers: dict[str, str]
    body: bytes
    seconds: float
    cookies: tuple[str, ...] = ()


class Exchange:
    """The HTTP session. `requests` counts the requests sent."""

    def __init__(
        self, settings: Settings, guard: Guard, lookup: Lookup | None = None, backlog: Backlog | None = None
    ):
        self._guard = guard
        self._backlog = backlog or Backlog()
        self._big = asyncio.Semaphore(BIG_AT_ONCE)
        self._proxy = settings.proxy
        self.requests = 0
        _raise_file_limit()
        self._session = aiohttp.ClientSession(
            connector=connector(guard, lookup, URL(settings.proxy).host if settings.proxy else None),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": settings.user_agent, "Accept-Encoding": "gzip, deflate, br"},
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=settings.connect_timeout),
            auto_decompress=False,
            middlewares=(_once,),
            trust_env=False,
        )

    async def close(self) -> None:
        await self._session.close()

    async def get(
        self, target: RequestTarget, headers: Mapping[str, str], *, cap: int, cut: bool, deadline: float
    ) -> Answer:
        """GET `target` within `deadline` seconds. A body over `cap` decoded bytes is cut off there with
        `cut`, else an error. Raises Transient or Terminal."""
        started = time.monotonic()
        request_host.set(target.host)
        proxy = None if self._guard.mapped(target.host) else self._proxy
        self.requests += 1
        try:
            async with (
                asyncio.timeout(max(deadline, 0.001)) as limit,
                self._session.get(target.wire, headers=headers, allow_redirects=False, proxy=proxy) as reply,
            ):
                body = await self._body(reply, cap, limit, cut=cut) if 200 <= reply.status < 300 else b""
        except _CAUGHT as error:
            raise _fault(error, target) from None
        cookies = tuple(reply.headers.getall("Set-Cookie", ()))
        return Answer(reply.status, _headers(reply), body, time.monotonic() - started, cookies)

    async def _body(
        self, reply: aiohttp.ClientResponse, cap: int, limit: asyncio.Timeout, *, cut: bool
    ) -> bytes:
        """Returns the decoded body; raises Transient or Terminal when it is not whole."""
        decode = decoder(reply.headers.get("Content-Encoding"))
        body = Body(cap, cut=cut)
        if not cut and (reply.content_length or 0) > cap:
            raise Terminal(Reason.TOO_LARGE, f"body of {reply.content_length:,} bytes, more than {cap:,}")
        begun = False
        async with AsyncExitStack() as turn:
            async for chunk in reply.content.iter_any():
                if begun and body.size >= BIG and not body.has_turn:
                    await self._turn_of_big(limit, turn)
                    body.has_turn = True
                begun = True
                decode.feed(chunk, body)
                if body.full:
                    return body.value()
        if begun and not decode.finish():
            raise Transient(Reason.TRUNCATED, "content-encoding ends in the middle")
        return body.value()

    async def _turn_of_big(self, limit: asyncio.Timeout, turn: AsyncExitStack) -> None:
        """Wait for a place among the big bodies and for room in the backlog; the deadline is moved by the
        time this takes."""
        due, began = limit.when(), asyncio.get_running_loop().time()
        limit.reschedule(None)
        await turn.enter_async_context(self._big)
        await self._backlog.wait_for_room()
        limit.reschedule(None if due is None else due + asyncio.get_running_loop().time() - began)


def _raise_file_limit() -> None:
    """Idle connections to thousands of hosts need more open files than the usual soft limit of 1,024; it is
    raised within the hard limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def _once(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Send a request once: where the host closes the connection, aiohttp would repeat a GET at once,
    uncounted and without a turn."""
    try:
        return await send(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
        raise Transient(Reason.RESET, f"{request.url.host}: {_HUNG_UP}") from None


def _headers(reply: aiohttp.ClientResponse) -> dict[str, str]:
    """The headers with repeated fields joined (RFC 9110, 5.3) and without cookies.

    Bytes that are not UTF-8 come as surrogates and are read as ISO 8859-1. Not in a Location, which is
    requested byte by byte; and a validator with such bytes is dropped, as it could not be sent back verbatim.
    """
    kept: dict[str, str] = {}
    for name, value in reply.headers.items():
        low = name.lower()
        if low in _COOKIES or (low in _VALIDATORS and not _storable(value)):
            continue
        if low != "location" and not _storable(value):
            value = value.encode("utf-8", "surrogateescape").decode("latin-1")
        kept[low] = f"{kept[low]}, {value}" if low in kept else value
    return kept


def _storable(value: str) -> bool:
    return value == utf8_safe(value)


_COOKIES = frozenset(("set-cookie", "set-cookie2"))
_VALIDATORS = frozenset(("etag", "last-modified"))


_HUNG_UP = "connection closed by the host"
_CAUGHT: tuple[type[Exception], ...] = (OSError, aiohttp.ClientError, ValueError, *DECODE_ERRORS)
_FAULTS: tuple[tuple[tuple[type[Exception], ...], Reason, str], ...] = (
    ((TimeoutError,), Reason.TIMEOUT, "no whole answer in time"),
    ((aiohttp.ClientConnectorDNSError,), Reason.DNS, "name not found"),
    ((aiohttp.ClientSSLError,), Reason.TLS, "TLS failed"),
    ((aiohttp.ClientConnectorError,), Reason.CONNECT, "cannot connect"),
    ((aiohttp.ClientPayloadError,), Reason.TRUNCATED, "body stops short"),
    (DECODE_ERRORS, Reason.BAD_ENCODING, "body is not encoded as its header says"),
    ((aiohttp.ServerDisconnectedError, ConnectionError, aiohttp.ClientOSError), Reason.RESET, _HUNG_UP),
)


def _fault(error: Exception, target: RequestTarget) -> FetchError:
    """The error of ours for a failure below HTTP. Messages name the host, never a header: that may be a
    secret."""
    for candidate in (error, getattr(error, "os_error", None), error.__cause__):
        if isinstance(candidate, RefusedAddress):
            return Terminal(Reason.BAD_ADDRESS, str(candidate))
    for kinds, reason, what in _FAULTS:
        if isinstance(error, kinds):
            return Transient(reason, f"{target.authority}: {what}{_cause(error)}")
    return Transient(
        Reason.HTTP_OTHER, f"{target.authority}: the answer is not valid HTTP ({type(error).__name__})"
    )


def _cause(error: Exception) -> str:
    cause = getattr(error, "os_error", None)
    return f" ({cause.strerror or type(cause).__name__})" if isinstance(cause, OSError) else ""
