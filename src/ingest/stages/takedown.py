"""What was taken down and is listed or fetched again: its addresses are barred in the step's own transaction,
its archive records are overwritten after the COMMIT.

In this order a run that is killed in between loses nothing: maintenance looks for the records of barred
addresses. A record that was overwritten before its tombstone was committed could not be read by any rerun,
and nobody could tell whose it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingest.fetch.removal import remove
from ingest.load import takedown
from ingest.load.db import Connection
from ingest.model import ArchivePlace
from ingest.stages.edges import Edges


@dataclass(frozen=True, slots=True)
class RecordsToRemove:
    """Archive records to overwrite once their addresses are barred, and the addresses that are finished
    then."""

    places: tuple[ArchivePlace, ...] = ()
    keys: tuple[str, ...] = ()


def bar_addresses(
    con: Connection, edges: Edges, barred: Mapping[str, str], places: Sequence[ArchivePlace], *, clean: bool
) -> RecordsToRemove:
    """Bars these addresses (load/takedown.add_tombstones). The result is for remove_records, after COMMIT."""
    keys = takedown.add_tombstones(con, barred, edges.now, clean=clean) if barred else ()
    return RecordsToRemove(tuple(places), tuple(keys))


def remove_records(edges: Edges, records: RecordsToRemove) -> None:
    """Overwrite the records, and mark the addresses that were barred before as finished."""
    remove(edges.settings.path("archive"), records.places)
    if records.keys:
        with edges.warehouse.transaction() as con:
            takedown.finish(con, "scrubbed", records.keys)
