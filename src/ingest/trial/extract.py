"""Extraction without a warehouse: inputs of many kinds become JSON lines, in parallel and in the order of
input."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from ingest.backfill.sources import captured
from ingest.backfill.sources.packed import Unpacked, as_utf8, piped
from ingest.backfill.sources.report import SourceReport
from ingest.backfill.sources.rows import FileRow, rows_of, table_delimiter
from ingest.errors import ConfigError, FetchError
from ingest.extract.page import extract
from ingest.extract.published import as_printed
from ingest.fetch.client import MB, Client, Kind
from ingest.load.rows import article_columns
from ingest.model import Article, EntryHints, Extraction, PageInput
from ingest.reasons import Outcome, Reason
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


def articles_of(
    settings: Settings, names: Iterable[str], stdin: IO[bytes], report: SourceReport | None = None
) -> Iterator[str]:
    """Yields one JSON line for each input of these files, URLs and folders, in their order; `-` is `stdin`.
    What could not be read is added to `report`."""
    report = report or SourceReport()
    limits = Limits.of_page(settings.worker_seconds, settings.worker_memory)
    own = own_agencies(settings)
    rules = HostRules(load_feeds(settings.feeds).hosts) if settings.feeds.exists() else HostRules()
    with WorkerPool(settings.workers, limits, PRELOAD) as workers:
        waiting: deque[ExtractInput] = deque()

        def page_inputs() -> Iterator[PageInput]:
            for item in read_inputs(settings, names, stdin, report):
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
            "published_at": as_printed(stamp, item.url).replace("+00:00", "Z") if stamp else None,
            "outcome": Outcome.LOADED,
        }
    )


def _plain(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, date) else value


# -- inputs --------------------------------------------------------------------------------------------------


def read_inputs(
    settings: Settings, names: Iterable[str], stdin: IO[bytes], report: SourceReport
) -> Iterator[ExtractInput]:
    """Yields the inputs of these files, URLs and folders; `-` is `stdin` (rows of JSON or CSV, or one HTML
    page).

    Raises ConfigError when a file does not exist.
    """
    for name in names:
        if name == "-":
            yield from _rows_or_page(stdin, name, report)
        elif name.startswith(("http://", "https://")):
            yield asyncio.run(_fetched(settings, name))
        else:
            yield from _file(settings, Path(name), report)


def _file(settings: Settings, path: Path, report: SourceReport) -> Iterator[ExtractInput]:
    if path.is_dir():
        for child in sorted(path.rglob("*.htm*")):
            yield from _file(settings, child, report)
    elif not path.exists():
        raise ConfigError(f"{path}: no such file; give an HTML file, a WARC, JSON, CSV, a URL or -")
    elif path.name.lower().endswith(captured.WARC_NAMES):
        yield from _warc(path, int(settings.page_cap * MB), report)
    elif path.name.lower().endswith(captured.ROW_NAMES):
        for row in captured.read_rows(path, report):
            yield _row_input(row, report)
    else:
        with path.open("rb") as stream:
            html = b"".join(Unpacked(stream))
        yield ExtractInput(str(path), PageInput(None, html=html, now=datetime.now(UTC)))


def _rows_or_page(stream: IO[bytes], name: str, report: SourceReport) -> Iterator[ExtractInput]:
    """Standard input: rows where it begins as JSON or a table does, else one page; packed or not."""
    unpacked = Unpacked(piped(cast("BinaryIO", stream)))
    pieces = as_utf8(iter(unpacked))
    head = b""
    for piece in pieces:
        head += piece
        if b"\n" in head.lstrip():
            break
    first = head.lstrip()
    if first[:1] in (b"{", b"[") or table_delimiter(first.split(b"\n", 1)[0]):
        for row in rows_of(chain([head], pieces), unpacked.is_cut):
            yield _row_input(row, report)
        if unpacked.damage is not None:
            report.add_problem(name, Reason.DAMAGED_RECORD, str(unpacked.damage))
    elif first:
        yield ExtractInput(name, PageInput(None, html=head + b"".join(pieces), now=datetime.now(UTC)))


def _row_input(row: FileRow, report: SourceReport) -> ExtractInput:
    number = row.number
    if row.values is None:
        return ExtractInput(number, None, problem=(Reason.DAMAGED_RECORD, f"line {row.line}: {row.why}"))
    now = datetime.now(UTC)
    parts = captured.row_parts(row.values, now, report.unknown)
    id, hints = row.values.get("id", number), parts.hints
    if not (parts.html or parts.text):
        detail = f"line {row.line} has neither html nor text"
        return ExtractInput(id, None, parts.url, (Reason.NO_TEXT, detail))
    page = PageInput(
        parts.url,
        publisher=hints.publisher,
        language=hints.language,
        hints=hints if hints != EntryHints(publisher=hints.publisher, language=hints.language) else None,
        now=now,
    )
    given = replace(page, html=parts.html) if parts.html else replace(page, text=parts.text)
    return ExtractInput(id, given, parts.url)


def _warc(path: Path, cap: int, report: SourceReport) -> Iterator[ExtractInput]:
    """The pages of a WARC, read as a backfill reads them; the id of each is its address."""
    for one in captured.warc(path, cap, report):
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
