"""Re-extraction: archived pages are extracted by the present rules, without network; each stored revision
gets its new text, and a report says what changed.

Extraction gets the same inputs as at first (the entry's hints, the time, the host's repeating blocks), so
that only a changed rule can make a difference.
"""

from __future__ import annotations

import difflib
import json
import logging
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from ingest.dedup.revisions import classify, revision_hash
from ingest.errors import ConfigError, Terminal
from ingest.extract.page import extract
from ingest.fetch.archive import Archive
from ingest.load import articles, polls
from ingest.load.boilerplate import host_lines
from ingest.load.db import Connection, Warehouse
from ingest.load.locks import run_lock
from ingest.load.publish import publish
from ingest.load.rows import Row, article_columns
from ingest.model import Article, Extraction, Feed, PageInput
from ingest.progress import Progress
from ingest.reasons import Outcome, Reason
from ingest.settings import FeedList, Settings
from ingest.stages.copies import link_copies
from ingest.stages.edges import own_agencies
from ingest.stages.extraction import ArchivedPage, with_body
from ingest.stages.stories import derive_stories
from ingest.text import line_hash, text_hash
from ingest.upkeep import reextract_rows
from ingest.upkeep.reextract_rows import StoredRevision
from ingest.urls.identity import HostRules, host_of, identity
from ingest.workers import LimitHit, Limits, WorkerPool

log = logging.getLogger(__name__)

BATCH = 400
LARGEST = 20
CONTEXT = 300
"""Most characters of a changed paragraph in the report."""
_KEPT = ("headline", "body_text")


@dataclass(frozen=True, slots=True)
class ReextractRequest:
    """What to extract again: articles published on the UTC days `first` to `last`, inclusive. `learned`:
    also leave out blocks that were found to repeat on their host since. `dry`: change nothing, only
    report. `wait`: seconds to wait for another re-extraction that is running."""

    first: date | None = None
    last: date | None = None
    dry: bool = False
    learned: bool = False
    now: datetime | None = None
    wait: float = 0.0


@dataclass(slots=True)
class Report:
    """What a re-extraction changed. `texts` counts the texts extracted again, `fields` the changes by
    column of articles; `lost` counts, by reason, the texts from which no article could be extracted now:
    the old text stays. `largest`: the largest changes with url, headline, words added and removed, and a
    readable diff."""

    run_id: str
    dry: bool
    texts: int = 0
    same: int = 0
    changed: int = 0
    fields: dict[str, int] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    words_added: int = 0
    words_removed: int = 0
    published: int = 0
    largest: list[dict[str, Any]] = field(default_factory=list)


def reextract(
    settings: Settings, feeds: FeedList, request: ReextractRequest, progress: Progress | None = None
) -> Report:
    """Extract again and write what changed. Raises LockedError while another re-extraction runs,
    NoWarehouseError when there is no warehouse."""
    warehouse = Warehouse(settings)
    warehouse.must_exist()
    warehouse.prepare()
    now = request.now or datetime.now(UTC)
    report = Report(f"reextract-{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:6]}", request.dry)
    limits = Limits.of_page(settings.worker_seconds, settings.worker_memory)
    lock = run_lock(settings.data / "locks", "reextract", request.wait)
    with lock, WorkerPool(settings.workers, limits, ("ingest.extract.page",)) as workers:
        if not request.dry:  # noted before it writes, so that a run that is cut off can be undone by its id
            with warehouse.transaction() as con:
                polls.start_run(con, report.run_id, "reextract", now)
        run = _Run(
            settings=settings,
            feeds=feeds,
            request=request,
            warehouse=warehouse,
            workers=workers,
            now=now,
            report=report,
        )
        run.work(progress)
        if not request.dry:
            _note(warehouse, report)
            derive_stories(warehouse)
            report.published = publish(warehouse)
    log.info(
        "run %s: %d texts extracted again, %d changed, %d the same, %d lost%s",
        report.run_id,
        report.texts,
        report.changed,
        report.same,
        sum(report.lost.values()),
        " (dry run)" if report.dry else "",
    )
    return report


