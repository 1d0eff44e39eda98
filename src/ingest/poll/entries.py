"""From a parser's items to safe entries: a key within the feed, links that can be followed, plain text,
persons as authors, bounded lengths."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ingest.charsets import with_windows_1252
from ingest.dates import numeric_orders, resolve
from ingest.model import Entry, Feed, Stamp, StampSource
from ingest.text import plain_text, squeeze, strip_control, text_hash
from ingest.urls.identity import clean_link, registrable_domain

TITLE_CAP = 1_000
SUMMARY_CAP = 10_000
CONTENT_CAP = 1_000_000
DERIVED_SUMMARY_CAP = 1_000
GUID_CAP = 2_048
AUTHORS_CAP = 20
CATEGORIES_CAP = 50
_SHORT_CAP = 200

_ADDRESS = re.compile(r"[\w.+'-]+@([\w-]+(?:\.[\w-]+)+)")
_ROLE = re.compile(
    r"^(?:admin|contact|desk|editor(?:ial|s)?|feedback|feeds?|help|info|mail|marketing|media|news(?:desk|room)?|no-?reply|office|"
    r"online|press|pr|rss|root|sales|service|support|team|web|webmaster|xml)[\w.+-]*@",
    re.I,
)
_BY = re.compile(r"^(?:by|von|par|por|di|door|автор:?)\s+(?=\S)", re.I)
_BETWEEN = re.compile(r"\s*(?:;|,?\s+and\s+|\s+&\s+|,)\s*")
# Two or more, or one that begins with a letter: `Ranked #1` is a title.
_TAGS = re.compile(r"(?:(?:\s+#[^\s#]+){2,}|\s+#[^\W\d_][^\s#]*)\s*$")
_NO_LINK = re.compile(r"\s*(?:n/?a|n\.a\.|none|null|nil|undefined|unknown|tba|[#/-]|\?+|\.+)?\s*", re.I)
"""What content systems print for a link that is not there."""
_HOSTLESS = re.compile(r"^https?://[^/]+", re.I)


@dataclass(frozen=True, slots=True)
class RawEntry:
    """One item as the parser read it: nothing checked, markup still in, dates as printed."""

    guid: str | None = None
    links: tuple[str, ...] = ()
    title: str | None = None
    summary: str | None = None
    content: str | None = None
    published_raw: str | None = None
    modified_raw: str | None = None
    authors: tuple[str, ...] = ()
    credit: str | None = None
    categories: tuple[str, ...] = ()
    images: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FeedContext:
    """What is needed to read an item: its feed, the address that relative links resolve against, the title
    and language that the document gives itself, the time of the poll, and the order of numbers that the
    document's dates prove (dates.numeric_orders)."""

    feed: Feed
    base: str
    title: str | None
    language: str | None
    now: datetime
    orders: Mapping[str, str] = field(default_factory=dict)


def make_entries(placed: Iterable[tuple[int, RawEntry]], context: FeedContext) -> tuple[Entry, ...]:
    """Returns entries in document order, each with its own key; of items with one key the best is kept.
    `placed`: each item with its position in the document."""
    placed = list(placed)
    orders = numeric_orders(date for _, raw in placed for date in (raw.published_raw, raw.modified_raw))
    context = replace(context, orders=orders)
    entries = [_entry(raw, context, position) for position, raw in placed]
    return _with_keys(entries, context.feed.full_text)


def guid_tail(guid: str) -> str:
    """A guid without scheme and host: what stays when a site moves to https or to another host."""
    return _HOSTLESS.sub("", guid) or guid


def is_tagged(title: str | None) -> bool:
    """True for a title that ends in hashtags: distributors send a story a second time that way, for social
    media."""
    return bool(title and _TAGS.search(title))


def story_title(title: str | None) -> str:
    """The title without the hashtags at its end."""
    return _TAGS.sub("", title or "")


def clip(text: str, cap: int) -> str:
    """At most `cap` characters, cut at a space where one is near, and marked as cut."""
    if len(text) <= cap:
        return text
    head = text[: cap - 1]
    space = head.rfind(" ", cap - 60)
    return (head[:space] if space > 0 else head) + "…"


# -- one item ------------------------------------------------------------------------------------------------


def _entry(raw: RawEntry, context: FeedContext, position: int) -> Entry:
    raw = _as_windows_1252(raw)
    guid = squeeze(strip_control(raw.guid or ""))[:GUID_CAP] or None
    links = (clean_link(href, context.base) for href in raw.links if not _NO_LINK.fullmatch(href))
    summary = _text(raw.summary, SUMMARY_CAP) or _text(raw.content, DERIVED_SUMMARY_CAP)
    published_raw = _short(raw.published_raw)
    modified_raw = _short(raw.modified_raw)
    return Entry(
        feed_id=context.feed.id,
        entry_key="",
        guid=guid,
        link=next(filter(None, links), None),
        title=_text(raw.title, TITLE_CAP),
        summary=summary,
        content_html=_content(raw) if context.feed.full_text else None,
        published=_stamp(published_raw, context),
        published_raw=published_raw,
        modified=_stamp(modified_raw, context),
        modified_raw=modified_raw,
        authors=_authors(raw.authors, context),
        credit=_credit(raw.credit),
        categories=_unique((_text(name, _SHORT_CAP) for name in raw.categories), CATEGORIES_CAP),
        image_url=next(filter(None, (clean_link(href, context.base) for href in raw.images)), None),
        position=position,
    )


