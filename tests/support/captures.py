"""The same pages as other tools hand them over: WARC, JSON lines, a list of addresses, a folder with
manifest."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

SOURCES = ("urls", "warc", "jsonl", "html")


def write_warc(
    path: Path, pages: Mapping[str, bytes], *, packed: bool = True, headers: Mapping[str, str] | None = None
) -> list[int]:
    """A WARC by another tool; returns the offsets of its responses."""
    offsets = []
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=packed)
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": "a crawler"}))
        for url, body in pages.items():
            offsets.append(stream.tell())
            fields = [("Content-Type", "text/html; charset=utf-8"), *(headers or {}).items()]
            answer = StatusAndHeaders("200 OK", fields, protocol="HTTP/1.1")
            at = {"WARC-Date": "2026-03-01T00:00:00Z"}
            record = writer.create_warc_record(
                url, "response", payload=io.BytesIO(body), http_headers=answer, warc_headers_dict=at
            )
            writer.write_record(record)
    return offsets


def written(source: str, folder: Path, pages: Mapping[str, bytes]) -> Path:
    """`pages` (UTF-8, by address) as input of `source`, one of SOURCES; the file or folder to name."""
    path = folder / f"pages.{source}"
    match source:
        case "urls":
            path.write_text("# addresses\n" + "\n".join(pages) + "\n")
        case "warc":
            path = folder / "pages.warc.gz"
            write_warc(path, pages)
        case "jsonl":
            path.write_text(
                "".join(json.dumps({"url": url, "html": body.decode()}) + "\n" for url, body in pages.items())
            )
        case _:
            path.mkdir(exist_ok=True)
            rows = []
            for number, (url, body) in enumerate(pages.items()):
                (path / f"{number}.html").write_bytes(body)
                rows.append(json.dumps({"file": f"{number}.html", "url": url}) + "\n")
            (path / "manifest.jsonl").write_text("".join(rows))
    return path
