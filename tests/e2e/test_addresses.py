"""Addresses that move, fail, or are two for one text: nothing is lost, nothing doubled, and the order of
arrival tells nothing."""

from __future__ import annotations

import asyncio

import pytest
from support.newsroom import Listed, Newsroom, prose, story
from support.wire_server import Answer

from ingest.load.db import Warehouse
from ingest.load.publish import publish
from ingest.pipeline import poll_stage
from ingest.settings import load_feeds
from ingest.stages.edges import PollRequest, open_poll

A = "http://alpha.example"
MAIN, PRINT = f"{A}/news/glass-roof-mended", f"{A}/print/55512"
CANONICAL = f'<link rel="canonical" href="{MAIN}">'
ORDERS = {"main first": [("one",), ("two",)], "print first": [("two",), ("one",)], "at once": [()]}


def paragraphs(*seeds: int) -> str:
    return "".join(f"<p>{one}</p>" for seed in seeds for one in prose(seed))


def test_a_full_text_entry_without_a_link_is_revised(newsroom: Newsroom) -> None:
    entry = Listed(None, "A note on wells", guid="n1", summary=paragraphs(10))
    newsroom.feed("alpha", "alpha.example", [entry], full_text=True)
    newsroom.poll(0)
    entry.title, entry.summary = "A note on wells, and more", paragraphs(10, 77)
    assert newsroom.poll(1).revised == 1
    assert newsroom.one("SELECT count(*), max(revisions) FROM mart.articles") == (1, 2)
    assert not newsroom.broken_rules()


def test_a_full_text_entry_that_moved_is_revised(newsroom: Newsroom) -> None:
    entry = Listed(f"{A}/p/owl", "The owl box", guid="g1", summary=paragraphs(9))
    newsroom.feed("alpha", "alpha.example", [entry], full_text=True)
    newsroom.poll(0)
    entry.link, entry.title, entry.summary = f"{A}/q/owl-box", "The owl box opens", paragraphs(9, 78)
    second = newsroom.poll(1)
    assert (second.loaded, second.revised) == (0, 1)
    assert not newsroom.broken_rules()


@pytest.mark.parametrize("status", [404, 503])
def test_an_address_put_right_before_its_page_was_had_is_asked_for(newsroom: Newsroom, status: int) -> None:
    entry = Listed(f"{A}/tyop/owl-house", "The owl box", guid="g1")
    newsroom.feed("alpha", "alpha.example", [entry])
    newsroom.page(entry.link or "", Answer(status))
    newsroom.poll(0)
    entry.link = f"{A}/typo/owl-house"
    newsroom.page(entry.link, story("The owl box", 3))
    assert newsroom.poll(1).loaded == 1
    newsroom.page(f"{A}/tyop/owl-house", story("The owl box", 3))
    newsroom.poll(2)
    assert newsroom.sql("SELECT url FROM mart.articles") == [(entry.link,)]
    first = "failed" if status == 404 else "duplicate_url"
    assert newsroom.sql("SELECT outcome FROM ops.outcomes ORDER BY url") == [(first,), ("loaded",)]
    assert not newsroom.broken_rules()


def test_a_new_address_has_an_outcome_from_the_moment_it_is_known(newsroom: Newsroom) -> None:
    entry = Listed(f"{A}/x/owl-house", "The owl box", guid="g1")
    newsroom.feed("alpha", "alpha.example", [entry])
    newsroom.page(entry.link or "", story("The owl box", 3))
    newsroom.poll(0)
    entry.link, entry.title = f"{A}/y/owl-house-two", "The owl box has moved"

    async def only_poll() -> None:
        asked = PollRequest(everything=True)
        async with open_poll(newsroom.settings, load_feeds(newsroom.write()), asked) as edges:
            await poll_stage(edges, asked)

    asyncio.run(only_poll())
    publish(Warehouse(newsroom.settings))
    assert newsroom.one("SELECT count(*) FROM ops.outcomes") == 2
    assert not newsroom.broken_rules()


