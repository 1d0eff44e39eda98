"""Boilerplate: sentences that are left out when texts are compared, and blocks that are taken out of a host's
pages. Ids are UUID strings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from ingest.load.rows import Row
from ingest.load.sql import Connection, append, sql, stage, stage_columns

KEPT = timedelta(days=30)
"""A sentence that no text contained for so long is no longer counted."""

REDO = 500
"""Number of texts compared again in one transaction."""


def write_sentences(
    con: Connection,
    rows: Iterable[tuple[str, date, Sequence[int], Sequence[int]]],
    now: datetime,
) -> None:
    """Adds (article, published_day, sentences, opening) of new or changed texts; copies.remove_traces has
    deleted the previous ones."""
    placed: list[Row] = [
        {"hash": sentence, "article_id": id, "day": day, "seen_day": now.date(), "opening": opening}
        for id, day, sentences, opening in rows
        for sentence in sentences
    ]
    append(con, "core.sentence", placed)
    append(
        con,
        "core.sentence_fresh",
        [{"hash": sentence} for sentence in sorted({row["hash"] for row in placed})],
    )


def learnt(con: Connection, sentences: Collection[int]) -> frozenset[int]:
    """Which of these sentences (hashes) are boilerplate."""
    anything = con.execute("SELECT 1 FROM core.sentence_learnt LIMIT 1").fetchall()
    if not anything or not stage(con, [{"hash": sentence} for sentence in sentences], "core.sentence_learnt"):
        return frozenset()
    rows = con.execute(
        "SELECT DISTINCT hash FROM core.sentence_learnt SEMI JOIN staged USING (hash)"
    ).fetchall()
    con.unregister("staged")
    return frozenset(sentence for (sentence,) in rows)


def anything_to_learn(con: Connection) -> bool:
    """Whether there are sentences that came since the last learning, or texts to be compared again."""
    query = "SELECT exists(FROM core.sentence_fresh) OR exists(FROM core.sentence_redo)"
    return bool(con.execute(query).fetchall()[0][0])


def repeated(con: Connection, texts: int, sample: int) -> dict[int, tuple[int, list[tuple[int, ...]]]]:
    """Sentences that came since the last learning and are in at least `texts` texts: the number of texts, and
    the openings of `sample` of them."""
    sentences: dict[int, tuple[int, list[tuple[int, ...]]]] = {}
    for sentence, count, opening in con.execute(
        sql("load/repeated_sentences"), {"texts": texts, "sample": sample}
    ).fetchall():
        sentences.setdefault(sentence, (count, []))[1].append(tuple(opening))
    return sentences


def learn(con: Connection, counts: Mapping[int, int], now: datetime) -> None:
    """Makes these sentences boilerplate (sentence -> number of texts that contain it); the texts that contain
    them are to be compared again."""
    rows = [
        {"hash": sentence, "texts": texts, "learnt_at": now} for sentence, texts in sorted(counts.items())
    ]
    append(con, "core.sentence_learnt", rows)
    if stage(con, rows, "core.sentence_learnt", ("hash",)):
        con.execute(sql("load/redo_carriers"))
        con.unregister("staged")
    con.execute("DELETE FROM core.sentence_fresh")
    con.execute("DELETE FROM core.sentence WHERE seen_day < ?", [now.date() - KEPT])


def to_redo(con: Connection) -> dict[str, date]:
    """Takes the next texts to compare again off the list; returns article_id -> published_day."""
    rows = con.execute(sql("load/next_redo"), {"most": REDO}).fetchall()
    return {str(id): day for id, day in rows}


LEARN_AFTER = 5
"""Number of pages of a host that must contain a block before it is taken out (hosts with two pages gain
nothing)."""


def see_lines(con: Connection, pages: Iterable[tuple[Row, tuple[int, ...]]], now: datetime) -> None:
    """Notes which blocks each page contains."""
    seen = [
        (article["host"], line, article["article_id"])
        for article, lines in pages
        if article["host"]
        for line in dict.fromkeys(lines)
    ]
    if seen:
        hosts, hashes, ids = zip(*seen, strict=True)
        stage_columns(
            con,
            {"host": hosts, "line_hash": hashes, "article_id": ids, "day": [now.date()] * len(seen)},
            "core.boilerplate_seen",
        )
        con.execute(sql("load/see_lines"))
        con.unregister("staged")


def learn_lines(con: Connection, now: datetime) -> None:
    """Makes blocks seen on LEARN_AFTER pages of their host boilerplate, from the next run on.

    Called at the end of a run that was not cut off, never between its batches: a text must not depend on
    where a run was cut off.
    """
    con.execute(sql("load/learn_lines"), {"pages": LEARN_AFTER, "now": now})


def host_lines(con: Connection, hosts: Collection[str] | None = None) -> dict[str, frozenset[int]]:
    """The active boilerplate of these hosts (of all, when none are named), as line hashes."""
    blocks: dict[str, set[int]] = {}
    wanted = {"any_host": hosts is None, "hosts": sorted(hosts or [])}
    for host, line in con.execute(sql("load/host_lines"), wanted).fetchall():
        blocks.setdefault(host, set()).add(line)
    return {host: frozenset(lines) for host, lines in blocks.items()}
