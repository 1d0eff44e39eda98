"""The archive: standard WARC, exact round trips, durable places, and a start after a crash that loses and
doubles nothing."""

from __future__ import annotations

import asyncio
import gzip
import io
import os
import random
import subprocess
import sys
import textwrap
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from fastwarc.warc import WarcRecordType
from warcio.archiveiterator import ArchiveIterator

from ingest.errors import Terminal, WarehouseError
from ingest.fetch.archive import Archive
from ingest.model import ArchivePlace, Response
from ingest.reasons import Reason


def answer(number: int = 0, body: bytes | None = None, **fields: object) -> Response:
    given: dict[str, object] = {
        "requested_url": f"http://news.example/{number}?utm_source=x",
        "url": f"https://news.example/{number}",
        "status": 200,
        "headers": {
            "content-type": "text/html; charset=utf-8",
            "content-encoding": "gzip",
            "content-length": "12",
            "etag": '"é"',
        },
        "body": random.Random(number).randbytes(300) + b"\r\n\r\nWARC/1.1\r\n" if body is None else body,
        "fetched_at": datetime(2026, 3, 1, 12, 0, number % 60, 123456, UTC),
        "hops": (f"http://news.example/{number}?utm_source=x", "http://news.example/ü"),
        "permanent": f"https://news.example/{number}",
        "seconds": 0.1234567891,
        "noai": True,
        **fields,
    }
    return Response(**given)  # type: ignore[arg-type]


def filled(folder: Path, count: int, job: str = "poll") -> list[ArchivePlace]:
    archive = Archive(folder, job)
    places = [archive.append(answer(number)) for number in range(count)]
    archive.close()
    return places


def test_what_is_read_is_what_was_appended(tmp_path: Path) -> None:
    responses = [
        answer(1),
        answer(6, headers={"x-long": "1" * 40_000}),
        answer(2, b"", status=304, hops=(), permanent=None, noai=False),
        answer(3, bytes(3_000_000), headers={}),
        answer(
            4,
            headers={
                "x-archive-orig-content-length": "9",
                "content-length": "8",
                "transfer-encoding": "chunked",
            },
        ),
        answer(5, headers={"x-colon": "a: b", "x-empty": "", "x-raw": "caf\udce9"}),
    ]
    archive = Archive(tmp_path, "poll")
    places = [archive.append(response) for response in responses]
    archive.sync()
    assert [archive.read(place) for place in places] == responses
    assert [archive.read_head(place) for place in places] == [
        replace(response, body=b"") for response in responses
    ]
    assert [place.offset for place in places] == sorted(place.offset for place in places)
    archive.close()
    assert [Archive(tmp_path, "poll").read(place) for place in places] == responses


def test_other_tools_read_it(tmp_path: Path) -> None:
    places = filled(tmp_path, 3)
    data = (tmp_path / places[0].file).read_bytes()
    types = []
    for number, record in enumerate(ArchiveIterator(io.BytesIO(data)), start=-1):
        types.append(record.rec_type)
        if number < 0:
            continue
        http, body = record.http_headers, record.content_stream().read()
        assert record.rec_headers.get_header("WARC-Target-URI") == f"https://news.example/{number}"
        assert body == answer(number).body
        assert http.get_header("content-length") == str(len(body))
        assert http.get_header("content-encoding") is None
        assert http.get_header("X-Archive-Orig-content-encoding") == "gzip"
    assert types == ["warcinfo", "response", "response", "response"]
    fast = [
        record.reader.read()
        for record in FastIterator(io.BytesIO(data), record_types=WarcRecordType.response)
    ]
    assert fast == [answer(number).body for number in range(3)]
    one = data[places[1].offset : places[1].offset + places[1].length]
    alone = [
        (record.headers["WARC-Target-URI"], record.reader.read()) for record in FastIterator(io.BytesIO(one))
    ]
    assert alone == [("https://news.example/1", answer(1).body)]


