"""What happens to a data directory and a list of feeds in use: moved, renamed, shortened, doubled, grown."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from support.newsroom import Listed, Newsroom, prose, story
from support.wire_server import Answer

from ingest.cli.main import run
from ingest.load.db import Warehouse

A = "http://alpha.example"
LINK = f"{A}/news/reservoir-full-after-rain"


def one_story(newsroom: Newsroom, id: str = "alpha") -> Listed:
    entry = Listed(LINK, "Reservoir full", guid="r1")
    newsroom.feed(id, "alpha.example", [entry], url=f"{A}/feed.xml")
    newsroom.page(LINK, story("Reservoir full", 401))
    return entry


def test_a_moved_directory_is_mended_by_publish(
    newsroom: Newsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    one_story(newsroom)
    newsroom.poll(0)
    moved = tmp_path / "elsewhere" / "it's here"
    moved.parent.mkdir()
    shutil.move(newsroom.data, moved)
    monkeypatch.chdir(tmp_path)
    assert run(["sql", "SELECT headline FROM mart.articles", "--data", str(moved)]) == 1
    line = capfd.readouterr().err
    assert "ingest publish" in line
    assert len(line.splitlines()) == 1
    assert run(["publish", "--data", str(moved)]) == 0
    capfd.readouterr()
    assert run(["sql", "SELECT headline FROM mart.articles", "--data", str(moved), "--format", "csv"]) == 0
    assert capfd.readouterr().out == "headline\nReservoir full\n"
    assert run(["check", "--data", str(moved)]) == 0


def test_a_directory_on_a_relative_path_is_read_from_anywhere(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_story(newsroom)
    newsroom.write()
    monkeypatch.chdir(newsroom.folder)
    assert run(["poll", "--all", "--data", "deep/er/data", "--json"]) == 0
    monkeypatch.chdir("/")
    with duckdb.connect(str(newsroom.folder / "deep/er/data/news.duckdb"), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM mart.articles").fetchall() == [(1,)]


def test_published_files_that_went_are_written_again(newsroom: Newsroom) -> None:
    one_story(newsroom)
    newsroom.poll(0)
    shutil.rmtree(newsroom.data / "published")
    (newsroom.data / "news.duckdb").unlink()
    assert run(["publish", "--all", "--data", str(newsroom.data)]) == 0
    assert newsroom.one("SELECT headline FROM mart.articles") == "Reservoir full"
    assert newsroom.one("SELECT outcome FROM ops.outcomes") == "loaded"


def test_a_day_of_many_texts_is_written_in_parts(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    links = [f"{A}/news/tide-table-{number}" for number in range(9)]
    newsroom.feed("alpha", "alpha.example", [Listed(link, link[-12:]) for link in links])
    for number, link in enumerate(links):
        newsroom.page(link, story(link[-12:], 500 + number))
    newsroom.poll(0)
    rows = {
        name: newsroom.sql(f"FROM {name} ORDER BY ALL") for name in ("mart.articles_all", "mart.revisions")
    }
    monkeypatch.setattr("ingest.load.publish.MAX_TEXTS", 2)
    assert run(["publish", "--all", "--data", str(newsroom.data)]) == 0
    assert {name: newsroom.sql(f"FROM {name} ORDER BY ALL") for name in rows} == rows
    with Warehouse(newsroom.settings).transaction() as con:
        current = "SELECT path FROM core.published_file WHERE dataset = 'articles' AND replaced_at IS NULL"
        assert len(con.execute(current).fetchall()) > 1


def test_pending_work_of_a_feed_that_left_the_list_is_still_done(newsroom: Newsroom) -> None:
    one_story(newsroom)
    whole = story("Reservoir full", 401)
    newsroom.page(LINK, lambda asked: Answer(503, "busy") if asked.number == 0 else whole)
    assert newsroom.poll(0).pending == 1
    newsroom.unlist()
    newsroom.feed("other", "other.example", [])
    assert newsroom.poll(2, everything=False).loaded == 1
    assert newsroom.sql("SELECT feed_id, enabled FROM ops.feeds ORDER BY 1") == [
        ("alpha", False),
        ("other", True),
    ]


def test_a_feed_under_a_new_id_loads_nothing_again(newsroom: Newsroom) -> None:
    one_story(newsroom)
    newsroom.poll(0)
    newsroom.unlist()
    one_story(newsroom, "renamed")
    summary = newsroom.poll(1)
    assert (summary.new, summary.fetched, summary.loaded, summary.lost) == (1, 0, 0, 0)
    assert newsroom.one("SELECT count(*) FROM mart.articles") == 1
    assert newsroom.one("SELECT outcome FROM ops.outcomes") == "loaded"
    assert not newsroom.broken_rules()


def test_two_feeds_of_one_address(newsroom: Newsroom) -> None:
    one_story(newsroom)
    newsroom.listed("feed", {"id": "again", "url": f"{A}/feed.xml"})
    summary = newsroom.poll(0)
    assert (summary.polled, summary.loaded) == (2, 1)
    assert newsroom.sql("SELECT outcome FROM ops.outcomes") == [("loaded",)]
    assert newsroom.asked("alpha.example", "/news/reservoir-full-after-rain") == 1
    assert newsroom.poll(1).loaded == 0
    assert not newsroom.broken_rules()


def test_a_feed_of_thousands_is_capped_and_said_so(newsroom: Newsroom) -> None:
    newsroom.options["entries_cap"] = 50
    entries = [Listed(f"{A}/news/long-story-number-{number}", f"Long {number}") for number in range(3000)]
    newsroom.feed("alpha", "alpha.example", entries)
    newsroom.server.routes["*/robots.txt"] = Answer(
        body="User-agent: *\nDisallow: /news/", headers={"Content-Type": "text/plain"}
    )
    summary = newsroom.poll(0)
    assert (summary.entries, summary.new, summary.lost) == (3000, 50, 50)
    assert newsroom.one("SELECT entries, capped FROM ops.polls") == (3000, 2950)
    assert newsroom.one("SELECT DISTINCT outcome, reason FROM ops.outcomes") == ("skipped", "robots")


def test_an_embargoed_story_appears_when_its_time_comes(newsroom: Newsroom) -> None:
    """By the view alone: no run is needed for it."""
    soon = datetime.now(UTC) + timedelta(days=2)
    one_story(newsroom)
    held = f"EMBARGOED UNTIL {soon:%d %B %Y, %H:%M} GMT. Not for publication before that time."
    newsroom.page(LINK, story("Reservoir full", 402, paragraphs=[held, *prose(402)]))
    newsroom.poll(0)
    assert newsroom.one("SELECT status FROM mart.articles_all") == "embargoed"
    assert newsroom.sql("SELECT * FROM mart.articles") == []
    newsroom.warehouse("UPDATE core.article SET embargo_until = now() - INTERVAL 1 MINUTE RETURNING 1")
    assert run(["publish", "--all", "--data", str(newsroom.data)]) == 0
    assert newsroom.one("SELECT status FROM mart.articles_all") == "live"
    assert newsroom.one("SELECT headline FROM mart.articles") == "Reservoir full"


def test_a_crowded_poll_is_the_same_in_small_batches(newsroom: Newsroom) -> None:
    """How work falls into batches, and how hosts race, decides nothing."""
    for number in range(12):
        host = f"h{number % 4}.example"
        link = f"http://{host}/news/crowded-story-number-{number}"
        shared = Listed("http://h0.example/news/shared-story-of-all", "Shared")
        newsroom.feed(f"f{number}", host, [Listed(link, f"Crowded {number}"), shared])
        newsroom.page(link, story(f"Crowded {number}", 500 + number // 2))  # pairs of one text
    newsroom.page("http://h0.example/news/shared-story-of-all", story("Shared", 599))
    found = []
    for batch in (1, 5, 200):
        newsroom.options["batch"] = batch
        newsroom.poll(0)
        found.append(
            [
                newsroom.sql(query)
                for query in (
                    "SELECT * EXCLUDE (first_seen_at) FROM mart.articles_all ORDER BY article_id",
                    "SELECT * FROM mart.copies ORDER BY article_id",
                    'SELECT * EXCLUDE ("at") FROM ops.outcomes ORDER BY url_key, url',
                )
            ]
        )
        assert not newsroom.broken_rules()
        shutil.rmtree(newsroom.data)
    assert found[0] == found[1] == found[2]
    assert len(found[0][0]) == 13
    assert len(found[0][1]) == 12
