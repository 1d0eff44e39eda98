"""Learning boilerplate: sentences that repeat in unrelated texts. The texts that contain them are compared
again without them."""

from __future__ import annotations

from datetime import datetime

from ingest.dedup.learn import MIN_TEXTS, SAMPLE_TEXTS, open_differently
from ingest.load import boilerplate, copies
from ingest.load.db import Warehouse
from ingest.stages.copies import link_copies


def learn_sentences(warehouse: Warehouse, now: datetime) -> int:
    """Learn which sentences of the texts loaded since the last learning repeat, and compare again the texts
    that contain them. Returns the number of texts compared again.

    Called at the end of a run that was not cut off, never between its batches: what is learnt then depends on
    the texts alone, not on their order or on where a run was cut off. Each slice of texts is a transaction of
    its own; after a killed run the texts left are still listed for the next.
    """
    with warehouse.transaction() as con:
        if not boilerplate.anything_to_learn(con):
            return 0
        repeated = boilerplate.repeated(con, MIN_TEXTS, SAMPLE_TEXTS)
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
