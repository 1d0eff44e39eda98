"""The whole files that fuzz.py damages: captured feeds and sitemaps; WARC, WACZ, ARC and row files of our
own."""

from __future__ import annotations

import csv
import gzip
import io
import json
import lzma
import re
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from bench.feeds import captured

sys.path.append(str(Path(__file__).parents[1] / "tests"))

from support.captures import write_warc
from support.newsroom import Listed, prose, story

LARGEST = 150_000
"""Bytes; larger captured files are left out, for one of them takes the time of fifty."""
PAGES = 12
_ENTRY_END = re.compile(rb"</(?:item|entry)\s*>")
_URL_END = re.compile(rb"</url\s*>|</sitemap\s*>")
_HOST = re.compile(rb"https?://[^/\"'<>\s\]]+")


@dataclass(frozen=True, slots=True)
class Seed:
    """A whole file. `ends`: the places at which its entries, records or lines end; what lies before the
    damage must be read. `resumes`: so must what lies behind it, because each piece begins at a mark of its
    own."""

    name: str
    body: bytes
    ends: tuple[int, ...] = ()
    resumes: bool = False


def feeds(data: Path | None) -> list[Seed]:
    """Captured feeds, or without `data` three of our own."""
    if data is None:
        bodies = [("own.rss", _rss()), ("own.atom", _atom()), ("own.json", _json_feed())]
    else:
        bodies = [(feed.file, feed.body) for feed in captured(data, None) if len(feed.body) <= LARGEST]
    return [Seed(name, body, _ends(_ENTRY_END, body)) for name, body in bodies]


def sitemaps(data: Path | None) -> list[Seed]:
    """Captured sitemaps, or without `data` two of our own."""
    if data is None:
        bodies = [("own.xml", _sitemap()), ("index.xml", _sitemap().replace(b"url", b"sitemap"))]
    else:
        files = sorted((data / "sitemaps").glob("*.xml"))
        bodies = [(file.name, file.read_bytes()) for file in files if file.stat().st_size <= LARGEST]
    return [Seed(name, body, _ends(_URL_END, body)) for name, body in bodies]


def warcs(folder: Path) -> list[Seed]:
    """One file as crawlers write it (each record packed), one that is not packed, one packed as a whole, a
    WACZ and two ARC files. Written by way of `folder`."""
    pages = _pages()
    packed, plain = folder / "seed.warc.gz", folder / "seed.warc"
    starts = write_warc(packed, pages), write_warc(plain, pages, packed=False)
    one, other = packed.read_bytes(), plain.read_bytes()
    wacz = io.BytesIO()
    with zipfile.ZipFile(wacz, "w") as archive:
        archive.writestr("archive/data.warc.gz", one)
        archive.writestr("datapackage.json", "{}")
    members = _arc(pages)
    squeezed = [gzip.compress(member, mtime=0) for member in members]
    return [
        Seed("a.warc.gz", one, (*starts[0][1:], len(one)), resumes=True),
        Seed("b.warc", other, (*starts[1][1:], len(other))),
        Seed("c.warc.gz", gzip.compress(other, mtime=0)),
        Seed("d.wacz", wacz.getvalue()),
        Seed("e.arc", b"".join(members), _sums(members)),
        Seed("f.arc.gz", b"".join(squeezed), _sums(squeezed)),
    ]


