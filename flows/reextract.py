"""The reextract flow: archived pages by today's rules, its progress and what it changed on the run's page;
and undoing one."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

from prefect import flow, runtime, task
from prefect.artifacts import acreate_progress_artifact, acreate_table_artifact, aupdate_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed

from flows.logs import show_on_page
from ingest.errors import ConfigError, LockedError
from ingest.settings import FeedList, Settings, load_feeds, load_settings
from ingest.upkeep.reextract import Report, Wanted
from ingest.upkeep.reextract import reextract as reextract_articles
from ingest.upkeep.reextract import undo as undo_reextract

_EVERY = 30.0
"""Seconds between two looks at the progress: each costs the server a request."""
_TOLD = ("url", "revision", "words_added", "words_removed")
"""Of the largest changes; without texts, which must lie in no place that a takedown does not know (Prefect's
database is one)."""


class ReextractRun:
    """What the task does, and how far it is. A plain class on purpose: Prefect walks through dataclasses
    given to a task."""

    def __init__(self, settings: Settings, feeds: FeedList, wanted: Wanted) -> None:
        self._given = (settings, feeds, wanted)
        self.percent = 0.0

    def run(self) -> Report:
        """Extract anew; each batch is written as it comes, so that a run that is cut off has done what it
        says."""
        return reextract_articles(*self._given, self._told)

    def _told(self, stage: str, done: int, total: int) -> None:
        self.percent = 100 * done / total if total else 100.0


@task(name="reextract", task_run_name="reextract", cache_policy=NO_CACHE, persist_result=False)
async def work_off(run: ReextractRun) -> Report:
    """One task for all of it: what is done already comes out the same in a second run."""
    artifact = await acreate_progress_artifact(progress=0.0, key="reextract-progress")
    work = asyncio.ensure_future(asyncio.to_thread(run.run))
    while not (await asyncio.wait({work}, timeout=_EVERY))[0]:
        await aupdate_progress_artifact(artifact, progress=run.percent)
    report = work.result()
    await aupdate_progress_artifact(artifact, progress=100.0)
    return report


def run_name() -> str:
    """`reextract 2026-03-01 to 2026-03-31`; an end that is not given is open."""
    given = runtime.flow_run.parameters or {}
    if given.get("undo"):
        return f"undo {given['undo']}"
    days = (
        f" {given.get('first') or '...'} to {given.get('last') or '...'}"
        if given.get("first") or given.get("last")
        else ""
    )
    return f"reextract{days}{' (dry run)' if given.get('dry_run') else ''}"


@flow(name="reextract", flow_run_name=run_name, persist_result=False)
async def reextract(
    first: date | None = None,
    last: date | None = None,
    dry_run: bool = False,
    learned: bool = False,
    undo: str | None = None,
    feeds: str | None = None,
    data: str | None = None,
    config: str | None = None,
) -> State[Any]:
    """As `ingest reextract` does: `first` and `last` are UTC days of publication, both inclusive; `undo`
    names a run, or `last`."""
    settings = load_settings(Path(config) if config else None, {"data": data, "feeds": feeds})
    show_on_page(settings)
    listed = (
        load_feeds(settings.feeds)
        if settings.feeds.exists()
        else FeedList(path=settings.feeds, feeds=(), hosts=())
    )
    if undo and (first or last or dry_run or learned):
        raise ConfigError("undo takes no other parameter: it puts back all that its run replaced")
    try:
        if undo:
            articles = await asyncio.to_thread(undo_reextract, settings, undo)
            return Completed(message=f"{articles} articles as they were before {undo}")
        report = await work_off(ReextractRun(settings, listed, Wanted(first, last, dry_run, learned)))
    except LockedError as error:
        return Cancelled(message=str(error))
    await tell(report)
    return Completed(message=sentence(report))


async def tell(report: Report) -> None:
    """The largest changes as a table; none where nothing changed."""
    rows = [{name: one[name] for name in _TOLD} for one in report.largest]
    if rows:
        await acreate_table_artifact(key="reextract-largest", table=rows, description=sentence(report))


def sentence(report: Report) -> str:
    """The report for the run's page, with what puts it back."""
    lost = sum(report.lost.values())
    back = "" if report.dry or not report.changed else f"; back: ingest reextract --undo {report.run_id}"
    return (
        f"{report.texts} texts read: {report.changed} {'would change' if report.dry else 'changed'} "
        f"(+{report.words_added} "
        f"-{report.words_removed} words), {report.same} the same, {lost} not to be read anew{back}"
    )
