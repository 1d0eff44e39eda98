"""Dates that a page prints for its readers: read in its language, near the headline, never guessed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from extract.pages import paragraphs

from ingest.extract import visible
from ingest.extract.page import extract
from ingest.extract.published import as_printed
from ingest.extract.tree import parse
from ingest.model import Article, PageInput, StampSource

NOW = datetime(2026, 11, 20, tzinfo=UTC)
TEXT = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs())


def article(
    marks: str, *, lang: str = "en", url: str = "https://post.example/a/bridge", before: str = ""
) -> Article:
    body = f"{before}<h1>Bridge</h1>{marks}{TEXT}"
    page = f"<html lang={lang}><head><title>Bridge</title></head><body>{body}</body></html>"
    made = extract(PageInput(url=url, html=page, now=NOW)).article
    assert made is not None
    return made


@pytest.mark.parametrize(
    ("marks", "lang", "day"),
    [
        ('<p class="post-date">Thursday 5 March 2026</p>', "en", "2026-03-05"),
        ('<p class="publish-date">&nbsp;/ jueves 5 de marzo de 2026 </p>', "es", "2026-03-05"),
        ('<p class="tagline">25/03/2026 - 04:30 - Fonte: Agência Norte</p>', "pt", "2026-03-25"),
        ('<div class="entry-meta">By Ada Lind · Mar 5, 2026 · 4 min read</div>', "en", "2026-03-05"),
        ('<span class="dateline">Written by Ada Lind on March 5, 2026</span>', "en", "2026-03-05"),
        ("<time>5 mars 2026 à 10h15</time>", "fr", "2026-03-05"),
        ('<time datetime="2026-03-05T09:15:00Z">yesterday</time>', "en", "2026-03-05"),
        ('<p class="date">5 mars 2026</p><p class="date">9 mars 2026</p>', "sv", "2026-03-05"),
        ('<p class="date">Updated 9 March 2026 | Published 5 March 2026</p>', "en", "2026-03-05"),
        ('<p class="date-updated">9 March 2026</p><p class="date">5 March 2026</p>', "en", "2026-03-05"),
        (
            '<time itemprop="dateModified" datetime="2026-03-29">25/03/2026 01:57 | Actualizado 29/03/2026'
            "</time>",
            "es",
            "2026-03-25",
        ),
        ('<span class="date">05.03.2026, 10:15 Uhr</span>', "de", "2026-03-05"),
        ('<span class="date">5 Mart 2026 Perşembe</span>', "tr", "2026-03-05"),
        ('<span class="date">05.03.2026 12:08, güncelleme 09.03.2026</span>', "tr", "2026-03-05"),
    ],
)
def test_the_date_near_the_headline_is_read_in_the_language_of_the_page(
    marks: str, lang: str, day: str
) -> None:
    stamp = article(marks, lang=lang).published
    assert stamp is not None
    assert (as_printed(stamp)[:10], stamp.source) == (day, StampSource.PAGE)


@pytest.mark.parametrize(
    "marks",
    [
        '<p class="event-date">5 March 2026</p>',
        '<div class="related"><p class="date">5 March 2026</p></div>',
        '<aside><p class="date">5 March 2026</p></aside>',
        '<p class="date">1 to 5 March 2026</p>',
        '<p class="date">Updated 5 March 2026</p>',
        '<p class="post-date">March 2026</p>',
    ],
)
def test_the_date_of_something_else_is_not_taken(marks: str) -> None:
    tree = parse(f"<html><body><h1>Bridge</h1>{marks}{TEXT}</body></html>")
    assert tree is not None
    assert visible.printed_date(tree, lambda text: text == "5 March 2026") is None


def test_the_time_of_a_change_is_no_time_of_publication() -> None:
    marks = '<time itemprop="dateModified" datetime="2026-03-29T10:15:00Z">29 March 2026</time>'
    assert article(marks).published is None


def test_a_date_with_two_readings_is_kept_and_not_guessed() -> None:
    marks = '<p class="published-date">03/04/2026</p>'
    made = article(marks)
    assert (made.published, made.published_raw) == (None, "03/04/2026")
    settled = article(marks, url="https://post.example/2026/04/03/bridge").published
    assert settled is not None
    assert as_printed(settled)[:10] == "2026-04-03"


def test_of_dates_before_the_headline_only_a_single_one_counts() -> None:
    marks = '<span class="date">5 March 2026</span>'
    other = '<span class="date">9 March 2026</span>'
    alone = article("", before=marks).published
    assert alone is not None
    assert as_printed(alone) == "2026-03-05"
    assert article(marks, before=other).published_raw == "5 March 2026"
