"""Takedown: a tombstone keeps an article from ever being loaded again, and its text is removed from
warehouse, archive and published files.

The tombstone is written and the texts are deleted in one transaction; then the archive is scrubbed, then the
published files. If the process is killed in between, `maintain` finishes the takedown.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ingest.load import takedown
from ingest.load.db import Connection, Warehouse
from ingest.load.publish import publish
from ingest.load.rows import OutcomeRow, outcome_row
from ingest.load.work import settle
from ingest.progress import Progress
from ingest.reasons import Outcome, Reason
from ingest.settings import FeedList, Settings
from ingest.stages.copies import remove_from_groups
from ingest.upkeep.backup import backups_since
from ingest.upkeep.scrub import scrub
from ingest.urls.identity import HostRules, url_key

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Removal:
    """What a takedown did. `found`: there was such an article; its address is barred even if there was
    none. `copies` are other articles with its text, `quoted` other archived pages (lists, teasers) in
    which a paragraph begins as one of the article does, `backups` are copies of the data directory that
    may still hold it: a person has to decide about all three."""

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


def take_down(
    settings: Settings,
    feeds: FeedList,
    article: str,
    reason: str,
    now: datetime | None = None,
    progress: Progress | None = None,
) -> Removal:
    """Remove an article (URL, url_key or article_id) everywhere but in backups. `maintain` erases what
    deleted rows leave in the warehouse file. Raises NoWarehouseError when there is no warehouse."""
    warehouse, now = Warehouse(settings), now or datetime.now(UTC)
    warehouse.must_exist()
    warehouse.prepare()
    rules = HostRules(feeds.hosts)
    with warehouse.transaction() as con:
        cleared = takedown.clear_article(con, article.strip(), url_key(article.strip(), rules), reason, now)
        if cleared.article_id is not None:
            remove_from_groups(con, [cleared.article_id], now)
        settle(con, [_barred(key, cleared.url_key or key, reason, now) for key in _linked(con, cleared.keys)])
    key = cleared.url_key or url_key(article.strip(), rules)
    removal = Removal(
        url_key=key,
        article_id=cleared.article_id,
        found=cleared.article_id is not None,
        reason=reason,
        keys=list(cleared.keys),
        copies=cleared.copies,
    )
    folder = settings.data / "archive"
    scrubbed = scrub(
        folder,
        cleared.keys,
        cleared.texts,
        lambda url: url_key(url, rules),
        (lambda done, total: progress("archive", done, total)) if progress else None,
    )
    removal.records_overwritten = scrubbed.records
    removal.quoted = [url for url in scrubbed.quoted if url not in {copy["url"] for copy in cleared.copies}]
    publish(warehouse)
    if cleared.article_id is not None:
        removal.files_removed = takedown.unpublish(warehouse, [cleared.article_id])
    with warehouse.transaction() as con:
        takedown.finish(con, "scrubbed", cleared.keys)
        removal.backups = backups_since(con, cleared.first_seen_at)
    log.info(
        "takedown of %s: %d archive records overwritten, %d published files removed, %d copies stay",
        key,
        removal.records_overwritten,
        removal.files_removed,
        len(removal.copies),
    )
    return removal


def _linked(con: Connection, keys: Sequence[str]) -> list[str]:
    """The keys that an entry or a page has linked to: only those have an outcome."""
    query = (
        "SELECT DISTINCT link_key FROM core.alias WHERE kind = 'link' AND link_key IN (SELECT "
        "unnest(?::VARCHAR[])) ORDER BY ALL"
    )
    return [key for (key,) in con.execute(query, [list(keys)]).fetchall()]


def _barred(key: str, url_key: str, reason: str, now: datetime) -> OutcomeRow:
    return outcome_row(key, url_key, None, Outcome.SKIPPED, now, reason=Reason.TAKEDOWN, detail=reason)
