"""Bot defences, consent walls and stories alike set their text in <div> and <br>: what refuses a page is what
it demands, not where its text stands."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from extract.pages import LEAD, SENTENCES

from ingest.extract.page import extract
from ingest.model import PageInput
from ingest.reasons import Outcome, Reason

BEACON = (
    "<script>(function(){var s=document.createElement('script');"
    "s.src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'})()</script>"
)
COMMENT_FORM = (
    "<form action='/comment'><textarea name='text'></textarea><div class='{box}' data-sitekey='k'></div>"
    "<button>Send</button></form>"
)
CAPTCHA_API = "<script src='https://www.google.com/recaptcha/api.js?render=6L'></script>"


def page(body: str, *, title: str = "post.example", head: str = "") -> str:
    return f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


def story(text: str, marks: str) -> str:
    return page(
        f"<h1>Old bridge to be repaired</h1>{text}{marks}<div>Contact the newsroom</div>",
        title="Old bridge to be repaired - The Harbour Post",
    )


LONG = (LEAD, *SENTENCES)
SHORT = (LEAD, SENTENCES[0])


@pytest.mark.parametrize(
    "marks",
    [
        BEACON,
        COMMENT_FORM.format(box="g-recaptcha"),
        COMMENT_FORM.format(box="cf-turnstile"),
        COMMENT_FORM.format(box="h-captcha") + "<script src='https://hcaptcha.com/1/api.js'></script>",
        "<form><input type=email name=mail><div class='g-recaptcha'></div></form>" + BEACON,
    ],
)
@pytest.mark.parametrize("texts", [LONG, SHORT], ids=["long", "short"])
@pytest.mark.parametrize(
    "set_text",
    [
        lambda texts: f"<div class='story'>{'<br><br>'.join(texts)}</div>",
        lambda texts: "".join(f"<div>{text}</div>" for text in texts),
        lambda texts: "".join(f"<p>{text}</p>" for text in texts),
    ],
    ids=["br", "div", "p"],
)
def test_a_story_beside_a_bot_defence_loads(
    marks: str, texts: tuple[str, ...], set_text: Callable[[tuple[str, ...]], str]
) -> None:
    made = extract(PageInput(url=None, html=story(set_text(texts), marks), content_type="text/html"))
    assert made.article is not None, (made.reason, made.detail)
    assert made.article.body_text.split("\n\n")[: len(texts)] == list(texts)


@pytest.mark.parametrize(
    "marks",
    [
        CAPTCHA_API + "<div class='g-recaptcha' data-size='invisible'></div>",
        "<script src='https://js.datadome.co/tags.js'></script>",
        "<script>window._pxAppId='PX1'</script>",
        "<script src='https://a1.edge.sdk.awswaf.com/a1/challenge.js' defer></script>",
    ],
)
def test_a_long_story_without_paragraphs_loads_beside_any_vendors_script(marks: str) -> None:
    html = story(f"<div>{'<br><br>'.join(LONG)}</div>", marks)
    made = extract(PageInput(url=None, html=html, content_type="text/html"))
    assert made.article is not None, (made.reason, made.detail)


@pytest.mark.parametrize(
    "html",
    [
        page(
            "<div>Verify you are human by completing the action below.</div><div class='cf-turnstile'></div>"
            "<div>post.example needs to review the security of your connection before proceeding.</div>"
        ),
        page(
            "<div class='main'>Checking your browser before accessing post.example.<br><br>This process is "
            "automatic. Your browser will redirect to your requested content shortly.</div>" + BEACON,
            title="Just a moment...",
        ),
        page("<div>Press &amp; Hold to confirm you are<br>a human.</div><div id='px-captcha'></div>"),
        page(
            "<div>Please enable JS and disable any ad blocker</div><script>var dd={'host':"
            "'geo.captcha-delivery.com'}</script>"
        ),
        page("<iframe src='/_Incapsula_Resource?SWUDNSAI=31&incident_id=1'>Request unsuccessful.</iframe>"),
        page(
            "<div>You don't have permission to access this page on this server.<br>"
            "Reference #18.2d3f1a02.1773140000.5ab1c2d3</div>",
            title="Access Denied",
        ),
        page("<div id='sec-if-cpt-container'>Powered and protected by privacy</div>"),
        page("<script>window.KPSDK={};KPSDK.now=Date.now;</script><script src='/149e9513/ips.js'></script>"),
        page(
            "<div id='captcha-container'></div><script>AwsWafCaptcha.renderCaptcha(x)</script>"
            "<div>Let's confirm you are human. Complete the security check before continuing.</div>",
            title="Human Verification",
        ),
        page(
            "<div>You are seeing this because the administrator of this website has set up Anubis to "
            "protect the server against the scourge of companies that scrape websites.<br><br>Anubis is a "
            "compromise. Please note that it requires the use of modern JavaScript features.</div>",
            title="Making sure you&#39;re not a bot!",
        ),
        page(
            "<div>Проверка браузера перед переходом на сайт. Это займёт несколько секунд.</div>"
            "<script src='/.well-known/ddos-guard/check'></script>",
            title="DDoS-Guard",
        ),
        page("<div>You are being redirected...</div><script>sucuri_cloudproxy_js='';</script>"),
        page(
            "<div>Our systems have detected unusual traffic from your computer.<br>This page checks to "
            "see if it's really you sending the requests, and not a robot.</div><form method=post>"
            "<div class='g-recaptcha'></div><input type=hidden name=q></form>",
            title="https://post.example/local/old-bridge-71",
        ),
        page(
            "<div>To continue, please confirm that you are not a robot.<br>Complete the captcha.</div>"
            "<form><div class='h-captcha'></div><input type=submit></form>",
            title="Robot Check",
        ),
        page(
            "<div>One more step. Please complete the security check to access post.example.</div>"
            "<div class='cf-captcha-container'></div>",
            title="Attention Required! | Cloudflare",
        ),
        page(
            "<div>Bitte bestätigen Sie, dass Sie kein Roboter sind.</div><div class='frc-captcha'></div>"
            "<script src='https://geo.captcha.example/geo.captcha.js'></script>"
        ),
    ],
)
def test_a_bot_defences_own_page_is_refused_wherever_its_text_stands(html: str) -> None:
    made = extract(PageInput(url=None, html=html, content_type="text/html"))
    assert (made.article, made.outcome, made.reason) == (None, Outcome.FAILED, Reason.CHALLENGE)


@pytest.mark.parametrize(
    "html",
    [
        page(
            "<div><p>We and our 842 partners store and access personal data with cookies.</p>"
            "<p>You may change your consent choices at any time through the privacy settings.</p></div>"
            "<button>Accept all</button>",
            title="Your privacy",
        ),
        page(
            "<p>Mit Ihrer Zustimmung verwenden wir und unsere Partner Cookies für Werbung und Messung.</p>"
            "<button>Akzeptieren</button>",
            title="Zustimmung",
        ),
    ],
)
def test_a_consent_wall_is_refused(html: str) -> None:
    made = extract(PageInput(url=None, html=html, content_type="text/html"))
    assert (made.article, made.reason) == (None, Reason.CONSENT)
