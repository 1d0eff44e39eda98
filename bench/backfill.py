"""A WARC of seeded variants of real pages, loaded by `ingest backfill run`: share of extraction in its CPU,
cores, flat memory.

    python bench/backfill.py --pages 2000 --again 500        # --pages 20000 for the figure of the issue

A variant has the words of each of its page's text blocks shuffled: a text of its own, of the same length and
mark-up. The first run loads `--again` pages, the second `--pages`: what a page costs, start-up apart, is the
difference. Memory is looked at twice a second; its peaks in each quarter of the second run's time are told.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1]))

from bench.captured import _distinct  # noqa: E402
from bench.counts import counted_rows  # noqa: E402
from bench.resident import Resident, quarters, watched  # noqa: E402
from bench.runs import Run, ingest, run  # noqa: E402
from ingest.fetch.warc import response_record  # noqa: E402
from ingest.model import Response  # noqa: E402

DATA = HERE.parents[2] / "shared" / "data"
SHARE = 0.80
GROWTH = 1.25
"""Most that the peak of the second half may be of the first's, in the main process and in its largest
worker."""
_CANONICAL = re.compile(rb"<link[^>]+canonical[^>]*>|<meta[^>]+og:url[^>]*>", re.I)
_TEXT = re.compile(rb">([^<>]{40,})<")


@dataclass(frozen=True, slots=True)
class Loaded:
    """One backfill over a fresh data directory."""

    run: Run
    pages: int
    articles: int
    memory: list[Resident]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=2_000)
    parser.add_argument("--again", type=int, default=500, help="pages of the smaller run")
    parser.add_argument("--base", type=int, default=200, help="real pages that the variants are made of")
    parser.add_argument("--data", type=Path, default=DATA, help="the captured material")
    args = parser.parse_args()
    base = list(islice(_distinct(args.data / "pages"), args.base))
    small, full = _loaded(base, args.again), _loaded(base, args.pages)
    return _report(small, full)


def _loaded(base: list[tuple[str, bytes]], pages: int) -> Loaded:
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        _write(work / "pages.warc.gz", base, pages)
        command = ingest(
            "backfill", "run", "--source", "warc", "--input", "pages.warc.gz", "--data", "data", "--json"
        )
        with watched() as memory:
            done = run(command, work)
        if done.code:
            raise SystemExit(f"ingest ended with {done.code}\n{done.out}")
        return Loaded(done, pages, counted_rows(work).articles, quarters(memory))


def _write(path: Path, base: list[tuple[str, bytes]], pages: int) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    with path.open("wb") as stream:
        for number, (url, html) in enumerate(islice(cycle(base), pages)):
            link = f"{url.split('?')[0].rstrip('/')}-variant-{number}"
            stream.write(
                response_record(
                    Response(link, link, 200, {"content-type": "text/html"}, _variant(html, number), at)
                )
            )


def _variant(html: bytes, seed: int) -> bytes:
    chance = random.Random(seed)

    def shuffled(match: re.Match[bytes]) -> bytes:
        words = match[1].split(b" ")
        chance.shuffle(words)
        return b">" + b" ".join(words) + b"<"

    return _TEXT.sub(shuffled, _CANONICAL.sub(b"", html))


def _report(small: Loaded, full: Loaded) -> int:
    pages = full.pages - small.pages
    rest = (full.run.main_cpu - small.run.main_cpu) / pages
    extraction = (full.run.other_cpu - small.run.other_cpu) / pages
    share = extraction / (rest + extraction)
    cores = (full.run.main_cpu + full.run.other_cpu) / full.run.wall
    for one in (small, full):
        print(
            f"{one.pages} pages: {one.articles} articles, {one.run.wall:.1f} s, "
            f"{one.pages / one.run.wall:.1f} pages/s, "
            f"main {one.run.main_cpu:.1f} s CPU and {one.run.main_peak:.0f} MB, workers "
            f"{one.run.other_cpu:.1f} s"
        )
    print(
        f"a page: extraction {1000 * extraction:.1f} ms, everything else {1000 * rest:.1f} ms: {share:.1%} "
        "is extraction "
        f"(goal: {SHARE:.0%}); {cores:.2f} cores busy"
    )
    for number, peak in enumerate(full.memory, 1):
        print(
            f"quarter {number}: main {peak.main:.0f} MB, largest worker {peak.worker:.0f} MB, all "
            f"{peak.total:.0f} MB"
        )
    half = len(full.memory) // 2
    first, last = full.memory[:half], full.memory[half:]
    growth = max(
        max(one.main for one in last) / max(one.main for one in first),
        max(one.worker for one in last) / max(one.worker for one in first),
    )
    print(f"memory in the second half is {growth:.2f} of the first's (goal: {GROWTH})")
    return int(share < SHARE or growth > GROWTH)


if __name__ == "__main__":
    sys.exit(main())
