"""What a death in the wrong moment leaves on the disk is no hindrance to the next run."""

from __future__ import annotations

import os
import time
from pathlib import Path

from support.newsroom import Listed, Newsroom, prose, story

from ingest.load.db import Warehouse
from ingest.load.publish import remove_orphans

LINK = "http://alpha.example/news/furnace-lit-again-today"


def one_feed(newsroom: Newsroom) -> None:
    newsroom.feed("alpha", "alpha.example", [Listed(LINK, "Furnace lit")])
    newsroom.page(LINK, story("Furnace lit", 801))


def test_a_warehouse_that_was_not_finished(newsroom: Newsroom) -> None:
    one_feed(newsroom)
    half = newsroom.data / ".new"
    half.mkdir(parents=True)
    (half / "ingest.duckdb").write_bytes(b"half a header")
    (half / "ingest.duckdb.wal").write_bytes(b"?")
    assert newsroom.poll(0).loaded == 1
    assert not half.exists()


def test_a_page_archived_but_not_loaded_is_not_asked_for_again(newsroom: Newsroom) -> None:
    """The state between fsync and commit: the record is whole, no row points to it, the work is pending."""
    one_feed(newsroom)
    newsroom.poll(0)
    newsroom.warehouse("DELETE FROM core.segment RETURNING 1")
    for table in ("core.article", "core.revision", "raw.page", "core.fingerprint"):
        newsroom.warehouse(f"DELETE FROM {table} RETURNING 1")
    newsroom.warehouse("DELETE FROM core.alias WHERE kind <> 'link' RETURNING 1")
    newsroom.warehouse("UPDATE core.outcome SET outcome = 'pending' RETURNING 1")
    newsroom.warehouse(
        "INSERT INTO core.pending BY NAME SELECT link_key AS url_key, url, 'alpha.example' AS host, "
        "feed_id, rank, 'new' AS kind, "
        "'{}' AS hints, day, seen_at AS queued_at, seen_at AS next_attempt_at, 0 AS attempts FROM "
        "core.alias RETURNING 1"
    )
    assert newsroom.poll(0).loaded == 1
    assert newsroom.asked("alpha.example", "/news/furnace-lit-again-today") == 1
    adopted = "SELECT final_url, status, length(sha256), bytes > 0 FROM raw.page WHERE url = '{}'"
    assert newsroom.warehouse(adopted.format(LINK)) == [(LINK, 200, 64, True)]
    assert not newsroom.broken_rules()


def test_a_torn_tail_of_the_archive_is_cut(newsroom: Newsroom) -> None:
    one_feed(newsroom)
    newsroom.poll(0)
    (segment,) = (newsroom.data / "archive").glob("*.warc.gz")
    whole = segment.read_bytes()
    segment.write_bytes(whole + whole[: len(whole) // 3][:-7])
    assert newsroom.poll(1).failed == 0
    assert segment.read_bytes()[: len(whole)] == whole
    assert not newsroom.broken_rules()


def asked_for_again(newsroom: Newsroom, file: str, offset: int, length: int) -> None:
    newsroom.warehouse(
        "INSERT INTO core.pending BY NAME SELECT link_key AS url_key, url, 'alpha.example' AS host, "
        "feed_id, rank, "
        "'refetch' AS kind, '{}' AS hints, day, seen_at AS queued_at, seen_at AS next_attempt_at, 0 AS "
        "attempts, "
        f"'{file}' AS page_file, {offset} AS page_offset, {length} AS page_length FROM core.alias WHERE "
        "kind = 'link' RETURNING 1"
    )


def test_a_page_whose_record_was_lost_is_fetched_from_the_site(newsroom: Newsroom) -> None:
    one_feed(newsroom)
    newsroom.poll(0)
    asked_for_again(newsroom, "gone.warc.gz", 0, 100)
    assert newsroom.poll(1).pending == 0
    assert newsroom.asked("alpha.example", "/news/furnace-lit-again-today") == 2


def test_a_page_whose_record_is_damaged_behind_its_head_is_fetched_from_the_site(newsroom: Newsroom) -> None:
    newsroom.feed("alpha", "alpha.example", [Listed(LINK, "Furnace lit")])
    newsroom.page(LINK, story("Furnace lit", 801, paragraphs=prose(801, 120)))
    newsroom.poll(0)
    ((file, offset, length),) = newsroom.warehouse("SELECT page_file, page_offset, page_length FROM raw.page")
    segment = newsroom.data / "archive" / file
    whole = bytearray(segment.read_bytes())
    whole[offset + length - 400 : offset + length - 200] = bytes(200)
    segment.write_bytes(bytes(whole))
    asked_for_again(newsroom, file, offset, length)
    assert newsroom.poll(1).pending == 0
    assert newsroom.asked("alpha.example", "/news/furnace-lit-again-today") == 2
    assert newsroom.one("SELECT outcome FROM ops.outcomes") == "unchanged"


def test_what_a_killed_publish_left_is_swept_after_a_day(newsroom: Newsroom) -> None:
    one_feed(newsroom)
    newsroom.poll(0)
    published = newsroom.data / "published"
    old, young = (
        published / "articles" / "orphan_old.parquet",
        published / "articles" / "orphan_young.parquet",
    )
    build = published / ".build-1-dead"
    build.mkdir()
    for path in (old, young):
        path.write_bytes(b"PAR1")
    for path in (old, build):
        _age(path, 90_000)
    assert remove_orphans(Warehouse(newsroom.settings)) == 1
    assert (old.exists(), young.exists(), build.exists()) == (False, True, False)
    assert newsroom.one("SELECT headline FROM mart.articles") == "Furnace lit"


def _age(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))
