"""Real article pages of many hosts, served at their own addresses, with one RSS feed that lists them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from itertools import islice, zip_longest
from pathlib import Path
from urllib.parse import urlsplit

import zstandard

from bench.site import feed_reply
from ingest.demo.wire import Reply
from ingest.urls.identity import HostRules, clean_link, url_key

LISTED_AT = datetime(2026, 1, 1, tzinfo=UTC)
"""Stamp of the newest entry, the others a minute apart: a live feed's entries are of today, not of a hundred
days."""

_RULES = HostRules()


class PagesSite:
    """`count` pages of the captured sets in `folder`, taken from the sets in turn; the feed has links, titles
    and stamps.

    `host`: serve all pages under this one name (as one site), at /<number>.html.
    """

    id = "pages"

    def __init__(self, folder: Path, count: int, *, host: str | None = None) -> None:
        self.feed_url = f"http://{host or 'pages.example'}/feed.xml"
        self._pages: dict[str, bytes] = {}
        links: list[str] = []
        for url, html in islice(_distinct(folder), count):
            link = f"http://{host}/{len(links)}.html" if host else url
            self._pages[url_key(link, _RULES)] = html
            links.append(link)
        self.links = tuple(links)
        self._feed = _rss(links)

    def hosts(self) -> set[str]:
        return {host for url in (*self.links, self.feed_url) if (host := urlsplit(url).hostname)}

    def go(self, step: int) -> None:
        """The pages stay as they are."""

    def answer(self, host: str, target: str, headers: Mapping[str, str]) -> Reply | None:
        url = f"http://{host}{target}"
        if url == self.feed_url:
            return feed_reply(self._feed, headers)
        html = self._pages.get(url_key(url, _RULES))
        return None if html is None else Reply(200, html, {"Content-Type": "text/html; charset=utf-8"})


def _distinct(folder: Path) -> Iterator[tuple[str, bytes]]:
    """(URL with http:, HTML) of each page, one of each set in turn, no identity twice."""
    sets = [_read(path) for path in sorted(folder.glob("*.jsonl.zst"))]
    seen: set[str] = set()
    for row in zip_longest(*sets):
        for found in row:
            if found is None:
                continue
            link = clean_link(found[0].replace("https://", "http://"), "http://pages.example/")
            if link is not None and url_key(link, _RULES) not in seen:
                seen.add(url_key(link, _RULES))
                yield link, found[1].encode("utf-8", "surrogatepass")


def _read(path: Path) -> Iterator[tuple[str, str]]:
    with path.open("rb") as stream:
        lines = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(stream), encoding="utf-8")
        for line in lines:
            row = json.loads(line)
            if row.get("url") and row.get("html"):
                yield row["url"], row["html"]


def _rss(links: list[str]) -> bytes:
    entries = "".join(
        f"<item><title>Page {n}</title><link>{escape(link)}</link>"
        f"<pubDate>{format_datetime(LISTED_AT - timedelta(minutes=n), usegmt=True)}</pubDate></item>\n"
        for n, link in enumerate(links)
    )
    head = (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>Captured pages</title>\n'
    )
    return f"{head}<link>http://pages.example/</link>\n{entries}</channel></rss>\n".encode()
