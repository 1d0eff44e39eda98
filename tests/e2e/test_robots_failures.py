"""A robots.txt that cannot be read for a while: its host's pages wait, and none is lost."""

from __future__ import annotations

import pytest
from support.newsroom import Listed, Newsroom, story
from support.wire_server import Answer, Asked, Route

from ingest.fetch import robots

HOST, PAGES = "alpha.example", "beta.example"
LINKS = [f"http://{PAGES}/news/a-story-of-the-harbour-{5500 + number}" for number in range(6)]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robots, "RETRY_SOON", (0.05, 0.1))


def listed(newsroom: Newsroom, answer: Route) -> None:
    newsroom.feed("alpha", HOST, [Listed(link, f"Story {n} of the harbour") for n, link in enumerate(LINKS)])
    for number, link in enumerate(LINKS):
        newsroom.page(link, story(f"Story {number} of the harbour", number))
    newsroom.server.routes[f"{PAGES}/robots.txt"] = answer


@pytest.mark.parametrize("bad", [Answer(503), Answer(500), Answer(body="x", length=90)])
def test_two_failures_in_a_row_cost_no_page_of_the_run(newsroom: Newsroom, bad: Answer) -> None:
    def flaky(asked: Asked) -> Answer:
        return bad if asked.number < 2 else Answer(404)

    listed(newsroom, flaky)
    assert newsroom.poll(0).loaded == len(LINKS)
    assert newsroom.asked(PAGES, "/robots.txt") == 3


@pytest.mark.parametrize("bad", [Answer(503), Answer(503, headers={"Retry-After": "3600"}), Answer(429)])
def test_pages_wait_as_long_as_it_takes(newsroom: Newsroom, bad: Answer) -> None:
    listed(newsroom, bad)
    for hour in (0, 1, 30):
        run = newsroom.poll(hour)
        assert (run.loaded, run.lost) == (0, 0)
        assert newsroom.one("SELECT count(*) FROM ops.outcomes WHERE outcome = 'pending'") == len(LINKS)
    assert newsroom.asked(PAGES) == newsroom.asked(PAGES, "/robots.txt") <= 3
    newsroom.server.routes[f"{PAGES}/robots.txt"] = Answer(404)
    for path in newsroom.data.glob("hosts.db*"):  # its pauses go by the real clock
        path.unlink()
    assert newsroom.poll(60).loaded == len(LINKS)
    assert not newsroom.broken_rules()
