"""The poll flow: polls the feeds that are due, loads pending pages in slices, publishes, reports."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from prefect import flow, runtime, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State, TaskRun
from prefect.states import Cancelled, Completed, Failed
from prefect.tasks import Task

from flows.logs import show_on_page
from flows.report import show_run
from flows.steps import PollRun, all_failed, budget, configured, may_go_well_later, summary_sentence
from ingest.errors import IngestError, LockedError
from ingest.pipeline import PollSummary
from ingest.stages.edges import PollRequest, open_poll


async def _worth_a_retry(task: Task[..., Any], task_run: TaskRun, state: State[Any]) -> bool:
    result = await state.aresult(raise_on_failure=False)
    return may_go_well_later(result if isinstance(result, BaseException) else None)


_STEP: dict[str, Any] = {
    "cache_policy": NO_CACHE,
    "persist_result": False,
    "retries": 2,
    "retry_delay_seconds": [2, 15],
    "retry_condition_fn": _worth_a_retry,
}


@task(name="poll feeds", task_run_name="poll feeds", **_STEP)
async def poll_feeds(run: PollRun) -> int:
    """Poll every feed that is due and commit its entries; returns the number of feeds polled."""
    return (await run.poll()).polled


@task(name="load pages", task_run_name="load pages {number}", **_STEP)
async def load_pages(run: PollRun, number: int) -> bool:
    """Fetch, extract and load one slice of the pending pages; returns whether pages are left."""
    return (await run.load(number)).more


@task(name="publish", task_run_name="publish", **_STEP)
async def publish(run: PollRun) -> PollSummary:
    """Write what changed to the files that readers open."""
    return await run.publish()


def run_name() -> str:
    """The run's name, such as `poll 14:05 · 30 feeds`: when it was due (UTC), and how many feeds are
    enabled."""
    due = runtime.flow_run.scheduled_start_time or datetime.now(UTC)
    parameters = runtime.flow_run.parameters or {}
    try:
        _, listed = configured(parameters.get("feeds"), parameters.get("data"), parameters.get("config"))
    except IngestError:  # the run itself ends with this error
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
    """Poll the feeds that are due, load pending pages, publish. Paths are those of --feeds, --data and
    --config.

    A run that finds another poll running ends Cancelled; one in which every feed failed, or whose counts do
    not add up, ends Failed.
    """
    settings, listed = configured(feeds, data, config)
    show_on_page(settings)
    request = PollRequest(everything=everything, max_seconds=budget(settings, max_seconds))
    try:
        async with open_poll(settings, listed, request) as edges:
            run = PollRun(edges, request)
            await poll_feeds(run)
            number = 1
            while await load_pages(run, number):
                number += 1
            summary = await publish(run)
            await show_run(settings.data, summary, edges.now)
    except LockedError as error:
        return Cancelled(message=str(error))
    failed = all_failed(summary) or bool(summary.problems)
    return (Failed if failed else Completed)(
        message="; ".join([summary_sentence(summary), *summary.problems])
    )
