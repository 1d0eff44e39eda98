"""What a feed said of an entry last time, small enough to keep for every entry, and how it differs now."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ingest.model import Entry, Stamp
from ingest.poll.entries import guid_tail, is_tagged, story_title
from ingest.text import text_hash
from ingest.urls.identity import HostRules, url_key

UPDATES_CAP = 24
"""Most text changes taken from one entry while its dates stand still: some feeds print a counter or a random
line (reader)."""

SEEN_STATES = 64
"""Former states remembered for an entry: a feed behind several caches serves old and new in turn."""

Index = Callable[["EntryDigest"], "EntryDigest | None"]


class EntryKind(StrEnum):
    """NEW: never seen. CHANGED: the page may have changed. TOUCHED: history only (date, link parameter...).
    SAME: nothing."""

    NEW = "new"
    CHANGED = "changed"
    TOUCHED = "touched"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class EntryDigest:
    """The compared side of an entry: plain strings and numbers, one row per (feed_id, entry_key) in the
    warehouse.

    Hashes are 32 hex digits of the normalised text, None where the feed printed none. `rest_hash` covers the
    entry verbatim. `modified_at` is UTC seconds. `updates` counts text changes while both dates stood still.
    `seen` names the latest states the entry was in (short hashes, newest first): one of them again, from a
    stale cache or a replayed poll, is nothing new.
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


@dataclass(frozen=True, slots=True)
class EntryVerdict:
    """One entry of this poll, under the key it is known by, and what is to be done.

    `why` names what differs. `fetch` asks for the page (a new or changed story); of two entries of one story
    in the same document (`twin_of`: the key of the better one) only the better asks. `digest` is what to
    keep; SAME needs no writing.
    """

    entry: Entry
    kind: EntryKind
    digest: EntryDigest
    why: str
    fetch: bool
    twin_of: str | None = None


def digest(entry: Entry, rules: HostRules) -> EntryDigest:
    """The entry's digest; trailing hashtags are no part of its title."""
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


def compare(
    entries: Sequence[Entry], known: Mapping[str, EntryDigest], policy: str, rules: HostRules
) -> list[EntryVerdict]:
    """A verdict per entry, in order. Pure.

    A moved `modified` on equal text asks for the page only where fewer than half of the known entries moved:
    some generators stamp the time of writing on everything.
    """
    fresh = [digest(entry, rules) for entry in entries]
    old = _matches(fresh, known, policy)
    matched = [(now, before) for now, before in zip(fresh, old, strict=True) if before]
    moved = sum(_advanced(now, before) for now, before in matched)
    twins = _twins(entries, fresh)
    return [
        _verdict(entry, now, before, believe=2 * moved < len(matched), twin=twins.get(entry.entry_key))
        for entry, now, before in zip(entries, fresh, old, strict=True)
    ]


def learn_policy(
    entries: Sequence[Entry], known: Mapping[str, EntryDigest], policy: str, rules: HostRules
) -> str:
    """How far this feed's guids are to be trusted: "guid", "flipped" (all new once, links known), or "link".

    "link" where guids name places rather than stories (most known guids come with another story and another
    link), or where they churn (all unknown although the links are known, twice running). A single flip of all
    guids re-keys by link.
    """
    if policy == "link":
        return policy
    fresh = [digest(entry, rules) for entry in entries]
    by_guid, by_link = _unique(known.values(), "guid"), _unique(known.values(), "link_key")
    hits = [(now, by_guid[now.guid]) for now in fresh if now.guid in by_guid]
    strangers = sum(now.link_key != old.link_key and now.title_hash != old.title_hash for now, old in hits)
    if strangers >= 3 and 2 * strangers > len(hits):
        return "link"
    links = sum(now.link_key in by_link for now in fresh if now.guid)
    if not hits and links >= 3:
        return "link" if policy == "flipped" else "flipped"
    return "guid" if hits else policy


# -- finding an entry's former self --------------------------------------------------------------------------


def _matches(
    fresh: Sequence[EntryDigest], known: Mapping[str, EntryDigest], policy: str
) -> list[EntryDigest | None]:
    """The known digest of each entry, each known one at most once: by key, guid, guid without scheme and
    host, then link."""
    found: list[EntryDigest | None] = [None] * len(fresh)
    taken: set[str] = set()
    for index in _indexes(known, policy):
        for place, one in enumerate(fresh):
            before = index(one) if found[place] is None else None
            if before is not None and before.entry_key not in taken:
                found[place] = before
                taken.add(before.entry_key)
    return found


