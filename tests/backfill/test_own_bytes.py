"""The same pages as WARC, JSON lines, list of addresses and folder with manifest are the same articles."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.archive_site import BASE, FIRST, HOST, ArchiveSite
from support.captures import SOURCES, write_warc, written
from support.newsroom import Listed, prose, story
from support.wire_server import LoopbackServer
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from ingest.errors import ConfigError
from ingest.trial.extract import articles_of

FIELDS = "SELECT * EXCLUDE (first_seen_at, feed_id) FROM mart.articles_all ORDER BY url_key"


def pages_of(site: ArchiveSite) -> dict[str, bytes]:
    return {url: answer.bytes() for url, answer in site.articles.items()}


@pytest.fixture
def rooms(tmp_path: Path) -> Iterator[Any]:
    """Sites with the same articles, each with a data directory of its own."""
    with LoopbackServer() as server:

        def room(name: str) -> ArchiveSite:
            folder = tmp_path / name
            folder.mkdir()
            site = ArchiveSite(folder, server)
            site.fill(3, 4)
            return site

        yield room


def test_four_sources_give_the_same_articles(rooms: Any, tmp_path: Path) -> None:
    found = {}
    for name in SOURCES:
        site = rooms(name)
        pages = pages_of(site)
        before = site.pages_asked()
        summary = site.backfill(name, inputs=[written(name, tmp_path, pages)])
        assert (summary.loaded, summary.state) == (12, "done"), name
        assert site.pages_asked() - before == (12 if name == "urls" else 0)
        assert not site.broken_rules()
        found[name] = site.sql(FIELDS)
        assert site.backfill(name, inputs=[written(name, tmp_path, pages)]).loaded == 0
    assert found["warc"] == found["jsonl"] == found["html"] == found["urls"]


def test_pages_polled_live_are_recognised_in_a_warc(site: ArchiveSite, tmp_path: Path) -> None:
    site.fill(1, 3)
    polled = sorted(site.articles)[0]
    site.feed("live", HOST, [Listed(polled, "Story 0")])
    site.poll(0)
    write_warc(tmp_path / "a.warc.gz", pages_of(site))
    assert site.backfill("warc", inputs=[tmp_path / "a.warc.gz"]).loaded == 2
    assert site.one("SELECT count(*) FROM mart.articles") == 3
    assert site.one("SELECT max(revisions) FROM mart.articles") == 1


@pytest.mark.parametrize("packed", [True, False])
def test_good_records_load_and_the_others_get_reasons(
    site: ArchiveSite, tmp_path: Path, packed: bool
) -> None:
    site.fill(1, 5)
    path = tmp_path / ("odd.warc.gz" if packed else "odd.warc")
    offsets = write_warc(path, pages_of(site), packed=packed)
    raw = bytearray(path.read_bytes())
    middle = (offsets[1] + offsets[2]) // 2 if packed else offsets[1]
    raw[middle : middle + 40] = b"\x00" * 40
    path.write_bytes(bytes(raw[: (offsets[4] + len(raw)) // 2]))
    write_odd(tmp_path / "more.warc.gz")
    site.backfill("warc", inputs=[path, tmp_path / "more.warc.gz"])
    assert site.one("SELECT count(*) FROM mart.articles") == 3
    reasons = dict(
        site.sql("SELECT reason, count(*) FROM ops.outcomes WHERE reason IS NOT NULL GROUP BY ALL")
    )
    assert reasons == {
        "damaged_record": 2,
        "not_html": 1,
        "revisit_record": 1,
        "http_404": 1,
        "truncated": 1,
        "http_other": 1,
    }
    assert not site.broken_rules()


def write_odd(path: Path) -> None:
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)

        def one(
            url: str, status: str, kind: str, body: bytes, record: str = "response", *more: tuple[str, str]
        ) -> None:
            answer = StatusAndHeaders(status, [("Content-Type", kind), *more], protocol="HTTP/1.1")
            writer.write_record(
                writer.create_warc_record(
                    f"http://{HOST}/odd/{url}", record, payload=io.BytesIO(body), http_headers=answer
                )
            )

        one("photo", "200 OK", "image/png", b"\x89PNG")
        one("gone", "404 Not Found", "text/html", b"<p>no</p>")
        one("seen", "200 OK", "text/html", b"", "revisit")
        one("half", "200 OK", "text/html", b"<p>half", "response", ("Content-Length", "5000"))
        one("moved", "301 Moved", "text/html", b"", "response", ("Location", "/odd/there"))


def test_a_page_under_a_wrong_type_is_a_page(site: ArchiveSite, tmp_path: Path) -> None:
    with (tmp_path / "lies.warc.gz").open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for name, body in (("page", b"<!DOCTYPE html><p>Words</p>"), ("paper", b"%PDF-1.7 <html>")):
            answer = StatusAndHeaders("200 OK", [("Content-Type", "application/pdf")], protocol="HTTP/1.1")
            payload = io.BytesIO(body)
            writer.write_record(
                writer.create_warc_record(
                    f"http://{HOST}/lies/{name}", "response", payload=payload, http_headers=answer
                )
            )
    rows = [
        json.loads(line)
        for line in articles_of(site.settings, [str(tmp_path / "lies.warc.gz")], io.BytesIO())
    ]
    assert [row["reason"] for row in rows] == ["too_short", "not_html"]


def test_a_length_below_nothing_does_not_swallow_the_records_behind_it(
    site: ArchiveSite, tmp_path: Path
) -> None:
    site.fill(1, 4)
    path = tmp_path / "odd.warc"
    first, *_ = write_warc(path, pages_of(site), packed=False)
    raw = path.read_bytes()
    path.write_bytes(
        raw[:first] + re.sub(rb"(?m)^Content-Length: \d+", b"Content-Length: -7", raw[first:], count=1)
    )
    assert site.backfill("warc", inputs=[path]).loaded == 3
    assert site.one("SELECT count(*) FROM ops.outcomes WHERE reason = 'damaged_record'") >= 1


def test_extract_reads_the_same_records(site: ArchiveSite, tmp_path: Path) -> None:
    site.fill(1, 2)
    write_warc(tmp_path / "a.warc.gz", pages_of(site))
    write_odd(tmp_path / "more.warc.gz")
    lines = list(
        articles_of(
            site.settings, [str(tmp_path / "a.warc.gz"), str(tmp_path / "more.warc.gz")], io.BytesIO()
        )
    )
    rows = [json.loads(line) for line in lines]
    assert [row["id"] for row in rows[:2]] == [row["url"] for row in rows[:2]] == sorted(site.articles)
    assert [row.get("reason") or row["outcome"] for row in rows] == [
        "loaded",
        "loaded",
        "not_html",
        "http_404",
        "revisit_record",
        "truncated",
        "http_other",
    ]
    site.backfill("warc", inputs=[tmp_path / "a.warc.gz"])
    assert site.sql("SELECT body_text FROM mart.articles ORDER BY url") == [
        (row["body_text"],) for row in rows[:2]
    ]


def test_what_a_record_says_of_its_encoding_is_undone(site: ArchiveSite, tmp_path: Path) -> None:
    site.fill(1, 2)
    first, second = sorted(site.articles)
    whole = pages_of(site)
    packed = gzip.compress(whole[first])
    as_sent = {"Content-Encoding": "gzip", "Transfer-Encoding": "chunked"}
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed)
    write_warc(tmp_path / "a.warc.gz", {first: chunked}, headers=as_sent)
    write_warc(tmp_path / "b.warc.gz", {second: whole[second]}, headers=as_sent)
    assert site.backfill("warc", inputs=[tmp_path]).loaded == 2
    assert site.one("SELECT count(*) FROM mart.articles WHERE starts_with(body_text, 'The ')") == 2


def test_an_empty_page_that_was_brought_along_is_lost_for_that_at_once(
    site: ArchiveSite, tmp_path: Path
) -> None:
    empty = f"http://{HOST}/news/an-empty-shell-of-a-page"
    write_warc(
        tmp_path / "a.warc.gz",
        {empty: b"<html><head><title>x</title></head><body><div id='app'></div></body></html>"},
    )
    summary = site.backfill("warc", inputs=[tmp_path / "a.warc.gz"])
    assert (summary.state, summary.outcomes) == (
        "done",
        [{"outcome": "failed", "reason": "empty", "urls": 1}],
    )


def test_only_the_days_asked_for_are_loaded_of_a_crawl(site: ArchiveSite, tmp_path: Path) -> None:
    site.fill(3, 2)
    write_warc(tmp_path / "a.warc.gz", pages_of(site))
    assert site.backfill("warc", inputs=[tmp_path / "a.warc.gz"], first=FIRST, last=FIRST).loaded == 2
    assert site.one("SELECT count(*) FROM ops.outcomes WHERE reason = 'out_of_range'") == 4
    assert site.backfill("warc", inputs=[tmp_path / "a.warc.gz"]).loaded == 4


def test_inputs_without_an_address(site: ArchiveSite, tmp_path: Path) -> None:
    site.fill(1, 1)
    body = "".join(f"<p>{one}</p>" for one in prose(900))
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "a.html").write_text(
        f"<html><head><link href='http://{HOST}/x/weir-repaired-at-last' "
        f"rel='canonical'></head><body>{body}</body></html>"
    )
    (folder / "b.html").write_text(f"<html><body>{body}</body></html>")
    lines = tmp_path / "a.jsonl"
    rows = (
        {"text": "\n".join(prose(901))},
        {"html": f"<html><body>{body}</body></html>"},
        {"url": f"http://{HOST}/x/nothing-there"},
    )
    lines.write_text("\n".join(["{not json", *(json.dumps(row) for row in rows)]))
    assert site.backfill("html", inputs=[folder]).loaded == 1
    assert site.backfill("jsonl", inputs=[lines]).loaded == 1
    keys = {row[0].split(":")[0] for row in site.sql("SELECT url_key FROM mart.articles")}
    assert keys == {f"{HOST}/x/weir-repaired-at-last", "urn"}
    reasons = dict(
        site.sql("SELECT reason, count(*) FROM ops.outcomes WHERE reason IS NOT NULL GROUP BY ALL")
    )
    assert reasons == {"no_url": 2, "damaged_record": 1, "no_text": 1}
    assert site.backfill("jsonl", inputs=[lines]).loaded == 0
    assert not site.broken_rules()


@pytest.mark.parametrize(
    ("said", "printed", "kept"),
    [
        ("2026-02-03T17:45:53Z", None, ("2026-02-03 17:45:53", "instant", "feed")),
        ("2026-02-03", None, ("2026-02-03 00:00:00", "day", "feed")),
        ("2026-02-03", "2026-02-03T22:30:00-05:00", ("2026-02-04 03:30:00", "instant", "meta")),
        ("2026-02-03", "2026-02-02T10:00:00Z", ("2026-02-03 00:00:00", "day", "feed")),
        ("2026-02-03", "2026-02-03T00:00:00+02:00", ("2026-02-03 00:00:00", "day", "feed")),
        ("2026-02-03T17:45:53Z", "2026-02-03T10:00:00Z", ("2026-02-03 17:45:53", "instant", "feed")),
        (None, None, ("2026-02-01 00:00:00", "day", "url")),
    ],
)
def test_a_line_says_when_before_the_address_does(
    site: ArchiveSite, tmp_path: Path, said: str | None, printed: str | None, kept: tuple[str, str, str]
) -> None:
    stamp = f'<meta property="article:published_time" content="{printed}">' if printed else ""
    rows = [
        {
            "url": f"{BASE}/2026/02/01/page",
            "html": story("Weir", 930, head=stamp).bytes().decode(),
            "published_at": said,
        }
    ]
    if printed is None:
        rows.append({"url": f"{BASE}/2026/02/01/text", "text": "\n".join(prose(931)), "published_at": said})
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    site.backfill("jsonl", inputs=[tmp_path / "a.jsonl"])
    found = site.sql(
        "SELECT strftime(published_at AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S'), published_precision, "
        "published_source "
        "FROM mart.articles"
    )
    assert found == [kept] * len(rows)


def test_an_input_that_is_not_there_leaves_nothing_to_resume(site: ArchiveSite, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        site.backfill("warc", inputs=[tmp_path / "nowhere.warc"])
    assert site.warehouse("SELECT state FROM core.backfill") == [("cancelled",)]


def test_a_lost_warehouse_is_made_anew_from_its_archive(site: ArchiveSite, tmp_path: Path) -> None:
    site.fill(2, 3)
    site.feed("live", HOST, [Listed(url, "A story") for url in sorted(site.articles)[:2]])
    site.poll(0)
    site.backfill()
    before, pages = site.sql(FIELDS), site.pages_asked()
    sizes = {path.name: path.stat().st_size for path in (site.data / "archive").iterdir()}
    for path in (site.data / "ingest.duckdb", site.data / "news.duckdb"):
        path.unlink()
    assert site.backfill("archive", inputs=[]).loaded == 6
    assert site.pages_asked() == pages
    assert [row[:3] for row in site.sql(FIELDS)] == [row[:3] for row in before]
    assert {path.name: path.stat().st_size for path in (site.data / "archive").iterdir()} == sizes
    assert not site.broken_rules()
