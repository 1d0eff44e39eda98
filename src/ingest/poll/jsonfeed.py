"""JSON Feed 1.0 and 1.1 (jsonfeed.org), read into the same raw entries as the XML formats."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ingest.dates import resolve
from ingest.errors import Terminal
from ingest.model import StampSource
from ingest.poll.entries import RawEntry
from ingest.poll.loosejson import read_object
from ingest.poll.newest import newest
from ingest.reasons import Reason
from ingest.text import utf8_safe_values

_VERSION = "://jsonfeed.org/version/"


_OBJECT = re.compile(r"\{\s*\"|\{\s*/[/*]")


@dataclass(frozen=True, slots=True)
class JsonFeed:
    """A parsed document. `version` is written as feedparser does (`json11`). `placed` are its items with
    their positions, the newest up to the cap; `total` counts all items, `unreadable` those among them that
    are broken; `fault` says what is broken first."""

    version: str
    title: str | None
    link: str | None
    language: str | None
    next_link: str | None
    placed: tuple[tuple[int, RawEntry], ...]
    total: int
    unreadable: int = 0
    fault: str | None = None


def is_json_feed(text: str, head: int) -> bool:
    """Whether a document is JSON, or names itself a JSON Feed behind a remark or a warning within its first
    `head` characters."""
    return text[0] in "{[" or _VERSION in text[:head].replace("\\/", "/")


def read_json_feed(text: str, entries_cap: int, now: datetime) -> JsonFeed:
    """Parse a document, forgiving what content systems get wrong (poll/loosejson.py). Raises
    Terminal(NOT_A_FEED) for JSON that is broken before the first item, and for JSON that is not a JSON
    Feed."""
    begin = _OBJECT.search(text)
    if text[0] == "[" or begin is None:
        raise Terminal(Reason.NOT_A_FEED, "JSON without a JSON Feed `version`")
    try:
        read = read_object(text, begin.start())
    except ValueError as error:
        raise Terminal(Reason.NOT_A_FEED, f"broken JSON: {str(error)[:200]}") from error
    top = utf8_safe_values(read.value)
    version = _string(top.get("version"))
    if version is None or _VERSION not in version:
        raise Terminal(Reason.NOT_A_FEED, _not_a_feed("JSON without a JSON Feed `version`", read.fault))
    listed = top.get("items")
    if not isinstance(listed, list):
        raise Terminal(Reason.NOT_A_FEED, _not_a_feed("JSON Feed without a list of `items`", read.fault))
    if read.fault and not listed and not read.whole:
        raise Terminal(Reason.NOT_A_FEED, f"broken JSON: {read.fault[:200]}")
    items = [(position, item) for position, item in enumerate(listed) if isinstance(item, dict)]
    kept = newest([_date(item, now) for _, item in items], entries_cap) if len(items) > entries_cap else None
    feed_authors = _people(top)
    return JsonFeed(
        version="json" + "".join(filter(str.isdigit, version.rsplit("/", 1)[-1])),
        title=_string(top.get("title")),
        link=_string(top.get("home_page_url")),
        language=_string(top.get("language")),
        next_link=_string(top.get("next_url")),
        placed=tuple(
            (position, _raw(item, feed_authors))
            for position, item in (items if kept is None else [items[place] for place in kept])
        ),
        total=len(listed) + read.unreadable,
        unreadable=len(listed) - len(items) + read.unreadable,
        fault=read.fault or _no_objects(len(listed) - len(items)),
    )


def _not_a_feed(what: str, fault: str | None) -> str:
    return f"broken JSON: {fault[:200]}" if fault else what


def _no_objects(count: int) -> str | None:
    return f"{count} items are no objects" if count else None


def _date(item: dict[str, Any], now: datetime) -> datetime | None:
    texts = (_string(item.get(name)) for name in ("date_published", "date_modified"))
    stamps = (resolve(text, source=StampSource.FEED, now=now) for text in texts if text)
    return max((stamp.at for stamp in stamps if stamp), default=None)


def _raw(item: dict[str, Any], feed_authors: tuple[str, ...]) -> RawEntry:
    plain = _string(item.get("content_text"))
    markup = _string(item.get("content_html")) or (_paragraphs(plain) if plain else None)
    tags = item.get("tags")
    return RawEntry(
        guid=_string(item.get("id")),
        links=_strings(item.get("url"), item.get("external_url"), _address(item.get("id"))),
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


def _address(value: object) -> object:
    """An id that is an address: ideally it is the item's own (jsonfeed.org, items)."""
    return value if isinstance(value, str) and value.strip().startswith(("http://", "https://")) else None


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
