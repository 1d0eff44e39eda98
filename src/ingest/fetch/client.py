"""The one fetch function: feeds, pages, robots.txt and sitemaps all go through `Client.get`, which checks the
address of every redirect anew."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from types import TracebackType
from typing import Self, assert_never

from ingest.errors import FetchError, Terminal, Transient
from ingest.fetch import answers
from ingest.fetch.backlog import Backlog
from ingest.fetch.connect import Lookup
from ingest.fetch.cookies import ChainCookies
from ingest.fetch.exchange import Answer, Exchange
from ingest.fetch.guard import Guard, RequestTarget, without_secrets
from ingest.fetch.hosts import Hosts
from ingest.fetch.robots import (
    RETRY_SOON,
    ROBOTS_CAP,
    ROBOTS_LIFETIME,
    ROBOTS_PATIENCE,
    Robots,
    StoredRobots,
    unreachable,
)
from ingest.fetch.robots_text import product_token
from ingest.model import HostRule, Response
from ingest.reasons import Reason
from ingest.settings import Settings
from ingest.urls.identity import HostRules

log = logging.getLogger(__name__)

MAX_HOPS = 5
DEFER_AFTER = 2.01
"""Time, in deadlines, that failures may take at a host before it is deferred for the rest of the run. The
third time-out of a short run reaches it, so that a silent host costs a run three deadlines at most. A host
that hangs up just before the deadline costs as much as a silent one."""
FORGIVEN = 0.02
"""Deadlines that each good answer takes off that time: three time-outs in an archive of thousands of pages
are no reason to stop."""
PARSED_ROBOTS = 4_096
MB = 1_000_000
JITTER = 0.05
"""Largest share of a Retry-After that is added to it at random, so that not all clients return at once."""


class Kind(StrEnum):
    """What a request is for: it picks the deadline, the cap on decoded bytes and the Accept header."""

    FEED = "feed"
    PAGE = "page"
    ROBOTS = "robots"
    SITEMAP = "sitemap"


def _accept(kind: Kind) -> str:
    match kind:
        case Kind.FEED:
            feeds = "application/rss+xml, application/atom+xml, application/feed+json"
            return f"{feeds}, application/xml;q=0.9, */*;q=0.5"
        case Kind.PAGE:
            return "text/html, application/xhtml+xml, */*;q=0.5"
        case Kind.ROBOTS:
            return "text/plain, */*;q=0.5"
        case Kind.SITEMAP:
            return "application/xml, text/xml, text/plain;q=0.9, */*;q=0.5"
        case _:
            assert_never(kind)


@dataclass(frozen=True, slots=True)
class _Limits:
    """`deadline`: seconds for a whole fetch, without the wait for a host's turn. `cap`: decoded bytes."""

    deadline: float
    cap: int


def _limits(kind: Kind, settings: Settings) -> _Limits:
    match kind:
        case Kind.FEED:
            return _Limits(settings.feed_deadline, int(settings.feed_cap * MB))
        case Kind.PAGE:
            return _Limits(settings.page_deadline, int(settings.page_cap * MB))
        case Kind.ROBOTS:
            return _Limits(settings.page_deadline, ROBOTS_CAP)
        case Kind.SITEMAP:
            return _Limits(2 * settings.feed_deadline, int(settings.sitemap_cap * MB))
        case _:
            assert_never(kind)


@dataclass(slots=True)
class _Chain:
    """A fetch and the redirects it has followed; `left` is what remains of its deadline in seconds. `visited`
    has the requests sent so far, as address and Cookie header."""

    first: RequestTarget
    target: RequestTarget
    left: float
    hops: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    noai: bool = False
    cookies: ChainCookies = field(default_factory=ChainCookies)
    visited: set[tuple[str, str]] = field(default_factory=set)

    def follow(self, answer: Answer, guard: Guard) -> None:
        """Go to the target of a redirect. Raises Terminal when it has none, is refused, or leads in a circle:
        to an address that was requested before with the same cookies."""
        location = answer.headers.get("location")
        if not location:
            raise Terminal(Reason.HTTP_OTHER, f"HTTP {answer.status} without Location", status=answer.status)
        self.visited.add((self.target.url, self.cookies.header(self.target)))
        self.cookies.receive(self.target, answer.cookies, datetime.now(UTC))
        self.hops.append(self.target.url)
        self.statuses.append(answer.status)
        self.target = guard.target(location, base=self.target.url)
        again = (self.target.url, self.cookies.header(self.target)) in self.visited
        if len(self.hops) > MAX_HOPS or again:
            raise Terminal(
                Reason.REDIRECT_LOOP, f"redirects in a loop, or more than {MAX_HOPS}: {self.target.url}"
            )

    @property
    def permanent(self) -> str | None:
        return self.target.url if self.hops and answers.PERMANENT.issuperset(self.statuses) else None

    @property
    def may_send_secrets(self) -> bool:
        """True while the chain is on its first server and has not gone from https to http."""
        here, start = self.target, self.first
        return here.authority == start.authority and (here.scheme == start.scheme or here.scheme == "https")


