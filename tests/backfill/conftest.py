"""A newsroom with an archive: sitemaps by day beside its feeds, and backfills of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.archive_site import ArchiveSite
from support.wire_server import LoopbackServer

from ingest.backfill.sources import sites
from ingest.fetch import answers, client, robots


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ArchiveSite]:
    with LoopbackServer() as server:
        yield ArchiveSite(tmp_path, server)


@pytest.fixture(autouse=True)
def no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A source that cannot be read is asked again at once."""
    monkeypatch.setattr(sites, "BACK_OFF", (0.01, 0.01, 0.01))
    monkeypatch.setattr(robots, "RETRY_SOON", (0.01, 0.01))
    monkeypatch.setattr(robots, "RETRY_FIRST", 0.05)
    monkeypatch.setattr(answers, "UNNAMED_PAUSE", 0.05)
    monkeypatch.setattr(client, "ROBOTS_PATIENCE", 0.02)
