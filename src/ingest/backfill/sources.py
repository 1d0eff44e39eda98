"""Sources that bring their own bytes: WARC files, folders of HTML with a manifest, JSON lines; read as streams.

Each input becomes one Captured: a page as if it had been fetched, or its address with the reason why there is none.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from ingest.backfill.canonical import canonical_of
from ingest.backfill.lists import opened
from ingest.backfill.targets import Found
from ingest.backfill.warcfile import Record, records
from ingest.backfill.warcpage import address_of, captured_on, page_of, problem_of
from ingest.errors import ConfigError, FetchError
from ingest.fetch.warc import TEXT_FORM
from ingest.model import ArchivePlace, Reason, Response
from ingest.text import text_hash


@dataclass(frozen=True, slots=True)
class Captured:
    """`response` is None where `found.problem` says why. `place`: its bytes lie in our own archive already."""

    found: Found
    response: Response | None = None
    place: ArchivePlace | None = None


def read(name: str, source: str, now: datetime, cap: int) -> Iterator[Captured]:
    """The inputs that the path `name` holds. `cap`: most bytes of one page. ConfigError where it cannot be read."""
    path = Path(name)
    if not path.exists():
        raise ConfigError(f"--input {name}: no such file or folder; name one that is there (URLs serve sitemap, feed and urls)")
    match source:
        case "warc" | "archive":
            for one in _files(path, (".warc", ".warc.gz")):
                yield from warc(one, cap)
        case "html":
            yield from html(path, now)
        case _:
            for one in _files(path, (".jsonl", ".ndjson", ".json", ".jsonl.gz", ".ndjson.gz", ".json.gz")):
                yield from json_lines(one, now)


def _files(path: Path, suffixes: tuple[str, ...]) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(one for one in path.rglob("*") if one.name.endswith(suffixes) and one.is_file())
    if not found:
        raise ConfigError(f"--input {path}: no file of this kind in it ({', '.join(suffixes)})")
    return found


def nameless(file: str, number: int) -> str:
    """What an input without an address is called, so that it can be accounted for."""
    return f"urn:wire-record:{file}:{number}"


# -- WARC ------------------------------------------------------------------------------------------------------------


def warc(path: Path, cap: int) -> Iterator[Captured]:
    """Its pages; records that are none, with the reason. Records of other types than responses are no business of ours."""
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
        raise ConfigError(f"--input {path}: cannot be read ({error.strerror}); name a file that is there") from None


# -- JSON lines ------------------------------------------------------------------------------------------------------


def json_lines(path: Path, now: datetime) -> Iterator[Captured]:
    """{url?, html | text, published_at?, headline?, ...} a line."""
    with opened(path) as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield _json_line(line, nameless(path.name, number), now)


def _json_line(line: bytes, name: str, now: datetime) -> Captured:
    try:
        row = json.loads(line)
    except ValueError as error:
        return _none(name, Reason.DAMAGED_RECORD, f"not JSON: {error}"[:200])
    if not isinstance(row, dict):
        return _none(name, Reason.DAMAGED_RECORD, "no JSON object")
    url = row.get("url") if isinstance(row.get("url"), str) and row["url"].strip() else None
    html, text = row.get("html"), row.get("text")
    if isinstance(html, str) and html.strip():
        return _markup(url, html.encode("utf-8", "replace"), row, name, now)
    if isinstance(text, str) and text.strip():
        found = _found(url or f"urn:sha256:{text_hash(text)}", row)
        return Captured(found, _answer(found.url, text.encode("utf-8", "replace"), TEXT_FORM, now))
    return _none(url or name, Reason.NO_TEXT, "neither html nor text")


def _found(url: str, row: Mapping[str, Any]) -> Found:
    published = row.get("published_at") or row.get("published")
    title = row.get("headline") or row.get("title")
    return Found(url, published=str(published) if published else None, title=title if isinstance(title, str) else None)


def _markup(url: str | None, html: bytes, row: Mapping[str, Any], name: str, now: datetime) -> Captured:
    link = url or canonical_of(html)
    if link is None:
        return _none(name, Reason.NO_URL, "no address beside it, and none in its head")
    return Captured(_found(link, row), _answer(link, html, "text/html; charset=utf-8", now))


def _answer(url: str, body: bytes, kind: str, now: datetime) -> Response:
    return Response(url, url, 200, {"content-type": kind}, body, now)


def _none(url: str, reason: Reason, detail: str) -> Captured:
    return Captured(Found(url, problem=(reason, detail)))


# -- folders of HTML -------------------------------------------------------------------------------------------------


def html(path: Path, now: datetime) -> Iterator[Captured]:
    """A page file, or a folder of them: the address by the manifest, else by the page's canonical link."""
    listed = manifest(path) if path.is_dir() else {}
    files = _files(path, (".html", ".htm", ".xhtml")) if not listed else [path / name for name in listed]
    for file in files:
        name = file.relative_to(path).as_posix() if path.is_dir() else file.name
        yield _html_file(file, name, listed.get(name, {}), now)


def _html_file(file: Path, name: str, row: Mapping[str, Any], now: datetime) -> Captured:
    nickname = f"urn:wire-record:{name}"
    try:
        body = file.read_bytes()
    except OSError as error:
        return _none(row.get("url") or nickname, Reason.DAMAGED_RECORD, f"{name}: {error.strerror}")
    link = row.get("url") or canonical_of(body)
    if link is None:
        return _none(nickname, Reason.NO_URL, f"{name}: not in the manifest, and no canonical link in its head")
    # Bytes of unknown encoding: no charset is claimed, the page says it itself.
    return Captured(_found(link, row), _answer(link, body, "text/html", now))


def manifest(folder: Path) -> dict[str, dict[str, Any]]:
    """File name -> {url, published_at?, headline?}, by manifest.jsonl, .json, .csv or .tsv; {} when there is none."""
    for name in ("manifest.jsonl", "manifest.ndjson", "manifest.json", "manifest.csv", "manifest.tsv"):
        path = folder / name
        if path.exists():
            rows = list(_manifest_rows(path))
            return {str(row.get("file") or row.get("path") or row.get("filename")): row for row in rows if row.get("url")}
    return {}


def _manifest_rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        text = path.read_text("utf-8-sig")
        if path.suffix in (".csv", ".tsv"):
            yield from csv.DictReader(text.splitlines(), delimiter="\t" if path.suffix == ".tsv" else ",")
        elif path.suffix == ".json":
            value = json.loads(text)
            plain = value if isinstance(value, list) else [
                {"file": file, **(row if isinstance(row, dict) else {"url": row})} for file, row in value.items()]  # fmt: skip
            yield from plain
        else:
            yield from (json.loads(line) for line in text.splitlines() if line.strip())
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise ConfigError(f"{path}: cannot be read as a manifest ({error}); each row needs file and url") from None
