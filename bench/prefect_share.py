"""What Prefect adds to the CPU of one scheduled poll: server, worker and flow process against `ingest poll`
over the same pages.

    python bench/prefect_share.py --pages 1010

The same site is polled twice into fresh data: by `ingest poll`, and by a flow run of `ingest serve`.
Prefect's part is what server, worker and zygote took while the flow ran, and what the flow's process takes
beyond `ingest poll`'s. That is told by runs without work, the quicker of two: in long ones it drowns in the
noise of a busy machine. The run's end is seen from its process: a question to the server would be CPU of the
server's. Ends with 1 when the share is 5 % or more. Linux only: CPU is read from /proc.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1]))

from bench.captured import PagesSite  # noqa: E402
from bench.counts import counted_rows  # noqa: E402
from bench.runs import Run, ingest, run  # noqa: E402
from bench.site import Served  # noqa: E402
from flows.plan import RUN_MODULE  # noqa: E402
from flows.serve.tree import marked  # noqa: E402

DATA = HERE.parents[2] / "shared" / "data"
GOAL = 0.05
SETTINGS = "per_host = 8\nentries_cap = 5000\n"
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cpu:
    """CPU seconds of a process, and of its children that have ended."""

    own: float
    children: float

    def since(self, before: Cpu) -> Cpu:
        return Cpu(self.own - before.own, self.children - before.children)


@dataclass(frozen=True, slots=True)
class Flown:
    """One flow run: CPU of server, worker and zygote while it went on, and of its own process (with who asks
    for the fork)."""

    server: float
    worker: float
    zygote: float
    process: float
    wall: float
    tasks: int
    articles: int
    idle: float


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", type=int, default=1010, help="pages served")
    parser.add_argument("--data", type=Path, default=DATA, help="the captured material")
    args = parser.parse_args()
    sites = _sites(args.data / "pages", args.pages)
    plain, articles, idle = _polled(sites)
    flown = _flown(sites)
    return int(_report(plain, articles, flown, max(0.0, flown.idle - idle)) >= GOAL)


def _sites(folder: Path, pages: int) -> list[PagesSite]:
    """The captured pages under one host, and as many of them once more under another as make up `pages` (a
    wire's copies)."""
    first = PagesSite(folder, pages, host="site.example")
    again = PagesSite(folder, max(1, pages - len(first.links)), host="again.example")
    again.id = "again"
    return [first, again]


def _report(plain: Run, articles: int, flown: Flown, added: float) -> float:
    prefect = flown.server + flown.worker + flown.zygote + added
    total = prefect + plain.main_cpu + plain.other_cpu
    print(
        f"ingest poll: {articles} articles, CPU {plain.main_cpu:.2f} s main + {plain.other_cpu:.2f} s "
        "workers, "
        f"{plain.wall:.1f} s wall"
    )
    print(f"flow run: {flown.articles} articles, {flown.tasks} task runs, {flown.wall:.1f} s wall")
    print(
        f"  CPU of server {flown.server:.2f} s, worker {flown.worker:.2f} s, zygote {flown.zygote:.2f} s, "
        "flow process "
        f"{flown.process:.2f} s, {added:.2f} s beyond ingest poll's without work"
    )
    print(
        f"Prefect's share: {prefect:.2f} s of {total:.2f} s = {prefect / total:.1%} (goal: under {GOAL:.0%})"
    )
    return prefect / total


def _polled(sites: list[PagesSite]) -> tuple[Run, int, float]:
    """The run, its articles, and the CPU of a run without work."""
    with tempfile.TemporaryDirectory() as folder, Served(sites) as served:
        work = Path(folder)
        served.configure(work, SETTINGS)
        done = run(ingest("poll", "--data", "data", "--json"), work)
        if done.code:
            raise SystemExit(f"ingest poll ended with {done.code}\n{done.out}")
        articles = counted_rows(work).articles
        return (
            done,
            articles,
            min(run(ingest("poll", "--data", "data", "--json"), work).main_cpu for _ in range(2)),
        )


def _flown(sites: list[PagesSite]) -> Flown:
    with tempfile.TemporaryDirectory() as folder, Served(sites) as served:
        work = Path(folder)
        served.configure(work, SETTINGS)
        with _serving(work) as (url, *pids):
            return _watched(url, work, *pids)


@contextmanager
def _serving(work: Path) -> Iterator[tuple[str, int, int, int]]:
    """(address, process ids of server, worker and zygote) of an `ingest serve` that starts nothing by itself
    for a day."""
    log = (work / "serve.log").open("wb")
    tree = subprocess.Popen(
        ingest("serve", "--data", "data", "--interval", "86400"), cwd=work, stdout=subprocess.PIPE, stderr=log
    )
    try:
        assert tree.stdout is not None
        ready = tree.stdout.readline().decode()
        if not ready.startswith("ready: "):
            raise SystemExit((work / "serve.log").read_text(encoding="utf-8"))
        server, worker, zygote = (
            _child(tree.pid, name) for name in ("server", "worker-live", "flows.serve.zygote")
        )
        yield ready.split()[1], server, worker, zygote
    finally:
        tree.send_signal(signal.SIGTERM)
        tree.wait()
        log.close()


def _child(parent: int, word: str) -> int:
    """The child of `parent` with this word in its command line; it may have been started a moment ago."""
    for _ in range(100):
        for folder in Path("/proc").glob("[0-9]*"):
            command = _read(folder / "cmdline").split("\0")
            if _stat(folder)[1:2] == [str(parent)] and word in command and "flows.serve.child" not in command:
                return int(folder.name)
        time.sleep(0.1)
    raise SystemExit(f"no {word} among the children of {parent}")


def _watched(url: str, work: Path, server: int, worker: int, zygote: int) -> Flown:
    time.sleep(15)  # the worker's and the server's own start is not part of a run
    before, start = [_cpu(pid) for pid in (server, worker, zygote)], time.monotonic()
    run_id = _one_run(url, work)
    wall = time.monotonic() - start
    used = [_cpu(pid).since(cpu) for pid, cpu in zip((server, worker, zygote), before, strict=True)]
    tasks = _api(f"{url}/api/task_runs/count", {"flow_runs": {"id": {"any_": [run_id]}}})
    articles, idle = counted_rows(work).articles, []
    for _ in range(2):
        start_idle = [_cpu(pid) for pid in (worker, zygote)]
        _one_run(url, work)
        idle.append(
            sum(_cpu(pid).since(cpu).children for pid, cpu in zip((worker, zygote), start_idle, strict=True))
        )
    return Flown(
        *(one.own for one in used), used[1].children + used[2].children, wall, int(tasks), articles, min(idle)
    )


def _one_run(url: str, work: Path) -> str:
    """A poll at once, to its end; its id."""
    deployment = _api(f"{url}/api/deployments/name/poll/live")
    asked = _api(
        f"{url}/api/deployments/{deployment['id']}/create_flow_run", {"state": {"type": "SCHEDULED"}}
    )
    data = str((work / "data").resolve())
    while not marked(data, RUN_MODULE):
        time.sleep(0.2)
    while marked(data, RUN_MODULE):
        time.sleep(0.5)
    time.sleep(2)  # the worker reaps the flow's process, and tells the server
    found = _api(f"{url}/api/flow_runs/{asked['id']}")
    if found["state_type"] != "COMPLETED":
        raise SystemExit(f"the flow run ended {found['state_type']}: {found['state']['message']}")
    return str(asked["id"])


def _api(url: str, body: Any = None) -> Any:
    asked = urllib.request.Request(
        url, None if body is None else json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return json.load(answer)


def _cpu(pid: int) -> Cpu:
    fields = _stat(Path("/proc") / str(pid))
    user, system, waited_user, waited_system = (int(value) for value in fields[11:15])
    return Cpu((user + system) / _TICK, (waited_user + waited_system) / _TICK)


def _stat(folder: Path) -> list[str]:
    """The fields of proc(5) stat from the third (state) on; [] where the process is gone."""
    return _read(folder / "stat").rpartition(")")[2].split()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


if __name__ == "__main__":
    sys.exit(main())
