"""What is changed in Prefect's server: how often it looks for due work, and how long an event waits for
another."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from docket import Docket
from prefect.server.api import background_workers
from prefect.server.events.ordering import memory as ordering
from prefect.server.events.schemas.events import ReceivedEvent, Resource

from flows.serve.quiet import CHECK_INTERVAL, FOLLOWED_EVENT_WAIT, calm


@pytest.fixture(autouse=True)
def _calm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        background_workers, "Worker", background_workers.Worker
    )  # put back what calm() replaces
    monkeypatch.setattr(ordering, "PRECEDING_EVENT_LOOKBACK", ordering.PRECEDING_EVENT_LOOKBACK)
    calm()


def test_a_server_looks_for_due_work_once_a_second() -> None:
    worker = background_workers.Worker(Docket(url="memory://"))
    assert worker.minimum_check_interval == worker.scheduling_resolution == CHECK_INTERVAL


@pytest.mark.parametrize(("later", "lost"), [(1, True), (-9, False)])
def test_an_event_waits_seconds_for_one_that_never_comes(later: int, lost: bool) -> None:
    received = datetime.now(UTC) - FOLLOWED_EVENT_WAIT - timedelta(seconds=later)
    event = ReceivedEvent(
        occurred=received,
        received=received,
        event="prefect.flow-run.Pending",
        id=uuid4(),
        follows=uuid4(),
        resource=Resource({"prefect.resource.id": "prefect.flow-run.x"}),
    )
    waiting = ordering.CausalOrdering(f"a test of its own, {later}")

    async def left() -> list[ReceivedEvent]:
        await waiting.record_follower(event)
        return await waiting.get_lost_followers()

    assert asyncio.run(left()) == ([event] if lost else [])
