"""Captured news pages with their gold texts: the floors that body_text, authors, titles and days must
keep."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ingest.extract import people
from ingest.extract.page import extract
from ingest.extract.published import as_printed
from ingest.extract.wire.agencies import shipped_agencies
from ingest.model import PageInput

SHARED = Path(__file__).parents[2].parent / "shared"
SCORER, PAGES = SHARED / "tools" / "score_pages.py", SHARED / "data" / "pages"

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(
        not SCORER.exists() or not PAGES.exists(), reason="the captured pages are not beside the checkout"
    ),
]


@pytest.fixture(scope="module")
def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score_pages", SCORER)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pages(scorer: ModuleType, name: str) -> list[dict[str, Any]]:
    return [page for page in scorer.rows(PAGES / f"{name}.jsonl.zst") if scorer.golds(page)]


@pytest.mark.parametrize(
    ("name", "floor"), [("scrapinghub", 0.970), ("fundus_eval", 0.955), ("fundus_tests", 0.965)]
)
def test_the_text_keeps_its_floor(scorer: ModuleType, name: str, floor: float) -> None:
    precisions, recalls = [], []
    for page in pages(scorer, name):
        article = extract(PageInput(url=page.get("url"), html=page["html"])).article
        mine = scorer.shingles(article.body_text if article else "")
        best = max(
            (scorer.precision_recall(scorer.shingles(gold), mine) for gold in scorer.golds(page)),
            key=lambda pr: scorer.f1(*pr),
        )
        precisions.append(best[0])
        recalls.append(best[1])
    assert scorer.f1(sum(precisions) / len(precisions), sum(recalls) / len(recalls)) >= floor


def test_metadata_keeps_its_floor(scorer: ModuleType) -> None:
    hits: dict[str, list[bool]] = {"title": [], "authors": [], "day": []}
    for page in pages(scorer, "fundus_tests"):
        article = extract(PageInput(url=page.get("url"), html=page["html"])).article
        assert article is not None, page["url"]
        gold = page["meta"]
        hits["title"].append(scorer.norm(gold["title"]) == scorer.norm(article.headline))
        # the gold has the house and agencies among its authors, where article_authors has people alone
        house = scorer.norm(gold["publisher"])
        signed = people.signed(
            gold.get("authors") or (),
            shipped_agencies(),
            lambda name, house=house: scorer.norm(name) == house,
        )
        if signed.people and len(signed.people) == len(gold["authors"]):
            hits["authors"].append(
                {*map(scorer.norm, gold["authors"])} == {*map(scorer.norm, article.authors)}
            )
        if day := scorer.day(gold.get("date")):
            hits["day"].append(article.published is not None and day == as_printed(article.published)[:10])
    shares = {field: sum(found) / len(found) for field, found in hits.items()}
    assert shares["title"] >= 0.80
    assert shares["authors"] >= 0.86
    assert shares["day"] >= 0.98
