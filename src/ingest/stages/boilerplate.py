"""Learning: sentences that repeat in unrelated texts are boilerplate, and the texts that carry them are
compared anew without."""

from __future__ import annotations

from datetime import datetime

from ingest.dedup.learn import REPEATS, SAMPLE, open_differently
from ingest.load import boilerplate, copies
from ingest.load.db import Warehouse
from ingest.stages.copies import link_copies


def learn_sentences(warehouse: Warehouse, now: datetime) -> int:
    """Learn what the texts loaded since the last time repeat; returns the texts compared anew.

    Done at the end of a run that ended by itself, never between its batches: what is learnt then depends on
    the texts alone, not on their order or on where a run was cut off. A slice of texts is one transaction; a
    death leaves the others on the list.
    """
    with warehouse.transaction() as con:
        if not boilerplate.anything_to_learn(con):
            return 0
        repeated = boilerplate.repeated(con, REPEATS, SAMPLE)
        boilerplate.learn(
            con,
            {sentence: texts for sentence, (texts, opened) in repeated.items() if open_differently(opened)},
            now,
        )
    done = 0
    while True:
        with warehouse.transaction() as con:
            days = boilerplate.to_redo(con)
            link_copies(con, copies.comparable_articles(con, days), {}, days, now)
        done += len(days)
        if len(days) < boilerplate.REDO:
            return done
