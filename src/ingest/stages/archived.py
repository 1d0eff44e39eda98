"""Extraction of an archived page: a worker reads the bytes where they already lie, instead of being sent them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ingest.fetch.archive import Archive
from ingest.fetch.warc import TEXT_FORM
from ingest.model import ArchivePlace, PageInput, Response
from ingest.stages.extraction import Extracted, extract_and_read


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """Where a page's record lies, and everything but its bytes that extraction needs; small enough to send anywhere."""

    folder: Path
    place: ArchivePlace
    given: PageInput


def extract_archived(page: ArchivedPage) -> Extracted:
    """As extract_and_read does. Raises Terminal DAMAGED_RECORD when the record is not what its place says."""
    return extract_and_read(given_of(Archive(page.folder, "reader").read(page.place), page.given))


def given_of(response: Response, about: PageInput) -> PageInput:
    """`about` with the answer's bytes: markup, or the text where it came as text alone."""
    if response.headers.get("content-type") == TEXT_FORM:
        url = None if response.url.startswith("urn:") else about.url
        return replace(about, url=url, text=response.body.decode("utf-8", "replace"))
    return replace(about, html=response.body)
