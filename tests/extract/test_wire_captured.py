"""The wire rules on captured material: the seed text, the MENAFN entries, the counted dateline patterns."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from ingest.dates import resolve
from ingest.extract.wire.reading import read_wire
from ingest.model import StampSource

DATA = Path(__file__).parents[2].parent / "shared" / "data"
NOW = datetime(2026, 6, 10, tzinfo=UTC)
pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not DATA.exists(), reason=f"no captured material at {DATA.name}/"),
]


def entries() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (DATA / "menafn" / "items.jsonl").read_text("utf-8").splitlines()]


def test_the_seed_loses_its_credit_and_the_foreign_headline_and_nothing_else() -> None:
    text = (DATA / "seed-menafn-ukrinform.txt").read_text("utf-8")
    paragraphs = [p for p in text.strip().split("\n\n") if p.strip()]
    foreign = next(p for p in paragraphs if len(p.split()) < 12)
    reading = read_wire(text)
    kept = [p.split(") ", 1)[1] if i == 0 else p for i, p in enumerate(paragraphs) if p != foreign]
    assert reading.body_text == "\n\n".join(kept)
    assert (reading.agency, reading.publisher, reading.dateline_date) == (
        "Ukrinform",
        "MENAFN",
        date(2025, 4, 2),
    )


AGENCIES = [
    "Trend News Agency",
    "The Conversation",
    "The Conversation",
    "The Conversation",
    "The Conversation",
    "EIN Presswire",
    "IANS",
    "GlobeNewswire",
    "PR Newswire",
    "GlobeNewswire",
    "GlobeNewswire",
    "GlobeNewswire",
    "EQS Group",
    "MENAFN",
    "EIN Presswire",
    "Daily News Egypt",
    None,
    None,
    None,
]


def test_each_entry_gives_its_agency_and_no_byline() -> None:
    readings = [read_wire(e["description"], headline=e["title"]) for e in entries()]
    assert [r.agency for r in readings] == AGENCIES
    assert not any(r.authors for r in readings)
    assert all(r.publisher == "MENAFN" for r in readings if r.agency)
    assert not any("MENAFN" in r.body_text for r in readings)


def test_each_stamp_gives_its_instant_in_the_assumed_zone() -> None:
    for entry in entries():
        raw = entry["pub_date_as_given"]
        stamp = resolve(raw, source=StampSource.FEED, now=NOW, zone="America/New_York")
        if raw is None:
            assert stamp is None
        elif len(raw) == 10:
            assert stamp is not None
            assert (str(stamp.precision), stamp.day.isoformat()) == ("day", raw)
        else:
            assert stamp is not None
            hours = 4  # every captured stamp lies in American summer time
            assert stamp.at.replace(tzinfo=None).isoformat(" ") != raw
            assert (
                stamp.at - datetime.fromisoformat(raw).replace(tzinfo=UTC)
            ).total_seconds() == hours * 3600
            assert stamp.zone == "America/New_York"


COUNTED = {
    "(Reuters) dash": "Reuters",
    "(AP) —": "AP",
    "(EFE)": "EFE",
    "ANSA": "ANSA",
    "ACCESSWIRE / Newswire slash": "ACCESS Newswire",
}


def test_the_counted_patterns_are_recognised() -> None:
    patterns = {p["pattern"]: p for p in json.loads((DATA / "datelines.json").read_text("utf-8"))}
    for name, agency in COUNTED.items():
        for _, snippet in patterns[name]["examples"]:
            assert read_wire(f"{snippet} and more words follow here.").agency == agency, snippet


def test_counted_photo_credits_leave_the_text() -> None:
    patterns = {p["pattern"]: p for p in json.loads((DATA / "datelines.json").read_text("utf-8"))}
    for _, snippet in patterns["REUTERS/photo credit"]["examples"]:
        reading = read_wire(snippet)
        assert "REUTERS/" not in reading.body_text
        assert reading.image_credit is not None
