"""A sitemap's bytes -> the addresses and further sitemaps it lists (sitemaps.org 0.9, news and text forms,
gzip). Pure.

Read as a stream and without entities, DTDs or network; meant for a killable worker.
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
    """`fault` says why reading ended early; what was read until there is kept."""

    sitemaps: list[Located] = field(default_factory=list)
    urls: list[Located] = field(default_factory=list)
    fault: str | None = None


def parse_sitemap(given: SitemapInput) -> SitemapDocument:
    """What a sitemap lists. Never raises for bad bytes."""
    found = SitemapDocument()
    try:
        chunks = _decoded(given)
        first = next(chunks, b"")
        if first.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            _read_xml(first, chunks, found)
        else:
            _read_lines(first + b"".join(chunks), found)
    except (_Fault, etree.XMLSyntaxError) as error:
        found.fault = " ".join(str(error).split())[:200]
    if not (found.urls or found.sitemaps or found.fault):
        found.fault = "lists no address"
    return found


class _Fault(Exception):
    """Reading cannot go on."""


def _decoded(given: SitemapInput) -> Iterator[bytes]:
    """The bytes in steps: a .gz file is served as it is, without Content-Encoding, so its own first bytes
    tell."""
    if not given.body.startswith(_GZIP):
        for start in range(0, min(len(given.body), given.cap), STEP):
            yield given.body[start : start + STEP]
        return
    total = 0
    for piece in _inflated(given.body):
        total += len(piece)
        if total > given.cap:
            raise _Fault(f"over {given.cap:,} bytes decoded")
        yield piece


def _inflated(body: bytes) -> Iterator[bytes]:
    """All members, one after another (RFC 1952, 2.2); padding behind them is none."""
    at = 0
    while body.startswith(_GZIP, at):
        stream, left = isal_zlib.decompressobj(wbits=31), b""
        while not stream.eof:
            if not left:
                left = body[at : at + STEP]  # in steps: what lies behind a member is handed back as a copy
                at += len(left)
            if not left:
                raise _Fault("gzip stream ends early")
            try:
                yield stream.decompress(left, STEP)
            except InflateError as error:
                raise _Fault(f"damaged gzip: {error}") from None
            left = stream.unconsumed_tail
        at -= len(stream.unused_data)


def _read_xml(first: bytes, rest: Iterator[bytes], found: SitemapDocument) -> None:
    parser = etree.XMLPullParser(
        ("end",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=True
    )
    parser.feed(first.lstrip(b"\xef\xbb\xbf \t\r\n"))
    whole = _take(parser, found)
    for chunk in rest:
        parser.feed(chunk)
        whole = _take(parser, found)
        if len(found.urls) + len(found.sitemaps) >= URLS_CAP:
            raise _Fault(f"more than {URLS_CAP:,} addresses")
    parser.close()
    if not whole:
        raise _Fault("ends before its end tag; what stands before is read")


def _take(parser: etree.XMLPullParser, found: SitemapDocument) -> bool:
    """What has come whole; True when the document's own end tag has."""
    whole = False
    for _, node in parser.read_events():
        name = _name(node)
        whole = node.getparent() is None
        if name not in ("url", "sitemap"):
            continue
        one = _located(node)
        if one is not None:
            (found.urls if name == "url" else found.sitemaps).append(one)
        node.clear()
        while node.getprevious() is not None:  # what was read is let go, so that memory stays flat
            del node.getparent()[0]
    return whole


def _name(node: etree._Element) -> str:
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def _located(node: etree._Element) -> Located | None:
    values: dict[str, str] = {}
    for child in node.iter():
        name, text = _name(child), (child.text or "").strip()
        # image and video extensions have titles and locations of their own
        if text and (child.getparent() is node or "sitemap-news" in str(child.tag)):
            values.setdefault(name, text)
    url = values.get("loc")
    if not url:
        return None
    return Located(url, values.get("lastmod"), values.get("publication_date"), values.get("title"))


_LINE = re.compile(rb"https?://[^\s<>\"]+")


def _read_lines(body: bytes, found: SitemapDocument) -> None:
    """The text form: one address a line."""
    for line in body.splitlines()[:URLS_CAP]:
        match = _LINE.match(line.strip())
        if match:
            found.urls.append(Located(match[0].decode("utf-8", "replace")))
