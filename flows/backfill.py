"""The backfill flow: plan and run any days from other sources than feeds, with its progress on the run's
page."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

from prefect import flow, runtime, task
from prefect.artifacts import acreate_progress_artifact, aupdate_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed

from flows.logs import show_on_page
from ingest.backfill import run as backfills
from ingest.backfill.request import Backfill, Mode, Source
from ingest.errors import LockedError
from ingest.settings import FeedList, Settings, load_feeds, load_settings

_EVERY = 30.0
"""Seconds between two looks at the progress: each costs the server a request."""


class BackfillRun:
    """What the task does, and how far it is. A plain class on purpose: Prefect walks through dataclasses
    given to a task."""

    def __init__(self, settings: Settings, feeds: FeedList, asked: Backfill, active: int) -> None:
        self._given = (settings, feeds, asked)
        self._active = active
        self.percent = 0.0

    async def run(self) -> backfills.Summary:
        """Plan and run; what a run before left of the same is gone on with."""
        return await backfills.run(*self._given, self._told, active=self._active)

    def _told(self, stage: str, done: int, total: int) -> None:
        self.percent = min(100.0, 100 * done / total) if total else self.percent


@task(name="backfill", task_run_name="backfill", cache_policy=NO_CACHE, persist_result=False)
async def work_off(run: BackfillRun) -> backfills.Summary:
    """One task for all of it: the ledger knows what is done, a second run goes on from there."""
    artifact = await acreate_progress_artifact(progress=0.0, key="backfill-progress")
    work = asyncio.ensure_future(run.run())
    try:
        while not (await asyncio.wait({work}, timeout=_EVERY))[0]:
            await aupdate_progress_artifact(artifact, progress=run.percent)
        summary = work.result()
    finally:
        work.cancel()
    await aupdate_progress_artifact(artifact, progress=100.0 if summary.state == "done" else run.percent)
    return summary


def run_name() -> str:
    """`backfill sitemap 2026-03-01 to 2026-03-31`; an end that is not given is open."""
    given = runtime.flow_run.parameters or {}
    days = (
        f" {given.get('first') or '...'} to {given.get('last') or '...'}"
        if given.get("first") or given.get("last")
        else ""
    )
    return f"backfill {Source(given.get('source') or Source.SITEMAP)}{days}"


@flow(name="backfill", flow_run_name=run_name, persist_result=False)
async def backfill(
    source: Source = Source.SITEMAP,
    inputs: list[str] | None = None,
    only: list[str] | None = None,
    first: date | None = None,
    last: date | None = None,
    mode: Mode = Mode.MISSING,
    newest_first: bool = False,
    max_active: int = backfills.ACTIVE,
    feeds: str | None = None,
    data: str | None = None,
    config: str | None = None,
) -> State[Any]:
    """As `ingest backfill run` does: `first` and `last` are UTC days, both inclusive; inputs are absolute
    paths or URLs."""
    settings = load_settings(Path(config) if config else None, {"data": data, "feeds": feeds})
    show_on_page(settings)
    listed = (
        load_feeds(settings.feeds)
        if settings.feeds.exists()
        else FeedList(path=settings.feeds, feeds=(), hosts=())
    )
    asked = Backfill(source, tuple(inputs or ()), tuple(only or ()), first, last, mode, newest_first)
    try:
        done = await work_off(BackfillRun(settings, listed, asked, max_active))
    except LockedError as error:
        return Cancelled(message=str(error))
    return Completed(
        message=f"{done.backfill_id} {done.state}: {done.urls} URLs, {done.fetched} pages, {done.loaded} "
        "articles, "
        f"{done.revised} revised, {done.lost} lost, {done.pending} pending"
    )