def _indexes(known: Mapping[str, EntryDigest], policy: str) -> list[Index]:
    guids, links = _unique(known.values(), "guid"), _unique(known.values(), "link_key")
    tails = {tail: guids[many[0]] for tail, many in _tails(guids).items() if len(many) == 1}
    by_link: Index = lambda one: links.get(one.link_key or "")  # noqa: E731
    if policy == "link":
        return [by_link, lambda one: None if one.link_key else known.get(one.entry_key)]
    return [
        lambda one: known.get(one.entry_key),
        lambda one: guids.get(one.guid or ""),
        lambda one: tails.get(guid_tail(one.guid)) if one.guid else None,
        by_link,
    ]


def _unique(digests: Iterable[EntryDigest], name: str) -> dict[str, EntryDigest]:
    """By the field `name`, where it stands for one known entry only."""
    listed = list(digests)
    counts = Counter(getattr(one, name) for one in listed)
    return {value: one for one in listed if (value := getattr(one, name)) is not None and counts[value] == 1}


def _tails(guids: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for guid in guids:
        found.setdefault(guid_tail(guid), []).append(guid)
    return found


def _twins(entries: Sequence[Entry], fresh: Sequence[EntryDigest]) -> dict[str, str]:
    """Key of the better entry by the key of the worse, for entries of one document with one link identity and
    one title."""
    groups: dict[tuple[str, str | None], list[Entry]] = {}
    for entry, one in zip(entries, fresh, strict=True):
        if one.link_key:
            groups.setdefault((one.link_key, one.title_hash), []).append(entry)
    twins: dict[str, str] = {}
    for group in groups.values():
        best = min(group, key=lambda entry: (is_tagged(entry.title), len(entry.link or "")))
        twins |= {entry.entry_key: best.entry_key for entry in group if entry is not best}
    return twins


# -- what differs --------------------------------------------------------------------------------------------


def _verdict(
    entry: Entry, now: EntryDigest, old: EntryDigest | None, *, believe: bool, twin: str | None
) -> EntryVerdict:
    if old is None:
        return EntryVerdict(entry, EntryKind.NEW, now, "never seen", twin is None, twin)
    kind, why, updates = _judge(now, old, believe)
    if kind is not EntryKind.SAME and _state(now) in old.seen.split():
        kind, why = EntryKind.SAME, "a state this entry was in before"
    key = old.entry_key
    kept = replace(now, entry_key=key, updates=updates, seen=_seen(old))
    return EntryVerdict(
        replace(entry, entry_key=key), kind, kept, why, kind is EntryKind.CHANGED and twin is None, twin
    )


def _judge(now: EntryDigest, old: EntryDigest, believe: bool) -> tuple[EntryKind, str, int]:
    """(kind, what differs, updates so far)."""
    text = [
        name
        for name in ("title", "summary", "content")
        if getattr(now, f"{name}_hash") != getattr(old, f"{name}_hash")
    ]
    dated = now.published_raw != old.published_raw or _advanced(now, old)
    if text and (dated or old.updates < UPDATES_CAP):
        return EntryKind.CHANGED, "+".join(text), old.updates if dated else old.updates + 1
    if text:
        return EntryKind.SAME, f"{UPDATES_CAP} changes of text without a new date", old.updates
    if _advanced(now, old) and believe:
        return EntryKind.CHANGED, "modified", old.updates
    if now.rest_hash == old.rest_hash and now.guid == old.guid:
        return EntryKind.SAME, "", old.updates
    parts = [
        name
        for name in ("published_raw", "modified_at", "link_key", "guid")
        if getattr(now, name) != getattr(old, name)
    ]
    return EntryKind.TOUCHED, "+".join(parts) or "other fields", old.updates


def _state(one: EntryDigest) -> str:
    """Twelve hex digits for the entry as printed, its content included."""
    return text_hash(f"{one.rest_hash} {one.content_hash}")[:12]


def _seen(old: EntryDigest) -> str:
    return " ".join([_state(old), *old.seen.split()][:SEEN_STATES])


def _advanced(now: EntryDigest, old: EntryDigest) -> bool:
    return now.modified_at is not None and old.modified_at is not None and now.modified_at > old.modified_at


def _hash(text: str | None) -> str | None:
    return text_hash(text)[:32] if text else None


def _seconds(stamp: Stamp | None) -> int | None:
    return int(stamp.at.timestamp()) if stamp else None