def _as_windows_1252(raw: RawEntry) -> RawEntry:
    return replace(
        raw,
        title=raw.title and with_windows_1252(raw.title),
        summary=raw.summary and with_windows_1252(raw.summary),
        content=raw.content and with_windows_1252(raw.content),
        authors=tuple(map(with_windows_1252, raw.authors)),
        credit=raw.credit and with_windows_1252(raw.credit),
        categories=tuple(map(with_windows_1252, raw.categories)),
    )


def _text(markup: str | None, cap: int) -> str | None:
    # No real summary has more than sixteen characters of markup to one of text; the cut keeps hostile ones
    # cheap.
    return clip(plain_text(markup[: 16 * cap]), cap) or None if markup else None


def _short(raw: str | None) -> str | None:
    return squeeze(strip_control(raw))[:_SHORT_CAP] or None if raw else None


def _content(raw: RawEntry) -> str | None:
    markup = strip_control(raw.content or raw.summary or "")[:CONTENT_CAP].strip()
    return markup or None


def _stamp(raw: str | None, context: FeedContext) -> Stamp | None:
    """Reads the date as printed: feedparser takes CET, IST and JST for UTC and 2020/1/10 for November
    (measured)."""
    if raw is None:
        return None
    language = context.feed.language or context.language
    return resolve(
        raw,
        source=StampSource.FEED,
        now=context.now,
        zone=context.feed.timezone,
        language=language,
        orders=context.orders,
    )


def _credit(raw: str | None) -> str | None:
    text = _text(raw, _SHORT_CAP)
    return None if text is None or "://" in text else text


def _unique(values: Iterable[str | None], cap: int) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, values)))[:cap]


# -- authors -------------------------------------------------------------------------------------------------


def _authors(raws: Sequence[str], context: FeedContext) -> tuple[str, ...]:
    names = (name for raw in raws[:AUTHORS_CAP] for name in _people(raw, context))
    return _unique(names, AUTHORS_CAP)


def _people(raw: str, context: FeedContext) -> list[str]:
    """The persons of one author element, which RSS prints as `address (Name)`. The address of a desk and the
    publisher's own name are no persons."""
    text = squeeze(plain_text(raw[:4_000]))[:500]
    address = _ADDRESS.search(text)
    name = _ADDRESS.sub("", text) if address else text
    name = _BY.sub("", squeeze(re.sub(r"[()<>\[\]]|\bmailto:", " ", name) if address else name)).strip(
        " ,;|-"
    )
    publisher_names = (context.feed.publisher, context.feed.name, context.title)
    publisher = {_alphanumeric(known) for known in publisher_names if known}
    if address:
        domain = registrable_domain(address[1]).partition(".")[0]
        publisher |= {_alphanumeric(domain), _alphanumeric(address[1])}
        if _ROLE.match(address[0]):
            return []
    if not name or "://" in name or _alphanumeric(name) in publisher | {""}:
        return []
    parts = _BETWEEN.split(name)
    return parts if len(parts) > 1 and all(map(_is_name, parts)) else [name]


def _alphanumeric(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _is_name(text: str) -> bool:
    words = text.split()
    return 2 <= len(words) <= 5 and all(
        word[0].isupper() or word in ("de", "van", "von", "bin", "al", "da", "del") for word in words
    )


# -- identity within the feed --------------------------------------------------------------------------------


def _with_keys(entries: list[Entry], full_text: bool) -> tuple[Entry, ...]:
    """The entries with their keys (see model.Entry). A guid or link that several stories of one document have
    is the key of none.

    Of entries that still share a key (one story printed twice) the one without hashtags is kept. In a feed
    that carries its texts only equal texts are one story.
    """
    ambiguous_guids = _ambiguous((entry.guid, (entry.link, _story(entry, full_text))) for entry in entries)
    ambiguous_links = _ambiguous((entry.link, _story(entry, full_text)) for entry in entries)
    ambiguous_words = _ambiguous((_hash_key(entry), _story(entry, full_text)) for entry in entries)
    kept: dict[str, Entry] = {}
    for entry in entries:
        key = _key(entry, ambiguous_guids, ambiguous_links)
        if key in ambiguous_words:
            key = "hash:" + text_hash(f"{key}\n{entry.guid}\n{_words(entry)}")[:32]
        twin = kept.get(key)
        if twin is None or (is_tagged(twin.title) and not is_tagged(entry.title)):
            kept[key] = replace(entry, entry_key=key)
    return tuple(sorted(kept.values(), key=lambda entry: entry.position))


def _ambiguous(named_stories: Iterable[tuple[str | None, object]]) -> set[str | None]:
    """Names that more than one story has; None is always among them."""
    stories: dict[str | None, set[object]] = defaultdict(set)
    for name, story in named_stories:
        stories[name].add(story)
    return {name for name, having_it in stories.items() if len(having_it) > 1} | {None}


def _key(entry: Entry, ambiguous_guids: set[str | None], ambiguous_links: set[str | None]) -> str:
    if entry.guid is not None and entry.guid not in ambiguous_guids:
        return entry.guid
    if entry.link is not None and entry.link not in ambiguous_links:
        return entry.link
    return _hash_key(entry)


def _hash_key(entry: Entry) -> str:
    parts = (entry.link or "", entry.title or "", "" if entry.title else entry.summary or "")
    return "hash:" + text_hash("\n".join(parts))[:32]


def _story(entry: Entry, full_text: bool) -> tuple[str, str]:
    return story_title(entry.title or entry.summary), _words(entry) if full_text else ""


def _words(entry: Entry) -> str:
    return text_hash(entry.content_html or entry.summary or "")
