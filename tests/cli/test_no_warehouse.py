"""Every command that reads or maintains a data directory ends alike when there is no warehouse in it: exit
code 2, one line with the path and the remedy, and no directory made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from support.newsroom import Newsroom

from ingest.cli.main import cli, run

MAKE_ONE = {"demo", "init", "poll", "serve", "restore", "backfill run", "backfill plan"}
"""These make the data directory that --data names."""
NEED_NONE = {"extract", "dedup", "feeds check"}
"""These work without a data directory, and make none."""
ARGUMENTS = {
    "why": ("http://alpha.example/x",),
    "sql": ("SELECT 1",),
    "export": ("out.csv",),
    "takedown": ("http://alpha.example/x", "--reason", "court"),
    "backup": ("copy",),
    "backfill cancel": ("an-id",),
}
VARIANTS = [
    ("backfill run", ("an-id",)),
    ("backfill status", ("an-id",)),
    ("reextract", ("--undo", "last")),
    ("reextract", ("--dry-run",)),
    ("maintain", ("--rewrite",)),
    ("publish", ("--all",)),
]
"""Ways to call a command by which it reaches the warehouse from elsewhere."""


def leaves(group: click.Group, path: str = "") -> Iterator[str]:
    """Every command of the command line by its full name, such as `backfill plan`."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from leaves(command, f"{path}{name} ")
        else:
            yield f"{path}{name}"


COMMANDS = list(leaves(cli))


def test_the_sets_above_name_commands() -> None:
    assert set(COMMANDS) >= MAKE_ONE | NEED_NONE | set(ARGUMENTS) | {name for name, _ in VARIANTS}


@pytest.mark.parametrize(
    ("command", "arguments"),
    [
        *((name, ARGUMENTS.get(name, ())) for name in COMMANDS if name not in MAKE_ONE | NEED_NONE),
        *VARIANTS,
    ],
)
def test_a_misspelt_data_directory_is_named_and_not_made(
    newsroom: Newsroom,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    arguments: tuple[str, ...],
) -> None:
    monkeypatch.chdir(newsroom.folder)
    newsroom.feed("alpha", "alpha.example", [])
    newsroom.write()
    before = sorted(newsroom.folder.iterdir())
    code = run([*command.split(), *arguments, "--data", "misspelt"])
    said = capfd.readouterr()
    assert (code, said.out) == (2, "")
    (line,) = said.err.splitlines()
    assert line.startswith("ingest: misspelt: no warehouse there; ")
    assert "ingest init --data misspelt" in line
    assert sorted(newsroom.folder.iterdir()) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("feeds", "check", "alpha"),
        ("extract", "http://alpha.example/x"),
        ("backfill", "plan", "--dry-run", "--source", "urls", "--input", "list.txt"),
        ("backfill", "run", "--dry-run", "--source", "urls", "--input", "list.txt"),
    ],
)
def test_what_needs_no_data_directory_makes_none(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(newsroom.folder)
    newsroom.feed("alpha", "alpha.example", [])
    newsroom.write()
    Path("list.txt").write_text("http://alpha.example/x\n", encoding="utf-8")
    assert run([*arguments, "--data", "misspelt"]) == 0
    assert not Path("misspelt").exists()


def test_feeds_are_listed_before_the_first_poll(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(newsroom.folder)
    newsroom.feed("alpha", "alpha.example", [])
    newsroom.write()
    assert run(["feeds", "list"]) == 0
    assert not newsroom.data.exists()
