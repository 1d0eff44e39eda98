"""The values that flow along the path: Feed -> Entry -> Page -> Article -> Revision -> CopyGroup, and what
became of each URL.

All are frozen and slotted. Datetimes are aware UTC. Unknown is None, never '' and never now().
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from enum import StrEnum

from ingest.reasons import Outcome, Reason


class Precision(StrEnum):
    """How exact a time is. A DAY is stored as midnight UTC of that day."""

    INSTANT = "instant"
    MINUTE = "minute"
    DAY = "day"


class StampSource(StrEnum):
    """Where a published time was read, best first."""

    FEED = "feed"
    JSONLD = "jsonld"
    META = "meta"
    DATELINE = "dateline"
    PAGE = "page"
    URL = "url"


class ContentType(StrEnum):
    NEWS = "news"
    PRESS_RELEASE = "press_release"
    PAID = "paid"
    LIVE_BLOG = "live_blog"
    VIDEO = "video"
    OTHER = "other"


class Signal(StrEnum):
    """The wire's own mark on a take (IPTC "signal")."""

    NONE = "none"
    UPDATE = "update"
    CORRECTION = "correction"
    FLASH = "flash"
    ADVISORY = "advisory"


class Status(StrEnum):
    LIVE = "live"
    WITHDRAWN = "withdrawn"
    EMBARGOED = "embargoed"
    REMOVED = "removed"


class Flag(StrEnum):
    PAYWALL = "paywall"
    SHORT = "short"
    TRUNCATED = "truncated"
    SUMMARY_ONLY = "summary_only"
    TEXT_ONLY = "text_only"
    FULL_TEXT_FEED = "full_text_feed"
    LOW_CONFIDENCE = "low_confidence"
    NOAI = "noai"


class RevisionKind(StrEnum):
    """NOISE opens no revision; it is named so that `why` can say so."""

    FIRST = "first"
    EDIT = "edit"
    CORRECTION = "correction"
    UPDATE = "update"
    WITHDRAWAL = "withdrawal"
    NOISE = "noise"


class CopyKind(StrEnum):
    ORIGIN = "origin"
    EXACT = "exact"
    TRUNCATED = "truncated"
    EDITED = "edited"
    EXPANDED = "expanded"


@dataclass(frozen=True, slots=True)
class Stamp:
    """A published time with its evidence. `at` is aware UTC; `zone` names a zone that was assumed, not
    printed."""

    at: datetime
    precision: Precision
    source: StampSource
    raw: str
    zone: str | None = None

    @property
    def day(self) -> date:
        return self.at.date()


# -- feeds ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Feed:
    """One [[feed]] of feeds.toml, defaults applied. Intervals are seconds. `position` is its place in the
    file. `headers` are secrets; `missing_variables` are the headers, with their environment variables, that
    are not set; `page_headers`: pages on the feed's host are requested with them too."""

    id: str
    url: str
    name: str | None = None
    publisher: str | None = None
    language: str | None = None
    timezone: str | None = None
    sitemap: str | None = None
    full_text: bool = False
    min_interval: float | None = None
    max_interval: float = 86_400.0
    weight: float = 1.0
    enabled: bool = True
    content_type: ContentType | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    missing_variables: tuple[tuple[str, str], ...] = ()
    page_headers: bool = False
    recheck: bool = False
    position: int = 0


@dataclass(frozen=True, slots=True)
class HostRule:
    """One [[host]] of feeds.toml. `identity` is a regex whose first group (or whole match) is the story
    key."""

    host: str
    identity: str | None = None
    crawl_delay: float | None = None
    max_in_flight: int | None = None


