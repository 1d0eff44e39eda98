"""The maintain flow: finishes takedowns, publishes what a crash left unpublished, removes old files,
erases what takedowns left in the warehouse file, and runs the checks."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.logs import show_on_page
from flows.report import show_checks
from flows.steps import with_optional_feeds
from ingest.load.checks import run_checks
from ingest.load.db import Warehouse
from ingest.load.publish import publish as publish_marts
from ingest.load.publish import remove_orphans
from ingest.settings import FeedList
from ingest.stages.boilerplate import learn_sentences
from ingest.stages.stories import derive_stories
from ingest.upkeep.maintain import erase as erase_removed
from ingest.upkeep.maintain import finish_takedowns

_STEP: dict[str, Any] = {"cache_policy": NO_CACHE, "persist_result": False}


@task(name="takedowns", task_run_name="takedowns", **_STEP)
async def takedowns(warehouse: Warehouse, feeds: FeedList) -> int:
    """Returns the number of addresses whose archive records were overwritten."""
    return await asyncio.to_thread(finish_takedowns, warehouse, feeds)


@task(name="publish", task_run_name="publish", retries=2, retry_delay_seconds=30, **_STEP)
async def publish(warehouse: Warehouse) -> int:
    """Learn repeating sentences and link stories, which runs that were cut off left undone; then publish.
    Returns the number of files written."""
    await asyncio.to_thread(learn_sentences, warehouse, datetime.now(UTC))
    await asyncio.to_thread(derive_stories, warehouse)
    return await asyncio.to_thread(publish_marts, warehouse)


@task(name="sweep", task_run_name="sweep", **_STEP)
async def sweep(warehouse: Warehouse) -> int:
    """Returns the number of published files removed, which no view needs any more."""
    return await asyncio.to_thread(remove_orphans, warehouse)


@task(name="erase", task_run_name="erase", **_STEP)
async def erase(warehouse: Warehouse) -> bool:
    """Returns whether the warehouse file was rewritten, because a takedown had left bytes in it."""
    return await asyncio.to_thread(erase_removed, warehouse, datetime.now(UTC)) is not None


@task(name="check", task_run_name="check", **_STEP)
async def check(warehouse: Warehouse) -> dict[str, list[dict[str, Any]]]:
    """Returns the rows that break each check, by its name."""
    return await asyncio.to_thread(run_checks, warehouse)


@flow(name="maintain", flow_run_name="maintain", persist_result=False)
async def maintain(
    feeds: str | None = None, data: str | None = None, config: str | None = None
) -> State[Any]:
    """Maintain the warehouse, as `ingest maintain` does; ends Failed when a check finds rows."""
    settings, listed = with_optional_feeds(feeds, data, config)
    show_on_page(settings)
    warehouse = Warehouse(settings)
    warehouse.must_exist()
    warehouse.prepare()
    finished = await takedowns(warehouse, listed)
    written, removed = await publish(warehouse), await sweep(warehouse)
    rewritten = await erase(warehouse)
    checks = await check(warehouse)
    await show_checks(checks)
    broken = [name for name, rows in checks.items() if rows]
    names = ", ".join(broken)
    erased = "; the warehouse was rewritten" if rewritten else ""
    message = (
        f"{written} files published, {removed} old files removed, {finished} takedowns finished{erased}; "
        f"{len(checks)} checks: {f'{names} found rows' if broken else 'all hold'}"
    )
    return (Failed if broken else Completed)(message=message)
