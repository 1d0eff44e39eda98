"""The headline of a page: which of its titles and headings it is."""

from __future__ import annotations

import json

import pytest
from extract.pages import paragraphs

from ingest.extract import headlines, structured
from ingest.extract.page import extract
from ingest.extract.tree import parse
from ingest.model import EntryHints, PageInput

URL = "https://www.harbourpost.example/local/2025/old-bridge"


def headline(
    title: str, body: str, *, ld: str | None = None, og: str | None = None, listed: str | None = None
) -> str | None:
    head = f"<title>{title}</title>"
    if ld:
        node = json.dumps({"@type": "NewsArticle", "headline": ld})
        head += f'<script type="application/ld+json">{node}</script>'
    if og:
        head += f'<meta property="og:title" content="{og}">'
    tree = parse(f"<html><head>{head}</head><body>{body}<p>{paragraphs()[0]}</p></body></html>")
    assert tree is not None
    return headlines.read(tree, structured.read(tree, URL), URL, listed)


STORY = "Council votes to repair the old bridge"


@pytest.mark.parametrize(
    "h1",
    [
        "Local",
        "Harbour Post",
        "HarbourPost.example",
        "Harbour Post: Town Hall",
        "Please enable JavaScript now",
    ],
)
def test_a_heading_of_the_section_or_the_site_is_not_the_headline(h1: str) -> None:
    body = f"<h1>{h1}</h1><h2>{STORY}</h2>"
    assert headline(f"{STORY} - Harbour Post", body) == STORY
    assert headline(STORY, body) == STORY
    assert headline("Harbour Post", body, og=STORY) == STORY
    assert headline("Harbour Post", body, listed=STORY) == STORY


@pytest.mark.parametrize(
    "title",
    [
        f"{STORY} | Harbour Post",
        f"{STORY} - Local - Harbour Post",
        f"Harbour Post: {STORY}",
        f"Harbour Post » {STORY}",
        f"{STORY}｜Harbour Post",
        f"{STORY} | April 2, 2025 | Harbour Post",
        f"{STORY} - www.harbourpost.example",
        f"{STORY} :: Latest News from HarbourPost.example",
    ],
)
def test_names_of_site_and_section_and_days_leave_a_title(title: str) -> None:
    assert headline(title, "") == STORY
    assert headline("Harbour Post", "", og=title) == STORY


@pytest.mark.parametrize(
    "title",
    [
        "Bridge is not for sale - Hughes",
        "Bridge: a history",
        "Mayor - and now?",
        "Two cities, one river: the long road to a new bridge",
        "Postmen strike in the harbour",
    ],
)
def test_a_dash_or_colon_of_the_headlines_own_stays(title: str) -> None:
    assert headline(title, "") == title
    assert headline(f"{title} | Harbour Post", f"<h1>{title}</h1>") == title


def test_the_part_of_a_title_that_the_page_prints_is_the_headline() -> None:
    title = "News, weather and sport for the whole coast | Bridge work begins early"
    assert headline(title, "<div><font>Bridge work begins early</font></div>") == "Bridge work begins early"


def test_of_several_headings_the_announced_one_counts_as_it_is_printed() -> None:
    body = f"<h1>Harbour Post</h1><h1>Most read this week in town</h1><h1>{STORY} ’at last’</h1>"
    assert headline("x", body, ld=f"{STORY} 'at last'") == f"{STORY} ’at last’"


@pytest.mark.parametrize("h1", [f"Local | {STORY}", f"Town hall{STORY}", f"{STORY} | Opinion"])
def test_a_kicker_glued_to_the_heading_is_left_out(h1: str) -> None:
    assert headline(STORY, f"<h1>{h1}</h1>", og=STORY) == STORY


def test_a_heading_that_says_something_else_yields_to_what_is_announced() -> None:
    assert headline(STORY, "<h1>Readers of the Post know more than others</h1>", ld=STORY) == STORY
    body = "<h1>Thousands walk across the river for the last time</h1>"
    assert headline("Bridge: what comes next", body) == "Thousands walk across the river for the last time"


def test_entities_are_decoded_and_a_page_without_titles_has_no_headline() -> None:
    assert headline("x", "", og="Old bridge &amp;amp; quay: R&amp;D") == "Old bridge & quay: R&D"
    assert headline("", "") is None


def test_the_feeds_title_counts_where_the_page_names_none() -> None:
    page = f"<html><body><h1>Local</h1><p>{'</p><p>'.join(paragraphs())}</p></body></html>"
    article = extract(PageInput(URL, html=page, hints=EntryHints(title=STORY))).article
    assert article is not None
    assert article.headline == STORY
