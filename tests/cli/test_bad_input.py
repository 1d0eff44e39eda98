"""What goes wrong is said in one line - what, where, what to do - with the exit code of the contract, and
harms nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.newsroom import Listed, Newsroom, story
from support.wire_server import Answer

from ingest.backfill.chunks import lock_name
from ingest.cli.main import run
from ingest.load.db import Warehouse
from ingest.load.locks import run_lock

LINK = "http://alpha.example/news/good-story-of-today"
KEYS = [
    "run_id",
    "feeds",
    "polled",
    "not_modified",
    "failed",
    "entries",
    "new",
    "changed",
    "fetched",
    "loaded",
    "revised",
    "copies",
    "lost",
    "pending",
    "requests",
    "seconds",
    "published",
]


@dataclass(frozen=True, slots=True)
class Said:
    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The one line on stderr; there must be no other, and nothing on stdout."""
        assert self.out == ""
        (line,) = self.err.splitlines()
        assert line.startswith("ingest: ")
        assert "Traceback" not in line
        return line


@dataclass(slots=True)
class Shell:
    """`ingest` in the newsroom's folder."""

    newsroom: Newsroom
    capfd: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> Said:
        self.capfd.readouterr()
        code = run(list(arguments))
        found = self.capfd.readouterr()
        return Said(code, found.out, found.err)

    def file(self, name: str, text: str) -> Path:
        path = self.newsroom.folder / name
        path.write_text(text, encoding="utf-8")
        return path


