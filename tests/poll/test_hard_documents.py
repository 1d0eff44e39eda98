"""Documents of the hard kind through parse_feed: guids that are no address, relative links, Windows-1252 as
controls, authors of the feed, broken JSON and XML, more entries than the cap."""

from __future__ import annotations

import json
import random
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from ingest.errors import Terminal
from ingest.model import Feed, FeedDocument
from ingest.poll.feed import FeedInput, parse_feed
from ingest.poll.newest import newest

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
URL = "https://feeds.example/dir/desk.xml"


def parsed(body: str, cap: int = 1000, **feed: Any) -> FeedDocument:
    document = parse_feed(FeedInput(Feed("desk", URL, **feed), body.encode(), URL, None, NOW, cap))
    assert document.total == (
        len(document.entries) + document.repeated + document.capped + document.unreadable
    )
    return document


def rss(*items: str, channel: str = "<link>https://www.paper.example/news/</link>", root: str = "") -> str:
    listed = "\n".join(f"<item>{item}</item>" for item in items)
    return f'<rss version="2.0" {root}>\n<channel><title>Desk</title>{channel}\n{listed}\n</channel></rss>'


def atom(*entries: str, head: str = "", root: str = "") -> str:
    listed = "".join(f"<entry><title>T</title>{entry}</entry>" for entry in entries)
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {root}><title>Desk</title>{head}{listed}</feed>'


def links(document: FeedDocument) -> list[str | None]:
    return [entry.link for entry in document.entries]


# -- guids that are no address -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("guid", "link"),
    [
        ("<guid>DL-001</guid>", None),
        ("<guid>urn:uuid:1225c695-cfb8-4ebb-aaaa-80da344efa6a</guid>", None),
        ("<guid>tag:paper.example,2026:1</guid>", None),
        ("<guid>12345</guid>", None),
        ("<guid>news/1.html</guid>", None),
        ("<guid>/news/1.html</guid>", None),
        ("<guid>paper.example/1</guid>", None),
        ('<guid isPermaLink="true">urn:x:1</guid>', None),
        ('<guid isPermaLink="true">1.html</guid>', "https://www.paper.example/news/1.html"),
        (
            '<guid isPermaLink="true"><![CDATA[/1.html?a=1&b=2]]></guid>',
            "https://www.paper.example/1.html?a=1&b=2",
        ),
        ('<guid isPermaLink="false">https://paper.example/1</guid>', None),
        (
            '<guid isPermaLink="true">https://paper.example/1?a=1&amp;b=2</guid>',
            "https://paper.example/1?a=1&b=2",
        ),
        ("<guid>https://paper.example/1</guid>", "https://paper.example/1"),
        ("<guid>HTTP://paper.example/1</guid>", "http://paper.example/1"),
        ("<link>/a/2</link><guid>DL-002</guid>", "https://www.paper.example/a/2"),
        ("<guid>DL-002</guid><link>/a/2</link>", "https://www.paper.example/a/2"),
        ("<link>javascript:void(0)</link><guid>https://paper.example/1</guid>", "https://paper.example/1"),
        ("<link>N/A</link><guid>DL-003</guid>", None),
        ("<link>#</link><guid>https://paper.example/3</guid>", "https://paper.example/3"),
    ],
)
def test_which_guids_are_addresses(guid: str, link: str | None) -> None:
    (entry,) = parsed(rss(f"<title>T</title>{guid}")).entries
    assert entry.link == link
    assert "feeds.example" not in (entry.guid or "")


@pytest.mark.parametrize("guid", ["urn:uuid:1", "tag:paper.example,2026:1", "DL-001", "../1"])
def test_an_atom_id_is_an_address_only_as_a_whole_url(guid: str) -> None:
    (entry,) = parsed(atom(f"<id>{guid}</id>")).entries
    assert (entry.guid, entry.link) == (guid, None)
    (entry,) = parsed(atom("<id>https://paper.example/1</id>")).entries
    assert entry.link == "https://paper.example/1"


# -- relative links ------------------------------------------------------------------------------------------


