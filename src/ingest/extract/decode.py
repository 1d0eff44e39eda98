"""Bytes of a page to text and to a tree: the encoding by evidence, control characters out, one parse."""

from __future__ import annotations

import codecs
import re

from lxml.etree import ParserError
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from trafilatura.utils import detect_encoding

_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})|encoding=["']([\w.:-]{2,40})["']""", re.I)
_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{2,40})""", re.I)
_CONTROL = bytes(code for code in range(0x20) if code not in b"\t\n\r") + b"\x7f"
_LONG_TAG = re.compile(r"<[a-zA-Z][^<>]{20000,}")
PAGE_LETTERS = 8_000_000
PAGE_TAGS = 60_000
TAG_ATTRIBUTES = 1_000
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def text_of(page: bytes | str, content_type: str | None = None) -> str:
    """The page as text: byte order mark, valid UTF-8, declared charset (header, then page), detection."""
    return page if isinstance(page, str) else _decode(page, content_type)


def _decode(page: bytes, content_type: str | None) -> str:
    for mark, name in _BOMS:
        if page.startswith(mark):
            return page.decode(name, "replace")
    try:
        return page.decode("utf-8")  # what is valid UTF-8 is UTF-8, whatever it declares
    except UnicodeDecodeError:
        pass
    for name in _declared(page, content_type):
        try:
            return page.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return page.decode(next(iter(_guessed(page)), "utf-8"), "replace")


def _declared(page: bytes, content_type: str | None) -> list[str]:
    found = _HEADER_CHARSET.findall(content_type or "")
    found += [(a or b).decode("ascii", "replace") for a, b in _META_CHARSET.findall(page[:4096])]
    # the WHATWG rule: what calls itself Latin-1 is windows-1252, gb2312 is gbk
    alias = {"iso-8859-1": "windows-1252", "latin-1": "windows-1252", "gb2312": "gb18030", "gbk": "gb18030"}
    return [alias.get(name.lower(), name.lower()) for name in found]


def _guessed(page: bytes) -> list[str]:
    return [name for name in detect_encoding(page) if _known(name)]


def _known(name: str) -> bool:
    try:
        return bool(codecs.lookup(name))
    except LookupError:
        return False


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
    parser = HTMLParser(encoding="utf-8", collect_ids=False, default_doctype=False, remove_comments=True, remove_pis=True)
    try:
        # no byte of a longer UTF-8 sequence is a control character, so they can go at the speed of bytes
        tree = document_fromstring(text.encode("utf-8", "replace").translate(None, _CONTROL), parser=parser)
    except (ParserError, ValueError):
        return None
    for entry in parser.error_log.filter_from_fatals():
        if entry.type_name == "ERR_RESOURCE_LIMIT":
            raise ParseLimit(entry.message)
    return tree
