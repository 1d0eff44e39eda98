"""A segment of the archive read from end to end: its whole gzip members, and the stretches of bytes between
them that cannot be read. A bad sector costs the records that it is in, not those behind it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from isal import isal_zlib

from ingest.fetch.encoding import InflateError
from ingest.fetch.warc import WarcMember, read_members

_READ = 1 << 20
_MEMBER = b"\x1f\x8b\x08"
_HEAD = 4_096
"""Bytes of a member that are unpacked to see whether a record begins there."""


@dataclass(frozen=True, slots=True)
class SegmentDamage:
    """Bytes that are no whole member. `is_torn`: nothing is wrong with them, but the file ends there: a run
    is writing, or was killed as it wrote, and then the next run cuts them off."""

    offset: int
    length: int
    is_torn: bool = False


def read_segment(path: Path, start: int = 0) -> Iterator[WarcMember | SegmentDamage]:
    """Yields the members and the damage of a segment from the member at `start` on, in order."""
    with path.open("rb") as stream:
        fd = stream.fileno()
        size, offset = os.fstat(fd).st_size, start
        while offset < size:
            for member in read_members(file_chunks(fd, offset), offset):
                yield member
                offset = member.offset + member.length
            if offset < size:
                begin, offset = offset, _next_record(fd, offset + 1) or size
                yield SegmentDamage(begin, offset - begin, offset == size and _is_torn(fd, begin))


def file_chunks(fd: int, offset: int) -> Iterator[bytes]:
    """Yields the bytes of an open file from `offset` on, a MiB at a time."""
    while chunk := os.pread(fd, _READ, offset):
        yield chunk
        offset += len(chunk)


def _next_record(fd: int, start: int) -> int | None:
    """The offset of the first member from `start` on in which a WARC record begins; None without one."""
    for offset, chunk in _overlapping(fd, start):
        at = chunk.find(_MEMBER)
        while at >= 0:
            if _begins_record(os.pread(fd, _HEAD, offset + at)):
                return offset + at
            at = chunk.find(_MEMBER, at + 1)
    return None


def _overlapping(fd: int, start: int) -> Iterator[tuple[int, bytes]]:
    """Chunks with their offsets, each with the last bytes of the one before it: a mark may be cut there."""
    before = b""
    for chunk in file_chunks(fd, start):
        yield start - len(before), before + chunk
        start += len(chunk)
        before = chunk[1 - len(_MEMBER) :]


def _begins_record(data: bytes) -> bool:
    try:
        return isal_zlib.decompressobj(wbits=31).decompress(data).startswith(b"WARC/")
    except InflateError:
        return False


def _is_torn(fd: int, offset: int) -> bool:
    stream = isal_zlib.decompressobj(wbits=31)
    try:
        for chunk in file_chunks(fd, offset):
            stream.decompress(chunk)
    except InflateError:
        return False
    return not stream.eof