def test_relative_links_of_rss_belong_to_the_site_that_the_channel_names() -> None:
    items = [
        "<link>/news/1.html</link>",
        "<link>2.html</link>",
        "<link>//other.example/3</link>",
        "<link>?p=4</link>",
    ]
    assert links(parsed(rss(*items))) == [
        "https://www.paper.example/news/1.html",
        "https://www.paper.example/news/2.html",
        "https://other.example/3",
        "https://www.paper.example/news/?p=4",
    ]
    assert links(parsed(rss("<link>/1</link>", channel=""))) == ["https://feeds.example/1"]
    assert links(parsed(rss("<link>1</link>", channel="<link>/site/</link>"))) == [
        "https://feeds.example/site/1"
    ]
    assert links(parsed(rss("<link>1</link>", channel="<link>mailto:a@b.example</link>"))) == [
        "https://feeds.example/dir/1"
    ]


def test_xml_base_comes_before_all() -> None:
    root = 'xml:base="https://base.example/x/"'
    assert links(parsed(rss("<link>1</link>", root=root))) == ["https://base.example/x/1"]
    assert links(parsed(atom('<link href="1"/>', root=root))) == ["https://base.example/x/1"]
    assert links(parsed(rss("<link>1</link>", root='xml:base="/y/"'))) == ["https://www.paper.example/y/1"]
    inner = '<link xml:base="https://inner.example/" href="1"/>'
    assert links(parsed(atom(inner, root=root))) == ["https://inner.example/1"]


def test_relative_links_of_atom_belong_to_the_document() -> None:
    head = '<link href="https://www.paper.example/"/>'
    assert links(parsed(atom('<link href="1"/>', head=head))) == ["https://feeds.example/dir/1"]


# -- Windows-1252 as controls --------------------------------------------------------------------------------

PRINTED = {
    "raw": "L\x92\x9cuvre \x96 \x845\x93",
    "references": "L&#146;&#156;uvre &#150; &#132;5&#x93;",
    "CDATA": "<![CDATA[L\x92&#156;uvre &#x96; &#132;5&#147;]]>",
    "escaped": "L&amp;#146;&amp;#156;uvre &amp;#x0096; &amp;#132;5&amp;#147;",
}
MEANT = "L’œuvre – „5“"


@pytest.mark.parametrize("text", PRINTED.values(), ids=PRINTED.keys())
def test_controls_are_read_as_windows_1252(text: str) -> None:
    item = f"<title>{text}</title><author>{text} Example</author><category>{text}</category>"
    (entry,) = parsed(rss(f"{item}<description>{text}</description>"), full_text=True).entries
    assert (entry.title, entry.summary, entry.content_html) == (MEANT, MEANT, MEANT)
    assert (entry.authors, entry.categories) == ((f"{MEANT} Example",), (MEANT,))


def test_controls_that_windows_1252_lacks_are_dropped_and_json_is_read_alike() -> None:
    (entry,) = parsed(rss("<title>A\x81&#129;\x8d&#x9d;B&#133;\x85</title>")).entries
    assert entry.title == "AB……"
    item = {"id": "1", "title": "L\x92\u009cuvre", "content_html": "L&#146;\x9cuvre"}
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": [item]})
    (entry,) = parsed(body, full_text=True).entries
    assert (entry.title, entry.content_html) == ("L’œuvre", "L’œuvre")


# -- authors of the feed -------------------------------------------------------------------------------------


def test_an_atom_entry_without_author_has_that_of_its_source_or_feed() -> None:
    head = "<author><name>Ann Example</name></author><author><name>Bo Sample</name></author>"
    source = "<source><title>Elsewhere</title><author><name>Cy Source</name></author></source>"
    own = "<author><name>Dora Own</name></author>"
    entries = ("", source, own, source + own)
    document = parsed(atom(*(f"<id>{n}</id>{entry}" for n, entry in enumerate(entries)), head=head))
    assert [entry.authors for entry in document.entries] == [
        ("Ann Example", "Bo Sample"),
        ("Cy Source",),
        ("Dora Own",),
        ("Dora Own",),
    ]
    assert parsed(atom("", head="<author><name>Desk</name></author>")).entries[0].authors == ()