@pytest.mark.parametrize("order", ORDERS)
def test_an_article_that_another_link_brought_is_loaded_though_its_own_failed(
    newsroom: Newsroom, order: str
) -> None:
    newsroom.feed("one", "one.example", [Listed(MAIN, "Glass roof")])
    newsroom.feed("two", "two.example", [Listed(PRINT, "Glass roof mended")])
    newsroom.page(MAIN, Answer(404))
    newsroom.page(PRINT, story("Glass roof", 5, head=CANONICAL))
    for ids in ORDERS[order]:
        newsroom.poll(0, only=ids)
    outcomes = newsroom.sql("SELECT url, outcome, reason FROM ops.outcomes ORDER BY url")
    assert outcomes == [(MAIN, "loaded", None), (PRINT, "duplicate_url", None)]
    assert newsroom.one("SELECT sum(loaded), sum(extracted), sum(fetched), sum(lost) FROM mart.funnel") == (
        1,
        1,
        1,
        0,
    )


@pytest.mark.parametrize("order", ["main first", "at once"])
def test_a_print_page_is_no_revision_of_its_article(newsroom: Newsroom, order: str) -> None:
    """With "at once" the feed of the print page is polled and loaded before."""
    feeds = [("one", MAIN), ("two", PRINT)]
    for id, link in feeds if order == "main first" else reversed(feeds):
        newsroom.feed(id, f"{id}.example", [Listed(link, "Glass roof")])
    newsroom.page(MAIN, story("Glass roof", 5, head=CANONICAL, paragraphs=[*prose(5), *prose(6, 1)]))
    newsroom.page(PRINT, story("Glass roof", 5, head=CANONICAL))
    for ids in ORDERS[order]:
        newsroom.poll(0, only=ids)
    revisions, text = newsroom.one("SELECT revisions, body_text FROM mart.articles")
    assert (revisions, prose(6, 1)[0] in text) == (1, True)
    assert newsroom.sql("SELECT body_text FROM mart.revisions") == [(text,)]
    assert not newsroom.broken_rules()


def test_two_addresses_of_one_article_changed_in_one_batch_are_two_revisions(newsroom: Newsroom) -> None:
    moving, listed = Listed(f"{A}/x/owl-house", "The owl box", guid="g1"), []
    newsroom.feed("beta", "beta.example", listed)
    newsroom.feed("alpha", "alpha.example", [moving])
    newsroom.page(moving.link or "", story("The owl box", 3))
    newsroom.poll(0)
    staying = Listed(moving.link, "The owl box", guid="g2")
    listed.append(staying)
    moving.link = f"{A}/y/owl-house-two"
    for hour, (one, other) in enumerate(
        [("Owl box sold", "Owl box kept"), ("Owl box sold again", "Owl box kept again")], 1
    ):
        moving.title, staying.title = one, other
        newsroom.page(moving.link, story(one, 3, paragraphs=[*prose(3), *prose(30 + hour, 1)]))
        newsroom.page(staying.link or "", story(other, 3, paragraphs=[*prose(3), *prose(40 + hour, 1)]))
        newsroom.poll(hour)
    assert not newsroom.broken_rules()
    assert newsroom.one("SELECT count(*), count(DISTINCT revision), max(revision) FROM mart.revisions") == (
        4,
        4,
        4,
    )


def test_a_feed_switched_off_and_on_again_says_so_at_once(newsroom: Newsroom) -> None:
    entry = Listed(f"{A}/x/owl-house", "The owl box")
    newsroom.page(entry.link or "", story("The owl box", 3))

    def states(hour: float, *, due: bool, **feeds: bool) -> list[tuple[str, bool]]:
        newsroom.unlist()
        for id, enabled in feeds.items():
            newsroom.feed(id, f"{id}.example", [entry], enabled=enabled)
        newsroom.poll(hour, everything=due)
        return newsroom.sql("SELECT feed_id, enabled FROM ops.feeds ORDER BY 1")

    assert states(0, due=True, alpha=True, beta=True) == [("alpha", True), ("beta", True)]
    assert states(1, due=True, alpha=False, beta=True) == [("alpha", False), ("beta", True)]
    assert states(2, due=True, beta=True) == [("alpha", False), ("beta", True)]
    assert states(2.01, due=False, alpha=True, beta=True) == [("alpha", True), ("beta", True)]


def test_a_death_while_the_empty_file_of_a_dataset_is_written_does_no_harm(newsroom: Newsroom) -> None:
    """What every view reads is there whole or not at all."""
    warehouse = Warehouse(newsroom.settings)
    warehouse.prepare()
    publish(warehouse)
    (typed,) = newsroom.data.glob("published/articles/*/typed_*")
    typed.rename(typed.with_suffix(".part")).write_bytes(b"PAR1")
    publish(warehouse)
    assert newsroom.sql("SELECT * FROM mart.articles") == []
    assert not typed.with_suffix(".part").exists()
