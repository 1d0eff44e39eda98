"""Takedown: a tombstone bars an article for good; its text goes from warehouse, published files and archive; and maintenance.

Order: tombstone and texts in one transaction, then archive, then published files. A death in between is made good by `maintain`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ingest.fetch.archive import Archive
from ingest.load import takedown as stored
from ingest.load.checks import run_checks
from ingest.load.db import Connection, Warehouse
from ingest.load.pages import committed
from ingest.load.publish import publish, sweep
from ingest.load.work import settle
from ingest.model import Outcome, Reason
from ingest.settings import FeedList, Settings
from ingest.stages.boilerplate import learn_sentences
from ingest.stages.copies import let_go
from ingest.stages.stories import derive_stories
from ingest.upkeep.backup import holding
from ingest.upkeep.scrub import scrub
from ingest.urls.identity import HostRules, url_key

KEEP_UNDO = timedelta(days=90)
"""How long a re-extraction can be undone."""
Told = Callable[[str, int, int], None]


@dataclass(slots=True)
class Removal:
    """What a takedown did. `found`: there was such an article; a key is barred even if there was none. `copies` are other articles
    with its text, `quoted` other archived pages (lists, teasers) that begin a paragraph as it does, `backups` copies of the data
    directory that may still hold it: all three are left to somebody's decision."""

    url_key: str
    article_id: str | None
    found: bool
    reason: str
    keys: list[str] = field(default_factory=list)
    records_overwritten: int = 0
    files_removed: int = 0
    copies: list[dict[str, Any]] = field(default_factory=list)
    quoted: list[str] = field(default_factory=list)
    backups: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class Upkeep:
    """What maintenance did: files written and removed, bytes the warehouse shrank by (0: not rewritten), checks that found rows."""

    published: int
    swept: int
    takedowns_finished: int
    rewritten: bool
    bytes_saved: int
    broken: dict[str, list[dict[str, Any]]]


def take_down(
    settings: Settings,
    feeds: FeedList,
    asked: str,
    reason: str,
    now: datetime | None = None,
    told: Told | None = None,
) -> Removal:
    """Remove an article (URL, url_key or article_id) everywhere but in backups. `maintain` erases what deletes leave in files."""
    warehouse, now = Warehouse(settings), now or datetime.now(UTC)
    warehouse.must_exist()
    warehouse.prepare()
    rules = HostRules(feeds.hosts)
    with warehouse.transaction() as con:
        gone = stored.take_out(con, asked.strip(), url_key(asked.strip(), rules), reason, now)
        if gone.article_id is not None:
            let_go(con, [gone.article_id], now)
        settle(con, [_barred(key, gone.url_key or key, reason, now) for key in _linked(con, gone.keys)])
    key = gone.url_key or url_key(asked.strip(), rules)
    removal = Removal(
        key, gone.article_id, gone.article_id is not None, reason, list(gone.keys), copies=gone.copies
    )
    folder = settings.data / "archive"
    scrubbed = scrub(
        folder,
        gone.keys,
        gone.texts,
        lambda url: url_key(url, rules),
        (lambda done, total: told("archive", done, total)) if told else None,
    )
    removal.records_overwritten = scrubbed.records
    removal.quoted = [url for url in scrubbed.quoted if url not in {one["url"] for one in gone.copies}]
    publish(warehouse)
    if gone.article_id is not None:
        removal.files_removed = stored.unpublish(warehouse, [gone.article_id])
    with warehouse.transaction() as con:
        stored.finish(con, "scrubbed", gone.keys)
        removal.backups = holding(con, gone.first_seen_at)
    return removal


def _linked(con: Connection, keys: Sequence[str]) -> list[str]:
    """Of these keys the ones that a discovered link has: only those have an outcome."""
    query = "SELECT DISTINCT link_key FROM core.alias WHERE kind = 'link' AND link_key IN (SELECT unnest(?::VARCHAR[])) ORDER BY ALL"
    return [key for (key,) in con.execute(query, [list(keys)]).fetchall()]


def _barred(key: str, leads_to: str, reason: str, now: datetime) -> dict[str, Any]:
    return {
        "link_key": key,
        "url_key": leads_to,
        "feed_id": None,
        "outcome": Outcome.SKIPPED,
        "reason": Reason.TAKEDOWN,
        "detail": reason,
        "fetched": False,
        "extracted": False,
        "day": now.date(),
        "decided_at": now,
    }


def maintain(
    settings: Settings, feeds: FeedList, now: datetime | None = None, *, rewrite: bool = False
) -> Upkeep:
    """Publish what is dirty, finish takedowns that were cut off, sweep, rewrite the warehouse where a takedown (or `rewrite`) asks
    for it, and prove its rules."""
    warehouse, now = Warehouse(settings), now or datetime.now(UTC)
    warehouse.prepare()
    finished = finish_takedowns(warehouse, feeds)
    learn_sentences(warehouse, now)  # what polls that were always cut off by their budget had no time for
    derive_stories(warehouse)
    written, swept = publish(warehouse), sweep(warehouse)
    saved = erase(warehouse, now, rewrite=rewrite)
    broken = {name: rows for name, rows in run_checks(warehouse).items() if rows}
    return Upkeep(written, swept, finished, saved is not None, saved or 0, broken)


def erase(warehouse: Warehouse, now: datetime, *, rewrite: bool = False) -> int | None:
    """Forget what can no longer be undone, and write the warehouse anew where a takedown (or `rewrite`) asks for it.

    Returns bytes saved, None where it was not.
    """
    with warehouse.transaction() as con:
        con.execute(
            "DELETE FROM core.reextraction WHERE run_id IN (SELECT run_id FROM core.run WHERE started_at < ?)",
            [now - KEEP_UNDO],
        )
        keys = stored.unfinished(con, "erased")
    if not keys and not rewrite:
        return None
    # What is erased is the state before: a key that comes now is erased by the next run.
    saved = stored.rewrite(warehouse)
    with warehouse.transaction() as con:
        stored.finish(con, "erased", keys)
    return saved


def finish_takedowns(warehouse: Warehouse, feeds: FeedList) -> int:
    """Takedowns that a death cut off after their tombstone, and addresses barred since: how many keys were scrubbed.

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
        keys = stored.unfinished(con, "scrubbed")
        ids = [
            str(id)
            for (id,) in con.execute(
                "SELECT DISTINCT article_id FROM core.takedown WHERE NOT scrubbed AND article_id IS NOT NULL"
            ).fetchall()
        ]
    if keys:
        scrub(archive, keys, (), lambda url: url_key(url, rules))
        publish(warehouse)
        stored.unpublish(warehouse, ids)
        with warehouse.transaction() as con:
            stored.finish(con, "scrubbed", keys)
    return len(keys)
