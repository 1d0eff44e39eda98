"""What `ingest poll` costs over 200 real pages on loopback: extraction in the workers against everything
else.

    python bench/poll200.py --pages 200

A run over two pages comes first: its CPU is start-up and is taken off both sides. Beside it stand the figures
of trafilatura's own command line on the same site (`trafilatura --feed URL --json --parallel 2`, no pause
between requests).
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1]))

from bench.captured import LISTED_AT, PagesSite  # noqa: E402
from bench.counts import counted_rows  # noqa: E402
from bench.runs import Run, ingest, run  # noqa: E402
from bench.site import Served  # noqa: E402

DATA = HERE.parents[2] / "shared" / "data"
ONE_HOST = "site.example"
GOAL = 0.30


@dataclass(frozen=True, slots=True)
class Polled:
    """One `ingest poll` over a fresh data directory."""

    run: Run
    articles: int
    pages: int


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument(
        "--hosts", choices=["one", "own"], default="one", help="one host for all pages, or their own ones"
    )
    parser.add_argument("--repeat", type=int, default=3, help="runs; the one with the least CPU counts")
    parser.add_argument("--data", type=Path, default=DATA, help="the captured material")
    args = parser.parse_args()
    host = ONE_HOST if args.hosts == "one" else None
    site, small = (
        PagesSite(args.data / "pages", args.pages, host=host),
        PagesSite(args.data / "pages", 2, host=host),
    )
    start = min((_polled(small) for _ in range(args.repeat)), key=_cpu)
    full = min((_polled(site) for _ in range(args.repeat)), key=_cpu)
    share = _report(start, full)
    _trafilatura(PagesSite(args.data / "pages", args.pages, host=ONE_HOST))
    return int(share > GOAL)


def _cpu(polled: Polled) -> float:
    return polled.run.main_cpu + polled.run.other_cpu


def _figures(done: Run) -> str:
    return (
        f"CPU {done.main_cpu:.2f} s main + {done.other_cpu:.2f} s workers, {done.wall:.1f} s wall, peak "
        f"{done.peak:.0f} MB"
    )


def _polled(site: PagesSite) -> Polled:
    with tempfile.TemporaryDirectory() as folder, Served([site]) as served:
        work = Path(folder)
        served.configure(work, "per_host = 8\n")
        init = run(ingest("init", "--data", "data"), work)
        done = run(ingest("poll", "--data", "data", "--all", "--now", LISTED_AT.isoformat(), "--json"), work)
        if init.code or done.code:
            raise SystemExit(f"ingest ended with {init.code} and {done.code}\n{done.out}")
        return Polled(done, counted_rows(work).articles, served.requests().page)


def _report(start: Polled, full: Polled) -> float:
    """Print the figures; the share of everything else in extraction's CPU."""
    pages = full.pages - start.pages
    rest = full.run.main_cpu - start.run.main_cpu
    extraction = full.run.other_cpu - start.run.other_cpu
    share = rest / extraction
    print(f"start-up (a run over {start.pages} pages): {_figures(start.run)}")
    speed = f"{full.articles} articles, {full.pages / full.run.wall:.1f} pages/s"
    print(f"ingest poll, {full.pages} pages: {speed}, {_figures(full.run)}")
    print(
        f"  a page, start-up apart: extraction {1000 * extraction / pages:.1f} ms, everything else "
        f"{1000 * rest / pages:.1f} ms"
    )
    print(f"  a page, start-up included: {1000 * _cpu(full) / full.pages:.1f} ms")
    print(f"  everything else / extraction = {share:.1%} (goal: at most {GOAL:.0%})")
    return share


def _trafilatura(site: PagesSite) -> None:
    """The same site by trafilatura's command line. It has no `resolve`: its lookups are turned to the server
    from outside."""
    program = shutil.which("trafilatura", path=str(Path(sys.executable).parent))
    if program is None:
        print("trafilatura's command is not installed beside this Python")
        return
    with tempfile.TemporaryDirectory() as temporary, Served([site]) as served:
        work = Path(temporary)
        (work / "settings.cfg").write_text(_without_pause(), encoding="utf-8")
        (work / "sitecustomize.py").write_text(_LOOKUPS.format(port=served.port), encoding="utf-8")
        options = ["--json", "--parallel", "2", "--config-file", "settings.cfg", "-o", "out"]
        done = run([program, "--feed", site.feed_url, *options], work, {"PYTHONPATH": str(work)})
        stored, asked = len(list((work / "out").rglob("*.json"))), served.requests().page
        cpu = 1000 * (done.main_cpu + done.other_cpu) / max(asked, 1)
        print(
            f"trafilatura, {asked} pages: {stored} files, {asked / done.wall:.1f} pages/s, {_figures(done)}"
        )
        print(f"  a page, start-up included: {cpu:.1f} ms")


_LOOKUPS = """
import socket

lookup = socket.getaddrinfo
socket.getaddrinfo = lambda host, port, *args, **kwargs: lookup("127.0.0.1", {port}, *args, **kwargs)
"""


def _without_pause() -> str:
    """trafilatura's own settings without its pause and its refusal of loopback addresses; read as text: two
    values change."""
    found = importlib.util.find_spec("trafilatura")
    if found is None or found.origin is None:
        raise SystemExit("trafilatura is not installed")
    text = Path(found.origin).with_name("settings.cfg").read_text(encoding="utf-8")
    text = re.sub(r"(?m)^SLEEP_TIME\s*=.*$", "SLEEP_TIME = 0", text)
    return re.sub(r"(?m)^SSRF_PROTECTION\s*=.*$", "SSRF_PROTECTION = off", text)


if __name__ == "__main__":
    sys.exit(main())
