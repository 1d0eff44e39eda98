"""The whole path over the sample wire: two polls, what they load, what they revise, what is lost and why,
what they ask for."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest.demo.server import Hit, WireServer
from ingest.demo.wire import Wire, config
from ingest.pipeline import PollSummary, poll
from ingest.settings import Settings, load_feeds
from ingest.stages.edges import PollRequest


@dataclass(frozen=True, slots=True)
class Played:
    """The sample wire polled at edition 1, at edition 2, and once more; `hits` of each of the three."""

    data: Path
    summaries: tuple[PollSummary, ...]
    hits: tuple[Sequence[Hit], ...]

    def sql(self, query: str) -> list[Any]:
        with duckdb.connect(str(self.data / "news.duckdb"), read_only=True) as con:
            return con.execute(query).fetchall()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    folder = tmp_path_factory.mktemp("demo")
    wire = Wire()
    summaries, hits = [], []
    with WireServer(wire) as server:
        feeds, values = config(server.port)
        (folder / "feeds.toml").write_text(feeds, encoding="utf-8")
        settings = Settings.model_validate({**values, "data": folder / "data", "workers": 1})
        for edition, now in ((1, wire.base), (2, wire.second), (2, wire.second)):
            wire.edition = edition
            seen = len(server.hits)
            asked = PollRequest(everything=True, now=now)
            summaries.append(asyncio.run(poll(settings, load_feeds(folder / "feeds.toml"), asked)))
            hits.append(server.hits[seen:])
    return Played(folder / "data", tuple(summaries), tuple(hits))


def pages(hits: Sequence[Hit]) -> Counter[str]:
    feeds = (".xml", ".atom", "/feed.json", ".rdf", "/robots.txt")
    return Counter(hit.host + hit.path for hit in hits if not hit.path.endswith(feeds))


def test_thirty_three_articles_and_no_twin(played: Played) -> None:
    assert played.sql("SELECT count(*), count(DISTINCT url_key) FROM mart.articles_all") == [(33, 33)]
    twins = played.sql("SELECT url_key FROM mart.articles_all WHERE url_key LIKE '%1109990104'")
    assert twins == [("gulfwire.example#1109990104",)]
    assert dict(played.sql("SELECT language, count(*) FROM mart.articles_all GROUP BY 1"))["ar"] == 1


def test_a_story_from_its_feed_alone_is_whole(played: Played) -> None:
    (body,) = played.sql(
        "SELECT body_text FROM mart.articles WHERE feed_id = 'field-notes' AND url LIKE '%owl%'"
    )[0]
    assert body.startswith("The box went up in October")
    assert body.endswith("I have left them the glove.")
    assert not any(
        hit.host == "fieldnotes.example" and hit.path.startswith("/p/")
        for hits in played.hits
        for hit in hits
    )


def test_copies_stand_beside_their_origin(played: Played) -> None:
    rows = played.sql("SELECT kind, count(*) FROM mart.copies GROUP BY 1")
    assert dict(rows)["origin"] == 3
    assert sum(count for _, count in rows) == 8
    origins = played.sql("SELECT DISTINCT publisher FROM mart.copies WHERE kind = 'origin'")
    assert origins == [("Meridian",)]


def test_a_correction_an_edit_and_a_withdrawal_are_revisions(played: Played) -> None:
    kinds = played.sql("SELECT kind, count(*) FROM mart.revisions WHERE revision > 1 GROUP BY 1 ORDER BY 1")
    assert kinds == [("correction", 1), ("edit", 1), ("withdrawal", 1)]
    assert played.sql("SELECT status FROM mart.articles_all WHERE headline LIKE 'WITHDRAWN%'") == [
        ("withdrawn",)
    ]
    assert played.summaries[1].new == 2
    assert played.summaries[1].revised == 3


def test_each_loss_has_its_reason(played: Played) -> None:
    lost = played.sql("SELECT outcome, reason FROM ops.outcomes WHERE reason IS NOT NULL ORDER BY reason")
    assert lost == [("pending", "challenge"), ("failed", "http_404"), ("skipped", "robots")]
    assert [failure[:2] for failure in played.summaries[1].failures] == [("cedar-valley", "not_a_feed")]


def test_a_page_that_was_busy_comes_though_its_feed_says_304(played: Played) -> None:
    clock = "lumen.example/stories/the-clock-that-waits"
    assert [pages(hits)[clock] for hits in played.hits] == [1, 1, 0]
    assert ("lumen.example", 304) in {(hit.host, hit.status) for hit in played.hits[1]}
    assert played.sql("SELECT outcome FROM ops.outcomes WHERE url LIKE '%the-clock-that-waits'") == [
        ("loaded",)
    ]


def test_no_page_is_asked_for_twice_and_a_quiet_poll_asks_for_feeds_alone(played: Played) -> None:
    assert max(pages(played.hits[0]).values()) == 1
    quiet = played.hits[2]
    assert all(hit.conditional for hit in quiet if hit.path.endswith((".xml", ".atom", "/feed.json", ".rdf")))
    assert sum(hit.path.endswith((".xml", ".atom", "/feed.json", ".rdf")) for hit in quiet) == 7
    assert set(pages(quiet)) <= {
        "lumen.example/stories/the-glass-beach"
    }  # what is pending is tried again by --all
    robots = Counter(hit.host for hits in played.hits for hit in hits if hit.path == "/robots.txt")
    assert set(robots.values()) == {1}
