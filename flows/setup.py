"""Sets up pools, deployments, schedules and an automation on the server of PREFECT_API_URL. Running it again
does no harm.

python -m flows.setup [--feeds F] [--data D] [--config C] [--interval SECONDS]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect.automations import Automation
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterDeploymentId,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import ConcurrencyLimitStrategy, ConcurrencyOptions, StateType
from prefect.client.schemas.schedules import CronSchedule, IntervalSchedule
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification
from prefect.exceptions import ObjectNotFound
from prefect.flows import Flow, load_flow_from_entrypoint
from prefect.states import Crashed
from prefect.utilities.callables import parameter_schema
from prefect.workers.process import ProcessWorker

from flows.plan import POOLS, Deployment, Schedule, load_plan
from flows.serve.environment import HEARTBEAT_SECONDS
from ingest.errors import ConfigError
from ingest.settings import load_feeds, load_settings, settings_file

ZOMBIES = "wire-ingest: crash runs without a heartbeat"
TAG = "wire-ingest"
"""Every deployment gets this tag, whatever prefect.yaml says: the automation looks at these runs alone,
since other projects on the server have other heartbeats, or none."""

_ANCHOR = datetime(2020, 1, 1, tzinfo=UTC)
_ENDED = ("Completed", "Failed", "Cancelled", "Crashed")
_SEEM_RUNNING = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]


async def apply(deployments: tuple[Deployment, ...], *, crash_running: bool = False) -> None:
    """Set up the server by the deployments. `crash_running`: mark runs that seem to be running as Crashed,
    since their processes are gone, which frees their slots."""
    async with get_client() as client:
        for name, description in POOLS.items():
            await _pool(client, name, description)
        await _automation()
        for deployment in deployments:
            await _deployment(client, deployment)
    if crash_running:
        await crash_runs()


async def _pool(client: PrefectClient, name: str, description: str) -> None:
    try:
        await client.read_work_pool(name)
    except ObjectNotFound:
        template = ProcessWorker.get_default_base_job_template()
        pool = WorkPoolCreate(name=name, type="process", description=description, base_job_template=template)
        await client.create_work_pool(pool)
    else:
        await client.update_work_pool(name, WorkPoolUpdate(description=description))


async def _deployment(client: PrefectClient, wanted: Deployment) -> None:
    flow: Flow[..., Any] = load_flow_from_entrypoint(wanted.entrypoint, use_placeholder_flow=False)
    _check_parameters(flow, wanted)
    await client.create_deployment(
        flow_id=await client.create_flow_from_name(flow.name),
        name=wanted.name,
        description=wanted.description,
        tags=sorted({TAG, *wanted.tags}),
        entrypoint=wanted.entrypoint,
        path=None,
        pull_steps=[],
        parameters=dict(wanted.parameters),
        parameter_openapi_schema=parameter_schema(flow).model_dump_for_openapi(),
        enforce_parameter_schema=True,
        schedules=[_schedule(schedule) for schedule in wanted.schedules],
        concurrency_limit=wanted.concurrency_limit.limit,
        concurrency_options=ConcurrencyOptions(
            collision_strategy=ConcurrencyLimitStrategy(wanted.concurrency_limit.collision_strategy)
        ),
        work_pool_name=wanted.work_pool.name,
        job_variables=wanted.work_pool.job_variables.model_dump(exclude_none=True),
    )


def _check_parameters(flow: Flow[..., Any], wanted: Deployment) -> None:
    unknown = sorted(set(wanted.parameters) - set(flow.parameters.properties))
    if unknown:
        raise ConfigError(
            f"prefect.yaml: deployment {wanted.name}: flow {flow.name} has no parameter {unknown[0]!r}; "
            f"it has {', '.join(flow.parameters.properties)}"
        )


def _schedule(wanted: Schedule) -> DeploymentScheduleCreate:
    when: IntervalSchedule | CronSchedule
    if wanted.interval is not None:
        # a fixed anchor: with the present time every set-up would move the times of the runs
        when = IntervalSchedule(interval=timedelta(seconds=wanted.interval), anchor_date=_ANCHOR)
    else:
        when = CronSchedule(cron=str(wanted.cron), timezone=wanted.timezone)
    return DeploymentScheduleCreate(schedule=when, active=wanted.active)


def zombie_automation() -> Automation:
    """Marks a run Crashed, which frees its slot, when it has begun and then neither ends nor sends a
    heartbeat for the time of three.

    Time counts from Running on, not from the first heartbeat, which the run sends a moment later: it may be
    killed before. (An unchanged Prefect server reports Running a quarter of an hour late,
    flows/serve/quiet.py; there such a run holds its slot for that long.)
    """
    heartbeat = "prefect.flow-run.heartbeat"
    return Automation(
        name=ZOMBIES,
        description="A killed process cannot report its end; its run would hold the only slot for ever.",
        trigger=EventTrigger(
            after={heartbeat, "prefect.flow-run.Running"},
            expect={heartbeat, *(f"prefect.flow-run.{state}" for state in _ENDED)},
            match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
            match_related=ResourceSpecification({"prefect.resource.id": [f"prefect.tag.{TAG}"]}),
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=timedelta(seconds=3 * HEARTBEAT_SECONDS),
        ),
        actions=[
            ChangeFlowRunState(
                state=StateType.CRASHED, name="Crashed", message="no heartbeat for 90 s", force=False
            )
        ],
    )


async def _automation() -> None:
    wanted = zombie_automation()
    try:
        stored = await Automation.aread(name=ZOMBIES)
    except ValueError:
        await wanted.acreate()
    else:
        wanted.id = stored.id
        await wanted.aupdate()


async def crash_runs() -> None:
    """Mark every run of our deployments that seems to be running as Crashed: its process is gone and cannot
    report its end. Runs of other deployments are never changed, whatever their tags: a server may have other
    projects."""
    async with get_client() as client:
        ours = [known for name in _deployment_names() if (known := await _deployment_id(client, name))]
        if not ours:
            return
        wanted = FlowRunFilter(
            state=FlowRunFilterState(type=FlowRunFilterStateType(any_=_SEEM_RUNNING)),
            tags=FlowRunFilterTags(all_=[TAG]),
            deployment_id=FlowRunFilterDeploymentId(any_=ours),
        )
        for run in await client.read_flow_runs(flow_run_filter=wanted):
            await client.set_flow_run_state(run.id, Crashed(message="its process was killed"), force=True)


def _deployment_names() -> list[str]:
    return [f"{deployment.flow}/{deployment.name}" for deployment in load_plan().deployments]


async def _deployment_id(client: PrefectClient, name: str) -> UUID | None:
    try:
        return (await client.read_deployment_by_name(name)).id
    except ObjectNotFound:  # a server that is not set up yet
        return None


def planned(interval: float | None, parameters: Mapping[str, str]) -> tuple[Deployment, ...]:
    """The deployments of prefect.yaml with these parameters, and with this interval (seconds) between
    polls."""
    deployments = [deployment.with_parameters(parameters) for deployment in load_plan().deployments]
    return tuple(
        (deployment.every(interval) if interval else deployment).started_by(sys.executable)
        for deployment in deployments
    )


def run_paths(config: Path | None, *, data: Path | None, feeds: Path | None) -> dict[str, str]:
    """The parameters that name files: where the settings in use here have them, which the folder of a run
    would not find. Raises ConfigError for settings that cannot be read."""
    settings = load_settings(config, {"data": data, "feeds": feeds})
    paths = {"feeds": settings.feeds, "data": settings.data, "config": settings_file(config)}
    return {name: str(path.resolve()) for name, path in paths.items() if path}


def main() -> None:
    """Paths are stored in the deployments as absolute ones: a worker starts each run in a folder of its
    own."""
    parser = argparse.ArgumentParser(prog="python -m flows.setup", description=__doc__)
    for name in ("feeds", "data", "config"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--interval", type=float, help="seconds between polls (default: prefect.yaml)")
    parser.add_argument(
        "--forsake",
        dest="crash_running",
        action="store_true",
        help="mark runs of these deployments that seem to be running as Crashed: their processes are gone",
    )
    parser.add_argument(
        "--forsake-only", dest="crash_running_only", action="store_true", help="do that and nothing else"
    )
    options = parser.parse_args()
    if options.crash_running_only:
        asyncio.run(crash_runs())
        return
    try:
        paths = run_paths(options.config, data=options.data, feeds=options.feeds)
        load_feeds(Path(paths["feeds"]))
        asyncio.run(apply(planned(options.interval, paths), crash_running=options.crash_running))
    except ConfigError as error:
        sys.exit(str(error))
    print("pools, deployments and automation are in place")


if __name__ == "__main__":
    main()
