"""Feeds of every format, and what stands in their place, through parse_feed."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from ingest.errors import Terminal
from ingest.model import Entry, Feed, FeedDocument
from ingest.poll.feed import FeedInput, parse_feed
from ingest.reasons import Reason

NOW = datetime(2025, 4, 2, 12, tzinfo=UTC)
URL = "https://wire.example/feeds/top.xml"


def parsed(body: str | bytes, content_type: str | None = None, cap: int = 1000, **feed: Any) -> FeedDocument:
    data = body.encode() if isinstance(body, str) else body
    return parse_feed(FeedInput(Feed("wire", URL, **feed), data, URL, content_type, NOW, cap))


def rss(items: str, channel: str = "") -> str:
    head = (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    )
    head += (
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:media="http://search.yahoo.com/mrss/">'
    )
    return (
        f"{head}<channel><title>The "
        f"Wire</title><link>https://wire.example/</link>{channel}{items}</channel></rss>"
    )


def only(document: FeedDocument) -> Entry:
    assert len(document.entries) == 1
    return document.entries[0]


def refused(body: str | bytes) -> str:
    with pytest.raises(Terminal) as caught:
        parsed(body)
    assert caught.value.reason is Reason.NOT_A_FEED
    return caught.value.detail


# -- formats -------------------------------------------------------------------------------------------------

RSS20 = rss(
    """<item><title>Harbour &amp; ferry &lt;b&gt;strike&lt;/b&gt; \
ends</title><link>/news/1?utm_source=rss</link>
    <guid isPermaLink="false">wire-1</guid><pubDate>Wed, 02 Apr 2025 09:30:00 +0200</pubDate>
    <dc:creator>By Ann Example and Bo Sample</dc:creator>
    <description>(Wire - Agency) &lt;p&gt;Crews went back&lt;/p&gt;</description>
    <category>Ports</category>
    <source url="https://a.example/">Agency</source>
    <media:content url="/p.jpg" medium="image"/>
    <content:encoded><![CDATA[<p>Crews went back to work.</p>]]></content:encoded></item>""",
    "<ttl>15</ttl><language>en-GB</language><skipHours><hour>3</hour><hour>4</hour></skipHours>",
)


def test_rss_20_with_everything() -> None:
    document = parsed(RSS20)
    entry = only(document)
    assert (document.version, document.title, document.link) == ("rss20", "The Wire", "https://wire.example/")
    assert (document.ttl, document.skip_hours, document.language, document.malformed) == (
        900.0,
        (3, 4),
        "en-GB",
        None,
    )
    assert (entry.entry_key, entry.guid, entry.link) == (
        "wire-1",
        "wire-1",
        "https://wire.example/news/1?utm_source=rss",
    )
    assert entry.title == "Harbour & ferry strike ends"
    assert entry.summary == "(Wire - Agency) Crews went back"
    assert entry.published is not None
    assert entry.published.at == datetime(2025, 4, 2, 7, 30, tzinfo=UTC)
    assert entry.published_raw == "Wed, 02 Apr 2025 09:30:00 +0200"
    assert entry.authors == ("Ann Example", "Bo Sample")
    assert (entry.credit, entry.categories, entry.image_url) == (
        "Agency",
        ("Ports",),
        "https://wire.example/p.jpg",
    )
    assert entry.content_html is None


def test_content_is_kept_for_full_text_feeds_only() -> None:
    assert only(parsed(RSS20, full_text=True)).content_html == "<p>Crews went back to work.</p>"


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title><link href="https://wire.example/"/>
<link rel="next" href="?page=2"/><updated>2025-04-02T10:00:00Z</updated><entry>\
<id>tag:wire.example,2025:1</id>
<title type="html">Ferry &amp;amp; harbour</title><link rel="self" href="/self"/>
<link rel="alternate" type="text/html" href="../news/1"/>
<published>2025-04-02T08:00:00Z</published><updated>2025-04-02T09:00:00Z</updated><summary>Crews went \
back</summary>
<author><name>Ann Example</name></author></entry></feed>"""


def test_atom_10() -> None:
    document = parsed(ATOM)
    entry = only(document)
    assert document.version == "atom10"
    assert document.next_link == "https://wire.example/feeds/top.xml?page=2"
    assert (entry.title, entry.link) == ("Ferry & harbour", "https://wire.example/news/1")
    assert entry.published is not None
    assert entry.modified is not None
    assert (entry.published.at.hour, entry.modified.at.hour) == (8, 9)
    assert entry.authors == ("Ann Example",)


