"""What a batch costs as the history grows: 500 articles against 100,000, 1 million and 10 million in a
warehouse of our layout.

    python bench/growth.py [--articles 100000,1000000,10000000] [--history DIR] [--runs N]

The history is synthetic and laid down by SQL (`growth_history.sql`): sketches of random hashes over 750 days,
in order of arrival but for 20 % that a backfill put between them with days of the past; of every ten articles
two are copies of each other; texts of 300 words stand on the last 30 days. Among those go 1,000 articles of
words, by the load path. The batch is 500 more: 200 copies of them (cut or whole), 100 forms that look alike,
200 that nobody has; a load has what the workers that extract read of a text.

Each run is a process of its own over a copy of the history, with the settings that ship. As a worker that has
been up for a while it loads one batch first; then comes the batch that counts. Printed for each size, median
of the runs:
- copy stage: the batch's copies end to end: texts read, fingerprints written, candidates looked up and
  verified, groups derived and written, in a transaction that is rolled back;
- load: the whole load with it, wall and CPU: file opened, addresses looked up, rows staged and merged,
  copies, commit, closed;
- among known hosts: the whole load where the batch's addresses lie between the history's, in order of
  spelling, as real ones do; above they lie behind them. Look-ups go by hash (docs/decisions/0002): the two
  must cost the same;
- learning and stories, which come once a run and not with each batch; and the process's peak memory.

Ends with 1 when at the largest size the copy stage takes half a second or more, or memory 1 GB. Ten million
take 8 minutes to lay down and 6 GB of disk, and 6 more while they are measured; `--history DIR` keeps them
for the next time. `--articles 100000` is the small mode, of a minute.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from ingest.load.articles import write_articles
from ingest.load.db import Warehouse
from ingest.model import (
    Article,
    EntryHints,
    Extraction,
    Page,
    Precision,
    Rank,
    Stamp,
    StampSource,
    Work,
    WorkKind,
)
from ingest.reasons import Outcome
from ingest.settings import FeedList, Settings
from ingest.stages.boilerplate import learn_sentences
from ingest.stages.copies import link_copies
from ingest.stages.edges import Edges
from ingest.stages.extraction import read_article
from ingest.stages.judging import Result, judge
from ingest.stages.loading import load_batch
from ingest.stages.stories import derive_stories
from ingest.urls.identity import HostRules

HERE = Path(__file__).resolve().parent
NOW = datetime(2026, 1, 31, 18, tzinfo=UTC)
SIZES = "100000,1000000,10000000"
BATCH, STEP = 500, 100_000
GOAL_SECONDS, GOAL_MB = 0.5, 1_000


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", default=SIZES, help="sizes of the history, smallest first")
    parser.add_argument(
        "--history",
        type=Path,
        help="where histories are kept, and used again; removed afterwards when not given",
    )
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument(
        "--lay", type=Path, help=argparse.SUPPRESS
    )  # what these two do is done in processes of their own
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=1, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.lay:
        _lay_down(args.lay, int(args.articles))
    elif args.measure:
        print(json.dumps(_measured(args.measure, args.seed)))
    else:
        with tempfile.TemporaryDirectory(prefix="growth-") as folder:
            held = [
                _report(int(size), args.history or Path(folder), args.runs)
                for size in args.articles.split(",")
            ]
        return 0 if held[-1] else 1
    return 0


def _report(size: int, home: Path, runs: int) -> bool:
    """Print one line of the curve; whether it is within the goals."""
    history = home / str(size)
    laid = "laid down before"
    if not (history / "laid").exists():
        shutil.rmtree(history, ignore_errors=True)
        began = time.monotonic()
        _own_process("--lay", str(history), "--articles", str(size))
        laid = f"laid down in {time.monotonic() - began:.0f} s"
        (history / "laid").touch()
    told = [_run(history, seed) for seed in range(1, runs + 1)]
    middle = {name: statistics.median(run[name] for run in told) for name in told[0]}
    peak, disk = max(run["peak"] for run in told), (history / "ingest.duckdb").stat().st_size / 1e6
    each = 2 * middle["copies_cpu"]
    parts = [
        f"{name} {middle[key]:.3f} s"
        + (f" (CPU {middle[key + '_cpu']:.3f})" if key + "_cpu" in middle else "")
        for name, key in (
            ("copy stage", "copies"),
            ("load", "load"),
            ("learning", "learning"),
            ("stories", "stories"),
            ("among known hosts", "among"),
        )
    ]
    print(
        f"{size:>12,} articles  {'  '.join(parts)}  {each:.2f} ms of CPU an article for copies  peak "
        f"{peak:.0f} MB "
        f"({middle['among_peak']:.0f} among known hosts)  {middle['linked']:.0f} linked  "
        f"[{laid}, {disk:,.0f} MB]",
        flush=True,
    )
    return middle["copies"] < GOAL_SECONDS and peak < GOAL_MB


def _run(history: Path, seed: int) -> dict[str, float]:
    """One measured process, over a copy that is removed: a run must not find what the one before it
    loaded."""
    copy = history.with_name(f"{history.name}-run")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(history, copy)
    os.sync()  # or the disk is busy with the copy while the batch is written
    try:
        found: dict[str, float] = json.loads(_own_process("--measure", str(copy), "--seed", str(seed)))
        return found
    finally:
        shutil.rmtree(copy)


def _own_process(*arguments: str) -> str:
    return subprocess.run(
        [sys.executable, str(HERE / "growth.py"), *arguments], check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def _lay_down(folder: Path, size: int) -> None:
    """The history, and among its last days the articles of words."""
    folder.mkdir(parents=True)
    warehouse = Warehouse(
        Settings.model_validate({"data": folder, "duckdb_memory": "4GB"})
    )  # 100,000 articles at a time
    warehouse.prepare()
    statements = [
        part for part in (HERE / "growth_history.sql").read_text(encoding="utf-8").split(";") if part.strip()
    ]
    for first in range(0, size, STEP):
        with warehouse.transaction() as con:
            con.execute("SET preserve_insertion_order = true")
            for statement in statements:
                wanted = {"first": first, "last": min(first + STEP, size), "size": size}
                con.execute(
                    statement, {name: value for name, value in wanted.items() if f"${name}" in statement}
                )
    edges = _edges(warehouse)
    for batch in _batches(random.Random(0), 2):
        load_batch(edges, [_result(number, text, None) for number, text in batch])
    learn_sentences(warehouse, NOW)


def _measured(folder: Path, seed: int) -> dict[str, float]:
    warehouse = _warehouse(folder)
    edges = _edges(warehouse)
    known = [text for batch in _batches(random.Random(0), 2) for _, text in batch]
    batches = [_batch(random.Random(10 * seed + at), known, 10 * seed + at) for at in range(4)]
    load_batch(edges, batches[0])
    began, cpu = time.perf_counter(), time.process_time()
    counts = load_batch(edges, batches[1])
    found = {
        "load": time.perf_counter() - began,
        "load_cpu": time.process_time() - cpu,
        "linked": float(counts.copies),
    }
    found["copies"], found["copies_cpu"] = _copy_stage(edges, batches[2])
    began = time.perf_counter()
    learn_sentences(warehouse, NOW)
    found["learning"] = time.perf_counter() - began
    began = time.perf_counter()
    derive_stories(warehouse)
    found |= {"stories": time.perf_counter() - began, "peak": _peak()}
    began, cpu = time.perf_counter(), time.process_time()
    load_batch(edges, [_among(result) for result in batches[3]])
    return found | {
        "among": time.perf_counter() - began,
        "among_cpu": time.process_time() - cpu,
        "among_peak": _peak(),
    }


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class _Undone(Exception):
    """Raised to roll a measured transaction back."""


def _copy_stage(edges: Edges, batch: list[Result]) -> tuple[float, float]:
    """(wall, CPU) seconds of the copy stage over articles just written; nothing of it stays."""
    verdicts = [judge(result, None, now=NOW, rules=edges.rules, attempts=5) for result in batch]
    spent = (0.0, 0.0)
    try:
        with edges.warehouse.transaction() as con:
            write_articles(
                con, [v.article for v in verdicts if v.article], [v.revision for v in verdicts if v.revision]
            )
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


# -- texts ---------------------------------------------------------------------------------------------------


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
    texts += [
        " ".join(str(chance.randint(1, 9_999)) if word.isdigit() else word for word in form)
        for _ in range(100)
    ]
    texts += [_prose(chance) for _ in range(200)]
    return [_result(10_000 * seed + at, text, seed) for at, text in enumerate(texts)]


def _among(result: Result) -> Result:
    """The same text at an address like the history's."""
    number = int(result.work.url.rpartition("/")[2])
    host = f"outlet{number % 997}.example"
    key = f"{host}/news/{number}/words-of-another-headline"
    url = f"https://{key}"
    work = replace(result.work, url=url, url_key=key, host=host, rank=Rank(0, len(url), url))
    return replace(result, work=work, page=result.page and replace(result.page, url=url, final_url=url))


def _result(number: int, text: str, seed: int | None) -> Result:
    url, publisher = f"https://words{number % 37}.example/{number}", f"Outlet {number % 37}"
    stamp = Stamp(NOW - timedelta(hours=number % 48 + 1), Precision.INSTANT, StampSource.FEED, "x")
    words = len(text.split())
    article = Article(
        f"Headline {number}", text, published=stamp, publisher=publisher, word_count=words, extractor="bench"
    )
    key = url.removeprefix("https://")
    work = Work(
        key,
        url,
        key.partition("/")[0],
        "feed",
        Rank(0, len(url), url),
        WorkKind.NEW,
        NOW.date(),
        NOW,
        EntryHints(),
    )
    return Result(
        work,
        Page(url, url, 200, {}, b"", NOW, f"{seed}"),
        Extraction(article, Outcome.LOADED),
        reading=read_article(article),
    )


if __name__ == "__main__":
    sys.exit(main())
