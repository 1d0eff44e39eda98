"""Page -> Article: fields and where they come from, text-only and feed bodies, host boilerplate, the layout
of a re-publisher."""

from __future__ import annotations

import pickle
import re
from datetime import UTC, datetime

import pytest
from extract.pages import LEAD, NEWS, SENTENCES, article_html, paragraphs

from ingest import text
from ingest.extract.page import extract
from ingest.model import ContentType, EntryHints, Flag, PageInput, Precision, Stamp, StampSource
from ingest.reasons import Outcome, Reason

NOW = datetime(2025, 4, 3, tzinfo=UTC)
URL = "https://www.post.example/local/old-bridge-71"


def test_an_article_carries_what_its_page_says() -> None:
    made = extract(
        PageInput(
            url=URL,
            html=article_html(ld=NEWS, head='<link rel="canonical" href="/local/old-bridge-71">'),
            now=NOW,
        )
    )
    article = made.article
    assert article is not None
    assert made.outcome is Outcome.LOADED
    assert article.headline == "Old bridge to be repaired"
    assert article.body_text == "\n\n".join(paragraphs())
    assert article.authors == ("Ada Lind", "Bo Berg")
    assert article.byline == "Ada Lind, Bo Berg"
    assert article.published is not None
    assert article.published.at == datetime(2025, 4, 2, 6, 30, tzinfo=UTC)
    assert (article.published.source, article.published.raw) == (
        StampSource.JSONLD,
        "2025-04-02T08:30:00+02:00",
    )
    assert article.published_raw == "2025-04-02T08:30:00+02:00"
    assert article.modified_at == datetime(2025, 4, 2, 8, 0, tzinfo=UTC)
    assert (article.section, article.keywords) == ("Local", ("bridge", "harbour"))
    assert article.image_url == "https://www.post.example/img/bridge.jpg"
    assert article.canonical_url == "https://www.post.example/local/old-bridge-71"
    assert (article.publisher, article.language, article.content_type) == (
        "The Harbour Post",
        "en",
        ContentType.NEWS,
    )
    assert re.fullmatch(r"wire-ingest/2\+blocks/[\w.]+\+trafilatura/[\d.]+", article.extractor)
    assert article.word_count > 100


def test_input_and_result_cross_processes() -> None:
    given = PageInput(url=URL, html=article_html(ld=NEWS), now=NOW)
    assert pickle.loads(pickle.dumps(extract(given))) == extract(pickle.loads(pickle.dumps(given)))


def test_the_feeds_time_comes_before_the_pages() -> None:
    stamp = Stamp(
        datetime(2025, 4, 2, 6, 0, tzinfo=UTC),
        Precision.INSTANT,
        StampSource.FEED,
        "Wed, 02 Apr 2025 06:00:00 GMT",
    )
    hints = EntryHints(title="Old bridge to be repaired", published=stamp, published_raw=stamp.raw)
    article = extract(PageInput(url=URL, html=article_html(ld=NEWS), hints=hints, now=NOW)).article
    assert article is not None
    assert (article.published, article.published_raw) == (stamp, stamp.raw)


def test_a_date_in_the_address_alone_is_a_day() -> None:
    article = extract(
        PageInput(url="https://post.example/2025/04/01/bridge", html=article_html(), now=NOW)
    ).article
    assert article is not None
    assert article.published is not None
    assert (article.published.source, article.published.precision) == (StampSource.URL, Precision.DAY)
    assert article.published.at == datetime(2025, 4, 1, tzinfo=UTC)


def test_text_alone_needs_no_page() -> None:
    given = PageInput(url=None, text="\n".join(paragraphs()), hints=EntryHints(title="Bridge"), now=NOW)
    article = extract(given).article
    assert article is not None
    assert article.headline == "Bridge"
    assert article.flags == (Flag.TEXT_ONLY,)
    assert article.body_text == "\n\n".join(paragraphs())
    assert extract(PageInput(url=None, text=" \n ")).reason is Reason.EMPTY


def test_a_feeds_content_is_the_article() -> None:
    fragment = "".join(f"<p>{p}</p>" for p in paragraphs())
    hints = EntryHints(title="Old bridge to be repaired", summary="The town repairs its bridge.")
    article = extract(
        PageInput(url=URL, html=fragment, full_text=True, hints=hints, content_type=None, now=NOW)
    ).article
    assert article is not None
    assert Flag.FULL_TEXT_FEED in article.flags
    assert article.headline == "Old bridge to be repaired"
    assert article.body_text == "\n\n".join(paragraphs())


def test_lines_that_repeat_on_the_host_go_and_are_told() -> None:
    house = (
        "The Harbour Post has been printed on the quay since the year of the great flood and lives from "
        "its readers."
    )
    page = article_html(
        body="".join(f"<p>{p}</p>" for p in [*paragraphs()[:4], house, *paragraphs()[4:]]), ld=NEWS
    )
    first = extract(PageInput(url=URL, html=page, now=NOW))
    assert text.line_hash(house) in first.lines
    assert first.article is not None
    assert house in first.article.body_text
    second = extract(PageInput(url=URL, html=page, boilerplate=frozenset({text.line_hash(house)}), now=NOW))
    assert second.article is not None
    assert house not in second.article.body_text
    assert ("host", house) in {(line.rule, line.text) for line in second.dropped}
    assert second.lines == first.lines


