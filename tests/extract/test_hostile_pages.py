"""Each hostile or broken page has its demanded result: an outcome with a reason, never an exception and never
a false article."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from extract.pages import LEAD, NEWS, article_html, paragraphs

from ingest.extract.page import extract
from ingest.model import EntryHints, Extraction, Flag, PageInput
from ingest.reasons import Outcome, Reason

NOW = datetime(2025, 4, 3, tzinfo=UTC)
URL = "https://post.example/local/old-bridge-71"
SUMMARY = (
    "The harbour town repairs its old bridge before winter; the council voted for it on Tuesday after "
    "a long debate."
)


def read(
    html: str | bytes,
    *,
    summary: str | None = None,
    status: int = 200,
    content_type: str | None = "text/html",
    url: str = URL,
) -> Extraction:
    hints = EntryHints(title="Old bridge to be repaired", summary=summary) if summary else None
    return extract(
        PageInput(url=url, html=html, status=status, content_type=content_type, hints=hints, now=NOW)
    )


def failed(made: Extraction, reason: Reason) -> bool:
    return (
        made.article is None and made.outcome in (Outcome.FAILED, Outcome.SKIPPED) and made.reason is reason
    )


@pytest.mark.parametrize("tag", ["div", "span", "b"])
@pytest.mark.parametrize("depth", [2_500, 20_000])
def test_deep_nesting_is_told_and_never_loaded_as_a_heading(tag: str, depth: int) -> None:
    page = article_html(
        body=f"<{tag}>" * depth + "".join(f"<p>{p}</p>" for p in paragraphs()) + f"</{tag}>" * depth
    )
    assert failed(read(page), Reason.NESTED_TOO_DEEP)
    kept = read(page, summary=SUMMARY).article
    assert kept is not None
    assert kept.body_text == SUMMARY
    assert Flag.SUMMARY_ONLY in kept.flags


def test_a_ten_megabyte_text_node_is_a_limit_not_an_article() -> None:
    assert failed(read(article_html(body=f"<p>{(LEAD + ' ') * 75_000}</p>")), Reason.PARSE_LIMIT)


def test_an_oversized_json_ld_block_is_left_out_and_the_text_still_read() -> None:
    page = article_html(ld={**NEWS, "articleBody": "word " * 1_900_000}, body=None)
    made = read(page)
    assert failed(made, Reason.PARSE_LIMIT)
    smaller = read(article_html(ld={**NEWS, "headline": "From JSON-LD", "articleBody": "word " * 200_000}))
    assert smaller.article is not None
    assert smaller.article.headline == "Old bridge to be repaired"
    assert "word word" not in smaller.article.body_text


@pytest.mark.parametrize(
    "body",
    [
        "".join(f'<a href="/x{i}">link {i}</a>' for i in range(200_000)),
        "<i>x</i>" * 300_000,
        "<div " + " ".join(f'a{i}="{i}"' for i in range(100_000)) + ">text</div>",
        "<div " + " ".join(f'xmlns:n{i}="urn:{i}"' for i in range(100_000)) + ">text</div>",
    ],
    ids=["links", "tags", "attributes", "namespaces"],
)
def test_markup_that_takes_minutes_is_refused_unparsed(body: str) -> None:
    assert failed(read(article_html(body=body)), Reason.PARSE_LIMIT)


@pytest.mark.parametrize(
    ("title", "body", "status"),
    [
        ("Just a moment...", "<p>Checking if the site connection is secure.</p>", 200),
        ("Access denied", "<p>You do not have permission to view this page. Reference #18.2.</p>", 403),
        ("post.example", '<div id="px-captcha"></div><p>Press and hold the button.</p>', 200),
        (
            "Attention Required! | Shield",
            '<div class="cf-captcha-container"><p>One more step. Please complete the check.</p></div>',
            503,
        ),
    ],
)
def test_a_challenge_page_is_never_news(title: str, body: str, status: int) -> None:
    page = article_html(title=title, body=body)
    assert failed(read(page, status=status), Reason.CHALLENGE)
    assert failed(read(page, status=status, summary=SUMMARY), Reason.CHALLENGE)


def test_a_consent_page_is_never_news() -> None:
    body = "".join(
        f"<p>{text}</p>"
        for text in (
            "We and our 812 partners store and access information on your device, such as cookies.",
            "You can change your consent at any time in the privacy settings of this site.",
            "Some partners process personal data on the basis of legitimate interest; you may object.",
        )
    )
    assert failed(read(article_html(title="Before you continue", body=body), summary=SUMMARY), Reason.CONSENT)


def test_a_story_about_captchas_and_cookies_is_news() -> None:
    body = "".join(f"<p>{p} The captcha and the cookie consent banner stayed.</p>" for p in paragraphs())
    made = read(
        article_html(
            title="Access denied: how captchas wear us out",
            body=body,
            ld={**NEWS, "headline": "How captchas wear us out"},
        )
    )
    assert made.article is not None


def test_a_paywall_stub_keeps_the_feeds_summary_or_is_an_outcome() -> None:
    body = (
        f"<p>{LEAD[:90]}...</p><div class='wall'><p>Subscribe now to continue reading this article.</p></div>"
    )
    page = article_html(body=body, ld={**NEWS, "isAccessibleForFree": False})
    assert failed(read(page), Reason.PAYWALL)
    kept = read(page, summary=SUMMARY).article
    assert kept is not None
    assert kept.body_text == SUMMARY
    assert {Flag.SUMMARY_ONLY, Flag.PAYWALL} <= set(kept.flags)


def test_a_metered_page_with_its_whole_text_is_an_article() -> None:
    made = read(article_html(ld={**NEWS, "isAccessibleForFree": "False"}))
    assert made.article is not None
    assert Flag.PAYWALL in made.article.flags
    assert Flag.TRUNCATED not in made.article.flags


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3 1 0 obj <<", "text/html"),
        (b'{"status": "ok", "html": "<p>no</p>"}', None),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, None),
        (b"<?xml version='1.0'?><rss version='2.0'><channel></channel></rss>", "text/html"),
        (b"\xff\xd8\xff\xe0 <html><body><p>x</p></body></html>", "image/jpeg"),
        (b"%PDF-1.7 <html><body><p>x</p></body></html>", "application/pdf"),
        (b"body { color: red } /* <p> */", "text/css"),
        (b"<rss version='2.0'><channel></channel></rss>", "application/pdf"),
        (b"plain words without any markup", "text/html"),
    ],
)
def test_what_is_no_html_is_skipped(body: bytes, content_type: str | None) -> None:
    assert failed(read(body, content_type=content_type), Reason.NOT_HTML)


@pytest.mark.parametrize(
    "kind", ["application/pdf", "/", "image/jpeg", "text/css", "application/json; charset=utf-8"]
)
@pytest.mark.parametrize(
    "start",
    [
        "",
        "\ufeff",
        "\r\n \t",
        "<!-- <p> of the press --> <!--7-->",
        '<?xml version="1.0" encoding="utf-8"?>\n',
    ],
)
def test_what_begins_as_html_is_html_whatever_its_server_says(kind: str, start: str) -> None:
    for page in (article_html(), article_html().removeprefix("<!DOCTYPE html>"), "<div>" + article_html()):
        assert read((start + page).encode(), content_type=kind).article is not None


def test_comments_without_end_cost_no_more_than_their_length() -> None:
    assert failed(read(b"<!-- x" * 100_000, content_type="application/pdf"), Reason.NOT_HTML)


@pytest.mark.parametrize("html", [b"", "", b"<html></html>", "<!-- -->", "<html><body></body></html>"])
def test_an_empty_page_is_empty_or_the_summary(html: str | bytes) -> None:
    assert read(html).article is None
    kept = read("<html><body></body></html>", summary=SUMMARY).article
    assert kept is not None
    assert Flag.SUMMARY_ONLY in kept.flags


def test_script_source_is_not_an_article() -> None:
    code = "".join(
        f"<p>var a{i} = {{ b: {i} }}; if (a{i}.b == {i}) {{ window.x = a{i}; }} return;</p>"
        for i in range(40)
    )
    assert failed(read(article_html(body=code, title="app")), Reason.CODE_LIKE)


def test_a_home_page_is_no_article() -> None:
    links = "".join(
        f"<h3><a href='/s{i}'>Story number {i} of the day in the harbour</a></h3>" for i in range(60)
    )
    page = (
        "<html><head><title>The Harbour "
        f"Post</title></head><body><main>{links}<p>{LEAD}</p></main></body></html>"
    )
    assert failed(read(page, url="https://post.example/"), Reason.NOT_ARTICLE)


def test_less_than_the_feed_said_is_too_short() -> None:
    made = read(article_html(body="<p>The bridge will be repaired.</p>"))
    assert failed(made, Reason.TOO_SHORT)
    kept = read(article_html(body="<p>The old bridge will be repaired, says the town.</p>"), summary=SUMMARY)
    assert kept.article is not None
    assert kept.article.body_text == SUMMARY


def test_control_characters_and_nul_leave_no_trace() -> None:
    page = article_html().replace("Mayor", "May\x00or\x08").replace("<h1>Old", "<h1>\x0bOld\x1f")
    made = read(page)
    assert made.article is not None
    assert not any(ord(c) < 32 and c != "\n" for c in made.article.body_text + (made.article.headline or ""))


def test_links_other_than_http_never_become_fields() -> None:
    head = (
        '<link rel="canonical" href="javascript:alert(1)"><meta property="og:image" '
        'content="data:image/png;base64,AAAA">'
    )
    made = read(article_html(head=head))
    assert made.article is not None
    assert made.article.canonical_url is None
    assert made.article.image_url is None


def test_markup_in_titles_and_names_becomes_plain_text() -> None:
    page = article_html(
        title="Local",
        head='<meta property="og:title" content="Old &lt;b&gt;bridge&lt;/b&gt; &amp;amp; quay">',
    )
    made = read(page)
    assert made.article is not None
    assert "<" not in (made.article.headline or "")
    assert "& quay" in (made.article.headline or "")


@pytest.mark.parametrize(
    "raw", ["0000-00-00", "-0001-11-30T00:00:00Z", "9999-12-31", "2025-02-31", "1970-01-01T00:00:00Z"]
)
def test_an_impossible_date_gives_way_and_its_raw_string_is_kept(raw: str) -> None:
    made = read(article_html(ld={**NEWS, "datePublished": raw}))
    assert made.article is not None
    assert made.article.published is None
    assert made.article.published_raw == raw


def test_numbers_in_the_text_make_no_date() -> None:
    body = "".join(
        f"<p>{p} Flight 19980101 and lot 1998/01 were named in file 20010911.</p>" for p in paragraphs()
    )
    made = read(article_html(body=body))
    assert made.article is not None
    assert made.article.published is None


def test_bytes_in_an_undeclared_encoding_are_read() -> None:
    page = article_html(title="Brücke über die Förde wird repariert", head="<meta charset='windows-1252'>")
    made = read(page.encode("windows-1252"))
    assert made.article is not None
    assert made.article.headline == "Brücke über die Förde wird repariert"


def test_lone_surrogates_do_not_raise() -> None:
    made = read(article_html().replace("Mayor", "May\ud800or"))
    assert made.article is not None
    made.article.body_text.encode("utf-8")


def test_an_address_that_is_no_address_does_not_raise() -> None:
    assert read(article_html(), url="http://[::1/broken").article is not None


def test_a_short_item_on_privacy_is_news() -> None:
    """Seen in a replay of a real feed: two sentences on an app's privacy rules, bare, were taken for a
    consent page."""
    body = (
        "<h1>Valley app needs privacy promise</h1><p>The council's walking app keeps personal data of "
        "its users for a year.</p>"
    )
    body += (
        "<p>Privacy rules must be printed before it is offered again, and its partners named, the "
        "council said on Monday.</p>"
    )
    page = f"<html><head><title>Valley app needs privacy promise</title></head><body>{body}</body></html>"
    assert extract(PageInput("https://paper.example/2026/app", html=page)).article is not None


OFFER = (
    "A subscription gives you every story of the harbour, the tide table and the crossword, on paper or "
    "on any screen you own."
)


CALLS = [
    "Subscribe to continue reading",
    "Log in to read the full story",
    "Subscribe",
    "Sign in | The Harbour Post",
]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("times", [0, 1, 12])
def test_a_paywalls_own_page_has_neither_the_headline_nor_the_text(call: str, times: int) -> None:
    body = "".join(f"<p>{OFFER} Offer {n} holds for a year and ends by itself.</p>" for n in range(times))
    page = article_html(title=call, body=f"{body}<p>Already a subscriber? Log in to continue reading.</p>")
    assert failed(read(page), Reason.PAYWALL)
    kept = read(page, summary=SUMMARY).article
    assert kept is not None
    assert (kept.headline, kept.body_text) == ("Old bridge to be repaired", SUMMARY)
    assert kept.flags == (Flag.SUMMARY_ONLY, Flag.PAYWALL)


def test_a_paywalls_heading_yields_to_the_feeds_title_unless_json_ld_has_one() -> None:
    body = f"<p>{LEAD[:60]}...</p><p>Subscribe now to continue reading this article.</p>"
    bare = read(article_html(title="Readers of the Post know more", body=body), summary=SUMMARY).article
    told = {**NEWS, "headline": "Old bridge repaired at last", "isAccessibleForFree": False}
    said = read(
        article_html(title="Readers of the Post know more", body=body, ld=told), summary=SUMMARY
    ).article
    assert (bare and bare.headline, said and said.headline) == (
        "Old bridge to be repaired",
        "Old bridge repaired at last",
    )


@pytest.mark.parametrize(
    "title",
    [
        "Register to vote on Monday",
        "Subscribe or perish: how papers sell",
        "Log in, log out: a day at sea",
        "Para suscriptores: el puente del pueblo",
        "会員限定のセールで混乱",
        "Already a member of the guild, the town looks north",
        "Register - a town weekly closes after a century",
        "Register voters to access full story of polls, court says",
    ],
)
def test_a_story_about_subscribing_is_news(title: str) -> None:
    made = read(article_html(title=title)).article
    assert made is not None
    assert made.headline == title


def test_a_headline_that_calls_to_read_on_is_its_feeds_or_its_own_word() -> None:
    title = "Continue reading: ten novels from the harbour"
    assert read(article_html(title=title, ld={**NEWS, "headline": title})).article is not None
    hints = EntryHints(title=title, summary="Ten novels for the winter.")
    assert extract(PageInput(URL, html=article_html(title=title), hints=hints, now=NOW)).article is not None
