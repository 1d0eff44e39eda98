"""What inputs list = addresses + versions + what says the same, each counted by itself: a loss shows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from support.archive_site import BASE, HOST, XML, ArchiveSite, urlset
from support.newsroom import NOON, prose
from support.wire_server import Answer

from ingest.backfill import ledger, plan
from ingest.backfill import run as backfills
from ingest.backfill.run import BackfillSummary
from ingest.cli.main import run


def resume(site: ArchiveSite) -> BackfillSummary:
    id = str(backfills.find(site.settings, "last")["backfill_id"])
    return asyncio.run(backfills.resume(site.settings, site.feeds(), id, now=NOON))


def sums(summary: BackfillSummary) -> tuple[int, int, int, int, bool]:
    return summary.seen, summary.urls, sum(summary.versions.values()), summary.same, summary.adds_up


def lines(path: Path, *rows: tuple[str, int, int]) -> Path:
    """Rows of (name of the page, number of its text, day on which it was fetched)."""
    path.write_text(
        "".join(
            json.dumps(
                {
                    "url": f"{BASE}/news/{name}",
                    "text": "\n".join(prose(seed)),
                    "crawled_at": f"2026-02-{day:02d}T00:00:00Z",
                }
            )
            + "\n"
            for name, seed, day in rows
        )
    )
    return path


def test_an_address_that_is_lost_while_planning_shows_in_the_sum(
    site: ArchiveSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.fill(1, 4)
    add = ledger.add_targets
    monkeypatch.setattr(ledger, "add_targets", lambda con, id, targets: add(con, id, targets[1:]))
    summary = site.backfill()
    assert (sums(summary), summary.state) == ((4, 3, 0, 0, False), "incomplete")
    assert "4 addresses, lines and records were read, but 3 have an outcome" in summary.problems[-1]["detail"]


def test_a_version_that_is_lost_while_planning_shows_in_the_sum(
    site: ArchiveSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.fill(1, 1)
    add = ledger.add_captures

    def without_last(con: Any, id: str, captures: Sequence[Any]) -> None:
        add(con, id, captures[:-1])

    path = lines(tmp_path / "a.jsonl", ("a-story-1", 1, 1), ("a-story-1", 2, 2), ("a-story-1", 3, 3))
    assert sums(site.backfill("jsonl", inputs=[path])) == (3, 1, 2, 0, True)
    path = lines(tmp_path / "b.jsonl", ("a-story-2", 4, 1), ("a-story-2", 5, 2), ("a-story-2", 6, 3))
    monkeypatch.setattr(ledger, "add_captures", without_last)
    assert site.backfill("jsonl", inputs=[path]).same == 1  # not stored: as if its text were another's


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([("a-story", 1, 1), ("a-story?utm_source=x", 1, 2)], (2, 2, 0, 0)),
        ([("a-story", 1, 1), ("a-story?utm_source=x", 2, 2)], (2, 2, 0, 0)),
        ([("a-story", 1, 1), ("a-story?utm_source=x", 2, 2), ("a-story", 3, 3)], (3, 2, 1, 0)),
        ([("a-story", 2, 2), ("a-story", 1, 1), ("a-story", 1, 1)], (3, 1, 1, 1)),
        ([("a-story", 1, 1), ("a-story", 1, 2), ("a-story", 2, 3), ("b-story", 1, 1)], (4, 2, 1, 1)),
    ],
)
def test_rows_of_one_page_are_each_counted_once(
    site: ArchiveSite, tmp_path: Path, rows: list[tuple[str, int, int]], wanted: tuple[int, int, int, int]
) -> None:
    site.fill(1, 1)
    summary = site.backfill("jsonl", inputs=[lines(tmp_path / "a.jsonl", *rows)])
    assert sums(summary) == (*wanted, True)
    assert site.one("SELECT seen, urls, versions, same FROM ops.backfills") == wanted
    assert not site.broken_rules()


def test_addresses_that_sitemaps_repeat_are_recognised_over_all_of_them(site: ArchiveSite) -> None:
    site.fill(2, 3)
    known = sorted(site.articles)
    site.server.routes[f"{HOST}/maps/2026-02-02.xml"] = Answer(
        body=urlset(*known, known[0], f"{known[1]}?utm_source=map"), headers=XML
    )
    assert sums(site.backfill()) == (3 + 8, 7, 0, 4, True)


def test_addresses_that_are_listed_no_more_when_resume_reads_again_still_count(site: ArchiveSite) -> None:
    site.fill(2, 3)
    whole = site.server.routes[f"{HOST}/maps/2026-02-02.xml"]
    site.server.routes[f"{HOST}/maps/2026-02-02.xml"] = Answer(503)
    assert site.backfill().state == "incomplete"
    first = sorted(site.articles)[0]
    site.server.routes[f"{HOST}/maps/2026-02-01.xml.gz"] = Answer(body=urlset(first, first), headers=XML)
    site.server.routes[f"{HOST}/maps/2026-02-02.xml"] = whole
    summary = resume(site)
    assert (sums(summary), summary.state) == ((2 + 3 + 2, 6, 0, 1, True), "done")


def test_a_resume_that_dies_while_it_lists_anew_leaves_addresses_that_wait_and_says_so(
    site: ArchiveSite, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    site.fill(2, 3)
    whole = site.server.routes[f"{HOST}/maps/2026-02-02.xml"]
    site.server.routes[f"{HOST}/maps/2026-02-02.xml"] = Answer(503)
    assert site.backfill().loaded == 3
    site.server.routes[f"{HOST}/maps/2026-02-02.xml"] = whole
    with monkeypatch.context() as patch:
        patch.setattr(plan, "_end", dies)
        with pytest.raises(RuntimeError):
            resume(site)
    (row,) = backfills.status(site.settings)
    assert (row["state"], row["urls"], row["waiting"]) == ("planning", 3, 3)
    assert not site.broken_rules()
    assert run(["backfill", "status", "--data", str(site.data)]) == 0
    assert f"{row['backfill_id']} has listed 3 addresses that are in no chunk yet" in capsys.readouterr().out
    summary = resume(site)
    assert (summary.state, summary.loaded, sums(summary)) == ("done", 3, (6, 6, 0, 0, True))
    assert site.pages_asked() == 6


def dies(*_: Any) -> None:
    raise RuntimeError("killed here")


def test_resume_without_an_id_goes_on_with_the_newest_that_is_not_done(
    site: ArchiveSite, capsys: pytest.CaptureFixture[str]
) -> None:
    site.fill(1, 2)
    site.plan()
    options = ["--feeds", str(site.write()), "--config", str(site.folder / "ingest.toml")]
    options += ["--data", str(site.data)]
    assert run(["backfill", "plan", "--feed", "nope", *options]) == 2
    assert "nope" in capsys.readouterr().err
    assert run(["backfill", "resume", "--json", *options, "--now", "2026-03-10T12:00:00Z"]) == 0
    assert json.loads(capsys.readouterr().out)["loaded"] == 2
    assert run(["backfill", "resume", "--json", *options]) in (0, 2)


def test_a_plan_of_a_version_that_counted_nothing_is_run_and_done(site: ArchiveSite) -> None:
    """As migration 0007 leaves a backfill that an earlier version planned."""
    site.fill(2, 3)
    id = site.plan().backfill_id
    site.warehouse(
        "UPDATE core.backfill SET seen = NULL, same = NULL, unreadable = NULL, counts = NULL "
        f"WHERE backfill_id = '{id}' RETURNING 1"
    )
    summary = site.backfill()
    assert (summary.backfill_id, summary.state, summary.problems) == (id, "done", [])
    assert summary.adds_up
    assert summary.seen == summary.urls
    assert not site.broken_rules()
