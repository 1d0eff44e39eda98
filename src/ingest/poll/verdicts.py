"""What each entry of a poll is to its feed: new, changed, touched or the same; and whether its page is to be
fetched."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ingest.model import Entry
from ingest.poll.digest import EntryDigest, digest
from ingest.poll.entries import is_tagged
from ingest.poll.matching import Match, guid_version, match, unique
from ingest.urls.identity import HostRules

UPDATES_CAP = 24
"""Most changes of text that one entry may make without a new date and be followed at once: some feeds print a
counter or a random line (as lemon24/reader found). After these a text is followed once a second document has
it."""

SEEN_STATES = 64
"""Earlier states remembered for an entry: a feed behind several caches serves old and new in turn."""


class EntryKind(StrEnum):
    """NEW: never seen. CHANGED: the page may have changed. TOUCHED: a change worth a row of history but no
    fetch (a date, a parameter of the link). SAME: nothing to do."""

    NEW = "new"
    CHANGED = "changed"
    TOUCHED = "touched"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class EntryVerdict:
    """One entry of this poll, under the key it is stored by, and what to do with it.

    `why` names what differs. `fetch`: the page is to be fetched, since the story is new or changed;
    `refetch`: although its article is loaded, since the feed may have named this page under another entry.
    Where a document has two entries of one story, `twin_of` is the key of the better one; the other is
    fetched only where it brings an earlier text of its own. `digest` replaces the stored one where `stored`
    is true.
    """

    entry: Entry
    kind: EntryKind
    digest: EntryDigest
    why: str
    fetch: bool
    twin_of: str | None = None
    refetch: bool = False
    stored: bool = True

    @property
    def address(self) -> str:
        """The address that the entry's article is known by: its link, or a urn where the article is the
        entry's own, or where there is no link."""
        return (None if self.digest.own_key else self.entry.link) or address_of(
            self.entry.feed_id, self.digest
        )


def address_of(feed_id: str, digest: EntryDigest) -> str:
    """The urn of an entry whose article is its own, or that has no link."""
    return f"urn:wire-entry:{feed_id}:{digest.own_key or digest.entry_key}"


def compare(
    entries: Sequence[Entry],
    known: Mapping[str, EntryDigest],
    policy: str,
    rules: HostRules,
    *,
    full_text: bool = False,
    pages: Collection[str] = (),
) -> list[EntryVerdict]:
    """Returns a verdict per entry, in document order. Pure. `full_text` and `pages` as in matching.match.

    A later `modified` on equal text is a reason to fetch only where fewer than half of the known entries have
    one: some generators stamp every entry with the time at which the feed was written.
    """
    digests = [digest(entry, rules) for entry in entries]
    matches = match(digests, known, policy, full_text=full_text, pages=pages)
    pairs = [(new, found.known) for new, found in zip(digests, matches, strict=True) if found.known]
    modified = sum(_modified_later(new, old) for new, old in pairs)
    trust_modified = 2 * modified < len(pairs)
    twins = _twins(entries, digests, matches, full_text)
    return [
        _verdict(entry, new, found, trust_modified=trust_modified, twin=twins.get(position, _NO_TWIN))
        for position, (entry, new, found) in enumerate(zip(entries, digests, matches, strict=True))
    ]


def learn_policy(
    entries: Sequence[Entry],
    known: Mapping[str, EntryDigest],
    policy: str,
    rules: HostRules,
    *,
    full_text: bool = False,
) -> str:
    """Returns what identifies this feed's entries: "guid", "link", or "flipped" after one poll in which all
    guids were new although the links were known.

    It is "link" where guids number places on a page rather than stories (most known guids come with another
    title and another link, or in a feed that carries its texts with another title, text and date), or where
    all guids were new twice running.
    """
    if policy == "link":
        return policy
    digests = [digest(entry, rules) for entry in entries]
    by_guid, by_link = unique(known.values(), "guid"), unique(known.values(), "link_key")
    pairs = [(new, by_guid[new.guid]) for new in digests if new.guid in by_guid]
    mismatches = sum(_is_another_story(new, old, full_text) for new, old in pairs)
    if mismatches >= 3 and 2 * mismatches > len(pairs):
        return "link"
    by_new_link = unique(digests, "link_key")
    known_links = sum(new.guid is not None for link, new in by_new_link.items() if link in by_link)
    if not pairs and known_links >= 3:
        return "link" if policy == "flipped" else "flipped"
    return "guid" if pairs else policy


def _is_another_story(new: EntryDigest, old: EntryDigest, full_text: bool) -> bool:
    """Whether a guid that is known names another story than before."""
    if new.title_hash == old.title_hash:
        return False
    if new.link_key != old.link_key:
        return True
    dates = new.published_raw is not None and old.published_raw is not None
    return full_text and dates and new.published_raw != old.published_raw and new.text[1:] != old.text[1:]


