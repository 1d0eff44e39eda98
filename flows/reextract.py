"""The reextract flow: extracts archived pages by the present rules, or undoes an earlier run; its progress
and the largest changes are on the run's page."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

from prefect import flow, runtime, task
from prefect.artifacts import acreate_progress_artifact, acreate_table_artifact, aupdate_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Cancelled, Completed

from flows.logs import show_on_page
from flows.steps import with_optional_feeds
from ingest.errors import ConfigError, LockedError
from ingest.settings import FeedList, Settings
from ingest.upkeep.reextract import ReextractRequest, Report
from ingest.upkeep.reextract import reextract as reextract_articles
from ingest.upkeep.reextract import undo as undo_reextract

_PROGRESS_SECONDS = 30.0
"""Between two updates of the progress on the page: each costs the server a request."""
_SHOWN = ("url", "revision", "words_added", "words_removed")
"""Columns of the largest changes. No texts: a takedown cannot remove them from Prefect's database."""


class ReextractRun:
    """One re-extraction and how far it is, in percent. A plain class on purpose: Prefect walks through
    dataclasses that a task is called with."""

    def __init__(self, settings: Settings, feeds: FeedList, request: ReextractRequest) -> None:
        self._settings = settings
        self._feeds = feeds
        self._request = request
        self.percent = 0.0

    def run(self) -> Report:
        """Extract again. Each batch is written when it is done: a run that is cut off keeps what it has
        done."""
        return reextract_articles(self._settings, self._feeds, self._request, self._show)

    def _show(self, stage: str, done: int, total: int) -> None:
        self.percent = 100 * done / total if total else 100.0


@task(name="reextract", task_run_name="reextract", cache_policy=NO_CACHE, persist_result=False)
async def extract_again(run: ReextractRun) -> Report:
    """One task for the whole re-extraction: a second run finds what is done already unchanged."""
    artifact = await acreate_progress_artifact(progress=0.0, key="reextract-progress")
    work = asyncio.ensure_future(asyncio.to_thread(run.run))
    while not (await asyncio.wait({work}, timeout=_PROGRESS_SECONDS))[0]:
        await aupdate_progress_artifact(artifact, progress=run.percent)
    report = work.result()
    await aupdate_progress_artifact(artifact, progress=100.0)
    return report


def run_name() -> str:
    """The run's name, such as `reextract 2026-03-01 to 2026-03-31`; `...` stands for an open end."""
    parameters = runtime.flow_run.parameters or {}
    if parameters.get("undo"):
        return f"undo {parameters['undo']}"
    days = (
        f" {parameters.get('first') or '...'} to {parameters.get('last') or '...'}"
        if parameters.get("first") or parameters.get("last")
        else ""
    )
    return f"reextract{days}{' (dry run)' if parameters.get('dry_run') else ''}"


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
    """Extract archived pages again, as `ingest reextract` does.

    `first` and `last` are UTC days of publication, both inclusive; `undo` is the id of an earlier run, or
    `last`. A run that finds another re-extraction running ends Cancelled.
    """
    settings, listed = with_optional_feeds(feeds, data, config)
    show_on_page(settings)
    if undo and (first or last or dry_run or learned):
        raise ConfigError("undo takes no other parameter: it puts back everything that the run replaced")
    try:
        if undo:
            articles = await asyncio.to_thread(undo_reextract, settings, undo)
            return Completed(message=f"{articles} articles have the texts again that they had before {undo}")
        report = await extract_again(
            ReextractRun(
                settings, listed, ReextractRequest(first=first, last=last, dry=dry_run, learned=learned)
            )
        )
    except LockedError as error:
        return Cancelled(message=str(error))
    await show_largest(report)
    return Completed(message=report_sentence(report))


async def show_largest(report: Report) -> None:
    """Put the largest changes on the page as a table; no table when nothing changed."""
    rows = [{name: change[name] for name in _SHOWN} for change in report.largest]
    if rows:
        await acreate_table_artifact(key="reextract-largest", table=rows, description=report_sentence(report))


def report_sentence(report: Report) -> str:
    """The report in one line, with the command that undoes the run."""
    lost = sum(report.lost.values())
    undo = "" if report.dry or not report.changed else f"; to undo: ingest reextract --undo {report.run_id}"
    return (
        f"{report.texts} texts read: {report.changed} {'would change' if report.dry else 'changed'} "
        f"(+{report.words_added} -{report.words_removed} words), {report.same} the same, {lost} from which "
        f"no article could be extracted now{undo}"
    )
