"""Files of other tools: their names, their forms, and several versions of one address."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import zstandard
from support.archive_site import BASE, FIRST, HOST, ArchiveSite
from support.captures import write_warc
from support.newsroom import prose, story

from ingest.backfill.sources import fields
from ingest.backfill.sources.captured import row_parts, warc
from ingest.backfill.sources.report import SourceReport
from ingest.backfill.sources.rows import rows_of
from ingest.trial.extract import articles_of
from ingest.urls.wayback import own_address

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 4, 1, tzinfo=UTC)
URL = f"http://{HOST}/rows/weir"
TEXT = "\n\n".join(prose(801))

ROWS: dict[str, dict[str, Any]] = {
    "ours": {"url": URL, "text": TEXT, "published_at": "2026-03-04T10:00:00Z", "headline": "Weir repaired"}
    | {"authors": ["Ann Weir"], "language": "en", "publisher": "Weir Post", "section": "Local"},
    "news-please": {"url": URL, "maintext": TEXT, "title": "Weir repaired", "authors": ["Ann Weir"]}
    | {"date_publish": "2026-03-04 10:00:00", "date_download": "2026-03-07 01:02:03", "language": "en"}
    | {"source_domain": "weir.example", "date_modify": None, "localpath": "/x", "filename": "f.json"},
    "newspaper4k": {"url": URL, "text": TEXT, "title": "Weir repaired", "authors": ["Ann Weir"]}
    | {"publish_date": "2026-03-04T10:00:00+00:00", "meta_lang": "en", "top_image": "", "keywords": [""]},
    "Fundus": {"title": "Weir repaired", "publishing_date": "2026-03-04 10:00:00+00:00", "free_access": True}
    | {"body": {"summary": [], "sections": [{"headline": [], "paragraphs": TEXT.split("\n\n")}]}}
    | {"html": {"requested_url": URL, "responded_url": URL, "crawl_date": "2026-03-05 10:00:00+00:00"}}
    | {"authors": ["Ann Weir"], "topics": ["weirs"], "lang": "en"},
    "CC-News": {"url": URL, "text": TEXT, "title": "Weir repaired", "date": "2026-03-04 10:00:00"}
    | {"description": "A weir.", "domain": "weir.example", "image_url": "http://weir.example/i.jpg"},
    "RealNews": {"url": URL, "text": TEXT, "title": "Weir repaired", "publish_date": "03-04-2026"}
    | {
        "authors": ["Ann Weir"],
        "domain": "weir.example",
        "summary": None,
        "warc_date": "2026-03-06T00:00:00Z",
    },
    "Webz.io": {"thread": {"url": "http://other.example/", "site_full": "www.weir.example", "title": "T"}}
    | {"url": URL, "text": TEXT, "title": "Weir repaired", "published": "2026-03-04T10:00:00.000+00:00"}
    | {"author": "Ann Weir", "language": "english", "crawled": "2026-03-04T11:00:00.000+00:00"},
    "GDELT DOC": {
        "url": URL,
        "title": "Weir repaired",
        "seendate": "20260304T101500Z",
        "domain": "w.example",
    },
    "Media Cloud": {"url": URL, "title": "Weir repaired", "publish_date": "2026-03-04", "media_name": "Weir"}
    | {"indexed_date": "2026-03-05T00:00:00", "media_url": "weir.example", "language": "en"},
    "schema.org": {"url": URL, "headline": "Weir repaired", "articleBody": TEXT, "inLanguage": "en"}
    | {"datePublished": "2026-03-04T10:00:00Z", "author": [{"@type": "Person", "name": "Ann Weir"}]},
}


@pytest.mark.parametrize("tool", ROWS)
def test_the_names_of_a_tool_are_read(tool: str) -> None:
    unknown = fields.Unknown()
    parts = row_parts(ROWS[tool], NOW, unknown)
    assert parts.url == URL
    assert parts.hints.title == "Weir repaired"
    assert parts.hints.published is not None
    assert str(parts.hints.published.day) == "2026-03-04"
    if "GDELT" not in tool and tool != "Media Cloud":
        assert parts.text is not None
        assert parts.text.split()[:20] == TEXT.split()[:20]
    if any(name in ROWS[tool] for name in ("authors", "author")):
        assert parts.hints.authors == ("Ann Weir",)
    expected = {"Fundus": {"free_access", "html.responded_url"}, "schema.org": {"inlanguage"}}
    assert set(unknown.counts) == expected.get(tool, set())


@pytest.mark.parametrize("tool", [tool for tool in ROWS if tool not in ("GDELT DOC", "Media Cloud")])
def test_a_row_of_a_tool_is_an_article_with_all_that_it_says(
    site: ArchiveSite, tmp_path: Path, tool: str
) -> None:
    site.fill(1, 0)
    (tmp_path / "a.jsonl").write_text(json.dumps(ROWS[tool]))
    assert site.backfill("jsonl", inputs=[tmp_path / "a.jsonl"]).loaded == 1
    (row,) = site.sql(
        "SELECT headline, byline, language, publisher, published_day::VARCHAR FROM mart.articles"
    )
    assert row[0] == "Weir repaired"
    assert row[1] == ("Ann Weir" if tool != "CC-News" else None)
    assert row[2] == "en"
    assert row[4] == "2026-03-04"
    assert row[3] not in (None, HOST) or tool in ("newspaper4k", "Fundus", "schema.org")
    (extracted,) = articles_of(site.settings, [str(tmp_path / "a.jsonl")], io.BytesIO())
    assert json.loads(extracted)["headline"] == "Weir repaired"


def forms() -> dict[str, Callable[[list[dict[str, Any]]], bytes]]:
    def table(delimiter: str) -> Callable[[list[dict[str, Any]]], bytes]:
        def write(rows: list[dict[str, Any]]) -> bytes:
            out = [delimiter.join(rows[0])]
            out += [
                delimiter.join('"' + str(cell).replace('"', '""') + '"' for cell in row.values())
                for row in rows
            ]
            return "\r\n".join(out).encode()

        return write

    def json_lines(rows: list[dict[str, Any]]) -> bytes:
        return "\n".join(map(json.dumps, rows)).encode()

    return {
        "lines": json_lines,
        "lines of windows": lambda rows: (
            b"\xef\xbb\xbf" + json_lines(rows).replace(b"\n", b"\r\n") + b"\r\n\x00"
        ),
        "utf-16": lambda rows: json_lines(rows).decode().encode("utf-16"),
        "array": lambda rows: json.dumps(rows).encode(),
        "printed array": lambda rows: json.dumps(rows, indent=2).encode(),
        "printed objects": lambda rows: "\n".join(json.dumps(row, indent=1) for row in rows).encode(),
        "objects on one line": lambda rows: "".join(map(json.dumps, rows)).encode(),
        "wrapped": lambda rows: json.dumps({"totalResults": 3, "posts": rows}, indent=1).encode(),
        "comma": table(","),
        "semicolon, Excel": lambda rows: b"\xef\xbb\xbf" + table(";")(rows),
        "tab, utf-16": lambda rows: table("\t")(rows).decode().encode("utf-16"),
        "gz": lambda rows: gzip.compress(json_lines(rows)),
        "gz of gz": lambda rows: gzip.compress(gzip.compress(json_lines(rows))),
        "bz2": lambda rows: bz2.compress(json_lines(rows)),
        "xz": lambda rows: lzma.compress(json_lines(rows)),
        "zst": lambda rows: zstandard.ZstdCompressor().compress(json_lines(rows)),
        "array, bz2": lambda rows: bz2.compress(json.dumps(rows, indent=1).encode()),
    }


@pytest.mark.parametrize("form", forms())
def test_every_form_gives_the_same_rows(tmp_path: Path, form: str, site: ArchiveSite) -> None:
    rows = [
        {"url": f"http://{HOST}/rows/{n}", "title": f'Weir {n}; "old", new', "text": f"{TEXT}\nNo. {n}"}
        for n in range(3)
    ]
    path = tmp_path / "rows.jsonl"  # the name says nothing of the form
    path.write_bytes(forms()[form](rows))
    report = SourceReport()
    found = [json.loads(line) for line in articles_of(site.settings, [str(path)], io.BytesIO(), report)]
    assert [one["url"] for one in found] == [row["url"] for row in rows]
    assert [one["headline"] for one in found] == [row["title"] for row in rows]
    assert not report.problems
    piped = articles_of(site.settings, ["-"], io.BytesIO(path.read_bytes()))
    assert [json.loads(line)["url"] for line in piped] == [row["url"] for row in rows]


def test_a_row_that_cannot_be_read_does_not_hide_the_others() -> None:
    def read(text: str, size: int) -> list[Any]:
        pieces = (text.encode()[at : at + size] for at in range(0, len(text.encode()), size))
        return [row.values or (row.line, row.why and row.why[:8]) for row in rows_of(pieces)]

    for size in (1, 7, 10_000):
        assert read('{"a": 1}\n{bad\n\n{"a": 2}', size) == [{"a": 1}, (2, "not JSON"), {"a": 2}]
        assert read('[\n{"a": "}]"},\n{bad},\n{"a": "\\\\"}]', size) == [
            {"a": "}]"},
            (3, "not JSON"),
            {"a": "\\"},
        ]
        assert read('[{"a": 1},\n{"a": {"b": [1, 2', size) == [{"a": 1}, (2, "the file")]
        assert read("", size) == []
        assert read('"text"\n7', size) == [(1, "no JSON "), (2, "no JSON ")]


def test_lists_of_tools_are_lists_of_addresses(site: ArchiveSite, tmp_path: Path) -> None:
    site.fill(1, 2)
    one, two = sorted(site.articles)
    gdelt = ["x"] * 61
    gdelt[59], gdelt[60] = "20260201101500", one
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as zipped:
        zipped.writestr("20260201.export.CSV", "\t".join(gdelt) + "\n")
    files = {
        "excel.csv": f"\ufeffurl;date\r\n{one};01.02.2026\r\n{two};02.02.2026\r\n".encode(),
        "mediacloud.csv": f"id,date,title,url,media_name\n1,2026-02-01,A,{one},W\n2,,B,{two},W".encode(),
        "gdelt.zip": packed.getvalue(),
        "doc.json": json.dumps({"articles": [{"url": one, "seendate": "20260201T101500Z"}]}).encode(),
        "utf16.txt": f"{one}\r\n{two}\r\n".encode("utf-16"),
        "list.txt.gz": f"{one}\n{two} 2026-02-01\n".encode(),  # no gzip, whatever the name says
        "urls.jsonl": f"{json.dumps({'link': one})}\n{json.dumps({'title': 'no address'})}\n".encode(),
    }
    for name, body in files.items():
        (tmp_path / name).write_bytes(body)
        plan = site.plan("urls", inputs=[tmp_path / name], dry=True)
        assert plan.reachable == (1 if name in ("gdelt.zip", "doc.json", "urls.jsonl") else 2), name
        assert plan.seen == (1 if name in ("gdelt.zip", "doc.json") else 2), name
        assert plan.left_out == ({"no_url": 1} if name == "urls.jsonl" else {}), name
    plan = site.plan("urls", inputs=[tmp_path / "excel.csv"], first=FIRST, last=FIRST, dry=True)
    assert (plan.reachable, plan.left_out) == (1, {"out_of_range": 1})


# -- versions of one address ---------------------------------------------------------------------------------


def version(number: int, **more: Any) -> dict[str, Any]:
    return {"url": URL, "headline": f"Weir, {number}", "text": f"{TEXT}\n\nThe count is {number} now."} | more


@pytest.mark.parametrize("backwards", [True, False])
@pytest.mark.parametrize("date", ["published_at", "date_modify", "date_download"])
def test_lines_of_one_address_are_revisions_in_order_of_their_dates(
    site: ArchiveSite, tmp_path: Path, backwards: bool, date: str
) -> None:
    site.fill(1, 0)
    rows = [version(n, **{date: f"2026-03-0{n}T10:00:00Z"}) for n in (1, 2, 3)]
    rows = [*rows, dict(rows[1])]  # the same line twice
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows[::-1] if backwards else rows)))
    summary = site.backfill("jsonl", inputs=[tmp_path / "a.jsonl"])
    assert (summary.seen, summary.same, summary.adds_up, summary.state) == (4, 1, True, "done")
    assert summary.versions == {"revised": 2}
    revisions = site.sql("SELECT headline FROM mart.revisions ORDER BY revision")
    assert revisions == [("Weir, 1",), ("Weir, 2",), ("Weir, 3",)]
    assert site.one("SELECT headline FROM mart.articles") == "Weir, 3"
    assert not site.broken_rules()


def test_lines_without_dates_are_versions_in_the_order_of_the_file(site: ArchiveSite, tmp_path: Path) -> None:
    site.fill(1, 0)
    rows = [version(1), version(2), version(2), {**version(2), "headline": "CORRECTED: Weir, 2"}]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    summary = site.backfill("jsonl", inputs=[tmp_path / "a.jsonl"])
    assert (summary.seen, summary.same, summary.adds_up) == (4, 1, True)
    assert sum(summary.versions.values()) == 2
    assert "2 now" in site.one("SELECT body_text FROM mart.articles")


def test_a_short_text_and_then_the_whole_one(site: ArchiveSite, tmp_path: Path) -> None:
    site.fill(1, 0)
    flash = {
        "url": URL,
        "headline": "FLASH: Weir breaks",
        "text": "Weir breaks.",
        "published_at": "2026-03-01",
    }
    (tmp_path / "a.jsonl").write_text(
        "\n".join(map(json.dumps, [flash, version(2, published_at="2026-03-01")]))
    )
    summary = site.backfill("jsonl", inputs=[tmp_path / "a.jsonl"])
    assert summary.adds_up
    assert "2 now" in site.one("SELECT body_text FROM mart.articles")
    assert not site.broken_rules()


# -- archives of other tools ---------------------------------------------------------------------------------


def test_wacz_and_other_packings_are_the_warc_in_them(site: ArchiveSite, tmp_path: Path) -> None:
    site.fill(1, 3)
    pages = {url: answer.bytes() for url, answer in site.articles.items()}
    write_warc(tmp_path / "data.warc.gz", pages)
    write_warc(tmp_path / "data.warc", pages, packed=False)
    with zipfile.ZipFile(tmp_path / "a.wacz", "w") as packed:
        packed.write(tmp_path / "data.warc.gz", "archive/data.warc.gz")
        packed.writestr("datapackage.json", "{}")
    plain = (tmp_path / "data.warc").read_bytes()
    (tmp_path / "b.warc.zst").write_bytes(zstandard.ZstdCompressor().compress(plain))
    (tmp_path / "c.warc.bz2").write_bytes(bz2.compress(plain))
    for name in ("a.wacz", "b.warc.zst", "c.warc.bz2", "data.warc.gz"):
        plan = site.plan("warc", inputs=[tmp_path / name], dry=True)
        assert (plan.seen, plan.reachable, plan.problems) == (3, 3, []), name
        assert plan.not_pages == {"warcinfo record": 1}
        rows = list(articles_of(site.settings, [str(tmp_path / name)], io.BytesIO()))
        assert [json.loads(row)["url"] for row in rows] == sorted(pages)
    whole = (tmp_path / "a.wacz").read_bytes()
    (tmp_path / "a.wacz").write_bytes(whole[: len(whole) // 2])
    plan = site.plan("warc", inputs=[tmp_path / "a.wacz"], dry=True)
    assert "ZIP" in plan.problems[0]["detail"]


def test_arc_is_read_where_warcio_is_installed(site: ArchiveSite, tmp_path: Path) -> None:
    site.fill(1, 2)
    about = "1 0 Crawler\nURL IP-address Archive-date Content-type Archive-length\n"
    head = f"filedesc://a.arc 0.0.0.0 20260301000000 text/plain {len(about)}\n{about}\n"
    parts = [head.encode()]
    for url, answer in sorted(site.articles.items()):
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + answer.bytes()
        parts.append(f"{url} 1.2.3.4 20260301000000 text/html {len(block)}\n".encode() + block + b"\n")
    for name, body in (("a.arc", b"".join(parts)), ("b.arc.gz", b"".join(map(gzip.compress, parts)))):
        (tmp_path / name).write_bytes(body)
        plan = site.plan("warc", inputs=[tmp_path / name], dry=True)
        assert (plan.reachable, plan.problems) == (2, []), name


def test_a_damaged_arc_gives_what_comes_before_and_says_where_it_ends(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    about = b"1 0 Crawler\nURL IP-address Archive-date Content-type Archive-length\n"
    parts = [b"filedesc://a.arc 0.0.0.0 20260301000000 text/plain %d\n%s\n" % (len(about), about)]
    for number in range(4):
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + story(f"S {number}", number).bytes()
        url = f"http://{HOST}/news/story-{number}"
        parts.append(f"{url} 1.2.3.4 20260301000000 text/html {len(block)}\n".encode() + block + b"\n")
    packed = [gzip.compress(part) for part in parts]
    flipped = bytearray(packed[2])
    flipped[len(flipped) // 2] ^= 255
    damaged = {
        "a.arc": b"".join(parts[:3]) + parts[3][:200],  # cut in a page
        "b.arc": b"".join(parts[:3]) + parts[3][:20],  # in a record's first line
        "c.arc.gz": b"".join(packed[:3]) + packed[3][:9],
        "d.arc.gz": b"".join(packed[:3]) + packed[3][:300],
        "e.arc.gz": packed[0] + packed[1] + bytes(flipped) + packed[3],
        "f.arc": b"".join(parts[:3]) + parts[3].replace(b"text/html 1", b"text/html "),  # a wrong length
    }
    for name, body in damaged.items():
        (tmp_path / name).write_bytes(body)
        report = SourceReport()
        read = [page.address for page in warc(tmp_path / name, 1_000_000, report) if page.response]
        whole = 1 if name == "e.arc.gz" else 2
        assert [one.url[-1] for one in read] == [str(number) for number in range(whole)], name
        assert "damaged or cut record" in report.problems[0]["detail"], name
        assert not report.problems[0]["again"]
    assert "ferry" not in capfd.readouterr().err


def test_a_damaged_zip_is_damaged_and_not_away(site: ArchiveSite, tmp_path: Path) -> None:
    """What does not get better is not asked for again."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("listed.csv", "".join(f"{URL}-{number}\n" for number in range(500)))
    whole = (tmp_path / "a.zip").read_bytes()
    directory = whole.index(b"PK\x01\x02")
    offset = whole.index(b"PK\x05\x06") + 16
    changes = {
        "deflate": whole[:60] + b"\xff" * 20 + whole[80:],
        "directory far away": whole[:offset] + b"\xff\xff\xff\x7f" + whole[offset + 4 :],
        "way of packing": whole[: directory + 10] + b"\x63" + whole[directory + 11 :],
        "cut": whole[: len(whole) // 2],
    }
    for name, body in changes.items():
        for source, file in (("urls", tmp_path / "a.zip"), ("warc", tmp_path / "a.wacz")):
            file.write_bytes(body)
            (problem,) = site.plan(source, inputs=[file], dry=True).problems
            assert problem["reason"] == "damaged_record", name
            assert not problem["again"], (name, source, problem)


def test_a_file_that_the_directory_of_a_zip_does_not_list_is_a_problem(
    site: ArchiveSite, tmp_path: Path
) -> None:
    """zipfile reads the others, or none, and says nothing."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("one.csv", f"{URL}-1\n")
        packed.writestr("two.csv", f"{URL}-2\n")
    whole = stream.getvalue()
    first = whole.index(b"PK\x01\x02")
    second, end = whole.index(b"PK\x01\x02", first + 4), whole.index(b"PK\x05\x06")

    def listing(entries: bytes) -> bytes:
        number = entries.count(b"PK\x01\x02").to_bytes(2, "little")
        sizes = len(entries).to_bytes(4, "little") + first.to_bytes(4, "little")
        return whole[:first] + entries + whole[end : end + 8] + 2 * number + sizes + whole[end + 20 :]

    bodies = {
        "none": (listing(b""), 0),
        "the first alone": (listing(whole[first:second]), 1),
        "the second alone": (listing(whole[second:end]), 1),
        "both": (listing(whole[first:end]), 2),
        "zeros": (whole[: end + 8] + bytes(12) + whole[end + 20 :], 0),
    }
    for name, (body, read) in bodies.items():
        (tmp_path / "a.zip").write_bytes(body)
        plan = site.plan("urls", inputs=[tmp_path / "a.zip"], dry=True)
        assert plan.seen == read, name
        details = [str(problem["detail"]) for problem in plan.problems]
        assert ["is not in the directory" in detail for detail in details] == [True] * (read < 2), name


@pytest.mark.parametrize(
    ("address", "own", "day"),
    [
        (
            "https://web.archive.org/web/20260301101500id_/https://a.example/x?y=1",
            "https://a.example/x?y=1",
            1,
        ),
        ("http://web.archive.org/web/20260302/http://a.example/x", "http://a.example/x", 2),
        ("https://web.archive.org/web/2026/https://a.example/x", "https://a.example/x", None),
        ("https://web.archive.org/web/20260303101500/a.example/x", "http://a.example/x", 3),
        ("https://web.archive.org/web/20260303101500if_/https:/a.example/x", "https://a.example/x", 3),
        ("20260304id_/https://a.example/x", "https://a.example/x", 4),
        ("/web/20260304101500/https://a.example/x", "https://a.example/x", 4),
        ("https://arquivo.pt/wayback/20260305101500/https://a.example/x", "https://a.example/x", 5),
        ("https://pywb.example/coll/20260305101500mp_/https://a.example/x", "https://a.example/x", 5),
    ],
)
def test_the_address_of_a_capture_is_that_of_the_page(address: str, own: str, day: int | None) -> None:
    url, at = own_address(address)
    assert (url, at.day if at else None) == (own, day)


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/2026/03/04/story",
        "https://a.example/20260304/story-of-the-weir",
        "https://a.example/share/2026/?u=https://b.example/x",
        "https://a.example/2026/https://b.example/x",
        "urn:sha256:abc",
    ],
)
def test_other_addresses_are_their_own(url: str) -> None:
    assert own_address(url) == (url, None)


def test_captures_of_a_web_archive_are_versions_of_the_page(site: ArchiveSite, tmp_path: Path) -> None:
    site.fill(1, 0)
    rows = [{**version(n), "url": f"http://web.archive.org/web/2026030{n}101500id_/{URL}"} for n in (3, 1, 2)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    summary = site.backfill("jsonl", inputs=[tmp_path / "a.jsonl"])
    assert (summary.seen, summary.versions, summary.adds_up) == (3, {"revised": 2}, True)
    assert site.sql("SELECT url, headline FROM mart.articles") == [(URL, "Weir, 3")]


def test_a_crawl_or_a_list_of_copies_in_a_web_archive(site: ArchiveSite, tmp_path: Path) -> None:
    site.fill(1, 1)
    ((url, answer),) = site.articles.items()
    copies = [f"http://web.archive.org/web/2026030{n}101500id_/{url}" for n in (1, 3)]
    later = answer.bytes().replace(b"Story 0", b"Story 0, corrected")
    write_warc(tmp_path / "a.warc.gz", dict(zip(copies, (answer.bytes(), later), strict=True)))
    summary = site.backfill("warc", inputs=[tmp_path / "a.warc.gz"])
    assert (summary.loaded, summary.revised, summary.adds_up) == (1, 1, True)
    assert site.sql("SELECT url FROM mart.articles") == [(url,)]
    (tmp_path / "list.txt").write_text("\n".join(copies))
    plan = site.plan("urls", inputs=[tmp_path / "list.txt"], dry=True)
    assert (plan.there, plan.left_out) == (1, {"duplicate_url": 1})


def test_the_table_of_names_is_the_documented_one() -> None:
    assert (ROOT / "docs" / "inputs.md").read_text() == fields.markdown() + "\n"


def test_keys_that_are_not_read_are_told_once(site: ArchiveSite, tmp_path: Path) -> None:
    site.fill(1, 0)
    rows = [{**version(n), "url": f"{BASE}/rows/{n}", "sentiment": 0.5, "empty": None} for n in range(3)]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    summary = site.backfill("jsonl", inputs=[tmp_path / "a.jsonl"])
    assert summary.unknown_keys == {"sentiment": 3}


ADDRESSES = [f"http://quay.example/story-{number}" for number in range(3)]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ADDRESSES),
        json.dumps(ADDRESSES, indent=2),
        "".join(f'\x1e{{"url": "{url}"}}\n' for url in ADDRESSES),  # RFC 7464
    ],
)
def test_arrays_of_addresses_and_text_sequences_are_rows(text: str) -> None:
    assert [row.values for row in rows_of([text.encode()])] == [{"url": url} for url in ADDRESSES]


def test_a_line_that_is_an_array_of_words_hides_no_other_line() -> None:
    rows = list(rows_of([f'["a", "b"]\n{{"url": "{ADDRESSES[0]}"}}\n'.encode()]))
    assert [row.values for row in rows] == [None, {"url": ADDRESSES[0]}]
