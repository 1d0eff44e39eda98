"""Feeds, their entries and runs: what the warehouse knows of them, and what one round of polls adds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from ingest.load.articles import article_keys, mark_dirty, taken_down
from ingest.load.rows import LinkState, Row, link_state_from, state_from, state_row
from ingest.load.sql import Connection, append, merge, records, sql, stage
from ingest.model import Feed, FeedState
from ingest.reasons import undecided

DONE, INCOMPLETE = "done", "incomplete"
"""States of a run that has ended: all its counts add up, or not."""


def feed_states(con: Connection) -> dict[str, FeedState]:
    """The state of every feed ever polled, by id."""
    con.execute("SELECT * FROM core.feed")
    return {row["feed_id"]: state_from(row) for row in records(con)}


def write_states(con: Connection, pairs: Iterable[tuple[Feed, FeedState]]) -> None:
    """Writes feed states, with the name, address and intervals that feeds.toml has now."""
    merge(con, "merge_feed", [_feed_row(feed, state) for feed, state in pairs], "core.feed")


def switch(con: Connection, enabled: Sequence[str]) -> None:
    """Makes these feeds enabled and every other not. A feed that feeds.toml switches off or no longer lists
    is kept but not polled; once switched on again it is late, not paused."""
    con.execute(sql("load/switch_feeds"), {"enabled": list(enabled)})


def known_entries(
    con: Connection, entries: Sequence[tuple[str, str, str | None]]
) -> dict[str, dict[str, str]]:
    """Digests (JSON) by feed_id and entry_key: of these entries (feed_id, entry_key, url_key of the link), of
    entries with these links, and of each such feed's latest entries."""
    if not stage(
        con,
        [{"feed_id": feed, "entry_key": key, "url_key": link} for feed, key, link in entries],
        "core.entry",
        ("feed_id", "entry_key", "url_key"),
    ):
        return {}
    digests: dict[str, dict[str, str]] = {}
    for feed_id, key, digest in con.execute(sql("load/known_entries")).fetchall():
        digests.setdefault(feed_id, {})[key] = digest
    con.unregister("staged")
    return digests


def known_links(con: Connection, keys: Iterable[str]) -> dict[str, LinkState]:
    """What the warehouse knows of each of these link keys."""
    wanted = sorted(set(keys))
    resolved = article_keys(con, wanted)
    if not stage(con, [{"link_key": key, "url_key": resolved.get(key)} for key in wanted], "core.alias"):
        return {}
    con.execute(sql("load/known_links"), {"undecided": undecided()})
    states = {row["link_key"]: link_state_from(row) for row in records(con)}
    con.unregister("staged")
    return states


def write_polls(
    con: Connection, polls: Sequence[Row], history: Sequence[Row], digests: Sequence[Row]
) -> None:
    """Writes polls, the changed states of entries, and their digests."""
    append(con, "raw.poll", polls)
    append(con, "raw.entry", _without_text(con, history))
    merge(con, "merge_entry", digests, "core.entry")
    mark_dirty(con, [("polls", row["day"]) for row in polls])


def _without_text(con: Connection, history: Sequence[Row]) -> Sequence[Row]:
    """Entries of articles that were taken down keep their row but not their words: a feed that still lists
    such an article must not bring its text back."""
    barred = taken_down(con, {row["url_key"] for row in history})
    words = ("title", "summary", "content", "credit", "image_url")
    return [
        row | dict.fromkeys(words) | {"authors": [], "categories": []} if row["url_key"] in barred else row
        for row in history
    ]


def _feed_row(feed: Feed, state: FeedState) -> Row:
    return state_row(state) | {
        "name": feed.name,
        "publisher": feed.publisher,
        "config_url": feed.url,
        "enabled": feed.enabled,
        "position": feed.position,
        "min_interval": feed.min_interval,
        "max_interval": feed.max_interval,
    }


def start_run(con: Connection, run_id: str, job: str, now: datetime) -> None:
    append(
        con,
        "core.run",
        [{"run_id": run_id, "job": job, "started_at": now, "ended_at": None, "summary": None}],
    )


def clock_fault(con: Connection, run_id: str, now: datetime) -> str | None:
    """Says so where `now` lies before the time of the poll that ran before this one, None where it does
    not."""
    row = con.execute(sql("load/run_before"), {"run_id": run_id}).fetchone()
    if row is None or row[1] <= now:
        return None
    before, at = row
    return f"this run's time {_text(now)} lies before that of the last one ({before}: {_text(at)})"


def _text(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def end_run(
    con: Connection, run_id: str, ended: datetime, summary: str, problems: Sequence[str] = ()
) -> None:
    """Completes the run's row. `summary` is the JSON of its counts, `problems` are sentences about counts
    that do not add up: with any of them its state is incomplete, else done."""
    con.execute(
        "UPDATE core.run SET ended_at = ?, summary = ?, state = ?, detail = ? WHERE run_id = ?",
        [ended, summary, INCOMPLETE if problems else DONE, "; ".join(problems) or None, run_id],
    )


def accounts(con: Connection, run_id: str, now: datetime) -> list[Row]:
    """What each feed listed in the run of this id and clock, and what became of it: a row per feed whose
    document listed anything (columns: stages/counts.FeedAccount)."""
    names = {"run": run_id, "day": now.date()}
    con.execute(sql("load/run_entries"), names)
    con.execute(sql("load/run_accounts"), names | {"now": now})
    return records(con)
