"""Damaged files through the program's own readers; what must hold of each answer.

Nothing is raised, and what lies before the damage is there, or is counted as unreadable.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from bench.fuzz_seeds import Seed
from bench.mutations import equal_end, first_difference
from ingest.backfill.sources.captured import json_rows, warc
from ingest.backfill.sources.lists import addresses
from ingest.backfill.sources.report import SourceReport
from ingest.backfill.sources.sitemap import SitemapInput, parse_sitemap
from ingest.backfill.targets import ListedAddress
from ingest.errors import Terminal
from ingest.model import Feed, FeedDocument, FeedState, Response
from ingest.poll.decide import PollDecision, decide_poll
from ingest.poll.feed import FeedInput, parse_feed
from ingest.poll.verdicts import EntryKind
from ingest.stages.edges import Edges
from ingest.urls.identity import HostRules, url_key

NOW = datetime(2027, 1, 1, tzinfo=UTC)  # after every capture
URL = "http://feed.example/feed.xml"
CAP = 5_000_000
_RULES = HostRules(())

Check = Callable[[Seed, bytes, Path], list[str]]
"""Reads a damaged file (third: a folder for it); returns a sentence for each rule that it breaks."""


def check_feed(seed: Seed, body: bytes, folder: Path) -> list[str]:
    """parse_feed, and the decision about two polls of what it gives."""
    feed = Feed("fuzz", URL, full_text=len(body) % 2 == 0)
    try:
        document = parse_feed(FeedInput(feed, body, URL, None, NOW, 300))
    except Terminal as error:
        before = _before(seed, body)
        return [f"not a feed, but {before} entries come before the damage: {error.detail}"] if before else []
    parts = (len(document.entries), document.repeated, document.capped, document.unreadable)
    faults = []
    if document.total != sum(parts) or min(parts) < 0:
        faults.append(f"{document.total} entries in all, but {parts}")
    if document.total < (before := _before(seed, body)):
        faults.append(f"{document.total} entries, but {before} come before the damage")
    if len({entry.entry_key for entry in document.entries}) != len(document.entries):
        faults.append("two entries have one key")
    faults += _unstorable(texts_in(document))
    first = _decided(feed, body, document, {})
    known = {verdict.digest.entry_key: verdict.digest for verdict in first.entries}
    if len(known) != len(document.entries):
        faults.append(f"{len(document.entries)} entries are stored under {len(known)} keys")
    again = _decided(feed, body, document, known)
    if any(verdict.kind is not EntryKind.SAME for verdict in again.entries):
        faults.append("a second poll of the same document brings news")
    for verdict in first.entries:
        url_key(verdict.address, _RULES)
    return faults


def _decided(feed: Feed, body: bytes, document: FeedDocument, known: dict) -> PollDecision:  # type: ignore[type-arg]
    answer = Response(URL, URL, 200, {}, body, NOW)
    return decide_poll(feed, FeedState("fuzz", URL), answer, document, known, NOW, rules=_RULES)


def check_sitemap(seed: Seed, body: bytes, folder: Path) -> list[str]:
    """parse_sitemap. The addresses before the damage are listed first, and in their order."""
    whole = parse_sitemap(SitemapInput(seed.body, CAP))
    found = parse_sitemap(SitemapInput(body, CAP))
    faults = _unstorable(texts_in(found))
    before = _before(seed, body)
    wanted = [one.url for one in (*whole.sitemaps, *whole.urls)][:before]
    got = [one.url for one in (*found.sitemaps, *found.urls)]
    if whole.urls and whole.sitemaps:
        wanted = []
    if missing := [url for url in wanted if url not in got]:
        faults.append(
            f"{len(missing)} addresses before the damage are not listed: {missing[0]}; {found.fault}"
        )
    if not (got or found.fault):
        faults.append("nothing read, and no fault reported")
    return faults


def check_warc(seed: Seed, body: bytes, folder: Path) -> list[str]:
    """The pages of a WARC, WACZ or ARC file."""
    report = SourceReport()
    file = folder / seed.name
    file.write_bytes(body)
    read = list(warc(file, CAP, report))
    good = [page.address.url for page in read if page.response is not None]
    faults = _unstorable(page.address.url for page in read)
    faults += _unstorable(str(page.address.problem) for page in read)
    if not read and not report.problems and not report.not_pages and body:
        faults.append("nothing read, and no problem reported")
    if seed.ends and not report.problems and len(read) < len(seed.ends) and _was_cut_inside(seed, body):
        faults.append(f"{len(read)} of {len(seed.ends)} records, and no problem reported")
    return faults + _lost(seed, body, good)


def check_lines(seed: Seed, body: bytes, folder: Path) -> list[str]:
    """The pages of a file of JSON or CSV rows, or the addresses of a list."""
    report = SourceReport()
    file = folder / seed.name
    file.write_bytes(body)
    if seed.name.endswith((".txt", ".zip")):
        listed = asyncio.run(_listed(file, report))
        good = [address.url for address in listed if address.problem is None]
    else:
        pages = list(json_rows(file, NOW, report))
        listed = [page.address for page in pages]
        good = [page.address.url for page in pages if page.response is not None]
    faults = _unstorable(texts_in([(one.url, one.problem, one.published, one.hints) for one in listed]))
    if not listed and not report.problems and body.decode("utf-8", "replace").strip().strip("\0"):
        faults.append("nothing read, and no problem reported")
    return faults + _lost(seed, body, good)


async def _listed(file: Path, report: SourceReport) -> list[ListedAddress]:
    edges = cast(Edges, SimpleNamespace(now=NOW))  # of which a file that is no address asks only the time
    return [address async for batch in addresses(edges, str(file), report) for address in batch]


CHECKS: dict[str, Check] = {
    "feeds": check_feed,
    "sitemaps": check_sitemap,
    "warcs": check_warc,
    "lines": check_lines,
}


def _was_cut_inside(seed: Seed, body: bytes) -> bool:
    """Whether the damaged file is the whole one cut inside a record."""
    return seed.body.startswith(body) and len(body) not in seed.ends and len(body) > seed.ends[0]


def _before(seed: Seed, body: bytes) -> int:
    """The pieces of the file that end before its first damaged byte."""
    place = first_difference(seed.body, body)
    return sum(end <= place for end in seed.ends)


def _lost(seed: Seed, body: bytes, good: list[str]) -> list[str]:
    """Pages that lie wholly before the damage, or (where reading resumes) wholly behind it, and are not
    among the `good` addresses."""
    number = len(seed.ends)
    if not number:
        return []
    before = _before(seed, body)
    wanted = Counter(range(before))
    if seed.resumes and before:
        place = len(seed.body) - equal_end(seed.body, body)
        wanted |= Counter(n for n in range(1, number) if seed.ends[n - 1] > place)
    names = [f"story-{n}-of-the-harbour" for n in sorted(wanted)]
    missing = [name for name in names if not any(url.endswith(name) for url in good)]
    return [f"{len(missing)} pages that the damage does not touch are lost: {missing[0]}"] if missing else []


def _unstorable(texts: Iterable[str]) -> list[str]:
    """Texts that no table can hold: lone surrogates."""
    for text in texts:
        try:
            text.encode()
        except UnicodeEncodeError as error:
            return [f"a text that cannot be stored: {text[max(0, error.start - 20) : error.end + 20]!r}"]
    return []


def texts_in(value: object) -> list[str]:
    """The texts in a value of dataclasses, lists and dicts."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for one in pair for text in texts_in(one)]
    if isinstance(value, list | tuple):
        return [text for one in value for text in texts_in(one)]
    if hasattr(value, "__dataclass_fields__"):
        return [text for name in value.__dataclass_fields__ for text in texts_in(getattr(value, name))]
    return []
