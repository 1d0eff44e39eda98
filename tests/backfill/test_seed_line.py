"""The seed document as a JSON line with nothing but its text."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.archive_site import ArchiveSite

SEED = Path(__file__).parents[2].parent / "shared" / "data" / "seed-menafn-ukrinform.txt"


@pytest.mark.data
@pytest.mark.skipif(not SEED.exists(), reason="the captured material is not beside the project")
def test_the_seed_text_alone_gives_its_row(site: ArchiveSite, tmp_path: Path) -> None:
    text = SEED.read_text(encoding="utf-8")
    (tmp_path / "seed.jsonl").write_text(json.dumps({"text": text}) + "\n", encoding="utf-8")
    assert site.backfill("jsonl", inputs=[tmp_path / "seed.jsonl"]).loaded == 1
    row = site.one(
        "SELECT agency, publisher, published_at::DATE, published_precision, language, url_key, flags FROM "
        "mart.articles"
    )
    assert row[:2] == ("Ukrinform", "MENAFN")
    assert (str(row[2]), *row[3:5]) == ("2025-04-02", "day", "en")
    assert row[5].startswith("urn:sha256:")
    assert "text_only" in row[6]
    paragraphs = [part for part in text.strip().split("\n\n") if part.strip()]
    paragraphs[0] = paragraphs[0].split(") ", 1)[1]  # behind the credit
    kept = [
        part for part in paragraphs if len(part.split()) >= 12
    ]  # but the one line that is another story's headline
    assert len(kept) == len(paragraphs) - 1
    assert site.one("SELECT body_text FROM mart.articles") == "\n\n".join(kept)
    assert site.backfill("jsonl", inputs=[tmp_path / "seed.jsonl"]).loaded == 0
