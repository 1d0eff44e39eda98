"""JSON-LD and meta tags as publishers write them: graphs, arrays, damage, and several voices on one page."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ingest.extract.jsonld import SCRIPT_CAP
from ingest.extract.structured import Structured, read
from ingest.extract.tree import parse

URL = "https://post.example/local/old-bridge-71"
ARTICLE = {
    "@type": "NewsArticle",
    "headline": "Old bridge",
    "author": {"name": "Ada Lind"},
    "datePublished": "2025-04-02",
}


def said(*scripts: str, head: str = "", body: str = "") -> Structured:
    blocks = "".join(f'<script type="application/ld+json">{s}</script>' for s in scripts)
    tree = parse(f"<html><head>{head}{blocks}</head><body>{body}<p>x</p></body></html>")
    assert tree is not None
    return read(tree, URL)


GRAPH = {"@graph": [{"@type": "WebSite", "name": "Post"}, ARTICLE]}


@pytest.mark.parametrize(
    "value",
    [
        ARTICLE,
        [ARTICLE],
        [[ARTICLE]],
        GRAPH,
        {"@type": "WebPage", "mainEntity": ARTICLE},
        {**ARTICLE, "@type": ["NewsArticle", "Thing"]},
        {**ARTICLE, "@type": "https://schema.org/NewsArticle"},
    ],
)
def test_the_article_is_found_wherever_it_hangs(value: Any) -> None:
    found = said(json.dumps(value))
    assert (found.headline, found.authors, found.published) == (
        "Old bridge",
        ("Ada Lind",),
        (("jsonld", "2025-04-02"),),
    )
    assert found.news


@pytest.mark.parametrize(
    "raw",
    [
        '{"@type":"NewsArticle","headline":"Old bridge",}',
        '{"@type":"NewsArticle","headline":"Old bridge"};',
        '<!-- {"@type":"NewsArticle","headline":"Old bridge"} -->',
        '//<![CDATA[\n{"@type":"NewsArticle","headline":"Old bridge"}\n//]]>',
        '{"@type":"NewsArticle","headline":"Old bridge","description":"line\nbreak"}',
        '{"@type":"NewsArticle","headline":"Old bridge"}{"@type":"WebSite"}',
        '{"@type":"NewsArticle","headline":"Old bridge","description":"a \\x b"}',
        '{"@type":"NewsArticle","headline":"Old bridge","description":"half an emoji \\ud83d"}',
    ],
)
def test_damaged_json_is_read_all_the_same(raw: str) -> None:
    found = said(raw)
    assert found.headline == "Old bridge"
    assert "ud83d" not in ascii(found.description)


def test_hopeless_json_and_odd_values_say_nothing() -> None:
    assert said("not json", "[]", "null", '"text"', "{" * 5_000).headline is None
    odd = said(
        json.dumps(
            {
                "@type": "NewsArticle",
                "headline": 7,
                "author": [None, 3, {"name": None}],
                "image": [],
                "keywords": {"a": 1},
            }
        )
    )
    assert (odd.headline, odd.authors, odd.image_url, odd.keywords) == (None, (), None, ())


def test_a_script_beyond_the_cap_is_left_unread() -> None:
    assert said(json.dumps({**ARTICLE, "articleBody": "x" * SCRIPT_CAP})).headline is None


def test_the_article_outranks_live_blog_and_blog_posting() -> None:
    live = {
        "@type": "LiveBlogPosting",
        "headline": "Live",
        "author": "Desk",
        "datePublished": "2025",
        "publisher": "Post",
    }
    assert (
        said(json.dumps([live, {"@type": "BlogPosting", "headline": "Blog"}, ARTICLE])).headline
        == "Old bridge"
    )
    assert said(json.dumps(live)).live_blog


def test_entities_and_markup_are_resolved_once_or_twice() -> None:
    found = said(json.dumps({**ARTICLE, "headline": "Quay &amp;amp; <i>bridge</i>"}))
    assert found.headline == "Quay & bridge"


def test_meta_tags_where_there_is_no_json_ld() -> None:
    head = (
        '<meta property="og:title" content="Old bridge"><meta name="author" content="Ada Lind">'
        '<meta property="og:site_name" content="Post">'
        '<meta property="article:published_time" content="2025-04-02T08:00:00Z"><meta '
        'property="article:tag" content="quay">'
        '<meta property="article:tag" content="bridge"><meta property="og:image" '
        'content="//img.post.example/b.jpg">'
        '<link rel="canonical" href="/local/old-bridge-71"><meta name="robots" content="noai, noimageai">'
    )
    found = said(head=head)
    assert (found.og_title, found.authors, found.publisher) == ("Old bridge", ("Ada Lind",), "Post")
    assert found.published == (("meta", "2025-04-02T08:00:00Z"),)
    assert found.keywords == ("quay", "bridge")
    assert found.image_url == "https://img.post.example/b.jpg"
    assert found.canonical_url == URL
    assert found.noai
    assert not found.news


@pytest.mark.parametrize(
    ("value", "free"),
    [(True, True), ("False", False), ("http://schema.org/False", False), (None, None), ("maybe", None)],
)
def test_is_accessible_for_free_in_its_spellings(value: object, free: bool | None) -> None:
    assert said(json.dumps({**ARTICLE, "isAccessibleForFree": value})).free is free


@pytest.mark.parametrize(
    ("tag", "is_reserved"),
    [
        ('<meta name="tdm-reservation" content="1">', True),
        ('<META NAME="TDM-Reservation" CONTENT=" 1 ">', True),
        (
            '<meta name="tdm-reservation" content="1"><meta name="tdm-policy" content="https://p.example/t.json">',
            True,
        ),
        ('<meta name="robots" content="index, follow, noai">', True),
        (
            '<meta name="robots" content="max-image-preview:large"><meta name="robots" content="NoImageAI">',
            True,
        ),
        ('<meta name="googlebot" content="noai">', True),
        ('<meta http-equiv="X-Robots-Tag" content="noai, noimageai">', True),
        ('<meta name="GPTBot" content="noindex, nofollow">', True),
        ('<meta http-equiv="Content-Usage" content="train-ai=n">', True),
        ('<meta name="tdm-reservation" content="0">', False),
        ('<meta name="tdm-policy" content="https://p.example/t.json">', False),
        ('<meta name="robots" content="noindex, noarchive">', False),
        ('<meta name="description" content="A mill for noai, a grain of the hills">', False),
        ('<meta http-equiv="Content-Usage" content="train-ai=y">', False),
    ],
)
def test_every_reservation_in_a_page_is_read(tag: str, is_reserved: bool) -> None:
    tree = parse(f"<html><head>{tag}</head><body><p>x</p></body></html>")
    assert tree is not None
    assert read(tree, URL).noai is is_reserved
