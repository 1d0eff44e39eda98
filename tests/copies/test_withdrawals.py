"""Who may take a story back, what readers of the past see of it, and days that move with a date."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.copydesk import NOON, CopyDesk, Take, body

from ingest.model import Status, WorkKind

STORY = Take(
    "http://a.example/s/harbour-toll-rises",
    "Harbour toll rises",
    body(1),
    publisher="Alpha",
    agency="Alpha Wire",
)


@pytest.fixture
def desk(tmp_path: Path) -> CopyDesk:
    return CopyDesk(tmp_path)


def _status(desk: CopyDesk) -> str:
    desk.tables()
    return str(desk.sql(f"SELECT status FROM mart.articles_all WHERE url = '{STORY.url}'")[0][0])


@pytest.mark.parametrize("named", [STORY.url, STORY.headline, "harbour-toll-rises"])
@pytest.mark.parametrize(
    ("publisher", "agency", "status"),
    [
        ("Alpha", None, "withdrawn"),
        ("Beta", "Alpha Wire", "withdrawn"),
        ("Alpha Wire", None, "withdrawn"),
        ("Beta", None, "live"),
    ],
)
def test_a_story_is_taken_back_by_its_own_only(
    desk: CopyDesk, named: str, publisher: str, agency: str | None, status: str
) -> None:
    desk.load([STORY])
    desk.load(
        [
            Take(
                "http://b.example/k/kill",
                "Kill",
                body(3),
                publisher=publisher,
                agency=agency,
                withdraws=named,
            )
        ]
    )
    assert _status(desk) == status


def test_an_unknown_agency_is_no_common_one(desk: CopyDesk) -> None:
    desk.load([Take(STORY.url, STORY.headline, STORY.body, publisher="Alpha")])
    desk.load([Take("http://b.example/k/kill", "Kill", body(3), publisher="Beta", withdraws=STORY.headline)])
    assert _status(desk) == "live"


def test_what_was_first_seen_withdrawn_was_never_live(desk: CopyDesk) -> None:
    desk.load([Take(STORY.url, STORY.headline, STORY.body, status=Status.WITHDRAWN)])
    desk.tables()
    assert desk.sql("SELECT count(*) FROM mart.articles_asof(TIMESTAMPTZ '2030-01-01 00:00:00+00')") == [(0,)]


def test_the_day_follows_a_date_that_a_revision_brings(desk: CopyDesk) -> None:
    desk.load([Take(STORY.url, "One", body(1), hours=None)], hour=48)
    desk.load([Take(STORY.url, "One more", body(2), hours=0, kind=WorkKind.REFETCH)], hour=49)
    desk.tables()
    found = desk.sql("SELECT published_at::DATE, published_day, revisions FROM mart.articles")
    assert found == [(NOON.date(), NOON.date(), 2)]
