"""The page in a WARC record, with its HTTP headers read and its encodings undone, or the reason why it holds
no page. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime

from ingest.backfill.sources.canonical import canonical_of
from ingest.backfill.sources.warcfile import Record, end_of_head, fields_of
from ingest.errors import FetchError, Terminal, Transient
from ingest.extract.tree import begins_as_html
from ingest.fetch.answers import REDIRECTS, failure
from ingest.fetch.encoding import DECODE_ERRORS, Body, decoder
from ingest.model import Response
from ingest.reasons import Reason
from ingest.urls.wayback import own_address

_KEPT_NAMES = ("x-archive-orig-", "x-crawler-")
"""Prefixes under which other tools keep the original headers of a body that they stored decoded."""
_TRANSFER = frozenset({"transfer-encoding", "content-encoding", "content-length"})
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
"""Bytes of a header that are no UTF-8, as warcfile.fields_of reads them (PEP 383)."""
_REST = {4: "-01-01", 7: "-01"}
"""What completes a WARC-Date that is a year or a month, by its length."""
_PAGES = ("html", "xml", "text/plain")


def page_of(record: Record, cap: int) -> Response | None:
    """The page in a `response` (or `resource`) record; None for records of other types. Raises Terminal or
    Transient with the reason where the record holds no usable page.

    `cap` is the most bytes a body may decode to.
    """
    kind = record.fields.get("warc-type", "")
    if record.damage is not None:
        raise Terminal(Reason.DAMAGED_RECORD, record.damage)
    if kind == "revisit":
        raise Terminal(
            Reason.REVISIT_RECORD, "says only that the page had not changed since an earlier capture"
        )
    if kind not in ("response", "resource"):
        return None
    if kind == "response" and "http" not in record.fields.get("content-type", "http"):
        return None  # answers of DNS and other protocols
    if record.cut:
        raise Terminal(Reason.TOO_LARGE, f"a record of {record.fields.get('content-length')} bytes")
    if cause := record.fields.get("warc-truncated"):
        raise Terminal(Reason.TRUNCATED, f"cut by its crawler: {cause[:40]}")
    if kind == "resource":
        return _response(record, 200, {"content-type": record.fields.get("content-type", "")}, record.block)
    return _http(record, cap)


def _http(record: Record, cap: int) -> Response:
    end, size = end_of_head(record.block)
    head, body = record.block[: max(end, 0)], record.block[end + size :]
    status = _status(head)
    if status is None:
        raise Terminal(Reason.DAMAGED_RECORD, "no HTTP answer in it")
    headers = fields_of(head)
    _refuse(status, headers, body)
    return _response(
        record, status, {k: v for k, v in headers.items() if k not in _TRANSFER}, _decoded(headers, body, cap)
    )


def _status(head: bytes) -> int | None:
    parts = head.split(None, 2)
    return int(parts[1]) if len(parts) > 1 and parts[0].startswith(b"HTTP/") and parts[1].isdigit() else None


def _refuse(status: int, headers: Mapping[str, str], body: bytes) -> None:
    if status in REDIRECTS:
        raise Terminal(
            Reason.HTTP_OTHER,
            f"HTTP {status}, a redirect to {headers.get('location', '?')[:200]}",
            status=status,
        )
    if status == 206:  # a crawler asked for a part only: half a page is no article
        raise Terminal(
            Reason.TRUNCATED,
            f"HTTP 206, a part of the page: {headers.get('content-range', '?')[:60]}",
            status=status,
        )
    if not 200 <= status < 300:
        error = failure(status, headers, datetime.now(UTC))
        raise Terminal(error.reason, error.detail, status=status)
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    # a compressed body is not unpacked for this: crawls hold far more images than pages with a wrong type
    if kind and not any(name in kind for name in _PAGES) and not begins_as_html(body):
        raise Terminal(Reason.NOT_HTML, f"content-type {kind[:60]}")


def _decoded(headers: Mapping[str, str], body: bytes, cap: int) -> bytes:
    """The body without chunked coding and compression. Some crawlers keep these headers though they stored
    the body decoded, so the bytes decide."""
    if "chunked" in headers.get("transfer-encoding", "").lower():
        body = _unchunked(body)
    elif (
        (length := headers.get("content-length", "")).isdigit()
        and int(length) > len(body)
        and not _plain(headers, body)
    ):
        raise Terminal(Reason.TRUNCATED, f"{len(body)} of {length} bytes")
    if _plain(headers, body) or ("content-encoding" not in headers and len(body) <= cap):
        return body
    try:
        out = Body(cap)
        undo = decoder(headers.get("content-encoding"))
        undo.feed(body, out)
    except DECODE_ERRORS as error:
        raise Terminal(
            Reason.BAD_ENCODING, f"content-encoding {headers.get('content-encoding')}: {error}"
        ) from None
    if not undo.finish():
        raise Terminal(Reason.TRUNCATED, "the compressed body ends early")
    return out.value()


def _plain(headers: Mapping[str, str], body: bytes) -> bool:
    """True for a body that was stored decoded, whatever its Content-Encoding says."""
    return "content-encoding" in headers and (not body or body.lstrip()[:1] == b"<")


def _unchunked(body: bytes) -> bytes:
    """The body without chunked coding (RFC 9112, 7.1); bytes that are not chunked are returned as they
    are."""
    parts: list[bytes] = []
    at = 0
    while True:
        end = body.find(b"\r\n", at, at + 1024)
        size = body[at:end].partition(b";")[0].strip() if end >= 0 else b""
        try:
            length = int(size, 16)
        except ValueError:
            if not parts:
                return body
            raise Terminal(Reason.TRUNCATED, "its chunks end early") from None
        if length == 0:
            return b"".join(parts)
        if end + 2 + length > len(body):
            raise Terminal(Reason.TRUNCATED, "its chunks end early")
        parts.append(body[end + 2 : end + 2 + length])
        at = end + 4 + length


def _response(record: Record, status: int, headers: Mapping[str, str], body: bytes) -> Response:
    url = address_of(record) or canonical_of(body)
    if url is None:
        named = record.fields.get("warc-target-uri") or "none"
        raise Terminal(
            Reason.NO_URL,
            f"WARC-Target-URI {named[:100]!r} is no page's address, and the page's head names none",
        )
    return Response(
        requested_url=url,
        url=url,
        status=status,
        headers=_kept(headers),
        body=body,
        fetched_at=captured_at(record),
    )


def address_of(record: Record) -> str | None:
    """The http(s) address in WARC-Target-URI, or the page's own where that is a web archive's copy; None
    where it names something else, as in records of DNS or of a crawler's own notes.

    Bytes that are no UTF-8 are percent-encoded as they are (RFC 3986, 2.5): some crawlers write addresses as
    the page did, in Latin-1. Left out, they would make one address of `caf\xe9` and `caf\xe8`.
    """
    raw = record.fields.get("warc-target-uri", "").strip("<>")
    url, _ = own_address(_NOT_UTF8.sub(lambda byte: f"%{ord(byte[0]) - 0xDC00:02X}", raw))
    return url if url[:8].lower().startswith(("http://", "https://")) else None


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if not name.startswith(_KEPT_NAMES)}


def captured_at(record: Record) -> datetime:
    """The time in WARC-Date, the beginning of the year, month or day where it names only that (WARC 1.1,
    5.4); for a crawl of a web archive the time of the copy. Raises Terminal where it cannot be read."""
    raw = record.fields.get("warc-date", "")
    _, copied = own_address(record.fields.get("warc-target-uri", "").strip("<>"))
    if copied is not None:
        return copied
    try:
        captured = datetime.fromisoformat(f"{raw}{_REST[len(raw)]}" if len(raw) in _REST else raw)
        return (captured if captured.tzinfo else captured.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):  # OverflowError: its zone leads past the last year
        raise Terminal(Reason.DAMAGED_RECORD, f"WARC-Date {raw[:40]!r} is no time") from None


def captured_on(record: Record) -> date | None:
    """The day of WARC-Date; None where it names only a year or month (such a capture may hold anything of
    that month), or none that can be read."""
    try:
        return None if len(record.fields.get("warc-date", "")) in _REST else captured_at(record).date()
    except FetchError:
        return None


def problem_of(error: FetchError) -> tuple[Reason, str]:
    return (Reason.BAD_ENCODING if isinstance(error, Transient) else error.reason), error.detail
