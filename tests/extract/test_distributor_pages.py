"""A distributor's page: what its template prints around the story and another story's headline leave the
text, every paragraph stays."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.extract.page import extract
from ingest.extract.wire.furniture import without_furniture
from ingest.model import PageInput

NOW = datetime(2025, 11, 21, tzinfo=UTC)
TITLE = "Salt works reopen after the flood"
STORY = (
    "The salt works of Lower Arne reopened on Monday, nine weeks after the river broke through its dyke and "
    "filled the pans with mud.",
    "“We lost a whole summer, but the pans are sound,” foreman Ines Tallo said while the first water ran in.",
    "Some forty workers had been paid by the district since August, and all of them came back this week.",
    "Buyers were told by letter that prices stay as they are until the spring harvest has been weighed.",
    "A wall of larch posts now protects the northern pans, and a second one is to follow next year.",
)
FOREIGN = "Glass makers union accepts offer to end walkout"
NAMED = "Brankov says Eastport tram line will be ready by May"
NUMBER = "MENAFN20112025000131011023ID1110375316"
DISCLAIMER = (
    "Legal Disclaimer:<br>MENAFN provides the information “as is” without warranty of any kind. We do not "
    "accept any responsibility or liability for the accuracy, content, images, videos, licenses, "
    "completeness, legality, or reliability of the information contained in this article. If "
    "you have any complaints or copyright issues related to this article, kindly contact the provider above."
)
DATE = "<span>Date</span> <span class='entry-date'>11/20/2025 3:05:11 AM</span>"
LABELS = "<div>Tags</div><div>Comments</div><div>No comment</div>"


def breaks(*parts: str) -> str:
    return "<br><br>".join(parts)


def boxes(tag: str, *parts: str) -> str:
    return "".join(f"<{tag}>{part}</{tag}>" for part in parts)


def page(story: str, *, above: str = DATE, labels: str = LABELS, number: str = NUMBER) -> str:
    spam = "".join(f"<li><a href='/{n}/x'>Global Valve Market To Reach Record {n}</a></li>" for n in range(8))
    return (
        f"<!doctype html><html><head><title>{TITLE} | MENAFN.COM</title><meta property='og:title' "
        f"content='{TITLE}'><meta property='og:site_name' content='MENAFN'></head><body>"
        "<div class='top'><a href='/'>Home</a> <a href='/sections'>Sections</a></div>"
        f"<div id='ContentPlaceHolder1_div_story'><h1 class='main-entry-title'>{TITLE}</h1>{above}"
        "<div class='share'><a href='#'>Facebook</a> <a href='#'>X</a></div><div class='entry-summary'></div>"
        f"<div class='entry-summary tit'>{story}</div><div class='entry-summary'><p>{number}</p></div>"
        f"<div class='entry-summary'><p>{DISCLAIMER}</p></div>{labels}</div>"
        f"<ul class='popular-news-list'>{spam}</ul><div>{number}</div></body></html>"
    )


first, *rest = STORY
credited = f"(MENAFN - Arne Valley News) {first}"


@pytest.mark.parametrize(
    ("html", "agency"),
    [
        pytest.param(page(breaks(credited, *rest)), "Arne Valley News", id="breaks"),
        pytest.param(
            page(breaks(credited, *rest[:2], FOREIGN, *rest[2:])), "Arne Valley News", id="foreign, breaks"
        ),
        pytest.param(
            page("(MENAFN- Arne Valley News)" + boxes("p", first, *rest[:1], FOREIGN, *rest[1:])),
            "Arne Valley News",
            id="credit outside the paragraphs",
        ),
        pytest.param(
            page(boxes("p", credited, *rest[:3], NAMED, *rest[3:])),
            "Arne Valley News",
            id="a headline with a name",
        ),
        pytest.param(page(boxes("p", "(MENAFN)", *STORY)), "MENAFN", id="the distributor alone, a paragraph"),
        pytest.param(page(breaks("(MENAFN)", *STORY)), "MENAFN", id="the distributor alone, breaks"),
        pytest.param(
            page(breaks(f"(MENAFN - Trend News Agency) LOWER ARNE, Arneland, November 20. {first}", *rest)),
            "Trend News Agency",
            id="a dateline after the credit",
        ),
        pytest.param(
            page(breaks(f"(MENAFN - IANS) Arne, Nov 20 (IANS) {first}", *rest[:2], FOREIGN, *rest[2:])),
            "IANS",
            id="credit twice",
        ),
        pytest.param(
            page(
                breaks(credited, *rest),
                above="<div>Date</div><div>11/20/2025 3:05:11 AM</div>",
                labels="<div>Tags</div><div>Salt</div><div>Lower Arne</div><div>Comments (0)</div>"
                "<div>No comments yet</div><div>Leave a comment</div>",
            ),
            "Arne Valley News",
            id="tags with names",
        ),
        pytest.param(
            page(
                boxes("div", f"(MENAFN - GlobeNewsWire - Nasdaq) {first}", *rest),
                above="<div>Published: 2025-11-20 03:05 GMT</div>",
                labels="<p>Tags:</p><p>Comments</p><p>Be the first to comment!</p>",
            ),
            "GlobeNewswire",
            id="boxes, three parts",
        ),
        pytest.param(
            page(breaks(credited, *rest[:-1], f"{rest[-1]} {NUMBER}"), labels=""),
            "Arne Valley News",
            id="number behind the last sentence",
        ),
    ],
)
def test_the_text_is_the_story_and_nothing_else(html: str, agency: str) -> None:
    url = "https://menafn.example/1110375316/Salt-Works-Reopen-After-The-Flood"
    article = extract(PageInput(url=url, html=html, now=NOW)).article
    assert article is not None
    assert article.body_text.split("\n\n") == list(STORY)
    assert (article.agency, article.publisher, article.headline) == (agency, "MENAFN", TITLE)


@pytest.mark.parametrize(
    "subhead",
    [
        "What the new dyke means for the pans",
        "Workers back at the pans of Lower Arne",
        "Prices stay as they are",
        "Walls of larch for the northern pans next year",
        "A summer lost to mud",
    ],
)
def test_a_subhead_of_the_story_stays(subhead: str) -> None:
    html = page(breaks(credited, *rest[:2], subhead, *rest[2:]))
    article = extract(PageInput(url=None, html=html, now=NOW)).article
    assert article is not None
    assert article.body_text.split("\n\n") == [*STORY[:3], subhead, *STORY[3:]]


@pytest.mark.parametrize(
    "text",
    [
        "On 4/2/2025 at 3:05 AM the river broke through.\nIt was over by noon.",
        "The vote ended at noon.\nNo comment",
        "Tags\nand comments",
    ],
)
def test_only_whole_lines_of_a_template_are_taken(text: str) -> None:
    kept, dropped = without_furniture(text)
    assert kept + "".join(line.text for line in dropped) != ""
    assert kept.startswith(text[:4])


def test_a_story_that_ends_with_short_lines_keeps_them() -> None:
    text = "The results in full:\n\nArne 3\n\nEastport 1\n\nUpper Arne 0"
    assert without_furniture(text) == (text, ())
