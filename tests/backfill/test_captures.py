"""Several captures of one page in crawls: what changed is a revision, in order of time, in whatever order
they are read."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.archive_site import BASE, ArchiveSite
from support.newsroom import NOON, Listed, prose, story
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from ingest.backfill import chunks, ledger
from ingest.load.db import Warehouse
from ingest.model import WorkKind
from ingest.stages.counts import Counts
from ingest.stages.edges import Edges
from ingest.stages.judging import Result
from ingest.stages.loading import load_batch
from ingest.upkeep.takedown import take_down

URL = f"{BASE}/news/the-weir-that-was-mended-twice"
OTHER = f"{BASE}/news/a-story-that-stood-as-it-was"
FIRST = datetime(2026, 2, 1, 8, tzinfo=UTC)
TEXTS = [prose(700), [*prose(700)[:3], *prose(701)[:2]], [*prose(700)[:2], *prose(702)[:3]]]
QUEUE = """
INSERT INTO core.pending BY NAME
SELECT c.url_key, t.url, t.host, t.rank, 'capture' AS kind, t.hints, DATE '2026-03-10' AS day, 0 AS attempts,
       TIMESTAMPTZ '2026-03-10 12:00:00+00' AS queued_at, queued_at AS next_attempt_at, c.page_file, \
