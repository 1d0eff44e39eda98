"""`python -m flows.serve.child PARENT COMMAND...` becomes COMMAND, which gets SIGTERM when the process
PARENT dies, however it dies."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # prctl(2); kept across execve(2)


def main() -> None:
    """Works on Linux; elsewhere the processes that a killed parent leaves run on until the next start
    sweeps them (flows/serve/tree.py)."""
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:  # it died before the call above
        sys.exit(1)
    os.execvp(command[0], command)


if __name__ == "__main__":
    main()
