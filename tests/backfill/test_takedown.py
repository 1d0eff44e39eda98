"""Takedown: afterwards nobody finds the text in any file of the data directory, and it never comes back; and
backups."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from support.archive_site import HOST, ArchiveSite
from support.captures import write_warc
from support.newsroom import NOON, Listed, prose, story
from support.taken_down import ALPHA, TITLE, URL, WORDS, files_with, newsroom, remove
from support.wire_server import Answer
from warcio.archiveiterator import ArchiveIterator

from ingest.errors import ConfigError
from ingest.fetch.archive import Archive
from ingest.fetch.removal import tombstone
from ingest.load.db import Warehouse
from ingest.model import Response
from ingest.upkeep.backup import backup, restore
from ingest.upkeep.maintain import maintain
from ingest.upkeep.scrub import scrub
from ingest.urls.identity import HostRules, url_key


def test_after_takedown_and_maintain_nobody_finds_the_text(site: ArchiveSite) -> None:
    newsroom(site)
    assert len(files_with(site.data, *WORDS)) > 5
    copied = "http://beta.example/news/the-story-that-goes-copied"
    removal = remove(site)
    assert (removal.found, [one["url"] for one in removal.copies]) == (True, [copied])
    assert removal.records_overwritten >= 4
    assert remove(site, copied).found
    done = maintain(site.settings, site.feeds())
    assert done.rewritten
    assert not done.broken
    assert files_with(site.data, *WORDS) == []
    assert site.sql(f"SELECT status, headline, body_text FROM mart.articles_all WHERE url = '{URL}'") == [
        ("removed", None, None)
    ]
    told = site.one(f"SELECT outcome, reason, detail FROM ops.outcomes WHERE url = '{URL}'")
    assert told == ("skipped", "takedown", "court order 12")
    assert site.one("SELECT headline FROM mart.articles") == "Another one"


def test_it_is_never_loaded_again(site: ArchiveSite, tmp_path: Path) -> None:
    newsroom(site)
    remove(site)
    pages = site.asked("alpha.example", "/news/the-story-that-goes")
    site.unlist()
    site.feed(
        "alpha",
        "alpha.example",
        [Listed(URL, "The story that goes, once more", guid="9", summary=prose(4242)[0])],
    )
    site.poll(5)
    (tmp_path / "again.txt").write_text(f"{URL}?utm_source=x\n")
    summary = site.backfill("urls", inputs=[tmp_path / "again.txt"], mode="all")
    assert summary.outcomes == [{"outcome": "duplicate_url", "reason": None, "urls": 1}]
    assert site.asked("alpha.example", "/news/the-story-that-goes") == pages
    told = (
        "SELECT DISTINCT reason FROM ops.outcomes WHERE url_key LIKE '%the-story-that-goes' AND outcome "
        "= 'skipped'"
    )
    assert site.one(told) == "takedown"
    assert site.warehouse("SELECT count(*) FROM raw.entry WHERE contains(title, 'once more')") == [(0,)]
    assert not site.broken_rules()


def test_what_brings_it_again_by_other_ways_leaves_no_text_either(site: ArchiveSite, tmp_path: Path) -> None:
    newsroom(site)
    remove(site)
    remove(site, "http://beta.example/news/the-story-that-goes-copied")
    maintain(site.settings, site.feeds())
    whole = story(TITLE, 1, paragraphs=prose(4242), head=f'<link rel="canonical" href="{URL}">')
    site.page(f"{ALPHA}/go/77", Answer(302, headers={"Location": URL}))
    site.page(f"{ALPHA}/print/77-the-story-on-paper", whole)
    site.page(f"{ALPHA}/news/moved-to-another-address-since", whole)
    summary = prose(4242)[1]
    ways = [
        (URL, f"{TITLE}, again", "1"),
        (f"{ALPHA}/go/77", TITLE, "77"),
        (f"{ALPHA}/print/77-the-story-on-paper", TITLE, "78"),
        (f"{ALPHA}/news/moved-to-another-address-since", TITLE, "1"),
    ]
    for hour, (link, title, guid) in enumerate(ways):
        site.unlist()
        site.feed("alpha", "alpha.example", [Listed(link, title, guid=guid, summary=summary)])
        site.poll(5 + hour)
    write_warc(tmp_path / "a.warc.gz", {f"{ALPHA}/amp/77-the-story": whole.bytes()})
    summary_of = site.backfill("warc", inputs=[tmp_path / "a.warc.gz"])
    assert [(one["outcome"], one["reason"]) for one in summary_of.outcomes] == [("skipped", "takedown")]
    assert site.asked("alpha.example", "/news/moved-to-another-address-since") == 0
    assert site.one("SELECT count(*) FROM mart.articles WHERE headline <> 'Another one'") == 0
    told = site.sql(
        "SELECT url, detail FROM ops.outcomes WHERE reason = 'takedown' AND detail = 'court order 12' ORDER "
        "BY url"
    )
    assert len(told) >= 4
    maintain(site.settings, site.feeds())
    assert files_with(site.data, *WORDS) == []
    assert not site.broken_rules()
    pages = len(site.server.asked)
    (tmp_path / "all.txt").write_text(
        "\n".join([URL, f"{ALPHA}/go/77", f"{ALPHA}/print/77-the-story-on-paper"])
    )
    again = site.backfill("urls", inputs=[tmp_path / "all.txt"], mode="all")
    assert (len(site.server.asked), [one["reason"] for one in again.outcomes]) == (pages, ["takedown"])


def test_pages_that_quote_it_are_named_and_stops_that_all_come_by_are_not_barred(
    site: ArchiveSite, tmp_path: Path
) -> None:
    """A teaser on another page is somebody's decision; a consent page on the way to every story is not the
    story."""
    gate, teaser = f"{ALPHA}/consent", f"{ALPHA}/news/what-else-there-is-today"
    for number in range(2):
        entrance = f"{ALPHA}/in/{number}"
        site.page(entrance, Answer(302, headers={"Location": f"{gate}?to={number}"}))
        site.page(
            f"{ALPHA}/news/story-behind-the-gate-{number}",
            story(f"Story {number}", number, paragraphs=prose(4242 + number)),
        )
    site.page(
        gate, lambda asked: Answer(302, headers={"Location": f"/news/story-behind-the-gate-{asked.path[-1]}"})
    )
    site.page(teaser, story("What else", 5, paragraphs=[*prose(5), prose(4242)[0]]))
    site.feed(
        "alpha",
        "alpha.example",
        [Listed(f"{ALPHA}/in/{number}", f"Story {number}") for number in range(2)]
        + [Listed(teaser, "What else")],
    )
    assert site.poll(0).loaded == 3
    removal = remove(site, f"{ALPHA}/news/story-behind-the-gate-0")
    assert removal.quoted == [teaser]
    assert site.sql("SELECT headline FROM mart.articles ORDER BY 1") == [("Story 1",), ("What else",)]
    remove(site, teaser)
    maintain(site.settings, site.feeds())
    assert files_with(site.data, prose(4242)[0][:60]) == []
    assert len(files_with(site.data, prose(4243)[0][:60])) > 2


def one_by_one(site: ArchiveSite, stop: str, at_stop: Callable[[int], Answer]) -> list[str]:
    """Two stories, each in a poll of its own and by an address of its own that leads to the same `stop`;
    texts of the two."""
    for number in range(2):
        site.page(f"{ALPHA}/in/{number}", Answer(302, headers={"Location": stop}))
        site.page(stop, at_stop(number))
        site.unlist()
        site.feed("alpha", "alpha.example", [Listed(f"{ALPHA}/in/{number}", f"Story {number}")])
        assert site.poll(number).loaded == 1
    texts = [prose(4242 + number)[0][:60] for number in range(2)]
    assert all(files_with(site.data / "archive", text) for text in texts)
    return texts


def test_what_came_by_the_same_stop_keeps_its_records(site: ArchiveSite) -> None:
    """A gate with one address for all stories was last met on the way to the one that goes."""
    gate = f"{ALPHA}/consent"
    for number in range(2):
        site.page(
            f"{ALPHA}/news/behind-the-gate-{number}",
            story(f"Story {number}", number, paragraphs=prose(4242 + number)),
        )
    texts = one_by_one(
        site, gate, lambda number: Answer(302, headers={"Location": f"/news/behind-the-gate-{number}"})
    )
    assert not remove(site, gate).found
    assert site.one("SELECT count(*) FROM mart.articles") == 2
    assert remove(site, f"{ALPHA}/news/behind-the-gate-1").found
    maintain(site.settings, site.feeds())
    assert files_with(site.data, texts[1]) == []
    assert files_with(site.data / "archive", texts[0])


def test_what_was_shown_at_the_same_address_keeps_its_records(site: ArchiveSite) -> None:
    """A reader's page that shows all stories, and names the address of each as canonical."""

    def shown(number: int) -> Answer:
        head = f'<link rel="canonical" href="{ALPHA}/news/shown-to-readers-{number}">'
        return story(f"Story {number}", number, paragraphs=prose(4242 + number), head=head)

    texts = one_by_one(site, f"{ALPHA}/news/the-page-of-the-reader", shown)
    assert remove(site, f"{ALPHA}/news/shown-to-readers-1").found
    maintain(site.settings, site.feeds())
    assert files_with(site.data, texts[1]) == []
    assert files_with(site.data / "archive", texts[0])


