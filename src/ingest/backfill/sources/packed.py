"""Files as their unpacked bytes, by content and not by name: gzip, bzip2, xz, zstd and lz4, also inside one
another. A file that is cut or damaged gives all that can be decoded, and then says why and where it ended.
"""

from __future__ import annotations

import bz2
import codecs
import errno
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from isal import isal_zlib

from ingest.errors import ConfigError
from ingest.fetch.encoding import InflateError
from ingest.load.codecs import CODEC_ERRORS, codec_stream

READ = 1 << 18
NESTED = 3
"""Most packings inside one another."""
_GZIP, _BZIP2, _XZ, _ZSTD, _LZ4 = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18"
_ZIP = b"PK\x03\x04"
_SKIPPABLE = b"\x2a\x4d\x18"
"""Bytes 1 to 3 of a zstd frame that holds no data, such as the dictionary of a .warc.zst."""


@dataclass(frozen=True, slots=True)
class Damage:
    """Why the rest of a file cannot be decoded. `offset`: about where in the file, in bytes. `whole`: there
    is no rest: only the checksum at the end of the file is wrong or cut."""

    why: str
    offset: int
    whole: bool = False

    def __str__(self) -> str:
        return f"{self.why}, after byte {self.offset:,}"

    def after_line(self, line: int) -> str:
        """Says what is lost of a file of lines, `line` being the last that was read."""
        lost = f"all {line:,} lines were read" if self.whole else f"the rest behind line {line:,} is lost"
        return f"{self}; {lost}"


class Unpacked:
    """The unpacked bytes of a file, as an iterator of pieces. `damage` is set when it ends too early."""

    def __init__(self, stream: BinaryIO, depth: int = NESTED) -> None:
        self.damage: Damage | None = None
        self._pieces = self._unpack(stream, depth)

    def is_cut(self) -> bool:
        """True, at the end of the pieces, where there were more: the last line may be half a line."""
        return self.damage is not None and not self.damage.whole

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def _unpack(self, stream: BinaryIO, depth: int) -> Iterator[bytes]:
        head = _peek(stream)
        kind = _kind_of(head) if depth else None
        if kind is None:
            while data := stream.read(READ):
                yield data
            return
        pieces = self._members(stream, kind)
        first = next(pieces, b"")
        while len(first) < len(_XZ) and (more := next(pieces, b"")):
            first += more
        if _kind_of(first) is None:
            if first:
                yield first
            yield from pieces
            return
        inner = Unpacked(cast("BinaryIO", _Pieces(first, pieces)), depth - 1)
        yield from inner
        self.damage = self.damage or inner.damage

    def _members(self, stream: BinaryIO, kind: _Kind) -> Iterator[bytes]:
        if kind.codec is not None:
            yield from self._by_arrow(stream, kind)
            return
        assert kind.decoder is not None
        at, begin, left = 0, 0, b""
        decoder, given = kind.decoder(), 0
        while True:
            chunk, left = left or stream.read(READ), b""
            if not chunk:
                if at > begin:
                    whole = _ends_in_checksum(stream, kind, begin)
                    self.damage = Damage(f"the {kind.name} stream ends early", at, whole)
                return
            if at == begin and not chunk.startswith(kind.magic[: len(chunk)]):
                if chunk.strip(b"\0"):
                    self.damage = Damage(f"bytes that are no {kind.name} follow its last member", at)
                return
            try:
                data = decoder.decompress(chunk)
            except _ERRORS as error:
                yield from _salvaged(stream, kind, begin, at, given)
                whole = _ends_in_checksum(stream, kind, begin)
                self.damage = Damage(f"damaged {kind.name} ({str(error)[:80]})", at, whole)
                return
            at += len(chunk)
            given += len(data)
            if data:
                yield data
            if decoder.eof:
                left = decoder.unused_data
                at -= len(left)
                begin, given, decoder = at, 0, kind.decoder()

    def _by_arrow(self, stream: BinaryIO, kind: _Kind) -> Iterator[bytes]:
        """zstd and lz4 as pyarrow reads them."""
        begin = stream.tell() if stream.seekable() else None
        given, size, skip = 0, _SMALL, 0
        while True:
            counted = _Counted(stream)
            try:
                unpacked = codec_stream(counted, kind.codec or "")
                while data := unpacked.read(size if skip == 0 else min(skip, _SMALL)):
                    if skip:
                        skip -= len(data)
                        continue
                    given += len(data)
                    yield data
                return
            except CODEC_ERRORS as error:
                if begin is None or size == 1:
                    why = f"damaged or cut {kind.name} ({str(error)[:80]})"
                    self.damage = Damage(why, (begin or 0) + counted.at)
                    return
            # What the last call had decoded before it failed is lost: once more, byte by byte at the end.
            stream.seek(begin)
            size, skip = 1, given


