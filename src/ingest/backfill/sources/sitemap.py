"""Parses a sitemap into the addresses and further sitemaps that it lists (sitemaps.org 0.9, news and text
forms, gzip). Pure.

It is read as a stream, without entities, DTDs or network, in a worker that can be killed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from isal import isal_zlib
from lxml import etree

from ingest.fetch.encoding import InflateError

STEP = 1 << 18
_GZIP = b"\x1f\x8b"
URLS_CAP = 500_000
"""Addresses read of one sitemap; the protocol allows 50,000."""


@dataclass(frozen=True, slots=True)
class SitemapInput:
    """`body` as fetched, perhaps gzip; `cap` is the most bytes it may decode to."""

    body: bytes
    cap: int


@dataclass(frozen=True, slots=True)
class Located:
    """A <url> or <sitemap>: stamps as printed, `title` of a news sitemap."""

    url: str
    modified: str | None = None
    published: str | None = None
    title: str | None = None


@dataclass(slots=True)
class SitemapDocument:
    """What a sitemap lists. `fault` says why reading ended early; what was read before is kept."""

    sitemaps: list[Located] = field(default_factory=list)
    urls: list[Located] = field(default_factory=list)
    fault: str | None = None


def parse_sitemap(sitemap: SitemapInput) -> SitemapDocument:
    """Parses a sitemap. Bad bytes are reported as `fault`, never raised."""
    document = SitemapDocument()
    try:
        chunks = _decoded(sitemap)
        first = next(chunks, b"")
        if first.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            _read_xml(first, chunks, document)
        else:
            _read_lines(first + b"".join(chunks), document)
    except (_Fault, etree.XMLSyntaxError) as error:
        document.fault = " ".join(str(error).split())[:200]
    if not (document.urls or document.sitemaps or document.fault):
        document.fault = "lists no address"
    return document


class _Fault(Exception):
    """The rest of the sitemap cannot be read."""


def _decoded(sitemap: SitemapInput) -> Iterator[bytes]:
    """The bytes, in steps. A .gz file is served without Content-Encoding, so its first bytes show that it is
    gzip."""
    if not sitemap.body.startswith(_GZIP):
        for start in range(0, min(len(sitemap.body), sitemap.cap), STEP):
            yield sitemap.body[start : start + STEP]
        return
    total = 0
    for piece in _inflated(sitemap.body):
        total += len(piece)
        if total > sitemap.cap:
            raise _Fault(f"over {sitemap.cap:,} bytes decoded")
        yield piece


def _inflated(body: bytes) -> Iterator[bytes]:
    """All gzip members, one after another (RFC 1952, 2.2); padding after them is ignored."""
    at = 0
    while body.startswith(_GZIP, at):
        stream, left = isal_zlib.decompressobj(wbits=31), b""
        while not stream.eof:
            if not left:
                left = body[at : at + STEP]  # in steps: the bytes after a member are returned as a copy
                at += len(left)
            if not left:
                raise _Fault("gzip stream ends early")
            try:
                yield stream.decompress(left, STEP)
            except InflateError as error:
                raise _Fault(f"damaged gzip: {error}") from None
            left = stream.unconsumed_tail
        at -= len(stream.unused_data)


def _read_xml(first: bytes, rest: Iterator[bytes], document: SitemapDocument) -> None:
    parser = etree.XMLPullParser(
        ("end",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    parser.feed(first.lstrip(b"\xef\xbb\xbf \t\r\n"))
    whole = _take(parser, document)
    for chunk in rest:
        parser.feed(chunk)
        whole = _take(parser, document)
        if len(document.urls) + len(document.sitemaps) >= URLS_CAP:
            raise _Fault(f"more than {URLS_CAP:,} addresses")
    parser.close()
    if not whole:
        raise _Fault("ends before its end tag; what comes before was read")


def _take(parser: etree.XMLPullParser, document: SitemapDocument) -> bool:
    """Reads the elements that are complete so far. Returns True when the document's own end tag was among
    them."""
    whole = False
    for _, node in parser.read_events():
        name = _name(node)
        whole = node.getparent() is None
        if name not in ("url", "sitemap"):
            continue
        located = _located(node)
        if located is not None:
            (document.urls if name == "url" else document.sitemaps).append(located)
        node.clear()
        while node.getprevious() is not None:  # nodes that were read are removed, so that memory stays flat
            del node.getparent()[0]
    return whole


def _name(node: etree._Element) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _located(node: etree._Element) -> Located | None:
    values: dict[str, str] = {}
    for child in node.iter():
        name, text = _name(child), (child.text or "").strip()
        # image and video extensions have their own titles and locations
        if text and (child.getparent() is node or "sitemap-news" in str(child.tag)):
            values.setdefault(name, text)
    url = values.get("loc")
    if not url:
        return None
    return Located(url, values.get("lastmod"), values.get("publication_date"), values.get("title"))


_LINE = re.compile(rb"https?://[^\s<>\"]+")


def _read_lines(body: bytes, document: SitemapDocument) -> None:
    """The text form: one address a line."""
    for line in body.splitlines()[:URLS_CAP]:
        match = _LINE.match(line.strip())
        if match:
            document.urls.append(Located(match[0].decode("utf-8", "replace")))
