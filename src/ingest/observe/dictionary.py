"""The data dictionary, made from the comments over each mart: `python -m ingest.observe.dictionary >
docs/data.md`."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterable, Mapping
from importlib import resources

from ingest.load.marts import Mart, marts
from ingest.reasons import OUTCOME_MEANINGS, Reason

HEAD = """# The marts

What everybody reads: open `news.duckdb` in the data directory, read-only
(`duckdb -readonly news.duckdb`, or `duckdb.connect("news.duckdb", read_only=True)`).
Timestamps are TIMESTAMPTZ in UTC; unknown is NULL, never an empty string.

This page is made from the comments in warehouse/marts/*.sql by
`python -m ingest.observe.dictionary > docs/data.md`; the file itself has the same comments
(`SELECT view_name, comment FROM duckdb_views()`, `duckdb_columns()`). Its schema `files` only names
the published files for these views; its views may change at any time.
"""


def markdown(described: Iterable[Mart]) -> str:
    """The whole page, mart by mart. A mart that has every column of another names that one and lists only the
    further columns."""
    return "\n".join([HEAD, *(_section(mart) for mart in described), _measured(), _outcomes(), _reasons()])


def _section(mart: Mart) -> str:
    parts = [f"## {mart.name}", "", mart.about]
    columns: Mapping[str, str] = mart.columns
    if mart.every_of is not None:
        columns = {name: text for name, text in mart.columns.items() if name in mart.own}
        parts += ["", f"Every column of {mart.every_of}" + (", and:" if columns else ".")]
    if columns:
        parts += ["", "| column | |", "|---|---|"]
        parts += [f"| {name} | {_cell(text)} |" for name, text in columns.items()]
    return "\n".join([*parts, ""])


def _measured() -> str:
    """How often columns of mart.articles are right, from the figures that bench/truth.py wrote."""
    text = resources.files("ingest.observe").joinpath("measured.toml").read_text(encoding="utf-8")
    rows = [
        f"| {row['column']} | {row['gold']} | {row['right']:.3f} | {_beside(row)} | {row['pages']:,} |"
        for row in tomllib.loads(text).get("measured", ())
    ]
    lead = (
        "Share of news pages with gold on which a column of mart.articles is right, trafilatura's beside it "
        "(`python bench/truth.py --write`). Rules were made on some of the publishers, and the block judge "
        "was trained on all of them but one set: for the text on publishers that it has not seen, "
        "docs/decisions/0016 has the figures. No feed listed the pages; a poll knows an entry's title and "
        "time, and does better. Gold often has the house or an agency among its authors, where `authors` has "
        "people alone."
    )
    table = ["| column | right where | ours | trafilatura | pages |", "|---|---|---|---|---|", *rows]
    return "\n".join(["## How often a column is right", "", lead, "", *table, ""])


def _beside(row: Mapping[str, object]) -> str:
    return f"{row['trafilatura']:.3f}" if "trafilatura" in row else ""


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
        "Why a URL is no article, or not yet (`reason` in ops.outcomes, ops.polls and others; a closed "
        "list). Where a wait is given the page is tried again: first after that wait, then each time after "
        "four times as long, a day at most, and never before a Retry-After is over. When no try is left the "
        "URL ends as given here."
    )
    table = ["| reason | meaning | ends as | first wait |", "|---|---|---|---|", *rows]
    return "\n".join(["## Reasons", "", lead, "", *table, ""])


def _wait(reason: Reason) -> str:
    wait = reason.rule.first_wait
    return "" if wait is None else f"{wait.total_seconds() / 60:.0f} min"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(markdown(marts()))