def test_the_editor_of_an_rss_channel_wrote_no_item() -> None:
    channel = (
        "<managingEditor>ann@paper.example (Ann Example)</managingEditor><webMaster>bo@x.example</webMaster>"
    )
    assert parsed(rss("<title>T</title>", channel=channel)).entries[0].authors == ()


# -- broken JSON ---------------------------------------------------------------------------------------------

HEAD = '{"version": "https://jsonfeed.org/version/1.1", "title": "Desk", "items": ['
ONE = '{"id": "1", "url": "https://paper.example/1", "content_html": "<p>One</p>"}'
TWO = '{"id": "2", "url": "https://paper.example/2", "tags": ["a", "b"]}'


@pytest.mark.parametrize(
    ("body", "ids", "unreadable", "fault"),
    [
        (HEAD + ONE.replace("One", "One\nmore\tof it") + "," + TWO + "]}", "12", 0, "a raw line break"),
        (HEAD + ONE + "," + TWO + ",]}", "12", 0, "a comma too many"),
        (HEAD + ONE + ",," + TWO.replace("]", ",]") + "],}", "12", 0, "a comma too many"),
        (HEAD + "// first\n" + ONE + ", /* second */ " + TWO + "]}", "12", 0, None),
        ("\ufeff" + HEAD + ONE + "]}", "1", 0, None),
        ("<!-- cached {at} 12:00 -->\n" + HEAD + ONE + "]}", "1", 0, None),
        ("<br />\n<b>Warning</b>: x in <b>y.php</b><br />\n" + HEAD + ONE + "]}", "1", 0, None),
        (")]}',\n" + HEAD + ONE + "]}", "1", 0, None),
        ("show(" + HEAD + ONE + "]});", "1", 0, None),
        (HEAD + ONE + "]}\n<!-- page made in 0.1 s -->", "1", 0, "more text"),
        (HEAD + ONE + ",\n" + TWO[:30], "1", 1, "line 2"),
        (HEAD + ONE + "," + TWO + ",", "12", 0, "ends in the middle"),
        (HEAD + ONE + "," + TWO, "12", 0, "ends in the middle"),
        (HEAD + '{"id": "0", "title": "He said "no" to it"},\n' + ONE + "," + TWO + "]}", "12", 1, "line 1"),
        (HEAD + ONE + ', "odd", ' + TWO + "]}", "12", 1, "no objects"),
    ],
)
def test_broken_json_gives_the_items_that_can_be_read(
    body: str, ids: str, unreadable: int, fault: str | None
) -> None:
    document = parsed(body)
    assert [entry.guid for entry in document.entries] == list(ids)
    assert document.unreadable == unreadable
    assert (fault in (document.malformed or "")) if fault else document.malformed is None


@pytest.mark.parametrize("body", [HEAD, HEAD + ONE[:20], '{"version": "https://jsonfeed.org/version/1"', "{"])
def test_json_that_breaks_before_its_first_item_is_no_feed(body: str) -> None:
    with pytest.raises(Terminal):
        parsed(body)


def test_an_id_that_is_an_address_stands_in_for_a_missing_url() -> None:
    items = [{"id": "https://paper.example/1"}, {"id": "DL-1"}, {"id": "x", "url": "/2"}]
    body = {
        "version": "https://jsonfeed.org/version/1",
        "home_page_url": "https://www.paper.example/",
        "items": items,
    }
    assert links(parsed(json.dumps(body))) == ["https://paper.example/1", None, "https://www.paper.example/2"]


# -- broken XML ----------------------------------------------------------------------------------------------


def test_what_an_error_in_the_middle_costs_is_counted_with_its_place() -> None:
    items = [f"<title>T{number}</title><link>https://paper.example/{number}</link>" for number in range(6)]
    items[2] = "<title>T2 <b>bold</title><link>https://paper.example/2</link>"
    document = parsed("<?xml version='1.0'?>\n\n" + rss(*items))
    assert document.malformed is not None
    assert document.malformed.startswith("line 7, column ")
    assert document.entries[0].link == "https://paper.example/0"
    assert document.total == 6


