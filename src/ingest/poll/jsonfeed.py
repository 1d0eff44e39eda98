"""JSON Feed 1.0 and 1.1 (jsonfeed.org), read into the same raw entries as the XML formats."""

from __future__ import annotations

import html
import json
from dataclasses import dataclass
from typing import Any

from ingest.errors import Terminal
from ingest.model import Reason
from ingest.poll.entries import RawEntry
from ingest.text import utf8_safe_values

_VERSION = "://jsonfeed.org/version/"


@dataclass(frozen=True, slots=True)
class JsonFeed:
    """A parsed document. `version` is written as feedparser does (`json11`); `total` counts all items,
    `raws` are the first of them up to the cap."""

    version: str
    title: str | None
    link: str | None
    language: str | None
    next_link: str | None
    raws: tuple[RawEntry, ...]
    total: int


def read_json_feed(text: str, entries_cap: int) -> JsonFeed:
    """Parse a document. Raises Terminal(NOT_A_FEED) for broken or too deeply nested JSON, and for JSON
    that is not a JSON Feed."""
    try:
        top = utf8_safe_values(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise Terminal(
            Reason.NOT_A_FEED, f"broken JSON: {type(error).__name__}: {str(error)[:200]}"
        ) from error
    version = _string(top.get("version")) if isinstance(top, dict) else None
    if version is None or _VERSION not in version:
        raise Terminal(Reason.NOT_A_FEED, "JSON without a JSON Feed `version`")
    listed = top.get("items")
    if not isinstance(listed, list):
        raise Terminal(Reason.NOT_A_FEED, "JSON Feed without a list of `items`")
    items = [item for item in listed if isinstance(item, dict)]
    feed_authors = _people(top)
    return JsonFeed(
        version="json" + "".join(filter(str.isdigit, version.rsplit("/", 1)[-1])),
        title=_string(top.get("title")),
        link=_string(top.get("home_page_url")),
        language=_string(top.get("language")),
        next_link=_string(top.get("next_url")),
        raws=tuple(_raw(item, feed_authors) for item in items[:entries_cap]),
        total=len(items),
    )


def _raw(item: dict[str, Any], feed_authors: tuple[str, ...]) -> RawEntry:
    plain = _string(item.get("content_text"))
    markup = _string(item.get("content_html")) or (_paragraphs(plain) if plain else None)
    tags = item.get("tags")
    return RawEntry(
        guid=_string(item.get("id")),
        links=_strings(item.get("url"), item.get("external_url")),
        title=_escaped(item.get("title")),
        summary=_escaped(item.get("summary")),
        content=markup,
        published_raw=_string(item.get("date_published")),
        modified_raw=_string(item.get("date_modified")),
        authors=_people(item) or feed_authors,
        categories=_strings(*tags) if isinstance(tags, list) else (),
        images=_strings(item.get("image"), item.get("banner_image")),
    )


def _string(value: object) -> str | None:
    """A text, or a number as text (ids are often numbers); else None."""
    if isinstance(value, str):
        return value.strip() or None
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _strings(*values: object) -> tuple[str, ...]:
    return tuple(filter(None, map(_string, values)))


def _escaped(value: object) -> str | None:
    # Title and summary are plain text by the specification; escaping bare `&` keeps `AT&amp;T` of a text as
    # printed.
    text = _string(value)
    return text if text is None or "&" in text or "<" in text else html.escape(text, quote=False)


def _paragraphs(text: str) -> str:
    blocks = (html.escape(block.strip(), quote=False) for block in text.split("\n") if block.strip())
    return "".join(f"<p>{block}</p>" for block in blocks)


def _people(holder: dict[str, Any]) -> tuple[str, ...]:
    """`authors` (1.1) or `author` (1.0)."""
    authors = holder.get("authors")
    listed = authors if isinstance(authors, list) else [holder.get("author")]
    return _strings(*(person.get("name") for person in listed if isinstance(person, dict)))
