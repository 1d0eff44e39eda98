"""Scrubbing the archive: records of an article are found, by address and by text, and overwritten in
place."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from urllib.parse import urljoin

from ingest.errors import Terminal
from ingest.fetch.removal import remove
from ingest.fetch.warc import read_members, read_response
from ingest.model import ArchivePlace, Response
from ingest.text import normalise

_READ = 1 << 20
_NEEDLE = 40
"""Letters of a text that are enough to know it by."""
_QUOTED = 100
"""Most pages named that quote it."""
_LINK = re.compile(r"""https?:\\?/\\?/[^\s"'<>\]]+|(?<=href=["'])[^"'\s]+|(?<=<link>)[^<\s]+""")
"""Addresses in a feed, be it XML or JSON (whose writers may escape slashes)."""

_START = 4000
"""Bytes in which a document says what it is."""
_COMMENT = re.compile(rb"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(rb"<(?:\w+:)?([a-z][\w.-]*)", re.IGNORECASE)
"""A start tag, without its prefix."""
_JSON_FEED = b"jsonfeed.org/version"
"""In the address that a JSON Feed has as its version (jsonfeed.org/version/1.1, "Top-level")."""


@dataclass(slots=True)
class Scrubbed:
    """Records overwritten; and pages of other addresses in the archive that quote the text, for somebody to
    decide."""

    records: int = 0
    quoted: list[str] = field(default_factory=list)


def scrub(
    folder: Path,
    keys: Collection[str],
    texts: Collection[str],
    key_of: Callable[[str], str],
    told: Callable[[int, int], None] | None = None,
) -> Scrubbed:
    """Overwrite every record of the archive that answers one of `keys`, and every feed that lists one or
    carries one of `texts`.

    Reads the whole archive: a record may lie there that no row points to.
    """
    files = sorted(folder.glob("*.warc.gz"))
    looked = _Looked(frozenset(keys), texts, key_of)
    for number, path in enumerate(files):
        hit = [place for place, response in _responses(path) if looked.for_it(response)]
        remove(folder, hit)
        looked.found.records += len(hit)
        if told:
            told(number + 1, len(files))
    return looked.found


def _responses(path: Path) -> Iterator[tuple[ArchivePlace, Response]]:
    with path.open("rb") as stream:
        for member in read_members(_chunks(stream.fileno()), 0):
            try:
                response = read_response(member.record)
            except Terminal:
                continue
            if response is not None:
                yield ArchivePlace(path.name, member.offset, member.length), response


def _chunks(handle: int) -> Iterator[bytes]:
    offset = 0
    while chunk := os.pread(handle, _READ, offset):
        yield chunk
        offset += len(chunk)


class _Looked:
    """What is looked for, and what was found besides."""

    def __init__(self, keys: frozenset[str], texts: Collection[str], key_of: Callable[[str], str]) -> None:
        self.found = Scrubbed()
        self._keys = keys
        self._key_of = lru_cache(maxsize=100_000)(key_of)  # a feed lists much the same each time
        self._needles = _needles(texts)
        self._quotes = tuple(
            part[:_NEEDLE].encode() for text in texts for part in text.split("\n") if len(part) >= _NEEDLE
        )

    def for_it(self, response: Response) -> bool:
        """Whether a record is to be overwritten. Another address's page is a copy or a list: it is only
        named."""
        # Stops on the way do not count: a page that asks for consent is on the way to all stories of its
        # host.
        if self._leads(response.requested_url) or self._leads(response.url):
            return True
        if _is_feed(response):
            text = response.body.decode("utf-8", "replace")
            return self._lists(response.url, text) or any(needle in _plain(text) for needle in self._needles)
        url = response.url
        if (
            len(self.found.quoted) < _QUOTED
            and url not in self.found.quoted
            and any(one in response.body for one in self._quotes)
        ):
            self.found.quoted.append(url)
        return False

    def _lists(self, base: str, text: str) -> bool:
        links = {match.replace("\\/", "/").replace("&amp;", "&") for match in _LINK.findall(text)}
        return any(self._leads(_joined(base, link)) for link in links)

    def _leads(self, url: str) -> bool:
        return url in self._keys or self._key_of(url) in self._keys


def _is_feed(response: Response) -> bool:
    """Whether it is known to be a list of entries. What cannot be told is a page: it is somebody's text and
    not ours to destroy."""
    kind, start = response.headers.get("content-type", "").lower(), response.body[:_START]
    if start.lstrip().startswith((b"{", b"[")):
        return "json" in kind or _JSON_FEED in start
    found = _TAG.search(_COMMENT.sub(b"", start))
    root = found[1].lower() if found else b""
    return root in (b"rss", b"feed", b"rdf") or ("xml" in kind and "xhtml" not in kind and root != b"html")


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link)
    except ValueError:  # half an IPv6 address and the like
        return link


def _needles(texts: Collection[str]) -> tuple[str, ...]:
    """The beginning of each paragraph that is long enough to be nobody else's."""
    paragraphs = (_plain(part) for text in texts for part in re.split(r"\n+", text))
    return tuple(sorted({part[:_NEEDLE] for part in paragraphs if len(part) >= _NEEDLE}))


def _plain(text: str) -> str:
    """Words without mark-up, be it of a page, of a feed's CDATA or escaped in it."""
    for mark, meant in (("<![CDATA[", " "), ("]]>", " "), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(mark, meant)
    return normalise(re.sub(r"<[^<>]{0,2000}>", " ", text))