@pytest.mark.parametrize("junk", ["", "<br />\n<b>Warning</b>: something\n\n"])
def test_a_document_that_breaks_off_says_where_and_counts_the_half_entry(junk: str) -> None:
    whole = rss(
        *(f"<title>T{number}</title><link>https://paper.example/{number}</link>" for number in range(6))
    )
    document = parsed(junk + whole[: whole.index("T4")])
    assert [entry.title for entry in document.entries] == ["T0", "T1", "T2", "T3"]
    assert (document.total, document.unreadable) == (5, 1)
    assert f"line {7 + junk.count(chr(10))}, " in (document.malformed or "")


@pytest.mark.parametrize(
    "tail",
    [
        "<category>Ports</item>ferry</category>",  # feedparser raises KeyError
        "<category</item>ferry</category>",
        "<keywords>Ports</item></keywords>",
        "<category>Ports</category>",
    ],
)
def test_an_entry_that_feedparser_stumbles_over_hides_no_other(tail: str) -> None:
    items = [f"<title>Story {n}</title><link>https://www.paper.example/{n}</link>" for n in range(4)]
    items[1] += tail
    document = parsed(rss(*items))
    assert links(document) == [f"https://www.paper.example/{n}" for n in range(4)]
    assert bool(document.malformed) == ("</item>" in tail)
    assert len(parsed(rss(*items), cap=3).entries) == 3


def test_items_within_a_text_are_no_items() -> None:
    quoted = "<title>A</title><description><![CDATA[Write <item> & <entry>.]]></description><!-- <item> -->"
    assert parsed(rss(quoted)).total == 1
    document = parsed(rss(quoted, "<title>B & <b></title>"))
    assert (document.total, document.unreadable) == (2, 0)


# -- more entries than the cap -------------------------------------------------------------------------------


def dated(number: int, *, name: str = "pubDate") -> str:
    date = format_datetime(NOW - timedelta(days=200) + timedelta(hours=number))
    return f"<title>T{number}</title><guid>g{number}</guid><{name}>{date}</{name}>"


@pytest.mark.parametrize("order", ["newest first", "newest last", "unordered"])
def test_the_newest_entries_of_a_long_document_are_read(order: str) -> None:
    numbers = list(range(300))
    if order == "newest first":
        numbers.reverse()
    elif order == "unordered":
        random.Random(7).shuffle(numbers)
    document = parsed(rss(*map(dated, numbers)), cap=20)
    read = [int((entry.title or "")[1:]) for entry in document.entries]
    assert read == [number for number in numbers if number >= 280]
    assert [entry.position for entry in document.entries] == [numbers.index(number) for number in read]
    assert (document.total, document.capped, document.malformed) == (300, 280, None)


def test_an_edit_of_an_old_entry_and_an_entry_without_a_date_are_read() -> None:
    items = [dated(number) for number in range(100)]
    items[3] += f"<updated>{format_datetime(NOW)}</updated>"
    items[-1] = "<title>T99</title>"
    titles = [entry.title for entry in parsed(rss(*items), cap=5).entries]
    assert titles == ["T3", "T96", "T97", "T98", "T99"]


def test_a_long_json_feed_and_a_long_broken_feed_are_cut_alike() -> None:
    items = [{"id": str(n), "date_published": f"2026-01-{1 + n % 28:02}T00:00:00Z"} for n in range(56)]
    body = {"version": "https://jsonfeed.org/version/1.1", "items": items}
    document = parsed(json.dumps(body), cap=4)
    assert [entry.guid for entry in document.entries] == ["26", "27", "54", "55"]
    assert (document.total, document.capped) == (56, 52)
    broken = parsed(rss(*map(dated, range(50)), "<title>T50 <b></title>"), cap=10)
    assert broken.malformed is not None
    assert broken.malformed.startswith("line 53, ")
    assert broken.total == 51


def test_where_no_date_says_so_both_ends_are_read() -> None:
    day = datetime(2026, 3, 1, tzinfo=UTC)
    assert newest([None] * 10, 5) == [0, 1, 2, 8, 9]
    assert newest([day] * 10, 4) == [0, 1, 8, 9]
    assert newest([day, None, day + timedelta(days=1), None], 2) == [2, 3]
    assert newest([None, day], 5) == [0, 1]
    assert newest([day, day + timedelta(days=1), day], 1) == [1]
