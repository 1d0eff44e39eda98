"""Every opening that the wire rules cut from the gold texts of captured pages, and the credited ones that
they leave.

    python bench/datelines.py [--pages DIR] [--feeds TAR] [--half 0|1]

Prints one line a cut (`cut`), one a line that holds an agency's mark near its start and stayed (`left`), then
the counts. A cut is wrong when the words taken are not a dateline or credit: read the list. `--half` takes
every second publisher, so that rules can be tuned on one half and reported on the other.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import re
import subprocess
import tarfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import feedparser

from ingest.extract.wire.agencies import shipped_agencies
from ingest.extract.wire.reading import read_wire

DATA = Path(__file__).parents[2] / "shared" / "data"
_TAG = re.compile(r"<[^>]{0,2000}>")
_MARK = re.compile(r"[(/\[【（]\s?([^()/\[\]【】（）\n]{2,30})\s?[)/\]】）]|[-–—]\s?([A-Z]{2,10})\b")


def gold_texts(folder: Path) -> Iterator[tuple[str, str]]:
    """(publisher's host, gold text) of every captured page."""
    for path in sorted(folder.glob("*.jsonl.zst")):
        lines = subprocess.run(["zstd", "-dc", path], capture_output=True, check=True).stdout.splitlines()
        for row in map(json.loads, lines):
            if row.get("text"):
                yield urlsplit(row.get("url") or row["id"]).hostname or path.stem, row["text"]


def feed_texts(archive: Path) -> Iterator[tuple[str, str]]:
    """(feed's file, summary as plain text) of every entry of the captured feeds."""
    with tarfile.open(archive) as tar:
        for member in tar:
            handle = tar.extractfile(member) if member.isfile() else None
            if handle is None:
                continue
            parsed = feedparser.parse(
                io.BytesIO(handle.read()), sanitize_html=False, resolve_relative_uris=False
            )
            for entry in parsed.entries:
                text = _TAG.sub(" ", entry.get("summary", "")).strip()
                if text:
                    yield member.name, text[:3000]


def in_half(publisher: str, half: int | None) -> bool:
    return half is None or hashlib.sha256(publisher.encode()).digest()[0] % 2 == half


def left_mark(text: str) -> str | None:
    """The head of a text that names a known agency in a mark near its start."""
    head = text.lstrip()[:110]
    for match in _MARK.finditer(head):
        if shipped_agencies().find(match[1] or match[2]):
            return head
    return None


def report(texts: Iterator[tuple[str, str]], half: int | None, kind: str) -> Counter[str]:
    """Print the cuts and leavings of one set and count them."""
    count: Counter[str] = Counter()
    for publisher, text in texts:
        if not in_half(publisher, half):
            continue
        count["texts"] += 1
        reading = read_wire(text)
        cuts = [d.text for d in reading.dropped if d.rule == "opening"]
        count["cut"] += bool(cuts)
        for cut in cuts:
            after = " ".join(reading.body_text[:50].split())
            print(f"cut\t{kind}\t{publisher}\t{' '.join(cut.split())}\t| {after}")
        if not cuts and (head := left_mark(text)):
            count["left"] += 1
            print(f"left\t{kind}\t{publisher}\t{' '.join(head.split())}")
    return count


def main() -> None:
    """Command line; see the head of this file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=Path, default=DATA / "pages")
    parser.add_argument("--feeds", type=Path)
    parser.add_argument("--half", type=int, choices=(0, 1))
    args = parser.parse_args()
    counts = {"pages": report(gold_texts(args.pages), args.half, "page")}
    if args.feeds:
        counts["feeds"] = report(feed_texts(args.feeds), args.half, "feed")
    for name, count in counts.items():
        print(f"{name}: {count['texts']} texts, {count['cut']} cut, {count['left']} with a mark left")


if __name__ == "__main__":
    main()
