"""Sitemaps as sites really serve them: whatever is broken, every address and date is read, and what cannot be
read is told with its place."""

from __future__ import annotations

import gzip
import json
import re
import time
from pathlib import Path

import pytest

from ingest.backfill.sources.sitemap import Located, SitemapDocument, SitemapInput, parse_sitemap

REAL = Path(__file__).parents[2].parent / "shared" / "data" / "sitemaps"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
OPEN = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/x">'
LINKS = [f"https://weir.example/2026/03/0{n}/story-{n}?a=1&b={n}" for n in range(1, 4)]
DAYS = [f"2026-03-0{n}T10:00:00Z" for n in range(1, 4)]


def entry(link: str, day: str, title: str = "Weir repaired") -> str:
    return (
        f"<url><loc>{link}</loc><news:news><news:publication><news:name>Weir &amp; Co</news:name>"
        f"</news:publication><news:publication_date>{day}</news:publication_date>"
        f"<news:title>{title}</news:title></news:news></url>"
    )


def escaped(title: str = "Weir repaired") -> str:
    return "\n".join(
        entry(link.replace("&", "&amp;"), day, title) for link, day in zip(LINKS, DAYS, strict=True)
    )


def parse(body: bytes | str) -> SitemapDocument:
    return parse_sitemap(SitemapInput(body if isinstance(body, bytes) else body.encode(), 10_000_000))