@pytest.fixture
def shell(newsroom: Newsroom, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.chdir(newsroom.folder)
    newsroom.feed("alpha", "alpha.example", [Listed(LINK, "Good story")])
    newsroom.page(LINK, story("Good story", 31))
    newsroom.write()
    return Shell(newsroom, capfd)


# -- settings and lists --------------------------------------------------------------------------------------

FEED = "[[feed]]\nid = 'a'\nurl = 'http://a.example/f'\n"
CONFIGURATION = {
    "misspelt setting": ("ingest.toml", "user_agnet = 'x'", ("ingest.toml", "user_agnet", "user_agent")),
    "wrong type": ("ingest.toml", "batch = 'many'", ("ingest.toml", "batch", "many")),
    "out of range": ("ingest.toml", "workers = 0", ("ingest.toml", "workers", "0")),
    "not TOML": ("ingest.toml", "batch = [", ("ingest.toml", "TOML")),
    "bad network": (
        "ingest.toml",
        "allow_networks = ['10.0.0.0/99']",
        ("ingest.toml", "allow_networks", "10.0.0.0/99"),
    ),
    "bad resolve": (
        "ingest.toml",
        "resolve = { 'a.example' = 'b.example:80' }",
        ("ingest.toml", "resolve", "b.example"),
    ),
    "bad port": ("ingest.toml", "allow_ports = 'eighty'", ("ingest.toml", "allow_ports", "eighty")),
    "misspelt feed key": ("feeds.toml", f"{FEED}publsher = 'x'", ("feeds.toml", "publsher", "publisher")),
    "misspelt table": (
        "feeds.toml",
        "[[feeds]]\nid = 'a'\nurl = 'http://a.example/f'",
        ("feeds.toml", "feeds", "feed"),
    ),
    "no url": ("feeds.toml", "[[feed]]\nid = 'a'", ("feeds.toml", "a", "url")),
    "no id": ("feeds.toml", "[[feed]]\nurl = 'http://a.example/f'", ("feeds.toml", "id")),
    "url of another scheme": (
        "feeds.toml",
        "[[feed]]\nid = 'a'\nurl = 'ftp://a.example/f'",
        ("feeds.toml", "url", "ftp://a.example/f"),
    ),
    "id twice": ("feeds.toml", FEED * 2, ("feeds.toml", "'a'", "own")),
    "unknown zone": ("feeds.toml", f"{FEED}timezone = 'Mars/Base'", ("feeds.toml", "timezone", "Mars/Base")),
    "a token in place of its variable": (
        "feeds.toml",
        f"{FEED}headers.Authorization = 'Bearer hunter2'",
        ("feeds.toml", "headers", "environment variable"),
    ),
    "bad identity": (
        "feeds.toml",
        f"{FEED}[[host]]\nhost = 'a.example'\nidentity = '('",
        ("identity", "a.example"),
    ),
    "no feed": ("feeds.toml", "", ("feeds.toml", "[[feed]]")),
    "a feed that is no table": ("feeds.toml", "feed = 3", ("feeds.toml", "[[feed]]")),
}


@pytest.mark.parametrize("name", CONFIGURATION)
def test_a_fault_of_configuration_names_file_key_and_remedy(shell: Shell, name: str) -> None:
    file, text, words = CONFIGURATION[name]
    shell.file(file, text)
    said = shell("poll", "--all")
    assert said.code == 2
    for word in words:
        assert word in said.line
    assert not shell.newsroom.data.exists()


def test_a_missing_list_or_settings_file(shell: Shell) -> None:
    (shell.newsroom.folder / "feeds.toml").unlink()
    assert "feeds.toml: no such file" in shell("poll").line
    said = shell("poll", "--config", "other.toml")
    assert (said.code, "other.toml: no such file" in said.line) == (2, True)


def test_a_list_saved_with_a_byte_order_mark_is_read(shell: Shell) -> None:
    path = shell.newsroom.folder / "feeds.toml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert shell("feeds", "list", "--json").code == 0


def test_a_folder_or_bytes_in_place_of_a_list(shell: Shell) -> None:
    path = shell.newsroom.folder / "feeds.toml"
    path.write_bytes(b"\xff\xfe\x00broken")
    assert "encoding" in shell("poll").line
    said = shell("poll", "--feeds", str(shell.newsroom.folder))
    assert (said.code, "cannot be read" in said.line) == (2, True)


def test_the_environment_is_checked_too(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INGEST_CRAWL_DELEY", "3")
    said = shell("poll")
    assert (said.code, "INGEST_CRAWL_DELEY" in said.line, "INGEST_CRAWL_DELAY" in said.line) == (
        2,
        True,
        True,
    )
    monkeypatch.delenv("INGEST_CRAWL_DELEY")
    monkeypatch.setenv("INGEST_CRAWL_DELAY", "soon")
    said = shell("poll")
    assert (said.code, "crawl_delay" in said.line, "soon" in said.line) == (2, True, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("poll", "--now", "teatime"), ("--now", "teatime", "2026-")),
        (("poll", "--feed", "alhpa"), ("alhpa", "alpha", "feeds.toml")),
        (("poll", "--nope"), ("--nope",)),
        (("poll", "--max-seconds", "0"), ("--max-seconds",)),
        (("poll", "--wait", "-1"), ("--wait",)),
        (("pol",), ("pol",)),
        (("sql",), ("STATEMENT",)),
    ],
)
def test_a_fault_of_usage_is_one_line(
    shell: Shell, arguments: tuple[str, ...], words: tuple[str, ...]
) -> None:
    said = shell(*arguments)
    assert said.code == 2
    for word in words:
        assert word in said.line


def test_wrong_sql_is_one_line(shell: Shell) -> None:
    assert shell("init").code == 0
    wrong = {
        "SELEC 1": "syntax",
        "SELECT nope FROM mart.articles": "nope",
        "SELECT * FROM mart.artikles": "artikles",
    }
    for text, word in wrong.items():
        said = shell("sql", text)
        assert (said.code, word in said.line) == (2, True)
        said = shell("sql", text, "--format", "parquet")
        assert said.code == 2


def test_sql_writes_nothing(shell: Shell) -> None:
    assert shell("init").code == 0
    assert shell("sql", "CREATE TABLE t (x INTEGER)").code == 2
    assert shell("sql", "SELECT count(*) AS n FROM mart.articles", "--format", "json").out == '[{"n": 0}]\n'


def test_csv_without_rows_has_its_header(shell: Shell) -> None:
    assert shell("init").code == 0
    assert shell("sql", "SELECT url, outcome FROM ops.outcomes", "--format", "csv").out == "url,outcome\n"


