"""Story marks of texts, and the stories derived from them day by day. Ids are UUID strings; a day is a
published_day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ingest.load.articles import mark_dirty
from ingest.load.sql import Connection, append, sql, stage


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A canonical text with its story marks (core.story_mark): hashes of the names and numbers in its
    opening."""

    article_id: str
    published_at: datetime
    marks: frozenset[int]


@dataclass(frozen=True, slots=True)
class StoryMember:
    """A canonical text's membership in a story. `texts` is the number of texts with the same lead."""

    article_id: str
    day: date
    lead_id: str
    texts: int

    @property
    def story_id(self) -> str | None:
        """The story's id in the marts; None for a text that is alone, which is no story."""
        return self.lead_id if self.texts > 1 else None


def write_marks(con: Connection, rows: Iterable[tuple[str, date, datetime, Collection[int]]]) -> None:
    """Adds (article, published_day, published_at, marks) of new or changed texts; copies.remove_traces has
    deleted the previous ones."""
    append(
        con,
        "core.story_mark",
        [
            {"article_id": id, "day": day, "published_at": at, "marks": sorted(marks)}
            for id, day, at, marks in rows
        ],
    )


def mark_days(con: Connection, days: Collection[date]) -> None:
    """Notes that the stories of these days are to be derived again, by this run or a later one."""
    if stage(con, [{"day": day} for day in sorted(set(days))], "core.story_day"):
        con.execute(sql("load/story_days"))
        con.unregister("staged")


def marked_days(con: Connection) -> dict[date, int]:
    """The days whose stories are to be derived again, oldest first, with the number of texts on each."""
    return dict(con.execute(sql("load/marked_days")).fetchall())


def note_derived(con: Connection, days: Collection[date]) -> None:
    con.execute("DELETE FROM core.story_day WHERE day IN (SELECT unnest(?::DATE[]))", [sorted(days)])


def marked_texts(con: Connection, day: date) -> list[MarkedText]:
    """The canonical texts of a day that have a time."""
    rows = con.execute(sql("load/marked_texts"), {"day": day}).fetchall()
    return [MarkedText(str(id), at, frozenset(marks)) for id, at, marks in rows]


def story_members(con: Connection, first: date, last: date) -> dict[str, StoryMember]:
    """The members of stories on these days, both inclusive, by article."""
    query = "SELECT article_id, day, lead_id, texts FROM core.story WHERE day BETWEEN ? AND ?"
    rows = con.execute(query, [first, last]).fetchall()
    return {str(id): StoryMember(str(id), day, str(lead), texts) for id, day, lead, texts in rows}


def replace_members(
    con: Connection, before: Mapping[str, StoryMember], after: Mapping[str, StoryMember]
) -> None:
    """Writes the members that differ, and marks the days with articles whose story_id changed as dirty: those
    of the canonical articles and of their copies."""
    changed = [id for id in sorted(before.keys() | after.keys()) if before.get(id) != after.get(id)]
    days = [row.day for id in changed for row in (before.get(id), after.get(id)) if row]
    if stage(con, [{"article_id": id} for id in changed], "core.copy_group", ("article_id",)):
        con.execute(sql("load/forget_stories"), {"first": min(days), "last": max(days)})
        con.unregister("staged")
    append(con, "core.story", [_row(after[id]) for id in changed if id in after])
    _mark_days_shown(
        con,
        {
            id: row.day
            for rows in (before, after)
            for id, row in rows.items()
            if _story_id(before, id) != _story_id(after, id)
        },
    )


def _story_id(rows: Mapping[str, StoryMember], id: str) -> str | None:
    return rows[id].story_id if id in rows else None


def _mark_days_shown(con: Connection, days: Mapping[str, date]) -> None:
    """Marks as dirty the days of these canonical articles (id -> published_day) and of their copies."""
    if stage(con, [{"article_id": id} for id in days], "core.copy_group", ("article_id",)):
        con.execute(sql("load/story_mates"), {"first": min(days.values()), "last": max(days.values())})
        copies_days = [day for (day,) in con.fetchall()]
        con.unregister("staged")
        mark_dirty(con, [("articles", day) for day in [*copies_days, *days.values()]])


def _row(member: StoryMember) -> dict[str, object]:
    return {
        "article_id": member.article_id,
        "day": member.day,
        "lead_id": member.lead_id,
        "texts": member.texts,
    }


def with_counts(rows: Sequence[StoryMember]) -> dict[str, StoryMember]:
    """The rows by article, each with the number of texts that have its lead."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.lead_id] = counts.get(row.lead_id, 0) + 1
    return {
        row.article_id: StoryMember(row.article_id, row.day, row.lead_id, counts[row.lead_id]) for row in rows
    }
