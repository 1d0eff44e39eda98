"""Sources that bring the bytes of their pages: WARC, WACZ and ARC files, folders of HTML with a manifest,
JSON and CSV of other tools; read as streams.

Each input becomes one CapturedPage: a page as if it had been fetched, or its address with the reason why
there is none.
"""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, assert_never, cast

from ingest import dates
from ingest.backfill.request import OfflineSource, Source
from ingest.backfill.sources.arcfile import arc_records, is_arc
from ingest.backfill.sources.canonical import canonical_of
from ingest.backfill.sources.fields import Unknown, as_names, as_stamp, as_text, known_fields
from ingest.backfill.sources.jsonrow import text_field
from ingest.backfill.sources.manifest import ManifestRow, read_manifest
from ingest.backfill.sources.packed import ZIP_ERRORS, Unpacked, as_utf8, check_directory, is_zip, zip_damage
from ingest.backfill.sources.report import SourceReport
from ingest.backfill.sources.rows import FileRow, rows_of
from ingest.backfill.sources.warcfile import Record, records
from ingest.backfill.sources.warcpage import address_of, captured_on, page_of, problem_of
from ingest.backfill.targets import ListedAddress
from ingest.errors import ConfigError, FetchError
from ingest.fetch.warc import TEXT_FORM
from ingest.model import ArchivePlace, EntryHints, Response, StampSource
from ingest.reasons import Reason
from ingest.text import text_hash, utf8_safe
from ingest.urls.wayback import own_address


@dataclass(frozen=True, slots=True)
class CapturedPage:
    """A page that a source brings, as if it had been fetched; `response` is None where `address.problem` says
    why there is none.

    `place`: the page is in our archive already. `version_at` orders the versions of one page; None: the time
    of `response`.
    """

    address: ListedAddress
    response: Response | None = None
    place: ArchivePlace | None = None
    version_at: datetime | None = None


WARC_NAMES = (
    ".warc",
    ".warc.gz",
    ".warc.zst",
    ".warc.bz2",
    ".warc.xz",
    ".warc.lz4",
    ".wacz",
    ".arc",
    ".arc.gz",
)
_TABLES = (".jsonl", ".ndjson", ".json", ".csv", ".tsv")
ROW_NAMES = tuple(
    f"{name}{packed}" for name in _TABLES for packed in ("", ".gz", ".bz2", ".xz", ".zst", ".lz4")
)


def read(
    name: str, source: OfflineSource, now: datetime, cap: int, report: SourceReport
) -> Iterator[CapturedPage]:
    """Yields the pages of the file or folder `name`. `cap`: most bytes of one page. What cannot be read of a
    file is a problem of the report. Raises ConfigError where there is no such file."""
    path = Path(name)
    if not path.exists():
        raise ConfigError(
            f"--input {name}: no such file or folder; name an existing one (URLs are read only with "
            "--source sitemap, feed or urls)"
        )
    match source:
        case Source.WARC | Source.ARCHIVE:
            for file in _files(path, WARC_NAMES):
                yield from _guarded(warc(file, cap, report), file, report)
        case Source.HTML:
            yield from html(path, now)
        case Source.JSONL:
            for file in _files(path, ROW_NAMES):
                yield from _guarded(json_rows(file, now, report), file, report)
        case _:
            assert_never(source)


def _guarded(pages: Iterator[CapturedPage], file: Path, report: SourceReport) -> Iterator[CapturedPage]:
    """The pages of a file. Where it cannot be read (any more), that is a problem, and asking again may
    help: a disk that is not mounted, a permission, a file that is still being written."""
    try:
        yield from pages
    except OSError as error:
        report.add_problem(
            str(file), Reason.DAMAGED_RECORD, f"cannot be read ({error.strerror or error})", again=True
        )


