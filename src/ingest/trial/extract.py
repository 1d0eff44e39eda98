"""Extraction without a warehouse: inputs of many kinds to JSON lines, streaming, parallel, in input order."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

from ingest import dates
from ingest.backfill.sources import captured
from ingest.backfill.sources.jsonrow import json_object, text_field
from ingest.errors import ConfigError, FetchError
from ingest.extract.page import extract
from ingest.extract.published import as_printed
from ingest.fetch.client import MB, Client, Kind
from ingest.load.rows import article_columns
from ingest.model import Article, EntryHints, Extraction, Outcome, PageInput, Reason, StampSource
from ingest.settings import Settings, load_feeds
from ingest.stages.edges import own_agencies
from ingest.stages.extraction import given_of
from ingest.text import text_hash, unhalved
from ingest.trial.limits import host_limits
from ingest.urls.identity import HostRules, identity
from ingest.workers import LimitHit, Limits, WorkerPool

PRELOAD = ("ingest.extract.page",)
NOT_PRINTED = ("published_zone", "withdraws")
"""Columns of core.article that mart.articles does not show."""


@dataclass(frozen=True, slots=True)
class Source:
    """One input: what extraction reads, and the id to echo. `problem` where it could not be read at all."""

    id: Any
    given: PageInput | None
    url: str | None = None
    problem: tuple[Reason, str] | None = None


def articles_of(settings: Settings, sources: Iterable[str], stdin: IO[bytes]) -> Iterator[str]:
    """One JSON line per input, in input order."""
    limits = Limits(settings.worker_seconds * 2, settings.worker_seconds, settings.worker_memory)
    own = own_agencies(settings)
    rules = HostRules(load_feeds(settings.feeds).hosts) if settings.feeds.exists() else HostRules()
    with WorkerPool(settings.workers, limits, PRELOAD) as workers:
        waiting: deque[Source] = deque()

        def given() -> Iterator[PageInput]:
            for source in read_sources(settings, sources, stdin):
                waiting.append(source)
                yield replace(source.given or PageInput(None), agencies=own)

        for result in workers.map_stream(extract, given()):
            yield unhalved(_line(waiting.popleft(), result, rules))


def _line(source: Source, result: Extraction | LimitHit, rules: HostRules) -> str:
    if source.problem is not None:
        return _without(source, Outcome.FAILED, *source.problem)
    if isinstance(result, LimitHit):
        return _without(source, Outcome.FAILED, Reason.PARSE_LIMIT, str(result))
    if result.article is None:
        return _without(source, result.outcome, result.reason, result.detail)
    return json.dumps(_fields(source, result.article, rules), ensure_ascii=False)


def _without(source: Source, outcome: Outcome, reason: Reason | None, detail: str | None) -> str:
    return json.dumps(
        {"id": source.id, "url": source.url, "outcome": outcome, "reason": reason, "detail": detail},
        ensure_ascii=False,
    )


def _fields(source: Source, article: Article, rules: HostRules) -> dict[str, Any]:
    """The columns of mart.articles that an extraction alone can fill."""
    stamp = article.published
    key, canonical = f"urn:sha256:{text_hash(article.body_text)}", None
    if source.url:
        key, canonical = identity(source.url, article.canonical_url, rules)
    columns = {
        name: _plain(value) for name, value in article_columns(article).items() if name not in NOT_PRINTED
    }
    return (
        {"id": source.id, "url_key": key, "url": source.url}
        | columns
        | {
            "canonical_url": canonical,
            "published_at": as_printed(stamp).replace("+00:00", "Z") if stamp else None,
            "outcome": Outcome.LOADED,
        }
    )


def _plain(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, date) else value


# -- inputs --------------------------------------------------------------------------------------------------


def read_sources(settings: Settings, names: Iterable[str], stdin: IO[bytes]) -> Iterator[Source]:
    """Every input of these files, URLs and folders; `-` is standard input (JSON lines, or one HTML page)."""
    for name in names:
        if name == "-":
            yield from _lines_or_page(stdin, name)
        elif name.startswith(("http://", "https://")):
            yield asyncio.run(_fetched(settings, name))
        else:
            yield from _file(settings, Path(name))


def _file(settings: Settings, path: Path) -> Iterator[Source]:
    if path.is_dir():
        for child in sorted(path.rglob("*.htm*")):
            yield from _file(settings, child)
    elif not path.exists():
        raise ConfigError(f"{path}: no such file; give an HTML file, a WARC, JSON lines, a URL or -")
    elif path.name.endswith((".warc", ".warc.gz")):
        yield from _warc(path, int(settings.page_cap * MB))
    elif path.name.endswith((".jsonl", ".ndjson", ".json")):
        with path.open("rb") as lines:
            yield from (_json_source(line, number) for number, line in enumerate(lines, 1) if line.strip())
    else:
        yield Source(str(path), PageInput(None, html=path.read_bytes(), now=datetime.now(UTC)))


def _lines_or_page(stream: IO[bytes], name: str) -> Iterator[Source]:
    first = stream.readline()
    while first and not first.strip():
        first = stream.readline()
    if first.lstrip()[:1] == b"{":
        yield _json_source(first, 1)
        yield from (_json_source(line, number) for number, line in enumerate(stream, 2) if line.strip())
    elif first:
        yield Source(name, PageInput(None, html=first + stream.read(), now=datetime.now(UTC)))


def _json_source(line: bytes, number: int) -> Source:
    try:
        row = json_object(line)
    except ValueError as error:
        return Source(number, None, problem=(Reason.DAMAGED_RECORD, f"line {number}: {error}"))
    id, url = row.get("id", number), text_field(row, "url")
    if not (text_field(row, "html") or text_field(row, "text")):
        return Source(id, None, url, (Reason.NO_TEXT, f"line {number} has neither html nor text"))
    return Source(id, _given(row, url), url)


def _given(row: dict[str, Any], url: str | None) -> PageInput:
    now = datetime.now(UTC)
    raw = row.get("published_at")
    stamp = dates.resolve(str(raw), source=StampSource.FEED, now=now) if raw else None
    title = text_field(row, "headline") or text_field(row, "title")
    hints = EntryHints(title=title, published=stamp, published_raw=str(raw)) if raw or title else None
    given = PageInput(
        url,
        publisher=text_field(row, "publisher"),
        language=text_field(row, "language"),
        hints=hints,
        now=now,
    )
    html = text_field(row, "html")
    return replace(given, html=html) if html else replace(given, text=text_field(row, "text"))


def _warc(path: Path, cap: int) -> Iterator[Source]:
    """As a backfill reads it; a page's address is its id."""
    for one in captured.warc(path, cap):
        name, response = one.address.url, one.response
        url = name if name.startswith("http") else None
        if response is None:
            yield Source(name, None, url, one.address.problem)
            continue
        about = PageInput(
            url,
            content_type=response.headers.get("content-type"),
            status=response.status,
            now=datetime.now(UTC),
        )
        yield Source(name, given_of(response, about), url)


async def _fetched(settings: Settings, url: str) -> Source:
    try:
        with host_limits(settings) as hosts:
            async with Client(settings, hosts) as client:
                response = await client.get(url, kind=Kind.PAGE)
    except FetchError as error:
        return Source(url, None, url, (error.reason, error.detail))
    kind = response.headers.get("content-type")
    return Source(
        url,
        PageInput(response.url, html=response.body, content_type=kind, now=datetime.now(UTC)),
        response.url,
    )