def test_atom_with_only_updated_uses_it_for_both() -> None:
    entry = only(parsed(ATOM.replace("<published>2025-04-02T08:00:00Z</published>", "")))
    assert entry.published == entry.modified
    assert entry.modified_raw == "2025-04-02T09:00:00Z"


def test_rss_without_an_update_has_no_modified() -> None:
    assert only(parsed(RSS20)).modified_raw is None


def test_atom_03() -> None:
    body = """<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>W</title><entry><title>Old</title>
    <id>tag:a,2004:1</id><link rel="alternate" type="text/html" href="https://a.example/1"/>
    <issued>2004-06-01T10:00:00Z</issued><modified>2004-06-01T11:00:00Z</modified></entry></feed>"""
    entry = only(parsed(body))
    assert (parsed(body).version, entry.link, entry.published_raw) == (
        "atom03",
        "https://a.example/1",
        "2004-06-01T10:00:00Z",
    )
    assert entry.modified_raw == "2004-06-01T11:00:00Z"


def test_rss_10() -> None:
    body = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
    xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>W</title></channel>
    <item rdf:about="https://a.example/1"><title>One</title><link>https://a.example/1</link>
    <dc:date>2025-04-02T10:00:00+02:00</dc:date></item></rdf:RDF>"""
    entry = only(parsed(body))
    assert (parsed(body).version, entry.link, entry.published_raw) == (
        "rss10",
        "https://a.example/1",
        "2025-04-02T10:00:00+02:00",
    )


@pytest.mark.parametrize("version", ["0.91", "0.92"])
def test_rss_09x(version: str) -> None:
    body = f'<rss version="{version}"><channel><title>W</title><item><title>A</title><link>https://a.example/1</link></item></channel></rss>'
    entry = only(parsed(body))
    assert (entry.entry_key, entry.guid) == ("https://a.example/1", None)
    assert parsed(body).version.startswith("rss09")


def test_rss_090() -> None:
    body = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://my.netscape.com/rdf/simple/0.9/">
    <channel><title>W</title></channel><item><title>A</title><link>https://a.example/1</link></item></rdf:RDF>"""
    assert parsed(body).version == "rss090"
    assert only(parsed(body)).title == "A"


def json_feed(version: str, **more: Any) -> str:
    first = {
        "id": 7,
        "url": "/1",
        "title": "AT&T <rises>",
        "content_text": "One.\nTwo & three.",
        "date_published": "2025-04-02T08:00:00Z",
    }
    return json.dumps(
        {"version": f"https://jsonfeed.org/version/{version}", "title": "W", "items": [{**first, **more}]}
    )


@pytest.mark.parametrize(
    ("version", "authors"),
    [("1", {"author": {"name": "Ann Example"}}), ("1.1", {"authors": [{"name": "Ann Example"}]})],
)
def test_json_feeds(version: str, authors: dict[str, Any]) -> None:
    document = parsed(json_feed(version, **authors), "application/feed+json", full_text=True)
    entry = only(document)
    assert document.version == "json" + version.replace(".", "")
    assert (entry.guid, entry.link, entry.title) == ("7", "https://wire.example/1", "AT&T <rises>")
    assert entry.authors == ("Ann Example",)
    assert entry.content_html == "<p>One.</p><p>Two &amp; three.</p>"
    assert entry.published is not None


def test_no_entry_yet_is_a_feed() -> None:
    assert parsed(rss("")).entries == ()
    assert parsed(rss("")).total == 0


# -- not a feed ----------------------------------------------------------------------------------------------


def test_what_is_no_feed_is_named() -> None:
    page = "<!DOCTYPE html><html><head><title>Just a moment...</title>"
    page += '<link rel="alternate" type="application/rss+xml" href="/real.xml"></head></html>'
    assert (
        refused(page)
        == 'an HTML page titled "Just a moment..."; it names the feed https://wire.example/real.xml'
    )
    assert "HTML page" in refused(
        "<?xml version='1.0'?><!-- x --><html xmlns='http://www.w3.org/1999/xhtml'><body><feed></body></html>"
    )
    assert refused("") == "an empty body"
    assert refused(b"\xef\xbb\xbf  \n\x00") == "an empty body"
    assert "JSON Feed" in refused('{"articles": []}')
    assert "JSON Feed" in refused("[1, 2]")
    assert "items" in refused('{"version": "https://jsonfeed.org/version/1", "items": 5}')
    assert "broken JSON" in refused('{"version": "https://jsonfeed.org/')
    assert "JSON" in refused("[" * 100_000)
    assert "broken JSON" in refused('{"a":' * 100_000)
    assert "sitemap" in refused('<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url/></urlset>')
    assert "<opml>" in refused("<opml version='2.0'><body/></opml>")
    assert "neither" in refused("Service unavailable")
    assert "broken" in refused("<?xml version='1.0'?><rss version='2.0'><channel><title>x")


