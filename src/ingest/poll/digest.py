"""An entry's digest, small enough to keep for every entry of every feed, and how an entry differs from its
last digest."""

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
"""Most changes of text that one entry may make without a new date: some feeds print a counter or a random
line (as lemon24/reader found)."""

SEEN_STATES = 64
"""Earlier states remembered for an entry: a feed behind several caches serves old and new in turn."""

FindKnown = Callable[["EntryDigest"], "EntryDigest | None"]
"""Finds the known digest of an entry, given its new one."""


class EntryKind(StrEnum):
    """NEW: never seen. CHANGED: the page may have changed. TOUCHED: a change worth a row of history but no
    fetch (a date, a parameter of the link). SAME: nothing to do."""

    NEW = "new"
    CHANGED = "changed"
    TOUCHED = "touched"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class EntryDigest:
    """What is compared of an entry: plain strings and numbers, one row per (feed_id, entry_key) in the
    warehouse.

    Hashes are 32 hex digits of the normalised text, None where the feed printed none. `rest_hash` covers all
    fields but the content, as printed. `modified_at` is epoch seconds. `updates` counts changes of text
    without a new date. `seen` lists the entry's earlier states (short hashes, newest first): a stale cache or
    a replayed poll that serves one of them again brings nothing new.
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
    """One entry of this poll, under the key it is stored by, and what to do with it.

    `why` names what differs. `fetch`: the page is to be fetched, since the story is new or changed. Where a
    document has two entries of one story, `twin_of` is the key of the better one, and only that is fetched.
    `digest` replaces the stored one; where `kind` is SAME it need not be written.
    """

    entry: Entry
    kind: EntryKind
    digest: EntryDigest
    why: str
    fetch: bool
    twin_of: str | None = None


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


def compare(
    entries: Sequence[Entry], known: Mapping[str, EntryDigest], policy: str, rules: HostRules
) -> list[EntryVerdict]:
    """Returns a verdict per entry, in document order. Pure.

    A later `modified` on equal text is a reason to fetch only where fewer than half of the known entries have
    one: some generators stamp every entry with the time at which the feed was written.
    """
    digests = [digest(entry, rules) for entry in entries]
    matches = _matches(digests, known, policy)
    pairs = [(new, old) for new, old in zip(digests, matches, strict=True) if old]
    modified = sum(_modified_later(new, old) for new, old in pairs)
    trust_modified = 2 * modified < len(pairs)
    twins = _twins(entries, digests)
    return [
        _verdict(entry, new, old, trust_modified=trust_modified, twin=twins.get(entry.entry_key))
        for entry, new, old in zip(entries, digests, matches, strict=True)
    ]


def learn_policy(
    entries: Sequence[Entry], known: Mapping[str, EntryDigest], policy: str, rules: HostRules
) -> str:
    """Returns what identifies this feed's entries: "guid", "link", or "flipped" after one poll in which all
    guids were new although the links were known.

    It is "link" where guids number places on a page rather than stories (most known guids come with another
    title and another link), or where all guids were new twice running.
    """
    if policy == "link":
        return policy
    digests = [digest(entry, rules) for entry in entries]
    by_guid, by_link = _unique(known.values(), "guid"), _unique(known.values(), "link_key")
    pairs = [(new, by_guid[new.guid]) for new in digests if new.guid in by_guid]
    # One guid, but another story.
    mismatches = sum(new.link_key != old.link_key and new.title_hash != old.title_hash for new, old in pairs)
    if mismatches >= 3 and 2 * mismatches > len(pairs):
        return "link"
    known_links = sum(new.link_key in by_link for new in digests if new.guid)
    if not pairs and known_links >= 3:
        return "link" if policy == "flipped" else "flipped"
    return "guid" if pairs else policy


# -- matching entries with known digests ---------------------------------------------------------------------


def _matches(
    digests: Sequence[EntryDigest], known: Mapping[str, EntryDigest], policy: str
) -> list[EntryDigest | None]:
    """The known digest of each entry or None; a known one is given out once. Where the policy is "guid", keys
    come first, then guids, guids without scheme and host, and links."""
    matches: list[EntryDigest | None] = [None] * len(digests)
    taken: set[str] = set()
    for find in _finders(known, policy):
        for position, new in enumerate(digests):
            old = find(new) if matches[position] is None else None
            if old is not None and old.entry_key not in taken:
                matches[position] = old
                taken.add(old.entry_key)
    return matches


def _finders(known: Mapping[str, EntryDigest], policy: str) -> list[FindKnown]:
    by_guid, by_link = _unique(known.values(), "guid"), _unique(known.values(), "link_key")

    def link(new: EntryDigest) -> EntryDigest | None:
        return by_link.get(new.link_key or "")

    if policy == "link":
        return [link, lambda new: None if new.link_key else known.get(new.entry_key)]
    by_tail = _by_tail(by_guid)
    return [
        lambda new: known.get(new.entry_key),
        lambda new: by_guid.get(new.guid or ""),
        lambda new: by_tail.get(guid_tail(new.guid)) if new.guid else None,
        link,
    ]


def _unique(digests: Iterable[EntryDigest], name: str) -> dict[str, EntryDigest]:
    """The digests by the value of their field `name`, where only one of them has that value."""
    listed = list(digests)
    counts = Counter(getattr(digest, name) for digest in listed)
    values = ((getattr(digest, name), digest) for digest in listed)
    return {value: digest for value, digest in values if value is not None and counts[value] == 1}


def _by_tail(by_guid: Mapping[str, EntryDigest]) -> dict[str, EntryDigest]:
    """The digests by their guid without scheme and host, where only one guid ends that way."""
    counts = Counter(map(guid_tail, by_guid))
    return {tail: old for guid, old in by_guid.items() if counts[tail := guid_tail(guid)] == 1}


def _twins(entries: Sequence[Entry], digests: Sequence[EntryDigest]) -> dict[str, str]:
    """The key of the better entry by that of the worse, for entries of one document that have the same title
    and the same link identity."""
    groups: dict[tuple[str, str | None], list[Entry]] = {}
    for entry, new in zip(entries, digests, strict=True):
        if new.link_key:
            groups.setdefault((new.link_key, new.title_hash), []).append(entry)
    twins: dict[str, str] = {}
    for group in groups.values():
        best = min(group, key=lambda entry: (is_tagged(entry.title), len(entry.link or "")))
        twins |= {entry.entry_key: best.entry_key for entry in group if entry is not best}
    return twins


# -- what differs --------------------------------------------------------------------------------------------


def _verdict(
    entry: Entry, new: EntryDigest, old: EntryDigest | None, *, trust_modified: bool, twin: str | None
) -> EntryVerdict:
    if old is None:
        return EntryVerdict(
            entry=entry, kind=EntryKind.NEW, digest=new, why="never seen", fetch=twin is None, twin_of=twin
        )
    kind, why, updates = _difference(new, old, trust_modified)
    if kind is not EntryKind.SAME and _state(new) in old.seen.split():
        kind, why = EntryKind.SAME, "a state this entry was in before"
    key = old.entry_key
    return EntryVerdict(
        entry=replace(entry, entry_key=key),
        kind=kind,
        digest=replace(new, entry_key=key, updates=updates, seen=_seen(old)),
        why=why,
        fetch=kind is EntryKind.CHANGED and twin is None,
        twin_of=twin,
    )


def _difference(new: EntryDigest, old: EntryDigest, trust_modified: bool) -> tuple[EntryKind, str, int]:
    """(kind, what differs, changes of text without a new date so far)."""
    text = [
        name
        for name in ("title", "summary", "content")
        if getattr(new, f"{name}_hash") != getattr(old, f"{name}_hash")
    ]
    dated = new.published_raw != old.published_raw or _modified_later(new, old)
    if text and (dated or old.updates < UPDATES_CAP):
        return EntryKind.CHANGED, "+".join(text), old.updates if dated else old.updates + 1
    if text:
        return EntryKind.SAME, f"{UPDATES_CAP} changes of text without a new date", old.updates
    if _modified_later(new, old) and trust_modified:
        return EntryKind.CHANGED, "modified", old.updates
    if new.rest_hash == old.rest_hash and new.guid == old.guid:
        return EntryKind.SAME, "", old.updates
    fields = [
        name
        for name in ("published_raw", "modified_at", "link_key", "guid")
        if getattr(new, name) != getattr(old, name)
    ]
    return EntryKind.TOUCHED, "+".join(fields) or "other fields", old.updates


def _state(digest: EntryDigest) -> str:
    """Twelve hex digits for the entry as printed, its content included."""
    return text_hash(f"{digest.rest_hash} {digest.content_hash}")[:12]


def _seen(old: EntryDigest) -> str:
    return " ".join([_state(old), *old.seen.split()][:SEEN_STATES])


def _modified_later(new: EntryDigest, old: EntryDigest) -> bool:
    return new.modified_at is not None and old.modified_at is not None and new.modified_at > old.modified_at


def _hash(text: str | None) -> str | None:
    return text_hash(text)[:32] if text else None


def _seconds(stamp: Stamp | None) -> int | None:
    return int(stamp.at.timestamp()) if stamp else None
