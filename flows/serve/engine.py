"""`python -m flows.serve.engine` is the process of one flow run: forked from flows.serve.zygote when that is
running, else run here as `python -m prefect.engine` would.

multiprocessing imports a parent's main module again in each worker process. Prefect's engine as the main
module means all of Prefect: a second of CPU and 100 MB for every extraction worker, which needs none of it.
This module imports nearly nothing.
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
"""Environment variable: the folder of the zygote's socket."""

SOCKET = "runs.sock"
GO = b"g"
_ANSWER_SECONDS = 20.0
"""A zygote that has not forked by then is stuck: the run starts here, and a fork that comes later gets no
GO."""


def main() -> None:
    """Run the flow run that PREFECT__FLOW_RUN_ID names, and exit with its code."""
    folder = os.environ.get(ZYGOTE)
    if folder and (code := forked(Path(folder))) is not None:
        raise SystemExit(code)
    # importing Prefect makes 100,000 objects that stay: looking for garbage among them costs 0.15 s
    gc.set_threshold(50_000)
    runpy.run_module("prefect.engine", run_name="__main__")


def forked(folder: Path) -> int | None:
    """Have the run forked by the zygote and return its exit code; None when it has to run here.

    When the forked run is killed, this process is killed too: the worker watches this one.
    """
    request = {"environment": dict(os.environ), "place": {"folder": os.getcwd()}}
    with socket.socket(socket.AF_UNIX) as zygote, contextlib.ExitStack() as stack:
        zygote.settimeout(_ANSWER_SECONDS)
        try:
            with contextlib.chdir(folder):
                zygote.connect(SOCKET)
            socket.send_fds(zygote, [b" "], [1, 2])
            zygote.sendall(json.dumps(request).encode() + b"\n")
            answers = stack.enter_context(zygote.makefile("rb"))
            run = answers.readline()
            zygote.settimeout(None)
            if run:
                _pass_on(signal.SIGTERM, int(run))
                zygote.sendall(GO)
        except OSError:  # no zygote, or one that was killed a moment ago: the run has not started
            return None
        if not run:
            return None
        code = answers.readline()
        answers.read()  # until the process has ended: by then its last log lines are written
    if not code:
        os.kill(os.getpid(), signal.SIGKILL)
    if not code.strip().isdigit():  # REFUSED: the run has other Prefect settings than the zygote
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        return None
    return int(code)


def _pass_on(number: signal.Signals, run: int) -> None:
    def send(*_: object) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(run, number)

    signal.signal(number, send)


if __name__ == "__main__":
    main()
