"""The limits of hosts for a command that works without a data directory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.fetch.hosts import Hosts
from ingest.settings import Settings


@contextmanager
def host_limits(settings: Settings) -> Iterator[Hosts]:
    """Robots, pauses and turns of the data directory, where there is one; else of this command alone.

    A trial makes no data directory: at a misspelt --data it would look like an empty warehouse.
    """
    if settings.data.is_dir():
        with _opened(settings.data) as hosts:
            yield hosts
    else:
        with tempfile.TemporaryDirectory(prefix="wire-ingest-") as folder, _opened(Path(folder)) as hosts:
            yield hosts


@contextmanager
def _opened(folder: Path) -> Iterator[Hosts]:
    hosts = Hosts(folder / "hosts.db")
    try:
        yield hosts
    finally:
        hosts.close()
