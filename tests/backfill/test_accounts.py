"""Every address that a backfill lists ends in one outcome; one that loses an address says so."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from support.archive_site import HOST, ArchiveSite
from support.taken_down import URL, newsroom, remove
from support.wire_server import Answer

from ingest.backfill import chunks
from ingest.backfill import run as backfills
from ingest.backfill.run import BackfillSummary
from ingest.cli.main import run
from ingest.load.db import Warehouse
from ingest.load.publish import publish


def resumed(site: ArchiveSite, id: str) -> BackfillSummary:
    return asyncio.run(backfills.resume(site.settings, site.feeds(), id))


def test_ops_backfills_shows_what_became_of_every_address(site: ArchiveSite) -> None:
    site.fill(2, 3)
    expected = site.litter(2, 3)
    summary = site.backfill()
    assert summary.state == "done"
    row = site.one(
        "SELECT source, state, urls, loaded, duplicate_url, failed, skipped, pending, problems, "
        "ended_at IS NULL FROM ops.backfills"
    )
    assert row == (
        "sitemap",
        "done",
        sum(expected.values()),
        expected["loaded"],
        expected["duplicate_url"],
        expected["http_404"],
        expected["off_scope"],
        0,
        0,
        False,
    )
    assert not site.broken_rules()


def test_a_backfill_that_another_run_has_finished_shows_its_outcomes(site: ArchiveSite) -> None:
    site.fill(1, 3)
    first = site.backfill()
    again = resumed(site, first.backfill_id)
    assert (again.state, again.urls, again.outcomes) == ("done", first.urls, first.outcomes)
    assert (again.fetched, again.loaded) == (0, 0)


def test_an_address_that_is_dropped_makes_the_backfill_incomplete(
    site: ArchiveSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.fill(1, 3)
    chunk_rows = chunks.chunk_rows
    monkeypatch.setattr(chunks, "chunk_rows", lambda targets, *rest: chunk_rows(targets[1:], *rest))
    summary = site.backfill()
    assert summary.state == "incomplete"
    assert "3 addresses listed, 3 of them opened, but 2 have an outcome" in summary.problems[-1]["detail"]
    assert site.one("SELECT state FROM ops.backfills") == "incomplete"
    assert site.one("SELECT state FROM ops.runs") == "incomplete"
    assert "backfill_targets_are_accounted" in site.broken_rules()


def test_an_address_that_is_taken_down_while_its_backfill_is_open_keeps_an_outcome(site: ArchiveSite) -> None:
    newsroom(site)
    plan = site.plan(
        "urls", inputs=[listed(site, URL, "http://alpha.example/news/one-more-of-them")], mode="all"
    )
    remove(site)
    summary = resumed(site, str(plan.backfill_id))
    assert (summary.state, summary.urls) == ("done", 2)
    assert {(row["outcome"], row["reason"]) for row in summary.outcomes} == {
        ("skipped", "takedown"),
        ("failed", "http_404"),
    }
    assert not site.broken_rules()


def listed(site: ArchiveSite, *urls: str) -> Any:
    path = site.folder / "list.txt"
    path.write_text("\n".join(urls))
    return path


def test_the_kind_of_a_copy_is_that_of_the_marts(site: ArchiveSite) -> None:
    newsroom(site)
    kinds = dict(site.sql("SELECT url, kind FROM mart.copies"))
    for copy in remove(site).copies:
        assert copy["kind"] == kinds[copy["url"]]
    publish(Warehouse(site.settings))


def test_status_tells_the_tally_and_the_problems_as_json(
    site: ArchiveSite, capsys: pytest.CaptureFixture[str]
) -> None:
    site.fill(1, 3)
    summary = site.backfill()
    assert run(["backfill", "status", "--data", str(site.data), "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["backfills"]
    assert (row["state"], row["urls"], row["problems"], row["outcomes"]) == ("done", 3, [], summary.outcomes)
    assert row["ended_at"] == "2026-03-10T12:00:00Z"
    assert run(["backfill", "status", "--data", str(site.data)]) == 0


def test_what_the_inputs_list_adds_up(site: ArchiveSite) -> None:
    site.fill(1, 3)
    addresses = list(site.articles)
    summary = site.backfill("urls", inputs=[listed(site, *addresses, addresses[0], "no address at all")])
    row = site.one("SELECT state, seen, urls, versions, same FROM ops.backfills")
    assert row == ("done", summary.seen, summary.urls, 0, summary.same)
    assert (summary.seen, summary.same) == (5, 1)
    assert not site.broken_rules()
    site.warehouse("UPDATE core.backfill SET seen = seen + 1 RETURNING 1")
    assert site.broken_rules().keys() == {"backfills_add_up"}


def test_status_names_a_backfill_whose_input_could_not_be_read(
    site: ArchiveSite, capsys: pytest.CaptureFixture[str]
) -> None:
    site.fill(2, 2)
    whole = site.server.routes[f"{HOST}/sitemap.xml"]
    site.server.routes[f"{HOST}/sitemap.xml"] = Answer(503)
    summary = site.backfill()
    assert summary.state == "incomplete"
    assert site.one("SELECT state, detail FROM ops.runs") == (
        "incomplete",
        f"1 input of backfill {summary.backfill_id} could not be read",
    )
    assert run(["status", "--data", str(site.data)]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "is incomplete" in line]
    assert line.endswith(f"; `ingest backfill resume {summary.backfill_id}` tries again")
    site.server.routes[f"{HOST}/sitemap.xml"] = whole
    assert resumed(site, summary.backfill_id).state == "done"