def test_no_request_header_and_no_cookie_is_stored(tmp_path: Path) -> None:
    places = filled(tmp_path, 1)
    (record,) = [
        r for r in ArchiveIterator((tmp_path / places[0].file).open("rb")) if r.rec_type == "response"
    ]
    names = {name.lower() for name, _ in [*record.rec_headers.headers, *record.http_headers.headers]}
    assert not names & {"set-cookie", "cookie", "authorization", "user-agent"}


def test_a_place_that_is_not_there_is_a_damaged_record(tmp_path: Path) -> None:
    (place,) = filled(tmp_path, 1)
    archive = Archive(tmp_path, "poll")
    for wrong in (
        ArchivePlace("absent.warc.gz", 0, 10),
        ArchivePlace(place.file, place.offset + 1, place.length),
        ArchivePlace(place.file, place.offset, place.length - 5),
        ArchivePlace(place.file, 0, place.offset),
    ):
        with pytest.raises(Terminal) as caught:
            archive.read(wrong)
        assert caught.value.reason is Reason.DAMAGED_RECORD
        if wrong.offset != place.offset:
            with pytest.raises(Terminal) as caught:
                archive.read_head(wrong)
            assert caught.value.reason is Reason.DAMAGED_RECORD


def end(place: ArchivePlace) -> int:
    return place.offset + place.length


def test_a_tail_torn_at_every_byte(tmp_path: Path) -> None:
    """Three records, the first committed; the last is cut at each of its bytes: the second is adopted, the
    rest cut off."""
    made = tmp_path / "made"
    places = filled(made, 3)
    path = made / places[0].file
    data = path.read_bytes()
    committed = {places[0].file: end(places[0])}
    for cut in range(places[2].offset, len(data)):
        path.write_bytes(data[:cut])
        archive = Archive(made, "poll")
        adopted = archive.heal(committed)
        assert adopted == [(places[1], answer(1))]
        assert path.stat().st_size == places[2].offset
        again = archive.append(answer(9)) if cut % 97 == 0 else None
        if again is not None:
            assert again.offset == places[2].offset
            archive.sync()
            assert [response for _, response in Archive(made, "backfill").heal(committed)] == []
        archive.close()


def test_a_torn_first_record_leaves_an_empty_segment_that_is_used_again(tmp_path: Path) -> None:
    (place,) = filled(tmp_path, 1)
    path = tmp_path / place.file
    whole = path.read_bytes()
    for cut in (0, 1, 10, place.offset - 1):
        path.write_bytes(whole[:cut])
        archive = Archive(tmp_path, "poll")
        assert archive.heal({}) == []
        assert path.stat().st_size == 0
        new = archive.append(answer(5))
        archive.close()
        assert Archive(tmp_path, "poll").read(new) == answer(5)


def test_healing_adopts_what_no_row_points_to_and_only_that(tmp_path: Path) -> None:
    places = filled(tmp_path, 4)
    name = places[0].file
    archive = Archive(tmp_path, "poll")
    assert archive.heal({name: end(places[3])}) == []
    assert [place for place, _ in archive.heal({name: end(places[1])})] == places[2:]
    assert [place for place, _ in archive.heal({})] == places
    assert archive.heal({name: end(places[3]) + 10_000}) == []


def test_garbage_behind_the_last_record_is_cut(tmp_path: Path) -> None:
    places = filled(tmp_path, 2)
    path = tmp_path / places[0].file
    whole = path.read_bytes()
    for garbage in (b"\0" * 5000, b"\x1f\x8b\x08\x00", b"text"):
        path.write_bytes(whole + garbage)
        assert [place for place, _ in Archive(tmp_path, "poll").heal({})] == places
        assert path.read_bytes() == whole