# -- entries of one document that are one story --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Twin:
    """`of`: the key of the entry that speaks for this one; None where it has no such twin. `is_text`: it
    carries another text, an earlier one."""

    of: str | None = None
    is_text: bool = False


_NO_TWIN = _Twin()


def _twins(
    entries: Sequence[Entry], digests: Sequence[EntryDigest], matches: Sequence[Match], full_text: bool
) -> dict[int, _Twin]:
    """For the position of each entry that says no more, or nothing later, than another one of its document,
    that better one.

    Those are entries with one link identity and title whose texts are equal or of which one ends in hashtags;
    in a feed that carries its texts, entries of one article that are older versions of another.
    """
    groups: dict[tuple[object, ...], list[int]] = {}
    for position, (new, found) in enumerate(zip(digests, matches, strict=True)):
        if full_text and new.link_key:
            groups.setdefault((found.own_key or new.link_key,), []).append(position)
        elif new.link_key:
            groups.setdefault((new.link_key, new.title_hash), []).append(position)
    twins: dict[int, _Twin] = {}
    for group in groups.values():
        best = min(group, key=lambda position: _worse(entries[position], digests[position], full_text))
        for position in group:
            same_text = digests[position].text == digests[best].text
            tagged = is_tagged(entries[position].title) and not is_tagged(entries[best].title)
            if position != best and (same_text or tagged or full_text):
                twins[position] = _Twin(matches[best].entry_key, full_text and not same_text)
    return twins


def _worse(entry: Entry, new: EntryDigest, full_text: bool) -> tuple[object, ...]:
    """Sorts entries of one story, the best first."""
    version = guid_version(new.guid)
    latest = -_seconds(entry), -(version[1] if version else 0)
    return (is_tagged(entry.title), *(latest if full_text else ()), len(entry.link or ""))


def _seconds(entry: Entry) -> float:
    stamp = entry.modified or entry.published
    return stamp.at.timestamp() if stamp else 0.0


# -- what differs --------------------------------------------------------------------------------------------


def _verdict(
    entry: Entry, new: EntryDigest, found: Match, *, trust_modified: bool, twin: _Twin
) -> EntryVerdict:
    renamed = replace(entry, entry_key=found.entry_key)
    keyed = replace(new, entry_key=found.entry_key, own_key=found.own_key)
    old = found.known
    if old is None:
        says_more = not any(sibling.text == new.text for sibling in found.siblings)
        # A known entry with this guid may have named this page until it went on to another one.
        named = bool(found.siblings) or found.guid_known
        refetch = named and says_more and found.own_key != found.entry_key
        return EntryVerdict(
            entry=renamed,
            kind=EntryKind.NEW,
            digest=keyed,
            why="never seen; another entry had its link or guid" if refetch else "never seen",
            fetch=says_more and (twin.of is None or twin.is_text),
            twin_of=twin.of,
            refetch=refetch,
        )
    kind, why, updates = _difference(new, old, trust_modified)
    seen = _was_seen(new, old, found.siblings)
    if kind is not EntryKind.SAME and seen:
        kind, why = EntryKind.SAME, "a state this entry was in before"
    waiting = new.state if kind is EntryKind.SAME and new.text != old.text and not seen else ""
    remembered = replace(keyed, updates=updates, seen=_seen(old), waiting="")
    if kind is EntryKind.SAME:  # the stored text stays until the new one is believed
        remembered = replace(old, waiting=waiting)
    elif kind is EntryKind.TOUCHED and new.link_key == old.link_key:
        remembered = replace(remembered, own_key=old.own_key)  # without a new text there is no new article
    return EntryVerdict(
        entry=renamed,
        kind=kind,
        digest=remembered,
        why=why,
        fetch=kind is EntryKind.CHANGED and (twin.of is None or twin.is_text),
        twin_of=twin.of,
        stored=kind is not EntryKind.SAME or (bool(waiting) and waiting != old.waiting),
    )


def _difference(new: EntryDigest, old: EntryDigest, trust_modified: bool) -> tuple[EntryKind, str, int]:
    """(kind, what differs, changes of text without a new date so far)."""
    text = [
        name
        for name, now, before in zip(("title", "summary", "content"), new.text, old.text, strict=True)
        if now != before
    ]
    dated = new.published_raw != old.published_raw or _modified_later(new, old)
    if text and (dated or old.updates < UPDATES_CAP or new.state == old.waiting):
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


def _was_seen(new: EntryDigest, old: EntryDigest, siblings: Sequence[EntryDigest]) -> bool:
    """Whether this entry was printed just so before. Until it stood beside another entry of its link, it may
    have been taken for that one."""
    return any(new.state in known.seen.split() for known in (old, *siblings))


def _seen(old: EntryDigest) -> str:
    return " ".join([old.state, *old.seen.split()][:SEEN_STATES])


def _modified_later(new: EntryDigest, old: EntryDigest) -> bool:
    return new.modified_at is not None and old.modified_at is not None and new.modified_at > old.modified_at