# -- broken but readable -------------------------------------------------------------------------------------

ITEM = "<item><title>One</title><link>https://a.example/1</link></item>"


def test_bytes_before_the_declaration() -> None:
    assert (
        only(parsed("\n\n<br />\n<b>Warning</b>: something in line <b>3</b><br />\n" + rss(ITEM))).title
        == "One"
    )
    assert only(parsed(b"\xef\xbb\xbf\r\n" + rss(ITEM).encode())).title == "One"


def test_a_feed_broken_at_the_end_keeps_what_is_whole() -> None:
    document = parsed(rss(ITEM + "<item><title>Half a tit")[: -len("</channel></rss>")])
    assert only(document).title == "One"
    assert document.malformed


def test_bare_ampersands_and_control_references() -> None:
    document = parsed(
        rss("<item><title>R&D &#0;and&#x1f; \x0bmore</title><link>https://a.example/?a=1&b=2</link></item>")
    )
    assert (only(document).title, only(document).link) == ("R&D and more", "https://a.example/?a=1&b=2")


# -- encodings -----------------------------------------------------------------------------------------------

CYRILLIC = rss(
    "<item><title>Порт снова открыт для паромов</title>"
    "<description>Экипажи вернулись на работу после забастовки, сообщил порт.</description></item>"
)
CHINESE = rss(
    "<item><title>港口重新开放</title><description>船员们在罢工后返回工作岗位。</description></item>"
)


@pytest.mark.parametrize(
    ("body", "content_type", "title"),
    [
        (CYRILLIC.replace("UTF-8", "windows-1251").encode("cp1251"), None, "Порт снова открыт для паромов"),
        (CYRILLIC.encode("cp1251"), None, "Порт снова открыт для паромов"),
        (CYRILLIC.encode("cp1251"), "text/xml; charset=utf-8", "Порт снова открыт для паромов"),
        (CYRILLIC.encode("cp1251"), "text/xml; charset=windows-1251", "Порт снова открыт для паромов"),
        (CYRILLIC.replace("UTF-8", "UTF-16").encode(), None, "Порт снова открыт для паромов"),
        (CYRILLIC.replace("UTF-8", "UTF-16").encode("utf-16"), "text/xml", "Порт снова открыт для паромов"),
        (CYRILLIC.replace("UTF-8", "UTF-16").encode("utf-16-le"), None, "Порт снова открыт для паромов"),
        (CYRILLIC.encode("utf-8-sig"), "text/xml; charset=us-ascii", "Порт снова открыт для паромов"),
        (
            CYRILLIC.encode(),
            "text/plain",
            "Порт снова открыт для паромов",
        ),
        (CHINESE.replace("UTF-8", "gb2312").encode("gb18030"), "text/xml", "港口重新开放"),
        (CHINESE.replace("UTF-8", "no-such-thing").encode(), None, "港口重新开放"),
        (
            rss("<item><title>日本のニュース</title></item>")
            .replace("UTF-8", "iso-2022-jp")
            .encode("iso2022_jp"),
            None,
            "日本のニュース",
        ),
        (
            rss("<item><title>Café à Zürich</title></item>").replace("UTF-8", "iso-8859-1").encode("cp1252"),
            None,
            "Café à Zürich",
        ),
        (rss("<item><title>Café à Zürich</title></item>").encode("cp1252"), None, "Café à Zürich"),
    ],
)
def test_encodings_whatever_is_declared(body: bytes, content_type: str | None, title: str) -> None:
    assert only(parsed(body, content_type)).title == title


def test_one_character_cut_in_two_leaves_the_rest_alone() -> None:
    body = CYRILLIC.encode().replace("забастовки".encode(), "забастовки".encode()[:-1])
    entry = only(parsed(body))
    assert entry.title == "Порт снова открыт для паромов"
    assert entry.summary is not None
    assert entry.summary.count("\ufffd") == 1


def test_utf8_encoded_twice_is_undone_but_a_quotation_stays() -> None:
    twice = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in CYRILLIC.encode())
    assert only(parsed(twice)).title == "Порт снова открыт для паромов"
    quoting = rss("<item><title>Why Ã© stands for é: á í ó ú à è ñ ü ö äöü</title></item>")
    assert only(parsed(quoting)).title == "Why Ã© stands for é: á í ó ú à è ñ ü ö äöü"


