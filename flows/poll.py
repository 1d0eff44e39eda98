"""The poll flow: ask the feeds, load what is pending in slices, publish, report."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from prefect import flow, runtime, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.states import Cancelled, Completed, Failed
from prefect.tasks import Task

from flows.logs import show_on_page
from flows.report import tell
from flows.steps import PollRun, all_failed, budget, configured, may_go_well_later, sentence
from ingest.errors import IngestError, LockedError
from ingest.pipeline import PollSummary
from ingest.stages.edges import PollRequest, opened


async def _again(task: Task[..., Any], task_run: TaskRun, state: State[Any]) -> bool:
    found = await state.aresult(raise_on_failure=False)
    return may_go_well_later(found if isinstance(found, BaseException) else None)


_STEP: dict[str, Any] = {
    "cache_policy": NO_CACHE,
    "persist_result": False,
    "retries": 2,
    "retry_delay_seconds": [2, 15],
    "retry_condition_fn": _again,
}


@task(name="poll feeds", task_run_name="poll feeds", **_STEP)
async def poll_feeds(run: PollRun) -> int:
    """Ask every due feed and commit what they say; returns how many were asked."""
    return (await run.poll()).polled


@task(name="load pages", task_run_name="load pages {number}", **_STEP)
async def load_pages(run: PollRun, number: int) -> bool:
    """Fetch, extract and load one slice of the pending work; whether more is left."""
    return (await run.load(number)).more


@task(name="publish", task_run_name="publish", **_STEP)
async def publish(run: PollRun) -> PollSummary:
    """Write what changed for the readers."""
    return await run.publish()


def run_name() -> str:
    """`poll 14:05 · 30 feeds`: when it was due (UTC), and how many feeds its list has switched on."""
    due = runtime.flow_run.scheduled_start_time or datetime.now(UTC)
    given = runtime.flow_run.parameters or {}
    try:
        _, listed = configured(given.get("feeds"), given.get("data"), given.get("config"))
    except IngestError:  # the run itself will say so
        return f"poll {due.astimezone(UTC):%H:%M}"
    return f"poll {due.astimezone(UTC):%H:%M} · {len(listed.enabled)} feeds"


@flow(name="poll", flow_run_name=run_name, persist_result=False)
async def poll(
    feeds: str | None = None,
    data: str | None = None,
    config: str | None = None,
    max_seconds: float | None = None,
    everything: bool = False,
) -> State[Any]:
    """Poll what is due, load what is pending, publish. Paths are those of --feeds, --data and --config.

    A run that finds another at work ends Cancelled; one in which every feed failed ends Failed.
    """
    settings, listed = configured(feeds, data, config)
    show_on_page(settings)
    asked = PollRequest(everything=everything, max_seconds=budget(settings, max_seconds))
    try:
        async with opened(settings, listed, "poll", asked) as edges:
            run = PollRun(edges, asked)
            await poll_feeds(run)
            number = 1
            while await load_pages(run, number):
                number += 1
            summary = await publish(run)
            await tell(settings.data, summary, edges.now)
    except LockedError as error:
        return Cancelled(message=str(error))
    return (Failed if all_failed(summary) else Completed)(message=sentence(summary))
