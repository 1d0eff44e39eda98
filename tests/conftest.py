"""What tests of several folders share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.newsroom import Newsroom
from support.wire_server import Answer, LoopbackServer


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    """A server without robots.txt, and an empty list of feeds."""
    with LoopbackServer({"*/robots.txt": Answer(404)}) as server:
        yield Newsroom(tmp_path, server)
