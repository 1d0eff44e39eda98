"""What the tests of `ingest serve` ask Prefect's server, and what they see of its process tree."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from support import waiting

from flows.serve.tree import marked

T = TypeVar("T")
RUN = [sys.executable, "-c", "from ingest.cli.main import main; main()"]


@dataclass(frozen=True, slots=True)
class Served:
    """A running `ingest serve` and its address."""

    process: subprocess.Popen[bytes]
    url: str
    data: Path
    log: Path

    def api(self, path: str, body: Any = None) -> Any:
        """The answer of Prefect's API, as JSON."""
        content = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(f"{self.url}/api{path}", content, {"Content-Type": "application/json"})
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return json.load(answer)

    def runs(self, *states: str, flow: str = "poll") -> list[dict[str, Any]]:
        """Runs of a flow in these states, the latest first."""
        chosen = {"state": {"type": {"any_": list(states)}}} if states else {}
        found: list[dict[str, Any]] = self.api(
            "/flow_runs/filter",
            {"flows": {"name": {"any_": [flow]}}, "flow_runs": chosen, "sort": "EXPECTED_START_TIME_DESC"},
        )
        return found

    def start_run(self) -> str:
        """A poll at once; its id."""
        deployment = self.api("/deployments/name/poll/live")["id"]
        return str(
            self.api(f"/deployments/{deployment}/create_flow_run", {"state": {"type": "SCHEDULED"}})["id"]
        )

    def begun_without_process(self) -> str:
        """A run of the nightly maintenance that began and whose process died before its first heartbeat; its
        id."""
        deployment = self.api("/deployments/name/maintain/nightly")["id"]
        run = str(
            self.api(f"/deployments/{deployment}/create_flow_run", {"state": {"type": "PENDING"}})["id"]
        )
        done = self.api(f"/flow_runs/{run}/set_state", {"state": {"type": "RUNNING", "name": "Running"}})
        assert done["status"] == "ACCEPT", done
        return run

    def processes(self, *words: str) -> list[int]:
        """Process ids of the tree whose command line has all these words."""
        return [pid for pid in marked(str(self.data)) if set(words) <= set(_command(pid))]

    def tail(self) -> str:
        return self.log.read_text(encoding="utf-8")[-4000:]


@contextmanager
def serving(folder: Path, *options: str, seconds: float = 180) -> Iterator[Served]:
    """`ingest serve` in `folder` with its data in folder/data; ended by SIGTERM, and nothing of it is
    left."""
    log = folder / "serve.log"
    with log.open("ab") as stream:
        process = subprocess.Popen(
            [*RUN, "serve", "--data", "data", *options], cwd=folder, stdout=subprocess.PIPE, stderr=stream
        )
    data = (folder / "data").resolve()
    try:
        assert process.stdout is not None
        ready = process.stdout.readline().decode()
        assert ready.startswith("ready: "), log.read_text(encoding="utf-8")[-4000:]
        yield Served(process, ready.split()[1], data, log)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.wait(60)
        left = marked(str(data))
        for pid in left:
            os.kill(pid, signal.SIGKILL)
    assert not left, f"left behind: {left}"


def until(ask: Callable[[], T], seconds: float, served: Served) -> T:
    """What `ask` says as soon as it is true; fails with the end of the log after `seconds`. While the server
    is being started again, nothing is true."""
    return waiting.until(ask, seconds, every=1.0, ignore=(OSError,), explain=served.tail)


def _command(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
    except OSError:
        return []
