"""A source that could not be read is asked again, keeps the backfill open, and is never taken for empty."""

from __future__ import annotations

import asyncio
import bz2
import gzip
import json
import lzma
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from support.archive_site import BASE, FIRST, HOST, XML, ArchiveSite, index, urlset
from support.captures import write_warc
from support.newsroom import NOON, prose
from support.wire_server import Answer

from ingest.backfill import run as backfills
from ingest.backfill.plan import tells_failure
from ingest.backfill.sources import lists
from ingest.backfill.sources.captured import stream_rows
from ingest.backfill.sources.packed import Unpacked
from ingest.backfill.sources.report import SourceReport
from ingest.backfill.sources.rows import rows_of


def resume(site: ArchiveSite) -> Any:
    id = str(backfills.find(site.settings, "last")["backfill_id"])
    return asyncio.run(backfills.resume(site.settings, site.feeds(), id, now=NOON))


def after(times: int, good: Any, bad: Answer) -> Any:
    """Answers `bad` so many times, then `good`."""
    left = [bad] * times
    return lambda asked: left.pop() if left else good(asked) if callable(good) else good


@pytest.mark.parametrize(
    "bad",
    [
        Answer(503, "busy"),
        Answer(500, "no"),
        Answer(body="<u", length=900, reset=True),
        Answer(429, "slow down"),
        Answer(429, "slow down", headers={"Retry-After": "0.2"}),
        Answer(503, "busy", headers={"Retry-After": "0.2"}),
    ],
)
@pytest.mark.parametrize("path", ["robots.txt", "sitemap.xml"])
def test_a_source_that_fails_for_a_moment_is_asked_again_within_the_run(
    site: ArchiveSite, path: str, bad: Answer
) -> None:
    site.fill(2, 2)
    site.server.routes[f"{HOST}/{path}"] = after(2, site.server.routes[f"{HOST}/{path}"], bad)
    summary = site.backfill()
    assert (summary.state, summary.loaded, summary.problems) == ("done", 4, [])
    assert summary.adds_up


@pytest.mark.parametrize("wait", [{}, {"Retry-After": "0.2"}, {"Retry-After": "7200"}])
@pytest.mark.parametrize("path", ["robots.txt", "sitemap.xml"])
def test_a_source_that_says_429_for_good_is_waited_for_a_bounded_time_and_left_to_resume(
    site: ArchiveSite, path: str, wait: dict[str, str]
) -> None:
    site.fill(1, 2)
    whole = site.server.routes[f"{HOST}/{path}"]
    site.server.routes[f"{HOST}/{path}"] = Answer(429, "slow down", headers=wait)
    first = site.backfill()
    assert (first.state, [one["again"] for one in first.problems]) == ("incomplete", [True])
    assert tells_failure(first.problems)
    tries = 3 if path == "robots.txt" else 4
    assert site.asked(HOST, f"/{path}") == (1 if wait.get("Retry-After") == "7200" else tries)
    site.server.routes[f"{HOST}/{path}"] = whole
    for file in site.data.glob("hosts.db*"):  # its pauses go by the real clock
        file.unlink()
    assert (resume(site).state, site.one("SELECT count(*) FROM mart.articles")) == ("done", 2)


@pytest.mark.parametrize("path", ["robots.txt", "sitemap.xml", "maps/2026-02-02.xml"])
def test_a_source_that_stays_unread_keeps_the_backfill_open_and_resume_completes_it(
    site: ArchiveSite, path: str
) -> None:
    site.fill(2, 2)
    whole = site.server.routes[f"{HOST}/{path}"]
    site.server.routes[f"{HOST}/{path}"] = Answer(503, "busy")
    first = site.backfill()
    assert first.state == "incomplete"
    assert tells_failure(first.problems)
    assert [one["again"] for one in first.problems] == [True]
    again = resume(site)
    assert (again.state, again.loaded) == ("incomplete", 0)
    site.server.routes[f"{HOST}/{path}"] = whole
    before = site.pages_asked()
    last = resume(site)
    assert (last.state, last.problems, last.adds_up) == ("done", [], True)
    assert site.one("SELECT count(*) FROM mart.articles") == 4 == first.loaded + last.loaded
    assert site.pages_asked() - before == last.loaded
    assert site.backfill().loaded == 0


