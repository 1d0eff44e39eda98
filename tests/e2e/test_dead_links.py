"""Stories whose addresses redirect to the home page, a section or a stranger: each has its reason, none
becomes a revision of that page."""

from __future__ import annotations

import pytest
from support.newsroom import HTML, Listed, Newsroom, story
from support.wire_server import Answer

HOST = "alpha.example"
A = f"http://{HOST}"
TITLES = ["Ferry pier reopens", "Museum roof leaks", "Tractor race called off", "Owl box counted"]


def moved(location: str, status: int = 302) -> Answer:
    return Answer(status, headers={"Location": location})


def link(number: int) -> str:
    slug = TITLES[number].lower().replace(" ", "-")
    return f"{A}/world/2026/{slug}-{5500 + number}"


def entries() -> list[Listed]:
    return [Listed(link(number), title) for number, title in enumerate(TITLES)]


def outcomes(newsroom: Newsroom) -> list[tuple[str, str | None]]:
    return newsroom.sql("SELECT outcome, reason FROM ops.outcomes ORDER BY url_key")


@pytest.mark.parametrize(
    ("status", "target"),
    [
        (301, "/"),
        (302, "/en/"),
        (301, "/world"),
        (302, "/politics"),
        (302, "/404.html"),
        (303, "/search?q=old"),
        (307, "/login?next=/"),
        (308, "http://beta.example/"),
    ],
)
def test_dead_links_are_no_revisions_of_one_page(newsroom: Newsroom, status: int, target: str) -> None:
    newsroom.feed("alpha", HOST, entries())
    for number in range(len(TITLES)):
        newsroom.page(link(number), moved(target, status))
    path = target if "://" in target else f"{A}{target}"
    newsroom.page(path, story("The day in the harbour district", 50))
    run = newsroom.poll(0)
    assert (run.loaded, run.revised, run.lost) == (0, 0, 4)
    assert outcomes(newsroom) == [("failed", "redirected_home")] * 4
    newsroom.page(path, story("The day after in the harbour district", 51))
    newsroom.poll(1)
    assert newsroom.one("SELECT count(*) FROM mart.articles_all") == 0
    assert not newsroom.broken_rules()


def test_a_page_that_refreshes_itself_away_is_a_dead_link(newsroom: Newsroom) -> None:
    head = "<meta http-equiv='refresh' content='0;url=/'>"
    shell = f"<html><head>{head}</head><body>This way, please.</body></html>"
    newsroom.feed("alpha", HOST, entries()[:2])
    newsroom.page(link(0), Answer(body=shell, headers=HTML))
    reload = "<meta http-equiv='refresh' content='300'>"
    newsroom.page(link(1), story(TITLES[1], 3, head=reload))
    newsroom.poll(0)
    assert sorted(outcomes(newsroom)) == [("failed", "redirected_home"), ("loaded", None)]


def test_a_section_that_is_a_list_of_links_stands_for_no_story(newsroom: Newsroom) -> None:
    listed = entries()
    for entry in listed:
        entry.summary = "The council of the harbour district met on Monday and agreed on the next steps."
    newsroom.feed("alpha", HOST, listed)
    rows = "".join(f"<li><a href='/world/{number}'>{title}</a></li>" for number, title in enumerate(TITLES))
    page = f"<html><head><title>Politics</title></head><body><h1>Politics</h1><ul>{rows}</ul></body></html>"
    newsroom.page(f"{A}/politics", Answer(body=page, headers=HTML))
    newsroom.page(f"{A}/harbour", Answer(body="<html><body></body></html>", headers=HTML))
    for number in range(4):
        newsroom.page(link(number), moved("/politics" if number < 2 else "/harbour"))
    newsroom.poll(0)
    assert outcomes(newsroom) == [("failed", "redirected_home")] * 4
    assert newsroom.one("SELECT count(*) FROM mart.articles_all") == 0


def test_short_addresses_are_judged_by_the_headline(newsroom: Newsroom) -> None:
    links = [f"{A}/world/story-{number}" for number in range(4)]
    newsroom.feed("alpha", HOST, [Listed(link, title) for link, title in zip(links, TITLES, strict=True)])
    for address in links[:3]:
        newsroom.page(address, moved("/world/"))
    newsroom.page(links[3], moved("/owl"))
    newsroom.page(f"{A}/world/", story("World news", 50))
    newsroom.page(f"{A}/owl", story(TITLES[3], 4))
    newsroom.poll(0)
    assert sorted(outcomes(newsroom)) == [*[("failed", "redirected_home")] * 3, ("loaded", None)]


def test_redirects_that_lead_to_the_story_are_followed(newsroom: Newsroom) -> None:
    newsroom.feed(
        "alpha",
        HOST,
        [
            Listed(f"{A}/?p=5500", TITLES[0]),
            Listed(f"{A}/s/x1", TITLES[1]),
            Listed(link(2), TITLES[2]),
            Listed(link(3), TITLES[3]),
        ],
    )
    newsroom.page(
        f"{A}/", lambda asked: moved("/opinion/ferry-pier") if "?p=" in asked.path else Answer(404, "")
    )
    newsroom.page(f"{A}/opinion/ferry-pier", story(TITLES[0], 1))  # short, and no story's by its look
    newsroom.page(f"{A}/s/x1", moved(f"{A}/museum"))
    newsroom.page(f"{A}/museum", story(TITLES[1], 2))
    newsroom.page(link(2), moved("http://beta.example/wire/tractor-race-called-off-by-council"))
    newsroom.page("http://beta.example/wire/tractor-race-called-off-by-council", story(TITLES[2], 3))
    newsroom.page(link(3), moved(f"{link(3)}/?via=feed", 301))
    newsroom.page(f"{link(3)}/", story(TITLES[3], 4))
    assert newsroom.poll(0).loaded == 4
    assert not newsroom.broken_rules()


def test_an_entry_that_links_to_a_home_page_itself_is_no_article(newsroom: Newsroom) -> None:
    newsroom.feed(
        "alpha", HOST, [Listed(f"{A}/", "The day in short"), Listed(f"{A}/live", "Live: the storm")]
    )
    newsroom.page(f"{A}/", moved("/en/"))
    newsroom.page(f"{A}/en/", story("The day in short", 5))
    newsroom.page(f"{A}/live", moved("/live/storm"))
    newsroom.page(f"{A}/live/storm", story("Live: the storm", 6))
    assert newsroom.poll(0).loaded == 1
    assert newsroom.sql("SELECT url_key, outcome, reason FROM ops.outcomes WHERE outcome <> 'loaded'") == [
        ("alpha.example/", "skipped", "not_article")
    ]


def test_an_article_whose_page_redirects_home_later_stays_as_it_is(newsroom: Newsroom) -> None:
    entry = entries()[0]
    newsroom.feed("alpha", HOST, [entry])
    newsroom.page(link(0), story(TITLES[0], 1))
    newsroom.poll(0)
    text = newsroom.one("SELECT body_text FROM mart.articles")
    entry.summary, entry.title = "It says more now", "Ferry pier reopens at last"
    newsroom.page(link(0), moved("/"))
    newsroom.page(f"{A}/", story("The day in the harbour district", 50))
    newsroom.poll(1)
    assert newsroom.sql("SELECT body_text, revisions FROM mart.articles") == [(text, 1)]
    assert outcomes(newsroom) == [("unchanged", "redirected_home")]
