"""The sums of a data directory: all that was seen, and what became of it, for benches to print."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingest.load.checks import run_checks
from ingest.load.db import Warehouse
from ingest.settings import Settings

_LISTED = ("new", "changed", "touched", "same", "repeated", "capped", "unreadable")
_BACKFILLS = """
SELECT source, state, seen, urls, versions, same, unreadable, problems,
       [loaded, revised, unchanged, duplicate_url, pending, skipped, failed] AS outcomes
FROM ops.backfills ORDER BY started_at, backfill_id
"""
_OUTCOMES = "SELECT outcome, count(*) FROM core.outcome GROUP BY ALL ORDER BY ALL"
_ENDED = """
SELECT count(DISTINCT e.url_key), count(DISTINCT o.link_key), count(*)
FROM raw.entry e LEFT JOIN core.outcome o ON o.link_key = e.url_key
"""


def poll_sums(data: Path) -> list[str]:
    """Prints what the polled feeds listed and what became of it. Returns a sentence for each sum that does
    not come out even."""
    names = ", ".join(f"coalesce(sum({name}), 0)::BIGINT" for name in ("entries", *_LISTED))
    with duckdb.connect(str(data / "ingest.duckdb"), read_only=True) as con:
        ((seen, *parts),) = con.execute(f"SELECT {names} FROM raw.poll").fetchall()
        ((links, ended, rows),) = con.execute(_ENDED).fetchall()
        outcomes = dict(con.execute(_OUTCOMES).fetchall())
    recorded = sum(parts[:3])
    counted = " + ".join(f"{number} {name}" for name, number in zip(_LISTED, parts, strict=True))
    print(f"   entries: {seen} seen = {counted}{_verdict(seen == sum(parts))}")
    print(f"   recorded: {recorded} new, changed or touched = {rows} rows{_verdict(recorded == rows)}")
    print(
        f"   links: {links} = {ended} with one outcome each{_verdict(links == ended)}; all links: {outcomes}"
    )
    return [
        sentence
        for even, sentence in (
            (seen == sum(parts), f"{seen} entries seen, {sum(parts)} accounted for"),
            (recorded == rows, f"{recorded} entries to record, {rows} rows"),
            (links == ended, f"{links} links, {ended} with an outcome"),
        )
        if not even
    ]


def backfill_sums(data: Path) -> list[str]:
    """As poll_sums, of each backfill and its inputs."""
    said = []
    with duckdb.connect(str(data / "news.duckdb"), read_only=True) as con:
        rows = con.execute(_BACKFILLS).fetchall()
    for source, state, seen, urls, versions, same, unreadable, problems, outcomes in rows:
        even = seen == urls + versions + same and (state != "done" or sum(outcomes) == urls)
        names = ("loaded", "revised", "unchanged", "duplicate_url", "pending", "skipped", "failed")
        ended = " + ".join(f"{number} {name}" for name, number in zip(names, outcomes, strict=True) if number)
        print(
            f"   {source}, {state}: {seen} seen = {urls} addresses + {versions} versions + {same} the same"
            f"; {urls} addresses = {ended or 0}{_verdict(even)}; {unreadable} unreadable, {problems} problems"
        )
        if not even:
            said.append(f"{source}: {seen} seen, {urls} + {versions} + {same} accounted for")
    return said


def broken_checks(settings: Settings) -> list[str]:
    """The names of the warehouse's own checks that find rows."""
    return [name for name, rows in run_checks(Warehouse(settings)).items() if rows]


def _verdict(even: bool) -> str:
    return "" if even else "  <-- DOES NOT ADD UP"