def test_run_of_the_same_request_completes_it_too_and_mode_all_fetches_nothing_twice(
    site: ArchiveSite,
) -> None:
    site.fill(2, 2)
    path = f"{HOST}/maps/2026-02-02.xml"
    whole = site.server.routes[path]
    site.server.routes[path] = Answer(503, "busy")
    assert site.backfill(mode="all").state == "incomplete"
    site.server.routes[path] = whole
    assert site.backfill(mode="all").state == "done"
    assert site.pages_asked() == 4
    assert site.warehouse("SELECT DISTINCT state FROM core.backfill") == [("done",)]


def test_a_list_on_the_web_that_stays_unread(site: ArchiveSite) -> None:
    site.fill(1, 2)
    site.page(f"{BASE}/list.txt", Answer(503, "busy"))
    assert site.backfill("urls", inputs=[f"{BASE}/list.txt"]).state == "incomplete"
    site.page(f"{BASE}/list.txt", Answer(body="\n".join(site.articles)))
    summary = resume(site)
    assert (summary.state, summary.loaded, summary.seen) == ("done", 2, 2)


def test_an_address_that_is_gone_for_good_is_told_but_does_not_keep_it_open(site: ArchiveSite) -> None:
    site.fill(2, 2)
    site.server.routes[f"{HOST}/maps/2026-02-02.xml"] = Answer(404, "no")
    summary = site.backfill()
    assert (summary.state, summary.loaded) == ("done", 2)
    assert tells_failure(summary.problems)
    assert summary.unreadable == 1


