"""The archive folder: WARC segments, written and synced before any row points into them, repaired after a
crash.

A segment is written by one process at a time, which holds its lock; the kernel releases it when the process
dies. (A child made by fork alone would inherit the lock, so workers come from a fork server.)
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from isal import isal_zlib

from ingest.errors import Terminal, WarehouseError
from ingest.fetch.encoding import InflateError
from ingest.fetch.segment import read_segment
from ingest.fetch.warc import WarcMember, info_record, read_response, response_record
from ingest.model import ArchivePlace, Response
from ingest.reasons import Reason

SEGMENT_BYTES = 1_000_000_000
_HEAD = 1 << 14
_OPENING = 1_000
"""Bytes that the record which opens a segment stays below. A file that is torn there was just begun by us."""
_END = b"\r\n\r\n"


class Archive:
    """Segments `job-YYYYMMDD-NN.warc.gz` of one job; at most one is open, locked and appended to."""

    def __init__(
        self, folder: Path, job: str, *, software: str = "wire-ingest", segment_bytes: int = SEGMENT_BYTES
    ):
        self._folder = folder
        self._job = job
        self._software = software
        self._segment_bytes = segment_bytes
        self._name = ""
        self._fd = -1
        self._end = 0
        self._dirty = False
        self._new = False
        self._full: list[int] = []

    def append(self, response: Response, sha256: str | None = None) -> ArchivePlace:
        """Append the response; it is durable only after `sync`. Raises WarehouseError when it cannot be
        written.

        `sha256` is that of the body (hex), if the caller knows it.
        """
        if self._fd < 0 or self._end >= self._segment_bytes or not self._name.startswith(self._day()):
            self._next_segment()
        member = response_record(response, sha256)
        offset = self._end
        self._write(member)
        return ArchivePlace(self._name, offset, len(member))

    def sync(self) -> None:
        """Everything appended so far is on disk when this returns."""
        if self._dirty:
            os.fsync(self._fd)
            self._dirty = False
        if self._new:
            _sync_folder(self._folder)
            self._new = False

    def heal(self, committed: Mapping[str, int]) -> list[tuple[ArchivePlace, Response]]:
        """Returns the records that a killed process wrote but committed no rows for.

        `committed` maps a segment's name to the end offset of the last record that a row points to. In every
        segment that no living process writes, the whole records after that offset are returned in order, and
        what is behind the last whole one is cut off. Damage between records stays, and so does a file in
        which no record can be read. A segment that `committed` does not name is taken to have no rows at all:
        delete the file when its last row is pruned, or keep naming it.
        """
        orphans: list[tuple[ArchivePlace, Response]] = []
        for path in sorted(self._folder.glob("*.warc.gz")):
            if path.name == self._name:
                continue
            start = committed.get(path.name, 0)
            if path.stat().st_size > start:
                orphans += self._healed(path, start)
        return orphans

    def read(self, place: ArchivePlace) -> Response:
        """Returns the response at `place`. Raises Terminal DAMAGED_RECORD when the file is absent or has no
        readable response there."""
        try:
            record = isal_zlib.decompress(self._bytes(place, place.length), wbits=31)
        except (OSError, InflateError) as error:
            raise _damaged(place, error) from None
        return _read(place, record)

    def read_head(self, place: ArchivePlace) -> Response:
        """As `read`, but with an empty body, at a tenth of the cost; damage after the record's first 16 KB is
        not noticed."""
        try:
            record = isal_zlib.decompressobj(wbits=31).decompress(
                self._bytes(place, min(place.length, _HEAD)), _HEAD
            )
        except (OSError, InflateError) as error:
            raise _damaged(place, error) from None
        whole = record.count(_END, 0, _HEAD) > 1  # the record's header and the answer's
        return replace(_read(place, record) if whole else self.read(place), body=b"")

    def _bytes(self, place: ArchivePlace, count: int) -> bytes:
        with (self._folder / place.file).open("rb") as file:
            file.seek(place.offset)
            return file.read(count)

    def close(self) -> None:
        """Sync, and release the locks of all segments written: only then may another process heal them."""
        self._leave()
        while self._full:
            os.close(self._full.pop())

    # -- segments --------------------------------------------------------------------------------------------

    def _day(self) -> str:
        return f"{self._job}-{datetime.now(UTC):%Y%m%d}-"

    def _next_segment(self) -> None:
        """Open the first of today's segments that has room and no other writer.

        The previous one stays locked until `close`: rows that point into it may not be committed yet.
        """
        self._leave()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unwritable(self._folder, error) from None
        day = self._day()
        taken = sorted(self._folder.glob(f"{day}*.warc.gz"))
        number = max(_number(taken[-1]) if taken else 1, 1)
        while not self._opened(f"{day}{number:02}.warc.gz"):
            number += 1

    def _leave(self) -> None:
        if self._fd >= 0:
            self.sync()
            self._full.append(self._fd)
            self._fd, self._name, self._end = -1, "", 0

    def _opened(self, name: str) -> bool:
        path = self._folder / name
        fresh = not path.exists()
        try:
            fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise _unwritable(path, error) from None
        end = os.lseek(fd, 0, os.SEEK_END)
        if end >= self._segment_bytes or not _locked(fd):
            os.close(fd)
            return False
        self._fd, self._name, self._end, self._new = fd, name, os.lseek(fd, 0, os.SEEK_END), fresh
        if self._end == 0:
            self._write(info_record(self._software, name, datetime.now(UTC)))
        return True

    def _write(self, member: bytes) -> None:
        """Append the member whole or not at all: no record may follow a torn one."""
        try:
            done = 0
            while done < len(member):
                done += os.pwrite(self._fd, member[done:], self._end + done)
        except OSError as error:
            os.ftruncate(self._fd, self._end)
            raise _unwritable(self._folder / self._name, error) from None
        self._end += len(member)
        self._dirty = True

    def _healed(self, path: Path, start: int) -> list[tuple[ArchivePlace, Response]]:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            if not _locked(fd):
                return []
            orphans, is_ours = [], start > 0
            for part in read_segment(path, start):
                if isinstance(part, WarcMember):
                    is_ours = True
                    if (response := _response(part)) is not None:
                        orphans.append((ArchivePlace(path.name, part.offset, part.length), response))
                elif part.offset + part.length == os.fstat(fd).st_size and (
                    is_ours or (part.is_torn and part.length < _OPENING)
                ):
                    os.ftruncate(fd, part.offset)
            # Rows will point to these records, which may never have reached the disk.
            os.fsync(fd)
            return orphans
        finally:
            os.close(fd)


def _read(place: ArchivePlace, record: bytes) -> Response:
    response = read_response(record)
    if response is None:
        raise _damaged(place, "no response record")
    return response


def _damaged(place: ArchivePlace, why: object) -> Terminal:
    return Terminal(Reason.DAMAGED_RECORD, f"{place.file} at {place.offset}: {why}")


def _response(member: WarcMember) -> Response | None:
    try:
        return read_response(member.record)
    except Terminal:
        return None


def _locked(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _unwritable(path: Path, error: OSError) -> WarehouseError:
    return WarehouseError(
        f"{path}: cannot be written ({error.strerror}); check the data directory and the space left"
    )


def _number(path: Path) -> int:
    digits = path.name.removesuffix(".warc.gz").rpartition("-")[2]
    return int(digits) if digits.isdigit() else 1


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
