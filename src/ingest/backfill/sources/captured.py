"""Sources that bring their own bytes: WARC files, folders of HTML with a manifest, JSON lines; read as
streams.

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
from ingest.backfill.sources.jsonrow import json_object, said
from ingest.backfill.sources.lists import opened
from ingest.backfill.sources.manifest import Row, manifest
from ingest.backfill.sources.warcfile import Record, records
from ingest.backfill.sources.warcpage import address_of, captured_on, page_of, problem_of
from ingest.backfill.targets import Found
from ingest.errors import ConfigError, FetchError
from ingest.fetch.warc import TEXT_FORM
from ingest.model import ArchivePlace, Reason, Response
from ingest.text import text_hash, unhalved


@dataclass(frozen=True, slots=True)
class Captured:
    """`response` is None where `found.problem` says why. `place`: its bytes lie in our own archive
    already."""

    found: Found
    response: Response | None = None
    place: ArchivePlace | None = None


def read(name: str, source: OfflineSource, now: datetime, cap: int) -> Iterator[Captured]:
    """The inputs that the path `name` holds. `cap`: most bytes of one page. ConfigError where it cannot be
    read."""
    path = Path(name)
    if not path.exists():
        raise ConfigError(
            f"--input {name}: no such file or folder; name one that is there (URLs serve sitemap, feed and "
            "urls)"
        )
    match source:
        case Source.WARC | Source.ARCHIVE:
            for one in _files(path, (".warc", ".warc.gz")):
                yield from warc(one, cap)
        case Source.HTML:
            yield from html(path, now)
        case Source.JSONL:
            for one in _files(path, (".jsonl", ".ndjson", ".json", ".jsonl.gz", ".ndjson.gz", ".json.gz")):
                yield from json_lines(one, now)
        case _:
            assert_never(source)


def _files(path: Path, suffixes: tuple[str, ...]) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(one for one in path.rglob("*") if one.name.endswith(suffixes) and one.is_file())
    if not found:
        raise ConfigError(f"--input {path}: no file of this kind in it ({', '.join(suffixes)})")
    return found


def nameless(file: str, number: int) -> str:
    """What an input without an address is called, so that it can be accounted for."""
    return unhalved(f"urn:wire-record:{file}:{number}")


# -- WARC ----------------------------------------------------------------------------------------------------


def warc(path: Path, cap: int) -> Iterator[Captured]:
    """Its pages; records that are none, with the reason. Records of other types than responses are no
    business of ours."""
    with opened_raw(path) as stream:
        for record in records(stream, 4 * cap):
            found = _warc_record(path, record, cap)
            if found is not None:
                yield found


def _warc_record(path: Path, record: Record, cap: int) -> Captured | None:
    try:
        response = page_of(record, cap)
    except FetchError as error:
        url = address_of(record) or nameless(path.name, record.offset)
        return Captured(Found(url, problem=problem_of(error), day=captured_on(record)))
    if response is None:
        return None
    return Captured(Found(response.url, day=captured_on(record)), response)


def opened_raw(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise ConfigError(
            f"--input {path}: cannot be read ({error.strerror}); name a file that is there"
        ) from None


# -- JSON lines ----------------------------------------------------------------------------------------------


def json_lines(path: Path, now: datetime) -> Iterator[Captured]:
    """{url?, html | text, published_at?, headline?, ...} a line."""
    with opened(path) as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _json_line(line, nameless(path.name, number), now)


def _json_line(line: bytes, name: str, now: datetime) -> Captured:
    try:
        row = json_object(line)
    except ValueError as error:
        return _none(name, Reason.DAMAGED_RECORD, str(error)[:200])
    url, html, text = said(row, "url"), said(row, "html"), said(row, "text")
    if html is not None:
        return _markup(url, html.encode(), row, name, now)
    if text is not None:
        found = _found(url or f"urn:sha256:{text_hash(text)}", row)
        return Captured(found, _answer(found.url, text.encode(), TEXT_FORM, now))
    return _none(url or name, Reason.NO_TEXT, "neither html nor text")


def _found(url: str, row: Mapping[str, Any]) -> Found:
    published = row.get("published_at") or row.get("published")
    return Found(
        url,
        published=unhalved(str(published)) if published else None,
        title=said(row, "headline") or said(row, "title"),
    )


def _markup(url: str | None, html: bytes, row: Mapping[str, Any], name: str, now: datetime) -> Captured:
    link = url or canonical_of(html)
    if link is None:
        return _none(name, Reason.NO_URL, "no address beside it, and none in its head")
    return Captured(_found(link, row), _answer(link, html, "text/html; charset=utf-8", now))


def _answer(url: str, body: bytes, kind: str, now: datetime) -> Response:
    return Response(url, url, 200, {"content-type": kind}, body, now)


def _none(url: str, reason: Reason, detail: str) -> Captured:
    return Captured(Found(url, problem=(reason, detail)))


# -- folders of HTML -----------------------------------------------------------------------------------------


def html(path: Path, now: datetime) -> Iterator[Captured]:
    """A page file, or a folder of them: the address by the manifest, else by the page's canonical link."""
    listed = manifest(path) if path.is_dir() else None
    if listed is None:
        for file in _files(path, (".html", ".htm", ".xhtml")):
            yield _html_file(file, file.relative_to(path).as_posix() if path.is_dir() else file.name, {}, now)
        return
    for number, row in enumerate(listed.rows, 1):
        yield _listed_file(path, row, nameless(listed.path.name, number), now)


def _listed_file(folder: Path, row: Row, nickname: str, now: datetime) -> Captured:
    if isinstance(row, str):
        return _none(nickname, Reason.DAMAGED_RECORD, row)
    name, url = said(row, "file") or said(row, "path") or said(row, "filename"), said(row, "url")
    file = Path(os.path.normpath(folder / (name or "")))
    if name is None or not file.is_relative_to(os.path.normpath(folder)):
        return _none(
            url or nickname, Reason.DAMAGED_RECORD, f"{name or 'no file named'}: not a file in {folder.name}"
        )
    return _html_file(file, name, row, now)


def _html_file(file: Path, name: str, row: Mapping[str, Any], now: datetime) -> Captured:
    url, nickname = said(row, "url"), unhalved(f"urn:wire-record:{name}")
    try:
        body = file.read_bytes()
    except (OSError, ValueError) as error:  # the latter for a name that no file can have
        return _none(
            url or nickname,
            Reason.DAMAGED_RECORD,
            unhalved(f"{name}: {getattr(error, 'strerror', None) or error}"),
        )
    link = url or canonical_of(body)
    if link is None:
        return _none(
            nickname,
            Reason.NO_URL,
            unhalved(f"{name}: not in the manifest, and no canonical link in its head"),
        )
    # Bytes of unknown encoding: no charset is claimed, the page says it itself.
    return Captured(_found(link, row), _answer(link, body, "text/html", now))
