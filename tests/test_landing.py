"""Where redirects end: articles are kept, pages that sites send dead links to are told apart by their
address."""

from __future__ import annotations

import pytest

from ingest.model import HostRule
from ingest.urls.identity import HostRules
from ingest.urls.landing import dead_end, is_doubtful, prints, refresh_target

RULES = HostRules([HostRule("numbers.example", r"/(\d{6,})")])
SITE = "https://news.example"
STORY = f"{SITE}/world/2026/harbour-toll-rises-again"

DEAD_ENDS = [
    (f"{SITE}/", "the home page"),
    (f"{SITE}", "the home page"),
    ("https://www.news.example/index.html", "the home page"),
    (f"{SITE}/en/", "the home page"),
    (f"{SITE}/pt-BR", "the home page"),
    (f"{SITE}/en/home", "the home page"),
    (f"{SITE}/?error=404", "the home page"),
    (f"{SITE}/?lang=de#top", "the home page"),
    ("https://other.example/", "the home page"),
    (f"{SITE}/world", "the section that it was in"),
    (f"{SITE}/World/2026/", "the section that it was in"),
    (f"{SITE}/tag/harbour", "a list of articles"),
    (f"{SITE}/404", "an error page"),
    (f"{SITE}/de/404.html", "an error page"),
    (f"{SITE}/errors/not-found.aspx?aspxerrorpath=/world/2026", "an error page"),
    (f"{SITE}/search?q=harbour+toll+2026", "a search"),
    (f"{SITE}/?s=harbour+toll+2026", "a search"),
    (f"{SITE}/login?next=/world/2026/harbour-toll-rises-again", "a login page"),
    (f"{SITE}/users/sign_in", "a login page"),
    ("https://accounts.news.example/choose?next=/world", "a login page"),
    ("https://www.hugedomains.com/domain_profile.cfm?d=news.example", "a domain for sale"),
    ("https://ads.example.org/lander?domain=news.example", "a domain for sale"),
    ("https://brokers.example.org/forsale/news.example", "a domain for sale"),
    ("https://ww1.news.example/lander?usid=12", "a domain for sale"),
]
KEPT = [
    (STORY, "http://news.example/world/2026/harbour-toll-rises-again/?utm_source=rss"),
    (STORY, f"{STORY}/amp"),
    (STORY, f"{SITE}/2026/03/10/harbour-toll-rises-again"),
    (STORY, f"{SITE}/?p=5512"),
    (STORY, "https://other.example/syndicated/harbour-toll-rises-again"),
    (STORY, "https://cache.example.org/c/news.example/world/2026/harbour-toll-rises-again"),
    (STORY, f"{SITE}/archive/2026/03/55120"),
    (f"{SITE}/s/x1", f"{SITE}/harbour"),
    ("https://sho.example/Ab3", STORY),
    (f"{SITE}/?p=5512", f"{SITE}/opinion/harbour-toll"),
    (f"{SITE}/harbour/page/2", f"{SITE}/harbour"),
    # what a feed itself links to
    ("http://news.example", "https://www.news.example/"),
    ("http://news.example/", f"{SITE}/en/"),
    (f"{SITE}/flash", f"{SITE}/flash/today"),
    (f"{SITE}/tag/harbour", f"{SITE}/topic/harbour"),
    (f"{SITE}/login", f"{SITE}/users/sign_in"),
]


@pytest.mark.parametrize(("final", "what"), DEAD_ENDS)
def test_a_story_redirected_to_no_article(final: str, what: str) -> None:
    assert dead_end(STORY, final, RULES) == what


@pytest.mark.parametrize(("requested", "final"), KEPT)
def test_a_redirect_that_may_lead_to_the_article(requested: str, final: str) -> None:
    assert dead_end(requested, final, RULES) is None


@pytest.mark.parametrize(
    ("requested", "final", "doubtful"),
    [
        (STORY, f"{SITE}/politics", True),
        (f"{SITE}/?p=5512", f"{SITE}/opinion/harbour-toll", True),
        (STORY, f"{SITE}/2026/03/10/harbour-toll-rises-again", False),
        (f"{SITE}/s/x1", f"{SITE}/harbour", True),
        (f"{SITE}/world/story-1", f"{SITE}/world", True),
        (f"{SITE}/story-1", f"{SITE}/world", True),
        (f"{SITE}/world", f"{SITE}/news", False),
        (f"{SITE}/flash", f"{SITE}/flash/today", False),
        (f"{SITE}/", f"{SITE}/live", False),
        ("https://numbers.example/a-story-of-the-day", "https://numbers.example/1234567", False),
    ],
)
def test_an_address_that_may_be_a_sections(requested: str, final: str, doubtful: bool) -> None:
    assert is_doubtful(requested, final, RULES) is doubtful


@pytest.mark.parametrize(
    ("headline", "requested", "title", "same"),
    [
        ("Harbour toll rises again", f"{SITE}/?p=5512", "Harbour toll rises again", True),
        ("Toll at the harbour rises", STORY, None, True),
        ("Hafenmaut: Rat beschließt Erhöhung", f"{SITE}/?p=1", "Rat beschließt höhere Hafenmaut", True),
        ("港口收费", f"{SITE}/?p=1", "港口收费上涨", True),
        ("港口今年再次提高收费", f"{SITE}/?p=1", "港口收费上涨", True),
        ("国际新闻", f"{SITE}/?p=1", "港口收费上涨", False),
        ("Leaky roof forces museum to close", f"{SITE}/s/x1", "Museum roof leaks after storm", True),
        ("The day in the harbour district", f"{SITE}/s/x1", "The harbour toll rises", False),
        ("The owl box", f"{SITE}/s/x1", "The owl box in use again", True),
        ("World", f"{SITE}/world/story-1", "The harbour toll rises", False),
        ("Politics", STORY, "Harbour toll rises again", False),
        ("Politics and more from the harbour desk", STORY, "Harbour toll rises again", False),
        (None, STORY, "Harbour toll rises again", False),
        ("Anything", f"{SITE}/?p=5512", None, True),
    ],
)
def test_a_page_is_the_story_if_its_headline_is(
    headline: str | None, requested: str, title: str | None, same: bool
) -> None:
    assert prints(headline, requested, title) is same


@pytest.mark.parametrize(
    ("head", "target"),
    [
        ('<meta http-equiv="refresh" content="0;url=/">', f"{SITE}/"),
        ("<META content='5; URL=\"../\"' HTTP-EQUIV='Refresh'>", f"{SITE}/world/"),
        ("<meta http-equiv=refresh content=0;/en/?a=1&amp;b=2>", f"{SITE}/en/?a=1&b=2"),
        ('<meta http-equiv="refresh" content="600; url=/">', None),
        ('<meta http-equiv="refresh" content="30">', None),
        ('<noscript><meta http-equiv="refresh" content="0;url=/"></noscript>', None),
        ('<!-- <meta http-equiv="refresh" content="0;url=/"> -->', None),
        ('<meta http-equiv="refresh" content="0;url=javascript:alert(1)">', None),
        ('<meta http-equiv="refresh" content="0;url=http://[half/">', None),
        ('<meta http-equiv="refresh" content="0;url=//[no-address]/">', None),
        ('<meta http-equiv="refresh" content="0;url=https://desk.example:port/">', None),
        ("<title>refresh</title>", None),
    ],
)
def test_where_a_page_sends_its_reader_by_itself(head: str, target: str | None) -> None:
    html = f"<html><head>{head}</head><body><p>One moment.</p></body></html>"
    assert refresh_target(html.encode(), STORY) == target
