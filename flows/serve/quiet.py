"""`python -m flows.serve.quiet ...`: `prefect ...` with a server that looks for due background work once a
second, not four times, and waits seconds, not a quarter of an hour, for events that never come.

The server's services run on a task queue (docket) that asks itself what is due every 250 ms: more than half
of what an idle server costs, for work that is due every 5 to 60 s. Prefect has no setting for it. What is put
on the queue to be done at once is not delayed by this.

An event that follows another waits for it, up to 15 minutes, before automations see it. The Pending of a
scheduled run follows its Scheduled, and of that the scheduler makes no event: all states of scheduled runs
came to automations a quarter of an hour late. So they did not know in time that a run killed before its first
heartbeat had begun, or that a healthy one had ended.
"""

from __future__ import annotations

import functools
import runpy
from datetime import timedelta

from docket import Worker
from prefect.server.api import background_workers
from prefect.server.events.ordering import memory as ordering

LOOK = timedelta(seconds=1)
PATIENCE = timedelta(seconds=10)
"""How long an event waits for the one it follows. Both come from one server, within milliseconds, or the
first never comes."""


def calm() -> None:
    """Let the servers of this process look every LOOK, and wait no longer than PATIENCE for an event."""
    vars(background_workers)["Worker"] = functools.partial(
        Worker, minimum_check_interval=LOOK, scheduling_resolution=LOOK
    )
    if not hasattr(ordering, "PRECEDING_EVENT_LOOKBACK"):
        raise ImportError(
            "Prefect's PRECEDING_EVENT_LOOKBACK is elsewhere: constraints.txt names the release this was "
            "written for"
        )
    vars(ordering)["PRECEDING_EVENT_LOOKBACK"] = PATIENCE


if __name__ == "__main__":
    calm()
    runpy.run_module("prefect", run_name="__main__", alter_sys=True)
