"""Lists of URLs: a file, gzip or not, or a page on the web; one address a line, perhaps followed by its
date."""

from __future__ import annotations

import gzip
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast

from ingest.backfill.sources.sites import Walk, fetched
from ingest.backfill.targets import Found
from ingest.errors import ConfigError, FetchError
from ingest.stages.edges import Edges

BATCH = 5_000
_COLUMN = re.compile(r'(?P<url>.+?)"?,(?P<date>|".*|\d{4}-\d\d-\d\d(?:T[\d:.Z+-]*)?)')
"""An address with a column behind it. Some addresses have commas of their own."""


async def addresses(edges: Edges, name: str, walk: Walk) -> AsyncIterator[list[Found]]:
    """What the list `name` (path or URL) names, in batches; a line that is no address is an address with a
    problem."""
    if name.startswith(("http://", "https://")):
        try:
            response = await fetched(edges, name)
        except FetchError as error:
            walk.problem(name, error.reason, error.detail)
            return
        walk.read += 1
        for batch in _batches(response.body.splitlines()):
            yield batch
        return
    with opened(Path(name)) as lines:
        walk.read += 1
        for batch in _batches(lines):
            yield batch


def _batches(lines: Iterable[bytes]) -> Iterator[list[Found]]:
    found = (one for line in lines if (one := _found(line)) is not None)
    while batch := list(islice(found, BATCH)):
        yield batch


def _found(line: bytes) -> Found | None:
    """`URL`, or `URL date` with a blank, tab or comma between; # begins a remark."""
    text = line.decode("utf-8-sig", "replace").strip()
    if not text or text.startswith("#") or text.lower().split(",")[0] == "url":
        return None
    parts = text.replace("\t", " ").split(maxsplit=1)
    column = _COLUMN.fullmatch(parts[0])
    url, date = (column["url"], column["date"]) if column else (parts[0].rstrip(","), "")
    date = date or (parts[1] if len(parts) > 1 else "")
    return Found(url.strip('"'), published=date.strip(' "') or None)


def opened(path: Path) -> BinaryIO:
    """A file for reading; one that begins as gzip does is read through it. ConfigError where it cannot be
    opened."""
    try:
        stream = path.open("rb")
        packed = stream.read(2) == b"\x1f\x8b"
        stream.seek(0)
    except OSError as error:
        raise ConfigError(
            f"--input {path}: cannot be read ({error.strerror}); name a file that is there"
        ) from None
    return cast("BinaryIO", gzip.open(stream, "rb")) if packed else stream
