"""Bylines read off the page, titles without the site's name, and the offset a date was printed with."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from extract.pages import NEWS, article_html, paragraphs

from ingest.extract import byline
from ingest.extract.page import extract
from ingest.extract.published import as_printed
from ingest.extract.tree import parse
from ingest.extract.wire.agencies import shipped_agencies
from ingest.model import PageInput, Precision, Stamp, StampSource

NOW = datetime(2025, 4, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("mark", "names"),
    [
        ('<a rel="author" href="/ada">Ada Lind</a>', ("Ada Lind",)),
        (
            '<span class="author-name">Ada Lind</span><span class="author-name">Bo Berg</span>',
            ("Ada Lind", "Bo Berg"),
        ),
        ('<p class="article__byline">By Ada Lind and Bo Berg</p>', ("Ada Lind", "Bo Berg")),
        ('<div class="byline"><a href="/authors/ada-lind">Ada Lind</a> Harbour Post</div>', ("Ada Lind",)),
        ('<p>Story by <a href="/author/ada/">Ada Lind</a></p>', ("Ada Lind",)),
        ('<span class="authorBio">Ada Lind has written for the Post since 2011 and likes gulls.</span>', ()),
        ('<div class="related-stories"><a rel="author" href="/bo">Bo Berg</a></div>', ()),
        ('<span class="byline">Published 2 April 2025</span>', ()),
        ('<span class="author-name">' + "aaaaaaaaaa" * 11 + "!</span>", ()),
    ],
)
def test_the_byline_on_the_page(mark: str, names: tuple[str, ...]) -> None:
    tree = parse(article_html(body=mark + "".join(f"<p>{p}</p>" for p in paragraphs())))
    assert tree is not None
    assert byline.printed(tree, shipped_agencies(), lambda name: False).people == names


def test_a_byline_is_taken_where_json_ld_names_only_the_house() -> None:
    body = '<p class="byline">By Cy Dahl</p>' + "".join(f"<p>{p}</p>" for p in paragraphs())
    house = {**NEWS, "author": {"@type": "Organization", "name": "The Harbour Post"}}
    found = [
        extract(PageInput(url="https://post.example/a", html=article_html(body=body, ld=ld), now=NOW)).article
        for ld in (house, NEWS)
    ]
    assert [article.authors for article in found if article] == [("Cy Dahl",), ("Ada Lind", "Bo Berg")]


@pytest.mark.parametrize(
    ("title", "h1", "site", "headline"),
    [
        (
            "Old bridge to be repaired | The Harbour Post",
            "Old bridge to be repaired",
            None,
            "Old bridge to be repaired",
        ),
        (
            "Old bridge to be repaired - The Harbour Post",
            None,
            "The Harbour Post",
            "Old bridge to be repaired",
        ),
        (
            "The Harbour Post - Old bridge to be repaired",
            "Old bridge to be repaired",
            None,
            "Old bridge to be repaired",
        ),
        ("Bridge - a history", None, "The Harbour Post", "Bridge - a history"),
    ],
)
def test_the_headline_is_without_the_sites_name(
    title: str, h1: str | None, site: str | None, headline: str
) -> None:
    head = f'<meta property="og:title" content="{title}">' + (
        f'<meta property="og:site_name" content="{site}">' if site else ""
    )
    body = (f"<h1>{h1}</h1>" if h1 else "") + "".join(f"<p>{p}</p>" for p in paragraphs())
    page = f"<html><head><title>{title}</title>{head}</head><body><article>{body}</article></body></html>"
    article = extract(PageInput(url="https://post.example/a", html=page, now=NOW)).article
    assert article is not None
    assert article.headline == headline


@pytest.mark.parametrize(
    ("raw", "precision", "printed"),
    [
        ("2025-04-02T00:50:17+02:00", Precision.INSTANT, "2025-04-02T00:50:17+02:00"),
        ("2025-04-01T17:50:17-0500", Precision.INSTANT, "2025-04-01T17:50:17-05:00"),
        ("2025-04-01T22:50:17Z", Precision.INSTANT, "2025-04-01T22:50:17+00:00"),
        ("2025-04-01", Precision.DAY, "2025-04-01"),
    ],
)
def test_a_stamp_is_printed_with_the_offset_it_came_with(
    raw: str, precision: Precision, printed: str
) -> None:
    at = (
        datetime(2025, 4, 1, tzinfo=UTC)
        if precision is Precision.DAY
        else datetime(2025, 4, 1, 22, 50, 17, tzinfo=UTC)
    )
    assert as_printed(Stamp(at, precision, StampSource.JSONLD, raw)) == printed
