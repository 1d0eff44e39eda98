"""Pages of bot defences are never news, however long they are; pages of stories are, whatever scripts and
widgets lie on them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from extract.pages import LEAD, NEWS, SENTENCES, article_html, paragraphs

from ingest.extract.challenge import is_vendor_title
from ingest.extract.page import extract
from ingest.model import EntryHints, Extraction, PageInput
from ingest.reasons import Outcome, Reason

NOW = datetime(2026, 3, 10, tzinfo=UTC)
URL = "https://post.example/local/old-bridge-71"
HINTS = EntryHints(
    title="Old bridge to be repaired", summary="The harbour town repairs its old bridge before winter."
)
PADDING = [LEAD, *SENTENCES] * 2
"""Some 240 words in sentences, that stand for whatever a vendor or a host writes around its check."""

CLOUDFLARE = (
    "<script>(function(){window._cf_chl_opt = {cvId: '3', cZone: 'post.example', cType: "
    "'managed'};})();</script>"
)
BACKGROUND = (
    "<script>document.createElement('script').src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'</script>"
)
DATADOME = "<script>var dd={'rt':'c','cid':'AHrl','host':'geo.captcha-delivery.com','s':1}</script>"
DATADOME_FRAME = (
    "<iframe src='https://geo.captcha-delivery.com/captcha/?initialCid=AHrl' width='100%'></iframe>"
)
INCAPSULA = "<iframe id='main-iframe' src='/_Incapsula_Resource?CWUDNSAI=9&incident_id=71'></iframe>"
PERIMETER = (
    "<div id='px-captcha'></div><script>window._pxAppId='PX1';window._pxJsClientSrc='/PX1/init.js';</script>"
)
GUARD = "<script src='/.well-known/ddos-guard/js-challenge/index.js'></script>"
WAF = (
    "<script>window.awsWafCookieDomainList=[];"
    "AwsWafIntegration.getToken().then(()=>location.reload())</script>"
)
GOKU = (
    "<script>window.gokuProps = {'key':'AQ'}; AwsWafIntegration.checkForceRefresh()</script><div "
    "id='challenge-container'></div>"
)
CAPTCHA = (
    "<p>Our systems have detected unusual traffic from your network. Please confirm that you are not a "
    "robot.</p>"
    "<form method='post'><div class='g-recaptcha' data-sitekey='6L'></div><input type='submit' value='Go "
    "on'></form>"
)


def page(
    title: str,
    marks: str = "",
    *,
    heading: str = "post.example",
    head: str = "",
    text: list[str] | None = None,
) -> str:
    body = "".join(f"<p>{p}</p>" for p in (PADDING if text is None else text))
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head>"
        f"<body><h1>{heading}</h1>{marks}{body}</body></html>"
    )


def read(html: str, hints: EntryHints | None = None) -> Extraction:
    return extract(PageInput(URL, html=html, content_type="text/html", hints=hints, now=NOW))


def is_refused(html: str) -> bool:
    found = [read(html), read(html, HINTS)]
    return all(
        (one.article, one.outcome, one.reason) == (None, Outcome.FAILED, Reason.CHALLENGE) for one in found
    )


@pytest.mark.parametrize(
    ("title", "marks"),
    [
        ("Just a moment...", CLOUDFLARE),
        ("Attention Required! | Cloudflare", "<div id='cf-error-details'></div>"),
        ("", INCAPSULA),
        ("Access to this page has been denied.", PERIMETER),
        ("post.example", DATADOME),
        ("post.example", DATADOME_FRAME),
        ("DDoS-Guard", GUARD),
        ("Checking", GUARD),
        ("Sorry", CAPTCHA),
        ("Human Verification", GOKU),
        ("", WAF),
        ("Welcome", CLOUDFLARE),
        ("Harbour Post", "<form id='challenge-form' action='/?__cf_chl_f_tk=a1' method='post'></form>"),
        ("Access Denied", "<p>Reference #18.2d3f1a02.1773140000.5ab1c2d3</p>"),
        ("Request blocked", "<p>Incapsula incident ID: 1234000120-71</p>"),
        (
            "One step",
            "<meta name='robots' content='noindex'><script src='/_Incapsula_Resource?SW=7'></script>",
        ),
    ],
)
def test_a_long_challenge_page_is_never_news(title: str, marks: str) -> None:
    assert is_refused(page(title, marks))


@pytest.mark.parametrize(
    "title",
    [
        "Just a moment...",
        "JUST  A\n MOMENT…",
        "Just&nbsp;a&#32;moment&hellip;",
        "Just a\u200b moment",
        "just a moment | post.example",
        "Un momento…",
        "Un instant…",
        "Nur einen Moment…",
        "Einen Moment, bitte",
        "Einen Moment bitte...",
        "Um momento…",
        "Een moment geduld",
        "Один момент…",
        "请稍候…",
        "しばらくお待ちください...",
        "잠시만 기다리십시오…",
        "Lütfen bekleyin...",
        "ATTENTION REQUIRED! | CLOUDFLARE",
        "Checking your browser before accessing post.example",
        "Pardon Our Interruption...",
    ],
)
@pytest.mark.parametrize("claims", ["", json.dumps(NEWS)])
def test_a_vendors_title_is_known_in_every_spelling(title: str, claims: str) -> None:
    head = f'<script type="application/ld+json">{claims}</script>' if claims else ""
    assert is_refused(page(title, BACKGROUND, head=head, text=["Checking if the site connection is secure."]))
    assert is_refused(page(title, BACKGROUND, head=head))
    assert is_refused(page(title, CLOUDFLARE, head=head, heading="Old bridge to be repaired"))


def test_a_short_check_that_claims_to_be_an_article_is_none() -> None:
    claims = f'<script type="application/ld+json">{json.dumps(NEWS)}</script>'
    assert is_refused(
        page(
            "Just a moment...",
            head=claims,
            text=["The site makes sure that its readers are people. It takes a while."],
        )
    )


@pytest.mark.parametrize(
    "marks",
    [
        BACKGROUND,
        "<script>window._pxAppId='PX1'</script><script "
        "src='https://client.perimeterx.net/PX1/main.min.js'></script>",
        "<script>window.ddjskey='A1'</script><script src='https://js.datadome.co/tags.js'></script>",
        "<script src='/_Incapsula_Resource?SWJIYLWA=719d'></script>",
        "<script src='https://a1.edge.sdk.awswaf.com/a1/challenge.js' defer></script>",
        "<script src='https://www.google.com/recaptcha/api.js'></script><form><textarea "
        "name='comment'></textarea>"
        "<div class='g-recaptcha'></div></form>",
        "<form><input type='email' name='mail'><div class='cf-turnstile'></div></form>",
        "<style>#px-captcha-modal{z-index:9}</style>",
    ],
)
def test_vendors_scripts_on_a_story_refuse_nothing(marks: str) -> None:
    text = "".join(f"<p>{p}</p>" for p in paragraphs())
    bare = page("Old bridge to be repaired", marks, heading="Old bridge to be repaired", text=paragraphs())
    for html in (article_html(body=text + marks), article_html(body=text + marks, ld=NEWS), bare):
        assert read(html).article is not None
        assert read(html, HINTS).article is not None


def test_a_heading_over_a_loader_refuses_nothing_where_the_title_is_the_announced_one() -> None:
    html = page("Old bridge to be repaired", BACKGROUND, heading="One moment, please", text=paragraphs())
    assert read(html, HINTS).article is not None


@pytest.mark.parametrize(
    "marks",
    [
        "<script>AwsWafCaptcha.renderCaptcha(box)</script>",
        "<div id='captcha-container'></div>",
        "<p>Reference #18.2d3f1a02.1773140000.5ab1c2d3</p>",
    ],
)
def test_what_lies_on_forms_of_stories_too_refuses_no_long_text(marks: str) -> None:
    assert read(page("A bridge and its town", marks, text=PADDING * 3)).article is not None


@pytest.mark.parametrize(
    "title",
    [
        "Just a moment: how Cloudflare checks its visitors",
        "Attention required: ferry pilots wanted",
        "Un momento storico per il porto",
        "Are you human? The captcha turns twenty",
        "Access denied: readers tell of captchas",
    ],
)
def test_a_story_about_challenges_is_news(title: str) -> None:
    quoted = (
        "<p>Visitors read “verify you are human”; the page's source has <code>window._cf_chl_opt = "
        "{}</code> in it.</p>"
    )
    state = f'<script type="application/json">{json.dumps({"text": "window._cf_chl_opt = {}"})}</script>'
    body = "".join(f"<p>{p}</p>" for p in PADDING) + quoted + state + BACKGROUND
    assert read(article_html(title=title, body=body)).article is not None
    short = article_html(
        title=title, body=f"<p>{LEAD}</p>{quoted}{state}{BACKGROUND}", ld={**NEWS, "headline": title}
    )
    assert read(short).article is not None
    assert (
        read(
            article_html(title=title, body=f"<p>{LEAD}</p>{quoted}{BACKGROUND}"), EntryHints(title=title)
        ).article
        is not None
    )


def test_a_headline_that_reads_like_a_vendors_title_is_its_feeds_word() -> None:
    html = article_html(title="Just a moment...", body="".join(f"<p>{p}</p>" for p in PADDING) + BACKGROUND)
    assert read(html).reason is Reason.CHALLENGE
    assert read(html, EntryHints(title="Just a moment...")).article is not None
    assert (
        read(html.replace(BACKGROUND, CLOUDFLARE), EntryHints(title="Just a moment...")).reason
        is Reason.CHALLENGE
    )


def test_only_whole_titles_are_a_vendors() -> None:
    assert is_vendor_title("Just a moment\u2026 - news.post.example")
    assert not is_vendor_title("Just a moment that changed the town")
    assert not is_vendor_title("Attention required at the crossing")
