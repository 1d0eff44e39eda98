"""Every URL that ever led to a key: where it leads, and the days of the links whose outcome shows elsewhere
now.

Where the rows of a key stand is looked for once in a transaction (`look`), by hash; what else is asked of
them is asked there. The places are kept in temporary tables, which go with the connection: a transaction has
one of its own (`Warehouse.transaction`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ingest.load.rows import AliasRow
from ingest.load.sql import Connection, merge, sql, stage

_KEY = ("link_key",)


def look(con: Connection, keys: Collection[str]) -> None:
    """Find the rows of these link keys, unless this transaction has. One look for all keys that a step will
    ask of costs one scan of the hashes; each further one for others costs another."""
    if stage(con, [{"link_key": key} for key in sorted(set(keys))], "core.alias", _KEY):
        new = con.execute(sql("load/near_asked")).fetchall()
        con.unregister("staged")
        if new:
            con.execute(sql("load/near_links"))


def targets(con: Connection, keys: Collection[str]) -> dict[str, list[str]]:
    """Where the aliases of these keys lead."""
    found: dict[str, list[str]] = {}
    look(con, keys)
    if stage(con, [{"link_key": key} for key in sorted(set(keys))], "core.alias", _KEY):
        for link_key, url_key in con.execute(sql("load/alias_targets")).fetchall():
            found.setdefault(link_key, []).append(url_key)
        con.unregister("staged")
    return found


def add_aliases(con: Connection, rows: Sequence[AliasRow]) -> None:
    """URLs that lead to articles; one row for a URL and kind, the smallest rank of the batch wins."""
    best: dict[tuple[str, str], AliasRow] = {}
    for row in rows:
        place = (row["url"], row["kind"])
        if place not in best or row["rank"] < best[place]["rank"]:
            best[place] = row
    look(con, {row["link_key"] for row in rows})
    merge(con, "merge_alias", list(best.values()), "core.alias")


def lead_links(con: Connection, pairs: Sequence[tuple[str, str]]) -> None:
    """Links of the first key lead to the article of the second: known since the page was fetched."""
    rows = [{"link_key": link_key, "url_key": url_key} for link_key, url_key in dict(pairs).items()]
    look(con, [row["link_key"] for row in rows])
    merge(con, "lead_links", rows, "core.alias")


def mark_days_of(con: Connection, keys: Collection[str]) -> None:
    """Mark every day on which a link to these keys was first seen: a new outcome may change which link of a
    key is primary."""
    look(con, keys)
    merge(con, "dirty_links", [{"url_key": key} for key in sorted(set(keys))], "core.alias")