@dataclass(frozen=True, slots=True)
class FeedState:
    """What the polls of one feed have shown (a row of core.feed). `floor` is seconds, from ttl or max-age; it
    survives a 304.

    `rate_num`/`rate_den` (entries, seconds) are the decayed arrival rate of poll/schedule.py; `skip_hours`
    (UTC) are those of the last document, for the 304s that follow it. `url` is polled: the one of feeds.toml,
    `config_url`, or where a permanent redirect led from there. `capped` counts the entries of the last
    document beyond entries_cap.
    """

    feed_id: str
    url: str
    config_url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    last_poll_at: datetime | None = None
    last_success_at: datetime | None = None
    last_full_at: datetime | None = None
    last_new_at: datetime | None = None
    next_poll_at: datetime | None = None
    paused_until: datetime | None = None
    floor: float | None = None
    rate_num: float = 1.0
    rate_den: float = 43_200.0
    failure_weight: float = 0.0
    failures: int = 0
    last_status: int | None = None
    last_reason: str | None = None
    last_detail: str | None = None
    redirect_url: str | None = None
    redirect_since: datetime | None = None
    guid_policy: str = "guid"
    validators_trusted: bool = True
    overflows: int = 0
    overflow_at: datetime | None = None
    polls: int = 0
    why_next: str | None = None
    skip_hours: tuple[int, ...] = ()
    capped: int = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed as one poll read it.

    `entry_key` is its identity within the feed (guid, else guid without scheme and host, else link, else
    hash). `link` is absolute http(s) or None. `title`, `summary` are plain text. `content_html` only where
    the feed carries a body.
    """

    feed_id: str
    entry_key: str
    guid: str | None
    link: str | None
    title: str | None
    summary: str | None
    content_html: str | None = None
    published: Stamp | None = None
    published_raw: str | None = None
    modified: Stamp | None = None
    modified_raw: str | None = None
    authors: tuple[str, ...] = ()
    credit: str | None = None
    categories: tuple[str, ...] = ()
    image_url: str | None = None
    position: int = 0

    @property
    def hints(self) -> EntryHints:
        """What the entry says of its page."""
        return EntryHints(
            title=self.title,
            summary=self.summary,
            published=self.published,
            published_raw=self.published_raw,
            authors=self.authors,
            credit=self.credit,
            categories=self.categories,
            image_url=self.image_url,
        )


@dataclass(frozen=True, slots=True)
class EntryHints:
    """What a feed, a sitemap or a row of another tool says of a page. Only rows of tools name the last
    four."""

    title: str | None = None
    summary: str | None = None
    published: Stamp | None = None
    published_raw: str | None = None
    authors: tuple[str, ...] = ()
    credit: str | None = None
    categories: tuple[str, ...] = ()
    image_url: str | None = None
    publisher: str | None = None
    language: str | None = None
    section: str | None = None
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A parsed feed. `version` is feedparser's name of the format ('' never: that is NOT_A_FEED).

    `ttl` seconds; `skip_hours` are UTC hours. `total` counts the entries in the document: those in `entries`,
    those `repeated` under one key, those beyond the cap (`capped`), and those that are `unreadable` because
    the document is broken; `malformed` says where and why.
    """

    version: str
    title: str | None
    link: str | None
    language: str | None
    ttl: float | None
    skip_hours: tuple[int, ...]
    entries: tuple[Entry, ...]
    total: int
    next_link: str | None = None
    malformed: str | None = None
    repeated: int = 0
    capped: int = 0
    unreadable: int = 0


# -- fetching ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Response:
    """A whole answer. `url` is final, `hops` the URLs requested before it (oldest first, without `url`).

    `permanent` is the target when every redirect on the way was 301 or 308. `body` is decoded of its
    content-encoding. `headers` keys are lower case.
    """

    requested_url: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime
    hops: tuple[str, ...] = ()
    permanent: str | None = None
    seconds: float = 0.0
    noai: bool = False


