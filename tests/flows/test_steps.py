"""What the tasks do, without Prefect's server: slices of the pending work, tries again, and what ends a
run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.client.schemas.objects import StateType

from flows.maintain import check, publish, sweep
from flows.poll import load_pages, poll, poll_feeds
from flows.poll import publish as publish_run
from flows.steps import PollRun, all_failed, budget, configured, may_go_well_later
from ingest.demo.server import WireServer
from ingest.demo.story import outlets
from ingest.demo.wire import BASE, Wire, config_toml
from ingest.errors import ConfigError, LockedError, Terminal, Transient, WarehouseError
from ingest.load.db import Warehouse
from ingest.load.locks import run_lock
from ingest.load.read import query
from ingest.pipeline import PollSummary
from ingest.reasons import Reason
from ingest.settings import load_settings
from ingest.stages.edges import PollRequest, open_poll

IN_FLIGHT = 6
"""Hosts of the wire: what each was asked for in the moment of an error may be asked for again."""


@pytest.fixture
def wire(tmp_path: Path) -> Iterator[WireServer]:
    """The sample wire, and feeds.toml and ingest.toml in tmp_path that lead to it; batches of five pages."""
    with WireServer(Wire()) as server:
        feeds, settings = config_toml(server.port)
        (tmp_path / "feeds.toml").write_text(feeds, encoding="utf-8")
        (tmp_path / "ingest.toml").write_text(
            f'data = "data"\nfeeds = "feeds.toml"\nbatch = 5\nworkers = 1\n{settings}', encoding="utf-8"
        )
        yield server


def pages(server: WireServer) -> list[tuple[str, str]]:
    """Pages that were answered with 200, as (host, path)."""
    feeds = {(one.host, one.feed) for one in outlets(BASE, 1)}
    return [
        (hit.host, hit.path)
        for hit in server.hits
        if hit.status == 200 and hit.path != "/robots.txt" and (hit.host, hit.path) not in feeds
    ]


async def test_slices_share_the_pages_and_the_last_takes_the_rest(wire: WireServer, tmp_path: Path) -> None:
    settings, feeds = configured(None, None, str(tmp_path / "ingest.toml"))
    async with open_poll(settings, feeds, PollRequest(everything=True)) as edges:
        run = PollRun(edges, PollRequest(everything=True), slices=3, smallest=1)
        assert await poll_feeds.fn(run) == len(feeds.feeds)
        parts = [await run.load(1)]
        while parts[-1].more:
            parts.append(await run.load(len(parts) + 1))
        summary = await publish_run.fn(run)
    assert 1 < len(parts) <= 3
    assert sum(part.pages for part in parts) >= 28
    assert sum(part.counts.loaded for part in parts) == summary.loaded > 0
    assert query(settings.data, "SELECT count(*) AS n FROM mart.articles_all") == [{"n": summary.loaded}]


async def test_a_step_tried_again_asks_for_no_archived_page_twice(wire: WireServer, tmp_path: Path) -> None:
    settings, feeds = configured(None, None, str(tmp_path / "ingest.toml"))
    async with open_poll(settings, feeds, PollRequest()) as edges:
        run = PollRun(edges, PollRequest(), slices=20, smallest=1)
        await run.poll()
        first = await run.load(1)
        edges.warehouse.close()  # it stays open for a moment, and a rename would not be noticed
        (tmp_path / "data" / "ingest.duckdb").rename(tmp_path / "away")
        (tmp_path / "data" / "ingest.duckdb").mkdir()  # the warehouse cannot be opened for a while
        with pytest.raises(WarehouseError):
            await run.load(2)
        (tmp_path / "data" / "ingest.duckdb").rmdir()
        (tmp_path / "away").rename(tmp_path / "data" / "ingest.duckdb")
        number = 2
        while await load_pages.fn(run, number):
            number += 1
        summary = await run.publish()
    assert first.more
    assert 0 < first.counts.loaded < summary.loaded
    asked = pages(wire)
    assert len(asked) - len(set(asked)) <= IN_FLIGHT


async def test_a_run_that_finds_another_at_work_ends_cancelled(wire: WireServer, tmp_path: Path) -> None:
    settings, _ = configured(None, None, str(tmp_path / "ingest.toml"))
    with run_lock(settings.data / "locks", "poll"):
        state = await poll.fn(config=str(tmp_path / "ingest.toml"))
    assert state.type is StateType.CANCELLED
    assert "already running" in str(state.message)
    assert not wire.hits


async def test_wrong_settings_fail_the_run_with_the_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"feeds\.toml"):
        await poll.fn(feeds=str(tmp_path / "feeds.toml"), data=str(tmp_path / "data"))
    (tmp_path / "feeds.toml").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match="in it; add one"):
        await poll.fn(feeds=str(tmp_path / "feeds.toml"), data=str(tmp_path / "data"))


async def test_maintain_publishes_sweeps_and_checks(wire: WireServer, tmp_path: Path) -> None:
    settings, feeds = configured(None, None, str(tmp_path / "ingest.toml"))
    async with open_poll(settings, feeds, PollRequest()) as edges:
        run = PollRun(edges, PollRequest())
        await run.poll()
        while await load_pages.fn(run, 1):
            pass
    warehouse = Warehouse(settings)  # nothing was published, as when the run had been killed here
    assert await publish.fn(warehouse) > 0
    assert await sweep.fn(warehouse) == 0
    assert not any((await check.fn(warehouse)).values())
    assert query(settings.data, "SELECT count(*) AS n FROM mart.articles") != [{"n": 0}]


def test_the_run_time_is_the_smaller_of_setting_and_schedule(tmp_path: Path) -> None:
    open_ended = load_settings(None, {"data": tmp_path})
    assert budget(open_ended, None) is None
    assert budget(open_ended, 240) == 240
    assert budget(load_settings(None, {"data": tmp_path, "run_seconds": 60}), 240) == 60
    assert budget(load_settings(None, {"data": tmp_path, "run_seconds": 600}), 240) == 240


@pytest.mark.parametrize(
    ("error", "again"),
    [
        (Transient(Reason.TIMEOUT, "no answer"), True),
        (WarehouseError("write.lock: another writer has held it"), True),
        (OSError("disk"), True),
        (Terminal(Reason.HTTP_404, "gone"), False),
        (ConfigError("feeds.toml: unknown key"), False),
        (LockedError("poll is already running"), False),
        (None, False),
    ],
)
def test_only_what_may_pass_is_tried_again(error: BaseException | None, again: bool) -> None:
    assert may_go_well_later(error) is again


def test_a_run_fails_when_every_feed_asked_failed() -> None:
    assert all_failed(PollSummary("r", polled=3, failed=3))
    assert not all_failed(PollSummary("r", polled=3, failed=2))
    assert not all_failed(PollSummary("r", polled=0, failed=0))
