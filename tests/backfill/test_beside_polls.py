"""A backfill and live polls side by side, as processes: the polls begin at once, no lock is in the way, the
host's limits hold."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

from support.archive_site import BASE, HOST, ArchiveSite
from support.captures import written
from support.newsroom import Listed, story
from support.waiting import until
from support.wire_server import Answer, Asked

from ingest.backfill.run import modest
from ingest.settings import Settings

INGEST = (sys.executable, "-m", "ingest.cli.main")
POLLS = 3
DELAY = 0.15


def slowly(answer: Answer, polled_once: threading.Event) -> Any:
    """Two seconds each until the first poll has ended: the backfill is not through before, however busy the
    machine is."""

    def send(_: Asked) -> Answer:
        polled_once.wait(2.0)
        return answer

    return send


def begun(site: ArchiveSite, *asked: str) -> subprocess.Popen[str]:
    command = [*INGEST, "backfill", "run", *asked, "--json"]
    return subprocess.Popen(
        command, cwd=site.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def polled(site: ArchiveSite, number: int) -> dict[str, Any]:
    """One live poll of one fresh story; its summary, when its feed was asked and nothing was said of a
    lock."""
    fresh = f"{BASE}/live/a-fresh-story-number-{number}"
    site.page(fresh, story(f"Fresh {number}", 9_000 + number))
    site.unlist()
    site.feed("live", HOST, [Listed(fresh, "Fresh")])
    site.listed("host", {"host": HOST, "crawl_delay": DELAY})
    site.write()
    since = time.monotonic()
    done = subprocess.run(
        [*INGEST, "poll", "--all", "--json"], cwd=site.folder, capture_output=True, text=True, timeout=600
    )
    assert (done.returncode, "lock" in done.stderr) == (0, False), done.stderr
    assert any(one.path == "/live.xml" and one.at > since for one in site.server.asked)
    summary: dict[str, Any] = json.loads(done.stdout)
    return summary


def ended(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, said = process.communicate(timeout=600)
    assert (process.returncode, "lock" in said) == (0, False), said
    summary: dict[str, Any] = json.loads(out)
    return summary


def test_polls_go_on_beside_a_backfill_of_the_same_host(site: ArchiveSite) -> None:
    site.fill(6, 8)
    polled_once = threading.Event()
    for url, answer in site.articles.items():
        site.page(url, slowly(answer, polled_once))
    site.listed("host", {"host": HOST, "crawl_delay": DELAY})
    site.write()
    process = begun(site, "--input", BASE)
    until(lambda: site.pages_asked() >= 3 or process.poll() is not None)
    for number in range(POLLS):
        summary = polled(site, number)
        assert (summary["loaded"], summary["failed"]) == (1, 0)
        assert number or process.poll() is None
        polled_once.set()
    assert ended(process)["loaded"] == 48
    assert site.server.most_at_once[HOST] == 1
    asked = sorted(one.at for one in site.server.asked if one.host == HOST and one.path != "/robots.txt")
    assert min(later - sooner for sooner, later in pairwise(asked)) > DELAY - 0.02
    assert site.one("SELECT count(*) FROM mart.articles") == 48 + POLLS
    assert not site.broken_rules()


def test_polls_go_on_beside_one_that_only_loads(site: ArchiveSite, tmp_path: Path) -> None:
    site.fill(10, 30)
    site.options["batch"] = 50
    site.write()
    crawl = written("warc", tmp_path, {url: answer.bytes() for url, answer in site.articles.items()})
    process = begun(site, "--source", "warc", "--input", str(crawl))
    until(lambda: (site.data / "archive").exists() or process.poll() is not None)
    loaded = [polled(site, number)["loaded"] for number in range(POLLS)]
    assert loaded == [1] * POLLS
    assert ended(process)["loaded"] == 300
    assert site.one("SELECT count(*) FROM mart.articles") == 300 + POLLS
    assert not site.broken_rules()


def test_its_warehouse_leaves_the_machine_to_others_unless_told_otherwise(tmp_path: Path) -> None:
    plain = modest(Settings.model_validate({"data": tmp_path}))
    assert (plain.duckdb_threads, plain.duckdb_memory) == (1, "250MB")
    told = modest(Settings.model_validate({"data": tmp_path, "duckdb_threads": 2, "duckdb_memory": "2GB"}))
    assert (told.duckdb_threads, told.duckdb_memory) == (2, "2GB")
