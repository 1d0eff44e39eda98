"""An entry of a broken or cut document is the entry that the whole document has: the same guid, address and
words, and it is stored under the same key."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.model import Feed, FeedDocument, FeedState, Response
from ingest.poll.decide import PollDecision, decide_poll
from ingest.poll.digest import EntryDigest
from ingest.poll.feed import FeedInput, parse_feed
from ingest.poll.verdicts import EntryKind
from ingest.urls.identity import HostRules

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
URL = "https://quay.example/feeds/news.xml"


def item(number: int) -> str:
    return (
        f"<item><title>Pilots &amp; tugs {number}</title>"
        f"<link>https://quay.example/news?day=1&amp;story={number}&amp;amp;from=feed</link>"
        f'<guid isPermaLink="false">https://quay.example/?p={number}&amp;kind=news</guid>'
        f"<media:credit>Ann Weir</media:credit><description>Words {number} &lt;b&gt;of&lt;/b&gt; the ferry."
        "</description></item>\n"
    )


ITEMS = [item(number) for number in range(6)]
HEAD = '<rss version="2.0"{}>\n<channel><title>Quay</title><link>https://quay.example/</link>\n'
MEDIA = ' xmlns:media="http://search.yahoo.com/mrss/"'
WHOLE = HEAD.format(MEDIA) + "".join(ITEMS) + "</channel></rss>"


def read(text: str) -> FeedDocument:
    document = parse_feed(FeedInput(Feed("quay", URL), text.encode(), URL, None, NOW))
    listed = len(document.entries) + document.repeated + document.capped + document.unreadable
    assert document.total == listed
    return document


def decided(text: str, known: dict[str, EntryDigest]) -> PollDecision:
    answer = Response(URL, URL, 200, {}, text.encode(), NOW)
    state = FeedState("quay", URL)
    return decide_poll(Feed("quay", URL), state, answer, read(text), known, NOW, rules=HostRules(()))


BEFORE = WHOLE[: WHOLE.index(ITEMS[4])]
CUTS = {
    "within an entry": BEFORE + ITEMS[4][:90],
    "within an entry's words": BEFORE + ITEMS[4][:-25],
    "within the tag of an entry": BEFORE + '<item rdf:about="https://quay',
    "behind the tag of an entry": BEFORE + "<item>",
    "between entries": BEFORE,
}


@pytest.mark.parametrize("cut", CUTS)
def test_a_cut_document_has_its_whole_entries_as_they_are(cut: str) -> None:
    document, whole = read(CUTS[cut]), read(WHOLE)
    assert document.entries == whole.entries[:4]
    assert document.malformed is not None
    for first, second, new in ((WHOLE, CUTS[cut], 0), (CUTS[cut], WHOLE, 2)):
        known = {verdict.digest.entry_key: verdict.digest for verdict in decided(first, {}).entries}
        kinds = [verdict.kind for verdict in decided(second, known).entries]
        assert (kinds.count(EntryKind.NEW), kinds.count(EntryKind.SAME)) == (new, 4)


DAMAGES = {
    "end tag of an entry": (
        "2 &lt;b&gt;of&lt;/b&gt; the ferry.</description></item>",
        "2</description></itm>",
    ),
    "end tag of a text": ("Words 2 &lt;b&gt;of&lt;/b&gt; the ferry.</description>", "Words 2</descripton>"),
    "bare sign": ("Words 2 ", "Words <b 2 "),
    "the channel's title": ("<title>Quay</title>", "<title>Quay <b></title>"),
    "a prefix that nothing declares": (MEDIA, ""),
    "text behind the end": ("</channel></rss>", "</channel></rss><p>An advertisement</p>"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_changes_no_entry_but_its_own(damage: str) -> None:
    old, new = DAMAGES[damage]
    assert WHOLE.count(old) == 1
    document, whole = read(WHOLE.replace(old, new)), read(WHOLE)
    assert document.malformed is not None
    assert document.unreadable == 0
    pairs = list(zip(document.entries, whole.entries, strict=True))
    assert [one.position for one, other in pairs if one != other] in ([], [2])


def test_an_atom_feed_and_an_rss_1_feed_are_read_alike() -> None:
    entries = [
        f'<entry><title>Tug {n}</title><id>https://quay.example/?p={n}&amp;k=1</id><link href="/tugs?n={n}"/>'
        "</entry>"
        for n in range(3)
    ]
    atom = '<feed xmlns="http://www.w3.org/2005/Atom"><title>Quay</title>' + "".join(entries)
    assert read(atom[:-20]).entries == read(atom + "</feed>").entries[:2]
    rdf = (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        "<channel><title>Quay</title></channel>"
        + "".join(
            f'<item rdf:about="https://quay.example/?p={n}&amp;k=1"><title>Tug {n}</title></item>'
            for n in range(3)
        )
    )
    assert read(rdf[:-20]).entries == read(rdf + "</rdf:RDF>").entries[:2]


def test_a_guid_that_two_stories_share_keeps_its_key_when_only_one_of_them_arrives() -> None:
    """What a guid or link names is judged within a document, of which half may be missing."""
    shared = [
        f"<item><title>Tug {n}</title><guid>all</guid><link>https://quay.example/tug-{n}</link></item>"
        for n in range(3)
    ]
    whole = HEAD.format("") + "".join(shared) + "</channel></rss>"
    half = HEAD.format("") + shared[0] + shared[1][:30]
    for first, second in ((whole, half), (half, whole)):
        one = decided(first, {}).entries
        two = decided(second, {verdict.digest.entry_key: verdict.digest for verdict in one}).entries
        assert two[0].kind is EntryKind.SAME
        assert two[0].digest.entry_key == one[0].digest.entry_key