def test_a_report_of_no_day_is_one_line(shell: Shell) -> None:
    assert shell("init").code == 0
    said = shell("report", "--day", "2026-13-45")
    assert (said.code, "--day" in said.line) == (2, True)


# -- the data directory --------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", [("poll", "--all"), ("init",), ("demo",)])
@pytest.mark.parametrize("place", ["a-file", "a-file/below", "/proc/nowhere"])
def test_a_place_that_cannot_be_written(shell: Shell, command: tuple[str, ...], place: str) -> None:
    shell.file("a-file", "mine")
    said = shell(*command, "--data", place)
    assert said.code == 2
    assert place in said.line
    assert "--data" in said.line
    assert (shell.newsroom.folder / "a-file").read_text() == "mine"


def test_a_demo_spares_what_it_did_not_make(shell: Shell) -> None:
    (shell.newsroom.folder / "mine").mkdir()
    shell.file("mine/notes.txt", "keep")
    said = shell("demo", "--data", "mine")
    assert (said.code, "not made by a demo" in said.line) == (2, True)
    assert (shell.newsroom.folder / "mine/notes.txt").read_text() == "keep"


@pytest.mark.parametrize("command", [("poll", "--all"), ("init",), ("publish",), ("check",), ("why", "x")])
def test_a_warehouse_of_a_newer_version_is_left_alone(shell: Shell, command: tuple[str, ...]) -> None:
    assert shell("init").code == 0
    with Warehouse(shell.newsroom.settings).transaction() as con:
        con.execute("UPDATE core.meta SET value = '999' WHERE key = 'layout'")
    before = (shell.newsroom.data / "ingest.duckdb").read_bytes()
    said = shell(*command)
    assert said.code == 1
    assert all(word in said.line for word in ("ingest.duckdb", "999", "newer", "upgrade"))
    assert (shell.newsroom.data / "ingest.duckdb").read_bytes() == before


def test_a_warehouse_that_is_none(shell: Shell) -> None:
    shell.newsroom.data.mkdir()
    (shell.newsroom.data / "ingest.duckdb").write_bytes(b"not a database" * 1000)
    said = shell("poll", "--all")
    assert (said.code, "ingest.duckdb" in said.line) == (1, True)
    (shell.newsroom.data / "news.duckdb").write_bytes(b"not a database" * 1000)
    said = shell("sql", "SELECT 1")
    assert (said.code, "news.duckdb" in said.line, "publish" in said.line) == (1, True, True)


