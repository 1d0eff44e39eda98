"""The entries of a feed's older pages: by RFC 5005's `next` and `prev-archive` links, else by WordPress's
`?paged=N`.

A feed without such pages answers `?paged=2` with entries that were read already, which ends the reading after
one needless request. Texts of entries (`full_text`) are not taken from older pages: each entry's link is
fetched.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from ingest.backfill.request import BackfillRequest
from ingest.backfill.sources.report import SourceReport
from ingest.backfill.sources.sites import fetch_listing, may_help
from ingest.backfill.targets import ListedAddress
from ingest.errors import ConfigError, FetchError
from ingest.fetch.client import Kind
from ingest.fetch.tokens import feed_headers
from ingest.model import Entry, Feed, FeedDocument
from ingest.poll.feed import FeedInput, parse_feed
from ingest.reasons import Reason
from ingest.settings import FeedList
from ingest.stages.edges import Edges
from ingest.urls.identity import host_of, origin_of, registrable_domain
from ingest.workers import LimitHit

PAGES_CAP = 500
"""Most pages of one feed: at ten entries each, a year of a daily wire."""


@dataclass(frozen=True, slots=True)
class Paged:
    """A feed whose older pages are read; `listed` where feeds.toml has it."""

    feed: Feed
    listed: bool


def feeds_of(request: BackfillRequest, feeds: FeedList) -> list[Paged]:
    """The feeds at the addresses that are the inputs, else the feeds named by id, else all enabled ones.
    Raises ConfigError where there is none."""
    if request.inputs:
        return [_input(url, feeds) for url in request.inputs]
    chosen = feeds.chosen(request.feeds)
    if not chosen:
        raise ConfigError(
            f"{feeds.path}: no [[feed]] whose older pages could be read; "
            "name one by its address with --input URL"
        )
    return [Paged(feed, True) for feed in chosen]


def _input(url: str, feeds: FeedList) -> Paged:
    if not url.startswith(("http://", "https://")):
        raise ConfigError(f"--input {url}: give the http(s) address of a feed")
    feed = next((feed for feed in feeds.feeds if feed.url == url), None)
    return Paged(feed or Feed(id=url, url=url), feed is not None)


async def entry_addresses(
    edges: Edges, paged: Paged, request: BackfillRequest, report: SourceReport
) -> AsyncIterator[list[ListedAddress]]:
    """Yields the entries of each page, newest page first, until a page has no new entry or only entries from
    before the wanted days."""
    url: str | None = paged.feed.url
    known_entries, read_pages, linked = set[str](), set[str](), False
    while url is not None and url not in read_pages:
        if len(read_pages) >= PAGES_CAP:
            report.add_problem(
                url, Reason.TOO_LARGE, f"{PAGES_CAP} pages of this feed were read; older ones are left out"
            )
            return
        read_pages.add(url)
        document = await _document(edges, paged.feed, url, report)
        if document is None:
            return
        new = [entry for entry in document.entries if entry.entry_key not in known_entries]
        if not new:
            return
        known_entries.update(entry.entry_key for entry in new)
        yield [_address(entry, paged) for entry in new]
        if _all_before(document.entries, request):
            return
        linked = linked or document.next_link is not None
        url = _linked(document.next_link, url, paged.feed, report) if linked else _numbered(url)


def _linked(older: str | None, url: str, feed: Feed, report: SourceReport) -> str | None:
    if older is not None and registrable_domain(host_of(older)) != registrable_domain(host_of(feed.url)):
        report.add_problem(
            older[:500], Reason.OFF_SCOPE, f"an older page on another site, named by {url}", note=True
        )
        return None
    return older


def _numbered(url: str) -> str:
    """The address of the next older page, as WordPress numbers them."""
    parts = urlsplit(url)
    fields = parts.query.split("&") if parts.query else []
    number = next((field.removeprefix("paged=") for field in fields if field.startswith("paged=")), "1")
    older = f"paged={(int(number) if number.isascii() and number.isdigit() else 1) + 1}"
    # The other fields are kept as they are written: servers may tell spellings apart.
    others = [field for field in fields if field.partition("=")[0] != "paged"]
    return urlunsplit(parts._replace(query="&".join([*others, older])))


def _all_before(listed: tuple[Entry, ...], request: BackfillRequest) -> bool:
    first = request.first
    return first is not None and all(
        entry.published is not None and entry.published.day < first for entry in listed
    )


def _address(entry: Entry, paged: Paged) -> ListedAddress:
    feed = paged.feed if paged.listed else None
    if entry.link is None:
        name = f"urn:wire-entry:{paged.feed.id}:{entry.entry_key}"
        return ListedAddress(name, feed=feed, problem=(Reason.NO_URL, "an entry without a link"))
    return ListedAddress(
        entry.link, published=entry.published_raw, title=entry.title, feed=feed, hints=entry.hints
    )


async def _document(edges: Edges, feed: Feed, url: str, report: SourceReport) -> FeedDocument | None:
    # A feed's tokens belong to its origin: a page on another host, or without TLS, is fetched without them.
    try:
        tokens = feed_headers(feed) if origin_of(url) == origin_of(feed.url) else None
        response = await fetch_listing(edges, url, report, kind=Kind.FEED, headers=tokens)
        feed_input = FeedInput(
            feed=feed,
            body=response.body,
            url=response.url,
            content_type=response.headers.get("content-type"),
            now=edges.now,
            entries_cap=edges.settings.entries_cap,
        )
        document = await edges.workers.run(parse_feed, feed_input)
    except FetchError as error:
        # After the last page WordPress sends 404, others a page of HTML. Only for the feed's own address is
        # that a problem.
        if url == feed.url or error.reason not in (Reason.HTTP_404, Reason.HTTP_410, Reason.NOT_A_FEED):
            report.add_problem(url, error.reason, error.detail, again=may_help(error))
        return None
    except LimitHit as hit:
        report.add_problem(url, Reason.PARSE_LIMIT, str(hit))
        return None
    report.read += 1
    return document
