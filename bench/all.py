"""Every bench in a small mode, in under ten minutes, into bench/RESULTS.md: machine, date, ours, and the
peers' figures beside.

    python bench/all.py [--budget SECONDS] [--only NAME]...

Small modes show that the benches run and roughly where the figures lie; README.md holds those of the full
ones. A bench that cannot run is listed with the reason. Ends with 1 when one of them broke (not when a goal
is missed: a small mode may miss it).
"""

from __future__ import annotations

import argparse
import os
import platform
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[1] / "shared" / "data"
SHOWN = 40
"""Most lines of a bench's output in the results."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A script, its small mode, the captured material it needs, and the seconds it may take."""

    name: str
    options: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    seconds: float = 90


@dataclass(frozen=True, slots=True)
class Ran:
    """How a bench ended: `verdict` in words, its last lines, wall seconds."""

    bench: Bench
    verdict: str
    lines: tuple[str, ...] = ()
    seconds: float = 0.0


PEERS = {
    "feeds": "feedparser's own 1,768 fixtures: feedparser 94 %, feedparser-rs 37 %, fastfeedparser 16 %",
    "schedule": "mean delay at 12 / 48 polls a feed and day: fixed 59.8 / 15.1 min, miniflux "
    "entry_frequency 152.8 / 17.6 min",
    "replay": "second run: Fundus stores all pages again, news-please doubles its rows, newspaper4k loses "
    "what was in flight",
    "poll200": "CPU ms an article, articles/s: trafilatura CLI 61, 11.4; Fundus 44, 19.6; newspaper4k 219, "
    "4.1; "
    "news-please 383, 2.2; a 40-line script 59, 22.3",
    "poll304": "304 answers a CPU-second of the client: requests 452, httpx 455, niquests 645, curl_cffi "
    "1,778, aiohttp 2,162",
    "extract": "trafilatura's bare_extraction on the same pages is the other side",
    "dedup": "cluster F1: exact hash .101, lead of 40 words .404, SimHash .138, datasketch 5-gram .7 .426, "
    "rensa .467",
    "crash": "kill -9 in the middle: newspaper4k finds 0 articles in the next run",
    "prefect_share": "the goal of 5 % is for 1,000 articles; 150 carry the same fixed cost",
}
"""What others do on the same work, measured on two idle cores."""

BENCHES = (
    Bench("feeds", needs=("feeds",)),
    Bench("schedule", ("--synthetic", "60", "--polls", "24"), ("series",)),
    Bench(
        "replay",
        ("--polls", "5", "--series", "bbc", "--pages", "10", "--in-process"),
        ("series", "pages"),
        120,
    ),
    Bench("poll200", ("--pages", "80", "--repeat", "1"), ("pages",)),
    Bench("poll304", ("--requests", "800", "--hosts", "50", "--feeds", "600", "--feed-hosts", "200")),
    Bench("extract", ("--limit", "8"), ("pages",)),
    Bench("truth", ("--sample", "12"), ("pages",), 120),
    Bench("datelines", needs=("pages",)),
    Bench("dedup", ("--only", "ours", "--limit", "4000"), ("dedup",), 60),
    Bench("growth", ("--articles", "100000", "--runs", "1"), seconds=90),
    Bench("backfill", ("--pages", "300", "--again", "100", "--base", "60"), ("pages",), 120),
    Bench("crash", ("--kills", "4")),
    Bench("prefect_share", ("--pages", "150"), ("pages",), 200),
)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--budget", type=float, default=570, help="seconds for all of them")
    parser.add_argument("--only", action="append", help="name of a bench")
    parser.add_argument("--data", type=Path, default=DATA, help="the captured material")
    parser.add_argument("--out", type=Path, default=HERE / "RESULTS.md")
    args = parser.parse_args()
    end = time.monotonic() + args.budget
    chosen = [bench for bench in BENCHES if not args.only or bench.name in args.only]
    done = []
    for bench in chosen:
        done.append(_run(bench, args.data, end - time.monotonic()))
        print(f"{bench.name}: {done[-1].verdict} ({done[-1].seconds:.0f} s)", flush=True)
    args.out.write_text(_results(done, [] if args.only else _unlisted()), encoding="utf-8")
    return int(any(ran.verdict.startswith("broke") for ran in done))


