"""Extraction without a warehouse: inputs of many kinds become JSON lines, in parallel and in the order of
input."""

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
from ingest.stages.extraction import with_body
from ingest.text import text_hash, utf8_safe
from ingest.trial.limits import host_limits
from ingest.urls.identity import HostRules, identity
from ingest.workers import LimitHit, Limits, WorkerPool

PRELOAD = ("ingest.extract.page",)
NOT_PRINTED = ("published_zone", "withdraws")
"""Columns of core.article that are not in mart.articles."""


@dataclass(frozen=True, slots=True)
class ExtractInput:
    """One input: the page for extraction, and the id that its line repeats. `problem`: why it could not be
    read."""

    id: Any
    page: PageInput | None
    url: str | None = None
    problem: tuple[Reason, str] | None = None


def articles_of(settings: Settings, names: Iterable[str], stdin: IO[bytes]) -> Iterator[str]:
    """Yields one JSON line for each input of these files, URLs and folders, in their order; `-` is
    `stdin`."""
    limits = Limits(settings.worker_seconds * 2, settings.worker_seconds, settings.worker_memory)
    own = own_agencies(settings)
    rules = HostRules(load_feeds(settings.feeds).hosts) if settings.feeds.exists() else HostRules()
    with WorkerPool(settings.workers, limits, PRELOAD) as workers:
        waiting: deque[ExtractInput] = deque()

        def page_inputs() -> Iterator[PageInput]:
            for item in read_inputs(settings, names, stdin):
                waiting.append(item)
                yield replace(item.page or PageInput(None), agencies=own)

        for result in workers.map_stream(extract, page_inputs()):
            yield utf8_safe(_line(waiting.popleft(), result, rules))


def _line(item: ExtractInput, result: Extraction | LimitHit, rules: HostRules) -> str:
    if item.problem is not None:
        return _without(item, Outcome.FAILED, *item.problem)
    if isinstance(result, LimitHit):
        return _without(item, Outcome.FAILED, Reason.PARSE_LIMIT, str(result))
    if result.article is None:
        return _without(item, result.outcome, result.reason, result.detail)
    return json.dumps(_fields(item, result.article, rules), ensure_ascii=False)


def _without(item: ExtractInput, outcome: Outcome, reason: Reason | None, detail: str | None) -> str:
    return json.dumps(
        {"id": item.id, "url": item.url, "outcome": outcome, "reason": reason, "detail": detail},
        ensure_ascii=False,
    )


def _fields(item: ExtractInput, article: Article, rules: HostRules) -> dict[str, Any]:
    """The columns of mart.articles that an extraction alone can fill."""
    stamp = article.published
    key, canonical = f"urn:sha256:{text_hash(article.body_text)}", None
    if item.url:
        key, canonical = identity(item.url, article.canonical_url, rules)
    columns = {
        name: _plain(value) for name, value in article_columns(article).items() if name not in NOT_PRINTED
    }
    return (
        {"id": item.id, "url_key": key, "url": item.url}
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


def read_inputs(settings: Settings, names: Iterable[str], stdin: IO[bytes]) -> Iterator[ExtractInput]:
    """Yields the inputs of these files, URLs and folders; `-` is `stdin` (JSON lines, or one HTML page).

    Raises ConfigError when a file does not exist.
    """
    for name in names:
        if name == "-":
            yield from _lines_or_page(stdin, name)
        elif name.startswith(("http://", "https://")):
            yield asyncio.run(_fetched(settings, name))
        else:
            yield from _file(settings, Path(name))


def _file(settings: Settings, path: Path) -> Iterator[ExtractInput]:
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
        yield ExtractInput(str(path), PageInput(None, html=path.read_bytes(), now=datetime.now(UTC)))


def _lines_or_page(stream: IO[bytes], name: str) -> Iterator[ExtractInput]:
    first = stream.readline()
    while first and not first.strip():
        first = stream.readline()
    if first.lstrip()[:1] == b"{":
        yield _json_source(first, 1)
        yield from (_json_source(line, number) for number, line in enumerate(stream, 2) if line.strip())
    elif first:
        yield ExtractInput(name, PageInput(None, html=first + stream.read(), now=datetime.now(UTC)))


def _json_source(line: bytes, number: int) -> ExtractInput:
    try:
        row = json_object(line)
    except ValueError as error:
        return ExtractInput(number, None, problem=(Reason.DAMAGED_RECORD, f"line {number}: {error}"))
    id, url = row.get("id", number), text_field(row, "url")
    if not (text_field(row, "html") or text_field(row, "text")):
        return ExtractInput(id, None, url, (Reason.NO_TEXT, f"line {number} has neither html nor text"))
    return ExtractInput(id, _page_of(row, url), url)


def _page_of(row: dict[str, Any], url: str | None) -> PageInput:
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


def _warc(path: Path, cap: int) -> Iterator[ExtractInput]:
    """The pages of a WARC, read as a backfill reads them; the id of each is its address."""
    for one in captured.warc(path, cap):
        name, response = one.address.url, one.response
        url = name if name.startswith("http") else None
        if response is None:
            yield ExtractInput(name, None, url, one.address.problem)
            continue
        about = PageInput(
            url,
            content_type=response.headers.get("content-type"),
            status=response.status,
            now=datetime.now(UTC),
        )
        yield ExtractInput(name, with_body(about, response), url)


async def _fetched(settings: Settings, url: str) -> ExtractInput:
    try:
        with host_limits(settings) as hosts:
            async with Client(settings, hosts) as client:
                response = await client.get(url, kind=Kind.PAGE)
    except FetchError as error:
        return ExtractInput(url, None, url, (error.reason, error.detail))
    kind = response.headers.get("content-type")
    return ExtractInput(
        url,
        PageInput(response.url, html=response.body, content_type=kind, now=datetime.now(UTC)),
        response.url,
    )
