"""A machine that runs short of room in the middle of a run: it stops with a clear line, and what is left
stays pending."""

from __future__ import annotations

import shutil
import threading

import pytest
from support.newsroom import Listed, Newsroom, story
from support.wire_server import Answer, Asked

from ingest.cli.main import run

MB = 1_000_000


def test_a_disk_that_fills_during_a_run_stops_it(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its pages are in the archive by then: the next run loads them without asking for them again."""
    full, usage = threading.Event(), shutil.disk_usage
    monkeypatch.setattr(
        shutil,
        "disk_usage",
        lambda path: usage(path)._replace(free=100 * MB if full.is_set() else 900 * MB),
    )
    link = "http://alpha.example/news/meadow-floods-in-march"
    newsroom.feed("alpha", "alpha.example", [Listed(link, "Meadow")])

    def page(asked: Asked) -> Answer:
        full.set()
        return story("Meadow", 61)

    newsroom.page(link, page)
    newsroom.options["min_free_disk"] = 500
    newsroom.write()
    monkeypatch.chdir(newsroom.folder)
    code = run(["poll", "--all", "--now", "2026-03-10T12:00:00Z"])
    (line,) = capsys.readouterr().err.splitlines()
    assert (code, "MB free" in line, "min_free_disk" in line) == (1, True, True)
    assert newsroom.warehouse("SELECT url, attempts FROM core.pending") == [(link, 0)]
    full.clear()
    assert newsroom.poll(1).loaded == 1
    assert newsroom.asked("alpha.example", "/news/meadow-floods-in-march") == 1
    assert not newsroom.broken_rules()
