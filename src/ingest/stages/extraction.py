"""What is worked out of a text once, by the worker that extracted it: its hashes and its words. A load
compares them and needs no more of the one process that writes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ingest.dedup.features import TextFeatures, text_features
from ingest.dedup.revisions import revision_hash
from ingest.extract.page import extract
from ingest.fetch.archive import Archive
from ingest.fetch.warc import TEXT_FORM
from ingest.model import ArchivePlace, Article, Extraction, PageInput, Response
from ingest.text import text_hash


@dataclass(frozen=True, slots=True)
class ArticleReading:
    """Of an article: `text_hash` of headline and body, `body_hash`, both SHA-256 in hex; `features` is of the
    body."""

    text_hash: str
    body_hash: str
    features: TextFeatures


@dataclass(frozen=True, slots=True)
class Extracted:
    """An extraction, and the reading of its article if it has one."""

    extraction: Extraction
    reading: ArticleReading | None


def read(article: Article) -> ArticleReading:
    """The reading of an article's text."""
    body = article.body_text
    return ArticleReading(
        revision_hash(article.headline, body), text_hash(body), text_features(body, sketched=True)
    )


def extract_and_read(page: PageInput) -> Extracted:
    """As extract/page.py does, with the reading."""
    extraction = extract(page)
    return Extracted(extraction, read(extraction.article) if extraction.article else None)


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """Where a page's record is archived, and all that extraction needs besides its bytes; small enough to be
    sent to any process."""

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
