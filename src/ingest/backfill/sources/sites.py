"""What a site's sitemaps list: robots lines, the feed's `sitemap`, or /sitemap.xml; indexes are followed, but
for other days."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ingest import dates
from ingest.backfill.request import Backfill
from ingest.backfill.sources.sitemap import Located, SitemapDocument, SitemapInput, parse_sitemap
from ingest.backfill.targets import Found, span_in
from ingest.errors import ConfigError, FetchError
from ingest.fetch.client import MB, Client, Kind
from ingest.model import Feed, Reason, Response, StampSource
from ingest.settings import FeedList
from ingest.stages.edges import Edges
from ingest.urls.identity import clean_link, host_of, origin_of, registrable_domain
from ingest.workers import LimitHit

DEPTH = 5
"""Most indexes on the way to a sitemap; the protocol allows one."""
SITEMAPS_CAP = 50_000
TRIES = 3


@dataclass(frozen=True, slots=True)
class Site:
    """Where to look: a feed's origin, or an address that was named. `named` are its sitemaps, if they are
    known; `only` they."""

    origin: str
    feed: Feed | None
    named: tuple[str, ...] = ()
    only: bool = False

    @property
    def domain(self) -> str:
        return registrable_domain(host_of(self.origin))


@dataclass(slots=True)
class Walk:
    """What was met on the way: `problems` are sitemaps that could not be read, whole or in part; `unread`
    those out of range."""

    problems: list[dict[str, str]] = field(default_factory=list)
    read: int = 0
    unread: int = 0

    def problem(self, url: str, reason: str, detail: str) -> None:
        self.problems.append({"url": url, "reason": reason, "detail": detail})


def sites(asked: Backfill, feeds: FeedList) -> list[Site]:
    """One site for each origin among the feeds (all that are enabled, unless some are named) or the
    inputs."""
    if asked.inputs:
        return [_input_site(url, feeds) for url in asked.inputs]
    chosen = feeds.chosen(asked.feeds)
    if not chosen:
        raise ConfigError(
            f"{feeds.path}: no [[feed]] to look for sitemaps of; name a sitemap with --input URL"
        )
    found: dict[str, Site] = {}
    for feed in chosen:
        origin = origin_of(feed.sitemap or feed.url)
        before = found.get(origin)
        named = (before.named if before else ()) + ((feed.sitemap,) if feed.sitemap else ())
        found[origin] = Site(origin, before.feed if before else feed, tuple(dict.fromkeys(named)))
    return list(found.values())


def _input_site(url: str, feeds: FeedList) -> Site:
    if not url.startswith(("http://", "https://")):
        raise ConfigError(f"--input {url}: a sitemap is named by its http(s) address")
    domain = registrable_domain(host_of(url))
    feed = next((one for one in feeds.feeds if registrable_domain(host_of(one.url)) == domain), None)
    path = url.removeprefix(origin_of(url)).strip("/")
    return Site(origin_of(url), feed, (url,) if path else (), bool(path))


async def listed(edges: Edges, site: Site, asked: Backfill, walk: Walk) -> AsyncIterator[list[Found]]:
    """Every address that the sitemaps of `site` list, a batch for each sitemap."""
    start, guessed = await _roots(edges.client, site, walk)
    queue = [(url, 0) for url in start]
    seen = set(start)
    while queue and walk.read < SITEMAPS_CAP:
        url, depth = queue.pop(0)
        document = await _document(edges, url, walk, quiet=url in guessed)
        if document is None:
            continue
        for child in document.sitemaps if depth < DEPTH else ():
            link = _child(child, url, site, walk)
            if link is None or link in seen:
                continue
            seen.add(link)
            if _unwanted(child, link, asked, edges.now):
                walk.unread += 1
            else:
                queue.append((link, depth + 1))
        days = span_in(url)
        yield [
            Found(one.url, one.published, one.modified, one.title, site.domain, site.feed, listed=days)
            for one in document.urls
        ]


async def _roots(client: Client, site: Site, walk: Walk) -> tuple[list[str], frozenset[str]]:
    """Sitemaps to begin with, and which of them are a guess whose absence is no problem."""
    if site.only:
        return list(site.named), frozenset()
    try:
        said = [link for url in await client.sitemaps(site.origin) if (link := clean_link(url, site.origin))]
    except FetchError as error:
        walk.problem(f"{site.origin}/robots.txt", error.reason, error.detail)
        said = []
    guess = f"{site.origin}/sitemap.xml"
    known = list(dict.fromkeys([*said, *site.named]))
    return (known, frozenset()) if known else ([guess], frozenset({guess}))


def _child(child: Located, parent: str, site: Site, walk: Walk) -> str | None:
    link = clean_link(child.url, parent)
    if link is None or registrable_domain(host_of(link)) not in (
        site.domain,
        registrable_domain(host_of(parent)),
    ):
        walk.problem(child.url[:500], Reason.OFF_SCOPE, f"a sitemap of another site, listed by {parent}")
        return None
    return link


def _unwanted(child: Located, link: str, asked: Backfill, now: datetime) -> bool:
    """True where nothing that this sitemap lists can be of the days asked for.

    By its lastmod it holds nothing younger than that; by the day, month or year of its name nothing else, a
    day for time zones.
    """
    stamp = dates.resolve(child.modified, source=StampSource.FEED, now=now) if child.modified else None
    if stamp is not None and asked.first is not None and stamp.day < asked.first:
        return True
    span = span_in(link)
    return span is not None and span.misses(asked, slack=1)


async def _document(edges: Edges, url: str, walk: Walk, *, quiet: bool) -> SitemapDocument | None:
    try:
        response = await fetched(edges, url)
    except FetchError as error:
        none = quiet and error.status in (404, 410)
        said = "robots.txt names no sitemap, and there is none at the usual place" if none else error.detail
        walk.problem(url, error.reason, said)
        return None
    walk.read += 1
    cap = int(edges.settings.sitemap_cap * MB)
    try:
        document = await edges.workers.run(parse_sitemap, SitemapInput(response.body, cap))
    except LimitHit as hit:
        walk.problem(url, Reason.PARSE_LIMIT, str(hit))
        return None
    if document.fault:
        walk.problem(url, Reason.PARSE_ERROR, document.fault)
    return document


async def fetched(
    edges: Edges, url: str, *, kind: Kind = Kind.SITEMAP, headers: Mapping[str, str] | None = None
) -> Response:
    """Asked for again at once where the answer was broken or late; a host that asks for patience is left
    alone."""
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
