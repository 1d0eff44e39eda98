"""How real feeds fare: every captured feed through parse_feed; what gave entries, and why the others did not.

python bench/feeds.py [--data DIR] [--half odd|even] [--entries-cap N] [--list]
"""

from __future__ import annotations

import argparse
import json
import tarfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ingest.errors import Terminal
from ingest.model import Feed, FeedDocument
from ingest.poll.feed import FeedInput, parse_feed

DATA = Path(__file__).parents[1].parent / "shared" / "data"
NOW = datetime(2027, 1, 1, tzinfo=UTC)  # after every capture


@dataclass(frozen=True, slots=True)
class Captured:
    """A feed as served, with what its index line says of it."""

    file: str
    link: str | None
    body: bytes


def captured(data: Path, half: str | None) -> Iterator[Captured]:
    lines = [json.loads(line) for line in (data / "feeds" / "index.jsonl").read_text("utf-8").splitlines()]
    links = {line["file"]: line.get("link") for line in lines}
    with tarfile.open(data / "feeds" / "captured.tar.xz") as archive:
        for number, member in enumerate(
            sorted((one for one in archive if one.isfile()), key=lambda one: one.name)
        ):
            opened = archive.extractfile(member)
            if opened is not None and (half is None or (number % 2 == 0) == (half == "even")):
                yield Captured(member.name, links.get(Path(member.name).name), opened.read())


def parsed(feed: Captured, cap: int) -> tuple[FeedDocument | None, str]:
    """(document, '') or (None, why not)."""
    url = feed.link if feed.link and feed.link.startswith("http") else "https://feed.example/feed.xml"
    given = FeedInput(Feed("bench", url, full_text=True), feed.body, url, None, NOW, cap)
    try:
        return parse_feed(given), ""
    except Terminal as error:
        return None, error.detail


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, default=DATA)
    options.add_argument("--half", choices=("odd", "even"))
    options.add_argument("--entries-cap", type=int, default=1000)
    options.add_argument("--list", action="store_true")
    chosen = options.parse_args()
    counts: Counter[str] = Counter()
    versions: Counter[str] = Counter()
    started = time.process_time()
    for feed in captured(chosen.data, chosen.half):
        document, why = parsed(feed, chosen.entries_cap)
        tally(feed, document, why, counts, versions)
        if chosen.list and (document is None or not document.entries or document.malformed):
            shown = why or (document.malformed if document else None) or "no entry"
            print(f"{feed.file:40} {len(document.entries) if document else 0:5} {shown[:110]}")
    counts["CPU milliseconds"] = round(1000 * (time.process_time() - started))
    for name, count in [*counts.most_common(), *versions.most_common()]:
        print(f"{count:7} {name}")


def tally(
    feed: Captured, document: FeedDocument | None, why: str, counts: Counter[str], versions: Counter[str]
) -> None:
    counts["feeds"] += 1
    if document is None:
        counts[f"no feed: {why[:60]}"] += 1
        return
    versions[f"version {document.version}"] += 1
    counts["feeds with entries" if document.entries else "feeds without an entry (well formed, empty)"] += 1
    counts["feeds malformed but read"] += bool(document.malformed)
    counts["entries repeated or beyond the cap"] += document.total - len(document.entries)
    for entry in document.entries:
        counts["entries"] += 1
        counts["entries without link"] += entry.link is None
        counts["entries without title"] += entry.title is None
        counts["entries without guid"] += entry.guid is None
        counts["entries keyed by hash"] += entry.entry_key.startswith("hash:")
        counts["entries without a date string"] += entry.published_raw is None
        counts["entries with a date string that means nothing"] += bool(
            entry.published_raw and entry.published is None
        )
        counts["entries with authors"] += bool(entry.authors)
        counts["entries with an image"] += bool(entry.image_url)
        counts["entries with content"] += bool(entry.content_html)
        counts["entries with replacement characters"] += "\ufffd" in f"{entry.title}{entry.summary}"


if __name__ == "__main__":
    main()
