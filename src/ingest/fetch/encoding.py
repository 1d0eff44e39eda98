"""Decoding of content-encodings under a cap: a compression bomb ends at the cap, and a truncated stream is an
error, never half a page.

aiohttp's own decoding is off because it accepts a truncated gzip or brotli stream (in 3.14
`DeflateBuffer.feed_eof` checks deflate only).
"""

from __future__ import annotations

from typing import Protocol, cast

import brotli
from isal import igzip_lib, isal_zlib

from ingest.errors import Terminal, Transient
from ingest.reasons import Reason

STEP = 1 << 18
"""Bytes decoded at a time: a bomb can add no more than this beyond the cap."""
MEMBERS = 1_024
"""Most gzip members in one body."""
_IDENTITY = frozenset(("", "identity", "none", "utf-8", "utf8"))


class Decoder(Protocol):
    """Takes raw chunks by `feed`; `finish` returns True if the stream came to its end."""

    def feed(self, chunk: bytes, out: Body) -> None: ...
    def finish(self) -> bool: ...


class Body:
    """Decoded bytes up to `cap`; more are cut off with `cut` (robots.txt, RFC 9309 2.5), else an error."""

    def __init__(self, cap: int, *, cut: bool = False):
        self._bytes = bytearray()
        self._cap = cap
        self._cut = cut
        self.full = False
        self.has_turn = False
        """Set by the reader of a big body, which has to wait for its turn once (exchange.py)."""

    @property
    def size(self) -> int:
        """Decoded bytes so far."""
        return len(self._bytes)

    def add(self, piece: bytes) -> None:
        self._bytes += piece
        if len(self._bytes) > self._cap:
            if not self._cut:
                raise Terminal(Reason.TOO_LARGE, f"body over {self._cap:,} bytes decoded")
            del self._bytes[self._cap :]
            self.full = True

    def value(self) -> bytes:
        return bytes(self._bytes)


class Identity:
    def feed(self, chunk: bytes, out: Body) -> None:
        out.add(chunk)

    def finish(self) -> bool:
        return True


class Inflate:
    """gzip (members one after another, RFC 1952 2.2) and deflate (zlib, or bare as some servers send it)."""

    def __init__(self, *, gzip: bool):
        self._gzip = gzip
        self._stream = isal_zlib.decompressobj(wbits=31) if gzip else None
        self._members = 1
        self._ended = False

    def feed(self, chunk: bytes, out: Body) -> None:
        if self._stream is None:
            # RFC 1950 2.2: the low half of a zlib stream's first byte is 8.
            self._stream = isal_zlib.decompressobj(wbits=15 if chunk[0] & 0x0F == 8 else -15)
        data = chunk
        while not out.full:
            if self._stream.eof and not (data and self._next_member(data)):
                return
            piece = self._stream.decompress(data, STEP)
            out.add(piece)
            data = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail
            # A full step may have left output inside the stream although its input is used up.
            if not data and len(piece) < STEP:
                return

    def _next_member(self, data: bytes) -> bool:
        """True if another member follows; anything else is junk that browsers ignore too."""
        if not self._gzip or self._ended or not data.startswith(b"\x1f"):
            self._ended = True
            return False
        self._members += 1
        if self._members > MEMBERS:
            raise Transient(Reason.BAD_ENCODING, f"more than {MEMBERS} gzip members")
        self._stream = isal_zlib.decompressobj(wbits=31)
        return True

    def finish(self) -> bool:
        return self._stream is not None and self._stream.eof


class Brotli:
    def __init__(self) -> None:
        self._stream = brotli.Decompressor()

    def feed(self, chunk: bytes, out: Body) -> None:
        data = chunk
        while not (self._stream.is_finished() or out.full):
            piece = self._stream.process(data, output_buffer_limit=STEP)
            out.add(piece)
            data = b""
            # A full step may have left output inside, although all input was taken.
            if self._stream.can_accept_more_data() and len(piece) < STEP:
                return

    def finish(self) -> bool:
        return bool(self._stream.is_finished())


def decoder(encoding: str | None) -> Decoder:
    """The decoder for a Content-Encoding header. Raises Transient BAD_ENCODING for one that the request did
    not accept."""
    name = (encoding or "").strip().lower()
    if name in _IDENTITY:
        return Identity()
    if name in ("gzip", "x-gzip"):
        return Inflate(gzip=True)
    if name == "deflate":
        return Inflate(gzip=False)
    if name == "br":
        return Brotli()
    raise Transient(Reason.BAD_ENCODING, f"content-encoding {name[:40]!r} was not among those accepted")


# The stubs of isal type this class as an instance; brotli has no stubs.
InflateError = cast("type[Exception]", igzip_lib.IsalError)
DECODE_ERRORS: tuple[type[Exception], ...] = (InflateError, cast("type[Exception]", brotli.error))
