"""Successive real polls of one feed, replayed: each poll's bytes at the feed's own address, a plain page for
each link."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape, unescape
from pathlib import Path
from urllib.parse import urlsplit

import feedparser

from bench.site import feed_reply
from ingest.demo.wire import Reply
from ingest.urls.identity import HostRules, url_key

_RULES = HostRules()
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, slots=True)
class State:
    """An entry as one poll shows it, read by feedparser alone: the bench's own yardstick."""

    key: str
    link: str
    title: str
    summary: str
    stamp: str
    author: str

    @property
    def text(self) -> tuple[str, str]:
        return self.title, self.summary

    @property
    def words(self) -> list[str]:
        """What a reader reads: hashtags are no part of it."""
        return re.findall(r"\w+", re.sub(r"#\w+", "", f"{self.title} | {self.summary}".casefold()))


@dataclass(frozen=True, slots=True)
class CapturedPoll:
    """One captured poll. `body` has http: links, because the loopback server speaks no TLS (identity ignores
    the scheme)."""

    at: datetime
    body: bytes
    states: tuple[State, ...]


@dataclass(slots=True)
class Expected:
    """What the polls themselves say must come out.

    `edits` counts changes of title or summary, `noise` those of them that change no word (quotes, capitals,
    hashtags); `moved` counts changes of stamps, link or author alone.
    """

    ids: int = 0
    edits: int = 0
    noise: int = 0
    moved: int = 0

    @property
    def entry_rows(self) -> int:
        """Each state of each entry is a row of its history."""
        return self.ids + self.edits + self.moved

    @property
    def revisions(self) -> int:
        """An article's first text, and each other wording."""
        return self.ids + self.edits - self.noise


class SeriesSite:
    """The feed `name` with its pages as they stood at the current step (0: the first poll)."""

    def __init__(self, archive: Path, polls: int) -> None:
        self.id = archive.name.split(".")[0]
        found = sorted(_members(archive))[:polls]
        first = feedparser.parse(found[0][1])
        self.feed_url = _feed_url(self.id, first.feed)
        self.polls = [CapturedPoll(at, _http(body), _states(_http(body))) for at, body in found]
        self._pages: dict[str, State] = {}
        self._step = -1

    def hosts(self) -> set[str]:
        links = {state.link for poll in self.polls for state in poll.states}
        return {host for url in (*links, self.feed_url) if (host := urlsplit(url).hostname)}

    def go(self, step: int) -> None:
        if step < self._step:
            self._pages, self._step = {}, -1
        while self._step < step:
            self._step += 1
            self._pages.update(
                (url_key(state.link, _RULES), state) for state in self.polls[self._step].states
            )

    def answer(self, host: str, target: str, headers: Mapping[str, str]) -> Reply | None:
        url = f"http://{host}{target}"
        if url == self.feed_url:
            return feed_reply(self.polls[self._step].body, headers)
        state = self._pages.get(url_key(url, _RULES))
        return (
            None
            if state is None
            else Reply(200, plain_page(state), {"Content-Type": "text/html; charset=utf-8"})
        )

    def expected(self) -> Expected:
        """Count what the first to the last poll show."""
        found = Expected()
        last: dict[str, State] = {}
        for poll in self.polls:
            for state in poll.states:
                before = last.get(state.key)
                found.ids += before is None
                found.edits += before is not None and before.text != state.text
                found.noise += (
                    before is not None and before.text != state.text and before.words == state.words
                )
                found.moved += before is not None and before != state and before.text == state.text
                last[state.key] = state
        return found


def plain_page(state: State) -> bytes:
    """Title and summary in the plainest of templates: the page changes when, and only when, one of them
    does."""
    title = escape(state.title)
    lines = "".join(f"<p>{escape(line)}</p>\n" for line in state.summary.splitlines() if line.strip())
    head = f'<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>{title}</title></head>\n'
    return (
        f"{head}<body><article><h1>{title}</h1>\n{lines}<p>{title}.</p>\n</article></body></html>\n".encode()
    )


def _members(archive: Path) -> Iterator[tuple[datetime, bytes]]:
    with tarfile.open(archive) as tar:
        for member in tar:
            stream = tar.extractfile(member)
            if stream is not None:
                stamp = Path(member.name).name.split("_")[0]
                yield datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC), stream.read()


def _http(body: bytes) -> bytes:
    return body.replace(b"https://", b"http://")


def _states(body: bytes) -> tuple[State, ...]:
    entries = feedparser.parse(body, sanitize_html=False, resolve_relative_uris=False).entries
    return tuple(
        State(
            key=entry.get("id") or entry.get("link", ""),
            link=entry.get("link", ""),
            title=_plain(entry.get("title", "")),
            summary=_plain(entry.get("summary", "")),
            stamp=" ".join(entry[name] for name in ("published", "updated") if name in entry),
            author=entry.get("author", ""),
        )
        for entry in entries
    )


def _plain(text: str) -> str:
    return unescape(_TAG.sub(" ", text)).strip()


def _feed_url(name: str, feed: Mapping[str, object]) -> str:
    """The feed's link to itself, else an address on the host of its home page."""
    links = feed.get("links", [])
    for link in links if isinstance(links, list) else []:
        if link.get("rel") == "self" and link.get("href", "").startswith("http"):
            return str(link["href"]).replace("https://", "http://")
    host = urlsplit(str(feed.get("link") or "")).hostname or f"{name}.example"
    return f"http://{host}/rss/{name}.xml"
