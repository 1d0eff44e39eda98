"""Scrubbing the archive: the records of an article are found by its addresses and its text, and
overwritten in place."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from urllib.parse import urljoin

from ingest.errors import Terminal
from ingest.fetch.removal import remove
from ingest.fetch.segment import SegmentDamage, read_segment
from ingest.fetch.warc import read_response
from ingest.model import ArchivePlace, Response
from ingest.text import normalise

log = logging.getLogger(__name__)

_NEEDLE = 40
"""Characters at the beginning of a paragraph by which it is recognised; shorter paragraphs are not looked
for."""
_QUOTED = 100
"""Most pages that are named because they quote the text."""
_LINK = re.compile(r"""https?:\\?/\\?/[^\s"'<>\]]+|(?<=href=["'])[^"'\s]+|(?<=<link>)[^<\s]+""")
"""Addresses in a feed, XML or JSON (where slashes may be escaped)."""

_START = 4000
"""Bytes at the beginning of a document by which its type is recognised."""
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(rb"<(?:\w+:)?([a-z][\w.-]*)", re.IGNORECASE)
"""A start tag, without its prefix."""
_JSON_FEED = b"jsonfeed.org/version"
"""In the address that a JSON Feed has as its version (jsonfeed.org/version/1.1, "Top-level")."""


@dataclass(slots=True)
class Scrubbed:
    """The number of records overwritten, and the archived pages of other addresses that quote the text: a
    person has to decide about them."""

    records: int = 0
    quoted: list[str] = field(default_factory=list)


def scrub(
    folder: Path,
    keys: Collection[str],
    texts: Collection[str],
    key_of: Callable[[str], str],
    progress: Callable[[int, int], None] | None = None,
) -> Scrubbed:
    """Overwrite every archive record of a page that has one of `keys` (url_keys), and of a feed that lists
    one of them or contains one of `texts`.

    `key_of` gives the url_key of an address; `progress` is called with (files done, files). Reads the whole
    archive, since no row may point to a record.
    """
    files = sorted(folder.glob("*.warc.gz"))
    search = _Search(frozenset(keys), texts, key_of)
    for number, path in enumerate(files):
        places = [place for place, response in _responses(path) if search.must_go(response)]
        remove(folder, places)
        search.result.records += len(places)
        if progress:
            progress(number + 1, len(files))
    return search.result


def _responses(path: Path) -> Iterator[tuple[ArchivePlace, Response]]:
    for part in read_segment(path):
        if isinstance(part, SegmentDamage):
            if not part.is_torn:
                log.warning(
                    "%s: %d bytes from byte %d on cannot be read, and were not searched",
                    path,
                    part.length,
                    part.offset,
                )
            continue
        try:
            response = read_response(part.record)
        except Terminal:
            continue
        if response is not None:
            yield ArchivePlace(path.name, part.offset, part.length), response


class _Search:
    """The addresses and texts that are searched for; `result` counts and collects what was met."""

    def __init__(self, keys: frozenset[str], texts: Collection[str], key_of: Callable[[str], str]) -> None:
        self.result = Scrubbed()
        self._keys = keys
        self._key_of = lru_cache(maxsize=100_000)(key_of)  # a feed lists much the same each time
        self._needles = _needles(texts)
        self._quotes = tuple(
            part[:_NEEDLE].encode() for text in texts for part in text.split("\n") if len(part) >= _NEEDLE
        )

    def must_go(self, response: Response) -> bool:
        """Whether a record is to be overwritten. A page of another address that quotes the text is a copy
        or a list: it is only noted."""
        # Redirects in between do not count: a consent page is on the way to every story of its host.
        if self._is_wanted(response.requested_url) or self._is_wanted(response.url):
            return True
        if _is_feed(response):
            text = response.body.decode("utf-8", "replace")
            return self._lists(response.url, text) or any(needle in _plain(text) for needle in self._needles)
        url = response.url
        if (
            len(self.result.quoted) < _QUOTED
            and url not in self.result.quoted
            and any(quote in response.body for quote in self._quotes)
        ):
            self.result.quoted.append(url)
        return False

    def _lists(self, base: str, text: str) -> bool:
        links = {match.replace("\\/", "/").replace("&amp;", "&") for match in _LINK.findall(text)}
        return any(self._is_wanted(_joined(base, link)) for link in links)

    def _is_wanted(self, url: str) -> bool:
        return url in self._keys or self._key_of(url) in self._keys


def _is_feed(response: Response) -> bool:
    """Whether the document is certainly a feed. In doubt it counts as a page: that is another site's text,
    which must not be destroyed."""
    kind, start = response.headers.get("content-type", "").lower(), response.body[:_START]
    if start.lstrip().startswith((b"{", b"[")):
        return "json" in kind or _JSON_FEED in start
    tag = _TAG.search(_COMMENT.sub(b"", start))
    root = tag[1].lower() if tag else b""
    return root in (b"rss", b"feed", b"rdf") or ("xml" in kind and "xhtml" not in kind and root != b"html")


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link)
    except ValueError:  # half an IPv6 address and the like
        return link


def _needles(texts: Collection[str]) -> tuple[str, ...]:
    """The beginning of each paragraph that is long enough to be unmistakable."""
    paragraphs = (_plain(part) for text in texts for part in re.split(r"\n+", text))
    return tuple(sorted({part[:_NEEDLE] for part in paragraphs if len(part) >= _NEEDLE}))


def _plain(text: str) -> str:
    """The words without mark-up: tags of a page, of CDATA in a feed, or escaped ones."""
    for mark, plain in (("<![CDATA[", " "), ("]]>", " "), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(mark, plain)
    return normalise(re.sub(r"<[^<>]{0,2000}>", " ", text))
