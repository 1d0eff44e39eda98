"""Lists of addresses: a file (plain or gzip), or a file on the web; one address a line, perhaps followed by
its date."""

from __future__ import annotations

import gzip
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from ingest.backfill.sources.sites import SourceReport, fetch_listing
from ingest.backfill.targets import ListedAddress
from ingest.errors import ConfigError, FetchError
from ingest.stages.edges import Edges

BATCH = 5_000
_COLUMN = re.compile(r'(?P<url>.+?)"?,(?P<date>|".*|\d{4}-\d\d-\d\d(?:T[\d:.Z+-]*)?)')
"""An address and a column after it. Addresses may contain commas themselves."""


async def addresses(edges: Edges, name: str, report: SourceReport) -> AsyncIterator[list[ListedAddress]]:
    """Yields the lines of the list `name` (path or URL) as addresses, in batches. A line that is not an
    address is yielded too; target_of refuses it."""
    if name.startswith(("http://", "https://")):
        try:
            response = await fetch_listing(edges, name)
        except FetchError as error:
            report.add_problem(name, error.reason, error.detail)
            return
        report.read += 1
        for batch in _batches(response.body.splitlines()):
            yield batch
        return
    with open_file(Path(name)) as lines:
        report.read += 1
        for batch in _batches(lines):
            yield batch


def _batches(lines: Iterable[bytes]) -> Iterator[list[ListedAddress]]:
    listed = (address for line in lines if (address := _address(line)) is not None)
    while batch := list(islice(listed, BATCH)):
        yield batch


def _address(line: bytes) -> ListedAddress | None:
    """`URL`, or `URL date` with a blank, tab or comma between; a line that begins with # is a comment."""
    text = line.decode("utf-8-sig", "replace").strip()
    if not text or text.startswith("#") or text.lower().split(",")[0] == "url":
        return None
    parts = text.replace("\t", " ").split(maxsplit=1)
    column = _COLUMN.fullmatch(parts[0])
    url, date = (column["url"], column["date"]) if column else (parts[0].rstrip(","), "")
    date = date or (parts[1] if len(parts) > 1 else "")
    return ListedAddress(url.strip('"'), published=date.strip(' "') or None)


def open_file(path: Path) -> BinaryIO:
    """Opens a file for reading, and unpacks it where it begins as gzip does. Raises ConfigError where it
    cannot be opened."""
    try:
        stream = path.open("rb")
        packed = stream.read(2) == b"\x1f\x8b"
        stream.seek(0)
    except OSError as error:
        raise ConfigError(
            f"--input {path}: cannot be read ({error.strerror}); name an existing file"
        ) from None
    return cast("BinaryIO", gzip.open(stream, "rb")) if packed else stream
