"""A slice of bench/fuzz.py: damaged feeds, sitemaps, archives and rows of our own through the readers."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.fuzz import checked, damaged, seeds_of
from bench.fuzz_readers import CHECKS


@pytest.mark.parametrize(
    ("kind", "count"), [("feeds", 60), ("sitemaps", 200), ("warcs", 200), ("lines", 200)]
)
def test_damaged_files_end_no_reader_and_hide_nothing(kind: str, count: int, tmp_path: Path) -> None:
    assert kind in CHECKS
    seeds = seeds_of(kind, None, tmp_path)
    for whole in seeds:
        assert checked(kind, whole, whole.body, tmp_path) == [], whole.name
    broken = {}
    for number in range(count):
        whole, body = damaged(kind, seeds, 7, number)
        if faults := checked(kind, whole, body, tmp_path):
            broken[number, whole.name] = faults
    assert broken == {}
