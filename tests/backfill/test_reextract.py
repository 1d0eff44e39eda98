"""Re-extraction: only texts that a rule affects change, no revision opens, the change is told, and it can be
undone."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from support.archive_site import FIRST, ArchiveSite
from support.captures import written
from support.newsroom import Listed, prose, story

import ingest
import warehouse
from ingest.errors import ConfigError
from ingest.load.db import Warehouse
from ingest.upkeep.reextract import ReextractRequest, Report, reextract, undo

ALPHA = "http://alpha.example"
SPONSOR = (
    "The valley gazette is printed by its sponsor in the old mill house and is read in forty villages "
    "along the river."
)


def again(site: ArchiveSite, **wanted: Any) -> Report:
    return reextract(site.settings, site.feeds(), ReextractRequest(**wanted))


def seven_pages(site: ArchiveSite) -> None:
    """Six pages end with the same line, which the host is found to repeat; one does not."""
    entries = []
    for seed in range(7):
        url = f"{ALPHA}/news/story-number-{seed}-of-seven"
        text = [*prose(700 + seed), SPONSOR] if seed else prose(700)
        site.page(url, story(f"Story number {seed}", seed, paragraphs=text))
        entries.append(
            Listed(url, f"Story number {seed}", summary="In short.", published="Tue, 10 Mar 2026 11:30:00")
        )
    site.feed("alpha", "alpha.example", entries, timezone="Europe/Kyiv")
    site.poll(0)


def test_the_same_rules_change_nothing(site: ArchiveSite) -> None:
    seven_pages(site)
    site.fill(2, 3)
    site.backfill()
    before = site.tables()
    report = again(site)
    assert (report.texts, report.same, report.changed, report.lost) == (13, 13, 0, {})
    assert site.tables() == before
    with pytest.raises(ConfigError, match="no such re-extraction"):
        undo(site.settings, "last")


def test_a_changed_rule_changes_only_the_texts_it_affects_and_can_be_undone(site: ArchiveSite) -> None:
    seven_pages(site)
    before = site.tables()
    pages = len(site.server.asked)
    assert site.one("SELECT count(*) FROM mart.articles WHERE contains(body_text, 'sponsor')") == 6
    dry = again(site, learned=True, dry=True)
    assert (dry.changed, dry.same) == (6, 1)
    assert site.tables() == before
    report = again(site, learned=True)
    assert (report.changed, report.same, report.fields["body_text"], len(report.largest)) == (6, 1, 6, 6)
    assert report.words_removed == 6 * len(SPONSOR.split())
    assert all(f"-{SPONSOR}" in one["diff"] for one in report.largest)
    assert site.one("SELECT count(*) FROM mart.articles WHERE contains(body_text, 'sponsor')") == 0
    assert site.one("SELECT max(revisions), count(DISTINCT kind) FROM mart.articles, mart.revisions") == (
        1,
        1,
    )
    assert len(site.server.asked) == pages
    assert not site.broken_rules()
    assert site.poll(1).revised == 0
    assert undo(site.settings, report.run_id) == 6
    assert site.tables()[:3] == before[:3]
    assert again(site).changed == 0  # what was taken out then is known as it was
    assert not site.broken_rules()


def test_what_was_changed_last_is_put_back_first(site: ArchiveSite) -> None:
    seven_pages(site)
    before = site.tables()
    first = again(site, learned=True)
    site.warehouse("UPDATE core.boilerplate_line SET active = false")
    site.warehouse("DELETE FROM core.dropped_line")
    second = again(site)
    assert (first.changed, second.changed) == (6, 6)
    with pytest.raises(ConfigError, match=second.run_id):
        undo(site.settings, first.run_id)
    assert (undo(site.settings, "last"), undo(site.settings, "last")) == (6, 6)
    assert site.tables() == before


CHANGED_RULE = """

_unchanged = judge


def judge(page: Page, ruled: Ruled) -> tuple[list[Block], list[DroppedLine]]:
    blocks, dropped = _unchanged(page, ruled)
    return [block for block in blocks if not block.text.startswith("The valley gazette is printed")], dropped