def undo(settings: Settings, run_id: str, now: datetime | None = None, wait: float = 0.0) -> int:
    """Put back the texts that a re-extraction (`last`: the newest) replaced. Returns the number of articles.

    Raises ConfigError when there is no such run, or a later run has changed its texts.
    """
    warehouse = Warehouse(settings)
    warehouse.must_exist()
    warehouse.prepare()
    with run_lock(settings.data / "locks", "reextract", wait), warehouse.transaction() as con:
        run = reextract_rows.last_run(con) if run_id == "last" else run_id
        if (
            run is None
            or not con.execute("SELECT 1 FROM core.reextraction WHERE run_id = ? LIMIT 1", [run]).fetchone()
        ):
            raise ConfigError(
                f"undo {run_id}: no such re-extraction can be undone; `ingest status` lists the runs"
            )
        if later := reextract_rows.later_run(con, run):
            raise ConfigError(
                f"{later} has changed texts of {run} since; run `ingest reextract --undo {later}` first"
            )
        back = reextract_rows.put_back(con, run)
        link_copies(
            con,
            [known for known, _ in back],
            {},
            {k.article_id: day for k, day in back},
            now or datetime.now(UTC),
        )
    derive_stories(warehouse)
    publish(warehouse)
    return len(back)


def _note(warehouse: Warehouse, report: Report) -> None:
    """Write the run's row, without texts: a takedown does not remove texts from there."""
    summary = {name: value for name, value in asdict(report).items() if name != "largest"}
    with warehouse.transaction() as con:
        polls.end_run(con, report.run_id, datetime.now(UTC), json.dumps(summary))


def extract_page_again(page: ArchivedPage) -> Extraction:
    """Extract an archived page with the status, content type and reserved rights of its response. A record
    that cannot be read gives an Extraction with outcome and reason."""
    try:
        response = Archive(page.folder, "reader").read(page.place)
    except Terminal as error:
        return Extraction(None, Outcome.FAILED, error.reason, error.detail)
    kind = response.headers.get("content-type")
    return extract(
        with_body(
            replace(page.page_input, content_type=kind, status=response.status, noai=response.noai), response
        )
    )


