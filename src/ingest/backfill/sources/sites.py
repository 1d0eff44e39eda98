"""The addresses that a site's sitemaps list. The sitemaps are those of its robots.txt, of the feed's setting
`sitemap`, or else /sitemap.xml; indexes are followed, except to sitemaps of days that are not wanted."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from urllib.parse import urljoin

from ingest import dates
from ingest.backfill.request import BackfillRequest
from ingest.backfill.sources.report import SourceReport
from ingest.backfill.sources.sitemap import Located, SitemapDocument, SitemapInput, parse_sitemap
from ingest.backfill.targets import ListedAddress, span_in
from ingest.errors import ConfigError, FetchError, Transient
from ingest.fetch.client import JITTER, MB, Client, Kind
from ingest.model import Feed, Response, StampSource
from ingest.reasons import Reason
from ingest.settings import FeedList
from ingest.stages.edges import Edges
from ingest.urls.identity import clean_link, host_of, origin_of, registrable_domain
from ingest.workers import LimitHit

T = TypeVar("T")
DEPTH = 5
"""Most sitemap indexes nested in one another; the protocol allows one."""
SITEMAPS_CAP = 50_000
"""Most sitemaps that are read of one source."""
BACK_OFF = (1.0, 4.0, 15.0)
"""Seconds before each further request for a sitemap, robots.txt, feed page or list that could not be read; a
host that names a longer time (Retry-After) is waited for."""
LONGEST_WAIT = 300.0
"""Most seconds that a plan waits in all for sources that could not be read; after that each is requested
once, and those that fail are left to `resume`."""


@dataclass(frozen=True, slots=True)
class Site:
    """A site whose sitemaps are read: the origin of a feed or of an input. `named` are sitemaps that a feed's
    setting or the input names; `only`: no others are looked for."""

    origin: str
    feed: Feed | None
    named: tuple[str, ...] = ()
    only: bool = False

    @property
    def domain(self) -> str:
        return registrable_domain(host_of(self.origin))


def sites(request: BackfillRequest, feeds: FeedList) -> list[Site]:
    """One site for each input, else for each origin among the wanted feeds (all enabled ones, unless the
    request names some). Raises ConfigError where there is none."""
    if request.inputs:
        return [_input_site(url, feeds) for url in request.inputs]
    chosen = feeds.chosen(request.feeds)
    if not chosen:
        raise ConfigError(
            f"{feeds.path}: no [[feed]] whose sitemaps could be read; name a sitemap with --input URL"
        )
    by_origin: dict[str, Site] = {}
    for feed in chosen:
        origin = origin_of(feed.sitemap or feed.url)
        earlier = by_origin.get(origin)
        named = (earlier.named if earlier else ()) + ((feed.sitemap,) if feed.sitemap else ())
        by_origin[origin] = Site(origin, earlier.feed if earlier else feed, tuple(dict.fromkeys(named)))
    return list(by_origin.values())


def _input_site(url: str, feeds: FeedList) -> Site:
    if not url.startswith(("http://", "https://")):
        raise ConfigError(f"--input {url}: give the http(s) address of a sitemap")
    domain = registrable_domain(host_of(url))
    feed = next((feed for feed in feeds.feeds if registrable_domain(host_of(feed.url)) == domain), None)
    path = url.removeprefix(origin_of(url)).strip("/")
    return Site(origin_of(url), feed, (url,) if path else (), bool(path))


async def sitemap_addresses(
    edges: Edges, site: Site, request: BackfillRequest, report: SourceReport
) -> AsyncIterator[list[ListedAddress]]:
    """Yields the addresses that the sitemaps of `site` list, one batch for each sitemap."""
    start, guessed = await _roots(edges.client, site, report)
    queue = [(url, 0) for url in start]
    seen = set(start)
    while queue and report.read < SITEMAPS_CAP:
        url, depth = queue.pop(0)
        document = await _document(edges, url, report, quiet=url in guessed)
        if document is None:
            continue
        for child in document.sitemaps if depth < DEPTH else ():
            link = _child(child, url, site, report)
            if link is None or link in seen:
                continue
            seen.add(link)
            if _unwanted(child, link, request, edges.now):
                report.unread += 1
            else:
                queue.append((link, depth + 1))
        days = span_in(url)
        yield [
            ListedAddress(
                url=_absolute(located.url, url),
                published=located.published,
                modified=located.modified,
                title=located.title,
                site=site.domain,
                feed=site.feed,
                listed=days,
            )
            for located in document.urls
        ]


async def _roots(client: Client, site: Site, report: SourceReport) -> tuple[list[str], frozenset[str]]:
    """The sitemaps to begin with, and those among them that are only a guess (their absence is expected)."""
    if site.only:
        return list(site.named), frozenset()
    try:
        listed = await patiently(report, lambda: client.sitemaps(site.origin))
        in_robots = [link for url in listed if (link := clean_link(url, site.origin))]
    except FetchError as error:
        report.add_problem(f"{site.origin}/robots.txt", error.reason, error.detail, again=may_help(error))
        # No request may be sent while the rules are unknown, and the guess would only tell the same again.
        return list(site.named), frozenset()
    guess = f"{site.origin}/sitemap.xml"
    known = list(dict.fromkeys([*in_robots, *site.named]))
    return (known, frozenset()) if known else ([guess], frozenset({guess}))


def _child(child: Located, parent: str, site: Site, report: SourceReport) -> str | None:
    link = clean_link(child.url, parent)
    if link is None or registrable_domain(host_of(link)) not in (
        site.domain,
        registrable_domain(host_of(parent)),
    ):
        report.add_problem(
            child.url[:500], Reason.OFF_SCOPE, f"a sitemap of another site, listed by {parent}", note=True
        )
        return None
    return link


def _unwanted(child: Located, link: str, request: BackfillRequest, now: datetime) -> bool:
    """True where a sitemap cannot list an article of the wanted days.

    It lists nothing newer than its lastmod, and nothing but the day, month or year that its address names (a
    day more at both ends allows for time zones).
    """
    stamp = dates.resolve(child.modified, source=StampSource.FEED, now=now) if child.modified else None
    if stamp is not None and request.first is not None and stamp.day < request.first:
        return True
    span = span_in(link)
    return span is not None and span.misses(request, slack=1)


async def _document(edges: Edges, url: str, report: SourceReport, *, quiet: bool) -> SitemapDocument | None:
    try:
        response = await fetch_listing(edges, url, report)
    except FetchError as error:
        absent = quiet and error.status in (404, 410)
        detail = "robots.txt names no sitemap, and there is none at the usual place"
        report.add_problem(
            url, error.reason, detail if absent else error.detail, again=may_help(error), note=absent
        )
        return None
    report.read += 1
    cap = int(edges.settings.sitemap_cap * MB)
    try:
        document = await edges.workers.run(parse_sitemap, SitemapInput(response.body, cap))
    except LimitHit as hit:
        report.add_problem(url, Reason.PARSE_LIMIT, str(hit))
        return None
    if document.fault:
        report.add_problem(url, Reason.PARSE_ERROR, document.fault)
    return document


def _absolute(url: str, sitemap: str) -> str:
    """The address itself; one without scheme is meant from the sitemap's. What cannot be joined is no
    address, and stays as it is."""
    try:
        return urljoin(sitemap, url) if url.startswith("/") else url
    except ValueError:  # half an IPv6 address and the like
        return url


async def fetch_listing(
    edges: Edges,
    url: str,
    report: SourceReport,
    *,
    kind: Kind = Kind.SITEMAP,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Fetches a sitemap, feed or list, patiently. Raises FetchError."""
    return await patiently(report, lambda: edges.client.get(url, kind=kind, headers=headers))


async def patiently(report: SourceReport, request: Callable[[], Awaitable[T]]) -> T:
    """The answer of a request, which is sent again after a while (BACK_OFF) where the reason of its failure
    may pass. Raises FetchError."""
    tries = iter(BACK_OFF)
    while True:
        try:
            return await request()
        except FetchError as error:
            # Where the host is paused nothing was sent, so that no try is used up; the pause has an end.
            wait = 0.0 if error.never_sent else next(tries, None)
            if wait is None or not may_help(error) or _is_given_up(error):
                raise
            pause = max(wait, (error.retry_after or 0.0) * (1 + JITTER) + 0.01)
            if report.waited + pause > LONGEST_WAIT:
                raise
            report.waited += pause
        await asyncio.sleep(pause)


def may_help(error: FetchError) -> bool:
    """True where the same request may succeed later."""
    return isinstance(error, Transient)


def _is_given_up(error: FetchError) -> bool:
    """True where the client sends no more requests to the host in this run: it was too slow too often, or its
    robots.txt failed more often than the client tries within a run."""
    if error.reason is Reason.DEFERRED:
        return error.retry_after is None
    return error.reason is Reason.ROBOTS_UNREACHABLE and not error.soon
