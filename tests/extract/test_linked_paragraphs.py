"""A sentence of the story stays, be it wholly a link or broken over lines; a link to another story goes."""

from __future__ import annotations

import pytest
from extract.pages import LEAD, NEWS, SENTENCES, article_html

from ingest.extract.page import extract
from ingest.model import PageInput

LINKED = "Two of the three engineers told the council on Friday that nobody had asked them before the vote."
LONG = (
    "Two of the three engineers told the council on Friday that nobody had asked them before the vote was "
    "taken in the small hall, and that they would write to the minister"
)


def body_of(inner: str) -> list[str]:
    article = extract(PageInput(url=None, html=article_html(body=inner, ld=NEWS))).article
    assert article is not None
    return article.body_text.split("\n\n")


def story(middle: str) -> str:
    before = "".join(f"<p>{text}</p>" for text in (LEAD, SENTENCES[0]))
    return before + middle + "".join(f"<p>{text}</p>" for text in SENTENCES[1:])


@pytest.mark.parametrize(
    ("middle", "text"),
    [
        (f"<p><a href='/n/1'>{LINKED}</a></p>", LINKED),
        (f"<p><a href='/n/1'><strong>{LINKED} </strong></a></p>", LINKED),
        (f"<div class='wrap'><p><strong><a href='/n/1'>{LONG}</a></strong></p></div>", LONG),
        (f"<p><a href='/n/1'>{LINKED[:40]}</a><a href='/n/2'>{LINKED[40:]}</a></p>", LINKED),
    ],
    ids=["link", "bold", "in a box of its own", "two links"],
)
def test_a_sentence_that_is_wholly_a_link_stays(middle: str, text: str) -> None:
    assert body_of(story(middle)) == [LEAD, SENTENCES[0], text, *SENTENCES[1:]]


@pytest.mark.parametrize(
    "middle",
    [
        "<p><a href='/n/1'>Ferry fares rise again as the yard waits for parts</a></p>",
        "<div class='related'><p><a href='/n/1'>The ferry fares rise, as the yard waits for parts.</a></p>"
        "</div>",
        "<p><a href='/n/1'>More on the bridge.</a></p>",
    ],
)
def test_a_link_to_another_story_goes(middle: str) -> None:
    assert body_of(story(middle)) == [LEAD, *SENTENCES]


def test_a_sentence_broken_over_lines_loses_none_of_them() -> None:
    broken = "<p>The vote was seven to two.<br>Nobody<br>abstained, said the clerk.</p>"
    text = body_of(broken + "".join(f"<p>{text}</p>" for text in (LEAD, *SENTENCES)))
    assert " ".join(" ".join(text).split()).startswith(
        "The vote was seven to two. Nobody abstained, said the clerk."
    )
