"""Readers and the writer never meet: news.duckdb is open elsewhere, in any way, while polls go on."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.newsroom import Listed, Newsroom, story

HOLD = """
import duckdb, sys
con = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "ro")
print(con.execute("SELECT count(*) FROM mart.articles").fetchone()[0], flush=True)
for line in sys.stdin:
    print(con.execute("SELECT count(*), count(body_text) FROM mart.articles").fetchone()[0], flush=True)
"""
KNOCK = """
import duckdb, select, sys, time
seen, failed = set(), []
print("ready", flush=True)
while True:
    if select.select([sys.stdin], [], [], 0)[0]:
        break
    try:
        with duckdb.connect(sys.argv[1], read_only=True) as con:
            seen.add(con.execute("SELECT count(*) FROM mart.articles JOIN mart.revisions USING \
(article_id)").fetchone()[0])
    except duckdb.Error as error:
        failed.append(str(error))
    time.sleep(0.01)
print(len(seen), len(failed), *failed[:1], flush=True)
"""
WRITE = """
import duckdb, os, signal, sys
con = duckdb.connect(sys.argv[1])
con.execute("CREATE TABLE mine AS SELECT 1 AS x")
print("written", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@contextlib.contextmanager
def python(code: str, *arguments: str, cwd: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", code, *arguments]
    with subprocess.Popen(command, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as it:
        try:
            yield it
        finally:
            it.kill()


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def ask(process: subprocess.Popen[str]) -> str:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return line(process)


def test_ten_polls_among_readers(newsroom: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    entries: list[Listed] = []
    newsroom.feed("alpha", "alpha.example", entries)

    def more(number: int) -> None:
        link = f"http://alpha.example/news/the-day-number-{number}"
        entries.append(Listed(link, f"Day {number}"))
        newsroom.page(link, story(f"Day {number}", 60 + number))

    more(0)
    newsroom.poll(0)
    news = str(newsroom.data / "news.duckdb")
    with python(HOLD, news, "ro", cwd=elsewhere) as holder, python(KNOCK, news, cwd=elsewhere) as knocking:
        assert (line(holder), line(knocking)) == ("1", "ready")
        for number in range(1, 11):
            more(number)
            summary = newsroom.poll(number)
            assert (summary.failed, summary.loaded) == (0, 1)
            with python(HOLD, news, "ro", cwd=elsewhere) as fresh:
                assert line(fresh) == str(number + 1)
        assert ask(holder) == "1"  # an old reader keeps its state, its files are still there
        told = ask(knocking).split(maxsplit=2)
    assert told[1:] == ["0"]
    assert int(told[0]) > 1
    assert not newsroom.broken_rules()


def test_a_reader_that_holds_the_views_for_writing_holds_nobody_up(newsroom: Newsroom) -> None:
    newsroom.feed("alpha", "alpha.example", [])
    newsroom.poll(0)
    (newsroom.data / "news.duckdb").chmod(0o644)
    with python(HOLD, str(newsroom.data / "news.duckdb"), "rw", cwd=newsroom.folder) as holder:
        assert line(holder) == "0"
        assert newsroom.poll(1).failed == 0
        assert newsroom.one("SELECT count(*) FROM ops.polls") == 2
        assert ask(holder) == "0"


def test_a_client_that_writes_into_the_views_and_dies(
    newsroom: Newsroom, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Its WAL belongs to a file that is no more: replayed over the next one it would break it."""
    newsroom.feed("alpha", "alpha.example", [])
    newsroom.poll(0)
    news = newsroom.data / "news.duckdb"
    for number in (1, 2):
        news.chmod(0o644)
        with python(WRITE, str(news), cwd=tmp_path_factory.mktemp("client")) as writer:
            assert line(writer) == "written"
            writer.wait()
        assert news.with_name("news.duckdb.wal").exists()
        assert newsroom.poll(number).failed == 0
        assert not news.with_name("news.duckdb.wal").exists()
        assert newsroom.one("SELECT count(*) FROM ops.polls") == number + 1
        assert newsroom.one("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'mine'") == 0


@pytest.mark.full
def test_the_first_duckdb_of_the_storage_version_reads_the_views(newsroom: Newsroom, tmp_path: Path) -> None:
    """v1.0.0 reads what 2.x publishes: views, macro and Parquet. Needs a package index."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--target",
        str(tmp_path / "old"),
        "duckdb==1.0.0",
    ]
    got = subprocess.run(command, capture_output=True, text=True, check=False)
    if got.returncode:
        pytest.skip(f"duckdb 1.0.0 cannot be installed here: {got.stderr[-200:]}")
    link = "http://alpha.example/news/old-reader-comes"
    newsroom.feed("alpha", "alpha.example", [Listed(link, "Old reader")])
    newsroom.page(link, story("Old reader", 80))
    newsroom.poll(0)
    names = [
        f"{schema}.{name}"
        for schema, name in newsroom.sql(
            "SELECT schema_name, view_name FROM duckdb_views() WHERE schema_name IN ('mart', 'ops')"
        )
    ]
    code = """
import duckdb, sys
con = duckdb.connect(sys.argv[1], read_only=True)
for name in sys.argv[2:]:
    con.execute(f"SELECT count(*) FROM (SELECT * FROM {name})").fetchall()
print(duckdb.__version__, con.execute("SELECT count(*) FROM mart.articles_asof(now())").fetchone()[0])
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(newsroom.data / "news.duckdb"), *names],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(tmp_path / "old")},
        check=False,
    )
    assert done.stdout.split() == ["1.0.0", "1"], done.stderr[-1500:]
    assert len(names) >= 18
