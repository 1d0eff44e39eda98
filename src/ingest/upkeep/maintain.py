"""Maintenance: what was taken down leaves every file, old files go, what waits is finished."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ingest.fetch.archive import Archive
from ingest.load import takedown
from ingest.load.checks import run_checks
from ingest.load.db import Warehouse
from ingest.load.pages import committed
from ingest.load.publish import publish, sweep
from ingest.settings import FeedList, Settings
from ingest.stages.boilerplate import learn_sentences
from ingest.stages.stories import derive_stories
from ingest.upkeep.scrub import scrub
from ingest.urls.identity import HostRules, url_key

KEEP_UNDO = timedelta(days=90)
"""How long a re-extraction can be undone."""


@dataclass(slots=True)
class Upkeep:
    """What maintenance did: files written and removed, bytes the warehouse shrank by (0: not rewritten),
    checks that found rows."""

    published: int
    swept: int
    takedowns_finished: int
    rewritten: bool
    bytes_saved: int
    broken: dict[str, list[dict[str, Any]]]


def maintain(
    settings: Settings, feeds: FeedList, now: datetime | None = None, *, rewrite: bool = False
) -> Upkeep:
    """Publish what is dirty, finish takedowns that were cut off, sweep, rewrite the warehouse where a
    takedown (or `rewrite`) asks for it, and prove its rules."""
    warehouse, now = Warehouse(settings), now or datetime.now(UTC)
    warehouse.must_exist()
    warehouse.prepare()
    finished = finish_takedowns(warehouse, feeds)
    learn_sentences(warehouse, now)  # what polls that were always cut off by their budget had no time for
    derive_stories(warehouse)
    written, swept = publish(warehouse), sweep(warehouse)
    saved = erase(warehouse, now, rewrite=rewrite)
    broken = {name: rows for name, rows in run_checks(warehouse).items() if rows}
    return Upkeep(written, swept, finished, saved is not None, saved or 0, broken)


def erase(warehouse: Warehouse, now: datetime, *, rewrite: bool = False) -> int | None:
    """Forget what can no longer be undone, and write the warehouse anew where a takedown (or `rewrite`) asks
    for it.

    Returns bytes saved, None where it was not.
    """
    with warehouse.transaction() as con:
        con.execute(
            "DELETE FROM core.reextraction "
            "WHERE run_id IN (SELECT run_id FROM core.run WHERE started_at < ?)",
            [now - KEEP_UNDO],
        )
        keys = takedown.unfinished(con, "erased")
    if not keys and not rewrite:
        return None
    # What is erased is the state before: a key that comes now is erased by the next run.
    saved = takedown.rewrite_file(warehouse)
    with warehouse.transaction() as con:
        takedown.finish(con, "erased", keys)
    return saved


def finish_takedowns(warehouse: Warehouse, feeds: FeedList) -> int:
    """Takedowns that a death cut off after their tombstone, and addresses barred since: how many keys were
    scrubbed.

    By key alone, since their texts are gone from the warehouse.
    """
    rules = HostRules(feeds.hosts)
    archive = warehouse.data / "archive"
    with warehouse.transaction() as con:
        ends = committed(con)
    Archive(archive, "maintain").heal(
        ends
    )  # half a record that a killed process left may be readable in part
    with warehouse.transaction() as con:
        keys = takedown.unfinished(con, "scrubbed")
        ids = [
            str(id)
            for (id,) in con.execute(
                "SELECT DISTINCT article_id FROM core.takedown WHERE NOT scrubbed AND article_id IS NOT NULL"
            ).fetchall()
        ]
    if keys:
        scrub(archive, keys, (), lambda url: url_key(url, rules))
        publish(warehouse)
        takedown.unpublish(warehouse, ids)
        with warehouse.transaction() as con:
            takedown.finish(con, "scrubbed", keys)
    return len(keys)
