"""What a feed's older pages list: RFC 5005's `next` and `prev-archive` links, else WordPress's `?paged=N`.

A feed that knows neither answers `?paged=2` with what it has said already, and that ends it: one request too
many. The feed's own form of an entry (`full_text`) is not taken from old pages: each entry's link is fetched.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

from ingest.backfill.request import Backfill
from ingest.backfill.sources.sites import Walk, fetched
from ingest.backfill.targets import Found
from ingest.errors import ConfigError, FetchError
from ingest.fetch.client import Kind
from ingest.model import Entry, Feed, FeedDocument, Reason
from ingest.poll.feed import FeedInput, parse_feed
from ingest.settings import FeedList
from ingest.stages.edges import Edges
from ingest.urls.identity import host_of, origin_of, registrable_domain
from ingest.workers import LimitHit

PAGES_CAP = 500
"""Most pages of one feed: at ten entries each, what a daily wire says in a year."""


@dataclass(frozen=True, slots=True)
class Paged:
    """A feed to walk back through; `listed` where feeds.toml has it."""

    feed: Feed
    listed: bool


def feeds_of(asked: Backfill, feeds: FeedList) -> list[Paged]:
    """The feeds whose addresses are the inputs, else those named by id, else all that are enabled.
    ConfigError for none."""
    if asked.inputs:
        return [_input(url, feeds) for url in asked.inputs]
    chosen = feeds.chosen(asked.feeds)
    if not chosen:
        raise ConfigError(
            f"{feeds.path}: no [[feed]] to walk back through; name one by its address with --input URL"
        )
    return [Paged(feed, True) for feed in chosen]


def _input(url: str, feeds: FeedList) -> Paged:
    if not url.startswith(("http://", "https://")):
        raise ConfigError(f"--input {url}: a feed is named by its http(s) address")
    feed = next((one for one in feeds.feeds if one.url == url), None)
    return Paged(feed or Feed(id=url, url=url), feed is not None)


async def entries(edges: Edges, paged: Paged, asked: Backfill, walk: Walk) -> AsyncIterator[list[Found]]:
    """The entries of each page, newest page first, until one says nothing new or lies wholly before the days
    asked for."""
    url: str | None = paged.feed.url
    said, asked_for, linked = set[str](), set[str](), False
    while url is not None and url not in asked_for:
        if len(asked_for) >= PAGES_CAP:
            walk.problem(
                url, Reason.TOO_LARGE, f"{PAGES_CAP} pages of this feed were read; older ones are left out"
            )
            return
        asked_for.add(url)
        document = await _document(edges, paged.feed, url, walk)
        if document is None:
            return
        new = [entry for entry in document.entries if entry.entry_key not in said]
        if not new:
            return
        said.update(entry.entry_key for entry in new)
        yield [_found(entry, paged) for entry in new]
        if _all_before(document.entries, asked):
            return
        linked = linked or document.next_link is not None
        url = _linked(document.next_link, url, paged.feed, walk) if linked else _numbered(url)


def _linked(older: str | None, url: str, feed: Feed, walk: Walk) -> str | None:
    if older is not None and registrable_domain(host_of(older)) != registrable_domain(host_of(feed.url)):
        walk.problem(older[:500], Reason.OFF_SCOPE, f"an older page on another site, named by {url}")
        return None
    return older


def _numbered(url: str) -> str:
    """The address of the page behind this one, as WordPress counts them."""
    parts = urlsplit(url)
    fields = parts.query.split("&") if parts.query else []
    said = next((one.removeprefix("paged=") for one in fields if one.startswith("paged=")), "1")
    behind = f"paged={(int(said) if said.isascii() and said.isdigit() else 1) + 1}"
    others = [
        one for one in fields if one.partition("=")[0] != "paged"
    ]  # as they are written: servers tell them apart
    return urlunsplit(parts._replace(query="&".join([*others, behind])))


def _all_before(listed: tuple[Entry, ...], asked: Backfill) -> bool:
    first = asked.first
    return first is not None and all(
        one.published is not None and one.published.day < first for one in listed
    )


def _found(entry: Entry, paged: Paged) -> Found:
    feed = paged.feed if paged.listed else None
    if entry.link is None:
        name = f"urn:wire-entry:{paged.feed.id}:{entry.entry_key}"
        return Found(name, feed=feed, problem=(Reason.NO_URL, "an entry without a link"))
    return Found(entry.link, published=entry.published_raw, title=entry.title, feed=feed, hints=entry.hints)


async def _document(edges: Edges, feed: Feed, url: str, walk: Walk) -> FeedDocument | None:
    # A feed's tokens are its own origin's: an older page on another host, or without TLS, is asked for
    # without them.
    tokens = feed.headers if origin_of(url) == origin_of(feed.url) else None
    try:
        answer = await fetched(edges, url, kind=Kind.FEED, headers=tokens)
        given = FeedInput(
            feed,
            answer.body,
            answer.url,
            answer.headers.get("content-type"),
            edges.now,
            edges.settings.entries_cap,
        )
        document = await edges.workers.run(parse_feed, given)
    except FetchError as error:
        # Behind its last page WordPress answers 404, others a page of HTML: the feed's own first page must be
        # there.
        if url == feed.url or error.reason not in (Reason.HTTP_404, Reason.HTTP_410, Reason.NOT_A_FEED):
            walk.problem(url, error.reason, error.detail)
        return None
    except LimitHit as hit:
        walk.problem(url, Reason.PARSE_LIMIT, str(hit))
        return None
    walk.read += 1
    return document
