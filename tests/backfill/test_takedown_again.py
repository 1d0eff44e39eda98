"""What was taken down comes to light again: after a death at the COMMIT, or in a WARC file that was away."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from support.archive_site import ArchiveSite
from support.newsroom import NOON, Listed, prose, story
from support.taken_down import ALPHA, TITLE, URL, WORDS, files_with, newsroom, remove

from ingest.load.db import Connection, Warehouse
from ingest.pipeline import poll_stage, work_stage
from ingest.settings import load_feeds
from ingest.stages.edges import PollRequest, open_poll
from ingest.upkeep.maintain import maintain


class Died(Exception):
    """The process ends here, whatever it meant to do next."""


class Dying(Warehouse):
    """A warehouse whose process dies just before, or just after, the COMMIT of what bars an address."""

    after = False

    @contextmanager
    def transaction(self, memory: str | None = None) -> Iterator[Connection]:
        bars = "SELECT count(*), count(*) FILTER (scrubbed) FROM core.takedown"
        with super().transaction(memory) as con:
            before = con.execute(bars).fetchall()
            yield con
            barred = con.execute(bars).fetchall() != before
            if barred and not self.after:
                raise Died
        if barred:
            raise Died


async def die(site: ArchiveSite, hour: float, *, after: bool) -> None:
    asked = PollRequest(everything=True, now=NOON + timedelta(hours=hour))
    warehouse = Dying(site.settings)
    warehouse.after = after
    async with open_poll(site.settings, load_feeds(site.write()), asked) as edges:
        edges = replace(edges, warehouse=warehouse)
        summary = await poll_stage(edges, asked)
        async for _ in work_stage(edges, asked, summary):
            pass


@pytest.mark.parametrize("by", ["page", "feed"])
@pytest.mark.parametrize("after", [False, True])
def test_a_death_at_the_commit_of_what_came_again_leaves_nothing_for_good(
    site: ArchiveSite, by: str, after: bool
) -> None:
    """No record is overwritten before its tombstone is written: a rerun could not read it, nor tell whose it
    was."""
    newsroom(site)
    remove(site)
    remove(site, "http://beta.example/news/the-story-that-goes-copied")
    maintain(site.settings, site.feeds())
    link = f"{ALPHA}/print/77-on-paper"
    site.page(link, story(TITLE, 1, paragraphs=prose(4242), head=f'<link rel="canonical" href="{URL}">'))
    listed = (
        Listed(link, TITLE, guid="1", summary=prose(4242)[1])
        if by == "feed"
        else Listed(link, "Paper", guid="77")
    )
    site.unlist()
    site.feed("alpha", "alpha.example", [listed])
    with pytest.raises(Died):
        asyncio.run(die(site, 5, after=after))
    assert files_with(site.data / "archive", *WORDS)
    if not after:
        assert site.poll(5).failed == 0
    maintain(site.settings, site.feeds())
    assert files_with(site.data, *WORDS) == []
    assert site.warehouse("SELECT scrubbed, reason FROM core.takedown WHERE url_key LIKE '%on-paper'") == [
        (True, "court order 12")
    ]
    if by == "page":
        assert site.one(f"SELECT reason FROM ops.outcomes WHERE url = '{link}'") == "takedown"
    assert site.asked("alpha.example", "/print/77-on-paper") == (by == "page")
    assert not site.broken_rules()


def test_a_file_that_was_away_is_overwritten_when_the_takedown_is_asked_for_again(
    site: ArchiveSite, tmp_path: Path
) -> None:
    newsroom(site)
    (segment,) = (site.data / "archive").iterdir()
    away = segment.rename(tmp_path / segment.name)
    copied = "http://beta.example/news/the-story-that-goes-copied"
    assert [remove(site, url).records_overwritten for url in (URL, copied)] == [0, 0]
    maintain(site.settings, site.feeds())
    away.rename(segment)
    maintain(site.settings, site.feeds())
    assert files_with(site.data, *WORDS)
    assert all(remove(site, url).found for url in (URL, copied))
    maintain(site.settings, site.feeds())
    assert files_with(site.data, *WORDS) == []
