"""What was taken down and comes again: its addresses are barred in the step's own transaction, its records go
after the COMMIT.

In this order a death in between loses nothing: what is barred stays to be looked for by maintenance, while a
record that is overwritten before its tombstone stands could be read by no rerun, and nobody could tell any
more whose it was.
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
class Again:
    """Records that are to go once their addresses are barred, and the addresses that are done with then."""

    places: tuple[ArchivePlace, ...] = ()
    keys: tuple[str, ...] = ()


def bar(
    con: Connection, edges: Edges, led: Mapping[str, str], places: Sequence[ArchivePlace], *, clean: bool
) -> Again:
    """As load/takedown.py's `bar`; what it returns is for `forget`, after the COMMIT."""
    return Again(tuple(places), tuple(takedown.bar(con, led, edges.now, clean=clean)) if led else ())


def forget(edges: Edges, again: Again) -> None:
    """Overwrite the records; addresses that were barred before are done with."""
    remove(edges.settings.path("archive"), again.places)
    if again.keys:
        with edges.warehouse.transaction() as con:
            takedown.finish(con, "scrubbed", again.keys)
