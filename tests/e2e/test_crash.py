"""kill -9 at any moment: after a clean run the tables are those of a run never killed (bench/crash.py does
300)."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.crash import Bench, WireProcess, survivors
from bench.crash import run as run_bench

KILLS = 6


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with WireProcess() as wire:
        bench = Bench(tmp_path_factory.mktemp("crash"), wire, random.Random(20))
        bench.prepare()
        yield bench


@pytest.fixture
def bench(prepared: Bench) -> Bench:
    """Without the faults that another test found."""
    prepared.score.faults.clear()
    return prepared


@pytest.mark.parametrize("edition", [1, 2])
def test_killed_at_random_moments_the_tables_are_the_same(bench: Bench, edition: int) -> None:
    before = bench.score.kills
    for _ in range(2 * KILLS):
        if bench.score.kills < before + KILLS // 2:
            bench.round(edition, 1)
    assert bench.score.faults == []
    assert bench.score.kills == before + KILLS // 2


def test_kills_that_pile_up_on_one_state(bench: Bench) -> None:
    bench.round(1, 4)
    assert bench.score.faults == []


@pytest.mark.full
def test_twenty_kills_and_more() -> None:
    score = run_bench(24, seed=7)
    assert score.faults == []
    assert score.kills >= 24


def test_the_comparison_sees_a_difference(bench: Bench, tmp_path: Path) -> None:
    """A poll of the first edition alone is not equal to both."""
    data = tmp_path / "data"
    shutil.copytree(bench.state(1), data)
    bench.wire.edition(1)
    bench.score.faults.clear()
    bench.compare(data, 1)
    assert bench.score.faults == []
    bench.compare(data, 2)
    assert any("missing" in fault for fault in bench.score.faults)
    bench.score.faults.clear()
    assert survivors(0x7FFFFFFF, 0.0) == []
