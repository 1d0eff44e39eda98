"""The backfill flow: loads past days from other sources than live feeds, and shows its progress on the run's
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
from ingest.backfill.request import BackfillRequest, Mode, Source
from ingest.errors import LockedError
from ingest.settings import FeedList, Settings, load_feeds, load_settings

_EVERY = 30.0
"""Seconds between two looks at the progress: each costs the server a request."""


class BackfillRun:
    """The run that the task does, and how far it is. Not a dataclass: Prefect copies the dataclasses that a
    task is given."""

    def __init__(self, settings: Settings, feeds: FeedList, request: BackfillRequest, active: int) -> None:
        self._settings = settings
        self._feeds = feeds
        self._request = request
        self._active = active
        self.percent = 0.0

    async def run(self) -> backfills.BackfillSummary:
        """Plans and runs; an earlier run of the same request that was cut off is resumed."""
        return await backfills.run(
            self._settings, self._feeds, self._request, self._progress, active=self._active
        )

    def _progress(self, stage: str, done: int, total: int) -> None:
        self.percent = min(100.0, 100 * done / total) if total else self.percent


@task(name="backfill", task_run_name="backfill", cache_policy=NO_CACHE, persist_result=False)
async def run_backfill(run: BackfillRun) -> backfills.BackfillSummary:
    """One task for the whole backfill: the ledger knows what is done, and another run resumes there."""
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
    """`backfill sitemap 2026-03-01 to 2026-03-31`; `...` stands for a day that is not given."""
    parameters = runtime.flow_run.parameters or {}
    days = (
        f" {parameters.get('first') or '...'} to {parameters.get('last') or '...'}"
        if parameters.get("first") or parameters.get("last")
        else ""
    )
    return f"backfill {Source(parameters.get('source') or Source.SITEMAP)}{days}"


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
    """Does what `ingest backfill run` does. `first` and `last` are UTC days, both inclusive; `inputs` are
    absolute paths or URLs."""
    settings = load_settings(Path(config) if config else None, {"data": data, "feeds": feeds})
    show_on_page(settings)
    listed = (
        load_feeds(settings.feeds)
        if settings.feeds.exists()
        else FeedList(path=settings.feeds, feeds=(), hosts=())
    )
    request = BackfillRequest(
        source=source,
        inputs=tuple(inputs or ()),
        feeds=tuple(only or ()),
        first=first,
        last=last,
        mode=mode,
        newest=newest_first,
    )
    try:
        summary = await run_backfill(BackfillRun(settings, listed, request, max_active))
    except LockedError as error:
        return Cancelled(message=str(error))
    return Completed(
        message=f"{summary.backfill_id} {summary.state}: {summary.urls} URLs, {summary.fetched} pages, "
        f"{summary.loaded} articles, {summary.revised} revised, {summary.lost} lost, "
        f"{summary.pending} pending"
    )
