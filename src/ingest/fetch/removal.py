"""Removal from the archive: a record is overwritten by a note of the same length, so that the other records
keep their places."""

from __future__ import annotations

import os
import struct
import uuid
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from ingest.model import ArchivePlace

_STORED = 65_535
"""Most bytes of a stored deflate block (RFC 1951, 3.2.4)."""
_HEAD = 12
"""Bytes of a gzip header with an extra field of no length (RFC 1952, 2.3)."""


def remove(folder: Path, places: Iterable[ArchivePlace]) -> None:
    """Overwrite the records at these places; they are gone from the disk when this returns. It is safe
    while a writer of the segment appends to it."""
    by_file: dict[str, list[ArchivePlace]] = {}
    for place in places:
        by_file.setdefault(place.file, []).append(place)
    for name, places_in_file in by_file.items():
        _overwrite(folder / name, places_in_file)


def _overwrite(path: Path, places: Iterable[ArchivePlace]) -> None:
    handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        for place in places:
            note = tombstone(place.length)
            done = 0
            while done < place.length:
                done += os.pwrite(handle, note[done:], place.offset + done)
        os.fsync(handle)
    finally:
        os.close(handle)


def tombstone(length: int, now: datetime | None = None) -> bytes:
    """Returns a gzip member of exactly `length` bytes with a WARC metadata record that says that something
    was removed.

    It is not compressed: blanks and an extra header field fill it up. Where `length` is too short for the
    record, the member is empty.
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
        "WARC/1.1",
        "WARC-Type: metadata",
        f"WARC-Record-ID: <urn:uuid:{uuid.uuid4()}>",
        f"WARC-Date: {now:%Y-%m-%dT%H:%M:%SZ}",
        "Content-Type: text/plain",
        "WARC-Removed: taken down",
        "Content-Length: 0000000000",
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def _deflated(record: bytes) -> bytes:
    """Stored blocks (RFC 1951, 3.2.4); an empty record is one empty block."""
    parts = [record[at : at + _STORED] for at in range(0, len(record), _STORED)] or [b""]
    blocks = [
        struct.pack("<BHH", at == len(parts) - 1, len(part), len(part) ^ 0xFFFF) + part
        for at, part in enumerate(parts)
    ]
    return b"".join(blocks)