# -- hygiene -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "tag:a,2020:1", "http://["]
)
def test_links_of_other_schemes_are_dropped_and_the_entry_kept(link: str) -> None:
    entry = only(
        parsed(rss(f"<item><title>A</title><link>{link}</link><guid isPermaLink='false'>g</guid></item>"))
    )
    assert (entry.link, entry.entry_key) == (None, "g")


def test_a_permalink_guid_stands_in_for_a_missing_link() -> None:
    assert (
        only(parsed(rss("<item><title>A</title><guid>https://a.example/1</guid></item>"))).link
        == "https://a.example/1"
    )


def test_relative_links_resolve_against_the_channel_link_each_for_itself() -> None:
    items = "<item><title>A</title><link>http://b.example/x/1</link></item><item><title>B</title><link>story/2</link></item>"
    assert [entry.link for entry in parsed(rss(items)).entries] == [
        "http://b.example/x/1",
        "https://wire.example/story/2",
    ]


def test_titles_are_plain_bounded_text() -> None:
    markup = "&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=y&gt;" + "Ferry " * 1_000
    items = f"<item><title>{markup}</title><description>{'word ' * 9_000}</description><link>https://a.example/1</link></item>"
    entry = only(parsed(rss(items)))
    assert entry.title is not None
    assert entry.summary is not None
    assert entry.title.startswith("Ferry Ferry")
    assert entry.title.endswith("Ferry…")
    assert (len(entry.title) <= 1_000, len(entry.summary) <= 10_000) == (True, True)


def test_nul_and_control_characters_are_out_everywhere() -> None:
    item = "<item><title>A\x00B\x1b</title><link>https://a.example/1\x07</link><guid>g\x00\x01</guid><category>C\x02</category></item>"
    entry = only(parsed(rss(item)))
    assert (entry.title, entry.link, entry.categories) == ("AB", "https://a.example/1", ("C",))
    assert "\x00" not in repr(entry)


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        ("marketing@wire.example (Wire)", ()),
        ("marketing@wire.example (Ann Example)", ()),
        ("ann@wire.example", ()),
        ("a.example@wire.example (Ann Example)", ("Ann Example",)),
        ("x@wire.example (WIRE)", ()),
        ("The Wire", ()),
        ("Ann Example", ("Ann Example",)),
        ("by Ann Example; Bo Sample", ("Ann Example", "Bo Sample")),
        ("Ann Example, Bo Sample, and Cy van Test", ("Ann Example", "Bo Sample", "Cy van Test")),
        ("Test, Ann", ("Test, Ann",)),
        ("https://wire.example/ann", ()),
    ],
)
def test_an_address_is_no_byline(printed: str, names: tuple[str, ...]) -> None:
    assert only(parsed(rss(f"<item><title>A</title><author>{printed}</author></item>"))).authors == names


def test_entities_beyond_the_document_are_never_read() -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    body = (
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY l0 "lol">{laughs}<!ENTITY x SYSTEM '
        '"file:///etc/passwd">]>'
    )
    document = parsed(
        body
        + rss("<item><title>A &l9; &x; B</title><link>https://a.example/1</link></item>").partition("?>")[2]
    )
    assert "lollol" not in repr(document)
    assert "root:" not in repr(document)
    assert only(document).link == "https://a.example/1"


@pytest.mark.parametrize("tail", ["", "<generator>x</generator>"])
def test_entries_beyond_the_cap_are_counted(tail: str) -> None:
    items = "".join(
        f"<item><title>T{n}</title><link>https://a.example/{n}</link></item>" for n in range(2_500)
    )
    document = parsed(rss(items + tail), cap=1_000)
    assert (len(document.entries), document.total, document.malformed) == (1_000, 2_500, None)
    assert [document.capped, document.repeated, document.unreadable] == [1_500, 0, 0]
    titles = [entry.title for entry in document.entries]  # undated: half of them from either end
    assert titles == [f"T{n}" for n in (*range(500), *range(2_000, 2_500))]


def test_json_entries_beyond_the_cap_are_counted() -> None:
    body = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [{"id": str(n), "title": "x"} for n in range(30)],
    }
    document = parsed(json.dumps(body), cap=10)
    assert (len(document.entries), document.total) == (10, 30)


# -- identity within the feed --------------------------------------------------------------------------------


