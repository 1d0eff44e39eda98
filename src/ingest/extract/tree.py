"""Text of a page to a tree: control characters out, one parse, bounds on what it may cost."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.etree import ElementDefaultClassLookup, ParserError
from lxml.html import HtmlElement, HTMLParser, document_fromstring

_CONTROL = bytes(code for code in range(0x20) if code not in b"\t\n\r") + b"\x7f"
PAGE_LETTERS = 8_000_000
PAGE_ELEMENTS = 150_000
TAG_ATTRIBUTES = 1_000


class ParseLimit(Exception):
    """The parser gave up: the tree would hold only what came before. `deep` tells nesting from sheer size."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.deep = "depth" in message.lower()


_ATTRIBUTE = r"=?[^\s/>=]++(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>]*+))?+"
_EACH_ATTRIBUTE = re.compile(_ATTRIBUTE)
_START = re.compile(
    rf"<(?:(?P<comment>!--)|(?P<name>[a-z][^\s/>]*+)(?P<attributes>(?:[\s/]++|{_ATTRIBUTE})*+))", re.I
)
_RAW = ("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes")
_RAW_END = {name: re.compile(rf"</{name}(?=[\s/>])", re.I) for name in _RAW}
_LONG_TAG = re.compile(r"<[a-zA-Z][^>]{20000,}")


def check_size(page: str) -> None:
    """Raises ParseLimit for pages that would take the parser or the extractor minutes. Elements and
    attributes are counted as HTML reads them: signs in scripts, comments and values are none."""
    if len(page) > PAGE_LETTERS:
        raise ParseLimit(f"{len(page)} letters")
    # only what these quick tests cannot rule out is counted exactly
    if page.count("<") <= PAGE_ELEMENTS and not _LONG_TAG.search(page):
        return
    elements = 0
    for attributes in _start_tags(page):
        elements += 1
        # libxml2 compares each attribute with all before it: 100,000 on one element take half a minute
        if (
            len(attributes) > 2 * TAG_ATTRIBUTES
            and sum(1 for _ in _EACH_ATTRIBUTE.finditer(attributes)) > TAG_ATTRIBUTES
        ):
            raise ParseLimit("a tag with too many attributes")
    if elements > PAGE_ELEMENTS:
        raise ParseLimit(f"{elements} elements")


def _start_tags(page: str) -> Iterator[str]:
    """The attributes of each start tag as written (WHATWG HTML, 13.2.5)."""
    place = 0
    while tag := _START.search(page, place):
        place = tag.end()
        if tag["comment"]:
            place = page.find("-->", place)
            if place < 0:
                return
            continue
        yield tag["attributes"]
        if raw_end := _RAW_END.get(tag["name"].lower()):
            if not (end := raw_end.search(page, place)):
                return
            place = end.end()


def parse(text: str) -> HtmlElement | None:
    """The tree of a page without C0 controls, or None where there is no element at all. Raises ParseLimit."""
    tree = _parsed(text)
    if tree is not None and tree.find("body") is None and (closed := _with_end_tag(text)):
        tree = _parsed(closed)
    if tree is not None and tree.find("body") is None:
        # a tag that HTML does not know keeps the parser in the head to the end
        head = tree.find("head")
        if head is not None and any(child.tag not in _HEAD_TAGS for child in head):
            head.tag = "body"
    return tree


_HEAD_TAGS = frozenset({"title", "meta", "link", "base", "script", "style", "noscript", "template"})


def _parsed(text: str) -> HtmlElement | None:
    # huge_tree lets elements nest 2,048 deep instead of 256, as tags that are never closed do
    parser = HTMLParser(
        encoding="utf-8",
        collect_ids=False,
        default_doctype=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=True,
    )
    # lxml's own lookup asks Python for the class of every element, some 2,000 times a page
    parser.set_element_class_lookup(ElementDefaultClassLookup(element=HtmlElement))
    try:
        # no byte of a longer UTF-8 sequence is a control character, so they can go at the speed of bytes
        tree = document_fromstring(text.encode("utf-8", "replace").translate(None, _CONTROL), parser=parser)
    except (ParserError, ValueError):
        return None
    for entry in parser.error_log.filter_from_fatals():
        if entry.type_name == "ERR_RESOURCE_LIMIT":
            raise ParseLimit(entry.message)
    return tree


def _with_end_tag(page: str) -> str | None:
    """The page with the end tag of a <title>, <script>, <style> or comment that is never closed and so holds
    all the rest; None where there is none."""
    for name in _RAW:
        for start in re.finditer(rf"<{name}(?=[\s/>])[^>]*>", page, re.I):
            if not _RAW_END[name].search(page, start.end()):
                end = re.compile(r"<(?!/?[bi]>)[a-z/!]", re.I).search(page, start.end())
                return f"{page[: end.start()]}</{name}>{page[end.start() :]}" if end else None
    return None


_HEAD = 16_384  # letters in which the first tag of a page stands
_BEFORE = re.compile(r"(?:[\s\ufeff]++|<!--.*?-->|<\?[^>]*+>)*+", re.S)
_NOT_MARKUP = re.compile(r"%PDF|\{\s*\"|\[\s*\{|GIF8|\x89PNG|\ufffdPNG|PK\x03|ID3")
_XML_ROOT = re.compile(r"<(?:rss|feed|urlset|sitemapindex|svg|rdf:rdf|opml)[\s/>]", re.I)
_HTML = re.compile(
    r"<(?:!doctype\s+html|html|head|body|title|meta|link|base|script|style|noscript|iframe|h[1-6]|div|span|font"
    r"|center|table|ul|ol|form|img|a|b|i|hr|br|p|main|article|section|header|nav|figure)[\s/>]",
    re.I,
)

_HTML_TYPE = re.compile(r"html|xml|text/plain|octet-stream|^\*/\*$")


def not_html(page: str, content_type: str | None) -> str | None:
    """Why this is no HTML page, or None: its declared type, its first bytes, or no markup in it."""
    kind = (content_type or "").split(";")[0].strip().lower()
    is_html = begins_as_html(page)
    if kind and not _HTML_TYPE.search(kind) and not is_html:
        return f"content type {kind}"
    head = page[:_HEAD]
    start = _first(head)
    # behind an XML declaration stands some other format, unless its first tag is one of HTML
    is_xml = head.lstrip().startswith("<?xml") and not is_html
    if is_xml or _NOT_MARKUP.match(head, start) or _XML_ROOT.match(head, start):
        return "no HTML at its start"
    if page.count("\ufffd", 0, 4096) > 200 or page.count("\0", 0, 4096) > 200:
        return "binary"
    return None if "<" in page else "no markup"


def begins_as_html(page: str | bytes) -> bool:
    """Whether its first tag, behind blanks, comments and a byte order mark, is one of HTML: then it is HTML,
    whatever type the server declares."""
    head = page[:_HEAD].decode("utf-8", "replace") if isinstance(page, bytes) else page[:_HEAD]
    return bool(_HTML.match(head, _first(head)))


def _first(head: str) -> int:
    """Where the first tag or letter stands, behind blanks, comments and processing instructions."""
    before = _BEFORE.match(head)
    return before.end() if before else 0
