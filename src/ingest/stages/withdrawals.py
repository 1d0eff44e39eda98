"""Withdrawals: a notice under another address takes the story it names out, and keeps its revisions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import ingest.load.withdrawals as stored
from ingest.load.db import Connection
from ingest.load.rows import Known


def withdraw(con: Connection, written: Sequence[Known], now: datetime) -> dict[str, date]:
    """What these articles withdraw, and which of them a notice already here withdraws (link, slug, or headline and agency within
    72 h): whichever of the two comes first, the story goes out. Returns ids and published days of those that went.

    An article that is itself withdrawn under its own address went out with its last revision.
    """
    gone = {known.article_id: known.published_day for known in written if known.status == "withdrawn"}
    ids = {known.article_id for known in written}
    for notice in stored.notices_near(con, {known.published_day for known in written}):
        if str(notice["article_id"]) in ids or any(_named(notice["withdraws"], known) for known in written):
            gone |= stored.take_out(con, notice, now)
    return gone


def _named(named: str, known: Known) -> bool:
    """A first look, which lets through all that find_withdrawn.sql would find."""
    return (
        named in known.row["url"]
        or named in (known.row["canonical_url"], known.url_key)
        or (known.headline is not None and known.headline.lower() == named.lower())
    )