@pytest.mark.parametrize(
    ("type", "start", "goes"),
    [
        ("text/plain; charset=utf-8; form=article", "", False),
        ("", "<html><head><title>It</title></head>", False),
        ("text/html", "<!DOCTYPE html><html><feedback-button></feedback-button>", False),
        ("application/xhtml+xml", '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">', False),
        ("text/xml", '<?xml version="1.0"?><!DOCTYPE html><html>', False),
        ("text/html", '<?xml version="1.0"?><rss version="2.0"><channel>', True),
        ("", '<feed xmlns="http://www.w3.org/2005/Atom">', True),
        ("text/plain", '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">', True),
        ("application/atom+xml", "<!-- a list --><a:feed>", True),
        ("application/json", '{"items": ', True),
        ("", '{"version": "https://jsonfeed.org/version/1.1", "items": ', True),
    ],
)
def test_only_what_is_known_to_be_a_feed_goes_for_what_it_lists(
    tmp_path: Path, type: str, start: str, goes: bool
) -> None:
    """A page of another address that links to it and quotes it is named, whatever its content-type says or
    does not say."""
    body = f'{start}<a href="{URL}">{prose(4242)[0]}</a>'.encode()
    other = f"{ALPHA}/somewhere/else"
    archive = Archive(tmp_path, "live")
    place = archive.append(
        Response(
            requested_url=other,
            url=other,
            status=200,
            headers={"content-type": type} if type else {},
            body=body,
            fetched_at=NOON,
        )
    )
    archive.close()
    rules = HostRules()
    found = scrub(tmp_path, [url_key(URL, rules)], [prose(4242)[0]], lambda url: url_key(url, rules))
    assert (found.records, found.quoted) == ((1, []) if goes else (0, [other]))
    if not goes:
        assert Archive(tmp_path, "look").read(place).body == body


