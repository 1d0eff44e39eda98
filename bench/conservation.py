"""Nothing is lost between a feed and the tables: every captured feed is served and polled four times (as it
was, with a third of its entries taken out, as it was again, and cut off), and every run must add up.

    python -m bench.conservation [--data DIR] [--half odd|even]

Only feeds are polled: the pages that their entries name stay pending, for no request may leave the machine.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.feeds import DATA, captured
from bench.site import Served, feed_reply
from ingest.demo.wire import Reply
from ingest.load.checks import run_checks
from ingest.load.db import Warehouse
from ingest.pipeline import PollSummary, end_stage, poll_stage
from ingest.settings import load_feeds, load_settings
from ingest.stages.edges import PollRequest, open_poll

NOW = datetime(2027, 1, 1, tzinfo=UTC)
_ENTRY = re.compile(rb"<(item|entry)[\s>].*?</\1\s*>", re.S)


class FeedSite:
    """One captured feed at an address of its own."""

    def __init__(self, number: int, body: bytes) -> None:
        self.id = f"feed-{number}"
        self.feed_url = f"http://{self.id}.example/feed.xml"
        self._body = body
        self._step = 0

    def hosts(self) -> set[str]:
        return {f"{self.id}.example"}

    def go(self, step: int) -> None:
        self._step = step

    def answer(self, host: str, target: str, headers: Mapping[str, str]) -> Reply | None:
        if f"http://{host}{target}" != self.feed_url:
            return None
        return feed_reply(self._shown(), headers)

    def _shown(self) -> bytes:
        if self._step == 1:
            entries = list(_ENTRY.finditer(self._body))
            body = self._body
            for entry in reversed(entries[::3]):
                body = body[: entry.start()] + body[entry.end() :]
            return body
        return self._body[: len(self._body) * 2 // 3] if self._step == 3 else self._body


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, default=DATA)
    options.add_argument("--half", choices=("odd", "even"))
    chosen = options.parse_args()
    sites = [FeedSite(number, feed.body) for number, feed in enumerate(captured(chosen.data, chosen.half))]
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(polled(sites, Path(folder)))


async def polled(sites: Sequence[FeedSite], work: Path) -> int:
    """Polls all sites four times; returns the number of runs and checks that do not add up."""
    faults = 0
    with Served(sites) as served:
        served.configure(work, "workers = 2")
        settings = load_settings(work / "ingest.toml", {"data": work / "data", "feeds": work / "feeds.toml"})
        feeds = load_feeds(work / "feeds.toml")
        for step in range(4):
            for site in sites:
                served.go(site.id, step)
            request = PollRequest(everything=True, now=NOW + timedelta(hours=step))
            async with open_poll(settings, feeds, request) as edges:
                summary = await end_stage(edges, await poll_stage(edges, request))
            faults += shown(step, summary)
    broken = {name: rows for name, rows in run_checks(Warehouse(settings)).items() if rows}
    print(f"checks that find rows: {broken or 'none'}")
    return min(1, faults + len(broken))


def shown(step: int, summary: PollSummary) -> int:
    """Prints the sums of a run; returns the number of those that do not add up."""
    kinds = ("entries", "new", "changed", "touched", "same", "repeated", "capped", "unreadable")
    outcomes: Counter[str] = Counter(summary.outcomes)
    print(
        f"poll {step + 1}: {summary.polled} feeds, {summary.failed} failed; "
        + ", ".join(f"{getattr(summary, kind)} {kind}" for kind in kinds)
        + f"; outcomes {dict(+outcomes)}"
    )
    for problem in summary.problems:
        print(f"  {problem}")
    return len(summary.problems)


if __name__ == "__main__":
    sys.exit(main())