class Decompressor(Protocol):
    """What zlib, bz2 and lzma have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _Kind:
    """`decoder` makes a fast decoder of one member, `careful` one that gives all bytes before a fault;
    `codec`: pyarrow's name."""

    name: str
    magic: bytes
    decoder: Callable[[], Decompressor] | None = None
    careful: Callable[[], Decompressor] | None = None
    codec: str | None = None


_SMALL = 1 << 12
"""Bytes asked of pyarrow at once: what a call has decoded before it fails is lost."""
_KINDS = (
    _Kind(
        "gzip",
        _GZIP,
        lambda: cast("Decompressor", isal_zlib.decompressobj(wbits=31)),
        lambda: cast("Decompressor", zlib.decompressobj(wbits=31)),
    ),
    _Kind("bzip2", _BZIP2, bz2.BZ2Decompressor, bz2.BZ2Decompressor),
    _Kind("xz", _XZ, lzma.LZMADecompressor, lzma.LZMADecompressor),
    _Kind("zstd", _ZSTD, codec="zstd"),
    _Kind("lz4", _LZ4, codec="lz4"),
)
_ERRORS = (InflateError, zlib.error, lzma.LZMAError, OSError, ValueError, EOFError)


def _kind_of(head: bytes) -> _Kind | None:
    if head[1:4] == _SKIPPABLE and 0x50 <= head[0] <= 0x5F:
        return _KINDS[3]
    return next((kind for kind in _KINDS if head.startswith(kind.magic)), None)


def is_zip(head: bytes) -> bool:
    """True for the first bytes of a ZIP file (a WACZ is one)."""
    return head.startswith(_ZIP)


ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    OSError,  # see zip_damage
    NotImplementedError,  # a way of packing that Python lacks
    RuntimeError,  # encrypted
    EOFError,
    ValueError,  # a name in no encoding
    OverflowError,
)
"""What zipfile raises on damaged files, as fuzzing showed."""


def zip_damage(error: BaseException) -> str | None:
    """What is wrong with a ZIP file that zipfile cannot read, by the error, one of ZIP_ERRORS; None for a
    fault of the disk. Where a ZIP points to a place before its beginning, the system calls the seek invalid;
    bz2 raises OSError without a number."""
    if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
        return None
    return f"damaged or cut ZIP: {str(error)[:200]}"


def check_directory(stream: BinaryIO, packed: zipfile.ZipFile) -> None:
    """Raises zipfile.BadZipFile where a file in a ZIP is not in its directory: zipfile reads what a damaged
    directory lists, or nothing, and does not complain. Such a file begins where the ZIP does or right behind
    one that is listed."""
    listed = {info.header_offset for info in packed.infolist()}
    for place in (0, *(_end_of(stream, info) for info in packed.infolist())):
        stream.seek(place)
        if place not in listed and is_zip(stream.read(len(_ZIP))):
            raise zipfile.BadZipFile(f"the file at byte {place:,} is not in the directory")


def _end_of(stream: BinaryIO, info: zipfile.ZipInfo) -> int:
    """The place behind a file of a ZIP, and behind its sums where they follow it (APPNOTE.TXT, 4.3.7 and
    4.3.9)."""
    stream.seek(info.header_offset + 26)
    name, extra = struct.unpack("<HH", stream.read(4).ljust(4, b"\0"))
    end = info.header_offset + 30 + int(name) + int(extra) + info.compress_size
    stream.seek(end)
    return end + 16 if stream.read(4) == b"PK\x07\x08" else end


