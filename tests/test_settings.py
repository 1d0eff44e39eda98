"""Settings and lists of feeds that cannot be meant as they stand: one line that names the file and the key,
never a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import ConfigError
from ingest.settings import load_feeds, load_settings

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
