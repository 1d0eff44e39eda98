"""Replays successive real polls through `ingest poll`, counts rows, requests and CPU; then again, expecting
nothing new.

    python bench/replay.py --polls 60 --series bbc,smh,aljazeeraenglish --pages 100

Each captured poll is served at the feed's own address through `resolve`, with a page for each link made from
the entry's own title and summary; real pages of many hosts are one more feed. `--in-process` saves the
start-up of 60 processes.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1]))

from bench.captured import LISTED_AT, PagesSite  # noqa: E402
from bench.counts import counted_rows  # noqa: E402
from bench.runs import ingest, run  # noqa: E402
from bench.series import SeriesSite  # noqa: E402
from bench.site import Requests, Served  # noqa: E402
from bench.sums import poll_sums  # noqa: E402
from ingest.pipeline import run_poll  # noqa: E402
from ingest.settings import load_feeds, load_settings  # noqa: E402
from ingest.stages.edges import PollRequest  # noqa: E402

DATA = HERE.parents[2] / "shared" / "data"
Poller = Callable[[Path, str, datetime], "Spent"]


@dataclass(frozen=True, slots=True)
class Spent:
    """CPU of the poller: its main process, and its workers with all else. Seconds."""

    main: float = 0.0
    workers: float = 0.0
    wall: float = 0.0
    failed: int = 0

    def plus(self, more: Spent) -> Spent:
        return Spent(
            self.main + more.main,
            self.workers + more.workers,
            self.wall + more.wall,
            self.failed + more.failed,
        )


def main() -> int:
    args = _arguments()
    sites = [
        SeriesSite(args.data / "series" / f"{name}.tar.xz", args.polls)
        for name in args.series.split(",")
        if name
    ]
    pages = PagesSite(args.data / "pages", args.pages)
    poll = _in_process if args.in_process else _as_command
    with _work(args.work) as work, Served([*sites, pages] if args.pages else sites) as served:
        served.configure(work)
        spent = _replay(served, sites, pages if args.pages else None, poll, work)
        _report("first pass", served.requests(), spent, work, sites)
        return _again(served, sites, pages if args.pages else None, poll, work)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--polls", type=int, default=60, help="polls of each series")
    parser.add_argument(
        "--series", default="bbc,smh,aljazeeraenglish", help="names in data/series, by commas"
    )
    parser.add_argument("--pages", type=int, default=100, help="real pages served as one more feed")
    parser.add_argument("--data", type=Path, default=DATA, help="the captured material")
    parser.add_argument("--work", type=Path, help="an empty directory to keep; default: a temporary one")
    parser.add_argument("--in-process", action="store_true", help="call the pipeline in this process")
    return parser.parse_args()


@contextlib.contextmanager
def _work(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
    else:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)


def _replay(
    served: Served, sites: list[SeriesSite], pages: PagesSite | None, poll: Poller, work: Path
) -> Spent:
    """All polls of all series in the order of their times, one `ingest poll --feed` each."""
    steps = sorted((captured.at, step, site.id) for site in sites for step, captured in enumerate(site.polls))
    spent = Spent()
    for at, step, site in steps:
        served.go(site, step)
        spent = spent.plus(poll(work, site, at))
    return spent if pages is None else spent.plus(poll(work, pages.id, LISTED_AT))


def _as_command(work: Path, feed: str, at: datetime) -> Spent:
    asked = ["--data", str(work / "data"), "--feed", feed, "--all", "--now", at.isoformat(), "--json"]
    done = run(ingest("poll", *asked), work)
    if done.code:
        print(f"exit {done.code}: ingest poll {' '.join(asked)}\n{done.out}", file=sys.stderr)
    return Spent(done.main_cpu, done.other_cpu, done.wall, int(done.code != 0))


def _in_process(work: Path, feed: str, at: datetime) -> Spent:
    """CPU of workers is not told here: a fork server's children are not this process's to wait for."""
    settings = load_settings(work / "ingest.toml", {"data": work / "data"})
    asked = PollRequest(only=(feed,), everything=True, now=at)
    before, start = time.process_time(), time.perf_counter()
    summary = run_poll(settings, load_feeds(work / "feeds.toml"), asked)
    return Spent(time.process_time() - before, 0.0, time.perf_counter() - start, summary.failed)


def _again(served: Served, sites: list[SeriesSite], pages: PagesSite | None, poll: Poller, work: Path) -> int:
    """A quiet poll of each feed an hour after its last, then all polls once more at their own times; 1 if
    anything is added."""
    surprises, before, hits, spent = _surprises(work, sites), counted_rows(work), served.requests(), Spent()
    for site in sites:
        spent = spent.plus(poll(work, site.id, site.polls[-1].at + timedelta(hours=1)))
    if pages is not None:
        spent = spent.plus(poll(work, pages.id, LISTED_AT + timedelta(hours=1)))
    quiet = served.requests().minus(hits)
    print(f"quiet poll of each feed: {quiet}, cpu {spent.main:.1f} + {spent.workers:.1f} s")
    unchanged = counted_rows(work) == before
    hits = served.requests()
    spent = _replay(served, sites, pages, poll, work)
    second = served.requests().minus(hits)
    uneven = _report("second pass", second, spent, work, sites)
    faults = [
        *surprises,
        *uneven,
        *([] if unchanged else ["the quiet polls changed the tables"]),
        *([f"the quiet polls asked for {quiet.page} pages"] if quiet.page or quiet.other else []),
        *(
            [f"the quiet polls got {quiet.feed_304} of {quiet.feed} answers 304"]
            if quiet.feed_304 < quiet.feed
            else []
        ),
        *([] if counted_rows(work) == before else ["the second pass changed the tables"]),
        *(
            [f"the second pass asked for {second.page + second.other} pages"]
            if second.page or second.other
            else []
        ),
    ]
    print("\n".join(f"FAULT: {fault}" for fault in faults) or "nothing added, no page fetched again")
    return int(bool(faults))


def _report(title: str, requests: Requests, spent: Spent, work: Path, sites: list[SeriesSite]) -> list[str]:
    """Prints the requests, rows and sums after a pass; returns a sentence for each sum that is uneven."""
    print(f"-- {title}: {requests}")
    print(
        f"   cpu {spent.main:.1f} s main, {spent.workers:.1f} s workers; wall {spent.wall:.1f} s; failed "
        f"{spent.failed}"
    )
    print(
        "   feed                 ids  articles   = ids+edits+moved  entry rows  - moved-noise  revisions  "
        "outcomes"
    )
    for site in sites:
        told, seen = site.expected(), counted_rows(work, site.id)
        sums = f"{told.ids}+{told.edits}+{told.moved}"
        line = f"{told.ids:>6}{seen.articles:>10}{sums:>20}{seen.entries:>12}"
        line += f"{told.revisions:>15}{seen.revisions:>11}"
        print(f"   {site.id:<18}{line}  {seen.outcomes}")
    total = counted_rows(work)
    print(
        f"   {'all feeds':<24}{total.articles:>10}{total.entries:>32}{total.revisions:>26}  {total.outcomes}"
    )
    return poll_sums(work / "data")


def _surprises(work: Path, sites: list[SeriesSite]) -> list[str]:
    """Where the tables differ from what the feeds say."""
    found = []
    for site in sites:
        told, seen = site.expected(), counted_rows(work, site.id)
        pairs = {
            "articles": (told.ids, seen.articles),
            "entry rows": (told.entry_rows, seen.entries),
            "revisions": (told.revisions, seen.revisions),
        }
        found += [
            f"{site.id}: {wanted} {name} expected, {got} found"
            for name, (wanted, got) in pairs.items()
            if wanted != got
        ]
    return found


if __name__ == "__main__":
    sys.exit(main())