def lines() -> list[Seed]:
    """JSON lines (also packed), an array, a table with quoted line ends, and lists of addresses."""
    rows = [
        {
            "url": url,
            "html": body.decode(),
            "headline": f'Story {n}, "quoted"',
            "published_at": f"2026-03-0{n % 9 + 1}",
        }
        for n, (url, body) in enumerate(_pages().items())
    ]
    texts = [
        {
            "url": row["url"],
            "title": row["headline"],
            "text": "\n\n".join(prose(n, 2)),
            "date": row["published_at"],
        }
        for n, row in enumerate(rows)
    ]
    by_line = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    raw = b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in texts)
    table = io.StringIO()
    writer = csv.DictWriter(table, list(texts[0]))
    writer.writeheader()
    writer.writerows(texts)
    listed = b"".join(f"{row['url']} {row['date']}\n".encode() for row in texts)
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("listed.csv", listed.replace(b" ", b"\t"))
    return [
        Seed("a.jsonl", by_line, _ends(re.compile(b"\n"), by_line), resumes=True),
        Seed("b.jsonl", raw, _ends(re.compile(b"\n"), raw), resumes=True),
        Seed("c.json", json.dumps(texts, indent=1).encode()),
        Seed("d.csv", table.getvalue().encode()),
        Seed("e.jsonl.gz", gzip.compress(by_line, mtime=0)),
        Seed("f.jsonl.xz", lzma.compress(raw)),
        Seed("g.txt", listed, _ends(re.compile(b"\n"), listed), resumes=True),
        Seed("h.zip", zipped.getvalue()),
    ]


def at_host(seed: Seed, host: str) -> Seed:
    """The file with every address in it at one host, so that no request for one leaves the machine."""
    body = _HOST.sub(f"http://{host}".encode(), seed.body)
    return Seed(seed.name, body)


def _ends(mark: re.Pattern[bytes], body: bytes) -> tuple[int, ...]:
    return tuple(found.end() for found in mark.finditer(body))


def _pages() -> dict[str, bytes]:
    return {
        f"http://archive.example/news/2026/story-{n}-of-the-harbour": story(f"Story {n}", 4_000 + n).bytes()
        for n in range(PAGES)
    }


def _arc(pages: dict[str, bytes]) -> list[bytes]:
    """The records of an ARC 1.0 file (archive.org/web/researcher/ArcFileFormat.php)."""
    note = b"1 0 A crawler\nURL IP-address Archive-date Content-type Archive-length\n"
    records = [b"filedesc://x.arc 0.0.0.0 20260301000000 text/plain %d\n%s\n" % (len(note), note)]
    for url, body in pages.items():
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + body
        records.append(b"%s 192.0.2.1 20260301000000 text/html %d\n%s\n" % (url.encode(), len(block), block))
    return records


def _sums(pieces: list[bytes]) -> tuple[int, ...]:
    """The places at which the pieces end, joined; the first is no page."""
    return tuple(accumulate(map(len, pieces)))[1:]


def _entries() -> Sequence[Listed]:
    return [
        Listed(
            f"http://desk.example/news/story-{n}-of-the-harbour",
            f"Story {n}: caf&#233;s &amp; ferries",
            guid=f"tag:desk.example,2026:{n}" if n % 3 else None,
            summary="".join(f"<p>{part}</p>" for part in prose(5_000 + n, 2)),
        )
        for n in range(PAGES)
    ]


def _rss() -> bytes:
    items = "\n".join(entry.xml() for entry in _entries())
    head = '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>A wire</title>'
    return f"{head}<link>http://desk.example/</link>\n{items}\n</channel></rss>\n".encode()


def _atom() -> bytes:
    entries = "\n".join(
        f"<entry><title>{one.title}</title><id>tag:desk.example,2026:{n}</id><link href='{one.link}'/>"
        f"<updated>2026-03-1{n % 10}T10:00:00Z</updated><author><name>Ann Weir</name></author>"
        f"<content type='html'><![CDATA[{one.summary}]]></content></entry>"
        for n, one in enumerate(_entries())
    )
    return f"<feed xmlns='http://www.w3.org/2005/Atom'><title>A wire</title>{entries}</feed>".encode()


def _json_feed() -> bytes:
    items = [
        {"id": str(n), "url": one.link, "title": one.title, "content_html": one.summary, "tags": ["a", "b"]}
        for n, one in enumerate(_entries())
    ]
    return json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "title": "A wire", "items": items}
    ).encode()


def _sitemap() -> bytes:
    rows = "\n".join(
        f"<url><loc>{one.link}?a=1&amp;b={n}</loc><lastmod>2026-03-1{n % 10}</lastmod></url>"
        for n, one in enumerate(_entries())
    )
    head = '<?xml version="1.0"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
    return f"{head}\n{rows}\n</urlset>\n".encode()
