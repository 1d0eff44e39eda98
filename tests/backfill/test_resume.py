"""Cut off anywhere and gone on with: the tables of a run left in peace, and no page fetched twice but those
in flight."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from support.archive_site import BASE, HOST, ArchiveSite
from support.newsroom import NOON, story
from support.waiting import until
from support.wire_server import Answer, Asked, LoopbackServer

from ingest.backfill import ledger
from ingest.backfill import run as backfills
from ingest.backfill.chunks import lock_name
from ingest.backfill.request import BackfillRequest, Source
from ingest.errors import ConfigError, LockedError
from ingest.load.locks import run_lock

INGEST = (sys.executable, "-m", "ingest.cli.main")
NOW = NOON.isoformat()


def run(site: ArchiveSite, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*INGEST, "backfill", *arguments, "--json"],
        cwd=site.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finished(site: ArchiveSite, *arguments: str) -> dict[str, Any]:
    process = run(site, *arguments)
    out, said = process.communicate(timeout=600)
    assert process.returncode == 0, said
    found: dict[str, Any] = json.loads(out)
    return found


def cut_off(site: ArchiveSite, pages: int, kind: signal.Signals) -> int:
    """Run until so many more pages were asked for, then end it; its exit code."""
    goal = site.pages_asked() + pages
    process = run(site, "run", "--input", BASE, "--now", NOW)
    until(lambda: site.pages_asked() >= goal or process.poll() is not None, every=0.01)
    if kind is signal.SIGKILL:
        os.killpg(process.pid, kind)
    else:
        process.send_signal(kind)
    process.communicate(timeout=300)
    return process.returncode


def in_peace(tmp_path: Path, days: int, per_day: int) -> list[Any]:
    with LoopbackServer() as server:
        calm = ArchiveSite(tmp_path / "calm", server)
        calm.folder.mkdir()
        calm.fill(days, per_day)
        calm.litter(days, per_day)
        calm.backfill()
        tables: list[Any] = calm.tables()
        return tables


def torn(site: ArchiveSite, tmp_path: Path, days: int, per_day: int, times: int) -> int:
    """Kill a run `times` times and finish it: the tables are those of a run in peace. Returns how many pages
    were asked twice."""
    site.fill(days, per_day)
    expected = site.litter(days, per_day)
    site.options["batch"] = 4  # loads of 20
    site.write()
    total = expected["loaded"] + expected["http_404"]
    for number in range(times):
        cut_off(site, max(1, total // (times + 2)) if number else 0, signal.SIGKILL)
    last = finished(site, "run", "--input", BASE, "--now", NOW)
    assert last["state"] == "done"
    assert (
        dict(site.sql("SELECT coalesce(reason, outcome), count(*) FROM ops.outcomes GROUP BY ALL"))
        == expected
    )
    assert {row["reason"] or row["outcome"]: row["urls"] for row in last["outcomes"]} == expected
    assert site.one("SELECT count(*), count(DISTINCT url_key) FROM mart.articles") == (
        expected["loaded"],
        expected["loaded"],
    )
    assert site.tables() == in_peace(tmp_path, days, per_day)
    assert not site.broken_rules()
    pages = site.pages_asked()
    twice = (
        pages
        - total
        - sum(one.path.startswith("/news/gone") for one in site.server.asked)
        + expected["http_404"]
    )
    assert finished(site, "run", "--input", BASE, "--now", NOW)["fetched"] == 0
    assert site.pages_asked() == pages
    return twice


def test_killed_and_resumed_the_tables_are_equal(site: ArchiveSite, tmp_path: Path) -> None:
    assert (
        0 <= torn(site, tmp_path, 6, 10, 3) <= 2 * 3
    )  # those in flight; what was gone left no bytes to go on with


@pytest.mark.full
@pytest.mark.timeout(1800)
def test_killed_ten_times_over_five_thousand_articles(site: ArchiveSite, tmp_path: Path) -> None:
    assert 0 <= torn(site, tmp_path, 30, 170, 10) <= 2 * 10


def test_ctrl_c_leaves_a_state_that_resume_goes_on_with(site: ArchiveSite) -> None:
    site.fill(5, 12)
    site.write()
    assert cut_off(site, 8, signal.SIGINT) == 130
    (row,) = site.warehouse("SELECT state FROM core.backfill")
    assert row == ("running",)
    assert finished(site, "resume")["state"] == "done"
    assert site.one("SELECT count(*) FROM mart.articles") == 60
    assert not site.broken_rules()


def test_a_backfill_runs_once_at_a_time_and_can_be_let_go(site: ArchiveSite) -> None:
    site.fill(2, 3)
    id = str(site.plan().backfill_id)
    with run_lock(site.settings.data / "locks", lock_name(id)), pytest.raises(LockedError):
        backfills.cancel(site.settings, id)
    assert backfills.cancel(site.settings, id) == 0
    assert backfills.status(site.settings)[0]["state"] == "cancelled"
    with pytest.raises(ConfigError, match="cancelled"):
        asyncio.run(backfills.resume(site.settings, site.feeds(), id))
    assert site.backfill().loaded == 6


def test_a_cancelled_run_can_be_asked_for_again(site: ArchiveSite) -> None:
    site.fill(3, 8)
    site.write()
    cut_off(site, 5, signal.SIGKILL)
    (id,) = site.warehouse("SELECT backfill_id FROM core.backfill")[0]
    assert backfills.cancel(site.settings, id) > 0
    assert not site.broken_rules()
    assert site.backfill().state == "done"
    assert site.one("SELECT count(*) FROM mart.articles") == 24


def test_what_one_chunk_archived_outlives_a_load_of_the_next(
    site: ArchiveSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first day has one page on disk and waits for another host, while the second day is loaded; then the
    run ends."""
    monkeypatch.setattr(ledger, "FEW", 1)
    site.options["page_deadline"] = 300
    early, late = (
        f"{BASE}/news/early-and-on-disk",
        "http://late.example/news/late-and-loaded",
    )  # neither keeps the other's host
    slow = "http://slow.example/news/has-no-hurry"
    go, had = threading.Event(), threading.Event()

    def at_once(_: Asked) -> Answer:
        had.set()
        return story("Early", 801)

    def after_that(_: Asked) -> Answer:
        had.wait(240)
        return story("Late", 802)

    def waiting(_: Asked) -> Answer:
        go.wait(240)
        return story("Slow", 803)

    for url, answer in ((early, at_once), (late, after_that), (slow, waiting)):
        site.page(url, answer)
    path = site.folder / "list.txt"
    path.write_text(f"{early} 2026-02-01\n{slow} 2026-02-01\n{late} 2026-02-02\n")
    asked = BackfillRequest(Source.URLS, inputs=(str(path),), now=NOON)

    async def cut() -> None:
        work = asyncio.create_task(backfills.run(site.settings, site.feeds(), asked))
        await asyncio.to_thread(loaded)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    def loaded() -> None:
        had.wait(240)
        until(lambda: site.warehouse("SELECT 1 FROM core.backfill_chunk WHERE state = 'done'"))

    asyncio.run(cut())
    go.set()
    assert site.backfill("urls", inputs=[path]).state == "done"
    assert site.one("SELECT count(*) FROM mart.articles") == 3
    assert (
        site.asked(HOST, "/news/early-and-on-disk"),
        site.asked("late.example", "/news/late-and-loaded"),
    ) == (1, 1)
    assert not site.broken_rules()
