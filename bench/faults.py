"""The fault wire: a third of its feeds and pages broken in every known way, polled four times; all that was
seen adds up.

    python -m bench.faults [--feeds 36] [--pages 3] [--polls 4] [--seed 1]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from support.fault_wire import FaultWire

from bench.runs import ingest, run
from bench.sums import broken_checks, poll_sums
from ingest.settings import load_settings


def main() -> int:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, default in (("feeds", 36), ("pages", 3), ("polls", 4), ("seed", 1)):
        options.add_argument(f"--{name}", type=int, default=default)
    options.add_argument("--deadline", type=float, default=5.0, help="seconds for a page or feed")
    chosen = options.parse_args()
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        work, wire = Path(folder), FaultWire(seed=chosen.seed, feeds=chosen.feeds, pages=chosen.pages)
        with wire.serving():
            wire.write(work, chosen.deadline)
            for number in range(chosen.polls):
                time.sleep(wire.resting())
                done = run(ingest("poll", "--data", "data", "--all", "--json"), work)
                summary = json.loads(done.out) if done.code == 0 else {}
                faults += [] if done.code == 0 else [f"poll {number + 1}: exit {done.code}"]
                faults += summary.get("problems", [])
                kinds = ("polled", "failed", "entries", "loaded", "revised", "lost", "pending")
                print(f"poll {number + 1}: {', '.join(f'{summary.get(kind)} {kind}' for kind in kinds)}")
            listed = wire.listed()
        faults += poll_sums(work / "data") + broken_checks(load_settings(None, {"data": work / "data"}))
        print(f"{len(listed)} links listed by feeds that could be read in the end")
    print("\n".join(f"FAULT: {fault}" for fault in faults) or "all adds up")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
