"""Extraction of an archived page: a worker reads the bytes where they already lie, instead of being sent them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ingest.extract.page import extract
from ingest.fetch.archive import Archive
from ingest.fetch.warc import TEXT_FORM
from ingest.model import ArchivePlace, Extraction, PageInput


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """Where a page's record lies, and everything but its bytes that extraction needs; small enough to send anywhere."""

    folder: Path
    place: ArchivePlace
    given: PageInput


def extract_archived(page: ArchivedPage) -> Extraction:
    """As extract/page.py does. Raises Terminal DAMAGED_RECORD when the record is not what its place says."""
    response = Archive(page.folder, "reader").read(page.place)
    if response.headers.get("content-type") == TEXT_FORM:
        url = None if response.url.startswith("urn:") else page.given.url
        return extract(replace(page.given, url=url, text=response.body.decode("utf-8", "replace")))
    return extract(replace(page.given, html=response.body))
