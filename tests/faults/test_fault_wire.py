"""A third of all feeds and pages is broken in every known way: each good article is loaded, and no site has
cause to complain."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from support.fault_wire import CANARY, FaultWire

from bench.runs import Run, ingest, run

POLLS = 4
MAIN_MB, WORKER_MB = 500, 1500


@dataclass
class Polled:
    """What `polls` runs of `ingest poll --all` did: process figures, summaries, and the tables in the end."""

    runs: list[Run]
    summaries: list[dict[str, Any]]
    data: Path

    def sql(self, query: str) -> list[Any]:
        with duckdb.connect(str(self.data / "news.duckdb"), read_only=True) as con:
            return con.execute(query).fetchall()


def polled(wire: FaultWire, folder: Path, deadline: float, polls: int = POLLS) -> Polled:
    """Poll again and again, as a schedule would, never sooner than hosts asked for."""
    wire.write(folder, deadline)
    runs = []
    for _ in range(polls):
        time.sleep(wire.resting())
        runs.append(run(ingest("poll", "--data", "data", "--all", "--json"), folder))
        assert runs[-1].code == 0, runs[-1].out
    return Polled(runs, [json.loads(one.out) for one in runs], folder / "data")


def unkept(wire: FaultWire, found: Polled) -> dict[str, Any]:
    """What is not as it should be, by rule; empty when all is well."""
    urls = [url for (url,) in found.sql("SELECT url FROM mart.articles_all")]
    loaded = {url.partition("?")[0] for url in urls}
    texts = found.sql(
        f"SELECT url FROM mart.articles_all WHERE contains(body_text || headline, '{CANARY}') "
        "OR headline ILIKE '%just a moment%' OR body_text ILIKE '%checking your browser%'"
    )
    wasted, pages = wire.wasted()
    said = {
        "good articles missing": sorted(wire.good_pages() - loaded),
        "articles that are none": sorted(loaded - wire.good_pages()),
        "rows doubled": len(urls) - len(loaded),
        "challenges and canaries loaded": texts,
        "canaries heard": wire.sung,
        "disallowed fetches": wire.disallowed(),
        "requests too soon": wire.hasty(),
        "pages fetched again": wasted if wasted > 0.005 * pages else 0,
        "links without an outcome": set(wire.listed())
        - {url for (url,) in found.sql("SELECT url FROM ops.outcomes")},
        "memory": [one.peak for one in found.runs if one.main_peak > MAIN_MB or one.peak > WORKER_MB],
    }
    return {rule: broken for rule, broken in said.items() if broken}


def test_a_third_is_broken(tmp_path: Path) -> None:
    with FaultWire(seed=1, feeds=36, pages=3).serving() as wire:
        found = polled(wire, tmp_path, deadline=2.0)
        assert unkept(wire, found) == {}


def test_the_wire_itself_is_sound(tmp_path: Path) -> None:
    """Without faults all is loaded in two polls: what the test above finds missing, faults have cost."""
    with FaultWire(seed=2, feeds=6, pages=3, faulty=0).serving() as wire:
        found = polled(wire, tmp_path, deadline=5.0, polls=2)
        assert unkept(wire, found) == {}
        assert [one["loaded"] for one in found.summaries] == [len(wire.good_pages()) - 4, 4]


@pytest.mark.full
@pytest.mark.parametrize("seed", [11, 12, 13])
def test_many_hosts_side_by_side(seed: int, tmp_path: Path) -> None:
    """With deadlines of 2 s a run takes no longer than without faults, and three deadlines: hosts wait side
    by side."""
    (tmp_path / "sound").mkdir()
    (tmp_path / "broken").mkdir()
    with FaultWire(seed, feeds=90, pages=8, faulty=0).serving() as wire:
        sound = polled(wire, tmp_path / "sound", deadline=2.0, polls=1)
    with FaultWire(seed, feeds=90, pages=8).serving() as wire:
        found = polled(wire, tmp_path / "broken", deadline=2.0)
        assert unkept(wire, found) == {}
    assert found.runs[0].wall <= sound.runs[0].wall + 3 * 2.0 + 0.25 * sound.runs[0].wall
