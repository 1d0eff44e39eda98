"""Extraction in a worker process, and the hashes and words of the extracted text: the worker computes them,
so that the one process that writes has only to compare them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from ingest.dedup.features import TextFeatures, text_features
from ingest.dedup.revisions import revision_hash
from ingest.fetch.archive import Archive
from ingest.fetch.warc import TEXT_FORM
from ingest.model import ArchivePlace, Article, Extraction, PageInput, Response
from ingest.text import text_hash


@dataclass(frozen=True, slots=True)
class ArticleReading:
    """What a worker computes from an article's text: `text_hash` of headline and body and `body_hash` of the
    body, both SHA-256 in hex, and the `features` of the body, by which copies are compared."""

    text_hash: str
    body_hash: str
    features: TextFeatures


@dataclass(frozen=True, slots=True)
class Extracted:
    """An extraction, and the reading of its article; None where it has no article."""

    extraction: Extraction
    reading: ArticleReading | None


def read_article(article: Article) -> ArticleReading:
    """Computes the reading of an article's text."""
    body = article.body_text
    return ArticleReading(
        revision_hash(article.headline, body), text_hash(body), text_features(body, sketched=True)
    )


def extract_and_read(page: PageInput) -> Extracted:
    """Extracts the article of a page (extract/page.py) and computes its reading."""
    # Imported here: trafilatura takes .4 s of CPU, and only the workers need it (edges.PRELOAD).
    from ingest.extract.page import extract

    extraction = extract(page)
    return Extracted(extraction, read_article(extraction.article) if extraction.article else None)


@dataclass(frozen=True, slots=True)
class ArchivedPage:
    """Where a page's record is archived, and `page_input`, all that extraction needs besides the page's
    bytes: small enough to be sent to a worker process."""

    folder: Path
    place: ArchivePlace
    page_input: PageInput


def extract_archived(page: ArchivedPage) -> Extracted:
    """Extracts the article of an archived page and computes its reading. Raises Terminal DAMAGED_RECORD when
    the record is damaged."""
    response = Archive(page.folder, "reader").read(page.place)
    return extract_and_read(with_body(page.page_input, response))


def with_body(page_input: PageInput, response: Response) -> PageInput:
    """`page_input` with the body of the response: as HTML, or as text where it was archived as plain text."""
    if response.headers.get("content-type") == TEXT_FORM:
        url = None if response.url.startswith("urn:") else page_input.url
        return replace(page_input, url=url, text=response.body.decode("utf-8", "replace"))
    return replace(page_input, html=response.body)
