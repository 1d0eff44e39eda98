"""`python -m flows.serve.zygote [FOLDER]` has imported Prefect and the flows, and forks one process for each
run. FOLDER is by default that of the variable WIRE_INGEST_ZYGOTE (flows/serve/environment.py).

Importing Prefect costs a second of CPU, as much as loading 25 articles; forking a process that has imported
it takes milliseconds. The client is flows/serve/engine.py, over a unix socket in FOLDER: it sends its
environment, working directory, stdout and stderr, waits for the exit code, and passes SIGTERM on. When the
client dies its run is killed; when the zygote dies its runs continue. The client runs the flow by itself when
the zygote does not answer, or has imported Prefect with other settings.
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

from flows.serve.engine import GO, SOCKET, ZYGOTE

REFUSED = b"by yourself\n"
"""Answer in place of an exit code: the client has to run the flow itself. The line before it is the id of
the forked process, which the client answers with GO. No line at all after GO means that the run was
killed."""

_FLOWS = ("flows.poll", "flows.maintain", "flows.backfill", "flows.reextract")


def main() -> None:
    """Fork runs until SIGTERM."""
    folder = sys.argv[1] if len(sys.argv) > 1 else os.environ.get(ZYGOTE)
    if not folder:
        sys.exit(f"give a folder, or set {ZYGOTE}: python -m flows.serve.environment prints its value")
    os.makedirs(folder, exist_ok=True)
    # the address of a unix socket has at most 107 bytes: a bare file name is never too long
    os.chdir(folder)
    for name in ("prefect.flow_engine", *_FLOWS):
        importlib.import_module(name)
    gc.collect()
    # imported objects stay: no child looks for garbage among them, which would copy their memory pages
    gc.freeze()
    signal.signal(signal.SIGCHLD, _reap)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))  # it has nothing to clean up
    with contextlib.suppress(FileNotFoundError):
        os.unlink(SOCKET)
    with socket.socket(socket.AF_UNIX) as listener:
        before = os.umask(0o077)  # nobody else may start processes as this user
        listener.bind(SOCKET)
        os.umask(before)
        listener.listen()
        print(f"runs are forked from here ({threading.active_count()} thread)", flush=True)
        while True:
            client, _ = listener.accept()
            if _forked(client, listener):
                # the child: it ends as an interpreter does, so that Prefect's last log lines are sent
                return
            client.close()


def _reap(_number: int, _frame: FrameType | None) -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _forked(client: socket.socket, listener: socket.socket) -> bool:
    """Fork a process for the client's run; returns True in the child, when its run has ended. A client
    that hangs up or sends nonsense is ignored."""
    client.settimeout(5)
    outputs: list[int] = []
    try:
        text, outputs, _, _ = socket.recv_fds(client, 65_536, 2)
        while not text.endswith(b"\n"):
            more = client.recv(65_536)
            if not more:
                raise OSError("the client hung up")
            text += more
        request = json.loads(text)
        child = os.fork() == 0
    except (OSError, ValueError) as error:
        print(f"a requested run was not started: {error}", file=sys.stderr, flush=True)
        child = False
    if child:
        # or a client could connect to a socket that only this run holds open, and wait for ever
        listener.close()
        client.settimeout(None)
        _become(request, outputs, client)
        return True
    for output in outputs:
        os.close(output)
    return False


def _become(request: dict[str, dict[str, str]], outputs: list[int], client: socket.socket) -> None:
    """In the child: run the flow as the client's process would have, and send the exit code."""
    code = 1
    # before anything else: the client may stop the run as soon as it knows its process id
    for number in (signal.SIGCHLD, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    try:
        _take_over(request, outputs)
        client.sendall(f"{os.getpid()}\n".encode())
        if client.recv(1) != GO:  # the client has given up and runs the flow itself
            os._exit(1)
        if not _same_settings():
            print("this run has other Prefect settings than `ingest serve`, so it is not forked", flush=True)
            client.sendall(REFUSED)
            return
        threading.Thread(target=_die_with, args=(client,), daemon=True).start()
        runpy.run_module("prefect.engine", run_name="__main__")
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
        raise
    finally:
        gc.unfreeze()  # extension modules would report objects that are frozen at the end as a leak
        with contextlib.suppress(OSError):
            client.sendall(f"{code}\n".encode())


def _take_over(request: dict[str, dict[str, str]], outputs: list[int]) -> None:
    """Take over the client's environment, working directory, stdout and stderr."""
    os.setsid()
    for output, own in zip(outputs, (1, 2), strict=True):
        os.dup2(output, own)
        os.close(output)
    os.environ.clear()
    os.environ.update(request["environment"])
    os.chdir(request["place"]["folder"])
    sys.argv = ["flows.serve.engine"]
    sys.modules.pop("prefect.engine", None)  # runpy warns when it runs a module that is imported already


def _same_settings() -> bool:
    """Whether Prefect's settings by the present environment are those it was imported with: it reads the
    environment only once."""
    from prefect.settings import Settings, get_current_settings

    return Settings() == get_current_settings()


def _die_with(client: socket.socket) -> None:
    """Kill this run when the client dies: the worker takes the client's end for the run's. The client
    sends nothing more, so that its side of the socket ends with its life."""
    with contextlib.suppress(OSError):
        client.recv(1)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
