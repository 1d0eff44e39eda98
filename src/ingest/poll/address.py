"""The address that a feed is polled at: the one of feeds.toml, or the target of its permanent redirect."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from ingest.model import Feed, FeedState


def with_configured_url(feed: Feed, state: FeedState) -> FeedState:
    """Returns the state with the address that feeds.toml has now.

    A changed address is polled at once, without what was learnt of the old one: its validators, its pauses
    and failures, an adopted redirect. Entries, rate and history belong to the feed's id and stay. Where
    feeds.toml now names the address that was adopted, nothing else changes.
    """
    if state.config_url in (None, feed.url) or state.url == feed.url:
        return replace(state, config_url=feed.url)
    return replace(
        state,
        url=feed.url,
        config_url=feed.url,
        etag=None,
        last_modified=None,
        body_hash=None,
        last_full_at=None,
        validators_trusted=True,
        next_poll_at=None,
        paused_until=None,
        floor=None,
        skip_hours=(),
        failure_weight=0.0,
        failures=0,
        redirect_url=None,
        redirect_since=None,
        why_next="feeds.toml names another address",
    )


def takes_secrets(feed: Feed, url: str) -> bool:
    """Whether `url` is on the server for which the feed's `headers` are meant: the same host and port, and
    not http where feeds.toml has https."""
    own, other = urlsplit(feed.url), urlsplit(url)
    same = (own.hostname, own.port) == (other.hostname, other.port)
    return same and (own.scheme == other.scheme or other.scheme == "https")
