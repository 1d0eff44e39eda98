"""False refusals: every captured page with gold text, and every full text of the captured feeds, through
extract(); each one that gives no article is listed with the guard that refused it.

python bench/refusals.py [--data DIR] [--sets a,b]

Ends with 1 where a refusal has no explanation. A page is explained that has hardly any text to lose, that is
a site's home page, or that says itself that it holds a teaser.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import zstandard

from bench.feeds import DATA, captured, parsed
from ingest.extract import layout
from ingest.extract.page import extract
from ingest.extract.tree import parse
from ingest.model import EntryHints, PageInput
from ingest.reasons import Reason

LITTLE = 80
"""Letters of gold text under which nothing is lost."""
FULL = 600
"""Letters of sentences from which on an entry's content is a text rather than a teaser among links."""


def sentences_in(content: str) -> int:
    """Letters of the sentences in an entry's content."""
    tree = parse(content)
    return 0 if tree is None else layout.prose(tree)


def pages(data: Path, sets: list[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(data.glob("pages*/*.jsonl.zst")):
        if sets and path.name.split(".")[0] not in sets:
            continue
        with path.open("rb") as raw:
            lines = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(raw), encoding="utf-8")
            for line in lines:
                yield path.name.split(".")[0], json.loads(line)


def gold(page: dict[str, Any]) -> str:
    """What the page's text is known to be, or to contain."""
    parts = page.get("text") or page.get("text_nosummary") or page.get("paras") or page.get("with")
    return parts if isinstance(parts, str) else " ".join(parts or []) or page.get("first") or ""


def explained(reason: Reason | None, detail: str, text: str, url: str) -> str:
    """Why this refusal is right; empty where nothing says so."""
    if len(text) < LITTLE:
        return f"{len(text)} letters of gold text"
    path = urlsplit(url).path
    if reason is Reason.NOT_ARTICLE and path in ("", "/"):
        return "a home page"
    return "a teaser" if reason is Reason.PAYWALL and "locked" in detail else ""


def refused_pages(data: Path, sets: list[str], counts: Counter[str]) -> int:
    """Prints the refused pages; returns how many of them have no explanation."""
    open_cases = 0
    for name, page in pages(data, sets):
        text = gold(page)
        if not text:
            continue
        counts[f"{name}: pages"] += 1
        made = extract(PageInput(page.get("url"), html=page["html"]))
        if made.article is not None:
            continue
        counts[f"{name}: refused"] += 1
        why = explained(made.reason, made.detail or "", text, page.get("url") or "")
        open_cases += not why
        print(f"{name} {page['id']}: {made.reason}, {made.detail} | {why or 'NOT EXPLAINED'}")
    return open_cases


def refused_entries(data: Path, counts: Counter[str]) -> int:
    """The same for the entries of captured feeds that bring their whole text."""
    open_cases = 0
    for feed in captured(data, None):
        document, _ = parsed(feed, 50)
        for entry in document.entries if document else ():
            if sentences_in(entry.content_html or "") < FULL:
                continue
            counts["feeds: texts"] += 1
            hints = EntryHints(title=entry.hints.title)
            made = extract(PageInput(entry.link, html=entry.content_html, full_text=True, hints=hints))
            if made.article is None:
                counts["feeds: refused"] += 1
                open_cases += 1
                print(f"{feed.file} {entry.hints.title}: {made.reason}, {made.detail} | NOT EXPLAINED")
    return open_cases


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--data", type=Path, default=DATA)
    options.add_argument("--sets", default="")
    chosen = options.parse_args()
    logging.disable(logging.CRITICAL)
    counts: Counter[str] = Counter()
    sets = [name for name in chosen.sets.split(",") if name]
    open_cases = refused_pages(chosen.data, sets, counts)
    if not sets:
        open_cases += refused_entries(chosen.data, counts)
    for name, count in counts.items():
        print(f"{count:6} {name}")
    return 1 if open_cases else 0


if __name__ == "__main__":
    sys.exit(main())
