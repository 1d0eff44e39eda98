"""Which known entry of a feed an entry of this poll continues, and whether its link or the entry itself names
its article.

A guid names an entry until the feed proves otherwise: there are guids that change with each edit (the BBC
prints `...#0`, then `...#3`, old and new side by side), that number places on a page, or that are one for
all. In a feed whose entries link to pages, all entries of one link are about one page. In a feed that carries
its texts, an entry is an article of its own where other texts share its link, or where the link names a home
or section page.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from ingest.poll.digest import EntryDigest
from ingest.poll.entries import guid_tail
from ingest.text import text_hash
from ingest.urls.identity import is_home_or_section, key_names_story

_VERSION = re.compile(
    r"[#;/?&,_.:-](?:v|ver|version|rev|revision|edition|update|upd)[=:._-]?(\d{1,9})$", re.I
)
_FRAGMENT = re.compile(r"#(\d{1,9})$")
_Find = Callable[[EntryDigest], EntryDigest | None]


@dataclass(frozen=True, slots=True)
class Match:
    """What is known of one entry of a document.

    `known`: the digest that it continues, None for an entry never seen. `entry_key`: the key to store it
    under. `own_key`: as EntryDigest.own_key. `siblings`: the known digests with the same link. `guid_known`:
    a known digest has its guid, whatever link that has now.
    """

    known: EntryDigest | None
    entry_key: str
    own_key: str | None
    siblings: Sequence[EntryDigest]
    guid_known: bool = False


def match(
    digests: Sequence[EntryDigest],
    known: Mapping[str, EntryDigest],
    policy: str,
    *,
    full_text: bool = False,
    pages: Collection[str] = (),
) -> list[Match]:
    """Returns what is known of each entry, in document order; a known digest is given out once. Pure.

    `policy`: what identifies the feed's entries (verdicts.learn_policy). `full_text`: the feed carries its
    texts. `pages`: link keys of the feed and of the site that it names, which are of no single entry.
    """
    matcher = _Matcher(digests, known, policy, full_text)
    matcher.run()
    keys = matcher.keys()
    owners = _Owners(matcher, keys, pages).own_keys() if full_text else [None] * len(digests)
    return [
        Match(
            known=old,
            entry_key=key,
            own_key=own,
            siblings=matcher.by_link.get(new.link_key or "", ()),
            guid_known=new.guid in matcher.by_guid,
        )
        for new, old, key, own in zip(digests, matcher.matches, keys, owners, strict=True)
    ]


@lru_cache(maxsize=4_096)
def guid_version(guid: str | None) -> tuple[str, int] | None:
    """A guid without the counter at its end, and the counter: (`tag:wire.example;`, 2) of
    `tag:wire.example;v2`. None for a guid without one."""
    found = (_VERSION.search(guid) or _FRAGMENT.search(guid)) if guid else None
    return (guid[: found.start()], int(found[1])) if guid and found else None


def unique(digests: Iterable[EntryDigest], name: str) -> dict[str, EntryDigest]:
    """Returns the digests by the value of their field `name`, where only one of them has that value."""
    listed = list(digests)
    counts = Counter(getattr(digest, name) for digest in listed)
    values = ((getattr(digest, name), digest) for digest in listed)
    return {value: digest for value, digest in values if value is not None and counts[value] == 1}


class _Matcher:
    """The passes over a document, surest evidence first. `matches`: the known digest of each entry so far;
    `taken`: the keys of those."""

    def __init__(
        self,
        digests: Sequence[EntryDigest],
        known: Mapping[str, EntryDigest],
        policy: str,
        full_text: bool,
    ) -> None:
        self.digests = digests
        self.known = known
        self.by_link = _grouped(known.values(), "link_key")
        self.matches: list[EntryDigest | None] = [None] * len(digests)
        self.taken: set[str] = set()
        self._policy = policy
        self._full_text = full_text
        self.by_guid = _grouped(known.values(), "guid")
        self._tails = _tails(unique(known.values(), "guid"))
        self._guids = Counter(new.guid for new in digests)

    def run(self) -> None:
        """Matches all entries."""
        by_link: list[_Find] = [self._same_text, self._same_state, self._same_story, self._same_link]
        if self._policy == "link":
            self._pass(*by_link, lambda new: None if new.link_key else self.known.get(new.entry_key))
        else:
            self._pass(
                self._same_entry, self._same_print, self._same_key, self._same_guid, self._same_tail, *by_link
            )

    def keys(self) -> list[str]:
        """The key of each entry: that of the known digest which it continues, or else its own, made longer
        where another entry has it already."""
        used = {*self.known}
        keys: list[str] = []
        for new, old in zip(self.digests, self.matches, strict=True):
            key, turn = old.entry_key if old else new.entry_key, 0
            while old is None and key in used:
                turn += 1
                key = "hash:" + text_hash(f"{new.guid}\n{new.link_key}\n{new.text}\n{turn}")[:32]
            used.add(key)
            keys.append(key)
        return keys

    def is_version(self, one: EntryDigest, other: EntryDigest) -> bool:
        """Whether two entries of one link are versions of one story, by their guids. In a feed that carries
        its texts `#3` alone does not say so: it may be an anchor on a page of many items."""
        first, second = guid_version(one.guid), guid_version(other.guid)
        if first is None or second is None or first[0] != second[0] or one.link_key != other.link_key:
            return False
        return not self._full_text or not _FRAGMENT.search(one.guid or "") or _has_number(one.link_key or "")

    def _pass(self, *finders: _Find) -> None:
        for find in finders:
            for position, new in enumerate(self.digests):
                old = find(new) if self.matches[position] is None else None
                if old is not None and old.entry_key not in self.taken:
                    self.matches[position] = old
                    self.taken.add(old.entry_key)

    def _free(self, new: EntryDigest) -> list[EntryDigest]:
        siblings = self.by_link.get(new.link_key or "", ())
        return [old for old in siblings if old.entry_key not in self.taken]

    def _same_entry(self, new: EntryDigest) -> EntryDigest | None:
        """The entry with this key, guid, link and text."""
        old = self.known.get(new.entry_key)
        return old if old is not None and _is_alike(new, old) else None

    def _same_print(self, new: EntryDigest) -> EntryDigest | None:
        """The entry with this guid, link and text: of several stories with one guid, the one shown again."""
        holders = self.by_guid.get(new.guid or "", ())
        alike = [old for old in holders if old.entry_key not in self.taken and _is_alike(new, old)]
        return max(alike, key=lambda old: old.rest_hash == new.rest_hash, default=None)

    def _same_key(self, new: EntryDigest) -> EntryDigest | None:
        old = self.known.get(new.entry_key)
        if old is not None and not self._full_text and self._is_shared(new, old):
            return None
        if old is None or not self._full_text or new.guid or old.guid or new.entry_key.startswith("hash:"):
            return old
        # Keyed by its link alone: a page like `/flash` may carry another text each time.
        return old if key_names_story(new.link_key or "") or _continues(new, old) else None

    def _is_shared(self, new: EntryDigest, old: EntryDigest) -> bool:
        """Whether the guid that two entries have names pages, not one story: known entries had it with
        several links side by side, and these two have different ones."""
        links = {holder.link_key for holder in self.by_guid.get(new.guid or "", ())}
        return new.link_key != old.link_key and len(links) > 1

    def _same_guid(self, new: EntryDigest) -> EntryDigest | None:
        holders = self.by_guid.get(new.guid or "", ())
        return holders[0] if len(holders) == 1 and self._guids[new.guid] == 1 else None

    def _same_tail(self, new: EntryDigest) -> EntryDigest | None:
        return self._tails.get(guid_tail(new.guid)) if new.guid else None

    def _same_text(self, new: EntryDigest) -> EntryDigest | None:
        return next((old for old in self._free(new) if old.text == new.text), None)

    def _same_state(self, new: EntryDigest) -> EntryDigest | None:
        """The entry that was printed just so before: an old document out of a cache."""
        return next((old for old in self._free(new) if new.state in old.seen.split()), None)

    def _same_story(self, new: EntryDigest) -> EntryDigest | None:
        """A version of one story, or in a feed without guids the only entry with this date or title."""
        free = self._free(new)
        versions = [old for old in free if self.is_version(new, old)]
        if versions:
            return max(versions, key=lambda old: guid_version(old.guid) or ("", 0))
        alike = [old for old in free if _same_date(new, old) or new.title_hash == old.title_hash]
        return alike[0] if len(alike) == 1 and new.guid is None and alike[0].guid is None else None

    def _same_link(self, new: EntryDigest) -> EntryDigest | None:
        """The only known entry of the link; in a feed that carries its texts only where nothing says that the
        link is shared."""
        free = self._free(new)
        if not self._full_text:
            return free[0] if len(free) == 1 or (free and self._policy == "link") else None
        alone = sum(other.link_key == new.link_key for other in self.digests) == 1
        if not alone or not free or len(self.by_link[new.link_key or ""]) > 1:
            return None
        link = new.link_key or ""
        guids_fail = self._policy != "guid" or not (new.guid and free[0].guid)
        own_page = not is_home_or_section(link) and (key_names_story(link) or (guids_fail and bool(new.guid)))
        return free[0] if own_page or _continues(new, free[0]) else None


class _Owners:
    """Which entries of a feed that carries its texts are articles of their own."""

    def __init__(self, matcher: _Matcher, keys: Sequence[str], pages: Collection[str]) -> None:
        self._matcher = matcher
        self._keys = keys
        self._pages = pages
        self._positions: dict[str, list[int]] = defaultdict(list)
        for position, new in enumerate(matcher.digests):
            if new.link_key is not None:
                self._positions[new.link_key].append(position)

    def own_keys(self) -> list[str | None]:
        """The own_key of each entry."""
        owners: list[str | None] = [None] * len(self._keys)
        for link_key, positions in self._positions.items():
            stories = self._stories(positions)
            for position in positions:
                owners[position] = self._own_key(link_key, position, stories)
        for position, old in enumerate(self._matcher.matches):
            if old is not None and old.own_key is not None:
                owners[position] = old.own_key
        return owners

    def _stories(self, positions: Sequence[int]) -> dict[int, int]:
        """For each position the first one with the same story: the same text, or a version of it."""
        first: dict[int, int] = {}
        for position in positions:
            new = self._matcher.digests[position]
            earlier = (other for other in first.values() if self._is_story(new, self._matcher.digests[other]))
            first[position] = next(earlier, position)
        return first

    def _is_story(self, one: EntryDigest, other: EntryDigest) -> bool:
        return one.text == other.text or self._matcher.is_version(one, other)

    def _own_key(self, link_key: str, position: int, stories: Mapping[int, int]) -> str | None:
        new, old = self._matcher.digests[position], self._matcher.matches[position]
        siblings = self._matcher.by_link.get(link_key, ())
        others = [known for known in siblings if old is None or known.entry_key != old.entry_key]
        several = len(set(stories.values())) > 1
        shared = several or bool(others) or link_key in self._pages or is_home_or_section(link_key)
        if old is None:
            if new.summary_hash is None and new.content_hash is None:
                return None  # it carries no text: its page is fetched
            same = next((known for known in others if self._is_story(new, known)), None)
            if same is not None:
                return same.own_key
            return self._keys[stories[position]] if shared else None
        if old.link_key != link_key:
            return self._keys[position] if shared else None
        # It was known by its link before the link was shared, or before the feed carried its texts. Of
        # several such entries side by side one keeps the link.
        side_by_side = [
            known
            for known in others
            if known.entry_key in self._matcher.taken and known.own_key is None
            if not self._is_story(old, known) and not self._is_story(new, known)
        ]
        first = min((known.entry_key for known in side_by_side), default=old.entry_key)
        return old.entry_key if first < old.entry_key else None


def _is_alike(new: EntryDigest, old: EntryDigest) -> bool:
    return (new.guid, new.link_key, new.text) == (old.guid, old.link_key, old.text)


def _grouped(digests: Iterable[EntryDigest], name: str) -> dict[str, list[EntryDigest]]:
    """The digests by the value of their field `name`, each group in the order of keys."""
    groups: dict[str, list[EntryDigest]] = defaultdict(list)
    for digest in sorted(digests, key=lambda digest: digest.entry_key):
        value = getattr(digest, name)
        if value is not None:
            groups[value].append(digest)
    return dict(groups)


def _tails(by_guid: Mapping[str, EntryDigest]) -> dict[str, EntryDigest]:
    """The digests by their guid without scheme and host, where only one guid ends that way."""
    counts = Counter(map(guid_tail, by_guid))
    return {tail: old for guid, old in by_guid.items() if counts[tail := guid_tail(guid)] == 1}


def _continues(new: EntryDigest, old: EntryDigest) -> bool:
    """Whether two entries of a page that names no story are one, by their date or their words."""
    words = zip(new.text[1:], old.text[1:], strict=True)
    return _same_date(new, old) or any(text is not None and text == other for text, other in words)


def _same_date(new: EntryDigest, old: EntryDigest) -> bool:
    return new.published_raw is not None and new.published_raw == old.published_raw


def _has_number(link_key: str) -> bool:
    """Whether the last part of an address has a digit: the BBC's `/articles/cx1`, but not `/flash`."""
    path = link_key.partition("/")[2].partition("?")[0]
    return key_names_story(link_key) or any(map(str.isdigit, path.rsplit("/", 1)[-1]))
