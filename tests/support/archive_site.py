"""A site with sitemaps by day, of our own writing, for tests of backfills; and what a backfill of it leaves
behind."""

from __future__ import annotations

import asyncio
import gzip
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from support.newsroom import NOON, Newsroom, story
from support.wire_server import Answer

from ingest.backfill import run as backfills
from ingest.backfill.plan import BackfillPlan
from ingest.backfill.request import BackfillRequest, Source
from ingest.backfill.run import BackfillSummary
from ingest.settings import FeedList, load_feeds

HOST = "archive.example"
BASE = f"http://{HOST}"
FIRST = date(2026, 2, 1)
XML = {"Content-Type": "application/xml"}
EQUAL = (
    "SELECT * EXCLUDE (first_seen_at) FROM mart.articles_all ORDER BY url_key",
    "SELECT * EXCLUDE (first_seen_at) FROM mart.revisions ORDER BY url, revision",
    "SELECT * FROM mart.copies ORDER BY article_id",
    'SELECT * EXCLUDE ("at") FROM ops.outcomes ORDER BY url',
)
"""What must be equal whatever a run went through (docs: equal tables)."""


def rows(*urls: str, modified: str | None = None) -> str:
    stamp = f"<lastmod>{modified}</lastmod>" if modified else ""
    return "".join(f"<url><loc>{url.replace('&', '&amp;')}</loc>{stamp}</url>" for url in urls)


def urlset(*urls: str, modified: str | None = None, more: str = "") -> str:
    listed = rows(*urls, modified=modified) + more
    return (
        f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</urlset>'
    )


def index(*urls: str) -> str:
    listed = "".join(f"<sitemap><loc>{url}</loc></sitemap>" for url in urls)
    return (
        '<?xml version="1.0"?><sitemapindex '
        f'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</sitemapindex>'
    )


@dataclass(slots=True)
class ArchiveSite(Newsroom):
    """`days` of `per_day` articles each, listed by day; every third sitemap is a .gz in an index of its
    own."""

    articles: dict[str, Answer] = field(default_factory=dict)

    def fill(self, days: int, per_day: int) -> None:
        self.server.routes[f"{HOST}/robots.txt"] = (
            f"User-agent: *\nDisallow: /private/\nSitemap: {BASE}/sitemap.xml\n"
        )
        self._hosts.add(HOST)
        plain, packed = [], []
        for number in range(days):
            day = FIRST + timedelta(days=number)
            urls = [self.article(day, n) for n in range(per_day)]
            if number % 3:
                plain.append(f"{BASE}/maps/{day}.xml")
                self.server.routes[f"{HOST}/maps/{day}.xml"] = Answer(
                    body=urlset(*urls, modified=f"{day}T08:00:00Z"), headers=XML
                )
            else:
                packed.append(f"{BASE}/maps/{day}.xml.gz")
                body = gzip.compress(urlset(*urls, modified=str(day)).encode())
                self.server.routes[f"{HOST}/maps/{day}.xml.gz"] = Answer(
                    body=body, headers={"Content-Type": "application/gzip"}
                )
        self.server.routes[f"{HOST}/maps/packed.xml"] = Answer(body=index(*packed), headers=XML)
        self.server.routes[f"{HOST}/sitemap.xml"] = Answer(
            body=index(*plain, f"{BASE}/maps/packed.xml"), headers=XML
        )

    def article(self, day: date, number: int) -> str:
        url = f"{BASE}/news/story-{day.toordinal()}-{number:03d}-of-the-harbour"
        title = f"Story {number} of {day}"
        stamp = f'<meta property="article:published_time" content="{day}T07:{number % 60:02d}:00Z">'
        self.articles[url] = story(title, day.toordinal() * 1000 + number, head=stamp)
        self.page(url, self.articles[url])
        return url

    def litter(self, days: int, per_day: int) -> Counter[str]:
        """What real sitemaps hold besides, in one .gz a day below an index of its own: pages that are gone (a
        hundredth), addresses listed twice or on another site, articles with a stamp of the future. Outcomes
        of all that `fill` and this list."""
        found, maps = Counter({"loaded": days * per_day}), []
        for number in range(days):
            day = FIRST + timedelta(days=number)
            dead = [f"{BASE}/news/gone-{day.toordinal()}-{n}-for-good" for n in range(max(1, per_day // 100))]
            double = [
                f"{self.article(day, 0)}?utm_source=map",
                f"https://www.{HOST}/news/story-{day.toordinal()}-001-of-the-harbour/",
            ]
            foreign = f"http://foreign.example/news/a-story-of-theirs-{number}"
            ahead = rows(self.article(day, per_day), modified="2031-05-05T00:00:00Z")
            listed = urlset(self.article(day, 1), *double, *dead, foreign, modified=str(day), more=ahead)
            maps.append(f"{BASE}/maps/more/{day}.xml.gz")
            self.server.routes[f"{HOST}/maps/more/{day}.xml.gz"] = gzip.compress(listed.encode())
            found += Counter({"loaded": 1, "http_404": len(dead), "duplicate_url": 2, "off_scope": 1})
        self.server.routes[f"{HOST}/maps/more.xml"] = Answer(body=index(*maps), headers=XML)
        whole = self.server.routes[f"{HOST}/sitemap.xml"]
        assert isinstance(whole, Answer)
        last = f"<sitemap><loc>{BASE}/maps/more.xml</loc></sitemap></sitemapindex>"
        more = whole.bytes().decode().replace("</sitemapindex>", last)
        self.server.routes[f"{HOST}/sitemap.xml"] = Answer(body=more, headers=XML)
        return found

    def listing(self, day: date, *urls: str, modified: str | None = None) -> None:
        """A sitemap of that day with more in it than articles."""
        self.server.routes[f"{HOST}/maps/{day}.xml"] = Answer(
            body=urlset(*urls, modified=modified), headers=XML
        )

    def feeds(self) -> FeedList:
        return load_feeds(self.write())

    def backfill(
        self, source: str = "sitemap", *, inputs: Sequence[str | Path] = (BASE,), **asked: Any
    ) -> BackfillSummary:
        asked.setdefault("now", NOON)
        wanted = BackfillRequest(Source(source), inputs=tuple(str(one) for one in inputs), **asked)
        return asyncio.run(backfills.run(self.settings, self.feeds(), wanted))

    def plan(
        self,
        source: str = "sitemap",
        *,
        inputs: Sequence[str | Path] = (BASE,),
        dry: bool = False,
        **asked: Any,
    ) -> BackfillPlan:
        asked.setdefault("now", NOON)
        wanted = BackfillRequest(Source(source), inputs=tuple(str(one) for one in inputs), **asked)
        return asyncio.run(backfills.plan(self.settings, self.feeds(), wanted, dry=dry))

    def tables(self) -> list[list[Any]]:
        return [self.sql(query) for query in EQUAL]

    def pages_asked(self) -> int:
        return sum(one.path.startswith("/news/") for one in self.server.asked)
