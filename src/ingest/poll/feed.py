"""From a feed's bytes to its entries: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, CDF (feedparser), JSON
Feed."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import feedparser

from ingest.errors import Terminal
from ingest.model import Feed, FeedDocument, Reason
from ingest.poll.charset import decode
from ingest.poll.entries import FeedContext, RawEntry, make_entries
from ingest.poll.jsonfeed import read_json_feed
from ingest.poll.notfeed import HEAD, what_else
from ingest.text import plain_text, squeeze
from ingest.urls.identity import clean_link

_ROOT = re.compile(r"<(?:[\w-]+:)?(rss|feed|rdf|channel)(?=[\s>/])", re.I)
_DECLARATION = re.compile(r"<\?xml\b")
_PROLOGUE = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|<!doctype\b[^>\[]*(?:\[.*?\])?[^>]*>)", re.I | re.S)
_ELEMENT = re.compile(r"\s*<\s*([\w:.-]+)")
_ENTRY_OPEN = re.compile(r"<(?:[\w-]+:)?(item|entry)(?=[\s>/])")
_ENTRY_CLOSE = re.compile(r"</(?:[\w-]+:)?(?:item|entry)\s*>")
_CLOSED = re.compile(r"</(?:[\w-]+:)?(?:rss|feed|rdf|channel)\s*>", re.I)
_SKIP_HOURS = re.compile(r"<skipHours>([^<]*(?:<hour>[^<]*</hour>[^<]*)*)</skipHours>", re.I)
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]{1,8})|(\d{1,9}));?", re.I)
_EXTRA = re.compile(
    r"<(?:image|textinput)\b[^>]*>.*?(?:</(?:image|textinput)>|\Z)|</?(?!dc:|content:|rdf:|atom:)[\w.-]+:[^<>]*>",
    re.I | re.S,
)
# feedparser is quadratic in an author's length (32 KB: 5 CPU seconds) and expat in a tag's attributes
# (100,000: 20 s).
_LONG_AUTHOR = re.compile(
    r"(<(?:author|dc:creator|dc:author|managingEditor|webMaster|name|email)\b[^<>]*>(?:<!\[CDATA\[)?[^<\]]{1000})[^<\]]+",
    re.I,
)
_LONG_TAG = re.compile(r"<[a-z][^<>]{20000,}>", re.I)
_BREAKS = (ValueError, TypeError, LookupError, AttributeError, AssertionError, RecursionError)
"""What feedparser raises on odd values of extensions (an empty <width>, a licence in the wrong place), as
fuzzing showed."""

_MARKUP_AMPERSAND = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!#\d+;|#x[0-9a-f]+;|(?:amp|lt|gt|quot|apos);)", re.I | re.S
)


@dataclass(frozen=True, slots=True)
class FeedInput:
    """What parse_feed needs; picklable. `url` is the final URL, `entries_cap` the most entries to return."""

    feed: Feed
    body: bytes
    url: str
    content_type: str | None
    now: datetime
    entries_cap: int = 1000


def parse_feed(source: FeedInput) -> FeedDocument:
    """Returns the feed's entries, made safe and keyed (poll/entries.py), at most `entries_cap`; `total`
    counts all of them.

    Raises Terminal(NOT_A_FEED), whose detail says what the document is instead: an HTML page, a sitemap, an
    empty body, other JSON, XML broken before the first entry. A feed broken further on gives the entries
    before the break, and `malformed` says why. External entities are neither read nor expanded. Call it in a
    worker that can be killed: there are inputs that take quadratic time.
    """
    text = decode(source.body, source.content_type, source.feed.language).lstrip()
    if not text:
        raise Terminal(Reason.NOT_A_FEED, "an empty body")
    if text[0] in "{[":
        return _json_document(text, source)
    return _xml_document(_from_root(text, source), source)


# -- what it is ----------------------------------------------------------------------------------------------


def _from_root(text: str, source: FeedInput) -> str:
    """The document from its XML declaration or root element on: 16 of 698 real feeds have warnings or blank
    lines before it."""
    first = _first_element(text)
    root = _ROOT.search(text, 0, HEAD)
    if root is None or first == "html":
        raise Terminal(Reason.NOT_A_FEED, what_else(text, first, source.url))
    declared = _DECLARATION.search(text, 0, root.start())
    return text[declared.start() if declared else root.start() if first != root[1].lower() else 0 :]


def _first_element(text: str) -> str:
    position = 0
    while prologue := _PROLOGUE.match(text, position, HEAD):
        position = prologue.end()
    element = _ELEMENT.match(text, position)
    return element[1].rpartition(":")[2].lower() if element else ""


# -- JSON Feed -----------------------------------------------------------------------------------------------


def _json_document(text: str, source: FeedInput) -> FeedDocument:
    read = read_json_feed(text, source.entries_cap)
    context = FeedContext(source.feed, source.url, read.title, read.language, source.now)
    return FeedDocument(
        version=read.version,
        title=_line(read.title),
        link=clean_link(read.link, source.url) if read.link else None,
        language=read.language,
        ttl=None,
        skip_hours=(),
        entries=make_entries(read.raws, context),
        total=read.total,
        next_link=clean_link(read.next_link, source.url) if read.next_link else None,
    )


# -- XML -----------------------------------------------------------------------------------------------------


def _xml_document(text: str, source: FeedInput) -> FeedDocument:
    total = sum(1 for _ in _ENTRY_OPEN.finditer(text))
    cut = _capped(text, source.entries_cap) if total > source.entries_cap else text
    parsed = _feedparser(cut, source.url)
    malformed = _complaint(parsed)
    items = list(parsed.entries)
    if not parsed.version or (malformed and not items and (total or not _CLOSED.search(text))):
        raise Terminal(
            Reason.NOT_A_FEED, f"XML broken before the first entry: {malformed or 'no known feed format'}"
        )
    if malformed and items and _is_cut_off(text):
        items.pop()  # half an entry would be stored as if whole; the next poll brings it complete
    channel = parsed.feed
    context = FeedContext(
        source.feed, source.url, _string(channel, "title"), _string(channel, "language"), source.now
    )
    return FeedDocument(
        version=str(parsed.version),
        title=_line(_string(channel, "title")),
        link=clean_link(link, source.url) if (link := _string(channel, "link")) else None,
        language=_string(channel, "language"),
        ttl=_ttl(_string(channel, "ttl")),
        skip_hours=_skip_hours(text),
        entries=make_entries([_raw(item) for item in items[: source.entries_cap]], context),
        total=max(total, len(items)),
        next_link=_next_link(channel, source.url),
        malformed=malformed,
    )


def _feedparser(text: str, url: str) -> Any:
    """feedparser's result. Where bare ampersands or HTML's entities break the XML (the commonest fault), they
    are escaped and it is parsed again, since feedparser's lenient parser makes `R&D;` of `R&D`. Where an
    extension makes feedparser raise, it is parsed without extensions."""
    clean = _REFERENCE.sub(_allowed, _LONG_AUTHOR.sub(r"\1", _LONG_TAG.sub("", text)))
    try:
        return _parse_leniently(clean, url)
    except _BREAKS:
        pass
    try:
        return _parse_leniently(_EXTRA.sub("", clean), url)
    except _BREAKS as error:
        detail = f"feedparser cannot read it: {type(error).__name__}: {error}"
        raise Terminal(Reason.NOT_A_FEED, squeeze(detail)[:300]) from error


def _parse_leniently(text: str, url: str) -> Any:
    parsed = _parse(text, url)
    if not parsed.bozo or "<!ENTITY" in text:
        return parsed
    escaped = _MARKUP_AMPERSAND.sub(lambda match: match[0] if match[0].startswith("<") else "&amp;", text)
    again = _parse(escaped, url) if escaped != text else parsed
    return parsed if again.bozo else again


def _allowed(reference: re.Match[str]) -> str:
    """A numeric reference as it is if XML allows its character (XML 1.0, 2.2), else ''."""
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    good = (
        code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
    )
    return reference[0] if good else ""


def _parse(text: str, url: str) -> Any:
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        body = text.encode("utf-8", "replace")
        return feedparser.parse(
            body, response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )


def _capped(text: str, cap: int) -> str:
    """The document without the entries after the first `cap`: 25,000 entries take feedparser 6 CPU seconds
    (measured)."""
    ends = [match.end() for match in _ENTRY_CLOSE.finditer(text)]
    return text[: ends[cap - 1]] + text[ends[-1] :] if len(ends) > cap else text


def _is_cut_off(text: str) -> bool:
    starts = [match.start() for match in _ENTRY_OPEN.finditer(text)]
    return bool(starts) and not _ENTRY_CLOSE.search(text, starts[-1]) and not _CLOSED.search(text, starts[-1])


def _complaint(parsed: Any) -> str | None:
    if not parsed.bozo:
        return None
    error = parsed.get("bozo_exception")
    return squeeze(f"{type(error).__name__}: {error}")[:300]


def _raw(item: Any) -> RawEntry:
    contents = [_string(part, "value") or "" for part in item.get("content") or ()]
    published, updated = _string(item, "published"), _own(item, "updated")
    return RawEntry(
        guid=_string(item, "id"),
        links=_links(item),
        title=_string(item, "title"),
        summary=_string(item, "summary"),
        content=max(contents, key=len, default="") or None,
        # RSS with dc:date and Atom with only <updated> print one date: it counts as the publication's until
        # the page says otherwise.
        published_raw=published or _string(item, "created") or updated,
        modified_raw=updated,
        authors=_authors(item),
        credit=_string(item.get("source") or {}, "title") or _string(item, "dc_source"),
        categories=tuple(
            filter(None, (_string(tag, "term") or _string(tag, "label") for tag in item.get("tags") or ()))
        ),
        images=_images(item),
    )


def _links(item: Any) -> tuple[str, ...]:
    listed = [link for link in item.get("links") or () if _string(link, "rel") in (None, "alternate")]
    listed.sort(key=lambda link: "html" not in (_string(link, "type") or "html"))
    first = _string(item, "link")
    guid = _string(item, "id") or ""
    named = [
        first,
        *(_string(link, "href") for link in listed),
        guid if guid.startswith(("http://", "https://")) else None,
    ]
    return tuple(filter(None, named))


def _authors(item: Any) -> tuple[str, ...]:
    listed = [
        " ".join(filter(None, (_string(person, "email"), _string(person, "name"))))
        for person in item.get("authors") or ()
    ]
    # The last author is taken as printed: feedparser reads `x@wire.exam` in `x@wire.example` (it knows
    # endings of 2-4 letters).
    verbatim = _string(item, "author")
    return tuple(filter(None, [*listed[:-1], verbatim or (listed[-1] if listed else None)]))


def _images(item: Any) -> tuple[str, ...]:
    media = [part for part in item.get("media_content") or () if _is_image(part)]
    attached = [
        part for part in item.get("links") or () if _string(part, "rel") == "enclosure" and _is_image(part)
    ]
    urls = [
        _string(part, "url") or _string(part, "href")
        for part in (*media, *attached, *(item.get("media_thumbnail") or ()))
    ]
    urls.append(_string(item.get("image") or {}, "href"))
    return tuple(filter(None, urls))


def _is_image(part: Any) -> bool:
    kind = _string(part, "medium") or _string(part, "type") or ""
    return kind.startswith("image") or (
        not kind and bool(re.search(r"\.(?:jpe?g|png|webp|gif|avif)\b", str(part)))
    )


def _string(holder: Any, name: str) -> str | None:
    value = holder.get(name) if hasattr(holder, "get") else None
    return value.strip() or None if isinstance(value, str) else None


def _own(holder: Any, name: str) -> str | None:
    # feedparser returns `published` for a missing `updated`.
    return _string(holder, name) if dict.__contains__(holder, name) else None


def _line(text: str | None) -> str | None:
    return plain_text(text[:4_000])[:500] or None if text else None


def _ttl(minutes: str | None) -> float | None:
    """The ttl in seconds; RSS prints minutes (rssboard.org/rss-specification, ttl)."""
    return (
        float(minutes) * 60
        if minutes and minutes.isascii() and minutes.isdigit() and int(minutes[:9]) > 0
        else None
    )


def _skip_hours(text: str) -> tuple[int, ...]:
    block = _SKIP_HOURS.search(text, 0, HEAD)
    hours = (
        {int(hour) % 24 for hour in re.findall(r"<hour>\s*(\d{1,2})\s*</hour>", block[1], re.I)}
        if block
        else set()
    )
    return tuple(sorted(hours)) if len(hours) < 24 else ()


def _next_link(channel: Any, url: str) -> str | None:
    """The document with older entries (RFC 5005): `next` in a paged feed (section 3), else `prev-archive`
    in an archived one (section 4)."""
    named = {
        _string(link, "rel"): href
        for link in reversed(channel.get("links") or ())
        if (href := _string(link, "href"))
    }
    older = named.get("next") or named.get("prev-archive")
    return clean_link(older, url) if older else None