def test_equal_guids_for_different_stories_are_no_identity() -> None:
    items = "".join(
        "<item><guid "
        f"isPermaLink='false'>x</guid><title>T{n}</title><link>https://a.example/{n}</link></item>"
        for n in range(1_000)
    )
    keys = [entry.entry_key for entry in parsed(rss(items)).entries]
    assert keys == [f"https://a.example/{n}" for n in range(1_000)]


def test_without_guid_and_link_the_words_are_the_identity() -> None:
    items = "".join(f"<item><title>T{n}</title></item>" for n in (1, 2, 2))
    keys = [entry.entry_key for entry in parsed(rss(items)).entries]
    assert len(keys) == 2
    assert all(key.startswith("hash:") for key in keys)
    assert keys == [entry.entry_key for entry in parsed(rss(items)).entries]


def test_one_link_for_all_is_no_identity() -> None:
    items = "".join(f"<item><title>T{n}</title><link>https://a.example/</link></item>" for n in range(5))
    assert len({entry.entry_key for entry in parsed(rss(items)).entries}) == 5


def test_a_story_sent_twice_is_kept_twice_where_links_differ() -> None:
    items = """<item><title>Ferries sail #Ferries #Port</title><link>https://a.example/1?Social=on</link></item>
    <item><title>Ferries sail</title><link>https://a.example/1</link></item>"""
    assert [entry.title for entry in parsed(rss(items)).entries] == [
        "Ferries sail #Ferries #Port",
        "Ferries sail",
    ]


def test_of_equal_entries_the_clean_title_is_kept() -> None:
    twice = "<item><guid>https://a.example/1</guid><title>Ferries sail{}</title></item>"
    entry = only(parsed(rss(twice.format(" #Ferries #Port") + twice.format(""))))
    assert entry.title == "Ferries sail"


# -- dates ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "zone", "at"),
    [
        ("Wed, 05 Mar 2025 10:00:00 CET", None, "2025-03-05T09:00:00+00:00"),
        ("2025-04-02 10:00:00", "America/New_York", "2025-04-02T14:00:00+00:00"),
        ("0001-01-01T00:00:00Z", None, None),
        ("Fri, 31 Feb 2025 10:00:00 GMT", None, None),
        ("9999-12-31T00:00:00Z", None, None),
        ("soon", None, None),
    ],
)
def test_dates_are_resolved_from_the_raw_string(raw: str, zone: str | None, at: str | None) -> None:
    now = datetime(2025, 4, 3, tzinfo=UTC)
    body = rss(f"<item><title>A</title><pubDate>{raw}</pubDate></item>").encode()
    entry = only(parse_feed(FeedInput(Feed("wire", URL, timezone=zone), body, URL, None, now)))
    assert entry.published_raw == raw
    assert (entry.published.at.isoformat() if entry.published else None) == at


@pytest.mark.parametrize(
    "odd",
    [
        "<image><width></width></image>",
        "<x:license xmlns:x='http://backend.userland.com/creativeCommonsRssModule'/>",
        "<media:player/>",
        "&#xD800; &#x110000; &#999999999; &amp;#xD800;",
        "<enclosure url='x' length='z'/>",
        "<georss:point xmlns:georss='http://www.georss.org/georss'>1</georss:point>",
    ],
)
def test_odd_extensions_cost_no_entry(odd: str) -> None:
    assert (
        only(parsed(rss(f"<item><title>One</title>{odd}<link>https://a.example/1</link></item>"))).title
        == "One"
    )


GOOD = "<item><title>Good</title><link>https://a.example/1</link></item>"


@pytest.mark.parametrize(
    "hostile",
    [
        f"<item><title>Bad</title><author>{'a@' + 'a.' * 200_000}</author></item>",
        f"<item><title>Bad</title><dc:creator><![CDATA[{'a@' + 'a.' * 200_000}]]></dc:creator></item>",
        "<item " + " ".join(f"a{n}='1'" for n in range(100_000)) + "><title>Bad</title></item>",
        "<item " + " ".join(f"xmlns:a{n}='u{n}'" for n in range(100_000)) + "><title>Bad</title></item>",
        f"<item><title>{'x' * 5_000_000}</title></item>",
        "<a>" * 20_000,
        "&" * 500_000,
    ],
    ids=["author", "author in CDATA", "attributes", "namespaces", "title", "nesting", "ampersands"],
)
def test_what_stalls_parsers_costs_no_good_entry(hostile: str) -> None:
    assert parsed(rss(hostile + GOOD)).entries[-1].link == "https://a.example/1"
