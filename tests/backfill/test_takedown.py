"""Takedown: afterwards nobody finds the text in any file of the data directory, and it never comes back; and backups."""

from __future__ import annotations

import gzip
from pathlib import Path

import duckdb
import pytest
from support.archive_site import HOST, ArchiveSite
from support.newsroom import Listed, prose, story
from warcio.archiveiterator import ArchiveIterator

from ingest.backfill.backup import backup, restore
from ingest.backfill.scrub import tombstone
from ingest.backfill.takedown import Removal, maintain, take_down
from ingest.errors import ConfigError

ALPHA = "http://alpha.example"
URL = f"{ALPHA}/news/the-story-that-goes"
SECRET = prose(4242)[0][:60]


def newsroom(site: ArchiveSite) -> None:
    """A story polled twice (two revisions), a copy of it elsewhere, and another story."""
    summary = prose(4242)[0]
    site.page(URL, story("The story that goes", 1, paragraphs=prose(4242)))
    site.page(f"{ALPHA}/news/another-one-that-stays", story("Another one", 2))
    site.page("http://beta.example/news/the-story-that-goes-copied", story("The story that goes", 3, paragraphs=prose(4242)))
    site.feed("alpha", "alpha.example", [Listed(URL, "The story that goes", guid="1", summary=summary),
                                         Listed(f"{ALPHA}/news/another-one-that-stays", "Another one", guid="2")])  # fmt: skip
    site.feed("beta", "beta.example", [Listed("http://beta.example/news/the-story-that-goes-copied", "The story that goes")])
    site.poll(0)
    site.page(URL, story("The story that goes, updated", 1, paragraphs=[*prose(4242), *prose(4243, 1)]))
    site.unlist()
    site.feed("alpha", "alpha.example", [Listed(URL, "The story that goes, updated", guid="1", summary=summary),
                                         Listed(f"{ALPHA}/news/another-one-that-stays", "Another one", guid="2")])  # fmt: skip
    assert site.poll(1).revised == 1


def remove(site: ArchiveSite, asked: str = URL) -> Removal:
    return take_down(site.settings, site.feeds(), asked, "court order 12")


def files_with(folder: Path, text: str) -> list[str]:
    """Files that hold `text`: as bytes, in a WARC record, or in any column of any table or Parquet file."""
    found = []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        if path.name.endswith(".warc.gz"):
            held = any(text.encode() in record.content_stream().read() for record in ArchiveIterator(path.open("rb")))
        elif path.suffix == ".parquet":
            held = _in_query(duckdb.connect(), f"SELECT * FROM read_parquet('{path}')", text)
        elif path.name == "ingest.duckdb":
            held = text.encode() in path.read_bytes() or _in_database(path, text)
        else:
            held = text.encode() in path.read_bytes()
        if held:
            found.append(str(path.relative_to(folder)))
    return found


def _in_database(path: Path, text: str) -> bool:
    with duckdb.connect(str(path), read_only=True) as con:
        tables = con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        return any(_in_query(con, f"SELECT * FROM {schema}.{table}", text) for schema, table in tables)


def _in_query(con: duckdb.DuckDBPyConnection, query: str, text: str) -> bool:
    return any(text in str(value) for row in con.execute(query).fetchall() for value in row)


def test_after_takedown_and_maintain_nobody_finds_the_text(site: ArchiveSite) -> None:
    newsroom(site)
    assert len(files_with(site.data, SECRET)) > 5
    copied = "http://beta.example/news/the-story-that-goes-copied"
    removal = remove(site)
    assert (removal.found, [one["url"] for one in removal.copies]) == (True, [copied])
    assert removal.records_overwritten >= 4
    assert remove(site, copied).found
    done = maintain(site.settings, site.feeds())
    assert done.rewritten
    assert not done.broken
    assert files_with(site.data, SECRET) == []
    assert site.sql(f"SELECT status, headline, body_text FROM mart.articles_all WHERE url = '{URL}'") == [("removed", None, None)]
    told = site.one(f"SELECT outcome, reason, detail FROM ops.outcomes WHERE url = '{URL}'")
    assert told == ("skipped", "takedown", "court order 12")
    assert site.one("SELECT headline FROM mart.articles") == "Another one"


def test_it_is_never_loaded_again(site: ArchiveSite, tmp_path: Path) -> None:
    newsroom(site)
    remove(site)
    pages = site.asked("alpha.example", "/news/the-story-that-goes")
    site.unlist()
    site.feed("alpha", "alpha.example", [Listed(URL, "The story that goes, once more", guid="9", summary=prose(4242)[0])])
    site.poll(5)
    (tmp_path / "again.txt").write_text(f"{URL}?utm_source=x\n")
    summary = site.backfill("urls", inputs=[tmp_path / "again.txt"], mode="all")
    assert summary.outcomes == [{"outcome": "duplicate_url", "reason": None, "urls": 1}]
    assert site.asked("alpha.example", "/news/the-story-that-goes") == pages
    told = "SELECT DISTINCT reason FROM ops.outcomes WHERE url_key LIKE '%the-story-that-goes' AND outcome = 'skipped'"
    assert site.one(told) == "takedown"
    assert site.warehouse("SELECT count(*) FROM raw.entry WHERE contains(title, 'once more')") == [(0,)]
    assert not site.broken_rules()


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
