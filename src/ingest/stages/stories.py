"""Stories: derived at the end of a run for the days whose texts or groups changed.

The stories of a day depend on the texts of that day and of the two days before, and on the leads of those
two days. So days are derived in order, and for as long as a day's leads change, the two days after it are
derived too. The days still to be derived are stored, so that a run that was killed and then repeated gives
the same stories as a single run.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from ingest.dedup.story import StoryText, common_marks, story_leads
from ingest.load import stories
from ingest.load.db import Connection, Warehouse
from ingest.load.stories import MarkedText, StoryMember

MAX_TEXTS_IN_POLL = 5_000
"""A poll derives stories only where at most this many texts are to be read, on the marked days and the two
before each (half a second of CPU); otherwise the days wait for `maintain`."""

SLICE_DAYS = 10
"""Most days in one transaction."""

REACH = 2
"""Days: reports of one event are published within 48 hours of its first."""


def derive_stories(warehouse: Warehouse, most: int | None = None) -> int:
    """Derive the marked days, or none of them when more than `most` texts are to be read. Returns the number
    of days derived.

    Each slice of days is a transaction of its own: other writers can write in between, and a killed run loses
    one slice at most.
    """
    done = 0
    while True:
        with warehouse.transaction() as con:
            marked = stories.marked_days(con)
            if not marked or (most is not None and sum(marked.values()) * (REACH + 1) > most):
                return done
            days = list(marked)[:SLICE_DAYS]
            done += _Days(con).derive(days)
            stories.note_derived(con, days)
        most = None


class _Days:
    """The days of one derivation. Each is read once. By day: its canonical texts, the story members stored
    until now, and the leads derived now (article_id -> lead_id)."""

    def __init__(self, con: Connection) -> None:
        self._con = con
        self._texts: dict[date, list[MarkedText]] = {}
        self._old_members: dict[date, dict[str, StoryMember]] = {}
        self._new_leads: dict[date, dict[str, str]] = {}

    def derive(self, marked: list[date]) -> int:
        """Derive these days and the two after each, in order; and the two after every day whose leads differ
        from the previous ones. Returns the number of days derived."""
        due = sorted({day + timedelta(days) for day in marked for days in range(REACH + 1)})
        run: list[date] = []
        while due:
            day = due.pop(0)
            run.append(day)
            if self._derive_day(day):
                due = sorted({*due, *(day + timedelta(days) for days in range(1, REACH + 1))})
            if not due or due[0] - day > timedelta(2 * REACH):
                self._write(run[0], run[-1])
                run = []
            for past in [read for read in self._texts if read < day - timedelta(REACH)]:
                del self._texts[past]
        return len(self._new_leads)

    def _derive_day(self, day: date) -> bool:
        """Derive one day. Returns whether its leads differ from those stored until now."""
        window = [self._read_texts(day - timedelta(back)) for back in range(REACH, -1, -1)]
        common = common_marks(StoryText(text.article_id, text.marks) for texts in window for text in texts)
        before = [
            _text(text)
            for back, texts in zip(range(REACH, 0, -1), window[:-1], strict=True)
            for text in texts
            if self._leads(day - timedelta(back)).get(text.article_id) == text.article_id
        ]
        self._new_leads[day] = story_leads(map(_text, window[-1]), before, common)
        return self._new_leads[day] != self._stored_leads(day)

    def _leads(self, day: date) -> Mapping[str, str]:
        return self._new_leads[day] if day in self._new_leads else self._stored_leads(day)

    def _read_texts(self, day: date) -> list[MarkedText]:
        if day not in self._texts:
            self._texts[day] = stories.marked_texts(self._con, day)
        return self._texts[day]

    def _stored_leads(self, day: date) -> dict[str, str]:
        if day not in self._old_members:
            self._old_members[day] = stories.story_members(self._con, day, day)
        return {id: member.lead_id for id, member in self._old_members[day].items()}

    def _write(self, first: date, last: date) -> None:
        """Write the story members of these days, and those of the two days before and after that share a lead
        with them: their counts may have changed."""
        reach = timedelta(REACH)
        before = stories.story_members(self._con, first - reach, last + reach)
        rows = [member for member in before.values() if member.day not in self._new_leads]
        rows += [
            StoryMember(id, day, lead, 0)
            for day, leads in self._new_leads.items()
            if first <= day <= last
            for id, lead in leads.items()
        ]
        days = {row.article_id: row.day for row in rows}
        after = stories.with_counts(
            [row for row in rows if first - reach <= days.get(row.lead_id, date.min) <= last]
        )
        replaced = {
            id: member for id, member in before.items() if member.day in self._new_leads or id in after
        }
        stories.replace_members(self._con, replaced, after)


def _text(text: MarkedText) -> StoryText:
    return StoryText(text.article_id, text.marks, text.published_at)
