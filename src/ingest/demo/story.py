"""The stories of the sample wire: content/*.toml read into Outlets, each Story in its first or second
edition."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import resources
from string import Template
from typing import Any
from urllib.parse import quote

CONTENT = ("meridian", "gulfwire", "gulfwire_ar", "harbourpost", "lumen", "fieldnotes", "cedar")
EDITIONS = (1, 2)


@dataclass(frozen=True, slots=True)
class Story:
    """One story in one edition. `published` is aware UTC; `paragraphs` are plain text; `answer` says how its
    page behaves.

    `answer`: ok | missing (404) | challenge | busy-once (503 to the first request).
    """

    id: str
    path: str
    query: str
    title: str
    summary: str
    paragraphs: tuple[str, ...]
    published: datetime
    modified: datetime
    language: str
    authors: tuple[str, ...] = ()
    section: str | None = None
    keywords: tuple[str, ...] = ()
    credit: str | None = None
    twin: str | None = None
    aside: str | None = None
    answer: str = "ok"


@dataclass(frozen=True, slots=True)
class Outlet:
    """One feed of the sample wire with its host. `validators`: both | etag | last-modified."""

    id: str
    host: str
    name: str
    feed: str
    format: str
    page: str
    language: str
    validators: str
    timezone: str | None = None
    encoding: str = "utf-8"
    query: str = ""
    guid: str = "link"
    full_text: bool = False
    broken_at: int | None = None
    stories: tuple[Story, ...] = ()

    @property
    def feed_url(self) -> str:
        return f"http://{self.host}{self.feed}"


def page_url(outlet: Outlet, story: Story) -> str:
    """The story's address without tracking parameters, percent-encoded."""
    return f"http://{outlet.host}{quote(story.path)}"


def outlets(base: datetime, edition: int) -> tuple[Outlet, ...]:
    """All outlets at `edition` (1 or 2). `base` is the time of the first poll, from which all dates are
    counted."""
    raw = {name: _read(name) for name in CONTENT}
    texts = {f"{doc['outlet']['id']}/{story['id']}": story for doc in raw.values() for story in doc["story"]}
    return tuple(_outlet(doc, texts, base, edition) for doc in raw.values())


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(
        resources.files("ingest.demo").joinpath(f"content/{name}.toml").read_text(encoding="utf-8")
    )


def _outlet(doc: Mapping[str, Any], texts: Mapping[str, Any], base: datetime, edition: int) -> Outlet:
    outlet = Outlet(**doc["outlet"])
    shown = [table for table in doc["story"] if table.get("since", 1) <= edition]
    stories = tuple(_story(table, outlet, texts, base, edition) for table in shown)
    return replace(outlet, stories=tuple(sorted(stories, key=lambda story: story.published, reverse=True)))


def _story(
    table: Mapping[str, Any], outlet: Outlet, texts: Mapping[str, Any], base: datetime, edition: int
) -> Story:
    later = table.get("second", {}) if edition > 1 else {}
    now = {**table, **later}
    published = base - timedelta(minutes=now["age"])
    words = _words(now, published, base)
    body = [_replaced(text, later) for text in _paragraphs(now, texts, base)]
    paragraphs = (now["lead"], *body) if "lead" in now else tuple(body)
    return Story(
        id=now["id"],
        path=_filled(now["path"], words),
        query=now.get("query", outlet.query),
        title=_replaced(now["title"], later),
        summary=_filled(_replaced(_summary(now, paragraphs), later), words),
        paragraphs=paragraphs,
        published=published,
        modified=base + timedelta(minutes=40) if later else published,
        language=now.get("language", outlet.language),
        authors=tuple(now.get("authors", ())),
        section=now.get("section"),
        keywords=tuple(now.get("keywords", ())),
        credit=now.get("credit"),
        twin=now.get("twin"),
        aside=now.get("aside"),
        answer=now.get("page", "ok"),
    )


def _words(table: Mapping[str, Any], published: datetime, base: datetime) -> dict[str, str]:
    """The values of the ${...} in a text. Days are spelled in English, as the datelines that use them are."""
    embargo = base + timedelta(minutes=table.get("embargo", 0))
    return {
        "weekday": f"{published:%A}",
        "month_day": f"{published:%B} {published.day}",
        "month_day_year": f"{published:%B} {published.day}, {published:%Y}",
        "ymd": f"{base:%Y/%m/%d}",
        "embargo": f"{embargo:%H:%M} GMT, {embargo.day} {embargo:%B %Y}",
    }


def _filled(text: str, words: Mapping[str, str]) -> str:
    return Template(text).safe_substitute(words)


def _paragraphs(table: Mapping[str, Any], texts: Mapping[str, Any], base: datetime) -> list[str]:
    """The body; for a copy the first edition of the original, shortened or framed as the table says
    (copies do not follow corrections)."""
    own = _own_paragraphs(table, "body", base)
    if "copy_of" not in table:
        return own
    origin = _own_paragraphs(
        texts[table["copy_of"]], "body", base
    )  # with the days of the origin, as copies keep them
    return own + origin[: table.get("paragraphs", len(origin))] + _own_paragraphs(table, "tail", base)


def _own_paragraphs(table: Mapping[str, Any], key: str, base: datetime) -> list[str]:
    words = _words(table, base - timedelta(minutes=table["age"]), base)
    return [_filled(part.strip(), words) for part in table.get(key, "").split("\n\n") if part.strip()]


def _replaced(text: str, later: Mapping[str, Any]) -> str:
    for old, new in later.get("replace", ()):
        text = text.replace(old, new)
    return text


def _summary(table: Mapping[str, Any], paragraphs: tuple[str, ...]) -> str:
    """The table's own summary, else about 200 characters of the text after its credit, as distributors
    shorten it."""
    if "summary" in table:
        return str(table["summary"])
    text = " ".join(paragraphs)
    start = f"{table['credit']} {text}" if table.get("credit", "").startswith("(") else text
    return start if len(start) <= 200 else start[:200].rsplit(" ", 1)[0] + " ..."
