"""Which day a page is published on: unnamed dates, ambiguous ones, stamps that disagree, datelines."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from extract.pages import paragraphs

from ingest.extract.page import extract
from ingest.extract.published import as_printed
from ingest.model import Article, PageInput, Precision, Stamp, StampSource

NOW = datetime(2026, 11, 20, tzinfo=UTC)
TEXT = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs())


def article(
    body: str,
    *,
    head: str = "",
    lang: str = "en",
    ld: str | None = None,
    url: str = "https://post.example/a/bridge",
) -> Article:
    if ld:
        node = json.dumps({"@type": "NewsArticle", "datePublished": ld})
        head += f'<script type="application/ld+json">{node}</script>'
    page = f"<html lang={lang}><head><title>Bridge</title>{head}</head><body>{body}</body></html>"
    made = extract(PageInput(url=url, html=page, now=NOW)).article
    assert made is not None
    return made


def day(made: Article) -> tuple[str | None, str | None]:
    return (
        (made.published.at.date().isoformat(), made.published.precision) if made.published else (None, None)
    )


@pytest.mark.parametrize(
    ("mark", "lang"),
    [
        ("<div>March 5, 2026</div>", "en"),
        ("<div>5. März 2026, 17.52 Uhr</div>", "de"),
        ("<span>jeudi 5 mars 2026</span>", "fr"),
        ("<td>05.03.2026 17:52</td>", "de"),
        ("<div>5 marca 2026</div>", "pl"),
        ("<div>5 марта 2026, 17:52</div>", "ru"),
        ("<div>2026年3月5日</div>", "ja"),
        ("<div>5 Mart 2026</div>", "tr"),
        (f"<p>{paragraphs()[0] * 2}</p><div>5. März 2026</div>", "de"),
    ],
)
def test_a_date_below_the_headline_needs_no_name(mark: str, lang: str) -> None:
    assert day(article(f"<h1>Bridge</h1>{mark}{TEXT}", lang=lang)) == ("2026-03-05", Precision.DAY)


@pytest.mark.parametrize(
    "mark",
    [
        '<div class="related"><div>March 5, 2026</div></div>',
        "<aside><div>March 5, 2026</div></aside>",
        "<div>Updated March 5, 2026</div>",
        "<div>The vote of March 5, 2026 was the third one in this hall</div>",
        '<span itemprop="dateModified">March 5, 2026</span>',
    ],
)
def test_other_dates_below_the_headline_are_not_the_articles(mark: str) -> None:
    assert article(f"<h1>Bridge</h1>{mark}{TEXT}").published is None


@pytest.mark.parametrize("printed", ["4/2/2026", "4/2/2026 3:05:11 AM", "04-02-2026"])
@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        ('<img src="/pr/2026-04/02/u_image.jpg">', "2026-04-02"),
        ('<img src="/2026/02/04/bridge.jpg">', "2026-02-04"),
        ("<div>MENAFN02042026000193011044ID1109380900</div>", "2026-04-02"),
        ('<img src="/2026/03/17/bridge.jpg">', None),
    ],
)
def test_a_date_with_two_readings_is_settled_by_pictures_and_story_numbers(
    printed: str, picture: str, expected: str | None
) -> None:
    made = article(f'<h1>Bridge</h1><span class="entry-date">{printed}</span>{picture}{TEXT}')
    assert day(made)[0] == expected
    assert made.published_raw == printed


def test_a_story_number_dates_a_page_that_prints_no_date() -> None:
    made = article(f"<h1>Bridge</h1>{TEXT}<div>MENAFN02042026000193011044ID1109380900</div>")
    assert day(made) == ("2026-04-02", Precision.DAY)


def test_one_instant_written_twice_is_printed_with_the_local_offset() -> None:
    head = '<meta property="article:published_time" content="2026-03-04T17:18:13-08:00">'
    made = article(f"<h1>Bridge</h1>{TEXT}", head=head, ld="2026-03-05T01:18:13Z")
    assert made.published is not None
    assert as_printed(made.published) == "2026-03-04T17:18:13-08:00"
    assert made.published.at == datetime(2026, 3, 5, 1, 18, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ld", "meta", "at", "precision"),
    [
        # a local clock with a false Z: no instant can be trusted, the day can
        (
            "2026-03-05T01:25:06Z",
            "2026-03-04T16:25:06+00:00",
            datetime(2026, 3, 4, tzinfo=UTC),
            Precision.DAY,
        ),
        ("2026-03-04T16:25:06Z", "2026-03-05T01:25:06Z", datetime(2026, 3, 4, tzinfo=UTC), Precision.DAY),
        (
            "2026-03-05T09:25:06Z",
            "2026-03-05T09:25:06Z",
            datetime(2026, 3, 5, 9, 25, 6, tzinfo=UTC),
            "instant",
        ),
        (
            "2026-03-05T09:25:06Z",
            "2026-03-05T09:51:40Z",
            datetime(2026, 3, 5, 9, 25, 6, tzinfo=UTC),
            "instant",
        ),
        (
            "2026-03-05T09:25:06+02:00",
            "2026-03-05T09:25:06Z",
            datetime(2026, 3, 5, 7, 25, 6, tzinfo=UTC),
            "instant",
        ),
    ],
)
def test_stamps_that_are_hours_apart_leave_the_day(ld: str, meta: str, at: datetime, precision: str) -> None:
    head = f'<meta property="article:published_time" content="{meta}">'
    stamp = article(f"<h1>Bridge</h1>{TEXT}", head=head, ld=ld).published
    assert stamp is not None
    assert (stamp.at, stamp.precision) == (at, precision)


@pytest.mark.parametrize(
    ("url", "printed"),
    [
        ("https://post.example/news/20260304/bridge", "2026-03-04T23:38:07-01:00"),
        ("https://post.example/2026/03/05/bridge", "2026-03-05T00:38:07+00:00"),
        ("https://post.example/2026/03/06/bridge", "2026-03-05T00:38:07+00:00"),
        ("https://post.example/2026/02/05/bridge", "2026-03-05T00:38:07+00:00"),
        ("https://post.example/bridge", "2026-03-05T00:38:07+00:00"),
    ],
)
def test_a_utc_stamp_is_printed_on_the_day_of_the_address(url: str, printed: str) -> None:
    at = datetime(2026, 3, 5, 0, 38, 7, tzinfo=UTC)
    stamp = Stamp(at, Precision.INSTANT, StampSource.JSONLD, "2026-03-05T00:38:07Z")
    assert as_printed(stamp, url) == printed
    assert datetime.fromisoformat(as_printed(stamp, url)) == at


def test_date_modified_is_no_publication() -> None:
    head = '<meta property="article:modified_time" content="2026-03-09T10:00:00Z">'
    ld = '<script type="application/ld+json">{"@type": "NewsArticle", "dateModified": "2026-03-09"}</script>'
    made = article(f"<h1>Bridge</h1>{TEXT}", head=head + ld)
    assert made.published is None
    made = article(
        f'<h1>Bridge</h1><time itemprop="dateModified" datetime="2026-03-09T10:00:00Z">x</time>{TEXT}'
    )
    assert made.published is None


@pytest.mark.parametrize("name", ["bt:pubDate", "dcterms.issued", "publish-date", "article:published"])
def test_the_meta_tags_of_publishers(name: str) -> None:
    made = article(f"<h1>Bridge</h1>{TEXT}", head=f'<meta name="{name}" content="20260305T09:25:06Z">')
    assert made.published is not None
    assert (made.published.at.isoformat(), made.published.source) == ("2026-03-05T09:25:06+00:00", "meta")


@pytest.mark.parametrize(
    ("ld", "expected"),
    [("2023-05-08", date(2023, 5, 8)), ("2023-05-09T02:00:00Z", date(2023, 5, 8)), (None, None)],
)
def test_the_page_gives_a_dateline_its_year(ld: str | None, expected: date | None) -> None:
    text = TEXT.replace("<p>", "<p>KARSUND, May 8 (Reuters) - ", 1)
    made = article(f"<h1>Bridge</h1>{text}", ld=ld)
    assert (made.located, made.agency, made.dateline_date) == ("KARSUND", "Reuters", expected)


def test_a_day_with_its_clock_below_the_headline_counts_more_than_a_date_elsewhere() -> None:
    elsewhere = '<p><abbr title="2026-05-08">8 May 2026</abbr></p><p>2026-05-08</p>'
    made = article(f'<h1>Bridge</h1><a href="/day">5 Mar 2026 18:29</a>{TEXT}{elsewhere}')
    assert day(made) == ("2026-03-05", Precision.DAY)
