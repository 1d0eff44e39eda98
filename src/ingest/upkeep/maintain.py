"""Maintenance of the warehouse: finishes takedowns and what cut-off runs left undone, publishes, removes
old published files, erases what takedowns left in the warehouse file, and runs the checks."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ingest.fetch.archive import Archive
from ingest.load import takedown
from ingest.load.checks import run_checks
from ingest.load.db import Warehouse
from ingest.load.pages import committed
from ingest.load.publish import publish, remove_orphans
from ingest.settings import FeedList, Settings
from ingest.stages.boilerplate import learn_sentences
from ingest.stages.stories import derive_stories
from ingest.upkeep.scrub import scrub
from ingest.urls.identity import HostRules, url_key

log = logging.getLogger(__name__)

KEEP_UNDO = timedelta(days=90)
"""How long a re-extraction can be undone."""


@dataclass(slots=True)
class Upkeep:
    """What maintenance did: the numbers of files `published` and `swept` (removed), of takedowns finished,
    and of bytes that rewriting the warehouse saved; `broken`: the rows that each failed check found."""

    published: int
    swept: int
    takedowns_finished: int
    rewritten: bool
    bytes_saved: int
    broken: dict[str, list[dict[str, Any]]]


def maintain(
    settings: Settings, feeds: FeedList, now: datetime | None = None, *, rewrite: bool = False
) -> Upkeep:
    """Finish takedowns that were cut off, publish, remove old published files, rewrite the warehouse file if
    a takedown or `rewrite` asks for it, and run the checks.

    Raises NoWarehouseError when there is none.
    """
    warehouse, now = Warehouse(settings), now or datetime.now(UTC)
    warehouse.must_exist()
    warehouse.prepare()
    finished = finish_takedowns(warehouse, feeds)
    learn_sentences(warehouse, now)  # polls that their time limit always cuts off do not get to it
    derive_stories(warehouse)
    published, swept = publish(warehouse), remove_orphans(warehouse)
    saved = erase(warehouse, now, rewrite=rewrite)
    broken = {name: rows for name, rows in run_checks(warehouse).items() if rows}
    log.info(
        "maintenance of %s: %d files published, %d removed, %d takedowns finished, %s bytes saved, "
        "checks broken: %s",
        warehouse.data,
        published,
        swept,
        finished,
        saved,
        ", ".join(broken) or "none",
    )
    return Upkeep(
        published=published,
        swept=swept,
        takedowns_finished=finished,
        rewritten=saved is not None,
        bytes_saved=saved or 0,
        broken=broken,
    )


def erase(warehouse: Warehouse, now: datetime, *, rewrite: bool = False) -> int | None:
    """Drop the texts of re-extractions that are too old to be undone, and rewrite the warehouse file if a
    takedown or `rewrite` asks for it.

    Returns the number of bytes saved, None when the file was not rewritten.
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
    # A key that is taken down from here on is erased by the next run.
    saved = takedown.rewrite_file(warehouse)
    with warehouse.transaction() as con:
        takedown.finish(con, "erased", keys)
    return saved


def finish_takedowns(warehouse: Warehouse, feeds: FeedList) -> int:
    """Finish takedowns that were cut off after their tombstone was written, and those of addresses at which
    the article was fetched again since.

    Archive records are looked up by address alone, since the texts are no longer in the warehouse. Returns
    the number of url_keys whose records were overwritten.
    """
    rules = HostRules(feeds.hosts)
    archive = warehouse.data / "archive"
    with warehouse.transaction() as con:
        ends = committed(con)
    # A killed process may have left half a record, which may be readable in part.
    Archive(archive, "maintain").heal(ends)
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