def test_a_file_that_cannot_be_read_keeps_it_open(
    site: ArchiveSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.fill(1, 3)
    folder = tmp_path / "crawl"
    folder.mkdir()
    pages = {url: answer.bytes() for url, answer in site.articles.items()}
    first = sorted(pages)[0]
    write_warc(folder / "a.warc.gz", {first: pages.pop(first)})
    (folder / "b.warc.gz").symlink_to(tmp_path / "not mounted.warc.gz")
    summary = site.backfill("warc", inputs=[folder])
    assert (summary.state, summary.loaded) == ("incomplete", 1)
    write_warc(tmp_path / "not mounted.warc.gz", pages)
    summary = resume(site)
    assert (summary.state, summary.loaded, summary.adds_up) == ("done", 2, True)


# -- cut and damaged files -----------------------------------------------------------------------------------


def lines(number: int) -> list[str]:
    return [
        json.dumps({"url": f"http://{HOST}/rows/story-{n}", "text": "\n".join(prose(700 + n))})
        for n in range(number)
    ]


def test_unpacked_bytes_are_told_by_content_and_damage_has_a_place() -> None:
    import io

    text = "\n".join(lines(60)).encode()
    for pack in (gzip.compress, bz2.compress, lzma.compress):
        packed = pack(text)
        for whole in (packed, gzip.compress(packed), bz2.compress(packed)):
            unpacked = Unpacked(io.BytesIO(whole))
            assert (b"".join(unpacked), unpacked.damage) == (text, None)
        assert b"".join(Unpacked(io.BytesIO(packed + packed))) == text + text
        cut = Unpacked(io.BytesIO(packed[: len(packed) // 2]))
        assert text.startswith(b"".join(cut))
        assert cut.damage is not None
        assert cut.damage.offset == len(packed) // 2
        flipped = bytearray(packed)
        flipped[len(packed) // 2] ^= 0x5A
        assert len(b"".join(damaged := Unpacked(io.BytesIO(bytes(flipped))))) >= 0
        assert damaged.damage is not None


@pytest.mark.parametrize("cut", [True, False])
@pytest.mark.parametrize("source", ["jsonl", "urls"])
def test_a_cut_or_damaged_file_gives_every_whole_line_and_one_reason(
    site: ArchiveSite, tmp_path: Path, source: str, cut: bool
) -> None:
    site.fill(1, 1)
    if source == "jsonl":
        text = "\n".join(lines(40))
    else:
        text = "\n".join(f"{BASE}/news/gone-{n * 7919 % 1000}-{n}" for n in range(400))
    packed = bytearray(gzip.compress(f"{text}\n".encode()))
    if cut:
        del packed[len(packed) // 2 :]
    else:
        packed[-6] ^= 0xFF  # in the checksum: every line is there
    path = tmp_path / f"a.{source}.gz"
    path.write_bytes(bytes(packed))
    summary = site.backfill(source, inputs=[path])
    assert summary.state == "done"
    assert summary.adds_up
    (problem,) = summary.problems
    assert (problem["reason"], problem["again"], problem["note"]) == ("damaged_record", False, False)
    assert "byte" in problem["detail"]
    assert "line" in problem["detail"]
    whole = len(text.splitlines())
    assert (whole // 4 < summary.urls < whole) if cut else summary.urls == whole
    assert not site.sql("SELECT * FROM ops.outcomes WHERE reason IN ('damaged_record', 'bad_url')")


def harmed(text: str, how: str) -> bytes:
    packed = bytearray(gzip.compress(text.encode()))
    match how:
        case "checksum":
            packed[-6] ^= 0xFF
        case "length":
            packed[-2] ^= 0xFF
        case "checksum cut":
            del packed[-3:]
        case "checksum missing":
            del packed[-8:]
        case _:
            # Stored, not compressed, so that the cut is after a known byte of the last line.
            packed = bytearray(gzip.compress(text.encode(), compresslevel=0)[: -8 - int(how)])
    return bytes(packed)


@pytest.mark.parametrize(
    ("how", "whole"),
    [("checksum", True), ("length", True), ("checksum cut", True), ("checksum missing", True), ("4", False)],
)
def test_the_last_line_without_a_line_end_is_whole_where_only_the_checksum_is_harmed(
    tmp_path: Path, how: str, whole: bool
) -> None:
    addresses = [f"{BASE}/news/story-{n}-of-the-harbour" for n in range(9)]
    for name, text in (("a.urls", "\n".join(addresses)), ("a.jsonl", "\n".join(lines(9)))):
        (tmp_path / name).write_bytes(harmed(text, how))
    report = SourceReport()
    no_network: Any = None

    async def listed() -> list[str]:
        batches = lists.addresses(no_network, str(tmp_path / "a.urls"), report)
        return [one.url async for batch in batches for one in batch]

    assert asyncio.run(listed()) == addresses[: 9 if whole else 8]
    with (tmp_path / "a.jsonl").open("rb") as stream:
        rows = list(stream_rows(stream, "a.jsonl", report))
    assert [row.why for row in rows] == [None] * (9 if whole else 8)
    assert [one["reason"] for one in report.problems] == ["damaged_record"] * 2
    said = "all 9 lines were read" if whole else "the rest behind line 8 is lost"
    assert all(one["detail"].endswith(said) for one in report.problems)


@pytest.mark.parametrize(("cut", "rows"), [(0, 3), (1, 2), (40, 2)])
def test_a_whole_object_before_the_damage_is_a_row_though_no_line_end_follows(cut: int, rows: int) -> None:
    text = "\n".join(lines(3)).encode()
    read = list(rows_of([text[: len(text) - cut]], lambda: True))
    assert [row.why for row in read] == [None] * rows


def test_a_cut_warc_gives_every_whole_record_and_tells_the_place(site: ArchiveSite, tmp_path: Path) -> None:
    site.fill(1, 4)
    path = tmp_path / "a.warc.gz"
    offsets = write_warc(path, {url: answer.bytes() for url, answer in site.articles.items()})
    path.write_bytes(path.read_bytes()[: offsets[3] + 300])
    summary = site.backfill("warc", inputs=[path])
    assert (summary.loaded, summary.state, summary.adds_up) == (3, "done", True)
    assert f"at byte {offsets[3]:,}" in summary.problems[0]["detail"]
    assert summary.not_pages == {"warcinfo record": 1}
    assert tells_failure(summary.problems)


def test_the_command_says_so_and_exits_1(site: ArchiveSite, tmp_path: Path) -> None:
    from ingest.cli.main import cli

    site.fill(1, 1)
    path = tmp_path / "a.txt.gz"
    text = "\n".join(f"{BASE}/news/gone-{n * 7919 % 1000}-{n}" for n in range(400)).encode()
    path.write_bytes(gzip.compress(text)[:-20])
    arguments = ["backfill", "plan", "--dry-run", "--source", "urls", "--input", str(path), "--json"]
    result = CliRunner().invoke(
        cli, [*arguments, "--data", str(site.data), "--feeds", str(site.write())], standalone_mode=False
    )
    assert json.loads(result.stdout)["problems"]
    assert result.return_value == 1


# -- evidence of days ----------------------------------------------------------------------------------------


def test_a_lastmod_after_the_wanted_days_proves_nothing_and_one_before_them_does(site: ArchiveSite) -> None:
    site.fill(1, 0)
    later, before, none = (site.article(FIRST, n) for n in (1, 2, 3))
    listed = "".join(
        f"<url><loc>{url}</loc>{stamp}</url>"
        for url, stamp in (
            (later, "<lastmod>2026-03-01</lastmod>"),
            (before, "<lastmod>2025-03-01</lastmod>"),
            (none, ""),
        )
    )
    site.server.routes[f"{HOST}/sitemap.xml"] = Answer(body=f"<urlset>{listed}</urlset>", headers=XML)
    summary = site.backfill(first=FIRST, last=FIRST)
    reasons = dict(site.sql("SELECT url, coalesce(reason, outcome) FROM ops.outcomes"))
    assert reasons == {later: "loaded", before: "out_of_range", none: "loaded"}
    assert summary.adds_up


@pytest.mark.parametrize("dateless_first", [True, False])
@pytest.mark.parametrize("same_batch", [True, False])
def test_a_dateless_sitemap_does_not_hide_the_date_of_another(
    site: ArchiveSite, dateless_first: bool, same_batch: bool
) -> None:
    site.fill(1, 0)
    old, new = site.article(FIRST - timedelta(days=300), 1), site.article(FIRST, 2)
    dateless = f"<url><loc>{old}</loc></url><url><loc>{new}</loc></url>"
    dated = "".join(
        f"<url><loc>{url}</loc><lastmod>{day}</lastmod></url>"
        for url, day in ((old, FIRST - timedelta(days=300)), (new, FIRST))
    )
    parts = [dateless, dated] if dateless_first else [dated, dateless]
    if same_batch:
        whole: str = f"<urlset>{''.join(parts)}</urlset>"
    else:
        whole = index(f"{BASE}/a.xml", f"{BASE}/b.xml")
        for name, part in zip("ab", parts, strict=True):
            site.server.routes[f"{HOST}/{name}.xml"] = Answer(body=f"<urlset>{part}</urlset>", headers=XML)
    site.server.routes[f"{HOST}/sitemap.xml"] = Answer(body=whole, headers=XML)
    plan = site.plan(first=FIRST, last=FIRST, dry=True)
    assert (plan.urls, plan.reachable, plan.left_out) == (2, 1, {"out_of_range": 1})
    summary = site.backfill(first=FIRST, last=FIRST)
    assert (summary.loaded, summary.seen, summary.same, summary.adds_up) == (1, 4, 2, True)
    assert site.one("SELECT url FROM ops.outcomes WHERE reason = 'out_of_range'") == old


def test_addresses_without_scheme_are_meant_from_the_sitemap(site: ArchiveSite) -> None:
    site.fill(1, 0)
    url = site.article(FIRST, 1)
    listed = urlset(url.removeprefix(BASE), f"//{HOST}/news/gone", modified=str(FIRST))
    site.server.routes[f"{HOST}/sitemap.xml"] = Answer(body=listed, headers=XML)
    assert site.backfill().loaded == 1
    assert site.one("SELECT count(*) FROM ops.outcomes WHERE reason = 'http_404'") == 1


def test_a_damaged_record_of_our_own_archive_hides_no_other(site: ArchiveSite) -> None:
    site.fill(2, 3)
    loaded = site.backfill().loaded
    for path in (site.data / "ingest.duckdb", site.data / "news.duckdb"):
        path.unlink()
    segments = sorted((site.data / "archive").glob("*.warc.gz"))
    for path in segments:  # the record that opens each segment
        with path.open("r+b") as stream:
            stream.write(b"\0" * 10)
    summary = site.backfill("archive", inputs=[])
    assert (summary.loaded, summary.state, summary.adds_up) == (loaded, "done", True)
    assert (summary.unreadable, len(summary.problems)) == (len(segments), len(segments))
    assert "bytes 0 to " in summary.problems[0]["detail"]
