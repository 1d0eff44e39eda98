"""A segment with damage in the middle is read to its end."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.fetch.segment import SegmentDamage, read_segment
from ingest.fetch.warc import WarcMember, read_response, response_record
from ingest.model import Response

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
URLS = [f"https://desk.example/story-{number}" for number in range(4)]


def members() -> list[bytes]:
    bodies = [f"<p>Story {number}</p>".encode() * 400 * (number + 1) for number in range(4)]
    return [
        response_record(Response(url, url, 200, {"content-type": "text/html"}, body, NOON))
        for url, body in zip(URLS, bodies, strict=True)
    ]


def read(path: Path) -> list[str | SegmentDamage]:
    """The address of each record, or the damage in its place."""
    return [_url(part) if isinstance(part, WarcMember) else part for part in read_segment(path)]


def _url(member: WarcMember) -> str:
    response = read_response(member.record)
    assert response is not None
    return response.url


def test_a_whole_segment_has_its_records_and_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "poll.warc.gz"
    path.write_bytes(b"".join(members()))
    assert read(path) == URLS
    path.write_bytes(b"")
    assert read(path) == []


@pytest.mark.parametrize("at", [0, 1, 2, 3])
@pytest.mark.parametrize("fault", ["no header", "zeros inside", "cut short"])
def test_a_damaged_record_costs_no_other(tmp_path: Path, at: int, fault: str) -> None:
    parts = members()
    if fault == "no header":
        parts[at] = b"\0" * 10 + parts[at][10:]
    elif fault == "zeros inside":
        middle = len(parts[at]) // 2
        parts[at] = parts[at][:middle] + b"\0" * 40 + parts[at][middle + 40 :]
    else:
        parts[at] = parts[at][:-20]
    path = tmp_path / "poll.warc.gz"
    path.write_bytes(b"".join(parts))
    is_torn = fault == "cut short" and at == 3
    damage = SegmentDamage(sum(map(len, parts[:at])), len(parts[at]), is_torn)
    assert read(path) == [*URLS[:at], damage, *URLS[at + 1 :]]


def test_a_record_behind_a_large_hole_is_read(tmp_path: Path) -> None:
    """The hole ends where the search has read a MiB: the next record's first bytes lie on both sides."""
    first, last = members()[:2]
    for length in ((1 << 20) - 1, 1 << 20, (1 << 20) + 1):
        path = tmp_path / f"{length}.warc.gz"
        path.write_bytes(first + b"\x1f\x8b" * (length // 2) + b"\0" * (length % 2) + last)
        assert read(path) == [URLS[0], SegmentDamage(len(first), length), URLS[1]]
