"""A start after any death: whole archive records that no row points to yet are adopted, nothing needs a hand."""

from __future__ import annotations

import shutil

import ingest.load.pages as pages
import ingest.load.takedown as takedown
from ingest.errors import WarehouseError
from ingest.settings import Settings
from ingest.stages.edges import Edges
from ingest.urls.identity import url_key


def adopt(edges: Edges) -> int:
    """Pages that reached the archive but not the warehouse answer their pending work without a second fetch."""
    with edges.warehouse.transaction() as con:
        found = edges.archive.heal(pages.committed(con))
        pages.note_places(
            con, [(url_key(response.requested_url, edges.rules), place) for place, response in found]
        )
        pages.advance(con, [place for place, _ in found])
        if found:
            takedown.look_again(con)
    return len(found)


def check_disk(settings: Settings) -> None:
    """WarehouseError before a run, or the next load of one, fills the disk (min_free_disk, MB): what is left stays pending."""
    free = shutil.disk_usage(settings.data).free // 1_000_000
    if free < settings.min_free_disk:
        raise WarehouseError(
            f"{settings.data}: only {free} MB free, {settings.min_free_disk} MB wanted (min_free_disk); "
            "make room, or lower the setting"
        )