def _files(path: Path, suffixes: tuple[str, ...]) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(
        file for file in path.rglob("*") if file.name.lower().endswith(suffixes) and not file.is_dir()
    )
    if not files:
        raise ConfigError(f"--input {path}: no file of this kind in it ({', '.join(suffixes)})")
    return files


def nameless(file: str, number: int) -> str:
    """The name that stands for the address of a record without one, so that its outcome can be written."""
    return utf8_safe(f"urn:wire-record:{file}:{number}")


# -- WARC ----------------------------------------------------------------------------------------------------


def warc(path: Path, cap: int, report: SourceReport) -> Iterator[CapturedPage]:
    """Yields the pages of a WARC, WACZ or ARC file, and records that give no page with the reason. Records
    that never hold a page (requests, metadata) are counted in the report by their type."""
    with path.open("rb") as stream:
        head = stream.read(8)
        stream.seek(0)
        if is_zip(head):
            yield from _wacz(path, stream, cap, report)
        elif is_arc(path, head):
            yield from _records(path, path.name, arc_records(path, cap), cap, report)
        else:
            yield from _records(path, path.name, records(stream, 4 * cap), cap, report)


def _wacz(path: Path, stream: BinaryIO, cap: int, report: SourceReport) -> Iterator[CapturedPage]:
    """A WACZ is a ZIP with WARC files in it."""
    try:
        with zipfile.ZipFile(stream) as packed:
            names = [name for name in packed.namelist() if name.lower().endswith((".warc", ".warc.gz"))]
            if not names:
                report.add_problem(
                    str(path), Reason.DAMAGED_RECORD, "a ZIP without a .warc or .warc.gz in it"
                )
            for name in names:
                with packed.open(name) as member:
                    inner = records(cast("BinaryIO", member), 4 * cap)
                    yield from _records(path, f"{path.name}/{name}", inner, cap, report)
            if names:
                check_directory(stream, packed)
    except ZIP_ERRORS as error:
        if (damage := zip_damage(error)) is None:
            raise
        report.add_problem(str(path), Reason.DAMAGED_RECORD, damage)


def _records(
    path: Path, name: str, read_records: Iterable[Record], cap: int, report: SourceReport
) -> Iterator[CapturedPage]:
    damaged, first, why = 0, 0, ""
    for record in read_records:
        if record.damage is not None:
            damaged += 1
            if damaged == 1:
                first, why = record.offset, record.damage
        page = _warc_record(name, record, cap)
        if page is not None:
            yield page
        else:
            report.not_pages[f"{record.fields.get('warc-type') or 'no type'} record"] += 1
    if damaged:
        report.add_problem(
            str(path) if name == path.name else f"{path.parent}/{name}",
            Reason.DAMAGED_RECORD,
            f"{damaged:,} damaged or cut records, the first at byte {first:,}: {why}",
        )


def _warc_record(name: str, record: Record, cap: int) -> CapturedPage | None:
    try:
        response = page_of(record, cap)
    except FetchError as error:
        url = address_of(record) or nameless(name, record.offset)
        return CapturedPage(ListedAddress(url, problem=problem_of(error), day=captured_on(record)))
    if response is None:
        return None
    return CapturedPage(ListedAddress(response.url, day=captured_on(record)), response)


# -- rows of other tools -------------------------------------------------------------------------------------


def json_rows(path: Path, now: datetime, report: SourceReport) -> Iterator[CapturedPage]:
    """Yields the pages of a file of JSON or CSV with an address, html or text, and more in each row
    (fields.py)."""
    for row in read_rows(path, report):
        yield _row_page(row, nameless(path.name, row.number), now, report)


def read_rows(path: Path, report: SourceReport) -> Iterator[FileRow]:
    """The rows of a file, unpacked. Where it is cut or damaged, that is a problem of the report."""
    with path.open("rb") as stream:
        yield from stream_rows(stream, str(path), report)


