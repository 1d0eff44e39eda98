"""`python -m flows.serve.zygote FOLDER`: a process with Prefect and the flows imported that forks one process
for each run.

Importing Prefect is a second of CPU, as much as loading 25 articles; a fork of a process that has done it
takes milliseconds. What asks for a run is flows/serve/engine.py, over a unix socket in FOLDER: it hands over
its environment, folder, stdout and stderr, waits for the exit code, and passes SIGTERM on. A run whose asker
dies is killed, one whose zygote dies goes on. The asker starts the run by itself where nobody answers, or
where Prefect's settings are others than those imported here.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import sys
import threading
from types import FrameType

from flows.serve.engine import GO, SOCKET

REFUSED = b"by yourself\n"
"""Said in place of an exit code. Before it comes a line with the process id, which GO answers; an end without
a code is a kill."""

_FLOWS = ("flows.poll", "flows.maintain", "flows.backfill", "flows.reextract")


def main() -> None:
    """Serve until SIGTERM."""
    os.chdir(sys.argv[1])  # the address of a unix socket has 107 bytes at most: a bare name is never too long
    for name in ("prefect.flow_engine", *_FLOWS):
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # what is imported stays: no child looks for garbage in it, nor copies its pages for that
    signal.signal(signal.SIGCHLD, _reap)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))  # it has nothing to put in order
    with contextlib.suppress(FileNotFoundError):
        os.unlink(SOCKET)
    with socket.socket(socket.AF_UNIX) as listener:
        before = os.umask(0o077)  # nobody else may start processes as this user
        listener.bind(SOCKET)
        os.umask(before)
        listener.listen()
        print(f"runs are forked from here ({threading.active_count()} thread)", flush=True)
        while True:
            asker, _ = listener.accept()
            if _forked(asker, listener):
                # the child: its end is the interpreter's own, so that Prefect's last log lines are sent
                return
            asker.close()


def _reap(_number: int, _frame: FrameType | None) -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _forked(asker: socket.socket, listener: socket.socket) -> bool:
    """Whether this is the child; it has run by then. An asker that breaks off or asks nonsense is left
    alone."""
    asker.settimeout(5)
    outputs: list[int] = []
    try:
        text, outputs, _, _ = socket.recv_fds(asker, 65_536, 2)
        while not text.endswith(b"\n"):
            more = asker.recv(65_536)
            if not more:
                raise OSError("who asked went away")
            text += more
        asked = json.loads(text)
        child = os.fork() == 0
    except (OSError, ValueError) as error:
        print(f"a run that was asked for was not started: {error}", file=sys.stderr, flush=True)
        child = False
    if child:
        listener.close()  # nobody may wait for an answer at a socket that only a run holds open
        asker.settimeout(None)
        _become(asked, outputs, asker)
        return True
    for output in outputs:
        os.close(output)
    return False


def _become(asked: dict[str, dict[str, str]], outputs: list[int], asker: socket.socket) -> None:
    """In the child: be the process that the asker would have been, to the end of the run."""
    code = 1
    for number in (
        signal.SIGCHLD,
        signal.SIGTERM,
    ):  # first of all: who asked may stop the run as soon as it knows its number
        signal.signal(number, signal.SIG_DFL)
    try:
        _dress(asked, outputs)
        asker.sendall(f"{os.getpid()}\n".encode())
        if asker.recv(1) != GO:  # who asked has given up and runs by itself
            os._exit(1)
        if not _same_settings():
            print("this run has other Prefect settings than `ingest serve`: it starts by itself", flush=True)
            asker.sendall(REFUSED)
            return
        threading.Thread(target=_die_with, args=(asker,), daemon=True).start()
        runpy.run_module("prefect.engine", run_name="__main__")
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        raise
    finally:
        gc.unfreeze()  # extension modules report what nobody collected at the end as a leak
        with contextlib.suppress(OSError):
            asker.sendall(f"{code}\n".encode())


def _dress(asked: dict[str, dict[str, str]], outputs: list[int]) -> None:
    """Take over the asker's environment, folder, stdout and stderr."""
    os.setsid()
    for output, own in zip(outputs, (1, 2), strict=True):
        os.dup2(output, own)
        os.close(output)
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["place"]["folder"])
    sys.argv = ["flows.serve.engine"]
    sys.modules.pop("prefect.engine", None)  # runpy warns of a module that it runs a second time


def _same_settings() -> bool:
    """Whether the environment now means to Prefect what it meant when it was imported: it looks there only
    then."""
    from prefect.settings import Settings, get_current_settings

    return Settings() == get_current_settings()


def _die_with(asker: socket.socket) -> None:
    """The asker never speaks again: the end of its side is its death, which a worker takes for the run's."""
    with contextlib.suppress(OSError):
        asker.recv(1)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
