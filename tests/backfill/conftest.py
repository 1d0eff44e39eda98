"""A newsroom with an archive: sitemaps by day beside its feeds, and backfills of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.archive_site import ArchiveSite
from support.wire_server import LoopbackServer


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ArchiveSite]:
    with LoopbackServer() as server:
        yield ArchiveSite(tmp_path, server)