class Client:
    """Sends all requests of a process; an async context manager. `lookup` replaces the system's name
    resolution.

    No request goes out while too many bytes are in `backlog`: callers add there what they have not processed
    yet.
    """

    def __init__(
        self,
        settings: Settings,
        hosts: Hosts,
        rules: Sequence[HostRule] = (),
        *,
        lookup: Lookup | None = None,
    ):
        self._settings = settings
        self._hosts = hosts
        self._rules = HostRules(rules)
        self._guard = Guard(settings)
        self._lookup = lookup
        self._agent = product_token(settings.user_agent)
        self._limits = {kind: _limits(kind, settings) for kind in Kind}
        self._robots: OrderedDict[str, tuple[float, Robots]] = OrderedDict()
        self._robots_locks: dict[str, asyncio.Lock] = {}
        self._time_lost: dict[str, float] = {}  # to failures of a host, in deadlines
        self._in_flight = asyncio.Semaphore(settings.max_in_flight)
        self._exchange: Exchange | None = None
        self.backlog = Backlog()

    async def __aenter__(self) -> Self:
        self._exchange = Exchange(self._settings, self._guard, self._lookup, self.backlog)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._exchange is not None:
            await self._exchange.close()

    @property
    def requests(self) -> int:
        """Requests sent so far, robots.txt and redirects included."""
        return self._exchange.requests if self._exchange is not None else 0

    async def get(
        self,
        url: str,
        *,
        kind: Kind,
        etag: str | None = None,
        last_modified: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Fetch `url` and follow its redirects. Returns answers 200-299, and 304 when a validator was sent.

        `etag` and `last_modified` are sent as they are. `headers` are secrets: they are sent to the first
        URL's server only. Raises Transient or Terminal with reason, status and retry_after (seconds). The
        status is None where no answer came; with DEFERRED no request was sent.
        """
        target = self._guard.target(url)
        chain = _Chain(first=target, target=target, left=self._limits[kind].deadline)
        answer = await self._follow(
            chain, kind, {"Accept": _accept(kind), **_conditions(etag, last_modified)}, headers or {}
        )
        self._check_status(answer, conditional=bool(etag or last_modified))
        return Response(
            requested_url=url,
            url=chain.target.url,
            status=answer.status,
            headers=answer.headers,
            body=answer.body,
            fetched_at=datetime.now(UTC),
            hops=tuple(chain.hops),
            permanent=chain.permanent,
            seconds=self._limits[kind].deadline - chain.left,
            noai=chain.noai or answers.reserves_rights(answer.headers),
        )

    async def sitemaps(self, origin: str) -> tuple[str, ...]:
        """Returns the Sitemap lines of the robots.txt of `origin` (any URL on it), in order. Raises as `get`
        does."""
        return (await self._robots_of(self._guard.target(origin))).sitemaps

    async def _follow(
        self, chain: _Chain, kind: Kind, sent: Mapping[str, str], secrets: Mapping[str, str]
    ) -> Answer:
        """Send the request and follow redirects; returns the first answer that is none."""
        while True:
            target = chain.target
            if kind is not Kind.ROBOTS:
                rules = await self._robots_of(target)
                if not rules.allows(target.url):
                    raise Terminal(Reason.ROBOTS, f"robots.txt of {target.authority} disallows {target.url}")
                chain.noai = rules.reserves_rights(target.url)
            headers = _with_cookies(
                {**sent, **secrets} if chain.may_send_secrets else sent, chain.cookies.header(target)
            )
            answer = await self._request(target, headers, kind, chain.left)
            chain.left -= answer.seconds
            if answer.status not in answers.REDIRECTS:
                return answer
            chain.follow(answer, self._guard)

    async def _request(
        self, target: RequestTarget, headers: Mapping[str, str], kind: Kind, left: float
    ) -> Answer:
        """Wait for the host's turn and send one request; `left` is what remains of the fetch's deadline."""
        assert self._exchange is not None, "use the client as `async with Client(...)`"
        authority, limits = target.authority, self._limits[kind]
        rule = self._rules.rule(target.host)
        in_flight = (rule.max_in_flight if rule else None) or self._settings.per_host
        async with self._hosts.slot(authority, limit=in_flight, delay=self._delay(target)), self._in_flight:
            await self.backlog.wait_for_room()
            self._hosts.check_pause(authority)  # an answer that came while we waited may have set one
            if self._time_lost.get(authority, 0) >= DEFER_AFTER:
                raise Transient(Reason.DEFERRED, f"{authority} failed too slowly, too often in this run")
            began = time.monotonic()
            try:
                answer = await self._exchange.get(
                    target,
                    headers,
                    cap=limits.cap,
                    cut=kind is Kind.ROBOTS,
                    deadline=min(left, limits.deadline),
                )
            except FetchError as error:
                seconds = time.monotonic() - began
                log.debug("GET %s: %s after %.2f s", without_secrets(target.url), error.reason, seconds)
                if isinstance(error, Transient):
                    timed_out = error.reason is Reason.TIMEOUT
                    self._count_time_lost(authority, 1.0 if timed_out else seconds / limits.deadline)
                raise
            log.debug(
                "GET %s: %d, %d bytes in %.2f s",
                without_secrets(target.url),
                answer.status,
                len(answer.body),
                answer.seconds,
            )
            failed = answer.status >= 500
            self._count_time_lost(authority, answer.seconds / limits.deadline if failed else -FORGIVEN)
            self._pause_if_asked(authority, answer)
            return answer

    def _count_time_lost(self, authority: str, deadlines: float) -> None:
        if deadlines > 0 or authority in self._time_lost:
            self._time_lost[authority] = max(self._time_lost.get(authority, 0.0) + deadlines, 0.0)

    def _delay(self, target: RequestTarget) -> float:
        rule = self._rules.rule(target.host)
        return max(
            self._settings.crawl_delay,
            (rule.crawl_delay if rule else None) or 0.0,
            self._robots_delay(target.authority),
        )

    def _robots_delay(self, authority: str) -> float:
        """The delay of the host's robots.txt: of the stored one where this process has not read it, which
        happens when another host redirects there."""
        parsed = self._robots.get(authority)
        if parsed is not None:
            return parsed[1].delay
        stored = self._hosts.robots(authority)
        return Robots(stored.body, self._agent).delay if stored is not None and stored.body else 0.0

    def _pause_if_asked(self, authority: str, answer: Answer) -> None:
        seconds = answers.pause(answer.status, answer.headers, datetime.now(UTC))
        if seconds:
            reason = Reason.HTTP_429 if answer.status == 429 else Reason.HTTP_5XX
            self._hosts.pause(authority, seconds * (1 + JITTER * random.random()), reason)

    def _check_status(self, answer: Answer, *, conditional: bool) -> None:
        if answer.status == 206:
            raise Transient(Reason.TRUNCATED, "HTTP 206 although no range was asked for", status=206)
        good = 200 <= answer.status < 300 or (answer.status == 304 and conditional)
        if not good or answers.challenged(answer.status, answer.headers):
            raise answers.failure(answer.status, answer.headers, datetime.now(UTC))

    # -- robots.txt ------------------------------------------------------------------------------------------

    async def _robots_of(self, target: RequestTarget) -> Robots:
        """The rules of the target's host, from memory, from hosts.db, or fetched: once for all coroutines and
        processes.

        Raises Transient while they are unreachable.
        """
        authority = target.authority
        parsed = self._robots.get(authority)
        if parsed is not None and parsed[0] > time.time():
            return parsed[1]
        async with self._robots_locks.setdefault(authority, asyncio.Lock()):
            parsed = self._robots.get(authority)
            if parsed is not None and parsed[0] > time.time():
                return parsed[1]
            try:
                return await self._parse_robots(authority, await self._stored_robots(target))
            finally:
                # Coroutines that come from now on read the rules from memory or from hosts.db.
                self._robots_locks.pop(authority, None)

    async def _stored_robots(self, target: RequestTarget) -> StoredRobots:
        """The robots.txt from hosts.db, or fetched; an unreachable one is waited for as long as it is soon
        requested again."""
        while True:
            stored = _fresh(self._hosts.robots(target.authority)) or await self._fetch_robots(target)
            left = stored.expires_at - time.time()
            if stored.body is not None or left > ROBOTS_PATIENCE:
                return stored
            await asyncio.sleep(max(left, 0.0) + 0.01)

    async def _parse_robots(self, authority: str, stored: StoredRobots) -> Robots:
        if stored.body is None:
            # A host that cannot be reached is itself the reason why the URL failed.
            reason = stored.reason
            if reason is None or not reason.rule.host_unreachable:
                reason = Reason.ROBOTS_UNREACHABLE
            wait = max(stored.expires_at - time.time(), 0.0)
            raise Transient(
                reason,
                f"robots.txt of {authority}: {stored.detail}",
                retry_after=wait,
                soon=stored.failures <= len(RETRY_SOON),
            )
        # Half a megabyte of rules takes so long to parse that requests to other hosts would wait.
        big = len(stored.body) > 32_768
        parse = asyncio.to_thread(Robots, stored.body, self._agent) if big else None
        rules = await parse if parse else Robots(stored.body, self._agent)
        self._robots[authority] = (stored.expires_at, rules)
        if len(self._robots) > PARSED_ROBOTS:
            self._robots.popitem(last=False)
        return rules

    async def _fetch_robots(self, target: RequestTarget) -> StoredRobots:
        authority = target.authority
        async with self._hosts.slot(f"robots {authority}"):
            before = self._hosts.robots(authority)
            if known := _fresh(before):
                return known
            stored = await self._request_robots(target, before)
            self._hosts.keep_robots(authority, stored)
            delay = Robots(stored.body, self._agent).delay if stored.body else 0.0
            if delay > 0:
                self._hosts.hold_off(authority, delay)
            return stored

    async def _request_robots(self, target: RequestTarget, before: StoredRobots | None) -> StoredRobots:
        """Request robots.txt. A 2xx gives rules, a 4xx or a loop of redirects means that there are none (RFC
        9309, 2.3.1.2-3), all else that they are unreachable.

        Raises when no request may be sent to the host, or not now: that says nothing of its robots.txt.
        """
        first = self._guard.target("/robots.txt", base=target.url)
        chain = _Chain(first=first, target=first, left=self._limits[Kind.ROBOTS].deadline)
        try:
            answer = await self._follow(chain, Kind.ROBOTS, {"Accept": _accept(Kind.ROBOTS)}, {})
            self._check_status(answer, conditional=False)
        except FetchError as error:
            if (
                error.status is None
                and not chain.hops
                and (error.never_sent or error.reason is Reason.BAD_ADDRESS)
            ):
                raise
            if error.reason is Reason.REDIRECT_LOOP or (
                400 <= (error.status or 0) < 500 and error.status != 429
            ):
                return StoredRobots(b"", time.time() + ROBOTS_LIFETIME)
            return unreachable(error.reason, error.detail, time.time(), before, error.retry_after or 0.0)
        return StoredRobots(answer.body, time.time() + ROBOTS_LIFETIME)


def _fresh(stored: StoredRobots | None) -> StoredRobots | None:
    return stored if stored is not None and stored.expires_at > time.time() else None


def _with_cookies(headers: Mapping[str, str], cookies: str) -> Mapping[str, str]:
    """The headers with the chain's cookies, behind those that the feed's own `headers` have."""
    if not cookies:
        return headers
    own = next((name for name in headers if name.lower() == "cookie"), "Cookie")
    return {**headers, own: f"{headers[own]}; {cookies}" if own in headers else cookies}


def _conditions(etag: str | None, last_modified: str | None) -> dict[str, str]:
    headers = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    return {name: value for name, value in headers.items() if value}