def test_a_warehouse_that_another_program_holds(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shell("init").code == 0
    monkeypatch.setattr("ingest.load.db._OPEN_WAIT", 0.2)
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(shell.newsroom.data / "ingest.duckdb")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        said = shell("check")
        holder.kill()
    assert (said.code, "another program has it open" in said.line) == (1, True)
    assert shell("check").code == 0


def test_little_room_on_the_disk_stops_a_run_before_it_begins(shell: Shell) -> None:
    shell.newsroom.options["min_free_disk"] = 10**9
    shell.newsroom.write()
    said = shell("poll", "--all")
    assert (said.code, "min_free_disk" in said.line, "MB" in said.line) == (1, True, True)
    assert shell.newsroom.server.asked == []


def test_two_runs_at_once(shell: Shell) -> None:
    assert shell("init").code == 0
    with run_lock(shell.newsroom.data / "locks", "poll"):
        said = shell("poll", "--all")
        assert said.code == 3
        assert all(word in said.line for word in ("already running", "--wait"))
        assert shell("poll", "--all", "--wait", "0.3").code == 3
    assert shell("poll", "--all", "--wait", "5").code == 0


def test_every_command_that_a_lock_can_stop_waits_for_it(shell: Shell) -> None:
    listed = ("--source", "urls", "--input", str(shell.file("list.txt", f"{LINK}\n")))
    id = json.loads(shell("backfill", "plan", *listed, "--json").out)["backfill_id"]
    locks = shell.newsroom.data / "locks"
    held_up = [
        ("backfill", "run", *listed),
        ("backfill", "run", id),
        ("backfill", "resume", id),
        ("backfill", "cancel", id),
        ("reextract",),
        ("reextract", "--undo", "last"),
        ("serve",),
    ]
    for command in held_up:
        with run_lock(locks, lock_name(id) if command[0] == "backfill" else command[0]):
            said = shell(*command, "--wait", "0.1")
            assert (said.code, "--wait" in said.line) == (3, True), command
    held = run_lock(locks, lock_name(id))
    held.__enter__()
    threading.Timer(0.5, held.__exit__, (None, None, None)).start()
    assert shell("backfill", "resume", id, "--wait", "30").code == 0


# -- feeds that fail beside one that does not ----------------------------------------------------------------

BAD_FEEDS: dict[str, Answer] = {
    "html": Answer(
        body="<!DOCTYPE html><html><body><h1>Under repair</h1></body></html>",
        headers={"Content-Type": "text/html"},
    ),
    "broken": Answer(
        body="<rss version='2.0'><channel><item><title>cut sho",
        headers={"Content-Type": "application/rss+xml"},
    ),
    "binary": Answer(body=b"\x00\xff\x00\xfe" * 100, headers={"Content-Type": "application/rss+xml"}),
    "empty": Answer(body=b"", headers={"Content-Type": "application/rss+xml"}),
    "gone": Answer(410, "gone"),
    "error": Answer(500, "oops"),
    "reset": Answer(body="<rss", reset=True),
}


def test_other_feeds_lose_nothing(shell: Shell) -> None:
    for id, answer in BAD_FEEDS.items():
        newsroom = shell.newsroom
        newsroom.feed(id, f"{id}.example", [])
        newsroom.server.routes[f"{id}.example/{id}.xml"] = answer
    shell.newsroom.listed("feed", {"id": "nowhere", "url": "http://nowhere.invalid/feed.xml"})
    shell.newsroom.write()
    said = shell("poll", "--all", "--json")
    assert said.code == 0
    summary = json.loads(said.out)
    assert list(summary)[: len(KEYS)] == KEYS
    assert len(said.out.splitlines()) == 1
    assert (summary["loaded"], summary["feeds"]) == (1, len(BAD_FEEDS) + 2)
    lines = dict(line.removeprefix("feed ").split(": ", 1) for line in said.err.splitlines())
    assert {"html", "binary", "empty", "gone", "error", "reset", "nowhere"} <= set(lines)
    assert summary["failed"] == len(lines)
    assert lines["html"].startswith("not_a_feed")
    assert lines["nowhere"].startswith(("dns", "connect"))
    assert lines["gone"].startswith("http_410")
    assert "Traceback" not in said.err
    states = dict(shell.newsroom.sql("SELECT feed_id, state FROM mart.feed_health"))
    assert states["alpha"] == "ok"
    assert states["html"] == "failing"
    assert not shell.newsroom.broken_rules()


def test_exit_codes_of_failing_feeds(shell: Shell) -> None:
    def code(*arguments: str) -> int:
        return shell("poll", "--all", "--json", *arguments).code

    newsroom = shell.newsroom
    newsroom.feed("html", "html.example", [])
    newsroom.server.routes["html.example/html.xml"] = BAD_FEEDS["html"]
    newsroom.write()
    assert [code(), code("--strict"), code("--feed", "html"), code("--feed", "alpha")] == [0, 1, 1, 0]
    newsroom.server.routes["alpha.example/alpha.xml"] = BAD_FEEDS["error"]
    assert code() == 1


def test_the_summary_is_one_object_of_the_contracts_keys(shell: Shell) -> None:
    said = shell("poll", "--json")
    found: dict[str, Any] = json.loads(said.out)
    assert (list(found)[: len(KEYS)], said.out.count("\n"), said.err) == (KEYS, 1, "")
    assert {
        key: found[key]
        for key in ("feeds", "polled", "entries", "new", "fetched", "loaded", "pending", "requests")
    } == {
        "feeds": 1,
        "polled": 1,
        "entries": 1,
        "new": 1,
        "fetched": 1,
        "loaded": 1,
        "pending": 0,
        "requests": 3,
    }
    assert found["published"] > 0
