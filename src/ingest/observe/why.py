"""Everything known of one URL, identity or article: each decision on its way, in order."""

from __future__ import annotations

from typing import Any

from ingest.load.db import Warehouse
from ingest.load.sql import records, sql
from ingest.stages.compare import refused
from ingest.urls.identity import HostRules, url_key

PARTS = (
    "links",
    "outcomes",
    "pending",
    "entries",
    "pages",
    "article",
    "revisions",
    "dropped",
    "copies",
    "groups",
    "refused",
    "takedown",
)


def explain(warehouse: Warehouse, asked: str, rules: HostRules) -> dict[str, Any]:
    """The rows of every table that speak of `asked` (URL, url_key or article_id), by part; empty parts are
    empty lists."""
    key = url_key(asked.strip(), rules)
    with warehouse.transaction() as con:
        con.execute(sql("why/keys"), {"asked": asked.strip(), "key": key})
        found: dict[str, Any] = {"asked": asked, "url_key": key}
        for part in PARTS:
            if part == "refused":
                found[part] = refused(con, [str(row["article_id"]) for row in found["article"]])
                continue
            con.execute(sql(f"why/{part}"))
            found[part] = records(con)
    return found