class _Run:
    def __init__(
        self,
        settings: Settings,
        feeds: FeedList,
        request: ReextractRequest,
        warehouse: Warehouse,
        workers: WorkerPool,
        now: datetime,
        report: Report,
    ) -> None:
        self._folder = settings.data / "archive"
        self._agencies = own_agencies(settings)
        self._feeds: dict[str, Feed] = {feed.id: feed for feed in feeds.feeds}
        self._rules = HostRules(feeds.hosts)
        self._request = request
        self._warehouse = warehouse
        self._workers = workers
        self._now = now
        self._report = report

    def work(self, progress: Progress | None) -> None:
        with self._warehouse.transaction() as con:
            revisions = reextract_rows.archived_revisions(con, self._request.first, self._request.last)
        done = 0
        for batch in _batches(revisions):
            with self._warehouse.transaction() as con:
                stored = reextract_rows.stored_revisions(con, batch)
                lines = (
                    host_lines(con, {host_of(old.row["url"]) for old in stored})
                    if self._request.learned
                    else {}
                )
            extractions = self._extracted(stored, lines)
            with self._warehouse.transaction() as con:
                self._compare(
                    con, {(old.article_id, old.revision): result for old, result in extractions}, batch
                )
            done += len(batch)
            if progress:
                progress("texts", done, len(revisions))

    def _extracted(
        self, stored: Sequence[StoredRevision], lines: dict[str, frozenset[int]]
    ) -> list[tuple[StoredRevision, Extraction]]:
        archived = [old for old in stored if old.place is not None]
        pages = (
            ArchivedPage(self._folder, old.place, self._input(old, lines))
            for old in archived
            if old.place is not None
        )
        extracted = [_result(result) for result in self._workers.map_stream(extract_page_again, pages)]
        lost = Extraction(None, Outcome.FAILED, Reason.DAMAGED_RECORD, "no row remembers its record's length")
        return [*zip(archived, extracted, strict=True), *((old, lost) for old in stored if old.place is None)]

    def _input(self, old: StoredRevision, lines: dict[str, frozenset[int]]) -> PageInput:
        feed = self._feeds.get(old.row["feed_id"] or "")
        first_lines = frozenset(line_hash(text) for text in old.host_lines)
        return PageInput(
            old.row["url"],
            hints=old.hints,
            publisher=feed.publisher if feed else None,
            language=feed.language if feed else None,
            zone=feed.timezone if feed else None,
            feed_content_type=feed.content_type if feed else None,
            boilerplate=first_lines | lines.get(host_of(old.row["url"]), frozenset()),
            now=old.row["checked_at"],
            agencies=self._agencies,
        )

    def _compare(
        self,
        con: Connection,
        extractions: dict[tuple[str, int], Extraction],
        batch: Sequence[tuple[str, int]],
    ) -> None:
        """Compare with the texts as they are stored now: a poll may have written since they were read."""
        fresh = reextract_rows.stored_revisions(con, batch)
        before = reextract_rows.whole_articles(con, sorted({old.article_id for old in fresh}))
        pairs: list[tuple[StoredRevision, Row]] = []
        whole: dict[str, Row] = {}
        dropped: dict[str, list[tuple[str, str]]] = {}
        latest: dict[str, Row] = {}
        for old in fresh:
            if before[old.article_id]["status"] == "removed":  # a takedown came between
                continue
            extraction = extractions[old.article_id, old.revision]
            self._report.texts += 1
            if extraction.article is None:
                reason = str(extraction.reason)
                self._report.lost[reason] = self._report.lost.get(reason, 0) + 1
                latest[old.article_id] = old.row
                continue
            row = _revision(old, extraction.article, latest.get(old.article_id))
            latest[old.article_id] = row
            article = (
                self._article(old, extraction.article, before[old.article_id]) if old.is_current else None
            )
            if not self._differs(old, row, article, before[old.article_id]):
                continue
            pairs.append((old, row))
            if article is not None:
                whole[old.article_id] = article | {
                    name: row[name] for name in ("headline", "body_text", "text_hash", "body_hash")
                }
                dropped[old.article_id] = [(line.reason, line.text) for line in extraction.dropped]
        if not self._request.dry and pairs:
            self._write(con, pairs, whole, before, dropped)

    def _write(
        self,
        con: Connection,
        pairs: Sequence[tuple[StoredRevision, Row]],
        whole: dict[str, Row],
        before: dict[str, Row],
        dropped: dict[str, list[tuple[str, str]]],
    ) -> None:
        reextract_rows.replace_texts(con, self._report.run_id, pairs, whole, {id: before[id] for id in whole})
        articles.write_dropped(con, dropped)
        moved = [
            row
            for id, row in whole.items()
            if row["text_hash"] != before[id]["text_hash"]
            or row["published_day"] != before[id]["published_day"]
            or row["status"] != before[id]["status"]
        ]
        days = {row["article_id"]: before[row["article_id"]]["published_day"] for row in moved}
        link_copies(con, [reextract_rows.known(row) for row in moved], {}, days, self._now)

    def _article(self, old: StoredRevision, article: Article, before: Row) -> Row:
        """The article's row by the new extraction; its identity, its history and the fields that only its
        feed gave stay."""
        canonical = (
            None
            if before["url_key"].startswith("urn:")
            else identity(before["url"], article.canonical_url, self._rules)[1]
        )
        columns = article_columns(replace(article, canonical_url=canonical))
        published = {name for name in columns if name.startswith("published_")}
        if before["revisions"] > 1 or (old.hints is None and before["published_source"] == "feed"):
            columns |= {name: before[name] for name in published}
        if old.hints is None:
            columns = {
                name: before[name] if value in (None, []) else value for name, value in columns.items()
            }
        elif (
            columns["published_at"] == before["published_at"]
        ):  # raw.entry does not say which zone was assumed
            columns["published_zone"] = before["published_zone"]
        if before["status"] == "withdrawn":  # perhaps by a notice on another page
            columns["status"] = before["status"]
        row = before | {
            name: str(value) if isinstance(value, str) else value for name, value in columns.items()
        }
        row["published_day"] = (row["published_at"] or row["first_seen_at"]).date()
        return row

    def _differs(self, old: StoredRevision, row: Row, article: Row | None, before: Row) -> bool:
        """Whether the row has to be written. Counts the difference for the report; a new name of the
        extractor alone is none."""
        report = self._report
        text = any(row[name] != old.row[name] for name in _KEPT)
        fields = [
            name
            for name, value in (article or {}).items()
            if value != before[name] and name not in (*_KEPT, "extractor")
        ]
        if not text and not fields:
            report.same += 1
            return row["extractor"] != old.row["extractor"] and not self._request.dry
        report.changed += 1
        counts = Counter(report.fields)
        counts.update([*fields, *(name for name in _KEPT if row[name] != old.row[name])])
        report.fields = dict(sorted(counts.items()))
        if text:
            self._report_change(old, row)
        return True

    def _report_change(self, old: StoredRevision, row: Row) -> None:
        change = classify(old.row["headline"], old.row["body_text"] or "", row["headline"], row["body_text"])
        self._report.words_added += change.words_added
        self._report.words_removed += change.words_removed
        entry = {
            "article_id": old.article_id,
            "revision": old.revision,
            "url": old.row["url"],
            "headline": row["headline"],
            "words_added": change.words_added,
            "words_removed": change.words_removed,
            "diff": readable(old.row["body_text"] or "", row["body_text"]),
        }
        largest = [*self._report.largest, entry]
        largest.sort(key=lambda each: (-each["words_added"] - each["words_removed"], each["url"]))
        self._report.largest = largest[:LARGEST]


