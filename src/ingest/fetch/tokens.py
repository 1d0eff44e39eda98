"""A feed's own headers (tokens, keys): which requests they go with. Pure.

They go with the feed itself and, where the feed sets `page_headers`, with its pages on the same host. The
client keeps them there when a redirect leads away, and robots.txt is never asked for with them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Protocol

from ingest.errors import Transient
from ingest.model import Feed
from ingest.reasons import Reason
from ingest.urls.identity import host_of, origin_of

_NAME = re.compile(r"[A-Z_][A-Z0-9_]*")
_NONE: Mapping[str, str] = {}


class TokenSettings(Protocol):
    """The setting by which a host may lie on this machine."""

    @property
    def resolve(self) -> dict[str, tuple[str, int]]: ...


def feed_headers(feed: Feed) -> Mapping[str, str]:
    """Returns the headers of a request for the feed. Raises Transient MISSING_TOKEN where a variable that
    they name is not set: without its token a feed answers with an error, or with less."""
    for header, variable in feed.missing_variables:
        # A name that no variable usually has may be the token itself, written in the wrong place.
        shown = variable if _NAME.fullmatch(variable) else "that it names"
        raise Transient(
            Reason.MISSING_TOKEN,
            f"headers.{header} of feed {feed.id}: environment variable {shown} is not set; export it, or "
            "take the header out",
        )
    return feed.headers


def page_headers(feed: Feed | None, url: str, settings: TokenSettings) -> Mapping[str, str]:
    """Returns the headers of a request for a page of the feed: those of the feed where it says so
    (`page_headers`), the page lies on its very host and port, and nobody on the way can read them; else none.
    Raises Transient as `feed_headers` does."""
    if feed is None or not feed.page_headers or not _same_host(url, feed.url):
        return _NONE
    if not url.lower().startswith("https:") and not _is_loopback(host_of(url), settings):
        return _NONE
    return feed_headers(feed)


def _same_host(url: str, feed_url: str) -> bool:
    """Whether both are of one host and port; http and https at their own ports count as one, since a feed of
    http may have pages of https."""
    places = [origin_of(address).partition("://")[2] for address in (url, feed_url)]
    return places[0] == places[1] and bool(places[0])


def _is_loopback(host: str, settings: TokenSettings) -> bool:
    mapped = next(
        (place for name, place in settings.resolve.items() if host_of(f"http://{name}/") == host), None
    )
    try:
        return ip_address(mapped[0] if mapped else host).is_loopback
    except ValueError:
        return host == "localhost"