def test_damage_before_the_last_record_cuts_nothing(tmp_path: Path) -> None:
    """A warehouse that was lost or restored knows of no record in the segment."""
    places = filled(tmp_path, 3)
    path = tmp_path / places[0].file
    whole = path.read_bytes()
    for at in (0, places[1].offset):
        damaged = whole[:at] + b"\0" * 10 + whole[at + 10 :]
        path.write_bytes(damaged)
        healed = [place for place, _ in Archive(tmp_path, "poll").heal({})]
        assert healed == [place for place in places if place.offset != at]
        assert path.read_bytes() == damaged


def test_a_file_without_a_readable_record_is_nobody_s_to_cut(tmp_path: Path) -> None:
    path = tmp_path / "of-another-tool.warc.gz"
    for body in (b"\0" * 5_000, gzip.compress(random.Random(1).randbytes(9_000))[:-50]):
        path.write_bytes(body)
        assert Archive(tmp_path, "poll").heal({}) == []
        assert path.read_bytes() == body


def test_a_segment_in_use_is_left_alone_and_a_second_writer_takes_the_next(tmp_path: Path) -> None:
    first, second = Archive(tmp_path, "poll"), Archive(tmp_path, "poll")
    one, two = first.append(answer(1)), second.append(answer(2))
    assert one.file.endswith("-01.warc.gz")
    assert two.file.endswith("-02.warc.gz")
    assert Archive(tmp_path, "poll").heal({}) == []
    assert first.heal({}) == []
    first.close()
    assert [place for place, _ in second.heal({})] == [one]
    second.close()


def test_segments_are_gone_on_with_until_they_are_full(tmp_path: Path) -> None:
    files = []
    for number in range(6):
        archive = Archive(tmp_path, "poll", segment_bytes=2_000)
        files.append(archive.append(answer(number)).file)
        archive.close()
    assert len(set(files)) == 2
    assert files == sorted(files)
    big = Archive(tmp_path, "poll", segment_bytes=2_000)
    places = [big.append(answer(number)) for number in range(9)]
    big.sync()
    assert [big.read(place) for place in places] == [answer(number) for number in range(9)]
    assert len({place.file for place in places}) > 2
    written = {place.file for place in places}
    assert not [place for place, _ in Archive(tmp_path, "poll").heal({}) if place.file in written]
    big.close()
    assert len([place for place, _ in Archive(tmp_path, "poll").heal({}) if place.file in written]) >= 9


WRITE = textwrap.dedent("""
    import sys, time
    from datetime import UTC, datetime
    from pathlib import Path
    from ingest.fetch.archive import Archive
    from ingest.model import Response

    archive = Archive(Path(sys.argv[1]), "poll")
    number = 0
    while True:
        url = f"http://news.example/{number}"
        body = bytes(str(number), "ascii") * 2000
        archive.append(Response(url, url, 200, {}, body, datetime(2026, 3, 1, tzinfo=UTC)))
        if number % 5 == 4:
            archive.sync()
            print(number, flush=True)
        number += 1
""")


async def test_killed_while_writing_nothing_synced_is_lost(tmp_path: Path) -> None:
    source = str(Path(__file__).parents[2] / "src")
    for seed in range(5):
        folder = tmp_path / str(seed)
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            WRITE,
            str(folder),
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": source},
        )
        assert process.stdout is not None
        said = [await process.stdout.readline() for _ in range(3 + seed)]
        process.kill()
        said += [line async for line in process.stdout]
        await process.wait()
        synced = max(int(line) for line in said if line.endswith(b"\n"))
        adopted = Archive(folder, "poll").heal({})
        assert len(adopted) > synced
        assert [response.url for _, response in adopted] == [
            f"http://news.example/{n}" for n in range(len(adopted))
        ]
        assert all(response.body == bytes(str(n), "ascii") * 2000 for n, (_, response) in enumerate(adopted))


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(WarehouseError, match="file"):
        Archive(tmp_path / "file" / "archive", "poll").append(answer())
