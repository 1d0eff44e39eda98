"""ARC files, the form of web archives before WARC, as records of WARC. Read by warcio, which the default
install leaves out: few have such files."""

from __future__ import annotations

import gzip
import logging
import zlib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from ingest.backfill.sources.warcfile import Record
from ingest.errors import ConfigError

_ARC = b"filedesc://"
_GZIP = b"\x1f\x8b"
_READ = 1 << 16


def is_arc(path: Path, head: bytes) -> bool:
    """True for an ARC file, packed or not, by its first line."""
    if not head.startswith(_GZIP):
        return head.startswith(_ARC[: len(head)]) and len(head) > 4
    if not path.name.lower().endswith((".arc", ".arc.gz")):
        return False
    try:
        with gzip.open(path) as stream:
            return stream.read(len(_ARC)) == _ARC
    except (OSError, EOFError, zlib.error):
        return False


def arc_records(path: Path, cap: int) -> Iterator[Record]:
    """The records of an ARC file. Raises ConfigError where warcio is not installed."""
    try:
        archive = import_module("warcio.archiveiterator")
        faults = import_module("warcio.exceptions")
    except ImportError:
        raise ConfigError(
            f"--input {path}: an ARC file; install warcio (`pip install 'warcio>=1.7'`), "
            "or convert it with `warcio recompress`"
        ) from None
    offset = end = 0
    with path.open("rb") as stream:
        iterator = archive.ArchiveIterator(stream, arc2warc=True, no_record_parse=False)
        # What is damaged is reported as such; warcio prints it too, with bytes of the page.
        iterator.INC_RECORD = ""
        logging.getLogger("warcio").setLevel(logging.ERROR)
        while True:
            try:
                record = next(iterator, None)
                if record is None:
                    break
                fields, block = _parts(record, 4 * cap)
                missed = iterator.err_count
                offset = iterator.get_record_offset()  # reads the record to its end
                end = offset + iterator.get_record_length()
                damage = None
                if getattr(record.raw_stream, "limit", 0) > 0:
                    damage = "the file ends inside it, or is damaged there"
                elif iterator.err_count > missed:
                    damage = "bytes follow it that belong to no record: its length is wrong"
                yield Record(offset, fields, block, damage, cut=len(block) >= 4 * cap)
            except (faults.ArchiveLoadFailed, ValueError, EOFError, AttributeError, zlib.error) as error:
                yield Record(
                    offset, {}, damage=f"the rest of the ARC file cannot be read: {str(error)[:100]}"
                )
                return
    if _is_cut(path, offset, end):
        yield Record(end, {}, damage="the file ends inside a record")


def _is_cut(path: Path, offset: int, end: int) -> bool:
    """Whether the file ends inside a record of which warcio says nothing: in its first line, or in the check
    sum of a gzip member. The last record that was read begins at `offset` and stops at `end`."""
    with path.open("rb") as stream:
        stream.seek(end)
        if stream.read(_READ).strip(b"\r\n\0"):
            return True
        stream.seek(offset)
        if stream.read(len(_GZIP)) != _GZIP:
            return False
        stream.seek(offset)
        member = zlib.decompressobj(wbits=31)
        try:
            while not member.eof and (data := stream.read(_READ)):
                member.decompress(data)
        except zlib.error:
            return True
        return not member.eof


def _parts(record: Any, cap: int) -> tuple[dict[str, str], bytes]:
    """The fields and the block of a record of warcio."""
    block: bytes = record.raw_stream.read(cap)
    if record.http_headers is not None:
        block = record.http_headers.to_bytes() + block
    return {name.lower(): value for name, value in record.rec_headers.headers}, block
