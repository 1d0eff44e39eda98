"""Settings and lists of feeds that cannot be meant as they stand: one line that names the file and the key,
never a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from ingest.cli.main import cli
from ingest.errors import ConfigError
from ingest.settings import load_feeds, load_settings, settings_file

FEED = '[[feed]]\nid = "a"\nurl = "http://a.example/"\n'


@pytest.mark.parametrize(
    "line",
    [
        "data = 5",
        'data = ""',
        "feeds = []",
        "resolve = 5",
        "resolve = { a = 5 }",
        "resolve = [1]",
        'resolve = { a = ["192.0.2.1"] }',
        'allow_ports = [["a"]]',
        "allow_ports = [{ a = 1 }]",
        "allow_networks = 5",
        "allow_networks = [[1]]",
        "proxy = 5",
        'user_agent = "one\\ntwo"',
        'duckdb_memory = "80%"',
        'duckdb_memory = "-1"',
        'duckdb_memory = "much"',
    ],
)
def test_a_value_of_the_wrong_kind_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "ingest.toml"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"ingest\.toml.*: {line.split()[0]}") as caught:
        load_settings(path, environ={})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('[[feed]]\nid = "a"\nurl = "http://"', "url"),
        ('[[feed]]\nurl = "http://a.example/"', "id"),
        (f'{FEED}headers = "x"', "headers"),
        (f'{FEED}sitemap = "sitemap.xml"', "sitemap"),
        ('[[host]]\nhost = "https://a.example/"', "host"),
    ],
)
def test_a_list_of_feeds_names_the_key_at_fault(tmp_path: Path, text: str, key: str) -> None:
    path = tmp_path / "feeds.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"feeds\.toml.*: {key}"):
        load_feeds(path, environ={})


def commands(group: click.Group, name: str = "ingest") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for part in group.list_commands(context):
        command = group.get_command(context, part)
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {part}")
        elif command is not None:
            yield f"{name} {part}", command


def test_every_command_that_reads_settings_takes_a_settings_file() -> None:
    options = {name: {option for p in c.params for option in p.opts} for name, c in commands(cli)}
    with_data = {name for name, opts in options.items() if "--data" in opts}
    assert len(with_data) > 20
    assert {name for name in with_data if "--config" not in options[name]} == {"ingest demo"}


def test_the_settings_file_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert settings_file(None, {}) is None
    assert settings_file(None, {"INGEST_CONFIG": "desk.toml"}) == Path("desk.toml")
    (tmp_path / "ingest.toml").write_text("batch = 7", encoding="utf-8")
    assert settings_file(None, {}) == Path("ingest.toml")
    assert settings_file(Path("own.toml"), {"INGEST_CONFIG": "desk.toml"}) == Path("own.toml")
    assert load_settings(environ={}).batch == 7
