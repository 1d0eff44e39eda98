"""Stories: a looser link between copy groups that report one event, by the names they share within two days
of its first report.

Groups are linked once they are complete and are not changed by it: a wrong story makes no wrong copy.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from ingest.dedup.groups import UNDATED_LAST
from ingest.dedup.tokens import CASELESS, NAME, NUMBER, Tokens, tokenise

MAX_MARKS, MIN_SHARED_MARKS, MIN_SHARED_PART = 12, 4, 0.4
"""Most marks kept of a text; least number of marks that two texts must share, and the least part of the marks
of the text with fewer that these must be."""

MAX_AGE = timedelta(hours=48)
"""Longest time from the first report of an event to another."""

MAX_TEXTS_PER_MARK = 100
"""A mark that more of the compared texts have (a weekday, a capital city, the agency) is ignored."""

OPENING_WORDS = 150
"""Words at the start of a text that name its event; background follows."""


@dataclass(frozen=True, slots=True)
class StoryText:
    """The canonical text of a copy group. `marks` are its `story_marks`; `published_at` is aware UTC, and
    without it the text is not linked."""

    id: str
    marks: frozenset[int]
    published_at: datetime | None = None


def story_marks(headline: str | None, words: Tokens) -> frozenset[int]:
    """Returns the hashes (uint32) of the names and numbers that are most frequent at the start of a text, at
    most 12; of equally frequent ones the earlier.

    In scripts without capitals the words of the headline that the text repeats count as names.
    """
    ids, kinds = words.ids[:OPENING_WORDS], words.kinds[:OPENING_WORDS]
    is_mark = (kinds == NAME) | (kinds == NUMBER)
    caseless = kinds == CASELESS
    if headline and caseless.any():
        is_mark |= caseless & np.isin(ids, tokenise(headline).ids)
    names = Counter(ids[is_mark].tolist())
    return frozenset(id for id, _ in names.most_common(MAX_MARKS))


def same_event(a: StoryText, b: StoryText, common: frozenset[int] = frozenset()) -> bool:
    """True if both report one event. `common` are the marks that too many of the compared texts have."""
    if a.published_at is None or b.published_at is None or abs(a.published_at - b.published_at) > MAX_AGE:
        return False
    ours, theirs = a.marks - common, b.marks - common
    shared = len(ours & theirs)
    return shared >= MIN_SHARED_MARKS and shared >= MIN_SHARED_PART * min(len(ours), len(theirs))


def common_marks(texts: Iterable[StoryText]) -> frozenset[int]:
    """Returns the marks that more than 100 of `texts` have."""
    counts = Counter(mark for text in texts for mark in text.marks)
    return frozenset(mark for mark, n in counts.items() if n > MAX_TEXTS_PER_MARK)


def story_leads(
    texts: Iterable[StoryText], before: Iterable[StoryText] = (), common: frozenset[int] = frozenset()
) -> dict[str, str]:
    """Returns for each text the id of its lead, the first report of its event: a text of the 48 hours before,
    or the text itself.

    `before` are the leads of the two days before `texts`. A text is compared with leads only, so that chains
    cannot form, and only with earlier ones, so that a later day never changes the result of an earlier day.
    The order of `texts` does not matter.
    """
    known: dict[str, StoryText] = {}
    by_mark: dict[int, list[str]] = {}
    for lead in sorted((text for text in before if text.published_at), key=_time):
        _index(lead, known, by_mark, common)
    lead_of: dict[str, str] = {}
    for text in sorted((text for text in texts if text.published_at), key=_time):
        shared = Counter(id for mark in text.marks - common for id in by_mark.get(mark, ()))
        near = [
            known[id]
            for id, n in shared.items()
            if n >= MIN_SHARED_MARKS and same_event(known[id], text, common)
        ]
        lead_of[text.id] = min(near, key=_time).id if near else text.id
        if not near:
            _index(text, known, by_mark, common)
    return lead_of


def _index(
    lead: StoryText, known: dict[str, StoryText], by_mark: dict[int, list[str]], common: frozenset[int]
) -> None:
    known[lead.id] = lead
    for mark in lead.marks - common:
        by_mark.setdefault(mark, []).append(lead.id)


def _time(text: StoryText) -> tuple[datetime, str]:
    return text.published_at or UNDATED_LAST, text.id
