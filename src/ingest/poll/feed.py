"""From a feed's bytes to its entries: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0, CDF (feedparser), JSON
Feed."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.sax import SAXParseException

from ingest.errors import Terminal
from ingest.model import Feed, FeedDocument
from ingest.poll.charset import decode
from ingest.poll.entries import FeedContext, RawEntry, make_entries
from ingest.poll.jsonfeed import is_json_feed, read_json_feed
from ingest.poll.notfeed import HEAD, what_else
from ingest.poll.parser import parse_xml
from ingest.poll.slices import Slices, cut_to_newest
from ingest.reasons import Reason
from ingest.text import plain_text, squeeze
from ingest.urls.identity import clean_link

_ROOT = re.compile(r"<(?:[\w-]+:)?(rss|feed|rdf|channel)(?=[\s>/])", re.I)
_DECLARATION = re.compile(r"<\?xml\b")
_PROLOGUE = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|<!doctype\b[^>\[]*(?:\[.*?\])?[^>]*>)", re.I | re.S)
_ELEMENT = re.compile(r"\s*<\s*([\w:.-]+)")
_CLOSED = re.compile(r"</(?:[\w-]+:)?(?:rss|feed|rdf|channel)\s*>", re.I)
_SKIP_HOURS = re.compile(r"<skipHours>([^<]*(?:<hour>[^<]*</hour>[^<]*)*)</skipHours>", re.I)
_GUID = re.compile(
    r"<guid\b[^>]*?\bisPermaLink\s*=\s*[\"'](true|false)[\"'][^>]*>\s*(?:<!\[CDATA\[)?\s*([^<\]]*)", re.I
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
    """Returns the feed's entries, made safe and keyed (poll/entries.py): the newest `entries_cap`. `total`
    counts all entries of the document; it is the sum of those returned, `repeated`, `capped` and
    `unreadable`.

    Raises Terminal(NOT_A_FEED), whose detail says what the document is instead: an HTML page, a sitemap, an
    empty body, other JSON, a text broken before the first entry. A feed broken further on gives the entries
    that can be read, and `malformed` says where it breaks and why. External entities are neither read nor
    expanded. Call it in a worker that can be killed: there are inputs that take quadratic time.
    """
    whole = decode(source.body, source.content_type, source.feed.language)
    text = whole.lstrip()
    if not text:
        raise Terminal(Reason.NOT_A_FEED, "an empty body")
    if _is_json(text):
        return _json_document(text, source)
    document = _from_root(text, source)
    return _xml_document(document, source, whole.count("\n", 0, len(whole) - len(document)))


# -- what it is ----------------------------------------------------------------------------------------------


def _is_json(text: str) -> bool:
    return is_json_feed(text, HEAD) and not (
        _ROOT.search(text, 0, max(1, text.find("{"))) or _first_element(text) == "html"
    )


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
    read = read_json_feed(text, source.entries_cap, source.now)
    link = clean_link(read.link, source.url) if read.link else None
    entries = make_entries(
        read.placed, FeedContext(source.feed, link or source.url, read.title, read.language, source.now)
    )
    return FeedDocument(
        version=read.version,
        title=_line(read.title),
        link=link,
        language=read.language,
        ttl=None,
        skip_hours=(),
        entries=entries,
        total=read.total,
        next_link=clean_link(read.next_link, source.url) if read.next_link else None,
        malformed=read.fault,
        repeated=len(read.placed) - len(entries),
        capped=read.total - read.unreadable - len(read.placed),
        unreadable=read.unreadable,
    )


# -- XML -----------------------------------------------------------------------------------------------------


def _xml_document(text: str, source: FeedInput, lines_before: int) -> FeedDocument:
    slices = Slices(text)
    listed = slices.count_roughly()
    cut = cut_to_newest(slices, source.entries_cap, source.now) if listed > source.entries_cap else None
    parsed = parse_xml(cut.text if cut else text)
    if not _DECLARATION.match(text):
        lines_before -= 1  # feedparser puts a declaration before it, in a line of its own
    fault = _fault(parsed, cut.line_of if cut else int, lines_before)
    items = list(parsed.entries)
    if not parsed.version or (fault and not items and (listed or not _CLOSED.search(text))):
        raise Terminal(
            Reason.NOT_A_FEED, f"XML broken before the first entry: {fault or 'no known feed format'}"
        )
    if fault and slices.is_cut_off() and len(items) == slices.count():
        items.pop()  # half an entry would be stored as if whole; the next poll brings it complete
    wanted = len(cut.positions) if cut else slices.count() if fault else len(items)
    items = items[: source.entries_cap]
    unreadable = max(0, wanted - len(items)) if fault else 0
    channel, version = parsed.feed, str(parsed.version)
    context = FeedContext(
        source.feed,
        _base(channel, version, source.url),
        _string(channel, "title"),
        _string(channel, "language"),
        source.now,
    )
    permalinks = {html.unescape(guid).strip(): flag.lower() == "true" for flag, guid in _GUID.findall(text)}
    authors = _authors(channel) if version.startswith("atom") else ()
    raws = [_raw(item, permalinks, authors) for item in items]
    positions = cut.positions if cut and len(cut.positions) == len(raws) else range(len(raws))
    entries = make_entries(zip(positions, raws, strict=True), context)
    capped = cut.left_out if cut else 0
    return FeedDocument(
        version=version,
        title=_line(_string(channel, "title")),
        link=clean_link(link, source.url) if (link := _string(channel, "link")) else None,
        language=_string(channel, "language"),
        ttl=_ttl(_string(channel, "ttl")),
        skip_hours=_skip_hours(text),
        entries=entries,
        total=len(items) + unreadable + capped,
        next_link=_next_link(channel, source.url),
        malformed=f"{fault}; {unreadable} entries cannot be read" if fault and unreadable else fault,
        repeated=len(items) - len(entries),
        capped=capped,
        unreadable=unreadable,
    )


def _base(channel: Any, version: str, url: str) -> str:
    """The address that relative links resolve against where no xml:base says so: in Atom that of the document
    (RFC 4287, 2), in RSS, which has no rule, the site that the channel names, since feeds are served from
    other hosts than the pages."""
    site = None if version.startswith("atom") else _string(channel, "link")
    return (clean_link(site, url) if site else None) or url


def _fault(parsed: Any, line_of: Callable[[int], int], lines_before: int) -> str | None:
    """What the parser complains of, and where: `line_of` gives the line of the text for one of what was
    parsed, `lines_before` are those that were left out before it."""
    if not parsed.bozo:
        return None
    error = parsed.get("bozo_exception")
    number = error.getLineNumber() if isinstance(error, SAXParseException) else None
    if isinstance(error, SAXParseException) and number:
        column = (error.getColumnNumber() or 0) + 1
        place, what = f"line {line_of(number) + lines_before}, column {column}: ", error.getMessage()
    else:
        place, what = "", f"{type(error).__name__}: {error}"
    return squeeze(place + what)[:300]


def _raw(item: Any, permalinks: Mapping[str, bool], feed_authors: tuple[str, ...]) -> RawEntry:
    """`permalinks`: what isPermaLink says of each guid that has it. `feed_authors`: those of an entry that
    names none, nor its source (RFC 4287, 4.2.1)."""
    contents = [_string(part, "value") or "" for part in item.get("content") or ()]
    published, updated = _string(item, "published"), _own(item, "updated")
    return RawEntry(
        guid=_string(item, "id"),
        links=_links(item, permalinks),
        title=_string(item, "title"),
        summary=_string(item, "summary"),
        content=max(contents, key=len, default="") or None,
        # RSS with dc:date and Atom with only <updated> print one date: it counts as the publication's until
        # the page says otherwise.
        published_raw=published or _string(item, "created") or updated,
        modified_raw=updated,
        authors=_authors(item) or _authors(item.get("source") or {}) or feed_authors,
        credit=_string(item.get("source") or {}, "title") or _string(item, "dc_source"),
        categories=tuple(
            filter(None, (_string(tag, "term") or _string(tag, "label") for tag in item.get("tags") or ()))
        ),
        images=_images(item),
    )


def _links(item: Any, permalinks: Mapping[str, bool]) -> tuple[str, ...]:
    """The entry's links, best first, and last its guid where that is an address."""
    listed = [link for link in item.get("links") or () if _string(link, "rel") in (None, "alternate")]
    listed.sort(key=lambda link: "html" not in (_string(link, "type") or "html"))
    hrefs = [_string(link, "href") for link in listed]
    first, guid = _string(item, "link"), _string(item, "id")
    if first == guid and first not in hrefs:
        first = None  # feedparser takes every guid for a link, `DL-001` and `urn:` too
    return tuple(filter(None, [first, *hrefs, _permalink(guid, permalinks)]))


def _permalink(guid: str | None, permalinks: Mapping[str, bool]) -> str | None:
    """The guid where it is an address: an http or https URL unless isPermaLink is false, another text only
    where isPermaLink is printed as true (rssboard.org/rss-specification, guid)."""
    if guid is None:
        return None
    says_so = permalinks.get(guid)
    if says_so is None:
        return guid if guid.lower().startswith(("http://", "https://")) else None
    return guid if says_so else None


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
