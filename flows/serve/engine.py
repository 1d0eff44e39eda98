"""`python -m flows.serve.engine`: a flow run as `python -m prefect.engine` runs it; forked from
flows.serve.zygote where one serves, else here.

multiprocessing imports a parent's main module anew in each of its workers. That of Prefect's engine is all of
Prefect: a second of CPU and 100 MB for every extraction worker, which needs none of it. This one is nearly
empty for them.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import runpy
import signal
import socket
from pathlib import Path

ZYGOTE = "WIRE_INGEST_ZYGOTE"
"""In the environment: the folder of the zygote's socket."""

SOCKET = "runs.sock"
GO = b"g"
_ANSWER_SECONDS = 20.0
"""A zygote that has not forked by then is stuck: the run starts here, and a fork that comes too late gets no
GO."""


def main() -> None:
    """Run what PREFECT__FLOW_RUN_ID names; ends with its exit code."""
    folder = os.environ.get(ZYGOTE)
    if folder and (code := forked(Path(folder))) is not None:
        raise SystemExit(code)
    gc.set_threshold(
        50_000
    )  # importing Prefect makes 100,000 objects that stay: looking for garbage among them costs 0.15 s
    runpy.run_module("prefect.engine", run_name="__main__")


def forked(folder: Path) -> int | None:
    """The exit code of a run that the zygote has forked; None where it is to be run here. A killed run kills
    this process too."""
    asked = {"environment": dict(os.environ), "place": {"folder": os.getcwd()}}
    with socket.socket(socket.AF_UNIX) as zygote, contextlib.ExitStack() as stack:
        zygote.settimeout(_ANSWER_SECONDS)
        try:
            with contextlib.chdir(folder):
                zygote.connect(SOCKET)
            socket.send_fds(zygote, [b" "], [1, 2])
            zygote.sendall(json.dumps(asked).encode() + b"\n")
            answers = stack.enter_context(zygote.makefile("rb"))
            run = answers.readline()
            zygote.settimeout(None)
            if run:
                _pass_on(signal.SIGTERM, int(run))
                zygote.sendall(GO)
        except OSError:  # none there, or killed a moment ago: nothing has been run
            return None
        if not run:
            return None
        said = answers.readline()
        answers.read()  # to the end of the process: what it writes at the end is written by then
    if not said:
        os.kill(os.getpid(), signal.SIGKILL)
    if not said.strip().isdigit():  # its Prefect settings are not the zygote's
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        return None
    return int(said)


def _pass_on(number: signal.Signals, run: int) -> None:
    def send(*_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(run, number)

    signal.signal(number, send)


if __name__ == "__main__":
    main()
