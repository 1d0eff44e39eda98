"""An XML feed's text through feedparser: what breaks or slows feedparser is mended or left out first."""

from __future__ import annotations

import re
import warnings
from typing import Any

import feedparser

from ingest.errors import Terminal
from ingest.poll.broken import entries_of
from ingest.poll.slices import Slices
from ingest.reasons import Reason
from ingest.text import squeeze

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


def parse_xml(text: str) -> Any:
    """feedparser's result. Where bare ampersands or HTML's entities break the XML (the commonest fault), they
    are escaped and it is parsed again, since feedparser's lenient parser makes `R&D;` of `R&D`. Where an
    extension makes feedparser raise, it is parsed without extensions; where that does not help, entry by
    entry."""
    clean = _REFERENCE.sub(_allowed, _LONG_AUTHOR.sub(r"\1", _LONG_TAG.sub("", text)))
    try:
        return _parse_leniently(clean)
    except _BREAKS:
        pass
    plain = _EXTRA.sub("", clean)
    try:
        return _parse_leniently(plain)
    except _BREAKS as error:
        return _parse_entries(plain, error)


def _parse_entries(text: str, error: Exception) -> Any:
    """feedparser's result for a document in which it raises `error`, without the entries that it cannot read
    alone. Raises Terminal(NOT_A_FEED) where it can read none."""
    slices = Slices(text)
    head = text[: slices.starts[0]] if slices.starts else text
    try:
        parsed = _parse(head)
        parsed["entries"] = []
    except _BREAKS:
        raise _unreadable(error) from error
    for number, entry in enumerate(slices.entries(), 1):
        try:
            parsed["entries"] += _parse(head + entry).entries[:1]
        except _BREAKS as fault:
            error = ValueError(f"entry {number}: {type(fault).__name__}: {fault}")
    if not parsed.entries:
        raise _unreadable(error)
    parsed["bozo"], parsed["bozo_exception"] = True, error
    return parsed


def _unreadable(error: Exception) -> Terminal:
    detail = f"feedparser cannot read it: {type(error).__name__}: {error}"
    return Terminal(Reason.NOT_A_FEED, squeeze(detail)[:300])


def _parse_leniently(text: str) -> Any:
    parsed = _parse(text)
    if not parsed.bozo or "<!ENTITY" in text:
        return parsed
    escaped = _MARKUP_AMPERSAND.sub(lambda match: match[0] if match[0].startswith("<") else "&amp;", text)
    if escaped != text:
        parsed = _parse(escaped)
    if parsed.bozo and parsed.version:
        parsed["entries"] = list(entries_of(escaped, _parse, parsed.entries))
    return parsed


def _allowed(reference: re.Match[str]) -> str:
    """A numeric reference as it is if XML allows its character (XML 1.0, 2.2), else ''."""
    code = int(reference[1], 16) if reference[1] else int(reference[2])
    good = (
        code in (9, 10, 13) or 0x20 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code < 0x110000
    )
    return reference[0] if good else ""


def _parse(text: str) -> Any:
    # Without the document's own address: feedparser would resolve guids against it, `DL-001` too.
    headers = {"content-type": "application/xml; charset=utf-8"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        body = text.encode("utf-8", "replace")
        return feedparser.parse(
            body, response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
