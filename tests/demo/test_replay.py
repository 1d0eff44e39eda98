"""Real successive polls, replayed: one article per entry identity, moved stamps as history, edits as
revisions."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bench.counts import counted_rows
from bench.series import SeriesSite
from bench.site import Served
from ingest.pipeline import poll
from ingest.settings import load_feeds, load_settings
from ingest.stages.edges import PollRequest

SERIES = Path(__file__).parents[2].parent / "shared" / "data" / "series"


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "changes"), [("bbc", True), ("aljazeeraenglish", False)]
)  # the second: identity in the query
def test_a_series_of_real_polls(name: str, changes: bool, tmp_path: Path) -> None:
    archive = SERIES / f"{name}.tar.xz"
    if not archive.exists():
        pytest.skip(f"{archive.name} is not beside the project")
    site = SeriesSite(archive, 4)
    told = site.expected()
    with Served([site]) as served:
        served.configure(tmp_path)
        settings, feeds = (
            load_settings(tmp_path / "ingest.toml", {"data": tmp_path / "data"}),
            load_feeds(tmp_path / "feeds.toml"),
        )
        for step, captured in enumerate(site.polls):
            served.go(name, step)
            asyncio.run(poll(settings, feeds, PollRequest(everything=True, now=captured.at)))
        before, asked = counted_rows(tmp_path), served.requests()
        asyncio.run(
            poll(settings, feeds, PollRequest(everything=True, now=site.polls[-1].at + timedelta(hours=1)))
        )
        quiet = served.requests().minus(asked)
    assert (told.edits + told.moved > 0) is changes
    assert (before.articles, before.entries, before.revisions) == (told.ids, told.entry_rows, told.revisions)
    assert counted_rows(tmp_path) == before
    assert (quiet.feed, quiet.feed_304, quiet.page, quiet.robots) == (1, 1, 0, 0)
