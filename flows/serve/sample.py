"""The sample wire that `ingest serve --demo` polls, served offline by the supervisor process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ingest.demo.server import WireServer
from ingest.demo.wire import POLL_GAP, Wire, config_toml

_SECOND_EDITION = 90.0
"""Seconds after the first start in a folder: from then on the wire serves its second edition, with
corrections and a withdrawal."""

_INTERVAL = 20.0


@contextmanager
def sample_wire(folder: Path, interval: float | None = None) -> Iterator[tuple[Path, Path]]:
    """Serve the wire on a free port; yields the paths of an ingest.toml and a feeds.toml, in `folder`, that
    poll it.

    The stories are dated by the first start in `folder`, so that a later start serves the same stories.
    """
    folder.mkdir(parents=True, exist_ok=True)
    first_start = _first_start(folder / "begun.txt")
    wire = Wire(first_start - POLL_GAP)
    left = _SECOND_EDITION - (datetime.now(UTC) - first_start).total_seconds()
    switch = threading.Timer(max(0.0, left), setattr, (wire, "edition", 2))
    switch.daemon = True
    with WireServer(wire) as server:
        switch.start()
        feeds, settings = config_toml(server.port)
        every = min(interval or _INTERVAL, 60.0)
        (folder / "feeds.toml").write_text(
            f"[defaults]\nmin_interval = {every}\nmax_interval = 60\n\n{feeds}", encoding="utf-8"
        )
        (folder / "ingest.toml").write_text(f"min_interval = {every}\n{settings}", encoding="utf-8")
        try:
            yield folder / "ingest.toml", folder / "feeds.toml"
        finally:
            switch.cancel()


def _first_start(note: Path) -> datetime:
    if not note.exists():
        note.write_text(datetime.now(UTC).isoformat(), encoding="utf-8")
    return datetime.fromisoformat(note.read_text(encoding="utf-8"))