def _revision(old: StoredRevision, article: Article, before: Row | None) -> Row:
    """The columns of core.revision by the new extraction; `before` is the previous revision with its new
    text."""
    change = None
    if before is not None and old.row["kind"] != "first":
        change = classify(before["headline"], before["body_text"] or "", article.headline, article.body_text)
    return {
        "headline": article.headline,
        "body_text": article.body_text,
        "text_hash": revision_hash(article.headline, article.body_text),
        "body_hash": text_hash(article.body_text),
        "extractor": article.extractor,
        "words_added": change.words_added
        if change
        else article.word_count
        if old.row["kind"] == "first"
        else old.row["words_added"],
        "words_removed": change.words_removed if change else old.row["words_removed"],
    }


def _result(result: Extraction | LimitHit) -> Extraction:
    return (
        Extraction(None, Outcome.FAILED, Reason.PARSE_LIMIT, str(result))
        if isinstance(result, LimitHit)
        else result
    )


def _batches(revisions: Sequence[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
    """Batches of about BATCH revisions, with all revisions of an article in one."""
    batch: list[tuple[str, int]] = []
    for article_id, number in revisions:
        if len(batch) >= BATCH and article_id != batch[-1][0]:
            yield batch
            batch = []
        batch.append((article_id, number))
    if batch:
        yield batch


def readable(before: str, after: str) -> str:
    """The removed (-) and added (+) paragraphs, shortened."""
    lines = difflib.unified_diff(before.split("\n\n"), after.split("\n\n"), lineterm="", n=0)
    return "\n".join(line[:CONTEXT] for line in list(lines)[2:] if not line.startswith("@@"))
