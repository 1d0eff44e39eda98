"""Re-extraction: only texts that a rule affects change, no revision opens, the change is told, and it can be undone."""

from __future__ import annotations

from typing import Any

import pytest
from support.archive_site import FIRST, ArchiveSite
from support.newsroom import Listed, prose, story

from ingest.backfill.reextract import Report, Wanted, reextract, undo
from ingest.errors import ConfigError
from ingest.load.db import Warehouse

ALPHA = "http://alpha.example"
SPONSOR = "The valley gazette is printed by its sponsor in the old mill house and is read in forty villages along the river."


def again(site: ArchiveSite, **wanted: Any) -> Report:
    return reextract(site.settings, site.feeds(), Wanted(**wanted))


def seven_pages(site: ArchiveSite) -> None:
    """Six pages end with the same line, which the host is found to repeat; one does not."""
    entries = []
    for seed in range(7):
        url = f"{ALPHA}/news/story-number-{seed}-of-seven"
        text = [*prose(700 + seed), SPONSOR] if seed else prose(700)
        site.page(url, story(f"Story number {seed}", seed, paragraphs=text))
        entries.append(Listed(url, f"Story number {seed}", summary="In short.", published="Tue, 10 Mar 2026 11:30:00"))
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
    with pytest.raises(ConfigError, match="no re-extraction"):
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
    assert site.one("SELECT max(revisions), count(DISTINCT kind) FROM mart.articles, mart.revisions") == (1, 1)
    assert len(site.server.asked) == pages
    assert not site.broken_rules()
    assert site.poll(1).revised == 0
    assert undo(site.settings, report.run_id) == 6
    assert site.tables()[:3] == before[:3]
    assert not site.broken_rules()


def test_each_revision_is_extracted_from_its_own_page(site: ArchiveSite) -> None:
    seven_pages(site)
    url = f"{ALPHA}/news/story-number-3-of-seven"
    site.page(url, story("Story number 3, corrected", 3, paragraphs=[*prose(750), SPONSOR]))
    site.unlist()
    site.feed("alpha", "alpha.example", [Listed(url, "Story number 3, corrected", summary="In short.")])
    assert site.poll(2).revised == 1
    again(site, learned=True)
    assert site.sql(f"SELECT revision, contains(body_text, 'sponsor') FROM mart.revisions WHERE url = '{url}' ORDER BY 1") == [
        (1, False), (2, False)]  # fmt: skip
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
