"""One story, one article: whatever its links, guids, redirects and twins, and in whatever order they
arrive."""

from __future__ import annotations

from typing import Any

import pytest
from support.newsroom import Listed, Newsroom, prose, story
from support.wire_server import Answer

A = "http://alpha.example"


def test_a_moved_date_or_link_parameter_is_history_of_the_entry_and_asks_for_no_page(
    newsroom: Newsroom,
) -> None:
    entry = Listed(f"{A}/news/ferry-returns-to-harbour?at_campaign=rss", "Ferry returns", guid="a1")
    newsroom.feed("alpha", "alpha.example", [entry])
    newsroom.page(f"{A}/news/ferry-returns-to-harbour", story("Ferry returns", 1))
    newsroom.poll(0)
    entry.published, entry.link = (
        "Tue, 10 Mar 2026 12:40:00 GMT",
        f"{A}/news/ferry-returns-to-harbour?at_campaign=home",
    )
    second = newsroom.poll(1)
    assert (second.new, second.changed, second.loaded, second.revised) == (0, 0, 0, 0)
    assert newsroom.asked("alpha.example", "/news/ferry-returns-to-harbour") == 1
    assert newsroom.warehouse("SELECT state FROM raw.entry ORDER BY seen_at") == [("new",), ("touched",)]
    found = newsroom.one("SELECT count(*), max(revisions), max(published_at)::VARCHAR FROM mart.articles")
    assert found == (1, 1, "2026-03-10 11:30:00+00")
    assert not newsroom.broken_rules()


def test_a_changed_headline_whose_page_changed_is_a_revision_of_the_same_article(newsroom: Newsroom) -> None:
    entry = Listed(f"{A}/news/bridge-closed-for-repairs", "Bridge closed", guid="b1")
    newsroom.feed("alpha", "alpha.example", [entry])
    newsroom.page(entry.link or "", story("Bridge closed", 2))
    newsroom.poll(0)
    before = newsroom.one("SELECT article_id FROM mart.articles")
    entry.title = "Bridge closed until Friday"
    newsroom.page(
        entry.link or "", story("Bridge closed until Friday", 2, paragraphs=[*prose(2), *prose(3, 1)])
    )
    second = newsroom.poll(1)
    assert (second.changed, second.revised, second.loaded) == (1, 1, 0)
    assert newsroom.sql("SELECT article_id, headline, revision FROM mart.articles") == [
        (before, "Bridge closed until Friday", 2)
    ]
    assert newsroom.sql("SELECT revision, headline FROM mart.revisions ORDER BY 1") == [
        (1, "Bridge closed"),
        (2, "Bridge closed until Friday"),
    ]
    assert newsroom.one("SELECT outcome FROM ops.outcomes") == "revised"
    assert newsroom.one("SELECT headline_before FROM mart.edits") == "Bridge closed"


def test_a_changed_headline_whose_page_stands_is_none(newsroom: Newsroom) -> None:
    entry = Listed(f"{A}/news/orchard-in-bloom-again", "Orchard in bloom", guid="c1")
    newsroom.feed("alpha", "alpha.example", [entry])
    newsroom.page(entry.link or "", story("Orchard in bloom again", 4))
    newsroom.poll(0)
    entry.title = "Orchard in bloom: pictures"
    second = newsroom.poll(1)
    assert (second.changed, second.fetched, second.revised) == (1, 1, 0)
    assert newsroom.one("SELECT headline, revisions FROM mart.articles") == ("Orchard in bloom again", 1)


def test_the_same_guid_with_a_new_address_keeps_its_article(newsroom: Newsroom) -> None:
    entry = Listed(f"{A}/2026/museum-night-begins", "Museum night", guid="guid-7")
    newsroom.feed("alpha", "alpha.example", [entry])
    newsroom.page(entry.link or "", story("Museum night", 5))
    newsroom.poll(0)
    before = newsroom.one("SELECT article_id FROM mart.articles")
    entry.link, entry.title = f"{A}/culture/museum-night-begins-tonight", "Museum night tonight"
    newsroom.page(entry.link, story("Museum night tonight", 5, paragraphs=[*prose(5), *prose(6, 1)]))
    newsroom.poll(1)
    assert newsroom.sql("SELECT article_id, revision FROM mart.articles") == [(before, 2)]
    assert {row[0] for row in newsroom.sql("SELECT outcome FROM ops.outcomes")} <= {
        "revised",
        "duplicate_url",
        "loaded",
    }
    assert newsroom.one("SELECT count(DISTINCT url_key) FROM ops.outcomes") == 1
    assert not newsroom.broken_rules()


def test_twins_of_one_story_are_fetched_once(newsroom: Newsroom) -> None:
    newsroom.listed("host", {"host": "alpha.example", "identity": r"(?<!\d)(1\d{9})(?!\d)"})
    first = Listed(f"{A}/1109990001/Pension-Fund-Grows?src=Rss", "Pension Fund Grows")
    twin = Listed(f"{A}/1109990001/Pension-Fund-Grows?src=main", "Pension Fund Grows #pension #fund")
    newsroom.feed("alpha", "alpha.example", [first, twin])
    newsroom.page(f"{A}/1109990001/Pension-Fund-Grows", story("Pension Fund Grows", 7))
    summary = newsroom.poll(0)
    assert (summary.loaded, summary.fetched) == (1, 1)
    assert newsroom.sql("SELECT url_key FROM mart.articles") == [("alpha.example#1109990001",)]
    assert sorted(row[0] for row in newsroom.sql("SELECT outcome FROM ops.outcomes")) == [
        "duplicate_url",
        "loaded",
    ]


