"""A desk that polls one feed: its entries as written, the decisions of every poll, and a warehouse that is a
few dicts. No network, no database, no extraction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ingest.load.rows import LinkState
from ingest.model import Feed, FeedDocument, FeedState, Response, WorkKind
from ingest.poll.decide import EntryCounts, decide_poll
from ingest.poll.digest import EntryDigest
from ingest.poll.entries import FeedContext, RawEntry, make_entries
from ingest.poll.feed import FeedInput, parse_feed
from ingest.reasons import Outcome
from ingest.stages.intents import Intents, plan
from ingest.urls.identity import HostRules, url_key

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
URL = "https://desk.example/feeds/news.xml"
RULES = HostRules(())


@dataclass(frozen=True)
class Item:
    title: str
    link: str | None = None
    guid: str | None = None
    text: str = ""
    published: str | None = None

    def xml(self) -> str:
        parts = {"title": self.title, "link": self.link, "description": self.text, "pubDate": self.published}
        guid = f'<guid isPermaLink="false">{self.guid}</guid>' if self.guid else ""
        return f"<item>{''.join(f'<{n}>{v}</{n}>' for n, v in parts.items() if v)}{guid}</item>"


@dataclass
class Desk:
    """One feed with what a warehouse keeps of it. `fetched` lists the link keys of the pages fetched,
    `articles` the texts of each article by its key, oldest first. Without `parsing` feedparser is passed by,
    which takes nine tenths of the time."""

    full_text: bool = False
    state: FeedState = field(default_factory=lambda: FeedState("desk", URL))
    known: dict[str, EntryDigest] = field(default_factory=dict)
    links: dict[str, LinkState] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)
    articles: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    outcomes: dict[str, str] = field(default_factory=dict)
    polls: int = 0
    parsing: bool = True

    def poll(self, *items: Item) -> EntryCounts:
        now = NOON + timedelta(hours=self.polls)
        self.polls += 1
        body = (
            '<rss version="2.0"><channel><title>D</title><link>https://desk.example/</link>'
            + "".join(item.xml() for item in items)
            + "</channel></rss>"
        )
        feed = Feed("desk", URL, full_text=self.full_text)
        if self.parsing:
            document = parse_feed(FeedInput(feed, body.encode(), URL, None, now))
        else:
            document = _document(items, feed, now)
        answer = Response(URL, URL, 200, {}, body.encode(), now)
        decision = decide_poll(feed, self.state, answer, document, self.known, now, rules=RULES)
        intents = Intents()
        plan(feed, decision.entries, self.known, self.links, intents, now, RULES)
        self.state = decision.state
        written = [verdict.digest for verdict in decision.entries if verdict.stored]
        assert len({digest.entry_key for digest in written}) == len(written)
        self.known |= {digest.entry_key: digest for digest in written}
        self._settle(intents)
        for verdict in decision.entries:
            assert url_key(verdict.address, RULES) in self.links, "an entry without an outcome"
        counts = decision.counts
        parts = (counts.new, counts.changed, counts.touched, counts.same)
        assert counts.listed == len(items)
        assert counts.listed == sum(parts) + counts.repeated + counts.capped + counts.unreadable
        return counts

    def _settle(self, intents: Intents) -> None:
        for alias in intents.aliases:
            if alias["url_key"] != alias["link_key"]:
                self.links[alias["link_key"]] = LinkState(
                    alias["link_key"], alias["url_key"], outcome=Outcome.LOADED
                )
        for key, row in intents.outcomes.items():
            self.outcomes[key] = row["reason"] or row["outcome"]
            before = self.links.get(key) or LinkState(key)
            self.links[key] = LinkState(key, before.article_key, outcome=row["outcome"], reason=row["reason"])
        for key, work in intents.pending.items():
            article = (self.links.get(key) or LinkState(key)).article_key or key
            if work.kind is WorkKind.ENTRY:
                seen = self.articles[article]
                seen += [text for one in work.in_turn() if (text := one.content or "") not in seen]
            else:
                self.fetched.append(key)
            self.links[key] = LinkState(key, article, outcome=Outcome.LOADED)
            self.outcomes[key] = "loaded"

    @property
    def texts(self) -> list[list[str]]:
        return sorted(self.articles.values())


def _document(items: Sequence[Item], feed: Feed, now: datetime) -> FeedDocument:
    """What parse_feed makes of these items."""
    raws = [
        RawEntry(
            guid=item.guid,
            links=(item.link,) if item.link else (),
            title=item.title or None,
            summary=item.text or None,
            published_raw=item.published,
        )
        for item in items
    ]
    entries = make_entries(enumerate(raws), FeedContext(feed, "https://desk.example/", "D", None, now))
    link = "https://desk.example/"
    return FeedDocument(
        "rss20", "D", link, None, None, (), entries, len(items), repeated=len(items) - len(entries)
    )
