"""A newsroom for tests of the whole path: feeds and pages of our own writing on loopback, polled by the
pipeline itself."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
from support.wire_server import Answer, Asked, LoopbackServer, Route

from ingest.load.checks import run_checks
from ingest.load.db import Warehouse
from ingest.pipeline import PollSummary, poll
from ingest.settings import Settings, load_feeds
from ingest.stages.edges import PollRequest

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
HTML = {"Content-Type": "text/html; charset=utf-8"}
WORDS = re.findall(
    r"\w+",
    """harbour ferry council bridge orchard rainfall budget teacher railway museum vineyard glacier hospital
turbine festival library fisherman quarry election market pension weather reservoir surgeon airport stadium \
baker lighthouse tractor
violin parliament chemist bicycle canal furnace meadow novelist theatre tannery observatory carpenter \
satellite beekeeper""",
)
VERBS = re.findall(
    r"\w+",
    "opened closed measured rebuilt praised delayed counted repaired painted surveyed defended promised",
)


def prose(seed: int, paragraphs: int = 4) -> list[str]:
    """Paragraphs that no other seed has."""
    chance = random.Random(seed)

    def sentence() -> str:
        one, two, three, four = chance.sample(WORDS, 4)
        return (
            f"The {one} near the old {two} was {chance.choice(VERBS)} on the advice of a {three} who had "
            "once "
            f"{chance.choice(VERBS)} {chance.randint(11, 9999)} things for the {four} committee."
        )

    return [" ".join(sentence() for _ in range(3)) for _ in range(paragraphs)]


def story(title: str, seed: int, *, head: str = "", paragraphs: list[str] | None = None) -> Answer:
    """An article page with the text of `seed`."""
    text = "".join(f"<p>{one}</p>" for one in (paragraphs or prose(seed)))
    start = (
        "<!DOCTYPE html><html "
        f"lang='en'><head><title>{title}</title>{head}</head><body><main><article><h1>{title}</h1>"
    )
    return Answer(body=f"{start}{text}</article></main></body></html>", headers=HTML)


@dataclass(slots=True)
class Listed:
    """An entry of a feed as its publisher writes it."""

    link: str | None
    title: str
    guid: str | None = None
    summary: str = ""
    published: str = "Tue, 10 Mar 2026 11:30:00 GMT"

    def xml(self) -> str:
        link = f"<link>{self.link.replace('&', '&amp;')}</link>" if self.link else ""
        guid = f'<guid isPermaLink="false">{self.guid}</guid>' if self.guid else ""
        return (
            f"<item><title>{self.title}</title>{link}{guid}<description><![CDATA[{self.summary}]]></description>"
            f"<pubDate>{self.published}</pubDate></item>"
        )


def feed_route(entries: list[Listed]) -> Route:
    """RSS of `entries` as they stand when it is asked for, with an ETag that is honoured."""

    def answer(asked: Asked) -> Answer:
        body = (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>A wire</title>'
            + "".join(one.xml() for one in entries)
            + "</channel></rss>"
        )
        etag = f'"{sha256(body.encode()).hexdigest()[:16]}"'
        if asked.headers.get("if-none-match") == etag:
            return Answer(304, headers={"ETag": etag})
        return Answer(body=body, headers={"ETag": etag, "Content-Type": "application/rss+xml"})

    return answer


@dataclass(slots=True)
class Newsroom:
    """A server, a data directory, and a feeds.toml that leads there. `hour` is the run's clock, in hours
    after NOON."""

    folder: Path
    server: LoopbackServer
    options: dict[str, Any] = field(default_factory=dict)
    _tables: list[str] = field(default_factory=list)
    _hosts: set[str] = field(default_factory=set)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def feed(self, id: str, host: str, entries: list[Listed], **values: Any) -> str:
        """List a feed at http://host/feed.xml, or one of `values`' url; returns its address."""
        url = values.pop("url", f"http://{host}/{id}.xml")
        self.server.routes[f"{host}/{url.split('/', 3)[3]}"] = feed_route(entries)
        self.listed("feed", {"id": id, "url": url, "publisher": "The Test Wire", **values})
        self._hosts.add(host)
        return str(url)

    def listed(self, table: str, values: Mapping[str, Any]) -> None:
        """One more [[table]] of feeds.toml."""
        lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
        self._tables.append("\n".join([f"[[{table}]]", *lines, ""]))

    def unlist(self) -> None:
        """An empty feeds.toml again; the hosts stay reachable."""
        self._tables.clear()

    def page(self, url: str, answer: Route) -> None:
        host, _, path = url.removeprefix("http://").partition("/")
        self.server.routes[f"{host}/{path.partition('?')[0]}"] = answer
        self._hosts.add(host)

    @property
    def settings(self) -> Settings:
        given = {
            **self.server.settings(*sorted(self._hosts)),
            "data": self.data,
            "workers": 1,
            "duckdb_threads": 1,  # enough for a few rows, and a connection opens in less time
            **self.options,
        }
        return Settings.model_validate(given)

    def write(self) -> Path:
        """feeds.toml as it stands, and an ingest.toml beside it; returns the first."""
        path = self.folder / "feeds.toml"
        path.write_text("\n".join(self._tables), encoding="utf-8")
        resolve = ", ".join(f'"{host}" = "127.0.0.1:{self.server.port}"' for host in sorted(self._hosts))
        options = "".join(f"{key} = {json.dumps(value)}\n" for key, value in self.options.items())
        text = f'allow_networks = ["127.0.0.0/8"]\nresolve = {{ {resolve} }}\nworkers = 1\n{options}'
        (self.folder / "ingest.toml").write_text(text, encoding="utf-8")
        return path

    def poll(self, hour: float = 0, *, everything: bool = True, **asked: Any) -> PollSummary:
        feeds = load_feeds(self.write())
        now = NOON + timedelta(hours=hour)
        return asyncio.run(poll(self.settings, feeds, PollRequest(everything=everything, now=now, **asked)))

    def sql(self, query: str) -> list[Any]:
        with duckdb.connect(str(self.data / "news.duckdb"), read_only=True) as con:
            con.execute("SET TimeZone = 'UTC'")
            return con.execute(query).fetchall()

    def one(self, query: str) -> Any:
        (row,) = self.sql(query)
        return row[0] if len(row) == 1 else row

    def warehouse(self, query: str) -> list[Any]:
        """A query over the writer's own tables."""
        with Warehouse(self.settings).transaction() as con:
            return con.execute(query).fetchall()

    def broken_rules(self) -> dict[str, Any]:
        """Checks of the warehouse that found something."""
        return {name: rows for name, rows in run_checks(Warehouse(self.settings)).items() if rows}

    def asked(self, host: str, path: str | None = None) -> int:
        return self.server.count(host, path)