def _run(bench: Bench, data: Path, left: float) -> Ran:
    missing = [name for name in bench.needs if not (data / name).exists()]
    if missing:
        return Ran(bench, f"skipped: no captured material ({', '.join(missing)})")
    if not (HERE / f"{bench.name}.py").exists():
        return Ran(bench, "skipped: no such script")
    if left < 5:
        return Ran(bench, "skipped: the time of all was used up")
    began = time.monotonic()
    code, text = _ended(bench, min(bench.seconds, left))
    lines = [
        line for line in text.strip().splitlines() if "\t" not in line
    ]  # rows with tabs are publishers' text: not for a commit
    return Ran(bench, _verdict(code, text), tuple(lines[-SHOWN:]), time.monotonic() - began)


def _ended(bench: Bench, seconds: float) -> tuple[int | None, str]:
    """(exit code, output), the code None where its time was over; then all it started is ended with it."""
    command = [sys.executable, str(HERE / f"{bench.name}.py"), *bench.options]
    paths = [str(HERE.parent / "src"), str(HERE.parent), os.environ.get("PYTHONPATH", "")]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
    started = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, start_new_session=True
    )
    try:
        out, _ = started.communicate(timeout=seconds)
        return started.returncode, out.decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        for number in (signal.SIGTERM, signal.SIGKILL):
            os.killpg(started.pid, number)
            time.sleep(2)
        out, _ = started.communicate()
        return None, out.decode("utf-8", "replace")


def _verdict(code: int | None, text: str) -> str:
    if code is None:
        return "stopped: longer than its small mode may take"
    if code == 0:
        return "ran"
    if "ModuleNotFoundError" in text or "ImportError" in text:
        return f"broke: {text.strip().splitlines()[-1]}"
    return (
        "broke: see the output"
        if "Traceback" in text or code != 1
        else "ran; its goal is missed in this mode"
    )


def _unlisted() -> list[str]:
    """Scripts of this folder that can be run and that the table above does not know."""
    known = {bench.name for bench in BENCHES} | {"all"}
    found = [path for path in HERE.glob("*.py") if path.stem not in known]
    return sorted(path.name for path in found if "__main__" in path.read_text(encoding="utf-8"))


def _results(done: list[Ran], unlisted: list[str]) -> str:
    total = sum(ran.seconds for ran in done)
    text = f"""# Results of the small modes
{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · {_machine()} · made by `python bench/all.py` in {total:.0f} s.
Figures of the full modes are in README.md. A load above the number of cores makes wall times too large, and
CPU times somewhat.

| bench | how it ended | s | peers |
|---|---|---|---|
"""
    text += "".join(
        f"| `{ran.bench.name}` | {ran.verdict} | {ran.seconds:.0f} | {PEERS.get(ran.bench.name, '')} |\n"
        for ran in done
    )
    if unlisted:
        text += f"\nNot in this table: {', '.join(unlisted)}.\n"
    return text + "".join(_section(ran) for ran in done if ran.lines)


def _section(ran: Ran) -> str:
    command = " ".join((f"bench/{ran.bench.name}.py", *ran.bench.options))
    lines = "\n".join(_neutral(line) for line in ran.lines)
    return f"\n## {ran.bench.name}\n`python {command}`\n\n```\n{lines}\n```\n"


def _neutral(line: str) -> str:
    """A line of output without where this machine keeps things."""
    return (
        line.replace(str(HERE.parent), ".")
        .replace(str(HERE.parents[1]), "..")
        .replace(sys.prefix, "<venv>")[:300]
    )


def _machine() -> str:
    names = (
        line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")
    )
    model = next(names, platform.machine())
    memory = next(
        (
            int(line.split()[1]) // 1_048_576
            for line in _lines("/proc/meminfo")
            if line.startswith("MemTotal")
        ),
        0,
    )
    return (
        f"{os.cpu_count()} cores ({model}), {memory} GB, {platform.system()}, Python "
        f"{platform.python_version()}, "
        f"load {os.getloadavg()[0]:.1f} at the end"
    )


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


if __name__ == "__main__":
    sys.exit(main())
