"""Scrubbing the archive: records of an article are overwritten in place by a note of the same length, so that no other moves."""

from __future__ import annotations

import os
import re
import struct
import uuid
import zlib
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path

from ingest.errors import Terminal
from ingest.fetch.warc import members, read_response
from ingest.model import Response
from ingest.text import normalise

_READ = 1 << 20
_STORED = 65_535
"""Most bytes of a stored deflate block (RFC 1951, 3.2.4)."""
_HEAD = 12
"""Bytes of a gzip header with an extra field of no length (RFC 1952, 2.3)."""
_NEEDLE = 40
"""Letters of a text that are enough to know it by."""


def scrub(folder: Path, keys: Collection[str], texts: Collection[str], key_of: Callable[[str], str],
          told: Callable[[int, int], None] | None = None) -> int:  # fmt: skip
    """Overwrite every record of the archive that answers one of `keys`, and every feed that carries one of `texts`; returns how
    many. Reads the whole archive: a record may lie there that no row points to."""
    files = sorted(folder.glob("*.warc.gz"))
    done = 0
    for number, path in enumerate(files):
        done += _file(path, frozenset(keys), _needles(texts), key_of)
        if told:
            told(number + 1, len(files))
    return done


def _file(path: Path, keys: frozenset[str], needles: tuple[str, ...], key_of: Callable[[str], str]) -> int:
    hit: list[tuple[int, int]] = []
    with path.open("rb") as stream:
        for member in members(_chunks(stream.fileno()), 0):
            try:
                response = read_response(member.record)
            except Terminal:
                continue
            if response is not None and _speaks(response, keys, needles, key_of):
                hit.append((member.offset, member.length))
    if hit:
        _overwrite(path, hit)
    return len(hit)


def _chunks(handle: int) -> Iterator[bytes]:
    offset = 0
    while chunk := os.pread(handle, _READ, offset):
        yield chunk
        offset += len(chunk)


def _speaks(response: Response, keys: frozenset[str], needles: tuple[str, ...], key_of: Callable[[str], str]) -> bool:
    urls = {response.requested_url, response.url, *response.hops}
    if any(url in keys or key_of(url) in keys for url in urls):
        return True
    kind = response.headers.get("content-type", "").lower()
    if "html" in kind and b"<rss" not in response.body[:2000] and b"<feed" not in response.body[:2000]:
        return False  # another article's page: a copy, for somebody to decide
    text = _plain(response.body.decode("utf-8", "replace"))
    return any(needle in text for needle in needles)


def _needles(texts: Collection[str]) -> tuple[str, ...]:
    """The beginning of each paragraph that is long enough to be nobody else's."""
    paragraphs = (_plain(part) for text in texts for part in re.split(r"\n+", text))
    return tuple(sorted({part[:_NEEDLE] for part in paragraphs if len(part) >= _NEEDLE}))


def _plain(text: str) -> str:
    """Words without mark-up, be it of a page, of a feed's CDATA or escaped in it."""
    for mark, meant in (("<![CDATA[", " "), ("]]>", " "), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(mark, meant)
    return normalise(re.sub(r"<[^<>]{0,2000}>", " ", text))


def _overwrite(path: Path, places: Collection[tuple[int, int]]) -> None:
    handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        for offset, length in places:
            note = tombstone(length)
            done = 0
            while done < length:
                done += os.pwrite(handle, note[done:], offset + done)
        os.fsync(handle)
    finally:
        os.close(handle)


def tombstone(length: int, now: datetime | None = None) -> bytes:
    """A gzip member of exactly `length` bytes that holds a WARC metadata record saying that something was removed.

    Nothing of it is compressed: blanks and an extra header field fill it up. A member too short for a record is left empty.
    """
    room = length - _HEAD - 8
    size = room - 5 * max(1, -(-room // (_STORED + 5)))
    head = _record_head(now or datetime.now(UTC))
    blank = size - len(head) - 4
    record = head.replace(b"0000000000", b"%010d" % blank) + b" " * blank + b"\r\n\r\n" if blank >= 0 else b""
    body = _deflated(record)
    extra = length - _HEAD - 8 - len(body)
    header = b"\x1f\x8b\x08\x04" + bytes(4) + b"\x00\xff" + struct.pack("<H", extra) + bytes(extra)
    return header + body + struct.pack("<II", zlib.crc32(record), len(record) & 0xFFFFFFFF)


def _record_head(now: datetime) -> bytes:
    lines = (
        "WARC/1.1", "WARC-Type: metadata", f"WARC-Record-ID: <urn:uuid:{uuid.uuid4()}>", f"WARC-Date: {now:%Y-%m-%dT%H:%M:%SZ}",
        "Content-Type: text/plain", "WARC-Removed: taken down", "Content-Length: 0000000000",
    )  # fmt: skip
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def _deflated(record: bytes) -> bytes:
    """Stored blocks (RFC 1951, 3.2.4); an empty record is one empty block."""
    parts = [record[at : at + _STORED] for at in range(0, len(record), _STORED)] or [b""]
    blocks = [struct.pack("<BHH", at == len(parts) - 1, len(part), len(part) ^ 0xFFFF) + part for at, part in enumerate(parts)]
    return b"".join(blocks)
