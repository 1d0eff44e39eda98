"""`ingest takedown` and `ingest why` by a link that several texts share, and by what names nothing."""

from __future__ import annotations

import json

import pytest
from support.newsroom import Listed, Newsroom, prose
from support.taken_down import files_with

from ingest.cli.main import run
from ingest.settings import load_feeds
from ingest.upkeep.maintain import maintain
from ingest.upkeep.takedown import take_down

HOST = "desk.example"
LINK = f"http://{HOST}/flash"


def flash(number: int) -> Listed:
    words = "".join(f"<p>{paragraph}</p>" for paragraph in prose(number, 3))
    return Listed(LINK, f"Flash {number}: ferry notice", guid=f"flash-{number}", summary=words, published="")


def ingest(newsroom: Newsroom, *arguments: str) -> int:
    return run([*arguments, "--data", str(newsroom.data), "--feeds", str(newsroom.write())])


def shared(newsroom: Newsroom, *numbers: int) -> list[Listed]:
    entries = [flash(number) for number in numbers]
    newsroom.feed("desk", HOST, entries, full_text=True)
    assert newsroom.poll(0).loaded == len(numbers)
    return entries


@pytest.mark.parametrize("asked", [LINK, f"{LINK}?utm_source=mail", "desk.example/flash"])
def test_a_shared_link_takes_all_its_articles_and_says_how_many(
    newsroom: Newsroom, asked: str, capsys: pytest.CaptureFixture[str]
) -> None:
    entries = shared(newsroom, 1, 2, 3)
    ids = {str(id) for (id,) in newsroom.sql("SELECT article_id FROM mart.articles")}
    assert ingest(newsroom, "why", asked, "--json") == 0
    history = json.loads(capsys.readouterr().out)
    assert {row["article_id"] for row in history["article"]} == ids
    assert ingest(newsroom, "takedown", asked, "--reason", "court order 7") == 0
    said = capsys.readouterr().out
    assert "3 articles share this link; all of them were removed" in said
    assert all(id in said for id in ids)
    maintain(newsroom.settings, load_feeds(newsroom.write()))
    assert files_with(newsroom.data, *(prose(number, 3)[0][:50] for number in (1, 2, 3))) == []
    outcomes = "SELECT outcome, reason, count(*), count(DISTINCT url_key) FROM ops.outcomes GROUP BY ALL"
    assert newsroom.sql(outcomes) == [("skipped", "takedown", 3, 3)]
    entries.append(flash(4))  # another story of the same place
    assert newsroom.poll(1).loaded == 1
    assert newsroom.sql("SELECT headline FROM mart.articles") == [("Flash 4: ferry notice",)]
    assert not newsroom.broken_rules()


def test_an_id_takes_one_of_them(newsroom: Newsroom) -> None:
    shared(newsroom, 1, 2)
    ((id,),) = newsroom.sql("SELECT article_id FROM mart.articles WHERE headline LIKE 'Flash 1%'")
    removal = take_down(newsroom.settings, load_feeds(newsroom.write()), str(id), "a reader asked")
    assert removal.articles == [str(id)]
    assert newsroom.sql("SELECT headline FROM mart.articles") == [("Flash 2: ferry notice",)]
    newsroom.poll(1)
    assert newsroom.sql("SELECT headline FROM mart.articles") == [("Flash 2: ferry notice",)]
    assert not newsroom.broken_rules()


@pytest.mark.parametrize(
    "asked", ["x", "the story about ferries", "a8f1c7de-0000-4000-8000-0123456789ab", "http://", "ftp://a/b"]
)
def test_what_names_nothing_is_refused_and_leaves_no_tombstone(
    newsroom: Newsroom, asked: str, capsys: pytest.CaptureFixture[str]
) -> None:
    shared(newsroom, 1)
    assert ingest(newsroom, "takedown", asked, "--reason", "r") == 2
    assert repr(asked) in capsys.readouterr().err
    assert newsroom.warehouse("SELECT count(*) FROM core.takedown") == [(0,)]


@pytest.mark.parametrize("asked", ["http://desk.example/not-yet", "desk.example/not-yet"])
def test_an_address_that_is_not_stored_yet_is_barred(newsroom: Newsroom, asked: str) -> None:
    shared(newsroom, 1)
    assert ingest(newsroom, "takedown", asked, "--reason", "r") == 0
    assert newsroom.warehouse("SELECT url_key FROM core.takedown") == [("desk.example/not-yet",)]


def test_the_report_of_a_day_without_news_says_so(
    newsroom: Newsroom, capsys: pytest.CaptureFixture[str]
) -> None:
    shared(newsroom, 1)
    assert run(["report", "--day", "2020-01-01", "--data", str(newsroom.data)]) == 0
    assert "nothing arrived that day" in capsys.readouterr().out
