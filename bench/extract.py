"""Pages per CPU-second of extract() against trafilatura's bare_extraction(with_metadata=True): paired,
alternating, in one process.

    python bench/extract.py [--pages FOLDER] [--sets a,b] [--limit N] [--workers N]

Prints the ratio, the peak memory of each side alone, and what the worker pool adds. FOLDER holds *.jsonl.zst
of {id, url, html}.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import os
import pathlib
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import psutil  # type: ignore[import-untyped]
import trafilatura
import zstandard

from ingest.extract.page import extract
from ingest.model import PageInput
from ingest.workers import Limits, WorkerPool

DEFAULT = pathlib.Path(__file__).resolve().parents[2] / "shared" / "data" / "pages"


def pages(folder: pathlib.Path, sets: list[str], limit: int) -> Iterator[dict[str, Any]]:
    """Up to `limit` pages of each set, evenly spread over it, one at a time so that peak memory is the
    extractors' own."""
    for path in sorted(folder.glob("*.jsonl.zst")):
        if not sets or path.name.split(".")[0] in sets:
            step = max(1, sum(1 for _ in lines(path)) // limit)
            for line in islice(lines(path), 0, step * limit, step):
                yield json.loads(line)


def lines(path: pathlib.Path) -> Iterator[str]:
    with path.open("rb") as raw:
        yield from io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(raw), encoding="utf-8")


def theirs(page: dict[str, Any]) -> object:
    return trafilatura.bare_extraction(
        page["html"], url=page.get("url"), with_metadata=True, include_comments=False
    )


def given(page: dict[str, Any]) -> PageInput:
    return PageInput(url=page.get("url"), html=page["html"])


def ours(page: dict[str, Any]) -> object:
    return extract(given(page))


def cpu(fn: Callable[[dict[str, Any]], object], page: dict[str, Any]) -> float:
    start = time.process_time()
    fn(page)
    return time.process_time() - start


def paired(found: list[dict[str, Any]]) -> tuple[float, float]:
    """CPU seconds of both sides; which one goes first alternates, so that caches favour neither."""
    for page in found[:20]:
        theirs(page)
        ours(page)
    sums = [0.0, 0.0]
    for place, page in enumerate(found):
        for side, fn in ((0, theirs), (1, ours)) if place % 2 else ((1, ours), (0, theirs)):
            sums[side] += cpu(fn, page)
    return sums[0], sums[1]


def peak(side: str, args: argparse.Namespace) -> float:
    """MB of one side alone, in its own process."""
    options = ["--pages", str(args.pages), "--sets", args.sets, "--limit", str(args.limit)]
    return float(
        subprocess.run(
            [sys.executable, __file__, "--peak", side, *options], capture_output=True, check=True, text=True
        ).stdout
    )


def pooled(found: list[dict[str, Any]], workers: int) -> tuple[float, float]:
    """CPU seconds in-process, and through the pool with its threads and pipes: the better of two alternating
    rounds."""
    inputs = [given(page) for page in found]
    alone, through = [], []
    with WorkerPool(workers, Limits(), preload=("ingest.extract.page",)) as pool:
        list(pool.map_stream(extract, inputs[: 8 * workers]))
        for _ in range(2):
            start = time.process_time()
            for one in inputs:
                extract(one)
            alone.append(time.process_time() - start)
            start = spent(pool, workers)
            list(pool.map_stream(extract, inputs))
            through.append(spent(pool, workers) - start)
    return min(alone), min(through)


def spent(pool: WorkerPool, workers: int) -> float:
    """CPU seconds so far of this process and of the pool's workers."""
    found = {pid for pid in pool.map_stream(worker_id, range(20 * workers)) if isinstance(pid, int)}
    times = [psutil.Process(pid).cpu_times() for pid in found]
    return time.process_time() + float(sum(t.user + t.system for t in times))


def worker_id(_: int) -> int:
    return os.getpid()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=pathlib.Path, default=DEFAULT)
    parser.add_argument("--sets", default="")
    parser.add_argument("--limit", type=int, default=60)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--peak", choices=("theirs", "ours"))
    args = parser.parse_args()
    logging.disable(logging.CRITICAL)
    source = pages(args.pages, [name for name in args.sets.split(",") if name], args.limit)
    if args.peak:
        for page in source:
            (theirs if args.peak == "theirs" else ours)(page)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    found = list(source)
    them, us = paired(found)
    count = len(found)
    print(
        f"{count} pages: trafilatura {count / them:.1f}/CPU-s, ours {count / us:.1f}/CPU-s, ratio "
        f"{them / us:.2f}"
    )
    print(f"peak memory: trafilatura {peak('theirs', args):.0f} MB, ours {peak('ours', args):.0f} MB")
    alone, through = pooled(found, args.workers)
    share = through / alone - 1
    print(
        f"pool: in-process {alone:.2f} CPU-s, through {args.workers} worker(s) {through:.2f} CPU-s, "
        f"overhead {share:+.1%}"
    )


if __name__ == "__main__":
    main()