@dataclass(frozen=True, slots=True)
class ArchivePlace:
    """Where a record is archived: segment file name inside archive/, offset and length in bytes of its gzip
    member."""

    file: str
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Page:
    """A fetched page on its way to extraction. `sha256` is of the decoded body, `size` its bytes.

    `body` is empty once the page is archived at `place`.
    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime
    sha256: str
    hops: tuple[str, ...] = ()
    place: ArchivePlace | None = None
    noai: bool = False
    size: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Rank:
    """Orders the links to one article, so that the order in which they arrive decides nothing: the place of
    their feed in feeds.toml comes first, then the shorter URL, then its spelling. The smallest rank speaks
    for the article. Links of a backfill rank behind those of every live feed: what a feed says of an article
    comes first, whenever it says so.

    `str()` gives the form that the `rank` columns store: six digits, five digits, and the URL. Stored ranks
    sort as text in the same order as here.
    """

    position: int
    length: int
    url: str

    @classmethod
    def of_feed(cls, feed: Feed, url: str) -> Rank:
        """The rank of a link that a live feed lists."""
        return cls(feed.position, len(url), url)

    @classmethod
    def of_backfill(cls, feed: Feed | None, url: str) -> Rank:
        """The rank of a link that a backfill's source names; `feed` is that of its site, if there is one."""
        return cls(_BACKFILL_POSITION + (feed.position if feed else _NO_FEED), len(url), url)

    @classmethod
    def from_text(cls, text: str) -> Rank:
        """The rank that `str()` wrote. Raises ValueError for any other text."""
        position, length, url = text.split(" ", 2)
        return cls(int(position), int(length), url)

    def __str__(self) -> str:
        return f"{self.position:06d} {self.length:05d} {self.url}"

    def is_from(self, feed: Feed) -> bool:
        """Whether the link was listed by this feed (a backfill's link never was)."""
        return self.position == feed.position


_BACKFILL_POSITION = 900_000
_NO_FEED = 99_999


class WorkKind(StrEnum):
    """Why a page is to be fetched. NEW: a new link. REFETCH: its feed says that it changed. RECHECK: a young
    article may have changed. BACKFILL: a source of a backfill names it. CAPTURE: a later capture of a
    backfill's page. ENTRY: no page is needed, the feed's entry carries the text."""

    NEW = "new"
    REFETCH = "refetch"
    RECHECK = "recheck"
    BACKFILL = "backfill"
    CAPTURE = "capture"
    ENTRY = "entry"


@dataclass(frozen=True, slots=True)
class Work:
    """A row of core.pending: one page to fetch and load. `url_key` is the link's own; `rank` orders the
    links to one key.

    `place` is set when the page was fetched and archived by a run that died before it could load it. `early`:
    it is tried before its time (`--all`), which does not count towards giving up. `content` is the text of a
    feed entry, or the texts of one article that came before it could load one (`behind`, `in_turn`).
    """

    url_key: str
    url: str
    host: str
    feed_id: str | None
    rank: Rank
    kind: WorkKind
    day: date
    queued_at: datetime
    hints: EntryHints = field(default_factory=lambda: EntryHints())
    content: str | None = None
    attempts: int = 0
    place: ArchivePlace | None = None
    early: bool = False

    def behind(self, title: str | None, content: str) -> Work:
        """This work with another one's text, or texts, before its own; `title`: the hint of that work."""
        *before, last = content.split(_TEXT_END)
        own = f"{self.hints.title or ''}{_TITLE_END}{self.content}"
        earlier = [text for text in (*before, f"{title or ''}{_TITLE_END}{last}") if text != own]
        return replace(self, content=_TEXT_END.join((*earlier, self.content or "")))

    def in_turn(self) -> list[Work]:
        """A work for each text of `content`, the earliest first."""
        *earlier, last = (self.content or "").split(_TEXT_END)
        if not earlier:
            return [self]
        texts = (text.rpartition(_TITLE_END) for text in earlier)
        works = [
            replace(self, content=text, hints=replace(self.hints, title=title or None))
            for title, _, text in texts
        ]
        return [*works, replace(self, content=last)]


_TEXT_END, _TITLE_END = "\x1e", "\x1f"
"""Separators of records and units in ASCII, which no text has (text.strip_control)."""


