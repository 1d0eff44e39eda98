"""A Response as a WARC 1.1 `response` record in a gzip member of its own, and back (ISO 28500:2017). Pure.

The body is stored decoded, so the headers about its transfer are renamed to X-Archive-Orig-*, as
other archives do. What WARC has no field for (redirects, duration, rights) is in one X-Fetch header of the
record. Request headers and cookies are never written.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from isal import isal_zlib

from ingest.errors import Terminal
from ingest.fetch.encoding import InflateError
from ingest.model import Response
from ingest.reasons import Reason

LEVEL = 1
"""Compression level of ISA-L. On 180 real pages of 347 KB it takes 0.43 ms a page at ratio 4.4; level 3 takes
0.81 ms at 4.6, zlib's level 6 some 6 ms."""
TEXT_FORM = "text/plain; charset=utf-8; form=article"
"""Content-type of a text that came without a page (RFC 2046, 4.1: unknown parameters are ignored)."""
_TRANSFER = ("content-encoding", "transfer-encoding", "content-length")
_ORIGINAL = "x-archive-orig-"


@dataclass(frozen=True, slots=True)
class WarcMember:
    """A whole gzip member: its offset and length in the file, and the record inside."""

    offset: int
    length: int
    record: bytes


def response_record(response: Response, sha256: str | None = None) -> bytes:
    """The record as a gzip member. `sha256` is that of the body (hex), if the caller knows it."""
    block = _http_block(response)
    extra = {
        "requested": response.requested_url,
        "hops": list(response.hops),
        "permanent": response.permanent,
        "seconds": response.seconds,
        "noai": response.noai,
    }
    fields = {
        "WARC-Type": "response",
        "WARC-Target-URI": response.url,
        "WARC-Date": _stamp(response.fetched_at),
        "WARC-Payload-Digest": f"sha256:{sha256 or hashlib.sha256(response.body).hexdigest()}",
        "Content-Type": "application/http;msgtype=response",
        "X-Fetch": json.dumps(extra),
    }
    return _member(fields, block)


def info_record(software: str, file: str, now: datetime) -> bytes:
    """The `warcinfo` record that opens a segment."""
    block = f"software: {software}\r\nformat: WARC File Format 1.1\r\n".encode()
    fields = {
        "WARC-Type": "warcinfo",
        "WARC-Filename": file,
        "WARC-Date": _stamp(now),
        "Content-Type": "application/warc-fields",
    }
    return _member(fields, block)


def read_response(record: bytes) -> Response | None:
    """The Response of a record; None for a record of another type. Raises Terminal DAMAGED_RECORD."""
    try:
        fields, block = _parted(record)
        if fields.get("warc-type") != "response":
            return None
        block = block[: int(fields["content-length"])]
        lines, body = _parted(block)
        extra = json.loads(fields["x-fetch"])
        return Response(
            requested_url=extra["requested"],
            url=fields["warc-target-uri"],
            status=int(block.split(b" ", 2)[1]),
            headers=_original(lines),
            body=body,
            fetched_at=datetime.fromisoformat(fields["warc-date"]).astimezone(UTC),
            hops=tuple(extra["hops"]),
            permanent=extra["permanent"],
            seconds=extra["seconds"],
            noai=extra["noai"],
        )
    except (KeyError, ValueError, IndexError, TypeError) as error:
        raise Terminal(Reason.DAMAGED_RECORD, f"archive record cannot be read ({error})") from None


def read_members(data: Iterator[bytes], offset: int) -> Iterator[WarcMember]:
    """Yields the whole members of `data`, which begins at `offset` of a file; stops silently at the first
    torn one."""
    pending = b""
    while True:
        stream, parts, length = isal_zlib.decompressobj(wbits=31), list[bytes](), 0
        while not stream.eof:
            chunk = pending or next(data, b"")
            pending = b""
            if not chunk:
                return
            try:
                parts.append(stream.decompress(chunk))
            except InflateError:
                return
            length += len(chunk)
        pending = stream.unused_data
        length -= len(pending)
        yield WarcMember(offset, length, b"".join(parts))
        offset += length


def _member(fields: Mapping[str, str], block: bytes) -> bytes:
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    record = (
        f"WARC/1.1\r\nWARC-Record-ID: <urn:uuid:{uuid.uuid4()}>\r\n{head}Content-Length: {len(block)}\r\n\r\n"
    )
    stream = isal_zlib.compressobj(LEVEL, isal_zlib.DEFLATED, 31)
    return b"".join(
        (
            stream.compress(record.encode("utf-8", "surrogateescape")),
            stream.compress(block),
            stream.compress(b"\r\n\r\n"),
            stream.flush(),
        )
    )


def _http_block(response: Response) -> bytes:
    try:
        phrase = HTTPStatus(response.status).phrase
    except ValueError:
        phrase = ""
    lines = [f"HTTP/1.1 {response.status} {phrase}"]
    for name, value in response.headers.items():
        shown = f"{_ORIGINAL}{name}" if name in _TRANSFER or name.startswith(_ORIGINAL) else name
        lines.append(f"{shown}: {value}")
    lines.append(f"content-length: {len(response.body)}")
    head = "\r\n".join(lines) + "\r\n\r\n"
    return head.encode("utf-8", "surrogateescape") + response.body


def _parted(data: bytes) -> tuple[dict[str, str], bytes]:
    head, separator, rest = data.partition(b"\r\n\r\n")
    if not separator:
        raise ValueError("no end of header")
    fields = {}
    for line in head.decode("utf-8", "surrogateescape").split("\r\n")[1:]:
        name, _, value = line.partition(":")
        fields[name.lower()] = value.strip()
    return fields, rest


def _original(lines: Mapping[str, str]) -> dict[str, str]:
    """The headers as they were fetched."""
    kept = {}
    for name, value in lines.items():
        if name.startswith(_ORIGINAL):
            kept[name.removeprefix(_ORIGINAL)] = value
        elif name not in _TRANSFER:
            kept[name] = value
    return kept


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
