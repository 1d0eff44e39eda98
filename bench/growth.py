"""What a batch costs as the history grows: 500 articles against 100,000, 1 million and 10 million in a warehouse of our layout.

    python bench/growth.py [--articles 100000,1000000,10000000] [--folder DIR] [--runs N]

The history is synthetic and laid down by SQL (`growth_history.sql`): sketches of random hashes over 750 days, in order of arrival
but for 20 % that a backfill put between them with days of the past; of every ten articles two are copies of each other; texts of
300 words stand on the last 30 days. Among those go 1,000 articles of words, by the load path. The batch is 500 more: 200 copies of
them (cut or whole), 100 forms that look alike, 200 that nobody has.

Printed for each size, median of the runs: the copy stage end to end (fingerprint, candidates, verification, groups) and its CPU for
each article, the whole load of a batch around it, the derivation of the stories it left to do, peak memory. Ends with 1 when at the
largest size the copy stage takes half a second or more, or memory 1 GB. Ten million take 15 minutes to lay down and 5 GB of disk;
`--articles 100000` is the small mode, of a minute.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from ingest.load.articles import write_articles
from ingest.load.db import Warehouse
from ingest.model import Article, EntryHints, Extraction, Outcome, Page, Precision, Stamp, StampSource, Work, WorkKind
from ingest.settings import FeedList, Settings
from ingest.stages.copies import link_copies
from ingest.stages.edges import Edges
from ingest.stages.loading import load_batch
from ingest.stages.stories import derive_stories
from ingest.stages.verdict import Result, judge
from ingest.urls import HostRules

HERE = Path(__file__).resolve().parent
NOW = datetime(2026, 1, 31, 18, tzinfo=UTC)
SIZES = "100000,1000000,10000000"
BATCH, STEP = 500, 100_000
GOAL_SECONDS, GOAL_MB = 0.5, 1_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", default=SIZES, help="sizes of the history, smallest first")
    parser.add_argument("--folder", type=Path, help="where to make the warehouses; removed afterwards")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)  # a process of its own, so that memory is its own
    args = parser.parse_args()
    if args.measure:
        print(json.dumps(_measured(args.measure, args.runs)))
        return 0
    held = True
    for size in map(int, args.articles.split(",")):
        with tempfile.TemporaryDirectory(dir=args.folder, prefix="growth-") as folder:
            held = _report(size, Path(folder), args.runs)
    return 0 if held else 1


def _report(size: int, folder: Path, runs: int) -> bool:
    """Print one line of the curve; whether it is within the goals."""
    began = time.monotonic()
    _lay_down(folder, size)
    laid, disk = time.monotonic() - began, sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / 1e6
    command = [sys.executable, str(HERE / "growth.py"), "--measure", str(folder), "--runs", str(runs)]
    told = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    stage = f"copy stage {told['copies']:.3f} s, CPU {told['copies_cpu']:.3f} s = {2 * told['copies_cpu']:.2f} ms an article"
    rest = f"load {told['load']:.3f} s  stories {told['stories']:.3f} s  peak {told['peak']:.0f} MB  {told['linked']} linked"
    print(f"{size:>12,} articles  {stage}  {rest}  [laid down in {laid:.0f} s, {disk:,.0f} MB]", flush=True)
    return bool(told["copies"] < GOAL_SECONDS and told["peak"] < GOAL_MB)


def _lay_down(folder: Path, size: int) -> None:
    """The history, and among its last days the articles of words."""
    warehouse = Warehouse(Settings.model_validate({"data": folder, "duckdb_memory": "4GB"}))  # 100,000 keys at a time
    warehouse.prepare()
    statements = [part for part in (HERE / "growth_history.sql").read_text(encoding="utf-8").split(";") if part.strip()]
    for first in range(0, size, STEP):
        with warehouse.transaction() as con:
            con.execute("SET preserve_insertion_order = true")
            for statement in statements:
                wanted = {"first": first, "last": min(first + STEP, size), "size": size}
                con.execute(statement, {name: value for name, value in wanted.items() if f"${name}" in statement})
    edges = _edges(warehouse)
    for batch in _batches(random.Random(0), 2):
        load_batch(edges, [_result(number, text, None) for number, text in batch])


def _measured(folder: Path, runs: int) -> dict[str, float]:
    warehouse = _warehouse(folder)
    edges = _edges(warehouse)
    known = [text for batch in _batches(random.Random(0), 2) for _, text in batch]
    batches = [_batch(random.Random(seed), known, seed) for seed in range(1, runs + 1)]
    stages = [_copy_stage(edges, batch) for batch in batches]
    loads, linked = [], 0
    for batch in batches:
        began = time.perf_counter()
        linked += load_batch(edges, batch).copies
        loads.append(time.perf_counter() - began)
    began = time.perf_counter()
    derive_stories(warehouse)
    return {
        "copies": statistics.median(wall for wall, _ in stages),
        "copies_cpu": statistics.median(cpu for _, cpu in stages),
        "load": statistics.median(loads),
        "stories": time.perf_counter() - began,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "linked": linked // runs,
    }


class _Undone(Exception):
    """Raised to roll a measured transaction back."""


def _copy_stage(edges: Edges, batch: list[Result]) -> tuple[float, float]:
    """(wall, CPU) seconds of the copy stage over articles just written; nothing of it stays."""
    verdicts = [judge(result, None, now=NOW, rules=edges.rules, attempts=5) for result in batch]
    spent = (0.0, 0.0)
    try:
        with edges.warehouse.transaction() as con:
            write_articles(con, [v.article for v in verdicts if v.article], [v.revision for v in verdicts if v.revision])
            began, cpu = time.perf_counter(), time.process_time()
            link_copies(con, [v.known for v in verdicts if v.known], {}, {}, NOW)
            spent = time.perf_counter() - began, time.process_time() - cpu
            raise _Undone
    except _Undone:
        return spent


def _warehouse(folder: Path) -> Warehouse:
    return Warehouse(Settings.model_validate({"data": folder}))


def _edges(warehouse: Warehouse) -> Edges:
    """The edges that loading touches."""
    none = cast(Any, None)
    feeds = FeedList(path=Path("feeds.toml"), feeds=(), hosts=())
    return Edges("growth", NOW, warehouse.settings, feeds, HostRules(), warehouse, none, none, none)


# -- texts -----------------------------------------------------------------------------------------------------------


_LETTERS = random.Random(1)
VOCABULARY = ["".join(_LETTERS.choices("aeioubdfgklmnprst", k=_LETTERS.randint(2, 9))) for _ in range(20_000)]


def _prose(chance: random.Random, words: int = 320) -> str:
    """Sentences that nobody has read, with names and numbers among them."""
    said: list[str] = []
    while len(said) < words:
        sentence = chance.choices(VOCABULARY, k=chance.randint(8, 24))
        sentence[chance.randrange(1, 8)] = sentence[2].capitalize()
        sentence[chance.randrange(1, 8)] = str(chance.randint(2, 9_999))
        said += [sentence[0].capitalize(), *sentence[1:-1], sentence[-1] + "."]
    paragraphs = [" ".join(said[at : at + 60]) for at in range(0, len(said), 60)]
    return "\n\n".join(paragraphs)


def _batches(chance: random.Random, many: int) -> Iterator[list[tuple[int, str]]]:
    """The articles of words that the history holds, by number."""
    for batch in range(many):
        yield [(batch * BATCH + at, _prose(chance)) for at in range(BATCH)]


def _batch(chance: random.Random, known: list[str], seed: int) -> list[Result]:
    """200 copies, 100 forms, 200 texts of their own."""
    copied = chance.sample(range(len(known)), 200)
    texts = [known[at] if at % 3 else known[at][: len(known[at]) // 2] for at in copied]
    form = known[0].split(" ")
    texts += [" ".join(str(chance.randint(1, 9_999)) if word.isdigit() else word for word in form) for _ in range(100)]
    texts += [_prose(chance) for _ in range(200)]
    return [_result(10_000 * seed + at, text, seed) for at, text in enumerate(texts)]


def _result(number: int, text: str, seed: int | None) -> Result:
    url, publisher = f"https://words{number % 37}.example/{number}", f"Outlet {number % 37}"
    stamp = Stamp(NOW - timedelta(hours=number % 48 + 1), Precision.INSTANT, StampSource.FEED, "x")
    words = len(text.split())
    article = Article(f"Headline {number}", text, published=stamp, publisher=publisher, word_count=words, extractor="bench")
    key = url.removeprefix("https://")
    work = Work(key, url, key.partition("/")[0], "feed", f"000000 {url}", WorkKind.NEW, NOW.date(), NOW, EntryHints())
    return Result(work, Page(url, url, 200, {}, b"", NOW, f"{seed}"), Extraction(article, Outcome.LOADED))


if __name__ == "__main__":
    sys.exit(main())