def stream_rows(stream: BinaryIO, name: str, report: SourceReport) -> Iterator[FileRow]:
    """As read_rows, for a file that is open."""
    unpacked = Unpacked(stream)
    line = 0
    for row in rows_of(as_utf8(iter(unpacked)), unpacked.is_cut):
        line = row.line
        yield row
    if unpacked.damage is not None:
        report.add_problem(name, Reason.DAMAGED_RECORD, unpacked.damage.after_line(line))


_AMERICAN = re.compile(r"(\d\d)-(\d\d)-(\d{4})")
"""RealNews, which alone has `warc_date`, prints month, day and year."""


@dataclass(frozen=True, slots=True)
class RowParts:
    """What a row says: its address (that of the page itself, for a capture in a web archive), its page, and
    the rest as hints. `version_at` orders the versions of one address."""

    url: str | None
    html: str | None
    text: str | None
    published: str | None
    hints: EntryHints
    version_at: datetime | None


def row_parts(values: Mapping[str, Any], now: datetime, unknown: Unknown | None = None) -> RowParts:
    """Reads a row by the names of fields.py."""
    row = known_fields(values, unknown)
    url, captured = own_address(as_text(row.get("url")) or "")
    stamps = {name: as_stamp(row.get(name)) for name in ("published_at", "modified_at", "crawled_at")}
    if (american := _AMERICAN.fullmatch(stamps["published_at"] or "")) and "warc_date" in values:
        stamps["published_at"] = f"{american[3]}-{american[1]}-{american[2]}"
    resolved = {
        name: dates.resolve(raw, source=StampSource.FEED, now=now) if raw else None
        for name, raw in stamps.items()
    }
    known = next(
        (resolved[name] for name in ("crawled_at", "modified_at", "published_at") if resolved[name]), None
    )
    markup = row.get("html")
    return RowParts(
        url=url or None,
        html=utf8_safe(markup) if isinstance(markup, str) and markup.strip() else None,
        text=as_text(row.get("text")),
        published=stamps["published_at"],
        hints=EntryHints(
            title=as_text(row.get("headline")),
            summary=as_text(row.get("description")),
            published=resolved["published_at"],
            published_raw=stamps["published_at"],
            authors=as_names(row.get("authors")),
            categories=as_names(row.get("keywords")),
            image_url=_only_text(row.get("image_url")),
            publisher=_only_text(row.get("publisher")),
            language=_only_text(row.get("language")),
            section=_only_text(row.get("section")),
            agency=_only_text(row.get("agency")),
        ),
        version_at=captured or (known.at if known else None),
    )


def _only_text(value: Any) -> str | None:
    return utf8_safe(value.strip()) if isinstance(value, str) and value.strip() else None


def _row_page(row: FileRow, name: str, now: datetime, report: SourceReport) -> CapturedPage:
    if row.values is None:
        return _without_page(name, Reason.DAMAGED_RECORD, f"line {row.line:,}: {row.why}")
    parts = row_parts(row.values, now, report.unknown)
    if parts.html is not None:
        link = parts.url or canonical_of(parts.html.encode())
        if link is None:
            return _without_page(name, Reason.NO_URL, "no url beside it, and no address in its head")
        response = _response(link, parts.html.encode(), "text/html; charset=utf-8", now)
    elif parts.text is not None:
        link = parts.url or f"urn:sha256:{text_hash(parts.text)}"
        response = _response(link, parts.text.encode(), TEXT_FORM, now)
    else:
        return _without_page(parts.url or name, Reason.NO_TEXT, "neither html nor text")
    address = ListedAddress(link, published=parts.published, title=parts.hints.title, hints=parts.hints)
    return CapturedPage(address, response, version_at=parts.version_at or now)


def _address(url: str, row: Mapping[str, Any]) -> ListedAddress:
    published = row.get("published_at") or row.get("published")
    return ListedAddress(
        url,
        published=utf8_safe(str(published)) if published else None,
        title=text_field(row, "headline") or text_field(row, "title"),
    )


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
