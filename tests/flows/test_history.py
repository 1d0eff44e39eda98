"""The flows of the pool `backfill` in Prefect's own harness: what they do, and what they leave on their pages
(no texts)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import State, StateType
from support.archive_site import BASE, FIRST, ArchiveSite
from support.newsroom import prose, story
from support.wire_server import LoopbackServer

from flows.backfill import backfill
from flows.maintain import maintain
from flows.reextract import reextract
from ingest.backfill.request import Source
from ingest.errors import ConfigError
from ingest.load.db import Warehouse
from ingest.load.locks import run_lock
from ingest.upkeep.takedown import take_down

SPONSOR = (
    "The valley gazette is printed by its sponsor in the old mill house and is read in forty villages "
    "along the river."
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ArchiveSite]:
    """Eight stories of two days; six of them end alike, which is learnt when all are loaded."""
    with LoopbackServer() as server:
        site = ArchiveSite(tmp_path, server)
        site.fill(2, 4)
        for number, url in enumerate(sorted(site.articles)[:6]):
            stamp = f'<meta property="article:published_time" content="{FIRST}T07:00:00Z">'
            site.page(
                url, story(f"Story {number}", number, head=stamp, paragraphs=[*prose(900 + number), SPONSOR])
            )
        site.write()
        yield site


async def artifacts_of(state: State[Any]) -> dict[str, Any]:
    run_id = state.state_details.flow_run_id
    assert run_id is not None
    async with get_client() as client:
        found = await client.read_artifacts(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run_id])))
    return {str(one.key): one for one in found}


async def test_history_is_loaded_extracted_anew_and_put_back(harness: None, site: ArchiveSite) -> None:
    given = {
        "config": str(site.folder / "ingest.toml"),
        "feeds": str(site.folder / "feeds.toml"),
        "data": str(site.data),
    }
    state = await backfill(Source.SITEMAP, inputs=[BASE], **given, return_state=True)
    assert (state.type, "8 articles" in str(state.message)) == (StateType.COMPLETED, True)
    assert (await artifacts_of(state))["backfill-progress"].data == 100.0
    before = site.tables()
    state = await reextract(learned=True, dry_run=True, **given, return_state=True)
    assert "6 would change" in str(state.message)
    assert site.tables() == before
    state = await reextract(learned=True, first=date(2026, 1, 1), **given, return_state=True)
    assert "8 texts read: 6 changed" in str(state.message)
    assert site.one("SELECT count(*) FROM mart.articles WHERE contains(body_text, 'sponsor')") == 0
    found = await artifacts_of(state)
    assert found["reextract-progress"].data == 100.0
    assert str(found["reextract-largest"].data).count(BASE) == 6
    assert "sponsor" not in str([one.model_dump() for one in found.values()])
    state = await reextract(undo="last", **given, return_state=True)
    assert "6 articles" in str(state.message)
    assert site.tables() == before


async def test_one_at_a_time_and_undo_stands_alone(harness: None, site: ArchiveSite) -> None:
    given = {"config": str(site.folder / "ingest.toml"), "data": str(site.data)}
    Warehouse(site.settings).prepare()
    with run_lock(site.data / "locks", "reextract"):
        assert (await reextract(**given, return_state=True)).type is StateType.CANCELLED
    with pytest.raises(ConfigError, match="no other parameter"):
        await reextract(undo="last", dry_run=True, data=str(site.data))


async def test_the_nightly_run_finishes_takedowns(harness: None, site: ArchiveSite) -> None:
    given = {
        "config": str(site.folder / "ingest.toml"),
        "feeds": str(site.folder / "feeds.toml"),
        "data": str(site.data),
    }
    await backfill(Source.SITEMAP, inputs=[BASE], **given, return_state=True)
    take_down(site.settings, site.feeds(), sorted(site.articles)[0], "court order 12")
    site.warehouse("UPDATE core.takedown SET scrubbed = false")
    state = await maintain(**given, return_state=True)
    assert state.type is StateType.COMPLETED
    assert "1 takedowns finished; the warehouse was rewritten" in str(state.message)
    assert site.warehouse("SELECT count(*) FROM core.takedown WHERE scrubbed AND erased") == [(1,)]
