"""Text of a page to a tree: control characters out, one parse, bounds on what it may cost."""

from __future__ import annotations

import re

from lxml.etree import ParserError
from lxml.html import HtmlElement, HTMLParser, document_fromstring

_CONTROL = bytes(code for code in range(0x20) if code not in b"\t\n\r") + b"\x7f"
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{20000,}")
PAGE_LETTERS = 8_000_000
PAGE_TAGS = 60_000
TAG_ATTRIBUTES = 1_000


class ParseLimit(Exception):
    """The parser gave up: the tree would hold only what came before. `deep` tells nesting from sheer size."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.deep = "depth" in message.lower()


def check_size(page: str) -> None:
    """Raises ParseLimit for pages that would take the parser or the extractor minutes; real ones stay far
    below each bound."""
    if len(page) > PAGE_LETTERS:
        raise ParseLimit(f"{len(page)} letters")
    if page.count("<") > PAGE_TAGS:
        raise ParseLimit(f"{page.count('<')} tags")
    # libxml2 compares each attribute with all before it: 100,000 on one element take two minutes
    for tag in _LONG_TAG.finditer(page):
        if tag[0].count("=") > TAG_ATTRIBUTES and tag[0].count(" ") > TAG_ATTRIBUTES:
            raise ParseLimit("a tag with too many attributes")


def parse(text: str) -> HtmlElement | None:
    """The tree of a page without C0 controls, or None where there is no element at all. Raises ParseLimit."""
    parser = HTMLParser(
        encoding="utf-8", collect_ids=False, default_doctype=False, remove_comments=True, remove_pis=True
    )
    try:
        # no byte of a longer UTF-8 sequence is a control character, so they can go at the speed of bytes
        tree = document_fromstring(text.encode("utf-8", "replace").translate(None, _CONTROL), parser=parser)
    except (ParserError, ValueError):
        return None
    for entry in parser.error_log.filter_from_fatals():
        if entry.type_name == "ERR_RESOURCE_LIMIT":
            raise ParseLimit(entry.message)
    return tree


_HEAD = 2_048

_NOT_HTML = re.compile(
    r"\s*(?:%PDF|\{\s*\"|\[\s*\{|GIF8|\x89PNG|\ufffdPNG|PK\x03|ID3|<\?xml(?!.{0,400}<html)"
    r"|<(?:rss|feed|urlset|sitemapindex|"
    r"svg)\b)",
    re.I | re.S,
)

_HTML = re.compile(
    r"(?:\s|\ufeff|<!--.{0,1000}?-->|<\?xml[^<>]{0,200}\?>)*+<"
    r"(?:!doctype\s+html|html|head|body|title|meta|link|script|style|"
    r"iframe|h1|div|font|table|a|b|br|p|main|article|section|header)[\s/>]",
    re.I | re.S,
)

_HTML_TYPE = re.compile(r"html|xml|text/plain|octet-stream|^\*/\*$")


def not_html(page: str, content_type: str | None) -> str | None:
    """Why this is no HTML page, or None: its declared type, its first bytes, or no markup in it."""
    kind = (content_type or "").split(";")[0].strip().lower()
    if kind and not _HTML_TYPE.search(kind) and not begins_as_html(page):
        return f"content type {kind}"
    if _NOT_HTML.match(page[:1024]):
        return "no HTML at its start"
    if page.count("\ufffd", 0, 4096) > 200 or page.count("\0", 0, 4096) > 200:
        return "binary"
    return None if "<" in page else "no markup"


def begins_as_html(page: str | bytes) -> bool:
    """Whether its first tag, behind blanks, comments and a byte order mark, is one of HTML: then it is HTML,
    whatever type the server declares."""
    if isinstance(page, bytes):
        page = page[:_HEAD].decode("utf-8", "replace")
    return bool(_HTML.match(page[:_HEAD]))
