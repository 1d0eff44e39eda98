"""A disk that fills up: the step that needed room is undone and said so in one line; with room again nothing
is missing.

A limit on the size of files (setrlimit(2), RLIMIT_FSIZE) stands in for the disk.
"""

from __future__ import annotations

import subprocess
import sys

import pytest
from support.newsroom import Listed, Newsroom, story

LIMITED = """
if __name__ == "__main__":
    import resource, sys
    from ingest.cli.main import main
    room = int(sys.argv.pop(1)) * 1024
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    main()
"""


def limited(newsroom: Newsroom, kilobytes: int) -> subprocess.CompletedProcess[str]:
    script = newsroom.folder / "limited.py"
    script.write_text(LIMITED, encoding="utf-8")
    return subprocess.run(
        [sys.executable, str(script), str(kilobytes), "poll", "--all", "--now", "2026-03-10T12:00:00Z"],
        cwd=newsroom.folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.parametrize("kilobytes", [10, 40, 60])
def test_a_full_disk_is_one_line_and_loses_nothing(newsroom: Newsroom, kilobytes: int) -> None:
    links = [f"http://alpha.example/news/story-of-the-day-{number}" for number in range(3)]
    newsroom.feed("alpha", "alpha.example", [Listed(link, f"Story {link[-1]}") for link in links])
    for number, link in enumerate(links):
        newsroom.page(link, story(f"Story {number}", 40 + number))
    newsroom.write()
    said = limited(newsroom, kilobytes)
    assert said.returncode == 1
    (line,) = said.stderr.splitlines()
    assert line.startswith("ingest: ")
    assert newsroom.poll(0).pending == 0
    assert newsroom.one("SELECT count(*) FROM mart.articles") == 3
    assert not newsroom.broken_rules()


def test_a_page_is_not_blamed_for_a_machine_without_room(newsroom: Newsroom) -> None:
    link = "http://alpha.example/news/story-of-the-day-9"
    newsroom.feed("alpha", "alpha.example", [Listed(link, "Story 9")])
    newsroom.page(link, story("Story 9", 49))
    newsroom.write()
    said = limited(newsroom, 300)  # room for the warehouse, none to unpack the language model
    assert "Traceback" not in said.stderr
    assert newsroom.poll(0).loaded == 1
    assert newsroom.asked("alpha.example", "/news/story-of-the-day-9") == 1
