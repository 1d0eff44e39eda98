"""Records, lines and manifests as other tools write them: a good page loads under its own address, any other
has its reason."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import pytest
from support.archive_site import BASE, ArchiveSite
from support.newsroom import prose, story

from ingest.backfill.sources.warcfile import records
from ingest.errors import ConfigError
from ingest.trial.extract import articles_of

DATE = "2026-03-01T00:00:00Z"


def record(
    url: str | None,
    body: bytes,
    *,
    date: str = DATE,
    status: str = "200 OK",
    end: bytes = b"\r\n",
    more: int = 0,
) -> bytes:
    """A response; `end` ends the lines of its HTTP head, `more` is added to its Content-Length."""
    block = end.join((f"HTTP/1.1 {status}".encode(), b"Content-Type: text/html; charset=utf-8", b"", body))
    target = f"WARC-Target-URI: {url}\r\n" if url else ""
    head = (
        f"WARC/1.1\r\nWARC-Type: response\r\n{target}WARC-Date: {date}\r\nContent-Type: "
        "application/http; msgtype=response\r\n"
    )
    return head.encode() + b"Content-Length: %d\r\n\r\n%s\r\n\r\n" % (len(block) + more, block)


def page(number: int, canonical: str | None = None) -> bytes:
    return story(
        f"Story {number}",
        600 + number,
        head=f'<link rel="canonical" href="{canonical}">' if canonical else "",
    ).bytes()


def written(path: Path, *parts: bytes) -> Path:
    """One gzip member a record where the name says so."""
    path.write_bytes(
        b"".join(gzip.compress(one) for one in parts) if path.suffix == ".gz" else b"".join(parts)
    )
    return path


def loaded(site: ArchiveSite) -> list[str]:
    return [url for (url,) in site.sql("SELECT url FROM mart.articles ORDER BY url")]


def reasons(site: ArchiveSite) -> dict[str, int]:
    return dict(site.sql("SELECT reason, count(*) FROM ops.outcomes WHERE reason IS NOT NULL GROUP BY ALL"))


def test_records_that_name_no_page_load_by_their_canonical_link_or_not_at_all(
    site: ArchiveSite, tmp_path: Path
) -> None:
    urls = [f"{BASE}/news/a-story-with-its-own-address-{number}" for number in range(3)]
    odd = [
        record(uri, page(9))
        for uri in (None, "file:///etc/passwd", "dns:archive.example", "metadata://gnu.org/wget/log")
    ]
    path = written(tmp_path / "a.warc", *(record(None, page(n, url)) for n, url in enumerate(urls)), *odd)
    for mode in ("missing", "missing", "all"):
        summary = site.backfill("warc", inputs=[path], mode=mode)
        assert (loaded(site), reasons(site), summary.revised) == (urls, {"no_url": 4}, 0)
    assert not site.broken_rules()


def test_addresses_in_latin_1_stay_apart(site: ArchiveSite, tmp_path: Path) -> None:
    raw = [b"caf\xe9-at-the-harbour", b"caf\xe8-at-the-harbour", "caf\u00e9-at-the-harbour".encode()]
    parts = [record(f"{BASE}/news/@", page(n)).replace(b"@", name) for n, name in enumerate(raw)]
    strange = record("http://weir.example/@", page(4)).replace(b"weir", b"w\xe9ir")
    site.backfill("warc", inputs=[written(tmp_path / "a.warc", *parts, strange)])
    names = ["caf%E8", "caf%E9", "caf\u00e9"]
    assert loaded(site) == [f"{BASE}/news/{name}-at-the-harbour" for name in names]
    assert reasons(site) == {"bad_url": 1}


@pytest.mark.parametrize("blank", [b"\r\n\r\n", b"\n\r\n"])
def test_a_head_ends_at_its_first_empty_line_however_lines_end(
    site: ArchiveSite, tmp_path: Path, blank: bytes
) -> None:
    whole = page(1).replace(b"</p>", b"</p>" + blank)
    path = written(
        tmp_path / "a.warc.gz",
        record(f"{BASE}/news/crlf", whole),
        record(f"{BASE}/news/lf", whole, end=b"\n"),
    )
    assert site.backfill("warc", inputs=[path]).loaded == 2
    assert site.one("SELECT count(DISTINCT body_text) FROM mart.articles") == 1


def test_a_length_too_great_does_not_reach_into_the_next_member(site: ArchiveSite, tmp_path: Path) -> None:
    urls = [f"{BASE}/news/{number}-of-three" for number in range(3)]
    path = written(
        tmp_path / "a.warc.gz", *(record(url, page(n), more=5_000 * (n == 1)) for n, url in enumerate(urls))
    )
    site.backfill("warc", inputs=[path])
    assert (loaded(site), reasons(site)) == ([urls[0], urls[2]], {"damaged_record": 1})


@pytest.mark.parametrize("step", [37, 10_000])
def test_members_that_are_no_records_are_read_on(step: int) -> None:
    whole = b"".join(record(f"{BASE}/{number}", b"x" * 50) for number in range(20))
    packed = b"".join(gzip.compress(whole[at : at + step]) for at in range(0, len(whole), step))
    assert [one.damage for one in records(io.BytesIO(packed), 1_000)] == [None] * 20


@pytest.mark.timeout(20)
def test_a_header_that_breaks_off_is_one_damaged_record() -> None:
    assert [one.damage for one in records(io.BytesIO(b"WARC/1.0\r\nWARC-Type: resp"), 1_000)] == [
        "no WARC header"
    ]


def test_a_part_of_a_page_is_no_article(site: ArchiveSite, tmp_path: Path) -> None:
    site.backfill(
        "warc",
        inputs=[
            written(tmp_path / "a.warc", record(f"{BASE}/news/half", page(1), status="206 Partial Content"))
        ],
    )
    assert (loaded(site), reasons(site)) == ([], {"truncated": 1})


def test_dates_of_any_precision_are_read_and_impossible_ones_harm_no_other(
    site: ArchiveSite, tmp_path: Path
) -> None:
    good = ("2026", "2026-01", "2026-01-15", "2026-01-15T10:00Z", "2026-01-15T10:00:00.123456789Z")
    bad = ("0001-01-01T00:00:00+05:00", "9999-12-31T23:00:00-05:00", "2026-13", "soon")
    path = written(
        tmp_path / "a.warc",
        *(record(f"{BASE}/news/{n}", page(n), date=date) for n, date in enumerate((*good, *bad))),
    )
    assert site.backfill("warc", inputs=[path]).loaded == len(good)
    assert reasons(site) == {"damaged_record": len(bad)}


def test_lines_that_are_no_json_or_no_unicode_harm_no_other(site: ArchiveSite, tmp_path: Path) -> None:
    texts = ["\n".join(prose(920 + number)) for number in range(2)]
    rows = [
        {
            "url": f"{BASE}/news/half-a-pair",
            "text": f"\ud83d {texts[0]}",
            "headline": "\udc00 Half",
            "published_at": "\ud83d",
        },
        {"url": f"{BASE}/news/page-with-half-a-pair", "html": page(1).decode().replace("<p>", "<p>\ud83d ")},
        {"url": f"{BASE}/news/whole", "text": texts[1]},
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(["[" * 3_000, '{"a":' * 3_000, *(json.dumps(row) for row in rows)]))
    assert site.backfill("jsonl", inputs=[path]).loaded == 3
    assert reasons(site) == {"damaged_record": 2}
    found = [json.loads(line) for line in articles_of(site.settings, [str(path)], io.BytesIO())]
    assert [row["outcome"] for row in found] == ["failed", "failed", "loaded", "loaded", "loaded"]


def test_rows_of_a_manifest_that_name_no_file_of_its_folder_are_left_out(
    site: ArchiveSite, tmp_path: Path
) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    for name in ("in.html", "../out.html"):
        (folder / name).write_bytes(page(1))
    names = ("in.html", "../out.html", str(tmp_path / "out.html"), "nowhere.html", "a\0b", None)
    rows = [json.dumps({"file": name, "url": f"{BASE}/news/{number}"}) for number, name in enumerate(names)]
    (folder / "manifest.jsonl").write_text("\n".join([*rows, "{", "[1]"]))
    assert site.backfill("html", inputs=[folder]).loaded == 1
    assert (loaded(site), reasons(site)) == ([f"{BASE}/news/0"], {"damaged_record": 7})


@pytest.mark.parametrize("text", ['["a","b"]', "5", "{bad", "[" * 3_000])
def test_a_manifest_of_no_use_is_said_with_its_name(site: ArchiveSite, tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(
        ConfigError, match=r"manifest\.json: cannot be read as a manifest .*each row needs file and url"
    ):
        site.backfill("html", inputs=[tmp_path])
    assert site.warehouse("SELECT state FROM core.backfill") == [("cancelled",)]
