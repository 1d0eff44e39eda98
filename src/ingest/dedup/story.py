"""Stories: a looser link of copy groups that tell of one event, by the names they share within two days of
its first report.

Links are laid between groups, after grouping, and never touch it: a wrong story costs no precision of copies.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from ingest.dedup.groups import NEVER
from ingest.dedup.tokens import CASELESS, NAME, NUMBER, Tokens, tokenise

MARKS, SHARED_MARKS, SHARED_PART = 12, 4, 0.4
"""Marks kept of a text; marks that two must share, and the part of the fewer."""

NEAR = timedelta(hours=48)
"""Reports of one event, counted from the first."""

COMMON_MARKS = 100
"""Texts of the window: a mark that more of them have (a weekday, a capital, the agency) says nothing."""

OPENING = 150
"""Words in which an event is named; background follows."""


@dataclass(frozen=True, slots=True)
class StoryText:
    """The canonical text of a copy group. `marks` of `story_marks`; `published_at` is aware UTC; without it
    there is no link."""

    id: str
    marks: frozenset[int]
    published_at: datetime | None = None


def story_marks(headline: str | None, words: Tokens) -> frozenset[int]:
    """Hashes (uint32) of the at most 12 names and numbers that a text says most often at its start, earlier
    ones first.

    In scripts without capitals: of the headline's words that the text repeats.
    """
    ids, kinds = words.ids[:OPENING], words.kinds[:OPENING]
    telling = (kinds == NAME) | (kinds == NUMBER)
    caseless = kinds == CASELESS
    if headline and caseless.any():
        telling |= caseless & np.isin(ids, tokenise(headline).ids)
    names = Counter(ids[telling].tolist())
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


def story_leads(
    texts: Iterable[StoryText], before: Iterable[StoryText] = (), common: frozenset[int] = frozenset()
) -> dict[str, str]:
    """For each text the id of the earliest report of its event: its own, or that of a lead within 48 hours
    before it.

    `before` are the leads of the two days before `texts`. A text is compared with leads alone, so that chains
    cannot form; and only backwards in time, so that a later day never changes what an earlier one said. The
    order of `texts` decides nothing.
    """
    known: dict[str, StoryText] = {}
    by_mark: dict[int, list[str]] = {}
    for lead in sorted((text for text in before if text.published_at), key=_time):
        _index(lead, known, by_mark, common)
    found: dict[str, str] = {}
    for text in sorted((text for text in texts if text.published_at), key=_time):
        shared = Counter(id for mark in text.marks - common for id in by_mark.get(mark, ()))
        near = [
            known[id] for id, n in shared.items() if n >= SHARED_MARKS and same_event(known[id], text, common)
        ]
        found[text.id] = min(near, key=_time).id if near else text.id
        if not near:
            _index(text, known, by_mark, common)
    return found


def _index(
    lead: StoryText, known: dict[str, StoryText], by_mark: dict[int, list[str]], common: frozenset[int]
) -> None:
    known[lead.id] = lead
    for mark in lead.marks - common:
        by_mark.setdefault(mark, []).append(lead.id)


def _time(text: StoryText) -> tuple[datetime, str]:
    return text.published_at or NEVER, text.id
