"""Copy detection on a sample of the derived clusters: real articles with stated edits, follow-ups and
template stories."""

from __future__ import annotations

import io
import json
import random
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from ingest.dedup.batch import TextRow, copy_groups

DERIVED = Path(__file__).parents[2].parent / "shared" / "data" / "dedup" / "derived.jsonl.zst"
SAMPLE = 8  # one cluster in eight: about 1,500 texts


@pytest.fixture(scope="module")
def sample() -> tuple[list[TextRow], list[str]]:
    """Texts and their true clusters."""
    if not DERIVED.exists():
        pytest.skip("the captured material is not beside the project")
    zstandard = pytest.importorskip("zstandard")
    with DERIVED.open("rb") as stream:
        lines = io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(stream), encoding="utf-8")
        found = [row for row in map(json.loads, lines) if int(row["c"]) % SAMPLE == 0]
    return [TextRow(str(i), row["text"], row["title"]) for i, row in enumerate(found)], [
        str(row["c"]) for row in found
    ]


def pairs(sizes: Iterable[int]) -> int:
    return sum(n * (n - 1) // 2 for n in sizes)


@pytest.mark.data
def test_precision_and_recall_of_pairs(sample: tuple[list[TextRow], list[str]]) -> None:
    texts, truth = sample
    groups = [row.copy_group for row in copy_groups(texts)]
    both = pairs(Counter(zip(groups, truth, strict=True)).values())
    assert both / pairs(Counter(groups).values()) >= 0.99
    assert both / pairs(Counter(truth).values()) >= 0.96


@pytest.mark.data
def test_arrival_order_changes_nothing(sample: tuple[list[TextRow], list[str]]) -> None:
    texts, _ = sample
    expected = {row.id: (row.copy_group, row.kind) for row in copy_groups(texts)}
    shuffled = random.Random(7).sample(texts, len(texts))
    assert {row.id: (row.copy_group, row.kind) for row in copy_groups(shuffled)} == expected
