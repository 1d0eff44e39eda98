"""The maintain flow: finish takedowns, publish what a crash left dirty, sweep, erase, prove the warehouse's
rules."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.logs import show_on_page
from flows.report import tell_checks
from ingest.load.checks import run_checks
from ingest.load.db import Warehouse
from ingest.load.publish import publish as publish_marts
from ingest.load.publish import sweep as sweep_files
from ingest.settings import FeedList, load_feeds, load_settings
from ingest.stages.boilerplate import learn_sentences
from ingest.stages.stories import derive_stories
from ingest.upkeep.maintain import erase as erase_removed
from ingest.upkeep.maintain import finish_takedowns

_STEP: dict[str, Any] = {"cache_policy": NO_CACHE, "persist_result": False}


@task(name="takedowns", task_run_name="takedowns", **_STEP)
async def takedowns(folder: Warehouse, feeds: FeedList) -> int:
    """Addresses whose records in the archive were overwritten."""
    return await asyncio.to_thread(finish_takedowns, folder, feeds)


@task(name="publish", task_run_name="publish", retries=2, retry_delay_seconds=30, **_STEP)
async def publish(folder: Warehouse) -> int:
    """What runs left to do comes first: repeating sentences are learnt, stories linked. Files written."""
    await asyncio.to_thread(learn_sentences, folder, datetime.now(UTC))
    await asyncio.to_thread(derive_stories, folder)
    return await asyncio.to_thread(publish_marts, folder)


@task(name="sweep", task_run_name="sweep", **_STEP)
async def sweep(folder: Warehouse) -> int:
    """Files removed."""
    return await asyncio.to_thread(sweep_files, folder)


@task(name="erase", task_run_name="erase", **_STEP)
async def erase(folder: Warehouse) -> bool:
    """Whether the warehouse was written anew, since a takedown left bytes in it."""
    return await asyncio.to_thread(erase_removed, folder, datetime.now(UTC)) is not None


@task(name="check", task_run_name="check", **_STEP)
async def check(folder: Warehouse) -> dict[str, list[dict[str, Any]]]:
    """Check -> the rows that break it."""
    return await asyncio.to_thread(run_checks, folder)


@flow(name="maintain", flow_run_name="maintain", persist_result=False)
async def maintain(
    feeds: str | None = None, data: str | None = None, config: str | None = None
) -> State[Any]:
    """As `ingest maintain` does; ends Failed when a check finds something."""
    settings = load_settings(Path(config) if config else None, {"data": data, "feeds": feeds})
    show_on_page(settings)
    listed = (
        load_feeds(settings.feeds)
        if settings.feeds.exists()
        else FeedList(path=settings.feeds, feeds=(), hosts=())
    )
    warehouse = Warehouse(settings)
    warehouse.must_exist()
    warehouse.prepare()
    barred = await takedowns(warehouse, listed)
    written, removed = await publish(warehouse), await sweep(warehouse)
    rewritten = await erase(warehouse)
    found = await check(warehouse)
    await tell_checks(found)
    broken = [name for name, rows in found.items() if rows]
    erased = "; the warehouse was rewritten" if rewritten else ""
    message = (
        f"{written} files written, {removed} removed, {barred} takedowns finished{erased}; "
        f"{len(found)} checks: {', '.join(broken) or 'all hold'}"
    )
    return (Failed if broken else Completed)(message=message)
