"""WARC files of any tool, read as a stream: records in order; a damaged one is reported, and reading
continues after it.

ISO 28500:2017. A file may be one gzip member per record, as crawlers write it, one member in all, or not
packed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from isal import isal_zlib

from ingest.backfill.sources.packed import Unpacked
from ingest.fetch.encoding import InflateError

READ = 1 << 18
HEAD_CAP = 1 << 16
_MEMBER = b"\x1f\x8b\x08"
_FIRST_LINE = 16
"""Bytes that are enough to recognise a record's first line."""
_BLANK = re.compile(rb"[\r\n]*")
_EMPTY_LINE = re.compile(rb"\r?\n\r?\n")
_VERSION = re.compile(rb"^WARC/\d\.\d+\r?\n", re.M)


@dataclass(frozen=True, slots=True)
class Record:
    """A record: header fields in lower case, and its block, cut at the cap. `offset` is the place in the file
    of its gzip member, or of the record itself where the file is not packed.

    `damage` says why it cannot be used; `fields` are those that could be read. `cut`: the block was longer
    than the cap.
    """

    offset: int
    fields: Mapping[str, str]
    block: bytes = b""
    damage: str | None = None
    cut: bool = False


def records(stream: BinaryIO, cap: int) -> Iterator[Record]:
    """The records of a file opened for reading at its start; a block is read up to `cap` bytes."""
    packed = stream.read(2) == b"\x1f\x8b"
    stream.seek(0)
    pieces = _unpacked(stream) if packed else _plain(Unpacked(stream))
    yield from _Parser(pieces, cap).records()


@dataclass(frozen=True, slots=True)
class _Piece:
    """Decoded bytes. `offset` is the place in the file of the gzip member that begins with them (not packed:
    of the file's beginning), None for bytes further inside; `fault` says why no more can be decoded here."""

    data: bytes
    offset: int | None = None
    fault: str | None = None


def _plain(unpacked: Unpacked) -> Iterator[_Piece]:
    """A file that is not packed, or as a whole by another tool than gzip."""
    offset: int | None = 0
    for data in unpacked:
        yield _Piece(data, offset)
        offset = None
    if unpacked.damage is not None:
        yield _Piece(b"", unpacked.damage.offset, unpacked.damage.why)


def _unpacked(stream: BinaryIO) -> Iterator[_Piece]:
    """The gzip members, one after another; after a damaged one, the next one that can be read."""
    raw = _Raw(stream)
    while raw.fill(len(_MEMBER)):
        offset = raw.offset
        if not raw.starts(_MEMBER):
            yield _Piece(b"", offset, "no gzip member where one was due")
            if not raw.seek_member(1):
                return
            continue
        decoder, begun, first = isal_zlib.decompressobj(wbits=31), False, b""
        fault = None
        while not decoder.eof:
            chunk = raw.take()
            if not chunk:
                fault = "the file ends inside it"
                break
            try:
                data = decoder.decompress(chunk)
            except InflateError as error:
                fault = f"damaged gzip: {error}"
                break
            if begun:
                yield _Piece(data)
                continue
            first += data  # collected until it shows whether a record begins here
            if first and (decoder.eof or len(first) >= _FIRST_LINE):
                yield _Piece(first, offset)
                begun = True
        if first and not begun:
            yield _Piece(first, offset)
        if fault is None:
            raw.put_back(decoder.unused_data)
        else:
            yield _Piece(b"", offset, fault)
            if not raw.seek_member(offset - raw.offset + 1):
                return