def test_an_entry_without_a_link_is_accounted_for(newsroom: Newsroom) -> None:
    entries = [Listed(None, "Weather note", guid="w1"), Listed(f"{A}/news/market-day-moves", "Market day")]
    newsroom.feed("alpha", "alpha.example", entries)
    newsroom.page(f"{A}/news/market-day-moves", story("Market day", 8))
    newsroom.poll(0)
    outcomes = newsroom.sql("SELECT outcome, reason FROM ops.outcomes ORDER BY reason NULLS FIRST")
    assert outcomes == [("loaded", None), ("skipped", "no_url")]
    assert newsroom.one("SELECT discovered, loaded, lost FROM mart.funnel") == (2, 1, 1)
    again = newsroom.poll(1)
    assert (again.new, again.lost, again.pending) == (0, 0, 0)


def test_a_full_text_feed_needs_no_page(newsroom: Newsroom) -> None:
    body = "".join(f"<p>{one}</p>" for one in prose(9))
    newsroom.feed(
        "alpha", "alpha.example", [Listed(f"{A}/p/owl-box", "The owl box", summary=body)], full_text=True
    )
    newsroom.poll(0)
    assert newsroom.asked("alpha.example", "/p/owl-box") == 0
    text, flags = newsroom.one("SELECT body_text, flags FROM mart.articles")
    assert text.startswith(prose(9)[0][:60])
    assert "full_text_feed" in flags


def test_a_full_text_entry_without_a_link_is_an_article_by_its_text(newsroom: Newsroom) -> None:
    body = "".join(f"<p>{one}</p>" for one in prose(10))
    newsroom.feed(
        "alpha", "alpha.example", [Listed(None, "A note on wells", guid="n1", summary=body)], full_text=True
    )
    assert newsroom.poll(0).loaded == 1
    (key,) = newsroom.sql("SELECT url_key FROM mart.articles")[0]
    assert key.startswith("urn:sha256:")
    assert newsroom.poll(1).loaded == 0
    assert not newsroom.broken_rules()


def test_a_redirect_leads_to_the_article_and_is_remembered(newsroom: Newsroom) -> None:
    target = "http://beta.example/stories/glacier-measured-again"
    newsroom.feed("alpha", "alpha.example", [Listed(f"{A}/go/123", "Glacier measured")])
    newsroom.page(f"{A}/go/123", Answer(302, headers={"Location": target}))
    newsroom.page(target, story("Glacier measured", 11))
    newsroom.poll(0)
    assert newsroom.one("SELECT url, url_key FROM mart.articles") == (
        target,
        "beta.example/stories/glacier-measured-again",
    )
    assert newsroom.one("SELECT url_key, outcome FROM ops.outcomes") == (
        "beta.example/stories/glacier-measured-again",
        "loaded",
    )
    newsroom.feed("other", "gamma.example", [Listed(target, "Glacier measured")])
    newsroom.poll(1)
    assert newsroom.asked("beta.example", "/stories/glacier-measured-again") == 1
    assert not newsroom.broken_rules()


def _by_two_links(newsroom: Newsroom, order: str) -> list[Any]:
    """Two feeds list one story: one by its address, one by a redirect. `order`: which is polled first, or
    both at once."""
    target = "http://beta.example/stories/turbine-hall-opens"
    short = "http://short.example/x/77"
    newsroom.feed("direct", "alpha.example", [Listed(target, "Turbine hall opens")])
    newsroom.feed("short", "gamma.example", [Listed(short, "Turbine hall opens")])
    newsroom.page(short, Answer(302, headers={"Location": target}))
    newsroom.page(target, story("Turbine hall opens", 12))
    turns = {"direct": [("direct",), ("short",)], "short": [("short",), ("direct",)], "both": [()]}[order]
    for number, ids in enumerate(turns):
        newsroom.poll(number / 60, only=ids)
    assert not newsroom.broken_rules()
    assert newsroom.one("SELECT count(*) FROM mart.articles") == 1
    return newsroom.sql("SELECT url, url_key, outcome FROM ops.outcomes ORDER BY outcome, url")


@pytest.mark.parametrize("order", ["direct", "short", "both"])
def test_two_links_to_one_story_are_one_article_in_any_order(newsroom: Newsroom, order: str) -> None:
    assert _by_two_links(newsroom, order) == [
        ("http://short.example/x/77", "beta.example/stories/turbine-hall-opens", "duplicate_url"),
        (
            "http://beta.example/stories/turbine-hall-opens",
            "beta.example/stories/turbine-hall-opens",
            "loaded",
        ),
    ]
    assert newsroom.one("SELECT headline FROM mart.articles") == "Turbine hall opens"
