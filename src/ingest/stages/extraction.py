"""What is worked out of a text once, by the worker that extracted it: its hashes and its words. A load compares them and needs no
more of the one process that writes."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.dedup.revisions import revision_hash
from ingest.dedup.whole import Whole, whole
from ingest.extract.page import extract
from ingest.model import Article, Extraction, PageInput
from ingest.text import text_hash


@dataclass(frozen=True, slots=True)
class Reading:
    """Of an article: `text_hash` of headline and body, `body_hash`, both SHA-256 in hex; `whole` is of the body."""

    text_hash: str
    body_hash: str
    whole: Whole


@dataclass(frozen=True, slots=True)
class Extracted:
    """An extraction, and the reading of its article if it has one."""

    extraction: Extraction
    reading: Reading | None


def read(article: Article) -> Reading:
    """The reading of an article's text."""
    body = article.body_text
    return Reading(revision_hash(article.headline, body), text_hash(body), whole(body, sketched=True))


def extract_and_read(given: PageInput) -> Extracted:
    """As extract/page.py does, with the reading."""
    found = extract(given)
    return Extracted(found, read(found.article) if found.article else None)
