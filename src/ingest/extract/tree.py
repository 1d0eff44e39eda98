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
    """Raises ParseLimit for pages that would take the parser or the extractor minutes; real ones stay far below each bound."""
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
