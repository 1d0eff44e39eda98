"""The data dictionary, made from the comments over each mart: `python -m ingest.observe.dictionary >
docs/data.md`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.load.sql import names, sql
from ingest.reasons import OUTCOME_MEANINGS, Reason

_LINE = re.compile(r"^-- (?:\* (?P<column>\w+)|(?P<view>(?:mart|ops)\.\w+)): (?P<text>.+)$", re.M)

HEAD = """# The marts

What everybody reads: open `news.duckdb` in the data directory, read-only (`duckdb -readonly news.duckdb`, or
`duckdb.connect("news.duckdb", read_only=True)`). Timestamps are TIMESTAMPTZ in UTC; unknown is NULL, never an empty string.

This page is made from the comments in warehouse/marts/*.sql by `python -m ingest.observe.dictionary > docs/data.md`;
the same comments stand in the file itself (`SELECT view_name, comment FROM duckdb_views()`, `duckdb_columns()`).
"""


@dataclass(frozen=True, slots=True)
class Described:
    """A view or macro, what it is, and its (column, text) in order."""

    name: str
    text: str
    columns: tuple[tuple[str, str], ...]


def described() -> Iterator[Described]:
    """Every mart, as its own file tells of it."""
    for name in names("marts"):
        view, text, columns = "", "", []
        for match in _LINE.finditer(sql(name)):
            if match["view"]:
                view, text = match["view"], match["text"]
            else:
                columns.append((match["column"], match["text"]))
        yield Described(view, text, tuple(columns))


def markdown(marts: Iterable[Described]) -> str:
    """The whole page."""
    return "\n".join([HEAD, *(_section(one) for one in marts), _outcomes(), _reasons()])


def _section(one: Described) -> str:
    rows = [f"| {column} | {_cell(text)} |" for column, text in one.columns]
    table = ["", "| column | |", "|---|---|", *rows] if rows else []
    return "\n".join([f"## {one.name}", "", one.text, *table, ""])


def _outcomes() -> str:
    rows = [f"| {outcome} | {_cell(meaning)} |" for outcome, meaning in OUTCOME_MEANINGS.items()]
    lead = "What became of a URL (ops.outcomes.outcome)."
    return "\n".join(["## Outcomes", "", lead, "", "| outcome | meaning |", "|---|---|", *rows, ""])


def _reasons() -> str:
    """Every reason with its meaning, its ending, and the wait before a page is tried a second time."""
    rows = [
        f"| {reason} | {_cell(reason.rule.meaning)} | {reason.rule.ending} | {_wait(reason)} |"
        for reason in sorted(Reason)
    ]
    lead = (
        "Why a URL is no article, or not yet (`reason` in ops.outcomes, ops.polls and others; a closed list). "
        "Where a wait is given the page is tried again: first after that wait, then each time after four times as long, "
        "a day at most, and never before a Retry-After is over. When no try is left the URL ends as given here."
    )
    table = ["| reason | meaning | ends as | first wait |", "|---|---|---|---|", *rows]
    return "\n".join(["## Reasons", "", lead, "", *table, ""])


def _wait(reason: Reason) -> str:
    wait = reason.rule.first_wait
    return "" if wait is None else f"{wait.total_seconds() / 60:.0f} min"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(markdown(described()))
