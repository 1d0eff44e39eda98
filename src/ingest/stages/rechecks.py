"""Re-checks: a young article's page is asked for again though its feed is silent, where feeds.toml says `recheck = true`."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.load.rechecks import due_rechecks
from ingest.load.rows import work_row
from ingest.load.work import queue
from ingest.model import Feed
from ingest.stages.edges import Edges

MOST = 200
"""Pages asked for again in one run, the youngest articles' first: new links must not wait behind old ones."""


def queue_rechecks(edges: Edges, feeds: Iterable[Feed]) -> int:
    """Queue what is due; hosts' robots, delays and pauses hold as for any page. Returns how many pages."""
    wanted = [feed.id for feed in feeds if feed.recheck and not feed.full_text]
    if not wanted:
        return 0
    with edges.warehouse.transaction() as con:
        work = due_rechecks(con, wanted, edges.now, MOST)
        queue(con, [work_row(one, next_attempt_at=edges.now) for one in work])
    return len(work)