# -- extraction ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PageInput:
    """All that extraction may know of a page; picklable, so that it crosses into a worker process.

    `html` is bytes as fetched or text already decoded. `boilerplate` holds hashes of lines known to repeat on
    this host. `zone` is the IANA zone of zoneless stamps. `agencies`: a user's own list of agencies (TOML
    text), over the shipped one. `text` instead of `html` is text-only input.
    """

    url: str | None
    html: bytes | str | None = None
    text: str | None = None
    content_type: str | None = None
    status: int = 200
    hints: EntryHints | None = None
    publisher: str | None = None
    language: str | None = None
    zone: str | None = None
    feed_content_type: ContentType | None = None
    agencies: str | None = None
    boilerplate: frozenset[int] = frozenset()
    now: datetime | None = None
    noai: bool = False
    full_text: bool = False


_TEXT = {"belongs_to": "text"}


@dataclass(frozen=True, slots=True)
class Article:
    """A clean article: the names are those of mart.articles (schema.org, IPTC ninjs).

    load/rows.py derives its columns from these fields. Fields marked _TEXT change only with the text that is
    shown; the others are replaced when a link of smaller rank describes the same text.
    """

    headline: str | None = field(metadata=_TEXT)
    body_text: str = field(metadata=_TEXT)
    canonical_url: str | None = None
    description: str | None = None
    byline: str | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    published: Stamp | None = None
    published_raw: str | None = None
    modified_at: datetime | None = None
    dateline: str | None = None
    located: str | None = None
    dateline_date: date | None = None
    agency: str | None = None
    credits: tuple[str, ...] = ()
    publisher: str | None = None
    section: str | None = None
    keywords: tuple[str, ...] = ()
    image_url: str | None = None
    image_credit: str | None = None
    license: str | None = None
    copyright_notice: str | None = None
    usage_terms: str | None = None
    word_count: int = field(default=0, metadata=_TEXT)
    content_type: ContentType = ContentType.NEWS
    signal: Signal = field(default=Signal.NONE, metadata=_TEXT)
    status: Status = field(default=Status.LIVE, metadata=_TEXT)
    embargo_until: datetime | None = None
    withdraws: str | None = None
    flags: tuple[Flag, ...] = ()
    extractor: str = ""


@dataclass(frozen=True, slots=True)
class DroppedLine:
    """A line that extraction took out, and the rule that did: shown by `ingest why`. `score` is the block
    judge's probability that the line is article text, where it was asked; the rule is then `judged` or the
    one with which it agreed."""

    rule: str
    text: str
    score: float | None = None

    @property
    def reason(self) -> str:
        """The rule, and the score behind it: `judged 0.12`."""
        return self.rule if self.score is None else f"{self.rule} {self.score:.2f}"


@dataclass(frozen=True, slots=True)
class Extraction:
    """What extraction made of one input: an article, or an outcome with its reason. `lines` are hashes of
    body blocks before host boilerplate was taken out, for learning which repeat. `page_headline` is the
    headline by the page alone, whatever the feed calls it."""

    article: Article | None
    outcome: Outcome
    reason: Reason | None = None
    detail: str | None = None
    dropped: tuple[DroppedLine, ...] = ()
    lines: tuple[int, ...] = ()
    page_headline: str | None = None

    @property
    def stands_in(self) -> bool:
        """Whether the article is the feed's own text, because the page had no content (for `reason`) and may
        have some later."""
        return self.article is not None and self.reason is not None


TEXT_FIELDS: tuple[str, ...] = tuple(f.name for f in fields(Article) if f.metadata == _TEXT)
"""Fields of an Article that change only with the text that is shown."""


# -- identity ------------------------------------------------------------------------------------------------


def article_id(url_key: str) -> uuid.UUID:
    """The article's id: UUIDv5 in the URL namespace of the key it was first loaded under (RFC 9562, 5.5)."""
    return uuid.uuid5(uuid.NAMESPACE_URL, url_key)
