"""What a command logs: lines on stderr from the chosen level on, and no secret in any of them."""

from __future__ import annotations

import json
import logging
import re

import pytest
from support.newsroom import Listed, Newsroom, story

from ingest.cli.main import run

LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (DEBUG|INFO|WARNING|ERROR) (ingest|flows)[\w.]*: \S.*"
)
LINK = "http://alpha.example/news/good-story-of-today"


@pytest.fixture
def wire(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    """A feed with one story, one that is not there, and one with a password in its address; all with a secret
    header."""
    monkeypatch.chdir(newsroom.folder)
    monkeypatch.setenv("ALPHA_TOKEN", "sesame-header")
    newsroom.feed("alpha", "alpha.example", [Listed(LINK, "Good story")])
    newsroom.page(LINK, story("Good story", 31))
    newsroom.listed("feed", {"id": "away", "url": "http://alpha.example/away.xml"})
    newsroom.listed("feed", {"id": "named", "url": "http://me:sesame-userinfo@alpha.example/named.xml"})
    path = newsroom.write()
    plain = path.read_text(encoding="utf-8")
    path.write_text(f'[defaults]\nheaders = {{ X-Key = "ALPHA_TOKEN" }}\n{plain}', encoding="utf-8")
    return newsroom


def lines_at(level: str, capfd: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """The log lines of a command; stdout must hold its JSON object alone."""
    capfd.readouterr()
    run([*arguments, "--json", "--log-level", level])
    said = capfd.readouterr()
    assert "sesame" not in said.out + said.err
    assert isinstance(json.loads(said.out), dict)
    return [line for line in said.err.splitlines() if LINE.fullmatch(line)]


def test_info_shows_the_run_its_batches_its_failing_feeds_and_its_publish(
    wire: Newsroom, capfd: pytest.CaptureFixture[str]
) -> None:
    lines = lines_at("info", capfd, "poll", "--all")
    assert not [line for line in lines if " DEBUG " in line]
    for words in ("run poll-", "batch of", "feed away failed", "feed named failed", "published"):
        assert [line for line in lines if words in line], words


def test_debug_shows_each_page_with_its_outcome(wire: Newsroom, capfd: pytest.CaptureFixture[str]) -> None:
    lines = lines_at("debug", capfd, "poll", "--all")
    pages = [line for line in lines if " DEBUG ingest.stages." in line and "good-story-of-today" in line]
    assert [line for line in pages if "loaded" in line]


def test_nothing_is_logged_unless_it_is_asked_for(wire: Newsroom, capfd: pytest.CaptureFixture[str]) -> None:
    assert lines_at("warning", capfd, "poll", "--all") == []


def test_the_level_comes_from_settings_environment_or_option(
    wire: Newsroom, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def level_after(*arguments: str) -> int:
        assert run(["feeds", "list", "--json", *arguments]) == 0
        capfd.readouterr()
        return logging.getLogger("ingest").level

    assert level_after() == logging.WARNING
    path = wire.folder / "ingest.toml"
    path.write_text(f'log_level = "error"\n{path.read_text(encoding="utf-8")}', encoding="utf-8")
    assert level_after() == logging.ERROR
    monkeypatch.setenv("INGEST_LOG_LEVEL", "INFO")
    assert level_after() == logging.INFO
    assert level_after("--log-level", "debug") == logging.DEBUG
    monkeypatch.setenv("INGEST_LOG_LEVEL", "loud")
    assert run(["feeds", "list"]) == 2
    assert "log_level" in capfd.readouterr().err
