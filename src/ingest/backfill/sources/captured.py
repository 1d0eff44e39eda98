"""Sources that bring the bytes of their pages: WARC files, folders of HTML with a manifest, JSON lines; read
as streams.

Each input becomes one Captured: a page as if it had been fetched, or its address with the reason why there is
none.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, assert_never

from ingest.backfill.request import OfflineSource, Source
from ingest.backfill.sources.canonical import canonical_of
from ingest.backfill.sources.jsonrow import json_object, text_field
from ingest.backfill.sources.lists import open_file
from ingest.backfill.sources.manifest import ManifestRow, read_manifest
from ingest.backfill.sources.warcfile import Record, records
from ingest.backfill.sources.warcpage import address_of, captured_on, page_of, problem_of
from ingest.backfill.targets import ListedAddress
from ingest.errors import ConfigError, FetchError
from ingest.fetch.warc import TEXT_FORM
from ingest.model import ArchivePlace, Reason, Response
from ingest.text import text_hash, utf8_safe


@dataclass(frozen=True, slots=True)
class CapturedPage:
    """A page that a source brings, as if it had been fetched; `response` is None where `address.problem` says
    why there is none. `place`: the page is in our archive already."""

    address: ListedAddress
    response: Response | None = None
    place: ArchivePlace | None = None


def read(name: str, source: OfflineSource, now: datetime, cap: int) -> Iterator[CapturedPage]:
    """Yields the pages of the file or folder `name`. `cap`: most bytes of one page. Raises ConfigError where
    it cannot be read."""
    path = Path(name)
    if not path.exists():
        raise ConfigError(
            f"--input {name}: no such file or folder; name an existing one (URLs are read only with "
            "--source sitemap, feed or urls)"
        )
    match source:
        case Source.WARC | Source.ARCHIVE:
            for file in _files(path, (".warc", ".warc.gz")):
                yield from warc(file, cap)
        case Source.HTML:
            yield from html(path, now)
        case Source.JSONL:
            for file in _files(path, (".jsonl", ".ndjson", ".json", ".jsonl.gz", ".ndjson.gz", ".json.gz")):
                yield from json_lines(file, now)
        case _:
            assert_never(source)


def _files(path: Path, suffixes: tuple[str, ...]) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.rglob("*") if file.name.endswith(suffixes) and file.is_file())
    if not files:
        raise ConfigError(f"--input {path}: no file of this kind in it ({', '.join(suffixes)})")
    return files


def nameless(file: str, number: int) -> str:
    """The name that stands for the address of a record without one, so that its outcome can be written."""
    return utf8_safe(f"urn:wire-record:{file}:{number}")


# -- WARC ----------------------------------------------------------------------------------------------------


def warc(path: Path, cap: int) -> Iterator[CapturedPage]:
    """Yields the pages of a WARC file, and records that give no page with the reason. Records that never hold
    a page (requests, metadata) are left out."""
    with open_raw(path) as stream:
        for record in records(stream, 4 * cap):
            page = _warc_record(path, record, cap)
            if page is not None:
                yield page


def _warc_record(path: Path, record: Record, cap: int) -> CapturedPage | None:
    try:
        response = page_of(record, cap)
    except FetchError as error:
        url = address_of(record) or nameless(path.name, record.offset)
        return CapturedPage(ListedAddress(url, problem=problem_of(error), day=captured_on(record)))
    if response is None:
        return None
    return CapturedPage(ListedAddress(response.url, day=captured_on(record)), response)


def open_raw(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise ConfigError(
            f"--input {path}: cannot be read ({error.strerror}); name an existing file"
        ) from None


# -- JSON lines ----------------------------------------------------------------------------------------------


def json_lines(path: Path, now: datetime) -> Iterator[CapturedPage]:
    """Yields the pages of a file with one {url?, html | text, published_at?, headline?, ...} on each line."""
    with open_file(path) as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _json_line(line, nameless(path.name, number), now)


def _json_line(line: bytes, name: str, now: datetime) -> CapturedPage:
    try:
        row = json_object(line)
    except ValueError as error:
        return _without_page(name, Reason.DAMAGED_RECORD, str(error)[:200])
    url, html, text = text_field(row, "url"), text_field(row, "html"), text_field(row, "text")
    if html is not None:
        return _html_line(url, html.encode(), row, name, now)
    if text is not None:
        address = _address(url or f"urn:sha256:{text_hash(text)}", row)
        return CapturedPage(address, _response(address.url, text.encode(), TEXT_FORM, now))
    return _without_page(url or name, Reason.NO_TEXT, "neither html nor text")


def _address(url: str, row: Mapping[str, Any]) -> ListedAddress:
    published = row.get("published_at") or row.get("published")
    return ListedAddress(
        url,
        published=utf8_safe(str(published)) if published else None,
        title=text_field(row, "headline") or text_field(row, "title"),
    )


def _html_line(
    url: str | None, html: bytes, row: Mapping[str, Any], name: str, now: datetime
) -> CapturedPage:
    link = url or canonical_of(html)
    if link is None:
        return _without_page(name, Reason.NO_URL, "no url beside it, and no address in its head")
    return CapturedPage(_address(link, row), _response(link, html, "text/html; charset=utf-8", now))


def _response(url: str, body: bytes, content_type: str, now: datetime) -> Response:
    return Response(
        requested_url=url,
        url=url,
        status=200,
        headers={"content-type": content_type},
        body=body,
        fetched_at=now,
    )


def _without_page(url: str, reason: Reason, detail: str) -> CapturedPage:
    return CapturedPage(ListedAddress(url, problem=(reason, detail)))


# -- folders of HTML -----------------------------------------------------------------------------------------


def html(path: Path, now: datetime) -> Iterator[CapturedPage]:
    """Yields the pages of a file or folder. A page's address is that of the manifest, else its canonical
    link."""
    manifest = read_manifest(path) if path.is_dir() else None
    if manifest is None:
        for file in _files(path, (".html", ".htm", ".xhtml")):
            yield _html_file(file, file.relative_to(path).as_posix() if path.is_dir() else file.name, {}, now)
        return
    for number, row in enumerate(manifest.rows, 1):
        yield _listed_file(path, row, nameless(manifest.path.name, number), now)


def _listed_file(folder: Path, row: ManifestRow, nickname: str, now: datetime) -> CapturedPage:
    if isinstance(row, str):
        return _without_page(nickname, Reason.DAMAGED_RECORD, row)
    name, url = (
        text_field(row, "file") or text_field(row, "path") or text_field(row, "filename"),
        text_field(row, "url"),
    )
    file = Path(os.path.normpath(folder / (name or "")))
    if name is None or not file.is_relative_to(os.path.normpath(folder)):
        return _without_page(
            url or nickname, Reason.DAMAGED_RECORD, f"{name or 'no file named'}: not a file in {folder.name}"
        )
    return _html_file(file, name, row, now)


def _html_file(file: Path, name: str, row: Mapping[str, Any], now: datetime) -> CapturedPage:
    url, nickname = text_field(row, "url"), utf8_safe(f"urn:wire-record:{name}")
    try:
        body = file.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        return _without_page(
            url or nickname,
            Reason.DAMAGED_RECORD,
            utf8_safe(f"{name}: {getattr(error, 'strerror', None) or error}"),
        )
    link = url or canonical_of(body)
    if link is None:
        return _without_page(
            nickname,
            Reason.NO_URL,
            utf8_safe(f"{name}: not in the manifest, and no canonical link in its head"),
        )
    # No charset in the type: the encoding is unknown, and the page names it itself.
    return CapturedPage(_address(link, row), _response(link, body, "text/html", now))
