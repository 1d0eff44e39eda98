"""The marts as warehouse/marts/*.sql defines them: each file holds one view (or macro) under comments that
describe it and its columns.

Three kinds of comment lines, in the order of the columns:

    -- mart.copies: what the view is
    -- * kind: what the column holds
    -- * url: as mart.articles                  the column of that name there (or `as mart.articles.url`)
    -- * every column of mart.articles          all of them, in their order

so that each column is described in one place. In the statement `{columns of mart.articles}` is the list of
their names, and `{articles}` the published files of that dataset.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import duckdb

from ingest.load.sql import literal, names, sql

_LINE = re.compile(
    r"^-- (?:\* every column of (?P<all>[\w.]+)"
    r"|\* (?P<column>\w+): (?:as (?P<view>[\w]+\.\w+)(?:\.(?P<other>\w+))?$|(?P<text>.+))"
    r"|(?P<name>(?:mart|ops)\.\w+): (?P<about>.+))$",
    re.M,
)
_COLUMNS_OF = re.compile(r"\{columns of ([\w.]+)\}")


@dataclass(frozen=True, slots=True)
class Mart:
    """A view or table macro of news.duckdb. `columns`: name -> description, in order; `own`: those described
    in this file; `every_of`: the view of which it has every column; `statement` creates it, once
    `{columns of ...}` and `{dataset}` are filled in."""

    name: str
    about: str
    columns: Mapping[str, str]
    own: frozenset[str]
    every_of: str | None
    statement: str

    @property
    def kind(self) -> str:
        """What COMMENT ON calls it."""
        return "MACRO TABLE" if self.statement.lstrip().startswith("CREATE MACRO") else "VIEW"


@cache
def marts() -> tuple[Mart, ...]:
    """Every mart, in the order in which they are created. Raises ValueError where a comment refers to a
    column that is described nowhere."""
    comments = {comment.name: comment for comment in map(_comment, map(sql, names("marts")))}
    return tuple(_mart(comment, comments) for comment in comments.values())


def marts_version(layout: str) -> str:
    """A name for the marts as this program makes them over published files of this `layout`: it changes
    with every statement, comment and column, and with DuckDB's version."""
    texts = [duckdb.__version__, layout, *map(sql, names("marts"))]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


def create_statement(mart: Mart, sources: Mapping[str, str]) -> str:
    """The mart's CREATE statement. `sources`: dataset -> the expression that reads its files."""
    columns = {other.name: ", ".join(f'"{column}"' for column in other.columns) for other in marts()}
    text = _COLUMNS_OF.sub(lambda match: columns[match[1]], mart.statement)
    for dataset, source in sources.items():
        text = text.replace(f"{{{dataset}}}", source)
    return text


def comment_statements(mart: Mart) -> list[str]:
    """COMMENT ON statements for the mart and its columns (a macro's columns cannot have any)."""
    statements = [f"COMMENT ON {mart.kind} {mart.name} IS {literal(mart.about)}"]
    if mart.kind == "VIEW":
        statements += [
            f'COMMENT ON COLUMN {mart.name}."{column}" IS {literal(text)}'
            for column, text in mart.columns.items()
        ]
    return statements


@dataclass(frozen=True, slots=True)
class _Comment:
    """A file's comment as written. `columns`: name -> its description, or the (view, column) that has it."""

    name: str
    about: str
    columns: Mapping[str, str | tuple[str, str]]
    every_of: str | None
    statement: str


def _comment(text: str) -> _Comment:
    name, about, every_of = "", "", None
    columns: dict[str, str | tuple[str, str]] = {}
    for match in _LINE.finditer(text):
        if match["name"]:
            name, about = match["name"], match["about"]
        elif match["all"]:
            every_of = match["all"]
        else:
            column = match["column"]
            columns[column] = (match["view"], match["other"] or column) if match["view"] else match["text"]
    statement = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    return _Comment(name, about, columns, every_of, statement)


def _mart(comment: _Comment, comments: Mapping[str, _Comment]) -> Mart:
    every = comments[comment.every_of].columns if comment.every_of else {}
    columns = {name: _description(comments, comment.every_of or "", name) for name in every}
    columns |= {name: _description(comments, comment.name, name) for name in comment.columns}
    own = frozenset(name for name, text in comment.columns.items() if isinstance(text, str))
    return Mart(
        name=comment.name,
        about=comment.about,
        columns=columns,
        own=own,
        every_of=comment.every_of,
        statement=comment.statement,
    )


def _description(comments: Mapping[str, _Comment], view: str, column: str) -> str:
    described = comments[view].columns.get(column) if view in comments else None
    if described is None:
        raise ValueError(f"{view}.{column}: no file of warehouse/marts describes this column")
    return described if isinstance(described, str) else _description(comments, *described)
