"""`python -m flows.serve.quiet ...` is `prefect ...` with two changes to the server: it looks for due
background work once a second instead of four times, and waits seconds, not a quarter of an hour, for events
that never come.

The server's services run on a task queue (docket) that is checked every 250 ms: more than half of the CPU of
an idle server, for work that is due every 5 to 60 s. Prefect has no setting for it. Tasks that are to run at
once are not delayed by this.

The server holds back an event until the one that it follows has arrived, up to 15 minutes, before automations
see it. A scheduled run's Pending follows its Scheduled, for which the scheduler sends no event: automations
saw all states of scheduled runs a quarter of an hour late. So they did not know in time that a run which was
killed before its first heartbeat had begun, or that a healthy run had ended.
"""

from __future__ import annotations

import functools
import runpy
from datetime import timedelta

from docket import Worker
from prefect.server.api import background_workers
from prefect.server.events.ordering import memory as ordering
from prefect.settings import get_current_settings

CHECK_INTERVAL = timedelta(seconds=1)
FOLLOWED_EVENT_WAIT = timedelta(seconds=10)
"""How long the server holds back an event for the one it follows: that one comes within milliseconds, or
never."""


def calm() -> None:
    """Apply both changes to the servers of this process. Raises ImportError when Prefect has moved what is
    changed."""
    vars(background_workers)["Worker"] = functools.partial(
        Worker, minimum_check_interval=CHECK_INTERVAL, scheduling_resolution=CHECK_INTERVAL
    )
    if not hasattr(ordering, "PRECEDING_EVENT_LOOKBACK"):
        raise ImportError(
            "Prefect has no PRECEDING_EVENT_LOOKBACK where it was: install the release that constraints.txt "
            "names"
        )
    vars(ordering)["PRECEDING_EVENT_LOOKBACK"] = FOLLOWED_EVENT_WAIT


if __name__ == "__main__":
    # Prefect makes the folder too late for its database: the first start would end with "unable to open
    # database file"
    get_current_settings().home.mkdir(parents=True, exist_ok=True)
    calm()
    runpy.run_module("prefect", run_name="__main__", alter_sys=True)
