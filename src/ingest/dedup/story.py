"""Stories: a looser link of copy groups that tell of one event, by the names they share within two days.

Links are laid between groups, after grouping, and never touch it: a wrong story costs no precision of copies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.dedup.groups import CopyGroup, Member, group
from ingest.dedup.tokens import CASELESS, NAME, NUMBER, tokenise

MARKS, SHARED_MARKS, SHARED_PART = 12, 4, 0.4
"""Marks kept of a text; marks that two must share, and the part of the fewer."""

NEAR = timedelta(hours=48)
"""Reports of one event; later ones are linked through those between."""

COMMON_MARKS = 100
"""Texts of the window: a mark that more of them have (a weekday, a capital, the agency) says nothing."""

OPENING = 150
"""Words in which an event is named; background follows."""


@dataclass(frozen=True, slots=True)
class StoryText:
    """The canonical text of a copy group. `marks` of `story_marks`; `published_at` is aware UTC; without it there is no link."""

    id: str
    marks: frozenset[int]
    published_at: datetime | None = None


def story_marks(headline: str | None, text: str) -> frozenset[int]:
    """Hashes (uint32) of the at most 12 names and numbers that a text says most often at its start, earlier ones first.

    In scripts without capitals: of the headline's words that the text repeats.
    """
    tokens = tokenise(text)
    said = list(zip(tokens.ids.tolist(), tokens.kinds.tolist(), strict=True))[:OPENING]
    title = set(tokenise(headline or "").ids.tolist())
    names = Counter(id for id, kind in said if kind in (NAME, NUMBER) or (kind == CASELESS and id in title))
    return frozenset(id for id, _ in names.most_common(MARKS))


def same_event(a: StoryText, b: StoryText, common: frozenset[int] = frozenset()) -> bool:
    """Do these two tell of one event? `common` are marks that too many texts of the window have."""
    if a.published_at is None or b.published_at is None or abs(a.published_at - b.published_at) > NEAR:
        return False
    ours, theirs = a.marks - common, b.marks - common
    shared = len(ours & theirs)
    return shared >= SHARED_MARKS and shared >= SHARED_PART * min(len(ours), len(theirs))


def common_marks(texts: Iterable[StoryText]) -> frozenset[int]:
    """Marks that more than 100 of `texts` have."""
    counts = Counter(mark for text in texts for mark in text.marks)
    return frozenset(mark for mark, n in counts.items() if n > COMMON_MARKS)


def stories(texts: Iterable[StoryText]) -> list[CopyGroup]:
    """Stories among the canonical texts of copy groups: `canonical` is the earliest report, `members` are ids of groups.

    Chains cannot form here either: a text is of one event with the earliest report, or with half of the story.
    """
    known = {text.id: text for text in texts}
    common = common_marks(known.values())
    pairs = [(a, b) for a, b in _sharing(known.values(), common) if same_event(known[a], known[b], common)]
    members = [Member(text.id, text.published_at) for text in known.values()]
    return group(members, pairs, lambda a, b: same_event(known[a], known[b], common))


def _sharing(texts: Iterable[StoryText], common: frozenset[int]) -> list[tuple[str, str]]:
    """Pairs of ids that share enough marks, sorted."""
    by_mark: dict[int, list[str]] = {}
    for text in sorted(texts, key=lambda t: t.id):
        for mark in text.marks - common:
            by_mark.setdefault(mark, []).append(text.id)
    shared = Counter((a, b) for ids in by_mark.values() for i, a in enumerate(ids) for b in ids[i + 1 :])
    return sorted(pair for pair, n in shared.items() if n >= SHARED_MARKS)