def _salvaged(stream: BinaryIO, kind: _Kind, begin: int, at: int, given: int) -> Iterator[bytes]:
    """What can be decoded of the chunk at `at` before it fails: the member that begins at `begin` is decoded
    again, byte by byte at its end. `given`: bytes of it that were yielded already."""
    if not stream.seekable():
        return
    assert kind.careful is not None
    stream.seek(begin)
    decoder, produced = kind.careful(), 0
    try:
        while begin < at:
            chunk = stream.read(min(READ, at - begin))
            begin += len(chunk)
            data = decoder.decompress(chunk)
            yield data[max(given - produced, 0) :]
            produced += len(data)
        for byte in stream.read(READ):
            data = decoder.decompress(bytes((byte,)))
            if data:
                yield data[max(given - produced, 0) :]
                produced += len(data)
    except _ERRORS:
        return


def _ends_in_checksum(stream: BinaryIO, kind: _Kind, begin: int) -> bool:
    """True where the data of the gzip member at `begin` are whole and end the file, and its checksum is wrong
    or cut. zlib names the checksum in its error; zeros stand for what is cut of it, and must not decode."""
    if kind.magic != _GZIP or not stream.seekable():
        return False
    left = stream.seek(0, io.SEEK_END) - begin - _TRAILER
    stream.seek(begin)
    decoder = zlib.decompressobj(wbits=31)
    try:
        while left > 0:
            decoder.decompress(stream.read(min(READ, left)))
            left -= READ
    except zlib.error:
        return False
    try:
        decoder.decompress(stream.read(_TRAILER))
        if any(decoder.decompress(b"\0") for _ in range(_TRAILER)):
            return False
    except zlib.error as error:
        return "incorrect" in str(error)
    return False


_TRAILER = 8
"""Bytes of a gzip member's checksum and length."""


def _peek(stream: BinaryIO) -> bytes:
    if isinstance(stream, _Pieces):
        return stream.peek()
    if not stream.seekable():
        return b""
    head = stream.read(8)
    stream.seek(-len(head), io.SEEK_CUR)
    return head


class _Pieces:
    """An iterator of pieces as a stream that cannot go back."""

    def __init__(self, first: bytes, rest: Iterator[bytes]) -> None:
        self._held = first
        self._rest = rest

    def peek(self) -> bytes:
        return self._held[:8]

    def seekable(self) -> bool:
        return False

    def read(self, size: int = -1) -> bytes:
        if not self._held:
            self._held = next(self._rest, b"")
        data = self._held if size < 0 else self._held[:size]
        self._held = self._held[len(data) :]
        return data


class _Counted:
    """A stream that knows how many bytes were read of it."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.at = 0
        self.closed = False

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(min(size, READ) if size > 0 else READ)
        self.at += len(data)
        return data

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return False

    def seekable(self) -> bool:
        return False

    def flush(self) -> None:
        return

    def close(self) -> None:
        self.closed = True


def piped(stream: BinaryIO) -> BinaryIO:
    """A stream that cannot go back (standard input), in a form whose first bytes Unpacked can look at."""
    first = stream.read(READ)
    return cast("BinaryIO", _Pieces(first, iter(lambda: stream.read(READ), b"")))


def open_raw(path: Path) -> BinaryIO:
    """Opens a file for reading. Raises ConfigError where it cannot be opened."""
    try:
        return path.open("rb")
    except OSError as error:
        raise ConfigError(
            f"--input {path}: cannot be read ({error.strerror}); name an existing file"
        ) from None


def as_utf8(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces of a text in UTF-8 without a byte order mark: UTF-16 and UTF-32, as spreadsheets write
    them, are told by their mark."""
    first = next(pieces, b"")
    while len(first) < 4 and (more := next(pieces, b"")):
        first += more
    encoding = None
    if first.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        encoding = "utf-32"
    elif first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encoding = "utf-16"
    if encoding is None:
        yield first.removeprefix(codecs.BOM_UTF8)
        yield from pieces
        return
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    yield decoder.decode(first).encode("utf-8", "replace")
    for piece in pieces:
        yield decoder.decode(piece).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")
