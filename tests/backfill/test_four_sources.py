"""Two thousand pages, own and captured, by each way in: the same articles; and those that were polled live
are recognised."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from support.archive_site import ArchiveSite
from support.captures import SOURCES, written
from support.newsroom import HTML, Listed
from support.wire_server import Answer, LoopbackServer

from bench.captured import PagesSite

PAGES = 2_000
CAPTURED = Path(__file__).parents[2].parent / "shared" / "data" / "pages"
FIELDS = "SELECT * EXCLUDE (first_seen_at, feed_id) FROM mart.articles_all ORDER BY url_key"
OUTCOMES = "SELECT url_key, coalesce(reason, outcome) FROM ops.outcomes WHERE outcome <> 'duplicate_url'"
"""A page that is empty is asked for again from the network and from nowhere else: failed here, pending
there."""
_CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?([\w-]+)", re.I)

pytestmark = [pytest.mark.full, pytest.mark.timeout(1800)]
Room = Callable[[str], ArchiveSite]


@pytest.fixture
def pages() -> dict[str, bytes]:
    """Half of them captured pages of many hosts, as far as they are there; the rest of our own writing."""
    found: dict[str, bytes] = {}
    paths = set[str]()
    site = PagesSite(CAPTURED, PAGES) if CAPTURED.exists() else None
    for url in site.links if site else ():
        parts = urlsplit(url)
        reply = (
            site.answer(parts.netloc, f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", {})
            if site
            else None
        )
        bare = f"{parts.hostname}{parts.path}"  # the test server knows no query
        if reply is not None and parts.port is None and bare not in paths and _says_utf8(reply.body):
            paths.add(bare)
            found[f"http://{url.partition('://')[2]}"] = reply.body
        if len(found) == PAGES // 2:
            break
    return found


def _says_utf8(body: bytes) -> bool:
    """A file has no header to say its encoding: what the page itself says of it must be so."""
    said = _CHARSET.search(body[:4000])
    return said is None or said[1].lower() in (b"utf-8", b"utf8")


@pytest.fixture
def room(tmp_path: Path, pages: dict[str, bytes]) -> Iterator[Room]:
    """Sites with the same articles, each with a data directory of its own; `pages` has them all then."""
    with LoopbackServer() as server:

        def made(name: str) -> ArchiveSite:
            (tmp_path / name).mkdir()
            site = ArchiveSite(tmp_path / name, server, {"workers": 2})
            for url, body in pages.items():
                site.page(url, Answer(body=body, headers=HTML))
            site.fill(20, (PAGES - len(pages)) // 20 + 1)
            return site

        first = made("first")
        for url, answer in list(first.articles.items())[: PAGES - len(pages)]:
            pages[url] = answer.bytes()
        yield made


def test_two_thousand_pages_by_four_ways_are_the_same_articles(
    room: Room, pages: dict[str, bytes], tmp_path: Path
) -> None:
    assert len(pages) == PAGES
    found = {}
    for name in SOURCES:
        site = room(name)
        before = len(site.server.asked)
        summary = site.backfill(name, inputs=[written(name, tmp_path, pages)])
        assert (summary.state, summary.urls) == ("done", PAGES)
        assert len(site.server.asked) == before or name == "urls"
        assert not site.broken_rules()
        found[name] = ({row[1]: row for row in site.sql(FIELDS)}, dict(site.sql(OUTCOMES)))
    articles, outcomes = found["urls"]
    assert len(articles) > 0.9 * PAGES
    for name in SOURCES[1:]:
        differ = {
            key: (found[name][0].get(key), row)
            for key, row in articles.items()
            if found[name][0].get(key) != row
        }
        assert (differ, len(found[name][0])) == ({}, len(articles)), name
        assert {
            key: (found[name][1].get(key), what)
            for key, what in outcomes.items()
            if found[name][1].get(key) != what
        } == {}


def test_those_that_were_polled_live_are_recognised_by_all_of_them(
    room: Room, pages: dict[str, bytes], tmp_path: Path
) -> None:
    site = room("polled")
    chosen = list(pages)[::20]
    site.feed("live", "live.example", [Listed(url, f"Story {number}") for number, url in enumerate(chosen)])
    assert site.poll(0).polled == 1
    polled = site.one("SELECT count(*) FROM mart.articles_all")
    assert polled > 0.9 * len(chosen)
    first = site.backfill("warc", inputs=[written("warc", tmp_path, pages)])
    asked = len(site.server.asked)
    assert (first.loaded, first.revised) == (site.one("SELECT count(*) FROM mart.articles_all") - polled, 0)
    for name in ("jsonl", "html", "urls"):
        again = site.backfill(name, inputs=[written(name, tmp_path, pages)])
        assert (again.loaded, again.revised, again.fetched, again.state) == (0, 0, 0, "done"), name
    assert len(site.server.asked) == asked
    assert site.one("SELECT max(revisions) FROM mart.articles_all") == 1
    assert not site.broken_rules()
