"""Pools, deployments, schedules and the zombie automation, put on the server of PREFECT_API_URL; run it as
often as you like.

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

from prefect.automations import Automation
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate, WorkPoolCreate, WorkPoolUpdate
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
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

ZOMBIES = "wire-ingest: crash runs without a heartbeat"
TAG = "wire-ingest"
"""What all deployments have, whatever prefect.yaml says: a server's other projects have heartbeats of their
own, or none."""

_ANCHOR = datetime(2020, 1, 1, tzinfo=UTC)
_ENDED = ("Completed", "Failed", "Cancelled", "Crashed")


async def apply(deployments: tuple[Deployment, ...], *, forsake: bool = False) -> None:
    """Make the server as the deployments say. `forsake`: what seems to run has no process any more, and frees
    its slot."""
    async with get_client() as client:
        for name, description in POOLS.items():
            await _pool(client, name, description)
        await _automation()
        for deployment in deployments:
            await _deployment(client, deployment)
    if forsake:
        await forsake_runs()


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
    found: Flow[..., Any] = load_flow_from_entrypoint(wanted.entrypoint, use_placeholder_flow=False)
    _check_parameters(found, wanted)
    await client.create_deployment(
        flow_id=await client.create_flow_from_name(found.name),
        name=wanted.name,
        description=wanted.description,
        tags=sorted({TAG, *wanted.tags}),
        entrypoint=wanted.entrypoint,
        path=None,
        pull_steps=[],
        parameters=dict(wanted.parameters),
        parameter_openapi_schema=parameter_schema(found).model_dump_for_openapi(),
        enforce_parameter_schema=True,
        schedules=[_schedule(schedule) for schedule in wanted.schedules],
        concurrency_limit=wanted.concurrency_limit.limit,
        concurrency_options=ConcurrencyOptions(
            collision_strategy=ConcurrencyLimitStrategy(wanted.concurrency_limit.collision_strategy)
        ),
        work_pool_name=wanted.work_pool.name,
        job_variables=wanted.work_pool.job_variables.model_dump(exclude_none=True),
    )


def _check_parameters(found: Flow[..., Any], wanted: Deployment) -> None:
    unknown = sorted(set(wanted.parameters) - set(found.parameters.properties))
    if unknown:
        raise ConfigError(
            f"prefect.yaml: deployment {wanted.name}: flow {found.name} has no parameter {unknown[0]!r}; "
            f"it has {', '.join(found.parameters.properties)}"
        )


def _schedule(wanted: Schedule) -> DeploymentScheduleCreate:
    when: IntervalSchedule | CronSchedule
    if wanted.interval is not None:
        # a fixed anchor: with today's every set-up would move the times of the runs
        when = IntervalSchedule(interval=timedelta(seconds=wanted.interval), anchor_date=_ANCHOR)
    else:
        when = CronSchedule(cron=str(wanted.cron), timezone=wanted.timezone)
    return DeploymentScheduleCreate(schedule=when, active=wanted.active)


def zombie_automation() -> Automation:
    """A run of ours that began and then neither beats nor ends for three heartbeats is Crashed, which frees
    its slot.

    It is counted from Running on, not from the first beat: Prefect's process sends that a moment later, and
    may be killed before. (Prefect's server tells of Running late, flows/serve/quiet.py; with another server
    it takes such a run a quarter of an hour.)
    """
    beat = "prefect.flow-run.heartbeat"
    return Automation(
        name=ZOMBIES,
        description="A killed process cannot say that it ended; its run would hold the only slot for ever.",
        trigger=EventTrigger(
            after={beat, "prefect.flow-run.Running"},
            expect={beat, *(f"prefect.flow-run.{state}" for state in _ENDED)},
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
        found = await Automation.aread(name=ZOMBIES)
    except ValueError:
        await wanted.acreate()
    else:
        wanted.id = found.id
        await wanted.aupdate()


async def forsake_runs() -> None:
    """Crashed is what seems to run: its process is gone, and with it who could say so."""
    states = FlowRunFilterState(
        type=FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING, StateType.CANCELLING])
    )
    async with get_client() as client:
        for run in await client.read_flow_runs(flow_run_filter=FlowRunFilter(state=states)):
            await client.set_flow_run_state(run.id, Crashed(message="its process was killed"), force=True)


def planned(interval: float | None, parameters: Mapping[str, str]) -> tuple[Deployment, ...]:
    """The deployments of prefect.yaml with this interval, and with the parameters that each flow knows."""
    found = [one.given(parameters) for one in load_plan().deployments]
    return tuple((one.every(interval) if interval else one).by(sys.executable) for one in found)


def main() -> None:
    """Paths are stored in the deployments as absolute ones: a worker starts its runs in a folder of their
    own."""
    parser = argparse.ArgumentParser(prog="python -m flows.setup", description=__doc__)
    for name in ("feeds", "data", "config"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--interval", type=float, help="seconds between polls (default: prefect.yaml)")
    parser.add_argument(
        "--forsake",
        action="store_true",
        help="runs that seem to be running have no process: mark them Crashed",
    )
    parser.add_argument("--forsake-only", action="store_true", help="the same, and nothing else")
    given = parser.parse_args()
    if given.forsake_only:
        asyncio.run(forsake_runs())
        return
    paths = {
        name: str(path.resolve()) for name in ("feeds", "data", "config") if (path := getattr(given, name))
    }
    try:
        asyncio.run(apply(planned(given.interval, paths), forsake=given.forsake))
    except ConfigError as error:
        sys.exit(str(error))
    print("pools, deployments and automation are in place")


if __name__ == "__main__":
    main()
