"""The addresses that a site's sitemaps list. The sitemaps are those of its robots.txt, of the feed's setting
`sitemap`, or else /sitemap.xml; indexes are followed, except to sitemaps of days that are not wanted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ingest import dates
from ingest.backfill.request import BackfillRequest
from ingest.backfill.sources.sitemap import Located, SitemapDocument, SitemapInput, parse_sitemap
from ingest.backfill.targets import ListedAddress, span_in
from ingest.errors import ConfigError, FetchError
from ingest.fetch.client import MB, Client, Kind
from ingest.model import Feed, Reason, Response, StampSource
from ingest.settings import FeedList
from ingest.stages.edges import Edges
from ingest.urls.identity import clean_link, host_of, origin_of, registrable_domain
from ingest.workers import LimitHit

DEPTH = 5
"""Most sitemap indexes nested in one another; the protocol allows one."""
SITEMAPS_CAP = 50_000
"""Most sitemaps that are read of one source."""
TRIES = 3
"""Most requests for one sitemap, feed or list."""


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


@dataclass(slots=True)
class SourceReport:
    """How the reading of a source's inputs went. `read` counts the inputs that were read (sitemaps, feed
    pages, lists, files), `unread` sitemaps of days that are not wanted; `problems` are inputs that could not
    be read, in whole or in part."""

    problems: list[dict[str, str]] = field(default_factory=list)
    read: int = 0
    unread: int = 0

    def add_problem(self, url: str, reason: str, detail: str) -> None:
        self.problems.append({"url": url, "reason": reason, "detail": detail})


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
        raise ConfigError(f"--input {url}: a sitemap is named by its http(s) address")
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
                url=located.url,
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
        in_robots = [
            link for url in await client.sitemaps(site.origin) if (link := clean_link(url, site.origin))
        ]
    except FetchError as error:
        report.add_problem(f"{site.origin}/robots.txt", error.reason, error.detail)
        in_robots = []
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
            child.url[:500], Reason.OFF_SCOPE, f"a sitemap of another site, listed by {parent}"
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
        response = await fetch_listing(edges, url)
    except FetchError as error:
        absent = quiet and error.status in (404, 410)
        detail = "robots.txt names no sitemap, and there is none at the usual place"
        report.add_problem(url, error.reason, detail if absent else error.detail)
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


async def fetch_listing(
    edges: Edges, url: str, *, kind: Kind = Kind.SITEMAP, headers: Mapping[str, str] | None = None
) -> Response:
    """Fetches a sitemap, feed or list, and at once again where the response was broken or late, TRIES times
    in all. A host that names a time to wait (Retry-After) is not asked again. Raises FetchError."""
    for left in range(TRIES - 1, -1, -1):
        try:
            return await edges.client.get(url, kind=kind, headers=headers)
        except FetchError as error:
            again = (
                error.reason in (Reason.RESET, Reason.TRUNCATED, Reason.HTTP_5XX, Reason.TIMEOUT)
                and not error.retry_after
            )
            if not left or not again:
                raise
    raise AssertionError("unreachable")
