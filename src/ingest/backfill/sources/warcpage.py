"""A WARC record as the answer it keeps: HTTP headers honoured, encodings undone, or why it is no page.
Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from ingest.backfill.sources.canonical import canonical_of
from ingest.backfill.sources.warcfile import Record, end_of_head, fields_of
from ingest.errors import FetchError, Terminal, Transient
from ingest.extract.tree import begins_as_html
from ingest.fetch.answers import REDIRECTS, failure
from ingest.fetch.encoding import DECODE_ERRORS, Body, decoder
from ingest.model import Reason, Response

_KEPT_NAMES = ("x-archive-orig-", "x-crawler-")
"""Under which other tools keep headers that no longer hold, since they stored the body decoded."""
_TRANSFER = frozenset({"transfer-encoding", "content-encoding", "content-length"})
_REST = {4: "-01-01", 7: "-01"}
"""What a WARC-Date of that length lacks."""
_PAGES = ("html", "xml", "text/plain")


def page_of(record: Record, cap: int) -> Response | None:
    """The answer in a `response` (or `resource`) record; None for other records. Raises Terminal or Transient
    with the reason.

    `cap` is the most bytes a body may decode to.
    """
    kind = record.fields.get("warc-type", "")
    if record.damage is not None:
        raise Terminal(Reason.DAMAGED_RECORD, record.damage)
    if kind == "revisit":
        raise Terminal(Reason.REVISIT_RECORD, "says only that nothing had changed since an earlier capture")
    if kind not in ("response", "resource"):
        return None
    if kind == "response" and "http" not in record.fields.get("content-type", "http"):
        return None  # answers of DNS, and whatever else a crawler asked
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
    if status == 206:  # what a crawler asked for in parts: half a page is no article
        raise Terminal(
            Reason.TRUNCATED,
            f"HTTP 206, a part of the page: {headers.get('content-range', '?')[:60]}",
            status=status,
        )
    if not 200 <= status < 300:
        error = failure(status, headers, datetime.now(UTC))
        raise Terminal(error.reason, error.detail, status=status)
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    # a compressed body is not undone for a look: crawls hold far more images than pages with a wrong type
    if kind and not any(name in kind for name in _PAGES) and not begins_as_html(body):
        raise Terminal(Reason.NOT_HTML, f"content-type {kind[:60]}")


def _decoded(headers: Mapping[str, str], body: bytes, cap: int) -> bytes:
    """The body without chunks and compression. Crawlers keep these headers and undo what they say, or not:
    the bytes decide."""
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
    """Stored decoded, whatever its Content-Encoding says."""
    return "content-encoding" in headers and (not body or body.lstrip()[:1] == b"<")


def _unchunked(body: bytes) -> bytes:
    """RFC 9112, 7.1; bytes that are not chunked are taken as they are."""
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
        said = record.fields.get("warc-target-uri") or "none"
        raise Terminal(
            Reason.NO_URL,
            f"WARC-Target-URI {said[:100]!r} is no page's address, and there is none in its head",
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
    """The page's address by WARC-Target-URI; None where that names a file, a name server's answer or a
    crawler's own notes."""
    url = record.fields.get("warc-target-uri", "").strip("<>")
    return url if url[:8].lower().startswith(("http://", "https://")) else None


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if not name.startswith(_KEPT_NAMES)}


def captured_at(record: Record) -> datetime:
    """WARC-Date, of a year, month or day its beginning (WARC 1.1, 5.4). Raises Terminal for a record without
    one to be read."""
    raw = record.fields.get("warc-date", "")
    try:
        found = datetime.fromisoformat(f"{raw}{_REST[len(raw)]}" if len(raw) in _REST else raw)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):  # the latter where its zone leads out of all years
        raise Terminal(Reason.DAMAGED_RECORD, f"WARC-Date {raw[:40]!r} is no time") from None


def captured_on(record: Record) -> date | None:
    """The day of WARC-Date, where it names one: a capture of some day in a month may hold all that the month
    brought."""
    try:
        return None if len(record.fields.get("warc-date", "")) in _REST else captured_at(record).date()
    except FetchError:
        return None


def problem_of(error: FetchError) -> tuple[Reason, str]:
    return (Reason.BAD_ENCODING if isinstance(error, Transient) else error.reason), error.detail
