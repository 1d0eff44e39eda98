"""URLs as identities: the vectors of tests/vectors/url_keys.json, canonical links, feed links, hosts and
domains."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.model import HostRule, article_id
from ingest.urls.domains import ascii_host
from ingest.urls.identity import (
    LINK_CAP,
    HostRules,
    clean_link,
    host_of,
    identity,
    origin_of,
    registrable_domain,
    url_key,
)

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vectors" / "url_keys.json").read_text("utf-8"))
RULES = HostRules([HostRule(rule["host"], rule["identity"]) for rule in VECTORS["rules"]])
SPELLINGS = [(key, url) for key, urls in VECTORS["one_story"] for url in urls]


@pytest.mark.parametrize(("key", "url"), SPELLINGS)
def test_every_spelling_of_a_story_has_its_key(key: str, url: str) -> None:
    assert url_key(url, RULES) == key


@pytest.mark.parametrize(("one", "other"), VECTORS["apart"])
def test_two_stories_keep_two_keys(one: str, other: str) -> None:
    assert url_key(one, RULES) != url_key(other, RULES)


@pytest.mark.parametrize(
    ("key", "url"), [pair for pair in SPELLINGS if "#" not in pair[0] and pair[1].startswith("http")]
)
def test_a_key_is_the_key_of_its_own_url(key: str, url: str) -> None:
    assert url_key(f"https://{key}", RULES) == key


def test_the_article_id_follows_the_key() -> None:
    one, other = "https://www.bbc.co.uk/news/uk-1?at_medium=RSS", "http://bbc.co.uk/news/uk-1"
    assert article_id(url_key(one, RULES)) == article_id(url_key(other, RULES))


@given(st.text(max_size=200))
def test_no_string_breaks_the_key_or_a_link(text: str) -> None:
    assert isinstance(url_key("https://a.example/" + text, RULES), str)
    assert isinstance(url_key(text, RULES), str)
    link = clean_link(text, "https://a.example/feed.xml")
    if link is not None:
        assert link.isascii()
        assert link.isprintable()
        assert link.startswith(("http://", "https://"))
        assert len(link) <= LINK_CAP
        assert clean_link(link, "https://b.example/") == link
        assert url_key(link, RULES) == url_key(clean_link(link, "") or "", RULES)


STORY = "https://news.a.example/world/a-story-of-the-day-12345"


@pytest.mark.parametrize(
    ("canonical", "accepted"),
    [
        (STORY, True),
        (f"{STORY}?utm_source=x", True),
        ("https://www.a.example/2025/04/02/a-story-of-the-day", True),
        ("/world/a-story-of-the-day", True),
        ("https://a.example/?p=12345", True),
        ("https://a.example/", False),
        ("https://www.a.example/index.html", False),
        ("https://news.a.example/world", False),
        ("https://news.a.example/world/", False),
        ("https://a.example/news/europe", False),
        ("https://a.example/tag/some-long-tag-name", False),
        ("https://news.a.example/2025", False),
        ("https://news.a.example/2025/04", False),
        ("https://other.example/world/a-story-of-the-day-12345", False),
        ("javascript:alert(1)", False),
        ("", False),
        (None, False),
    ],
)
def test_a_canonical_link_is_believed_only_for_a_story_of_the_same_domain(
    canonical: str | None, accepted: bool
) -> None:
    key, link = identity(STORY, canonical, RULES)
    assert (link is not None) == accepted
    assert accepted or key == url_key(STORY, RULES)


def test_short_paths_are_no_sections_of_one_another() -> None:
    assert (
        identity("https://a.example/s/alpha", "https://a.example/story/alpha", RULES)[0]
        == "a.example/story/alpha"
    )


def test_an_amp_page_takes_the_address_of_its_story() -> None:
    assert identity("https://a.example/alpha/amp/", "https://a.example/alpha/", RULES)[0] == "a.example/alpha"


def test_where_stories_have_numbers_a_canonical_link_without_one_is_not_believed() -> None:
    key, link = identity(
        "https://menafn.com/1109760290/Slug", "https://menafn.com/some-long-slug-of-news", RULES
    )
    assert (key, link) == ("menafn.com#1109760290", None)


@pytest.mark.parametrize(
    ("href", "link"),
    [
        ("story/1?a=b&c=d#e", "https://a.example/feeds/story/1?a=b&c=d"),
        ("/story/1", "https://a.example/story/1"),
        ("//cdn.a.example/x", "https://cdn.a.example/x"),
        ("?id=5", "https://a.example/feeds/rss.xml?id=5"),
        ("www.b.example/x", "https://www.b.example/x"),
        ("a.example/x", "https://a.example/x"),
        ("  https://b.example/a b\n", "https://b.example/a%20b"),
        ("HTTPS://B.Example:443/é?q=ü", "https://b.example/%C3%A9?q=%C3%BC"),
        ("http:\\\\b.example\\x", "http://b.example/x"),
        ("http://b.example/\x08x", "http://b.example/x"),
        ("http://[2001:db8::1]:8080/x", "http://[2001:db8::1]:8080/x"),
        ("https://b.example", "https://b.example/"),
        ("javascript:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("data:text/html,x", None),
        ("tag:b.example,2020:1", None),
        ("mailto:a@b.example", None),
        ("ftp://b.example/x", None),
        ("http://", None),
        ("http:///x", None),
        ("http://b.example:99999/x", None),
        ("http://b.example:x/", None),
        ("http://[::1/", None),
        ("http://b_\x00.example/", None),
        ("http://b .example/", None),
        ("http://b<script>.example/", None),
        ("http://" + "b" * 64 + ".example/", None),
        ("https://b.example/" + "x" * LINK_CAP, None),
        ("", None),
        ("\x00", None),
    ],
)
def test_feed_links_become_absolute_http_or_nothing(href: str, link: str | None) -> None:
    assert clean_link(href, "https://a.example/feeds/rss.xml") == link


HOSTS = [
    # as written, in ASCII
    ("straße.example", "xn--strae-oqa.example"),
    ("STRASSE.example", "strasse.example"),
    ("STRAẞE.example", "xn--strae-oqa.example"),
    ("ΒΌΛΟΣ.example", "xn--nxasmq6b.example"),
    ("βόλος.example", "xn--nxasmm1c.example"),
    ("نامه\u200cای.example", "xn--mgba3gch31f060k.example"),
    ("ශ්\u200dරී.example", "xn--10cl1a0b660p.example"),
    ("Bücher。Example．", "xn--bcher-kva.example"),
    ("bu\u0308cher.example", "xn--bcher-kva.example"),
    ("ｎｅｗｓ.example", "news.example"),
    ("ne\u00adws.example", "news.example"),
    ("XN--STRAE-OQA.example", "xn--strae-oqa.example"),
    ("😀.example", "xn--e28h.example"),
    ("ü_a.example", "xn--_a-wka.example"),
    ("live_blog.example", "live_blog.example"),
    ("desk-.example", "desk-.example"),
    ("r3---sn.example", "r3---sn.example"),
    ("xn--zzzz.example", None),
    ("xn--news-.example", None),
    ("xn--.example", None),
    ("xn--bücher.example", None),
    ("ne\u200dws.example", None),
    ("\u0301a.example", None),
    ("news..example", None),
    ("ü" * 64 + ".example", None),
    ("ü." * 600 + "example", None),
]


@pytest.mark.parametrize(("host", "ascii_form"), HOSTS)
def test_hosts_are_read_as_browsers_read_them(host: str, ascii_form: str | None) -> None:
    assert ascii_host(host) == ascii_form
    expected = f"https://{ascii_form}/a/1" if ascii_form else None
    assert clean_link(f"https://{host}/a/1", "https://a.example/feed.xml") == expected
    assert clean_link(f"//{host}/a/1", "https://a.example/feed.xml") == expected
    if ascii_form:
        # one key, origin and host for the name as written and for its ASCII form
        for form in (host, ascii_form):
            assert url_key(f"https://www.{form}/a/1", RULES) == f"{ascii_form}/a/1"
            assert host_of(f"https://{form}/a/1") == ascii_form
            assert origin_of(f"https://{form}/a/1") == f"https://{ascii_form}"


def test_a_rule_and_a_link_without_scheme_may_write_the_name_either_way() -> None:
    rules = HostRules([HostRule("straße.example", r"/(\d+)")])
    assert url_key("https://www.xn--strae-oqa.example/7", rules) == "xn--strae-oqa.example#7"
    base = "https://xn--strae-oqa.example/feed.xml"
    assert clean_link("straße.example/7", base) == "https://xn--strae-oqa.example/7"


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("news.bbc.co.uk", "bbc.co.uk"),
        ("BBC.co.uk.", "bbc.co.uk"),
        ("alice.blogspot.com", "alice.blogspot.com"),
        ("agency.wire.test", "wire.test"),
        ("localhost", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("", ""),
    ],
)
def test_registrable_domain(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain


def test_host_and_origin() -> None:
    assert host_of("https://User@WWW.A.example.:8443/x") == "www.a.example"
    assert origin_of("https://WWW.A.example:8443/x?y") == "https://www.a.example:8443"
    assert origin_of("http://[::1]:80/x") == "http://[::1]"
    assert (host_of("urn:x:y"), origin_of("nothing")) == ("", "")


def test_the_nearest_rule_wins() -> None:
    rules = HostRules(
        [HostRule("a.example", r"/(\d+)"), HostRule("sub.a.example", r"id=(\d+)", crawl_delay=2.0)]
    )
    assert url_key("https://x.sub.a.example/7?id=8", rules) == "sub.a.example#8"
    assert url_key("https://y.a.example/7?id=8", rules) == "a.example#7"
    found = rules.rule("www.sub.a.example")
    assert found is not None
    assert found.crawl_delay == 2.0
    assert rules.rule("b.example") is None