def test_other_records_of_the_segment_stay_readable(site: ArchiveSite) -> None:
    newsroom(site)
    sizes = {path: path.stat().st_size for path in (site.data / "archive").iterdir()}
    remove(site)
    assert {path: path.stat().st_size for path in (site.data / "archive").iterdir()} == sizes
    kinds = [record.rec_type for path in sizes for record in ArchiveIterator(path.open("rb"))]
    assert {"metadata", "response", "warcinfo"} <= set(kinds)
    assert site.poll(3).failed == 0


def test_an_unknown_address_is_barred_all_the_same(site: ArchiveSite) -> None:
    site.fill(1, 2)
    url = sorted(site.articles)[0]
    Warehouse(site.settings).prepare()
    assert not remove(site, url).found
    assert site.backfill().loaded == 1
    found = dict(site.sql("SELECT coalesce(reason, outcome), count(*) FROM ops.outcomes GROUP BY ALL"))
    assert found == {"loaded": 1, "takedown": 1}


def test_a_takedown_cut_off_is_finished_by_maintenance(site: ArchiveSite) -> None:
    newsroom(site)
    remove(site)
    site.warehouse("UPDATE core.takedown SET scrubbed = false")
    assert maintain(site.settings, site.feeds()).takedowns_finished > 0
    assert site.warehouse("SELECT count(*) FROM core.takedown WHERE NOT scrubbed OR NOT erased") == [(0,)]


@pytest.mark.parametrize("length", [25, 26, 120, 300, 301, 5_000, 65_800, 65_806, 131_400, 400_000])
def test_a_tombstone_is_as_long_as_what_it_replaces(length: int) -> None:
    note = tombstone(length)
    assert len(note) == length
    assert gzip.decompress(note)[:8] in (b"WARC/1.1", b"")


def test_a_backup_is_a_data_directory_again(site: ArchiveSite, tmp_path: Path) -> None:
    site.fill(2, 3)
    site.backfill()
    before = site.tables()
    backup(site.settings, tmp_path / "copy")
    with pytest.raises(ConfigError, match="not empty"):
        backup(site.settings, tmp_path / "copy")
    held = remove(site, sorted(site.articles)[0]).backups
    assert [(one["path"], one["there"]) for one in held] == [(str(tmp_path / "copy"), True)]
    with pytest.raises(ConfigError, match="not empty"):
        restore(site.settings, tmp_path / "copy")
    site.data.rename(tmp_path / "old")
    restore(site.settings, tmp_path / "copy")
    assert site.tables() == before
    assert site.backfill().fetched == 0
    assert site.one("SELECT count(*) FROM mart.articles") == 6
    assert HOST in site.one("SELECT min(url_key) FROM mart.articles")


def test_a_damaged_record_keeps_nothing_behind_it_in_the_archive(
    site: ArchiveSite, caplog: pytest.LogCaptureFixture
) -> None:
    newsroom(site)
    segments = sorted((site.data / "archive").glob("*.warc.gz"))
    for path in segments:  # the record that opens each segment
        with path.open("r+b") as stream:
            stream.write(b"\0" * 10)
    with caplog.at_level("WARNING"):
        assert remove(site).records_overwritten >= 4
    assert caplog.text.count("cannot be read, and were not searched") == len(segments)