class _Raw:
    """The file's bytes, with the means to go back: the search for the next member after a damaged one begins
    at the damaged one's second byte."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._held = b""
        self.offset = 0

    def fill(self, size: int) -> bool:
        while len(self._held) < size:
            more = self._stream.read(READ)
            if not more:
                return bool(self._held)
            self._held += more
        return True

    def starts(self, mark: bytes) -> bool:
        return self._held.startswith(mark)

    def take(self) -> bytes:
        data = self._held or self._stream.read(READ)
        self._held = b""
        self.offset += len(data)
        return data

    def put_back(self, data: bytes) -> None:
        self._held = data
        self.offset -= len(data)

    def seek_member(self, ahead: int) -> bool:
        """Goes to the next gzip magic at least `ahead` bytes from here; `ahead` may be negative. Returns
        False where there is none."""
        self.offset += ahead
        self._stream.seek(self.offset)
        self._held = b""
        while True:
            more = self._stream.read(READ)
            self._held += more
            at = self._held.find(_MEMBER)
            if at >= 0:
                self._held = self._held[at:]
                self.offset += at
                return True
            if not more:
                return False
            kept = self._held[-2:]
            self.offset += len(self._held) - len(kept)
            self._held = kept


class _Parser:
    """Makes records of decoded pieces. A record is ended by a fault inside it, and by a gzip member that
    begins with another record, whatever its Content-Length says. The next piece begins a new record."""

    def __init__(self, pieces: Iterator[_Piece], cap: int) -> None:
        self._pieces = pieces
        self._next: _Piece | None = None
        self._cap = cap
        self._buffer = bytearray()
        self._offset = 0
        self._fault: str | None = None
        self._fault_at = 0
        self._ended = False

    def records(self) -> Iterator[Record]:
        while True:
            self._skip_blank()
            if self._fault is not None:
                yield self._damaged({}, self._fault)
                continue
            if not self._buffer:
                return
            offset = self._offset
            head = self._head()
            if head is None:
                yield self._lost()
                continue
            yield self._record(offset, head)

    def _record(self, offset: int, head: bytes) -> Record:
        fields = fields_of(head)
        length = _length(fields.get("content-length", ""))
        if length is None:  # also for a negative one, which would swallow every record after it
            return Record(offset, fields, damage="no Content-Length")
        parts, kept, left = list[bytes](), 0, length
        while left:
            if not self._buffer and not self._more(inside=True):
                return self._damaged(
                    fields,
                    self._fault or f"{'its member' if self._next else 'the file'} ends inside it",
                    offset,
                )
            step = min(left, len(self._buffer))
            if kept < self._cap:
                parts.append(bytes(memoryview(self._buffer)[: min(step, self._cap - kept)]))
                kept += len(parts[-1])
            del self._buffer[:step]
            self._offset += step
            left -= step
        return Record(offset, fields, b"".join(parts), cut=length > self._cap)

    def _head(self) -> bytes | None:
        """Takes the record's header from the buffer, without the empty line that ends it; None where there is
        none."""
        while True:
            end, size = end_of_head(self._buffer)
            if end >= 0:
                head = bytes(self._buffer[:end])
                if not _VERSION.match(head + b"\n"):
                    return None
                del self._buffer[: end + size]
                self._offset += end + size
                return head
            if len(self._buffer) > HEAD_CAP or not self._more(inside=True):
                return None

    def _lost(self) -> Record:
        """Skips bytes that are no record, up to the next line that begins one."""
        fault, at = self._fault, self._offset
        start = 1  # not at the first byte: this record's own first line may be all that is left of it
        self._fault = None
        while True:
            match = _VERSION.search(bytes(self._buffer), start)
            start = 0
            if match:
                self._offset += match.start()
                del self._buffer[: match.start()]
                return Record(at, {}, damage=fault or "no WARC header")
            self._offset += max(0, len(self._buffer) - 16)
            del self._buffer[: max(0, len(self._buffer) - 16)]
            if not self._more(inside=True):
                self._buffer.clear()
                fault, self._fault = fault or self._fault, None
                return Record(at, {}, damage=fault or "no WARC header")

    def _damaged(self, fields: Mapping[str, str], why: str, offset: int | None = None) -> Record:
        self._buffer.clear()
        at = self._fault_at if offset is None else offset
        self._fault = None
        return Record(at, fields, damage=why)

    def _skip_blank(self) -> None:
        while True:
            size = _blank(self._buffer)
            del self._buffer[:size]
            self._offset += size
            if self._buffer or not self._more():
                return

    def _more(self, *, inside: bool = False) -> bool:
        """Adds another piece to the buffer. Returns False at the end, at a fault (which is remembered), and,
        where the call comes from `inside` a record, at a member that begins with another record."""
        if self._fault is not None or self._ended:
            return False
        piece, self._next = self._next or next(self._pieces, None), None
        if piece is None:
            self._ended = True
            return False
        if piece.fault is not None:
            self._fault, self._fault_at = piece.fault, piece.offset or 0
            return False
        if inside and piece.offset is not None and _VERSION.match(piece.data):
            self._next = piece
            return False
        if not self._buffer and piece.offset is not None:
            self._offset = piece.offset
        self._buffer += piece.data
        return True


def _length(text: str) -> int | None:
    """A number of bytes as ISO 28500 4 and RFC 9110 8.6 write it, in digits only; else None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None


def _blank(buffer: bytearray) -> int:
    match = _BLANK.match(buffer)
    return match.end() if match else 0


def end_of_head(data: bytes | bytearray) -> tuple[int, int]:
    """The place and length of the first empty line, which ends a header, whichever way lines end; (-1, 0)
    where there is none."""
    match = _EMPTY_LINE.search(data, 0, HEAD_CAP + 4)
    return (match.start(), len(match[0])) if match else (-1, 0)


def fields_of(head: bytes) -> dict[str, str]:
    """The header lines after the first, by lower-case name; folded lines are joined, and of equal names the
    first is kept."""
    fields: dict[str, str] = {}
    last = None
    for line in head.decode("utf-8", "surrogateescape").splitlines()[1:]:
        if line[:1] in " \t" and last:
            fields[last] += f" {line.strip()}"
            continue
        name, _, value = line.partition(":")
        last = name.strip().lower()
        fields.setdefault(last, value.strip())
    return fields
