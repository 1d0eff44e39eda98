"""A machine that runs short of room in the middle of a run: it stops with a clear line, and what is left
stays pending."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from support.newsroom import Listed, Newsroom, story
from support.wire_server import Answer, Asked

SPARE, EATEN = 600, 1_500
"""MB: what others on this machine may take while the test runs, and what it takes itself."""


def test_a_disk_that_fills_during_a_run_stops_it(newsroom: Newsroom) -> None:
    """Its pages are in the archive by then: the next run loads them without asking for them again."""
    free = shutil.disk_usage(newsroom.folder).free // 1_000_000
    if free < 3 * EATEN:
        pytest.skip(f"needs {3 * EATEN} MB of disk, there are {free}")
    link, eaten = "http://alpha.example/news/meadow-floods-in-march", newsroom.folder / "eaten"
    newsroom.feed("alpha", "alpha.example", [Listed(link, "Meadow")])

    def page(asked: Asked) -> Answer:
        with eaten.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, EATEN * 1_000_000)
        return story("Meadow", 61)

    newsroom.page(link, page)
    newsroom.options["min_free_disk"] = free - SPARE
    newsroom.write()
    command = [sys.executable, "-m", "ingest.cli.main", "poll", "--all", "--now", "2026-03-10T12:00:00Z"]
    said = subprocess.run(
        command, cwd=newsroom.folder, capture_output=True, text=True, timeout=120, check=False
    )
    (line,) = said.stderr.splitlines()
    assert (said.returncode, "MB free" in line, "min_free_disk" in line) == (1, True, True)
    assert newsroom.warehouse("SELECT url, attempts FROM core.pending") == [(link, 0)]
    eaten.unlink()
    assert newsroom.poll(1).loaded == 1
    assert newsroom.asked("alpha.example", "/news/meadow-floods-in-march") == 1
    assert not newsroom.broken_rules()
