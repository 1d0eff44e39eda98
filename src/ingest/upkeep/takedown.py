"""Takedown: a tombstone keeps an article from ever being loaded again, and its text is removed from
warehouse, archive and published files.

The tombstone is written and the texts are deleted in one transaction; then the archive is scrubbed, then the
published files. If the process is killed in between, `maintain` finishes the takedown.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ingest.errors import ConfigError
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
from ingest.urls.identity import HostRules, clean_link, url_key

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Removal:
    """What a takedown did. `found`: there was such an article; its address is barred even if there was
    none. `copies` are other articles with its text, `quoted` other archived pages (lists, teasers) in
    which a paragraph begins as one of the article does, `backups` are copies of the data directory that
    may still hold it: a person has to decide about all three. `articles` has the article_id of each article
    that was removed: several where their feed's entries share the link."""

    url_key: str
    article_id: str | None
    found: bool
    reason: str
    keys: list[str] = field(default_factory=list)
    articles: list[str] = field(default_factory=list)
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
    """Remove an article (URL, url_key or article_id) everywhere but in backups; of a link that several
    entries of a full_text feed share, all their articles. `maintain` erases what deleted rows leave in the
    warehouse file. Raises ConfigError for what is neither known nor an address, NoWarehouseError when there
    is no warehouse."""
    warehouse, now = Warehouse(settings), now or datetime.now(UTC)
    warehouse.must_exist()
    warehouse.prepare()
    rules = HostRules(feeds.hosts)
    requested = article.strip()
    key = url_key(requested, rules)
    with warehouse.transaction() as con:
        if not takedown.is_known(con, requested, key) and not _is_address(requested):
            raise ConfigError(
                f"{requested!r} is no article_id or url_key that is stored, and no http(s) address: name the "
                "article as `ingest why` or mart.articles do"
            )
        entries = sorted({own for link, own in takedown.entry_links(con) if url_key(link, rules) == key})
        cleared = takedown.clear_article(con, requested, key, entries, reason, now)
        ids = list(cleared.articles.values())
        if ids:
            remove_from_groups(con, ids, now)
        settle(
            con,
            [
                _barred(key, key if key in cleared.articles else cleared.url_key or key, reason, now)
                for key in _linked(con, cleared.keys)
            ],
        )
    key = cleared.url_key or key
    removal = Removal(
        url_key=key,
        article_id=cleared.article_id,
        found=cleared.article_id is not None,
        reason=reason,
        keys=list(cleared.keys),
        articles=ids,
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
    if ids:
        removal.files_removed = takedown.unpublish(warehouse, ids)
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


_KEY = re.compile(r"urn:(?:wire-entry|sha256):.+|(?:[\w-]+\.)+[\w-]{2,}(?::\d+)?[/#].*", re.S)
"""What an url_key looks like."""


def _is_address(requested: str) -> bool:
    """True for what a takedown may bar although nothing is stored under it."""
    if requested.lower().startswith(("http://", "https://")):
        return clean_link(requested, requested) is not None
    return _KEY.fullmatch(requested) is not None


def _linked(con: Connection, keys: Sequence[str]) -> list[str]:
    """The keys that an entry or a page has linked to: only those have an outcome."""
    query = (
        "SELECT DISTINCT link_key FROM core.alias WHERE kind = 'link' AND link_key IN (SELECT "
        "unnest(?::VARCHAR[])) ORDER BY ALL"
    )
    return [key for (key,) in con.execute(query, [list(keys)]).fetchall()]


def _barred(key: str, url_key: str, reason: str, now: datetime) -> OutcomeRow:
    return outcome_row(key, url_key, None, Outcome.SKIPPED, now, reason=Reason.TAKEDOWN, detail=reason)