WHOLE = f"{HEAD}{OPEN}{escaped()}</urlset>"
FORMS: dict[str, bytes | str] = {
    "as it should be": WHOLE,
    "bare ampersand in an address": WHOLE.replace("&amp;", "&"),
    "bare ampersand in a title": WHOLE.replace("Weir repaired", "Weir & dam"),
    "less-than in a title": WHOLE.replace("Weir repaired", "Weir < 3 metres, dam <5"),
    "markup in a title": WHOLE.replace("Weir repaired", "<b>Weir</b> repaired"),
    "entities of HTML": WHOLE.replace("Weir repaired", "Wehr &eacute;tanche&nbsp;&mdash; caf&eacute;"),
    "unclosed value": WHOLE.replace("</news:title>", ""),
    "unclosed group": WHOLE.replace("</news:news>", ""),
    "unclosed entry": WHOLE.replace("</url>", ""),
    "unclosed address": WHOLE.replace("</loc>", ""),
    "blank lines before": f"\n \r\n{WHOLE}",
    "warning before": f"<br />\n<b>Warning</b>:  include(): no <i>file</i> in on line 3<br />\n{WHOLE}",
    "notice before": f"Notice: Undefined index: HTTP_X in /srv/map.php on line 8\n{WHOLE}",
    "junk behind": f"{WHOLE}\n<!-- 3 queries --><script>var a = 1 < 2</script>",
    "mark in text form": f"\u00ef\u00bb\u00bf{WHOLE}",
    "mark twice": b"\xef\xbb\xbf" * 2 + WHOLE.encode(),
    "utf-16": WHOLE.encode("utf-16"),
    "utf-16 without mark": WHOLE.encode("utf-16-le"),
    "utf-16 big end first": WHOLE.encode("utf-16-be"),
    "utf-32": WHOLE.encode("utf-32"),
    "latin-1, not declared": WHOLE.replace("Weir repaired", "Zürich Wehr ähnlich").encode("latin-1"),
    "cyrillic, declared": WHOLE.replace("UTF-8", "windows-1251")
    .replace("Weir repaired", "Плотина")
    .encode("cp1251"),
    "unknown encoding declared": WHOLE.replace("UTF-8", "x-own").replace("Weir", "Wör").encode("latin-1"),
    "upper case": re.sub(r"</?[\w:]+", lambda tag: tag[0].upper(), WHOLE),
    "no namespace declared": WHOLE.replace(OPEN, "<urlset>"),
    "wrong namespace": WHOLE.replace("sitemaps.org/schemas/sitemap/0.9", "google.com/schemas/sitemap/0.84"),
    "another prefix": WHOLE.replace("news:", "n:").replace("<n:news", "<n:news"),
    "prefix on every tag": re.sub(r"<(/?)(?=url|loc)", r"<\1sm:", WHOLE),
    "CDATA": re.sub(r"<loc>(.*?)</loc>", lambda m: f"<loc><![CDATA[{m[1]}]]></loc>", WHOLE),
    "broken lines": WHOLE.replace("<loc>", "<loc>\n   ").replace("</loc>", "\n</loc>"),
    "remarks": WHOLE.replace("<loc>", "<!-- <loc>https://no.example/</loc> --><loc>"),
    "stylesheet and doctype": WHOLE.replace(
        "?>\n", '?>\n<?xml-stylesheet href="x.xsl"?><!DOCTYPE urlset [<!ENTITY a "b">]>', 1
    ),
    "packed": gzip.compress(WHOLE.encode()),
    "packed twice": gzip.compress(gzip.compress(WHOLE.encode())),
    "packed in parts": gzip.compress(WHOLE[:300].encode()) + gzip.compress(WHOLE[300:].encode()),
    "control characters": WHOLE.replace("Weir repaired", "Weir\x0b\x00 repaired"),
    "pictures with addresses of their own": WHOLE.replace(
        "<news:news>",
        "<image:image><image:loc>https://pic.example/1.jpg</image:loc><image:title>P</image:title>"
        "</image:image><video:video><video:publication_date>1999-01-01</video:publication_date>"
        "<video:title>V</video:title></video:video><news:news>",
    ),
    "pictures first": WHOLE.replace(
        "<loc>", "<image><loc>https://pic.example/1.jpg</loc><title>P</title></image><loc>"
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_address_and_date_is_read_whatever_is_broken(form: str) -> None:
    document = parse(FORMS[form])
    assert [(one.url, one.published) for one in document.urls] == list(zip(LINKS, DAYS, strict=True))
    assert document.fault is None
    assert all(located.title for located in document.urls)


@pytest.mark.parametrize(
    "query", ["id=5&section=news", "a=1&region=us&copy=2", "a=1&lt=3", "a=1&notify&times=2&para"]
)
@pytest.mark.parametrize("form", ["<loc>{}</loc>", "<loc><![CDATA[{}]]></loc>", "<link href='{}'/>", "{}"])
def test_a_bare_ampersand_before_the_name_of_a_sign_is_an_ampersand(query: str, form: str) -> None:
    link = f"https://weir.example/story?{query}"
    frame, entry = ("feed", "entry") if "href" in form else ("urlset", "url")
    document = parse(f"<{frame}><{entry}>{form.format(link)}</{entry}></{frame}>")
    assert [one.url for one in document.urls] == [link]
    if "CDATA" not in form:
        escaped = form.format(link.replace("&", "&amp;"))
        assert parse(f"<{frame}><{entry}>{escaped}</{entry}></{frame}>").urls == document.urls


@pytest.mark.parametrize("place", [0, 20, 150, 399])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_a_block_of_zeros_is_damage_and_no_encoding(place: int, encoding: str) -> None:
    whole = f"{HEAD}{OPEN}{escaped()}\n{'  ' * 200}{entry('https://weir.example/last', DAYS[0])}</urlset>"
    at = place * (1 if encoding == "utf-8" else 2)
    body = whole.encode(encoding)
    document = parse(body[:at] + bytes(200) + body[at:])
    assert document.urls[-1].url == "https://weir.example/last"


@pytest.mark.parametrize("piece", [" ", "<a>", "<", "&", "\n", "<loc>", "]]>"])
def test_a_long_run_of_anything_in_an_address_is_read_in_linear_time(piece: str) -> None:
    def spent(times: int) -> float:
        document = WHOLE.replace("story-1", f"story-{piece * times}-1")
        begun = time.process_time()
        assert parse(document).urls[-1].url == LINKS[-1]
        return time.process_time() - begun

    assert spent(60_000) < 5  # quadratic time is 15 s


def test_a_part_in_another_encoding_hides_nothing_before_it() -> None:
    body = WHOLE.encode()
    for name in ("utf-16", "utf-16-le", "utf-32"):
        mixed = body[:600] + (" " * 3_000 + WHOLE[600:]).encode(name)
        assert parse(mixed).urls[0].url == LINKS[0]


def test_titles_are_read_as_printed() -> None:
    titles = {
        "Weir &amp; dam": "Weir & dam",
        "Weir & dam": "Weir & dam",
        "Weir < 3 metres": "Weir 3 metres",
        "caf&eacute; <i>new</i>": "café new",
        "<![CDATA[A &amp; B]]>": "A & B",
    }
    for printed, read in titles.items():
        assert [one.title for one in parse(f"{HEAD}{OPEN}{escaped(printed)}</urlset>").urls] == [read] * 3


def test_a_sitemap_that_is_cut_gives_what_comes_before_and_tells_the_place() -> None:
    cut = parse(WHOLE[: WHOLE.rindex("<loc>") + 20])
    assert [one.url for one in cut.urls] == LINKS[:2]
    assert cut.fault == "ends before its end tag, at line 4; what comes before was read"
    packed = gzip.compress(WHOLE.encode())
    cut = parse(packed[:-12])
    assert cut.fault is not None
    assert "gzip stream ends early, at byte " in cut.fault
    flipped = bytearray(gzip.compress((HEAD + OPEN + escaped() * 400 + "</urlset>").encode()))
    flipped[len(flipped) // 2] ^= 0x55
    document = parse(bytes(flipped))
    assert document.fault
    assert document.urls[0].url == LINKS[0]


def test_entries_without_an_address_are_counted_with_the_place_of_the_first() -> None:
    body = f"{HEAD}{OPEN}{escaped()}\n<url><lastmod>2026-01-01</lastmod></url><url/>\n<url></url></urlset>"
    document = parse(body)
    assert len(document.urls) == 3
    assert document.fault == "2 entries without an address, the first at line 5"


def test_an_index_and_addresses_in_the_wrong_frame_are_both_read() -> None:
    listed = "<sitemap><loc>https://weir.example/a.xml</loc><lastmod>2026-03-01</lastmod></sitemap>"
    document = parse(f"{HEAD}{OPEN}{escaped()}{listed}</urlset>")
    assert (len(document.urls), document.sitemaps) == (
        3,
        [Located("https://weir.example/a.xml", "2026-03-01")],
    )
    urls = "<url><loc>https://weir.example/a.xml</loc></url>"
    for body in (
        f"<sitemapindex>{listed}</sitemapindex>",
        f"<sitemapindex>{urls}</sitemapindex>",
        f"<SITEMAPINDEX>{listed}",
        "<sitemapindex><sitemap>\nhttps://weir.example/a.xml\n</sitemap></sitemapindex>",
        "<sitemapindex><loc>https://weir.example/a.xml</loc></sitemapindex>",
    ):
        assert [one.url for one in parse(body).sitemaps] == ["https://weir.example/a.xml"], body


def test_a_feed_is_a_sitemap_too() -> None:
    link = LINKS[0]
    rss = (
        "<rss version='2.0'><channel><title>W</title><link>https://weir.example/</link>"
        "<image><url>https://weir.example/i.png</url><link>https://weir.example/</link></image>"
        f"<item><title>One & two</title><link>{link}</link>"
        "<pubDate>Sun, 01 Mar 2026 10:00:00 GMT</pubDate></item>"
        "<item><guid>https://weir.example/2</guid><dc:date>2026-03-02</dc:date></item></channel></rss>"
    )
    assert parse(rss).urls == [
        Located(link, None, "Sun, 01 Mar 2026 10:00:00 GMT", "One & two"),
        Located("https://weir.example/2", None, "2026-03-02", None),
    ]
    atom = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>W</title><link href='https://weir.example/'/>"
        "<entry><title>One</title><link rel='enclosure' href='https://weir.example/a.mp3'/>"
        f"<link href='{link.replace('&', '&amp;')}'/><updated>2026-03-02T00:00:00Z</updated>"
        "<published>2026-03-01T00:00:00Z</published></entry></feed>"
    )
    assert parse(atom).urls == [Located(link, "2026-03-02T00:00:00Z", "2026-03-01T00:00:00Z", "One")]


def test_the_text_form_in_any_encoding() -> None:
    lines = "\r\n".join(LINKS)
    for body in (
        lines.encode(),
        b"\xef\xbb\xbf" + lines.encode(),
        lines.encode("utf-16"),
        gzip.compress(lines.encode()),
    ):
        document = parse(body)
        assert ([one.url for one in document.urls], document.fault) == (LINKS, None)
    document = parse(f"# map\n{lines}\nnot found\n\nnor this")
    assert (len(document.urls), document.fault) == (
        3,
        "2 lines that are no address, the first is line 5",
    )


def test_a_page_in_place_of_a_sitemap_is_told() -> None:
    for body in ("<!DOCTYPE html><html><body>Not found</body></html>", "<html><h1>403</h1></html>"):
        assert parse(body).fault == "a page of HTML, no sitemap"
    assert parse("").fault == parse("<urlset/>").fault == "lists no address"


def test_nothing_is_expanded() -> None:
    bomb = '<!DOCTYPE urlset [<!ENTITY a "https://x.example/"><!ENTITY b SYSTEM "file:///etc/hostname">]>'
    document = parse(f"{bomb}<urlset><url><loc>&a;1</loc></url><url><loc>&b;</loc></url></urlset>")
    assert [one.url for one in document.urls] == ["&a;1", "&b;"]


@pytest.mark.skipif(not REAL.is_dir(), reason="the captured sitemaps are not beside this checkout")
def test_captured_sitemaps_give_all_their_addresses() -> None:
    for line in (REAL / "index.jsonl").read_text().splitlines():
        row = json.loads(line)
        body = (REAL / row["name"]).read_text("utf-8", "replace")
        body = re.sub(r"<!--.*?-->", "", body, flags=re.S)
        without_media = re.sub(r"<(image|video):\1\b.*?</\1:\1>", "", body, flags=re.S)
        bare = re.findall(r"<(?:sitemap|url)>\s*(https?://\S+)", without_media)
        document = parse((REAL / row["name"]).read_bytes())
        found = document.urls + document.sitemaps
        assert len(found) == len(re.findall(r"<(?:\w+:)?loc>", without_media)) + len(bare), row["name"]
        if "{{" in body:  # a template, with an if and an else for each date
            continue
        stamps = re.findall(r"<(?:\w+:)?lastmod>\s*(?!</)\S", without_media)
        assert sum(1 for one in found if one.modified) == len(stamps), row["name"]
        dated = re.findall(r"<(?:\w+:)?publication_date>\s*(?!</)\S", without_media)
        assert sum(1 for one in found if one.published) == len(dated), row["name"]
