"""kill -9 over a sitemap backfill, at seeded random moments, then resume to the end: nothing lost, nothing
twice, and what was seen adds up.

    python -m bench.kills [--days 30] [--per-day 170] [--kills 10] [--seed 1]

The site is that of tests/support/archive_site.py: sitemaps by day, some packed, with doubles, pages that are
gone and addresses of other hosts among the articles.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from support.archive_site import BASE, ArchiveSite
from support.newsroom import NOON
from support.wire_server import LoopbackServer

from bench.sums import backfill_sums, broken_checks

RUN = ("-m", "ingest.cli.main", "backfill", "run", "--input", BASE, "--now", NOON.isoformat(), "--json")


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--days", type=int, default=30)
    options.add_argument("--per-day", type=int, default=170)
    options.add_argument("--kills", type=int, default=10)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, LoopbackServer() as server:
        site = ArchiveSite(Path(folder), server)
        site.fill(chosen.days, chosen.per_day)
        expected = site.litter(chosen.days, chosen.per_day)
        site.options["batch"] = 20  # loads of 100, so that kills fall between many
        site.write()
        wanted = expected["loaded"] + expected["http_404"]
        chance, began = random.Random(chosen.seed), time.monotonic()
        for number in range(chosen.kills):
            # A moment within the share of the work that is left for this kill; the first ones while planning.
            pages = chance.random() * 1.6 * wanted / (chosen.kills + 2) if number > 1 else 0
            _kill(site, site.pages_asked() + int(pages), chance.uniform(0.0, 3.0))
            print(f"kill {number + 1}: after {site.pages_asked()} page requests", flush=True)
        done = subprocess.run(
            [sys.executable, *RUN], cwd=site.folder, capture_output=True, text=True, check=False
        )
        summary = json.loads(done.stdout)
        faults = backfill_sums(site.data) + broken_checks(site.settings)
        found = {row["reason"] or row["outcome"]: row["urls"] for row in summary["outcomes"]}
        ((articles, keys),) = site.sql("SELECT count(*), count(DISTINCT url_key) FROM mart.articles")
        gone = sum(one.path.startswith("/news/gone") for one in site.server.asked)
        twice = site.pages_asked() - wanted - gone + expected["http_404"]
        print(
            f"{chosen.kills} kills, {time.monotonic() - began:.0f} s: {articles} articles ({keys} keys) of "
            f"{expected['loaded']}, outcomes {found}, {twice} pages in flight requested twice"
        )
        faults += [] if done.returncode == 0 else [f"exit {done.returncode}: {done.stderr[-500:]}"]
        faults += [] if found == dict(expected) else [f"expected {dict(expected)}"]
        faults += [] if articles == keys == expected["loaded"] else ["articles missing or doubled"]
        faults += [] if twice <= 2 * chosen.kills else ["more pages requested twice than were in flight"]
    print("\n".join(f"FAULT: {fault}" for fault in faults) or "nothing lost, nothing twice")
    return int(bool(faults))


def _kill(site: ArchiveSite, goal: int, seconds: float) -> None:
    """Runs until so many pages were requested and then so many seconds more, and kills the run."""
    process = subprocess.Popen(
        [sys.executable, *RUN],
        cwd=site.folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    while site.pages_asked() < goal and process.poll() is None:
        time.sleep(0.02)
    time.sleep(seconds)
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


if __name__ == "__main__":
    sys.exit(main())
