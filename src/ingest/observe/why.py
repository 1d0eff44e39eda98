"""Everything that is stored about one URL or article, in the order of its way through the pipeline."""

from __future__ import annotations

from typing import Any

from ingest.load.db import Warehouse
from ingest.load.sql import records, sql
from ingest.load.takedown import entry_links
from ingest.stages.compare import refused_candidates
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


def explain(warehouse: Warehouse, subject: str, rules: HostRules) -> dict[str, Any]:
    """The rows of every table about `subject` (URL, url_key or article_id), by part; a part without rows
    is an empty list. Of a link that several entries of a full_text feed share there are several articles."""
    key = url_key(subject.strip(), rules)
    with warehouse.transaction() as con:
        own = sorted({own for link, own in entry_links(con) if url_key(link, rules) == key})
        con.execute(sql("why/keys"), {"subject": subject.strip(), "key": key, "entries": own})
        history: dict[str, Any] = {"asked": subject, "url_key": key}
        for part in PARTS:
            if part == "refused":
                history[part] = refused_candidates(
                    con, [str(row["article_id"]) for row in history["article"]]
                )
                continue
            con.execute(sql(f"why/{part}"))
            history[part] = records(con)
    return history
