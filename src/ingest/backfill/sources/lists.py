"""Lists of addresses: a file, or a file on the web, packed or not. One address a line, perhaps followed by
its date; or rows of another tool (JSON, CSV with a header, GDELT's tables) of which the address is taken.
"""

from __future__ import annotations

import asyncio
import io
import re
import zipfile
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from ingest.backfill.sources.captured import nameless, row_parts, stream_rows
from ingest.backfill.sources.fields import as_stamp
from ingest.backfill.sources.packed import ZIP_ERRORS, Unpacked, as_utf8, check_directory, is_zip, zip_damage
from ingest.backfill.sources.report import SourceReport
from ingest.backfill.sources.rows import lines_of, table_delimiter
from ingest.backfill.sources.sites import fetch_listing, may_help
from ingest.backfill.targets import ListedAddress
from ingest.errors import ConfigError, FetchError
from ingest.reasons import Reason
from ingest.stages.edges import Edges

BATCH = 5_000
_COLUMN = re.compile(r'(?P<url>.+?)"?,(?P<date>|".*|\d{4}-\d\d-\d\d(?:T[\d:.Z+-]*)?)')
"""An address and a column after it. Addresses may contain commas themselves."""
_GDELT = {58: (57, 56), 61: (60, 59), 16: (5, 2), 27: (4, 1)}
"""By the number of columns of a GDELT table without header (events 1.0 and 2.0, mentions, GKG): the columns
of the address and of its time (codebooks of gdeltproject.org)."""


async def addresses(edges: Edges, name: str, report: SourceReport) -> AsyncIterator[list[ListedAddress]]:
    """Yields the lines of the list `name` (path or URL) as addresses, in batches. A line that is not an
    address is yielded too; target_of refuses it."""
    if name.startswith(("http://", "https://")):
        try:
            response = await fetch_listing(edges, name, report)
        except FetchError as error:
            report.add_problem(name, error.reason, error.detail, again=may_help(error))
            return
        stream: BinaryIO = io.BytesIO(response.body)
    else:
        opened = await asyncio.to_thread(_open, Path(name), report)
        if opened is None:
            return
        stream = opened
    report.read += 1
    with stream:
        listed = _listed(edges, stream, name, report)
        while batch := await asyncio.to_thread(lambda: list(islice(listed, BATCH))):
            yield batch


def _open(path: Path, report: SourceReport) -> BinaryIO | None:
    if not path.exists():
        raise ConfigError(f"--input {path}: no such file; name an existing one")
    try:
        return path.open("rb")
    except OSError as error:
        report.add_problem(str(path), Reason.DAMAGED_RECORD, f"cannot be read ({error.strerror})", again=True)
        return None


def _listed(edges: Edges, stream: BinaryIO, name: str, report: SourceReport) -> Iterator[ListedAddress]:
    try:
        for opened, its_name in _opened(stream, name):
            yield from _addresses_of(edges, opened, its_name, report)
    except ZIP_ERRORS as error:
        damage = zip_damage(error)
        why = damage or f"cannot be read ({getattr(error, 'strerror', None) or error})"
        report.add_problem(name, Reason.DAMAGED_RECORD, why, again=damage is None)


def _opened(stream: BinaryIO, name: str) -> Iterator[tuple[BinaryIO, str]]:
    """The stream, or each file in it where it is a ZIP, as GDELT packs its tables."""
    head = stream.read(8)
    stream.seek(0)
    if not is_zip(head):
        yield stream, name
        return
    with zipfile.ZipFile(stream) as packed:
        for member in packed.namelist():
            if not member.endswith("/"):
                yield io.BytesIO(packed.read(member)), f"{name}/{member}"
        check_directory(stream, packed)


def _addresses_of(edges: Edges, stream: BinaryIO, name: str, report: SourceReport) -> Iterator[ListedAddress]:
    head = next(iter(as_utf8(iter(Unpacked(stream)))), b"").lstrip()[:65_536]
    stream.seek(0)
    header = head.split(b"\n", 1)[0]
    # Addresses may contain commas: `url,date` is read line by line, as a list without header is.
    if head[:1] in (b"{", b"[") or (table_delimiter(header) and (header.count(b",") != 1 or b";" in header)):
        for row in stream_rows(stream, name, report):
            if row.values is None:
                yield ListedAddress(
                    nameless(Path(name).name, row.number),
                    problem=(Reason.DAMAGED_RECORD, f"line {row.line:,}: {row.why}"),
                )
                continue
            parts = row_parts(row.values, edges.now, report.unknown)
            if parts.url is None:
                yield ListedAddress(
                    nameless(Path(name).name, row.number),
                    problem=(Reason.NO_URL, f"line {row.line:,} has no address"),
                )
            else:
                yield ListedAddress(
                    parts.url, published=parts.published, title=parts.hints.title, hints=parts.hints
                )
        return
    unpacked = Unpacked(stream)
    last = 0
    for number, line in enumerate(_counted(unpacked), 1):
        last = number
        if (address := _address(line)) is not None:
            yield address
    if unpacked.damage is not None:
        report.add_problem(name, Reason.DAMAGED_RECORD, unpacked.damage.after_line(last))


def _counted(unpacked: Unpacked) -> Iterable[bytes]:
    return lines_of(as_utf8(iter(unpacked)), unpacked.is_cut)


def _address(line: bytes) -> ListedAddress | None:
    """`URL`, or `URL date` with a blank, tab or comma between; a line that begins with # is a comment."""
    text = line.decode("utf-8", "replace").replace("\ufeff", "").replace("\0", " ").strip()
    if not text or text.startswith("#") or text.lower().split(",")[0] in ("url", "loc", "link"):
        return None
    cells = text.split("\t")
    if columns := _GDELT.get(len(cells)):
        url, date = (cells[column] for column in columns)
        return ListedAddress(url, published=as_stamp(date))
    parts = text.replace("\t", " ").split(maxsplit=1)
    column = _COLUMN.fullmatch(parts[0])
    url, date = (column["url"], column["date"]) if column else (parts[0].rstrip(","), "")
    date = date or (parts[1] if len(parts) > 1 else "")
    return ListedAddress(url.strip('"'), published=date.strip(' "') or None)