def test_a_live_blog_is_marked_and_its_json_ld_body_unused() -> None:
    ld = {**NEWS, "@type": "LiveBlogPosting", "articleBody": "Entry of the live blog. " * 300}
    article = extract(PageInput(url=URL, html=article_html(ld=ld), now=NOW)).article
    assert article is not None
    assert article.content_type is ContentType.LIVE_BLOG
    assert "Entry of the live blog" not in article.body_text


def test_article_body_rescues_a_page_that_holds_no_text() -> None:
    body = "\n".join(paragraphs(20))
    article = extract(
        PageInput(
            url=URL, html=article_html(body="<div id='app'></div>", ld={**NEWS, "articleBody": body}), now=NOW
        )
    ).article
    assert article is not None
    assert article.body_text == "\n\n".join(paragraphs(20))


def test_twenty_equal_paragraphs_become_one() -> None:
    # trafilatura drops repeats next to each other; a score list or a refrain loses them: known, and stated
    # here
    article = extract(PageInput(url=URL, html=article_html(body=f"<p>{LEAD}</p>" * 20), now=NOW)).article
    assert article is not None
    assert article.body_text == LEAD


DISCLAIMER = (
    "Legal Disclaimer: MENAFN provides the information as is without warranty of any kind. We do not accept "
    "any responsibility "
    "for the accuracy of this article. If you have any complaints, kindly contact the provider above."
)
NUMBER = "MENAFN20112025000131011023ID1110375316"


def republished(story: str) -> str:
    """The re-publisher's layout (synthetic): body, disclaimer and story number in equal boxes inside one
    form."""
    side = "".join(
        f"<li><a href='/r{i}'>Global Widget Market Report {i} To Reach New Heights</a></li>"
        for i in range(12)
    )
    boxes = "".join(
        f"<div class='entry-summary tit'>{part}</div>" for part in (story, NUMBER, DISCLAIMER, NUMBER)
    )
    return (
        "<html><head><title>Old bridge to be repaired | MENAFN.COM</title></head><body><form id='aspnetForm'>"
        "<h1>Old bridge to be repaired</h1><div id='ContentPlaceHolder1_div_story'><div "
        f"class='entry-summary'></div>{boxes}</div>"
        f"<ul class='popular-news-list'>{side}</ul></form></body></html>"
    )


CREDITED = f"(MENAFN - Harbour News Agency) {LEAD}"
SUMMARY = "(MENAFN - Harbour News Agency) The council of the harbour town decided on Tuesday evening ..."


@pytest.mark.parametrize("long", [1, 4])
@pytest.mark.parametrize("style", ["breaks", "loose lead", "paragraphs"])
@pytest.mark.parametrize("fed", [False, True])
def test_a_republished_story_keeps_its_credit_and_loses_the_disclaimer(
    style: str, long: int, fed: bool
) -> None:
    parts = [CREDITED, *(f"{s} This is part {n}." for n in range(long) for s in SENTENCES)]
    story = {
        "breaks": "<br><br>".join(parts),
        "loose lead": parts[0] + "".join(f"<p>{p}</p>" for p in parts[1:]),
        "paragraphs": "".join(f"<p>{p}</p>" for p in parts),
    }[style]
    hints = EntryHints(title="Old bridge to be repaired", summary=SUMMARY) if fed else None
    article = extract(
        PageInput(
            url="https://menafn.example/1110375316/Old-bridge", html=republished(story), hints=hints, now=NOW
        )
    ).article
    assert article is not None
    assert (article.agency, article.publisher) == ("Harbour News Agency", "MENAFN")
    assert article.body_text == "\n\n".join([LEAD, *parts[1:]])


def test_an_empty_shell_is_never_its_disclaimer() -> None:
    given = PageInput(url="https://menafn.example/1110375316/Old-bridge", html=republished(""), now=NOW)
    assert extract(given).article is None
    hints = EntryHints(title="Old bridge to be repaired", summary=SUMMARY)
    article = extract(PageInput(url=given.url, html=given.html, hints=hints, now=NOW)).article
    assert article is not None
    assert article.flags == (Flag.SUMMARY_ONLY,)
    assert article.agency == "Harbour News Agency"
    assert "Disclaimer" not in article.body_text


def page_of(title: str, body: str) -> bytes:
    return f"<html><head><title>{title}</title></head><body>{body}</body></html>".encode()


NOTE = page_of("A note", "<main><p>The ferry sails again.</p></main>")
DATED = page_of(
    "Quay",
    "<nav>News Sport Weather</nav><h1>Quay</h1><time datetime='2026-03-10T08:00:00Z'>10 March 2026</time>"
    "<article><p>The quay is open again.</p></article>",
)


@pytest.mark.parametrize(
    ("html", "loads"),
    [
        (NOTE, True),
        (DATED, True),
        (page_of("Oops", "<p>This page does not exist.</p>"), False),
        (page_of("404", "<p>Nothing here, sorry.</p>"), False),
        (page_of("Seite", "<p>Seite nicht gefunden.</p>"), False),
        (page_of("The Post", "<p>Enable JavaScript to go on.</p>"), False),
    ],
)
def test_a_short_text_loads_where_it_is_all_that_its_page_says(html: bytes, loads: bool) -> None:
    made = extract(PageInput(url=URL, html=html))
    assert (made.article is not None) is loads, made
    assert made.article is None or Flag.SHORT in made.article.flags


@pytest.mark.parametrize("html", [NOTE, DATED])
def test_a_page_that_a_feed_lists_is_no_article_with_a_few_words(html: bytes) -> None:
    made = extract(PageInput(url=URL, html=html, hints=EntryHints(title="The ferry sails again")))
    assert (made.article, made.reason) == (None, Reason.TOO_SHORT)
