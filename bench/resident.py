"""Resident memory of a command and its workers while it runs, read from /proc twice a second. Linux only."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

EVERY = 0.5
_PAGE = os.sysconf("SC_PAGE_SIZE") / 1_000_000


@dataclass(frozen=True, slots=True)
class Resident:
    """MB at one time, or the peaks of a span of time: of the `ingest` process, of the largest process below
    it, of all together."""

    main: float
    worker: float
    total: float


@contextmanager
def watched() -> Iterator[list[Resident]]:
    """While the body runs the commands that bench.runs starts below this process."""
    seen: list[Resident] = []
    over = threading.Event()
    watcher = threading.Thread(target=_watch, args=(seen, over), daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        over.set()
        watcher.join()


def quarters(seen: list[Resident]) -> list[Resident]:
    """The peaks in each quarter of the time (of fewer parts, where there are fewer readings)."""
    size = max(1, len(seen) // 4)
    parts = [seen[at : at + size] for at in range(0, len(seen), size)]
    if len(parts) > 4:
        parts[3:] = [[one for part in parts[3:] for one in part]]
    return [
        Resident(max(o.main for o in part), max(o.worker for o in part), max(o.total for o in part))
        for part in parts
    ]


def _watch(seen: list[Resident], over: threading.Event) -> None:
    while not over.wait(EVERY):
        below = _below(os.getpid())
        main = next((pid for pid, line in below.items() if "ingest.cli.main" in line), None)
        if main is None:
            continue
        sizes = {pid: _size(pid) for pid in _below(main)}
        own = _size(main)
        seen.append(Resident(own, max(sizes.values(), default=0.0), own + sum(sizes.values())))


def _below(root: int) -> dict[int, str]:
    """Command lines of a process's descendants, nearest first."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _read(entry / "stat")):
            children.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry.name))
    found: dict[int, str] = {}
    queue = [root]
    while queue:
        for pid in children.get(queue.pop(0), []):
            found[pid] = _read(Path(f"/proc/{pid}/cmdline")).replace("\0", " ")
            queue.append(pid)
    return found


def _size(pid: int) -> float:
    fields = _read(Path(f"/proc/{pid}/statm")).split()
    return int(fields[1]) * _PAGE if fields else 0.0


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:  # it has ended meanwhile
        return ""