c.page_offset, c.page_length
FROM core.backfill_capture c JOIN core.backfill_target t USING (backfill_id, url_key)
WHERE t.url LIKE '%weir%' ORDER BY c.captured_at LIMIT 1 RETURNING 1
"""
NOTED_NO_MORE = """
DELETE FROM core.backfill_capture WHERE (page_file, page_offset) IN (SELECT (page_file, page_offset) FROM \
core.pending) RETURNING 1
"""


def body(number: int) -> bytes:
    return story("The weir", 700, paragraphs=TEXTS[number]).bytes()


def crawl(path: Path, *captures: tuple[str, float, bytes]) -> Path:
    """A WARC by another tool; each capture's time in hours after FIRST. A page that says `busy` is one of a
    server's errors."""
    with path.open("wb") as stream:
        writer = WARCWriter(stream, gzip=True)
        for url, hours, page in captures:
            status = "503 Service Unavailable" if page == b"busy" else "200 OK"
            answer = StatusAndHeaders(
                status, [("Content-Type", "text/html; charset=utf-8")], protocol="HTTP/1.1"
            )
            at = {"WARC-Date": (FIRST + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")}
            record = writer.create_warc_record(
                url, "response", payload=io.BytesIO(page), http_headers=answer, warc_headers_dict=at
            )
            writer.write_record(record)
    return path


@pytest.fixture
def crawls(tmp_path: Path) -> list[Path]:
    late = crawl(
        tmp_path / "a.warc.gz", (URL, 9, body(2)), (OTHER, 9, story("Other", 710).bytes()), (URL, 3, body(1))
    )
    early = crawl(
        tmp_path / "b.warc.gz",
        (URL, 0, body(0)),
        (URL, 1, body(0)),
        (URL, 3, body(1)),
        (OTHER, 4, b"<html>busy</html>"),
    )
    return [late, early]


def told(site: ArchiveSite) -> list[tuple[int, bool]]:
    """Number and text (found in TEXTS) of each revision of URL."""
    rows = site.sql(f"SELECT revision, body_text FROM mart.revisions WHERE url = '{URL}' ORDER BY revision")
    return [(revision, "\n\n".join(TEXTS[revision - 1]).split() == text.split()) for revision, text in rows]


def test_each_changed_text_is_a_revision_in_order_of_time(site: ArchiveSite, crawls: list[Path]) -> None:
    summary = site.backfill("warc", inputs=crawls)
    assert (summary.loaded, summary.revised, summary.state) == (2, 2, "done")
    assert told(site) == [(1, True), (2, True), (3, True)]
    assert site.one(f"SELECT revision FROM mart.articles WHERE url = '{URL}'") == 3
    assert site.warehouse("SELECT count(*) FROM core.backfill_capture") == [(0,)]
    assert site.one(f"SELECT revisions FROM mart.articles WHERE url = '{OTHER}'") == 1
    again = site.backfill("warc", inputs=crawls)
    assert (again.loaded, again.revised) == (0, 0)
    assert not site.broken_rules()


def test_the_order_of_reading_does_not_matter(site: ArchiveSite, crawls: list[Path]) -> None:
    assert site.backfill("warc", inputs=crawls[::-1]).revised == 2
    assert told(site) == [(1, True), (2, True), (3, True)]


def test_what_is_pending_when_a_run_dies_between_two_captures_is_gone_on_with(
    site: ArchiveSite, crawls: list[Path]
) -> None:
    """The first is loaded, the next is queued and noted no more, the third waits."""
    site.backfill("warc", inputs=crawls[1:])
    plan = site.plan("warc", inputs=[crawls[0], crawls[1]], mode="all")
    id = plan.backfill_id
    kept = site.warehouse(
        "SELECT captured_at FROM core.backfill_capture WHERE url_key LIKE '%weir%' ORDER BY 1"
    )
    assert [at for (at,) in kept] == [FIRST + timedelta(hours=3), FIRST + timedelta(hours=9)]
    site.warehouse(f"UPDATE core.backfill_chunk SET state = 'done' WHERE backfill_id = '{id}' RETURNING 1")
    site.warehouse(QUEUE)
    site.warehouse(NOTED_NO_MORE)
    assert site.poll(0).pending == 1  # a poll leaves it alone
    assert site.backfill("warc", inputs=crawls, mode="all").state == "done"
    assert told(site) == [(1, True), (2, True), (3, True)]
    assert not site.broken_rules()


def test_a_lost_warehouse_gets_its_revisions_back_from_the_archive(
    site: ArchiveSite, crawls: list[Path]
) -> None:
    site.backfill("warc", inputs=crawls)
    for path in (site.data / "ingest.duckdb", site.data / "news.duckdb"):
        path.unlink()
    site.backfill("archive", inputs=[])
    assert told(site) == [(1, True), (2, True), (3, True)]
    assert not site.broken_rules()


def test_a_capture_of_an_error_does_not_hide_the_good_one_behind_it(
    site: ArchiveSite, tmp_path: Path
) -> None:
    """In one file, and in two that are not read in one batch."""
    busy = crawl(
        tmp_path / "a.warc.gz",
        (URL, 0, b"busy"),
        (OTHER, 0, b"busy"),
        (OTHER, 2, story("Other", 710).bytes()),
    )
    good = crawl(tmp_path / "b.warc.gz", (URL, 1, body(0)))
    plan = site.plan("warc", inputs=[busy, good], dry=True)
    assert (plan.urls, plan.reachable, plan.left_out) == (2, 2, {})
    assert site.backfill("warc", inputs=[busy, good]).loaded == 2
    assert told(site) == [(1, True)]
    assert not site.broken_rules()


def test_a_later_capture_of_a_print_page_is_no_revision(site: ArchiveSite, tmp_path: Path) -> None:
    """Both captures name the article as canonical; what a print page says anew is not what the article
    says."""
    head = f'<link rel="canonical" href="{URL}">'
    prints = [story("The weir", 0, head=head, paragraphs=TEXTS[number]).bytes() for number in (0, 2)]
    link = f"{BASE}/print/the-weir-that-was-mended-twice"
    path = crawl(tmp_path / "a.warc.gz", (URL, 0, body(0)), (link, 1, prints[0]), (link, 2, prints[1]))
    assert site.backfill("warc", inputs=[path]).revised == 0
    assert told(site) == [(1, True)]
    assert not site.broken_rules()


HELD = """
INSERT INTO core.pending BY NAME
SELECT DISTINCT t.url_key, t.url, t.host, t.rank, 'recheck' AS kind, t.hints, DATE '2026-03-10' AS day, 0 \
AS attempts,
       TIMESTAMPTZ '2026-03-10 12:00:00+00' AS queued_at, TIMESTAMPTZ '2026-03-11 12:00:00+00' AS \
next_attempt_at
FROM core.backfill_target t WHERE t.url LIKE '%weir%' RETURNING 1
"""
PASSED_OVER = (
    "INSERT INTO core.alias BY NAME SELECT url, url_key AS link_key, url_key, rank, 'link' AS kind, "
    "DATE '2026-03-10' AS day, TIMESTAMPTZ '2026-03-10 12:00:00+00' AS seen_at, "
    "core.key_hash(url) AS url_hash, core.key_hash(url_key) AS link_hash FROM core.backfill_target "
    "RETURNING 1",
    "INSERT INTO core.outcome BY NAME SELECT DISTINCT url_key AS link_key, url_key, 'failed' AS outcome, "
    "'empty' AS reason, false AS fetched, false AS extracted, DATE '2026-03-10' AS day, "
    "TIMESTAMPTZ '2026-03-10 12:00:00+00' AS decided_at, core.key_hash(url_key) AS link_hash "
    "FROM core.backfill_target RETURNING 1",
)
"""The chunks were opened, and no first capture of a page gave an article."""


def test_captures_behind_a_page_that_a_poll_holds_are_not_forgotten(
    site: ArchiveSite, crawls: list[Path]
) -> None:
    site.plan("warc", inputs=crawls)
    site.warehouse("UPDATE core.backfill_chunk SET state = 'done' RETURNING 1")
    for statement in PASSED_OVER:
        site.warehouse(statement)
    site.warehouse(HELD)
    assert site.backfill("warc", inputs=crawls).state == "running"
    site.warehouse("DELETE FROM core.pending RETURNING 1")
    assert site.backfill("warc", inputs=crawls).state == "done"
    assert (
        site.one(f"SELECT revisions FROM mart.articles WHERE url = '{URL}'") == 2
    )  # the chunk with its first was passed over


def test_captures_that_no_target_stands_for_are_in_nobody_s_way(
    site: ArchiveSite, crawls: list[Path]
) -> None:
    id = str(site.plan("warc", inputs=crawls).backfill_id)
    site.warehouse("DELETE FROM core.backfill_target WHERE url LIKE '%a-story%' RETURNING 1")
    with Warehouse(site.settings).transaction() as con:
        assert [one.url for one in ledger.take_captures(con, id, limit=1)] == [URL]
        assert ledger.captures_left(con, id) == 1
        con.execute("DELETE FROM core.backfill_target")
        assert (ledger.take_captures(con, id), ledger.captures_left(con, id)) == ([], 0)


def test_a_takedown_takes_the_captures_that_wait_along(site: ArchiveSite, crawls: list[Path]) -> None:
    site.plan("warc", inputs=crawls)
    site.plan("warc", inputs=crawls[:1])
    take_down(site.settings, site.feeds(), URL, "by order of a court", NOON)
    assert site.warehouse("SELECT count(*) FROM core.backfill_capture WHERE url_key LIKE '%weir%'") == [(0,)]
    summary = site.backfill("warc", inputs=crawls)
    assert (summary.state, summary.adds_up, summary.seen) == ("done", True, 7)
    assert not site.broken_rules()


def test_a_takedown_between_two_captures_leaves_numbers_that_add_up(
    site: ArchiveSite, crawls: list[Path]
) -> None:
    """One capture is pending work, the other waits."""
    site.plan("warc", inputs=crawls)
    site.warehouse(QUEUE)
    site.warehouse(NOTED_NO_MORE)
    take_down(site.settings, site.feeds(), URL, "by order of a court", NOON)
    assert site.warehouse("SELECT count(*) FROM core.pending") == [(0,)]
    summary = site.backfill("warc", inputs=crawls)
    assert (summary.state, summary.adds_up, summary.seen) == ("done", True, 7)


@pytest.mark.parametrize("kind", [WorkKind.BACKFILL, WorkKind.CAPTURE])
def test_a_run_that_ends_after_any_load_is_gone_on_with_and_adds_up(
    site: ArchiveSite, crawls: list[Path], monkeypatch: pytest.MonkeyPatch, kind: WorkKind
) -> None:
    class Killed(BaseException):
        pass

    def loads_and_dies(edges: Edges, results: Sequence[Result], *args: Any, **named: Any) -> Counts:
        counts = load_batch(edges, results, *args, **named)
        if any(result.work.kind is kind for result in results):
            raise Killed
        return counts

    with monkeypatch.context() as patch:
        patch.setattr(chunks, "load_batch", loads_and_dies)
        with pytest.raises(Killed):
            site.backfill("warc", inputs=crawls)
    summary = site.backfill("warc", inputs=crawls)
    assert (summary.state, summary.adds_up) == ("done", True)
    assert told(site) == [(1, True), (2, True), (3, True)]
    assert not site.broken_rules()


def test_an_old_crawl_does_not_set_a_live_article_back(site: ArchiveSite, tmp_path: Path) -> None:
    site.page(URL, story("The weir", 0, paragraphs=TEXTS[2]))
    site.feed("live", "archive.example", [Listed(URL, "The weir")])
    site.poll(0)
    path = crawl(tmp_path / "a.warc.gz", (URL, 0, body(0)), (URL, 5, body(1)))
    summary = site.backfill("warc", inputs=[path], mode="all", now=NOON + timedelta(hours=1))
    assert (summary.state, summary.loaded, summary.revised) == ("done", 0, 0)
    rows = site.sql(f"SELECT revisions, body_text FROM mart.articles WHERE url = '{URL}'")
    assert [(number, text.split()) for number, text in rows] == [(1, "\n\n".join(TEXTS[2]).split())]
    later = crawl(tmp_path / "b.warc.gz", (URL, 24 * 3_650, body(1)))
    assert site.backfill("warc", inputs=[later], mode="all", now=NOON + timedelta(hours=2)).revised == 1
    assert not site.broken_rules()
