"""`python -m flows.quiet ...`: `prefect ...` whose server looks for due background work once a second, not four times.

The server's services run on a task queue (docket) that asks itself what is due every 250 ms: more than half of what an idle server
costs, for work that is due every 5 to 60 s. Prefect has no setting for it. What is put on the queue to be done at once is not
delayed by this.
"""

from __future__ import annotations

import functools
import runpy
from datetime import timedelta

from docket import Worker
from prefect.server.api import background_workers

LOOK = timedelta(seconds=1)


def calm() -> None:
    """Let the servers of this process look every LOOK."""
    vars(background_workers)["Worker"] = functools.partial(Worker, minimum_check_interval=LOOK, scheduling_resolution=LOOK)


if __name__ == "__main__":
    calm()
    runpy.run_module("prefect", run_name="__main__", alter_sys=True)
