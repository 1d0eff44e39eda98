"""Parses a sitemap into the addresses and further sitemaps that it lists (sitemaps.org 0.9: urlset, index,
text; news extension; RSS and Atom, which the protocol allows as sitemaps; gzip). Pure.

It is not read as XML: what sites serve breaks in a hundred ways (a bare `&`, a `<` in a title, warnings of
PHP before the declaration, HTML entities, prefixes that nobody declared), and an XML parser stops at the
first. Only the tags that carry addresses and dates are looked for; all else is text. So nothing is
expanded, and no DTD is read.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from isal import isal_zlib

from ingest.fetch.encoding import InflateError

STEP = 1 << 18
_GZIP = b"\x1f\x8b"
NESTED = 3
"""Most gzip streams inside one another: some servers pack a .gz file once more."""
URLS_CAP = 500_000
"""Addresses read of one sitemap; the protocol allows 50,000."""


@dataclass(frozen=True, slots=True)
class SitemapInput:
    """`body` as fetched, perhaps gzip; `cap` is the most bytes it may decode to."""

    body: bytes
    cap: int


@dataclass(frozen=True, slots=True)
class Located:
    """A <url>, <sitemap>, feed item or line: stamps as printed, `title` of a news sitemap or feed."""

    url: str
    modified: str | None = None
    published: str | None = None
    title: str | None = None


@dataclass(slots=True)
class SitemapDocument:
    """What a sitemap lists. `fault` says what could not be read, and where; all else was read."""

    sitemaps: list[Located] = field(default_factory=list)
    urls: list[Located] = field(default_factory=list)
    fault: str | None = None


def parse_sitemap(sitemap: SitemapInput) -> SitemapDocument:
    """Parses a sitemap. What cannot be read is reported as `fault`, never raised."""
    document = SitemapDocument()
    body, fault = _unpacked(sitemap)
    text = _text(body)
    start = _START.search(text)
    if start is not None:
        found = _read_tags(text, start.start(), document)
    elif _HTML.search(text, 0, 4_096):
        found = "a page of HTML, no sitemap"
    else:
        found = _read_lines(text, document)
    document.fault = "; ".join(filter(None, (fault, found))) or None
    if not (document.urls or document.sitemaps or document.fault):
        document.fault = "lists no address"
    return document


# -- bytes to text -------------------------------------------------------------------------------------------


def _unpacked(sitemap: SitemapInput) -> tuple[bytes, str | None]:
    """The decoded bytes, and why there are no more. A .gz file is served without Content-Encoding, so the
    first bytes tell that it is gzip, whatever its name says."""
    body, fault = sitemap.body, None
    for _ in range(NESTED):
        if not body.startswith(_GZIP):
            break
        body, inner = _inflated(body, sitemap.cap)
        fault = fault or inner
    if len(body) > sitemap.cap:
        body, fault = body[: sitemap.cap], fault or f"over {sitemap.cap:,} bytes decoded"
    return body, fault


def _inflated(body: bytes, cap: int) -> tuple[bytes, str | None]:
    """All gzip members, one after another (RFC 1952, 2.2); padding after them is ignored."""
    out = bytearray()
    try:
        for piece in _members(body):
            out += piece
            if len(out) > cap:
                return bytes(out[:cap]), f"over {cap:,} bytes decoded"
    except _DamagedError as error:
        return bytes(out), f"{error}; what comes before was read"
    return bytes(out), None


class _DamagedError(Exception):
    """The rest of a gzip stream cannot be decoded."""


def _members(body: bytes) -> Iterator[bytes]:
    at = 0
    while body.startswith(_GZIP, at):
        stream, left = isal_zlib.decompressobj(wbits=31), b""
        while not stream.eof:
            if not left:
                left = body[at : at + STEP]  # in steps: the bytes after a member are returned as a copy
                at += len(left)
            if not left:
                raise _DamagedError(f"gzip stream ends early, at byte {at:,}")
            try:
                yield stream.decompress(left, STEP)
            except InflateError as error:
                raise _DamagedError(f"damaged gzip before byte {at:,}: {error}") from None
            left = stream.unconsumed_tail
        at -= len(stream.unused_data)


_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']?([\w.:-]+)", re.I)


def _text(body: bytes) -> str:
    """The text, by its byte order mark, else by its zero bytes, its declaration, UTF-8, or Windows-1252."""
    head = body[:4]
    if head in (b"\xff\xfe\0\0", b"\0\0\xfe\xff"):
        return body.decode("utf-32", "replace")
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", "replace")
    if (wide := _wide(body)) is not None:
        return body.decode(wide, "replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    declared = _DECLARED.search(body, 0, 4_096)
    name = declared[1].decode() if declared else "utf-8"
    broken = body.decode("utf-8", "replace")
    if name.lower().replace("_", "-") in ("utf-8", "utf8") and broken.count("\ufffd") * 100 < len(broken):
        return broken if _beyond_ascii(broken) else body.decode("cp1252", "replace")
    try:
        return body.decode(name, "replace")
    except (LookupError, ValueError):  # a name that Python has no table for
        return body.decode("cp1252", "replace")


def _wide(body: bytes) -> str | None:
    """The name of a UTF-16 without byte order mark: most pairs of the first bytes are a letter beside a zero.
    Pairs of zeros say nothing: a disk may have lost a block."""
    begin = (len(body) - len(body.lstrip(b"\0"))) // 2 * 2
    sample = body[begin : begin + 200]
    pairs = Counter((first > 0, second > 0) for first, second in zip(sample[::2], sample[1::2], strict=False))
    little, big, neither = pairs[True, False], pairs[False, True], pairs[True, True]
    if max(little, big) <= neither + min(little, big):
        return None
    return "utf-16-le" if little > big else "utf-16-be"


def _beyond_ascii(text: str) -> bool:
    """True where a text that was read as UTF-8 has more whole characters beyond ASCII than broken ones."""
    broken = text.count("\ufffd")
    return sum(1 for letter in text if letter > "\x7f") - broken > broken


# -- tags ----------------------------------------------------------------------------------------------------

_FRAMES = {"urlset", "sitemapindex", "rss", "feed", "rdf"}
_ENTRIES = {"url", "sitemap", "item", "entry"}
_GROUPS = {"news", "image", "video"}
_VALUES = {
    "loc": "url",
    "link": "url",
    "lastmod": "modified",
    "updated": "modified",
    "publication_date": "published",
    "pubdate": "published",
    "published": "published",
    "date": "published",
    "title": "title",
    "guid": "guid",
}
_OTHERS = {"publication", "name", "language", "keywords", "changefreq", "priority", "description", "summary"}
_NAMES = "|".join(sorted(_FRAMES | _ENTRIES | _GROUPS | set(_VALUES) | _OTHERS, key=len, reverse=True))
_TAG = re.compile(
    r"<!--.*?-->|(?P<cdata><!\[CDATA\[)(?P<raw>.*?)\]\]>"
    rf"|<(?P<close>/?)\s*(?:(?P<prefix>[\w.-]+):)?(?P<name>{_NAMES})(?P<rest>(?:\s[^<>]*?)?)(?P<empty>/?)>",
    re.I | re.S,
)
_START = re.compile(r"<(?:[\w.-]+:)?(?:urlset|sitemapindex|rss|feed|rdf|url|sitemap)[\s>/]", re.I)
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body)\b", re.I)
_HREF = re.compile(r"\bhref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|(\S+))", re.I)
_REL = re.compile(r"\brel\s*=\s*[\"']?([\w-]+)", re.I)
_OTHER_TAG = re.compile(r"</?[A-Za-z][\w:.-]*(?:\s[^<>]*)?/?>|<(?=[\s<]|$)|</?$")
_BREAKS = re.compile(r"[\r\n\t]+")


_REFERENCE = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def _unescape(text: str) -> str:
    """The text with its character references resolved, of HTML too. Without the semicolon they are none in
    XML: a bare `&section=2` in an address is no paragraph sign."""
    return _REFERENCE.sub(lambda match: html.unescape(match[0]), text)


def _read_tags(text: str, start: int, document: SitemapDocument) -> str | None:
    reader = _Reader(document)
    for match in _TAG.finditer(text, start):
        reader.text(text[reader.at : match.start()])
        reader.at = match.end()
        if match["cdata"]:
            reader.raw(match["raw"])
        elif match["name"]:
            reader.tag(match, match.start())
            if len(document.urls) + len(document.sitemaps) >= URLS_CAP:
                return (
                    f"more than {URLS_CAP:,} addresses; the rest from {_place(text, reader.at)} is left out"
                )
    return reader.end(text)


def _place(text: str, at: int) -> str:
    return f"line {text.count(chr(10), 0, at) + 1:,}"


class _Reader:
    """Collects the values of one entry after the other. Values of images and videos are passed over: they
    have locations, titles and dates of their own."""

    def __init__(self, document: SitemapDocument) -> None:
        self._document = document
        self._frames: list[str] = []
        self._frame = ""
        self._closed = False
        self._entry: str | None = None
        self._entry_at = 0
        self._values: dict[str, str] = {}
        self._group: str | None = None
        self._name: str | None = None
        self._parts: list[str] = []
        self._nameless = 0
        self._nameless_at = 0
        self.at = 0

    def text(self, piece: str) -> None:
        if self._name is not None and piece:
            self._parts.append(_unescape(_OTHER_TAG.sub(" ", piece) if "<" in piece else piece))
        elif (
            self._entry in ("url", "sitemap") and self._group is None and (line := _LINE.match(piece.strip()))
        ):
            self._values.setdefault("bare", _unescape(line[0]))  # an address without <loc>

    def raw(self, piece: str) -> None:
        if self._name is not None:
            self._parts.append(_unescape(piece) if self._name == "title" else piece.replace("&amp;", "&"))

    def tag(self, match: re.Match[str], at: int) -> None:
        name, prefix = match["name"].lower(), (match["prefix"] or "").lower()
        if match["close"] and self._name == "title" and name not in ("title", "news", *_ENTRIES, *_FRAMES):
            return
        self._keep_value()
        if name in _FRAMES:
            self._take_frame(name, bool(match["close"]), bool(match["empty"]))
        elif name in _ENTRIES:
            self._take_entry(name, at, closing=bool(match["close"]), empty=bool(match["empty"]))
        elif name in _GROUPS:
            self._group = None if match["close"] or match["empty"] else name
        elif name in _VALUES and not match["close"]:
            self._begin_value(name, prefix, match)

    def _take_frame(self, name: str, closing: bool, empty: bool) -> None:
        if closing or empty:
            self._closed = True
            self._keep_entry()
        if not closing:
            self._frame = self._frame or name
            self._closed = empty
        self._group = None

    def _take_entry(self, name: str, at: int, *, closing: bool, empty: bool) -> None:
        if name == "url" and self._frame in ("rss", "feed", "rdf"):
            return  # the address of a channel's picture
        self._keep_entry()
        self._group = None
        if not closing and not empty:
            self._entry, self._entry_at = name, at

    def _begin_value(self, name: str, prefix: str, match: re.Match[str]) -> None:
        in_feed = self._entry in ("item", "entry")
        if self._entry is None:
            if name != "loc" or prefix in _GROUPS:
                return
            self._entry, self._entry_at = "sitemap" if self._frame == "sitemapindex" else "url", match.start()
        if name == "loc" and self._group is None and "url" in self._values and prefix not in _GROUPS:
            # A second address: the entry before was not closed.
            entry = self._entry
            self._keep_entry()
            self._entry, self._entry_at = entry, match.start()
        group = prefix if prefix in _GROUPS else self._group
        if group in ("image", "video") or (group == "news" and name not in ("title", "publication_date")):
            return
        if group is None and not in_feed and name not in ("loc", "lastmod", "publication_date"):
            return
        if name == "link" and (href := _HREF.search(match["rest"])):
            rel = _REL.search(match["rest"])
            if in_feed and (rel is None or rel[1].lower() == "alternate"):
                self._values.setdefault("url", _unescape(next(filter(None, href.groups()), "")).strip())
            return
        if not match["empty"]:
            self._name, self._parts = name, []

    def _keep_value(self) -> None:
        name, self._name = self._name, None
        if name is None:
            return
        key = _VALUES[name]
        value = "".join(self._parts).replace("\ufeff", "").strip()
        value = "".join(map(str.strip, _BREAKS.split(value))) if key == "url" else " ".join(value.split())
        if value:
            self._values.setdefault(key, value)

    def _keep_entry(self) -> None:
        entry, values = self._entry, self._values
        self._entry, self._values = None, {}
        if entry is None:
            return
        guid = values.get("guid", "")
        url = values.get("url") or values.get("bare") or (guid if _LINE.match(guid) else None)
        if not url:
            self._nameless += 1
            self._nameless_at = self._nameless_at or self._entry_at
            return
        located = Located(url, values.get("modified"), values.get("published"), values.get("title"))
        is_index = entry == "sitemap" or (entry == "url" and self._frame == "sitemapindex")
        (self._document.sitemaps if is_index else self._document.urls).append(located)

    def end(self, text: str) -> str | None:
        """Ends the document. Returns what could not be read, and where."""
        faults = []
        if self._frame and not self._closed:
            if self._name is not None:
                self._name = None  # cut inside a value: half an address is none
            if self._entry is not None and "url" not in self._values:
                self._entry = None
            faults.append(
                f"ends before its end tag, at {_place(text, len(text))}; what comes before was read"
            )
        else:
            self.text(text[self.at :])
            self._keep_value()
        self._keep_entry()
        if self._nameless:
            faults.append(
                f"{self._nameless:,} entries without an address, the first at "
                f"{_place(text, self._nameless_at)}"
            )
        return "; ".join(faults) or None


# -- lines ---------------------------------------------------------------------------------------------------

_LINE = re.compile(r"https?://[^\s<>\"]+", re.I)


def _read_lines(text: str, document: SitemapDocument) -> str | None:
    """The text form: one address a line."""
    others, first = 0, 0
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip().removeprefix("\ufeff").strip("\0 ")
        if not line:
            continue
        if len(document.urls) >= URLS_CAP:
            return f"more than {URLS_CAP:,} addresses; the rest from line {number:,} is left out"
        if match := _LINE.match(line):
            document.urls.append(Located(match[0]))
        elif not line.startswith("#"):
            others += 1
            first = first or number
    return f"{others:,} lines that are no address, the first is line {first:,}" if others else None
