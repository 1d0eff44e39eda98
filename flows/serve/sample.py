"""The sample wire beside the tree of `ingest serve --demo`: something to poll on schedule, offline."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from ingest.demo.server import WireServer
from ingest.demo.wire import POLL_GAP, Wire, config_toml

_SECOND_EDITION = 90.0
"""Seconds after the first start ever: then the wire's second edition is out, with its corrections and a
withdrawal."""

_INTERVAL = 20.0


@contextmanager
def sample_wire(folder: Path, interval: float | None = None) -> Iterator[tuple[Path, Path]]:
    """Serve the wire on a free port; (ingest.toml, feeds.toml) in `folder` lead to it. Its stories are as old
    as the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    begun = _begun(folder / "begun.txt")
    wire = Wire(begun - POLL_GAP)
    left = _SECOND_EDITION - (datetime.now(UTC) - begun).total_seconds()
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


def _begun(note: Path) -> datetime:
    if not note.exists():
        note.write_text(datetime.now(UTC).isoformat(), encoding="utf-8")
    return datetime.fromisoformat(note.read_text(encoding="utf-8"))
