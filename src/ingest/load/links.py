"""Aliases: every URL that ever resolved to a key, and what it resolves to now.

The row ids of a key's aliases are looked up once in a transaction (`look`), by hash; every other statement
reads those rows. The row ids are kept in temporary tables, which end with the connection: a transaction has
one of its own (`Warehouse.transaction`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ingest.load.rows import AliasRow
from ingest.load.sql import Connection, merge, sql, stage

_KEY = ("link_key",)


def look(con: Connection, keys: Collection[str]) -> None:
    """Looks up the rows of these link keys, unless this transaction has done so. One call for all keys of a
    step costs one scan of the hashes; each further call with other keys costs another."""
    if stage(con, [{"link_key": key} for key in sorted(set(keys))], "core.alias", _KEY):
        new = con.execute(sql("load/new_hashes")).fetchall()
        con.unregister("staged")
        if new:
            con.execute(sql("load/near_links"))


def targets(con: Connection, keys: Collection[str]) -> dict[str, list[str]]:
    """The keys that the aliases of each of these keys resolve to."""
    resolved: dict[str, list[str]] = {}
    look(con, keys)
    if stage(con, [{"link_key": key} for key in sorted(set(keys))], "core.alias", _KEY):
        for link_key, url_key in con.execute(sql("load/alias_targets")).fetchall():
            resolved.setdefault(link_key, []).append(url_key)
        con.unregister("staged")
    return resolved


def add_aliases(con: Connection, rows: Sequence[AliasRow]) -> None:
    """Adds or updates aliases; one row for a URL and kind: of several in the batch, the one with the smallest
    rank."""
    best: dict[tuple[str, str], AliasRow] = {}
    for row in rows:
        place = (row["url"], row["kind"])
        if place not in best or row["rank"] < best[place]["rank"]:
            best[place] = row
    look(con, {row["link_key"] for row in rows})
    merge(con, "merge_alias", list(best.values()), "core.alias")


def lead_links(con: Connection, pairs: Sequence[tuple[str, str]]) -> None:
    """Makes the links of each first key resolve to the second: known once the page was fetched."""
    rows = [{"link_key": link_key, "url_key": url_key} for link_key, url_key in dict(pairs).items()]
    look(con, [row["link_key"] for row in rows])
    merge(con, "lead_links", rows, "core.alias")


def mark_days_of(con: Connection, keys: Collection[str]) -> None:
    """Marks every day on which a link to these keys was first seen as dirty: a new outcome may change which
    link of a key is primary."""
    look(con, keys)
    merge(con, "dirty_links", [{"url_key": key} for key in sorted(set(keys))], "core.alias")
