"""Rows of a re-extraction: stored revisions with the inputs of their first extraction, their new texts, and
the previous texts, which an undo puts back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ingest.load.articles import mark_dirty, write_articles, write_dropped
from ingest.load.db import Connection
from ingest.load.rows import Known, Row, hints_of_entry, known_from
from ingest.load.sql import append, records, sql, stage
from ingest.model import ArchivePlace, EntryHints

_TEXT = ("headline", "body_text", "text_hash", "body_hash", "extractor", "words_added", "words_removed")
"""Columns of core.revision that an extraction decides."""


@dataclass(frozen=True, slots=True)
class StoredRevision:
    """A revision as it is stored (`row`), and what is needed to extract it again. `place`: None where no row
    has the length of its archive record. `hints`: None where no feed entry is left. `host_lines`: the blocks
    that were taken out as the host's boilerplate."""

    article_id: str
    revision: int
    row: Row
    place: ArchivePlace | None
    hints: EntryHints | None
    host_lines: tuple[str, ...]

    @property
    def is_current(self) -> bool:
        return bool(self.row["current"] == self.revision)


def archived_revisions(con: Connection, first: date | None, last: date | None) -> list[tuple[str, int]]:
    """(article_id, revision) of every revision whose page is archived, of articles published on these days;
    the revisions of an article together."""
    rows = con.execute(sql("reextract/archived_revisions"), {"first": first, "last": last}).fetchall()
    return [(str(id), revision) for _, id, revision in rows]


def stored_revisions(con: Connection, ids: Sequence[tuple[str, int]]) -> list[StoredRevision]:
    """These revisions, (article_id, revision), in order."""
    _stage(con, ids)
    con.execute(sql("reextract/rows"))
    rows = records(con)
    con.unregister("staged")
    return [_stored(row) for row in rows]


def whole_articles(con: Connection, ids: Sequence[str]) -> dict[str, Row]:
    """Whole rows of core.article by article_id, ids as text."""
    con.execute(sql("reextract/articles"), {"ids": list(ids)})
    return {str(row["article_id"]): _plain(row) for row in records(con)}


def _stage(con: Connection, ids: Sequence[tuple[str, int]]) -> None:
    stage(
        con,
        [{"article_id": id, "revision": revision} for id, revision in ids],
        "core.revision",
        ("article_id", "revision"),
    )


def _plain(row: Row) -> Row:
    return {name: str(value) if isinstance(value, UUID) else value for name, value in row.items()}


def _stored(row: Row) -> StoredRevision:
    row = _plain(row)
    length = row["page_length"]
    place = ArchivePlace(row["page_file"], row["page_offset"], length) if length is not None else None
    return StoredRevision(
        article_id=row["article_id"],
        revision=row["revision"],
        row=row,
        place=place,
        hints=hints_of_entry(row) if row["has_entry"] else None,
        host_lines=tuple(row["host_lines"] or ()),
    )


# -- writing and putting back ------------------------------------------------------------------


def replace_texts(
    con: Connection,
    run_id: str,
    pairs: Sequence[tuple[StoredRevision, Row]],
    changed: Mapping[str, Row],
    before: Mapping[str, Row],
) -> None:
    """Writes these columns of these revisions, and these whole articles; keeps the previous values for
    put_back()."""
    dropped = _dropped(con, list(changed))
    kept = [
        {
            "run_id": run_id,
            "article_id": old.article_id,
            "revision": old.revision,
            "before": _replaced_values(old, row, changed, before, dropped),
        }
        for old, row in pairs
    ]
    append(con, "core.reextraction", kept)
    _write(con, [(old.article_id, old.revision, row) for old, row in pairs], list(changed.values()))
    mark_dirty(con, [("articles", row["published_day"]) for row in before.values()])


def _dropped(con: Connection, ids: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
    """The lines that extraction took out of these articles' current texts: (rule, text)."""
    lines: dict[str, list[tuple[str, str]]] = {id: [] for id in ids}
    for id, rule, text in con.execute(sql("reextract/dropped"), {"ids": list(ids)}).fetchall():
        lines[str(id)].append((rule, text))
    return lines


def _replaced_values(
    old: StoredRevision,
    row: Row,
    changed: Mapping[str, Row],
    before: Mapping[str, Row],
    dropped: Mapping[str, list[tuple[str, str]]],
) -> str:
    """The values that are replaced, as JSON, for put_back()."""
    values: dict[str, Any] = {"revision": {name: old.row[name] for name in row}}
    if old.is_current and old.article_id in changed:
        was, will_be = before[old.article_id], changed[old.article_id]
        values["article"] = {name: value for name, value in was.items() if value != will_be[name]}
        values["dropped"] = dropped[old.article_id]
    return json.dumps(values, default=str, ensure_ascii=False)


def _write(con: Connection, revisions: Sequence[tuple[str, int, Row]], whole: Sequence[Row]) -> None:
    days = []
    for id, revision, row in revisions:
        names = [name for name in _TEXT if name in row]
        settings = ", ".join(f"{name} = ?" for name in names)
        done = con.execute(
            f"UPDATE core.revision SET {settings} WHERE article_id = ? AND revision = ? RETURNING day",
            [*(row[name] for name in names), id, revision],
        ).fetchall()
        days += [("revisions", day) for (day,) in done]
    mark_dirty(con, days)
    write_articles(con, whole, [])


def put_back(con: Connection, run_id: str) -> list[tuple[Known, date]]:
    """Puts back what a re-extraction replaced, except in articles that got another revision since; returns
    the articles as they are again, each with its published_day until now."""
    rows = con.execute(sql("reextract/replaced"), {"run_id": run_id}).fetchall()
    kept = [(str(id), revision, json.loads(before)) for id, revision, before in rows]
    now = whole_articles(con, sorted({id for id, _, _ in kept}))
    typed = {
        id: _typed(con, before["article"])
        for id, revision, before in kept
        if "article" in before and id in now and now[id]["revision"] == revision
    }
    restored = {id: now[id] | values for id, values in typed.items()}
    mark_dirty(con, [("articles", now[id]["published_day"]) for id in restored])
    _write(
        con,
        [(id, revision, before["revision"]) for id, revision, before in kept if id in now],
        list(restored.values()),
    )
    write_dropped(
        con, {id: before["dropped"] for id, _, before in kept if id in restored and "dropped" in before}
    )
    con.execute("DELETE FROM core.reextraction WHERE run_id = ?", [run_id])
    return [(known(row), now[id]["published_day"]) for id, row in restored.items()]


def _typed(con: Connection, values: Mapping[str, Any]) -> Row:
    """Values read from JSON, cast to the types of their columns."""
    types = dict(con.execute(sql("reextract/column_types")).fetchall())
    if not values:
        return {}
    columns = ", ".join(f"CAST(? AS {types[name]}) AS {name}" for name in values)
    con.execute(f"SELECT {columns}", list(values.values()))
    (row,) = records(con)
    return _plain(row)


def last_run(con: Connection) -> str | None:
    """The id of the newest re-extraction that can be undone."""
    row = con.execute("SELECT max(run_id) FROM core.reextraction").fetchone()
    return row[0] if row else None


def later_run(con: Connection, run_id: str) -> str | None:
    """The id of the newest re-extraction after `run_id` that replaced one of its texts again."""
    row = con.execute(sql("reextract/later_run"), {"run_id": run_id}).fetchone()
    return row[0] if row else None


def known(row: Row) -> Known:
    """The article as the copy rules read it."""
    return known_from(row)