"""
REVISIONS = "SELECT url, revision, kind, first_seen_at FROM mart.revisions ORDER BY ALL"
EVERY_TABLE = "SELECT schema_name || '.' || table_name FROM duckdb_tables() ORDER BY ALL"
MOVING = (
    "core.run",
    "core.meta",
    "core.dirty_day",
    "core.published_file",
    "core.reextraction",
    "core.sentence",
    "core.sentence_fresh",
)
"""Tables that tell of runs, not of news: the last two, when a sentence was seen last and what is to be learnt
of next."""


def program_with(folder: Path, rule: str) -> Path:
    """A copy of the program with `rule` behind what it decides of blocks."""
    for package in (ingest, warehouse):
        shutil.copytree(Path(str(package.__file__)).parent, folder / package.__name__)
    with (folder / "ingest" / "extract" / "blocks" / "judge.py").open("a", encoding="utf-8") as source:
        source.write(rule)
    return folder


def rows_of(site: ArchiveSite) -> dict[str, list[Any]]:
    names = [name for (name,) in site.warehouse(EVERY_TABLE) if name not in MOVING]
    return {name: sorted(map(repr, site.warehouse(f"FROM {name}"))) for name in names}


def by_another_rule(site: ArchiveSite, pages: int, every: int, tmp_path: Path) -> int:
    """`pages` archived pages, each `every`-th with a line that a changed rule takes out; the program with
    that rule redoes them. Returns how many texts came back when that was undone."""
    site.fill(20, pages // 20)
    found = {url: answer.bytes() for url, answer in site.articles.items()}
    affected = sorted(found)[::every]
    for number, url in enumerate(affected):
        found[url] = found[url].replace(
            b"</p>", f"</p><p>{SPONSOR} This is number {number} of its kind.</p>".encode(), 1
        )
    assert site.backfill("warc", inputs=[written("warc", tmp_path, found)]).loaded == pages
    articles = {row[0]: row for row in site.sql("SELECT url, * FROM mart.articles_all")}
    revisions, rows, asked = site.sql(REVISIONS), rows_of(site), len(site.server.asked)
    path = os.pathsep.join(
        [str(program_with(tmp_path / "other", CHANGED_RULE)), *filter(None, [os.environ.get("PYTHONPATH")])]
    )
    done = subprocess.run(
        [sys.executable, "-m", "ingest.cli.main", "reextract", "--json"],
        cwd=site.folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
        timeout=600,
        check=True,
    )
    report = json.loads(done.stdout)
    assert (report["texts"], report["changed"], report["same"], report["lost"]) == (
        pages,
        len(affected),
        pages - len(affected),
        {},
    )
    assert report["fields"]["body_text"] == report["fields"]["word_count"] == len(affected)
    words = len(f"{SPONSOR} This is number 1 of its kind.".split())
    assert (report["words_added"], report["words_removed"]) == (0, len(affected) * words)
    assert len(report["largest"]) == min(20, len(affected))
    for one in report["largest"]:
        assert re.fullmatch(rf"-{SPONSOR} This is number \d+ of its kind\.", one["diff"])
    now = {row[0]: row for row in site.sql("SELECT url, * FROM mart.articles_all")}
    assert sorted(url for url in articles if articles[url] != now[url]) == affected
    assert site.sql(REVISIONS) == revisions
    assert site.one("SELECT max(revisions) FROM mart.articles_all") == 1
    assert len(site.server.asked) == asked
    assert not site.broken_rules()
    undone = undo(site.settings, report["run_id"])
    assert rows_of(site) == rows
    assert {row[0]: row for row in site.sql("SELECT url, * FROM mart.articles_all")} == articles
    assert not site.broken_rules()
    return undone


def test_another_rule_changes_what_it_is_about_and_nothing_else(site: ArchiveSite, tmp_path: Path) -> None:
    assert by_another_rule(site, 100, 10, tmp_path) == 10


@pytest.mark.full
@pytest.mark.timeout(1200)
def test_two_thousand_pages_by_another_rule(site: ArchiveSite, tmp_path: Path) -> None:
    assert by_another_rule(site, 2_000, 10, tmp_path) == 200


def test_each_revision_is_extracted_from_its_own_page(site: ArchiveSite) -> None:
    seven_pages(site)
    url = f"{ALPHA}/news/story-number-3-of-seven"
    site.page(url, story("Story number 3, corrected", 3, paragraphs=[*prose(750), SPONSOR]))
    site.unlist()
    site.feed("alpha", "alpha.example", [Listed(url, "Story number 3, corrected", summary="In short.")])
    assert site.poll(2).revised == 1
    again(site, learned=True)
    assert site.sql(
        f"SELECT revision, contains(body_text, 'sponsor') FROM mart.revisions WHERE url = '{url}' ORDER BY 1"
    ) == [(1, False), (2, False)]
    assert not site.broken_rules()


def test_a_record_that_is_gone_leaves_the_text_as_it_is(site: ArchiveSite) -> None:
    site.fill(1, 2)
    site.backfill()
    before = site.tables()
    for path in (site.data / "archive").iterdir():
        path.unlink()
    assert again(site, first=FIRST).lost == {"damaged_record": 2}
    assert site.tables() == before
    assert again(site, last=FIRST.replace(year=2025)).texts == 0
    assert Warehouse(site.settings).path.exists()
