"""Damaged feeds, sitemaps, WARC files and rows through the program's own readers, and a sample of them
through whole runs against a loopback server: no traceback, no run ended, everything that can be read has its
outcome.

    python -m bench.fuzz [--count N] [--kind feeds|sitemaps|warcs|lines] [--seed N] [--runs N] [--data DIR]

The same seed makes the same damage. A broken rule is printed with the number that makes it again:
`--kind K --only N` (and --keep DIR to have the file).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bench import fuzz_seeds
from bench.feeds import DATA
from bench.fuzz_readers import CHECKS
from bench.fuzz_runs import runs
from bench.fuzz_seeds import Seed
from bench.mutations import mutate

SLOW = 10.0
"""CPU seconds for one file: a worker of the program is stopped after as many."""


@dataclass(slots=True)
class Tally:
    """What came of one kind: files, faults by their sentence, the slowest file in CPU seconds."""

    files: int = 0
    slowest: float = 0.0
    seconds: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)


def seeds_of(kind: str, data: Path | None, folder: Path) -> list[Seed]:
    """The whole files of a kind; without `data` our own."""
    match kind:
        case "feeds":
            return fuzz_seeds.feeds(data)
        case "sitemaps":
            return fuzz_seeds.sitemaps(data)
        case "warcs":
            return fuzz_seeds.warcs(folder)
        case _:
            return fuzz_seeds.lines()


def damaged(kind: str, seeds: list[Seed], seed: int, number: int) -> tuple[Seed, bytes]:
    """The `number`-th damaged file of a kind, and the whole one that it was made of."""
    chance = Random(f"{seed} {kind} {number}")
    whole = seeds[number % len(seeds)]
    return whole, mutate(whole.body, chance)


def checked(kind: str, whole: Seed, body: bytes, folder: Path) -> list[str]:
    """The rules that a damaged file breaks; a traceback is one."""
    try:
        return CHECKS[kind](whole, body, folder)
    except Exception:
        lines = traceback.format_exc().strip().splitlines()
        return [f"traceback: {lines[-1][:160]} at {lines[-3].strip()[-120:] if len(lines) > 2 else '?'}"]


def fuzz(kind: str, seeds: list[Seed], seed: int, numbers: range, folder: Path, keep: Path | None) -> Tally:
    """Damages and reads the files of these numbers; prints each broken rule."""
    tally = Tally()
    for number in numbers:
        whole, body = damaged(kind, seeds, seed, number)
        begun = time.process_time()
        faults = checked(kind, whole, body, folder)
        spent = time.process_time() - begun
        if spent > SLOW:
            faults.append(f"took {spent:.1f} CPU s")
        tally.files += 1
        tally.seconds += spent
        tally.slowest = max(tally.slowest, spent)
        for fault in faults:
            tally.faults[fault] += 1
            print(f"  --kind {kind} --only {number} ({whole.name}): {fault}", flush=True)
        if faults and keep is not None:
            (keep / f"{kind}-{number}-{whole.name}").write_bytes(body)
    return tally


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=500, help="files of each kind")
    options.add_argument("--kind", choices=sorted(CHECKS))
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", type=int, help="one file alone, by its number")
    options.add_argument("--runs", type=int, default=0, help="files of each kind that go through whole runs")
    options.add_argument("--data", type=Path, default=DATA)
    options.add_argument("--keep", type=Path, help="folder for the files that break a rule")
    chosen = options.parse_args()
    data = chosen.data if (chosen.data / "feeds" / "captured.tar.xz").exists() else None
    if data is None:
        print(f"{chosen.data}: no captured feeds and sitemaps there; a few of our own are used instead")
    broken = 0
    numbers = range(chosen.count) if chosen.only is None else range(chosen.only, chosen.only + 1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for kind in [chosen.kind] if chosen.kind else list(CHECKS):
            seeds = seeds_of(kind, data, folder)
            tally = fuzz(kind, seeds, chosen.seed, numbers, folder, chosen.keep)
            broken += tally.faults.total()
            print(
                f"{kind:9} {tally.files:6,} damaged files of {len(seeds)} whole ones: {tally.faults.total()} "
                f"broken rules; {1000 * tally.seconds / max(1, tally.files):.1f} CPU ms a file, "
                f"slowest {tally.slowest:.2f} s",
                flush=True,
            )
        if chosen.runs:
            seeds_by_kind = {kind: seeds_of(kind, data, folder) for kind in CHECKS}
            broken += runs(chosen.runs, chosen.seed, seeds_by_kind, folder)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
