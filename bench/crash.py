"""kill -9 over `ingest poll`, at seeded random moments: nothing lost, nothing doubled, nothing to mend by
hand.

    python -m bench.crash [--kills 300] [--seed 1]

Half of the kills pile up on one state after another; after each of the other half a clean `ingest poll --all`
runs and is compared with a run never killed. The sample wire is served by a process of its own, which counts
the requests.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, Self

import duckdb

from ingest.demo.wire import BASE, POLL_GAP, config_toml

PILE = 10
"""Kills on one state before it is finished and compared: by then most of its work is done."""

TABLES = {
    "articles": "SELECT * EXCLUDE (first_seen_at) FROM mart.articles_all ORDER BY article_id",
    "revisions": "SELECT * EXCLUDE (first_seen_at) FROM mart.revisions ORDER BY article_id, revision",
    "copies": "SELECT * FROM mart.copies ORDER BY copy_group, article_id",
    "outcomes": 'SELECT * EXCLUDE ("at") FROM ops.outcomes ORDER BY url_key, url',
}
"""What "equal tables" means (design.md): all but first sight, fetch and run times, run ids and archive
offsets."""

INGEST = (sys.executable, "-m", "ingest.cli.main")
FEED_SUFFIXES = (".xml", ".atom", "/feed.json", ".rdf")
BUSY_ONCE = ("lumen.example", "/stories/the-clock-that-waits")
NEVER_LOADED = ("lumen.example/stories/the-glass-beach",)
"""A challenge page stays pending, and `--all` asks for it each time."""


def tables(data: Path) -> dict[str, list[Any]]:
    """The rows by which two data directories are compared."""
    with duckdb.connect(str(data / "news.duckdb"), read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        return {name: con.execute(query).fetchall() for name, query in TABLES.items()}


def differences(found: dict[str, list[Any]], wanted: dict[str, list[Any]]) -> list[str]:
    """One line for each row that only one side has."""
    said = []
    for name, rows in wanted.items():
        left, right = Counter(map(repr, found[name])), Counter(map(repr, rows))
        said += [f"{name}: extra {row[:300]}" for row in left - right]
        said += [f"{name}: missing {row[:300]}" for row in right - left]
    return said


class WireProcess:
    """The sample wire in a process of its own; a context manager."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ingest.demo.serve"], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def edition(self, number: int) -> None:
        self._ask(f"/-/edition/{number}", "POST")

    def hits(self) -> list[dict[str, Any]]:
        """Requests so far: host, path, status, conditional."""
        found: list[dict[str, Any]] = json.loads(self._ask("/-/hits"))
        return found

    def pages(self, since: int = 0) -> Counter[str]:
        """Requests for pages by host and path, from the `since`-th request on."""
        return Counter(
            hit["host"] + hit["path"]
            for hit in self.hits()[since:]
            if hit["path"] != "/robots.txt" and not hit["path"].endswith(FEED_SUFFIXES)
        )

    def wake(self) -> None:
        """Use up the page that answers 503 to its first request: when that is must not differ between two
        runs."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{BUSY_ONCE[1]}", headers={"Host": BUSY_ONCE[0]}
        )
        try:
            urllib.request.urlopen(request, timeout=120).close()
        except urllib.error.HTTPError as error:
            error.close()

    def _ask(self, path: str, method: str = "GET") -> bytes:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        with urllib.request.urlopen(request, timeout=120) as answer:
            body: bytes = answer.read()
        return body


def configure(folder: Path, port: int, extra: str = "") -> None:
    """feeds.toml and ingest.toml for the sample wire, in `folder`; `extra` is more of ingest.toml."""
    feeds, settings = config_toml(port)
    (folder / "feeds.toml").write_text(feeds, encoding="utf-8")
    (folder / "ingest.toml").write_text(f"{extra}\n{settings}", encoding="utf-8")


def poll_command(data: Path, edition: int, *more: str) -> list[str]:
    now: datetime = BASE + (edition - 1) * POLL_GAP + timedelta(0)
    return [*INGEST, "poll", "--all", "--json", "--data", str(data), "--now", now.isoformat(), *more]


def clean_poll(folder: Path, data: Path, edition: int) -> dict[str, Any]:
    """A poll that is let be; its summary. CalledProcessError with its stderr when it fails."""
    done = subprocess.run(
        poll_command(data, edition), cwd=folder, capture_output=True, text=True, timeout=900, check=False
    )
    if done.returncode:
        raise RuntimeError(f"poll ended with {done.returncode}: {done.stderr[-2000:]}")
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


def check(folder: Path, data: Path) -> list[str]:
    """The names of checks of the warehouse that found something."""
    done = subprocess.run(
        [*INGEST, "check", "--json", "--data", str(data)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    return (
        [name for name, rows in json.loads(done.stdout).items() if rows]
        if done.stdout
        else [done.stderr[-500:]]
    )


@dataclass(frozen=True, slots=True)
class Killed:
    """`hit`: the process still ran when it was killed. `session`: that of the process and its workers."""

    hit: bool
    session: int


def kill_poll(folder: Path, data: Path, edition: int, seconds: float, log: IO[bytes] | None = None) -> Killed:
    """Start a poll in a session of its own, and kill -9 its main process alone after `seconds`."""
    process = subprocess.Popen(
        poll_command(data, edition),
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=log or subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return Killed(True, process.pid)
    if process.returncode != 0:
        raise RuntimeError(f"the poll ended by itself with {process.returncode}")
    return Killed(False, process.pid)


def survivors(session: int, patience: float = 60.0) -> list[int]:
    """Processes of this session that are still there after `patience` seconds."""
    deadline = time.monotonic() + patience
    while (found := [pid for pid in _pids() if _session(pid) == session]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _session(pid: int) -> int | None:
    """Session of a living process (proc(5)); None when it is gone or a zombie."""
    try:
        state, _, _, session = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:4]
    except (OSError, ValueError):
        return None
    return None if state == "Z" else int(session)


# -- the bench -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Score:
    kills: int = 0
    missed: int = 0
    compared: int = 0
    refetched: int = 0
    faults: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Bench:
    """One folder, one wire, the states to start from and the tables to end with."""

    folder: Path
    wire: WireProcess
    chance: random.Random
    score: Score = field(default_factory=Score)
    wanted: dict[int, dict[str, list[Any]]] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)

    def prepare(self) -> None:
        """A run never killed: its tables after each edition, and how long it took."""
        configure(self.folder, self.wire.port)
        self.wire.wake()
        for edition in (1, 2):
            self.wire.edition(edition)
            before = time.monotonic()
            clean_poll(self.folder, self.state(edition), edition)
            self.seconds[edition] = time.monotonic() - before
            self.wanted[edition] = tables(self.state(edition))
            if edition == 1:
                shutil.copytree(self.state(1), self.state(2))

    def state(self, edition: int) -> Path:
        return self.folder / f"whole-{edition}"

    def fresh(self, edition: int) -> Path:
        """A directory in the state before `edition` was polled."""
        data = self.folder / "killed"
        shutil.rmtree(data, ignore_errors=True)
        if edition == 2:
            shutil.copytree(self.state(1), data)
        return data

    def kill(self, data: Path, edition: int) -> None:
        """One kill at a random moment; a poll that was quicker than the moment is counted apart, and later
        moments come sooner."""
        killed = kill_poll(self.folder, data, edition, self.chance.uniform(0.05, 1.0) * self.seconds[edition])
        self.score.kills += killed.hit
        if not killed.hit:
            self.score.missed += 1
            self.seconds[edition] *= 0.8  # the machine was busier when it was timed
        left = survivors(killed.session)
        self._fault(bool(left), f"edition {edition}: processes {left} outlive their run")

    def compare(self, data: Path, edition: int) -> None:
        try:
            clean_poll(self.folder, data, edition)
            found = tables(data)
        except (RuntimeError, duckdb.Error) as error:
            self._fault(True, str(error))
            return
        self.score.compared += 1
        self.score.faults += differences(found, self.wanted[edition]) + check(self.folder, data)

    def round(self, edition: int, kills: int) -> None:
        """`kills` on one state, then a clean run and the comparison. A page in flight at a kill may be asked
        for again."""
        self.wire.edition(edition)
        since, data = len(self.wire.hits()), self.fresh(edition)
        for _ in range(kills):
            self.kill(data, edition)
        self.compare(data, edition)
        again = sum(many - 1 for page, many in self.wire.pages(since).items() if page not in NEVER_LOADED)
        self.score.refetched += again
        hosts = len({hit["host"] for hit in self.wire.hits()})
        self._fault(
            again > hosts * kills, f"edition {edition}: {again} pages asked for again after {kills} kills"
        )

    def _fault(self, there: bool, said: str) -> None:
        if there:
            self.score.faults.append(said)


def run(kills: int, seed: int) -> Score:
    with tempfile.TemporaryDirectory(prefix="crash-") as folder, WireProcess() as wire:
        bench = Bench(Path(folder), wire, random.Random(seed))
        bench.prepare()
        while bench.score.kills < kills // 2:
            bench.round(bench.chance.choice((1, 2)), 1)
            _tell(bench.score)
        while bench.score.kills < kills:
            bench.round(bench.chance.choice((1, 2)), min(PILE, kills - bench.score.kills))
            _tell(bench.score)
        return bench.score


def _tell(score: Score) -> None:
    print(
        f"\r{score.kills} kills, {score.compared} comparisons, {len(score.faults)} faults",
        end="",
        file=sys.stderr,
        flush=True,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    layout = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(
        prog="python -m bench.crash", description=__doc__, formatter_class=layout
    )
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    score = run(given.kills, given.seed)
    print(
        f"\n{score.kills} kills ({score.missed} polls were quicker), {score.compared} clean runs compared, "
        f"{score.refetched} pages in flight asked for again, {len(score.faults)} faults"
    )
    for fault in score.faults[:20]:
        print(fault)
    return 1 if score.faults else 0


if __name__ == "__main__":
    sys.exit(main())
