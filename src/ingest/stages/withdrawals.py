"""Withdrawals: a notice under another address takes the story it names out, and keeps its revisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import ingest.load.withdrawals as stored
from ingest.load.db import Connection
from ingest.load.rows import Known


def withdraw(con: Connection, written: Sequence[Known], now: datetime) -> set[str]:
    """Find what these articles withdraw (link, slug, or headline and agency within 72 h); returns the ids that went out.

    An article that is itself withdrawn under its own address went out with its last revision.
    """
    own = {known.article_id for known in written if known.status == "withdrawn"}
    notices = [known for known in written if known.row.get("withdraws")]
    return own | {target for notice in notices for target in stored.take_out(con, notice, now)}
