"""An entry's digest, small enough to keep for every entry of every feed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from ingest.model import Entry, Stamp
from ingest.poll.entries import story_title
from ingest.text import text_hash
from ingest.urls.identity import HostRules, url_key


@dataclass(frozen=True, slots=True)
class EntryDigest:
    """What is compared of an entry: plain strings and numbers, one row per (feed_id, entry_key) in the
    warehouse.

    Hashes are 32 hex digits of the normalised text, None where the feed printed none. `rest_hash` covers all
    fields but the content, as printed. `modified_at` is epoch seconds. `updates` counts changes of text
    without a new date. `seen` lists the entry's earlier states (short hashes, newest first): a stale cache or
    a replayed poll that serves one of them again brings nothing new.

    `own_key` is None where the link names the entry's article. Where the entry itself does
    (poll/matching.py), it is the entry_key of that article's first entry; it never changes. `waiting` is a
    state that is believed once a second document has it (verdicts.UPDATES_CAP).
    """

    entry_key: str
    guid: str | None
    link_key: str | None
    title_hash: str | None
    summary_hash: str | None
    content_hash: str | None
    published_raw: str | None
    modified_at: int | None
    rest_hash: str
    updates: int = 0
    seen: str = ""
    own_key: str | None = None
    waiting: str = ""

    @property
    def text(self) -> tuple[str | None, str | None, str | None]:
        """The hashes of what a reader reads: title, summary and content."""
        return self.title_hash, self.summary_hash, self.content_hash

    @property
    def state(self) -> str:
        """Twelve hex digits for the entry as printed, its content included."""
        return text_hash(f"{self.rest_hash} {self.content_hash}")[:12]


def digest(entry: Entry, rules: HostRules) -> EntryDigest:
    """Returns the entry's digest; hashtags at the end of a title are ignored."""
    verbatim = (
        entry.guid,
        entry.link,
        entry.title,
        entry.summary,
        entry.published_raw,
        entry.modified_raw,
        entry.credit,
    )
    rest = (*verbatim, _seconds(entry.modified), *entry.authors, *entry.categories, entry.image_url)
    return EntryDigest(
        entry_key=entry.entry_key,
        guid=entry.guid,
        link_key=url_key(entry.link, rules) if entry.link else None,
        title_hash=_hash(story_title(entry.title)),
        summary_hash=_hash(entry.summary),
        content_hash=_hash(entry.content_html),
        published_raw=entry.published_raw,
        modified_at=_seconds(entry.modified),
        rest_hash=hashlib.sha256(repr(rest).encode("utf-8", "replace")).hexdigest()[:32],
    )


def _hash(text: str | None) -> str | None:
    return text_hash(text)[:32] if text else None


def _seconds(stamp: Stamp | None) -> int | None:
    return int(stamp.at.timestamp()) if stamp else None
