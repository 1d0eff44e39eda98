"""A server may have other projects: whatever seems to be running there is changed only where it is ours."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from prefect import flow
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import StateType
from prefect.states import Cancelling, Completed, Pending, Running, Scheduled, State

from flows.setup import TAG, apply, crash_runs, planned

PATHS = {"data": "/wire/data", "feeds": "/wire/feeds.toml", "config": "/wire/ingest.toml"}


@flow(name="sales")
def sales() -> None:
    """A flow of another project."""


async def run_of(
    client: PrefectClient, deployment: str, *states: State[None], tags: Sequence[str] = ()
) -> UUID:
    """A run of the deployment, led through these states; its id."""
    known = await client.read_deployment_by_name(deployment)
    run = await client.create_flow_run_from_deployment(known.id, tags=tags)
    return await _in_states(client, run.id, states)


async def _in_states(client: PrefectClient, run_id: UUID, states: Sequence[State[None]]) -> UUID:
    for state in states:
        await client.set_flow_run_state(run_id, state, force=True)
    return run_id


async def test_only_runs_of_our_own_deployments_are_crashed(harness: None) -> None:
    async with get_client() as client:
        await crash_runs()  # of a server that is not set up: nothing to do
        foreign_flow = await client.create_flow(sales)
        await client.create_deployment(foreign_flow, "nightly", tags=["sales"])
        await client.create_deployment(foreign_flow, "tagged-alike", tags=[TAG])
        await apply(planned(None, PATHS))
        untouched = {
            "another project's": await run_of(client, "sales/nightly", Running()),
            "another project's, about to start": await run_of(client, "sales/nightly", Pending()),
            "one of theirs with our tag": await run_of(client, "sales/nightly", Running(), tags=[TAG]),
            "of a deployment with our tag": await run_of(client, "sales/tagged-alike", Running()),
            "without a deployment": await _in_states(
                client, (await client.create_flow_run(sales, tags=[TAG])).id, [Running()]
            ),
            "ours, completed": await run_of(client, "poll/live", Running(), Completed()),
            "ours, not due yet": await run_of(client, "poll/live", Scheduled()),
        }
        before = {what: (await client.read_flow_run(run)).state_type for what, run in untouched.items()}
        crashed = [
            await run_of(client, "poll/live", Running()),
            await run_of(client, "maintain/nightly", Pending()),
            await run_of(client, "backfill/history", Running(), Cancelling()),
            await run_of(client, "reextract/reextract", Running(), tags=["by-hand"]),
        ]
        await apply(planned(None, PATHS), crash_running=True)
        after = {what: (await client.read_flow_run(run)).state_type for what, run in untouched.items()}
        assert after == before
        assert before["another project's"] is StateType.RUNNING
        for run in crashed:
            assert (await client.read_flow_run(run)).state_type is StateType.CRASHED
        for deployment in planned(None, PATHS):
            stored = await client.read_deployment_by_name(f"{deployment.flow}/{deployment.name}")
            assert PATHS.items() <= stored.parameters.items()
