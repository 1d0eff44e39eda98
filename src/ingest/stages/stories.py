"""Stories: derived at the end of a run for the days whose texts or groups changed.

What a day says depends on the texts of that day and the two before, and on the leads of those; so days are
derived in order, and go on for as long as something changes. Marks of days to do outlive a killed run: two
runs or one, the stories are the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from ingest.dedup.story import StoryText, common_marks, story_leads
from ingest.load import stories
from ingest.load.db import Connection, Warehouse
from ingest.load.stories import Marked, StoryMember

INLINE = 5_000
"""Texts on a run's marked days and the two before each, at most, for stories to be derived in the run (half a
second of CPU); more wait for `maintain`."""

SLICE = 10
"""Days in one transaction."""

REACH = 2
"""Days: reports of one event lie within 48 hours of its first."""


def derive_stories(warehouse: Warehouse, most: int | None = None) -> int:
    """Derive the marked days, all or none: none when more than `most` texts are to be read. Returns the days
    derived.

    A slice of days is one transaction: other writers get their turn between, and a death loses a slice.
    """
    done = 0
    while True:
        with warehouse.transaction() as con:
            marked = stories.marked_days(con)
            if not marked or (most is not None and sum(marked.values()) * (REACH + 1) > most):
                return done
            days = list(marked)[:SLICE]
            done += _Days(con).derive(days)
            stories.note_derived(con, days)
        most = None


class _Days:
    """The days of one derivation, read once each."""

    def __init__(self, con: Connection) -> None:
        self._con = con
        self._texts: dict[date, list[Marked]] = {}
        self._old: dict[date, dict[str, StoryMember]] = {}
        self._new: dict[date, dict[str, str]] = {}

    def derive(self, marked: list[date]) -> int:
        """Days in order, each with the two after it; and two more after every day that came out otherwise
        than before."""
        due = sorted({day + timedelta(days) for day in marked for days in range(REACH + 1)})
        run: list[date] = []
        while due:
            day = due.pop(0)
            run.append(day)
            if self._moved(day):
                due = sorted({*due, *(day + timedelta(days) for days in range(1, REACH + 1))})
            if not due or due[0] - day > timedelta(2 * REACH):
                self._write(run[0], run[-1])
                run = []
            for old in [known for known in self._texts if known < day - timedelta(REACH)]:
                del self._texts[old]
        return len(self._new)

    def _moved(self, day: date) -> bool:
        """Derive one day; whether its leads differ from what was derived before."""
        window = [self._read(day - timedelta(back)) for back in range(REACH, -1, -1)]
        common = common_marks(StoryText(text.article_id, text.marks) for texts in window for text in texts)
        before = [
            _text(text)
            for back, texts in zip(range(REACH, 0, -1), window[:-1], strict=True)
            for text in texts
            if self._leads(day - timedelta(back)).get(text.article_id) == text.article_id
        ]
        self._new[day] = story_leads(map(_text, window[-1]), before, common)
        return self._new[day] != {id: told.lead_id for id, told in self._told(day).items()}

    def _leads(self, day: date) -> Mapping[str, str]:
        if day in self._new:
            return self._new[day]
        return {id: told.lead_id for id, told in self._told(day).items()}

    def _read(self, day: date) -> list[Marked]:
        if day not in self._texts:
            self._texts[day] = stories.marked_texts(self._con, day)
        return self._texts[day]

    def _told(self, day: date) -> dict[str, StoryMember]:
        if day not in self._old:
            self._old[day] = stories.story_members(self._con, day, day)
        return self._old[day]

    def _write(self, first: date, last: date) -> None:
        """Rows of these days, and of the two on either side where they share a lead with them."""
        reach = timedelta(REACH)
        before = stories.story_members(self._con, first - reach, last + reach)
        rows = [told for told in before.values() if told.day not in self._new]
        rows += [
            StoryMember(id, day, lead, 0)
            for day, found in self._new.items()
            if first <= day <= last
            for id, lead in found.items()
        ]
        days = {row.article_id: row.day for row in rows}
        after = stories.with_counts(
            [row for row in rows if first - reach <= days.get(row.lead_id, date.min) <= last]
        )
        replaced = {id: told for id, told in before.items() if told.day in self._new or id in after}
        stories.replace_members(self._con, replaced, after)


def _text(text: Marked) -> StoryText:
    return StoryText(text.article_id, text.marks, text.published_at)
