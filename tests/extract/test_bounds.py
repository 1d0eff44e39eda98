"""Bounds of the parser count what HTML reads as tags and attributes: large and untidy pages load."""

from __future__ import annotations

import json

import pytest
from extract.pages import LEAD, NEWS, SENTENCES, article_html, paragraphs

from ingest.extract.page import extract
from ingest.extract.tree import ParseLimit, check_size
from ingest.model import PageInput
from ingest.reasons import Reason

STORY = "".join(f"<p>{text}</p>" for text in paragraphs())
COMPARED = "".join(f"if (a{n} <= {n} && b{n} < c{n}) d{n} = {n};" for n in range(3_000))
"""Code with 3,000 `<` and 3,000 `=`, and not one `>`."""
SETTINGS = json.dumps({f"k{n}": f"a=1 b=2 <p c{n}=3" for n in range(2_000)})


def body_of(html: str | bytes, content_type: str | None = None) -> list[str]:
    made = extract(PageInput(url=None, html=html, content_type=content_type))
    assert made.article is not None, (made.reason, made.detail)
    return made.article.body_text.split("\n\n")


@pytest.mark.parametrize(
    "marks",
    [
        pytest.param(f"<script>var list = [];{COMPARED}</script>", id="a script that compares"),
        pytest.param(f"<script>if (x<y && {'a = 1; ' * 4_000} 1)</script>", id="one sign before long code"),
        pytest.param(f"<div data-settings='{SETTINGS}'></div>", id="JSON in an attribute"),
        pytest.param(f'<iframe srcdoc="{"<p a=1 b=2>x</p>" * 3_000}"></iframe>', id="a page in an attribute"),
        pytest.param(f"<!-- {'<td a=1 b=2 c=3 ' * 60_000} -->", id="a comment full of tags"),
        pytest.param(f"<script>{'a<b; ' * 200_000}</script>", id="200,000 signs in a script"),
        pytest.param(f"<textarea>{'<i>' * 200_000}</textarea>", id="tags in a text field"),
        pytest.param(f"<svg><path d='{'M 1 = 2 ' * 5_000}'/></svg>", id="a long drawing"),
    ],
)
def test_signs_in_scripts_comments_and_values_are_no_tags(marks: str) -> None:
    for body in (marks + STORY, STORY + marks):
        assert body_of(article_html(body=body, ld=NEWS)) == paragraphs()


@pytest.mark.parametrize(
    "marks",
    [
        "<ul>" + "".join(f"<li><a href='/a{n}'>Topic {n}</a></li>" for n in range(16_000)) + "</ul>",
        "<table>" + "".join(f"<tr><td>{n}</td><td>{n * 7}</td></tr>" for n in range(11_000)) + "</table>",
        "<div>" + "<div><i></i></div>" * 16_000 + "</div>",
    ],
    ids=["links", "table", "boxes"],
)
def test_a_page_of_sixty_thousand_tags_loads(marks: str) -> None:
    html = article_html(body=f"{STORY}</article><section>{marks}</section>", ld=NEWS)
    assert html.count("<") > 60_000
    assert body_of(html) == paragraphs()


def test_a_transcript_timed_word_by_word_loads() -> None:
    words = " ".join(f"<span data-t='{n}'>word{n}</span>" for n in range(12_000))
    text = body_of(article_html(body=f"<p>{words}</p>", ld=NEWS))
    assert len(text) == 1
    assert text[0].startswith("word0 word1 word2")
    assert text[0].endswith("word11998 word11999")


@pytest.mark.parametrize("tag", ["div", "span", "b", "font"])
@pytest.mark.parametrize("depth", [300, 1_500])
def test_tags_that_are_never_closed_cost_no_text(tag: str, depth: int) -> None:
    assert body_of(article_html(body=f"<{tag}>" * depth + STORY, ld=NEWS)) == paragraphs()


@pytest.mark.parametrize("attributes", ["a{n}={n}", "a{n}='<{n}'", "a{n}"])
def test_attributes_are_counted_whatever_their_values_hold(attributes: str) -> None:
    tag = "<div " + " ".join(attributes.format(n=n) for n in range(30_000)) + ">"
    with pytest.raises(ParseLimit):
        check_size(article_html(body=tag))


@pytest.mark.parametrize(
    "html",
    [
        f"<html><head><title>Old bridge <script>x()</script></head><body><div>{STORY}</div></body></html>",
        f"<html><head><title>Old bridge\n<link rel=icon><div>{STORY}</div></html>",
        f"<html><head><title>Old</title><style>p {{}} </head><body><div>{STORY}</div></body></html>",
        f"<html><head><script>var a = 1 </head><body><div>{STORY}</div></body></html>",
        f"<html><head><title>Old</title><mbox><tr><td>{STORY}</td></tr></mbox></html>",
    ],
    ids=["title", "title, no body", "style", "script", "a tag nobody knows"],
)
def test_an_element_that_is_never_closed_does_not_hold_the_story(html: str) -> None:
    assert body_of(html) == paragraphs()


@pytest.mark.parametrize(
    "start",
    [
        f'<?xml version="1.0" encoding="{"word, " * 200}" />\n',
        '<?xml version="1.0"?><!-- ' + "licence " * 400 + "-->\n",
        '<?xml version="1.0"?><?xml-stylesheet href="a.xsl"?>\n<meta name="generator" content="x">',
        "<!-- " + "licence " * 900 + "-->\n",
    ],
)
def test_what_stands_before_the_first_tag_decides_nothing(start: str) -> None:
    for kind in ("text/html", "application/pdf"):
        assert body_of(start + article_html(ld=NEWS).removeprefix("<!DOCTYPE html>"), kind) == paragraphs()


@pytest.mark.parametrize(
    "body",
    [
        '<?xml version="1.0"?><!-- x --><nitf><body><p>A story</p></body></nitf>',
        '<?xml version="1.0" encoding="utf-8"?>\n<Error><Code>NoSuchKey</Code></Error>',
        "<!-- feed --><opml version='2.0'><body></body></opml>",
        "\ufeff<rdf:RDF xmlns='http://purl.org/rss/1.0/'></rdf:RDF>",
    ],
)
def test_other_formats_are_still_no_pages(body: str) -> None:
    made = extract(PageInput(url=None, html=body, content_type="text/html"))
    assert (made.article, made.reason) == (None, Reason.NOT_HTML)


def test_code_in_a_guide_is_not_its_prose() -> None:
    code = (
        "<pre><code>"
        + "\n".join(f"int f{n}() {{ x = {n}; y = {{}}; }};" for n in range(40))
        + "</code></pre>"
    )
    text = body_of(article_html(body=f"<p>{LEAD}</p>{code}<p>{SENTENCES[0]}</p><p>{SENTENCES[1]}</p>"))
    assert {LEAD, SENTENCES[0], SENTENCES[1]} <= set(text)
