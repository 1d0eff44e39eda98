"""Files of other writers, loaded by `ingest backfill run`: each record and address ends in one outcome.

    python -m bench.foreign [--data DIR]

WARC files in the manner of wget, warcio, CC-NEWS, browsertrix and others are written here, around pages of
our own words; the captured sitemaps of DIR are served on loopback, each on a host of its own, so that their
addresses are left out as another site's and no page is fetched.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from bench.site import Served
from bench.sums import backfill_sums, broken_checks
from ingest.backfill import run as backfills
from ingest.backfill.request import BackfillRequest, Source
from ingest.demo.wire import Reply
from ingest.settings import load_feeds, load_settings

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
_SUBJECTS = ("harbour", "ferry", "library", "bridge", "orchard", "tramway", "lighthouse", "market")
_VERBS = (
    "reopened",
    "was repaired",
    "was sold",
    "won a prize",
    "closed early",
    "changed hands",
    "was painted",
)


def words(seed: int) -> list[str]:
    """Eight paragraphs that no other seed has."""
    return [
        f"The {_SUBJECTS[(seed + turn) % 8]} of town {seed} {_VERBS[(seed * 3 + turn) % 7]} on day {turn}, "
        f"said clerk {seed * 31 + turn}, who had counted {seed * 17 + turn * 7} visitors by the evening and "
        f"{seed * 5 + turn} boats before the {_SUBJECTS[(seed + 3 * turn) % 8]} was lit again for the season."
        for turn in range(8)
    ]


def page(seed: int) -> bytes:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in words(seed))
    title = f"Town {seed} counts its visitors"
    return (
        f"<!doctype html><html lang=en><head><title>{title}</title></head>"
        f"<body><article><h1>{title}</h1>{text}</article></body></html>"
    ).encode()


def record(kind: str, url: str | None, block: bytes, **fields: str) -> bytes:
    head = {
        "WARC-Type": kind,
        "WARC-Date": "2026-03-01T00:00:00Z",
        "WARC-Record-ID": f"<urn:uuid:00000000-0000-4000-8000-{abs(hash((kind, url, block))) % 10**12:012d}>",
        **({"WARC-Target-URI": url} if url else {}),
        "Content-Type": {"response": "application/http; msgtype=response"}.get(
            kind, "application/warc-fields"
        ),
        "Content-Length": str(len(block)),
        **{name.replace("_", "-"): value for name, value in fields.items()},
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"WARC/1.0\r\n{lines}\r\n".encode() + block + b"\r\n\r\n"


def http(body: bytes, status: str = "HTTP/1.1 200 OK", **headers: str) -> bytes:
    named = {
        "Content-Type": "text/html; charset=utf-8",
        **{k.replace("_", "-"): v for k, v in headers.items()},
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"{status}\r\n{lines}\r\n".encode() + body


def chunked(body: bytes) -> bytes:
    parts = [body[at : at + 1_000] for at in range(0, len(body), 1_000)]
    return b"".join(b"%x;ext=1\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def url(host: str, number: int) -> str:
    return f"http://{host}/news/2026/a-story-of-town-{number}"


def wget(host: str) -> list[bytes]:
    """Request before response, metadata and resource records, revisits, addresses in angle brackets."""
    said = [record("warcinfo", None, b"software: Wget/1.21\r\n")]
    for n in range(4):
        said.append(record("request", f"<{url(host, n)}>", b"GET / HTTP/1.1\r\n\r\n"))
        said.append(record("response", f"<{url(host, n)}>", http(page(n))))
    said.append(record("revisit", f"<{url(host, 1)}>", b"", WARC_Profile="identical-payload-digest"))
    said.append(record("metadata", "metadata://gnu.org/software/wget/warc/MANIFEST.txt", b"<urn:uuid:1>\n"))
    log = record(
        "resource", "metadata://gnu.org/software/wget/warc/wget.log", b"done\n", Content_Type="text/plain"
    )
    return [*said, log]


def warcio(host: str) -> list[bytes]:
    """Compressed bodies and their headers, a page without length, a resource that is a page."""
    packed = gzip.compress(page(11))
    return [
        record("response", url(host, 11), http(packed, Content_Encoding="gzip")),
        record("response", url(host, 12), http(page(12), Content_Encoding="gzip")),  # stored decoded
        record("response", url(host, 13), http(page(13), Content_Length="99999999")),
        record("resource", url(host, 14), page(14), Content_Type="text/html"),
        record("conversion", url(host, 15), b"plain words", Content_Type="text/plain"),
    ]


def ccnews(host: str) -> list[bytes]:
    """Pages, redirects, errors, images, a part of a page and one cut by its crawler."""
    return [
        *(record("response", url(host, n), http(page(20 + n))) for n in range(3)),
        record("response", url(host, 4), http(b"", "HTTP/1.1 301 Moved", Location=url(host, 1))),
        record("response", url(host, 5), http(b"gone", "HTTP/1.1 404 Not Found")),
        record("response", url(host, 6), http(b"\x89PNG", Content_Type="image/png")),
        record("response", url(host, 7), http(page(27), "HTTP/1.1 206 Partial Content")),
        record("response", url(host, 8), http(page(28)[:400]), WARC_Truncated="length"),
        record("response", url(host, 0), http(page(29)), WARC_Date="2026-03-02T00:00:00Z"),
        record("response", url(host, 0), http(page(29)), WARC_Date="2026-03-03T00:00:00Z"),
    ]


def modern(host: str) -> list[bytes]:
    """HTTP/2 and HTTP/3 status lines, chunked bodies, line feeds alone, no Content-Type."""
    bare = b"HTTP/1.1 200 OK\nServer: x\n\n" + page(44)
    return [
        record("response", url(host, 41), http(page(41), "HTTP/2 200")),
        record("response", url(host, 42), http(page(42), "HTTP/3.0 200 ")),
        record("response", url(host, 43), http(chunked(page(43)), Transfer_Encoding="chunked")),
        record("response", url(host, 44), bare),
        record("response", url(host, 45), http(page(45), Transfer_Encoding="chunked")),  # stored joined
        record("response", "dns:modern.example", b"20260301\nmodern.example. 60 IN A 192.0.2.1\n"),
        record("response", None, http(page(46))),
    ]


def styles(folder: Path) -> Iterator[Path]:
    """The files: one gzip member a record, one for all, none, the last record cut, a hole in the second
    member. Each has a host of its own."""
    for name, records_of in (("wget", wget), ("warcio", warcio), ("ccnews", ccnews), ("modern", modern)):
        for form in ("members", "one-member", "plain", "cut-members", "cut-plain", "hole"):
            records = records_of(f"{name}-{form}.example")
            path = folder / f"{name}-{form}.warc"
            path.write_bytes(_written(records, form))
            yield path


def _written(records: Sequence[bytes], form: str) -> bytes:
    whole, members = b"".join(records), [gzip.compress(one) for one in records]
    match form:
        case "members":
            return b"".join(members)
        case "one-member":
            return gzip.compress(whole)
        case "plain":
            return whole
        case "cut-members":
            return b"".join(members)[: -(len(members[-1]) // 2)]
        case "cut-plain":
            return whole[: -(len(records[-1]) // 2)]
        case _:
            return b"".join([members[0], members[1][:20], b"\0" * 50, *members[2:]])


class MapSite:
    """One captured sitemap on a host of its own."""

    def __init__(self, number: int, body: bytes) -> None:
        self.id = f"map-{number}"
        self.feed_url = f"http://{self.id}.example/sitemap.xml"
        self._body = body

    def hosts(self) -> set[str]:
        return {f"{self.id}.example"}

    def go(self, step: int) -> None:
        return

    def answer(self, host: str, target: str, headers: Mapping[str, str]) -> Reply | None:
        if f"http://{host}{target}" != self.feed_url:
            return None
        return Reply(200, self._body, {"Content-Type": "application/xml"})


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, default=DATA)
    chosen = options.parse_args()
    maps = [
        MapSite(number, path.read_bytes())
        for number, path in enumerate(sorted((chosen.data / "sitemaps").glob("*.xml")))
    ]
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        faults = _loaded(work, maps, tuple(map(str, styles(work))), Source.WARC)
        faults += _loaded(work, maps, tuple(site.feed_url for site in maps), Source.SITEMAP)
    print("\n".join(f"FAULT: {fault}" for fault in faults) or "all adds up")
    return int(bool(faults))


def _loaded(work: Path, maps: Sequence[MapSite], inputs: tuple[str, ...], source: Source) -> list[str]:
    """Loads these inputs into a fresh data directory, and prints what became of them."""
    data = work / f"data-{source}"
    with Served(maps) as served:
        served.configure(work, "workers = 2\nworker_seconds = 300")
        settings = load_settings(work / "ingest.toml", {"data": data, "feeds": work / "feeds.toml"})
        wanted = BackfillRequest(source, inputs=inputs, now=NOW)
        summary = asyncio.run(backfills.run(settings, load_feeds(work / "feeds.toml"), wanted))
    found = {row["reason"] or row["outcome"]: row["urls"] for row in summary.outcomes}
    print(f"{source}, {len(inputs)} inputs: {summary.state}, {found}, not pages {summary.not_pages}")
    for problem in summary.problems:
        print(f"   {Path(problem['url']).name}: {problem['reason']}: {problem['detail'][:100]}")
    query = (
        "SELECT regexp_extract(url_key, '^([a-z]+)-[a-z-]+[.]example', 1) AS style, outcome, reason, "
        "count(*) FROM ops.outcomes GROUP BY ALL ORDER BY ALL"
    )
    if source is Source.WARC:
        with duckdb.connect(str(data / "news.duckdb"), read_only=True) as con:
            for style, outcome, reason, number in con.execute(query).fetchall():
                print(f"   {style or 'without address'}: {number} {outcome} {reason or ''}")
    return backfill_sums(data) + broken_checks(settings)


if __name__ == "__main__":
    sys.exit(main())
