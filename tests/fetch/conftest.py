"""A site, and clients that reach it by name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest_asyncio
from support.site import OpenClient, Site

from ingest.fetch.client import Client
from ingest.fetch.connect import Lookup
from ingest.fetch.hosts import Hosts
from ingest.model import HostRule
from ingest.settings import Settings


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    await site.start()
    yield site
    await site.stop()


@pytest_asyncio.fixture
async def open_client(site: Site, tmp_path: Path) -> AsyncIterator[OpenClient]:
    """Clients under any settings; news.example, other.example and h0..h9.example are names of `site`."""
    async with AsyncExitStack() as stack:

        async def opened(
            *,
            rules: tuple[HostRule, ...] = (),
            lookup: Lookup | None = None,
            path: Path | None = None,
            **settings: Any,
        ) -> Client:
            names = ["news.example", "other.example", *(f"h{n}.example" for n in range(10))]
            given = {"resolve": dict.fromkeys(names, (site.address, site.port)), **settings}
            hosts = Hosts(path or tmp_path / "hosts.db")
            stack.callback(hosts.close)
            return await stack.enter_async_context(Client(Settings(**given), hosts, rules, lookup=lookup))

        yield opened
