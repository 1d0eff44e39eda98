"""What a fetched and extracted page means for the warehouse: a new article, a revision, nothing new, or a
loss. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime

from ingest.dedup.revisions import RevisionChange, classify
from ingest.errors import FetchError, Transient
from ingest.load.rows import (
    TEXT_COLUMNS,
    AliasRow,
    Known,
    PendingRow,
    Row,
    alias_row,
    article_columns,
    known_from,
    pending_row,
    place_columns,
)
from ingest.model import (
    Article,
    Extraction,
    Outcome,
    Page,
    Reason,
    RevisionKind,
    Signal,
    Status,
    Work,
    WorkKind,
    article_id,
)
from ingest.reasons import GIVE_UP_AFTER, next_attempt
from ingest.stages.extraction import ArticleReading, read
from ingest.text import line_hash, text_hash
from ingest.urls.identity import HostRules, host_of, identity, url_key


@dataclass(frozen=True, slots=True)
class Result:
    """One piece of work as it came out of fetching and extraction: an error, or an extraction with its page
    if it had one.

    `boilerplate`: hashes of the blocks that were taken out because they repeat on the host. `reading`: of the
    extraction's article, where the worker has made it.
    """

    work: Work
    page: Page | None = None
    extraction: Extraction | None = None
    error: FetchError | None = None
    boilerplate: frozenset[int] = frozenset()
    reading: ArticleReading | None = None


@dataclass(slots=True)
class PageVerdict:
    """Rows to write for one result. `known` is the article as it stands afterwards."""

    outcome: Outcome
    link_key: str
    url_key: str
    reason: Reason | None = None
    detail: str | None = None
    article: Row | None = None
    revision: Row | None = None
    retry: PendingRow | None = None
    aliases: list[AliasRow] = field(default_factory=list)
    known: Known | None = None
    change: RevisionChange | None = None


def keys_of(result: Result, rules: HostRules) -> tuple[str, str | None]:
    """(identity of the text, canonical link if believed). Text without a URL is its own identity."""
    article = result.extraction.article if result.extraction else None
    url = _address(result)
    if url.startswith("urn:"):
        return (f"urn:sha256:{text_hash(article.body_text)}" if article else result.work.url_key), None
    return identity(url, article.canonical_url if article and result.page else None, rules)


def judge(
    result: Result, known: Known | None, *, now: datetime, rules: HostRules, attempts: int
) -> PageVerdict:
    """Decide one result against the article it leads to, if the warehouse has one."""
    if result.error is not None:
        return _not_fetched(result, result.error, known, now, attempts)
    extraction = result.extraction
    assert extraction is not None
    if extraction.article is None or (extraction.stands_in and not _is_last_word(result, known, attempts)):
        return _not_extracted(result, extraction, known, now, attempts)
    key, canonical = keys_of(result, rules)
    article = replace(extraction.article, canonical_url=canonical)
    if known is None:
        return _first(result, article, key, now, rules)
    return _again(result, article, key, known, now, rules)


def _not_fetched(
    result: Result, error: FetchError, known: Known | None, now: datetime, attempts: int
) -> PageVerdict:
    stale = now - result.work.queued_at > GIVE_UP_AFTER
    tried = result.work.attempts + ((stale or not error.never_sent) and not result.work.early)
    if isinstance(error, Transient) and tried < attempts:
        place = result.page.place if result.page else None  # what is archived is not asked for again
        return _later(
            replace(result.work, place=place),
            known,
            error.reason,
            error.detail,
            tried,
            now,
            error.retry_after,
        )
    return _lost(result.work, known, error.reason.rule.ending, error.reason, error.detail)


def _not_extracted(
    result: Result, extraction: Extraction, known: Known | None, now: datetime, attempts: int
) -> PageVerdict:
    reason = extraction.reason or Reason.PARSE_ERROR
    tried = _tried(result.work)
    if reason.rule.page_may_change and result.page is not None and tried < attempts:
        return _later(replace(result.work, place=None), known, reason, extraction.detail, tried, now, None)
    return _lost(result.work, known, extraction.outcome, reason, extraction.detail)


def _is_last_word(result: Result, known: Known | None, attempts: int) -> bool:
    """The feed's word is the article once nobody will ask again; over a text that stands it never comes."""
    if known is not None:
        return known.status == Status.REMOVED
    return result.page is None or _tried(result.work) >= attempts


def _tried(work: Work) -> int:
    return work.attempts + (not work.early)


def _later(
    work: Work,
    known: Known | None,
    reason: Reason,
    detail: str | None,
    tried: int,
    now: datetime,
    retry_after: float | None,
) -> PageVerdict:
    row = pending_row(
        replace(work, attempts=tried),
        next_attempt_at=next_attempt(reason, tried, now, retry_after),
        reason=reason,
        detail=detail,
    )
    if (
        known is not None and known.status != Status.REMOVED
    ):  # the article stands while another look at it waits
        return PageVerdict(
            Outcome.UNCHANGED, work.url_key, known.url_key, reason, detail, retry=row, known=known
        )
    return PageVerdict(Outcome.PENDING, work.url_key, work.url_key, reason, detail, retry=row)


def _lost(
    work: Work, known: Known | None, outcome: Outcome, reason: Reason, detail: str | None
) -> PageVerdict:
    if (
        known is not None and known.status != Status.REMOVED and _is_first_look(work, known)
    ):  # it came by another address
        return PageVerdict(Outcome.LOADED, work.url_key, known.url_key, known=known)
    if known is not None:  # the article stands; only this look at it failed
        return PageVerdict(Outcome.UNCHANGED, work.url_key, known.url_key, reason, detail, known=known)
    return PageVerdict(outcome, work.url_key, work.url_key, reason, detail)


def _first(result: Result, article: Article, key: str, now: datetime, rules: HostRules) -> PageVerdict:
    row = _row(result, article, key, now) | {
        "article_id": str(article_id(key)),
        "url_key": key,
        "first_seen_at": now,
        "revision": 1,
        "revisions": 1,
    }
    row["published_day"] = _day(row)
    revision = _revision(row, RevisionKind.FIRST, row["word_count"], 0, now)
    known = known_from(row, frozenset({row["text_hash"]}))
    return PageVerdict(
        Outcome.LOADED,
        result.work.url_key,
        key,
        None,
        None,
        row,
        revision,
        None,
        _aliases(result, article, key, now, rules),
        known,
    )


def _again(
    result: Result, article: Article, key: str, known: Known, now: datetime, rules: HostRules
) -> PageVerdict:
    work = result.work
    before = _without(known.body_text, result.boilerplate)
    change = classify(
        known.headline,
        before,
        article.headline,
        article.body_text,
        signal=article.signal,
        old_signal=Signal(known.row["signal"]),
        status=article.status,
        seen_hashes=known.seen,
    )
    first_look = _is_first_look(work, known)
    own = _is_own(_address(result), known, rules) or url_key(_address(result), rules) == url_key(
        known.row["url"], rules
    )
    elsewhere = not own and (first_look or work.kind is WorkKind.CAPTURE)
    verdict = PageVerdict(
        Outcome.LOADED if first_look else Outcome.UNCHANGED,
        work.url_key,
        known.url_key,
        aliases=_aliases(result, article, known.url_key, now, rules),
        known=known,
        change=change,
    )
    if known.status == Status.REMOVED:
        verdict.outcome, verdict.reason = Outcome.SKIPPED, Reason.TAKEDOWN
    elif change.kind is RevisionKind.NOISE or elsewhere:
        # A look under another address (print page, AMP) says nothing of how the article changed, nor does a
        # later capture of it.
        if work.rank < known.rank and first_look:
            _retell(verdict, result, article, known, now)
        elif own and not first_look:
            _hold(verdict, article, known)
    elif first_look and known.revisions == 1 and known.row["first_seen_at"] == now:
        # Neither does one in the same run; which of the two was had first must not matter, the article's own
        # page tells its text.
        if not _is_own(known.row["url"], known, rules):
            _tell_own(verdict, result, article, known, now)
        elif work.rank < known.rank:
            _retell(verdict, result, article, known, now)
    else:
        _revise(verdict, result, article, known, change, now)
    return verdict


def _is_first_look(work: Work, known: Known) -> bool:
    """True where this link leads to a known article for the first time; a full-text feed tells its own
    entries again and again."""
    return work.kind in (WorkKind.NEW, WorkKind.BACKFILL) or (
        work.kind is WorkKind.ENTRY and work.feed_id != known.row["feed_id"]
    )


def _address(result: Result) -> str:
    return result.page.final_url if result.page else result.work.url


def _is_own(url: str, known: Known, rules: HostRules) -> bool:
    """Whether an address is the article's own, and not a print page's that only names it as canonical."""
    return url_key(url, rules) == known.url_key


def _day(row: Row) -> date:
    found: datetime = row["published_at"] or row["first_seen_at"]
    return found.date()


def _without(body: str, boilerplate: frozenset[int]) -> str:
    """A text as it would have been, had its host's boilerplate been known then: learning is no change of the
    news."""
    if not boilerplate:
        return body
    return "\n\n".join(block for block in body.split("\n\n") if line_hash(block) not in boilerplate)


def _retell(verdict: PageVerdict, result: Result, article: Article, known: Known, now: datetime) -> None:
    """The same text by a link that ranks before: its feed speaks for the article, so that order of arrival
    does not matter."""
    row = (
        dict(known.row)
        | _row(result, article, known.url_key, now)
        | {name: known.row[name] for name in TEXT_COLUMNS}
    )
    row["published_day"] = _day(row)
    verdict.article, verdict.known = row, known_from(row, known.seen)


def _hold(verdict: PageVerdict, article: Article, known: Known) -> None:
    """The same text under another embargo: a longer one must hold, and an earlier end is news too."""
    held = (Status.LIVE, Status.EMBARGOED)
    if (
        article.embargo_until == known.row["embargo_until"]
        or known.status not in held
        or article.status not in held
    ):
        return
    row = dict(known.row) | {"embargo_until": article.embargo_until, "status": article.status}
    verdict.article, verdict.known = row, known_from(row, known.seen)


def _tell_own(verdict: PageVerdict, result: Result, article: Article, known: Known, now: datetime) -> None:
    """The text by the article's own page in the place of what another address told in the same run, as if it
    had come first."""
    told = dict(known.row) | _row(result, article, known.url_key, now)
    row = (
        told
        if result.work.rank < known.rank
        else told | {name: known.row[name] for name in known.row if name not in TEXT_COLUMNS}
    )
    row["published_day"] = _day(row)
    verdict.article = row
    verdict.revision = _revision(told, RevisionKind.FIRST, row["word_count"], 0, now)
    verdict.known = known_from(row, frozenset({row["text_hash"]}))


def _revise(
    verdict: PageVerdict,
    result: Result,
    article: Article,
    known: Known,
    change: RevisionChange,
    now: datetime,
) -> None:
    row = dict(known.row) | _row(result, article, known.url_key, now)
    if (
        known.row["published_at"] is not None
    ):  # a later pubDate is history of the entry; the story was published once
        row |= {name: known.row[name] for name in known.row if name.startswith("published_")}
    row["published_day"] = _day(row)
    row["feed_id"], row["rank"] = known.row["feed_id"], known.row["rank"]
    row["revision"] = row["revisions"] = known.revisions + 1
    verdict.outcome = Outcome.REVISED
    verdict.article = row
    verdict.revision = _revision(row, change.kind, change.words_added, change.words_removed, now)
    verdict.known = known_from(row, known.seen | {row["text_hash"]})


def _row(result: Result, article: Article, key: str, now: datetime) -> Row:
    url = _address(result)
    url = key if url.startswith("urn:") else url
    reading = result.reading or read(article)
    return article_columns(article) | {
        "url": url,
        "host": host_of(url),
        "checked_at": now,
        "text_hash": reading.text_hash,
        "body_hash": reading.body_hash,
        "feed_id": result.work.feed_id,
        "rank": str(result.work.rank),
        **place_columns(result.page.place if result.page else None),
    }


def _revision(row: Row, kind: RevisionKind, added: int, removed: int, now: datetime) -> Row:
    copied = (
        "article_id",
        "url",
        "revision",
        "headline",
        "body_text",
        "text_hash",
        "body_hash",
        "extractor",
        "page_file",
        "page_offset",
    )
    return {name: row[name] for name in copied} | {
        "kind": kind,
        "words_added": added,
        "words_removed": removed,
        "first_seen_at": now,
        "day": now.date(),
    }


def _aliases(result: Result, article: Article, key: str, now: datetime, rules: HostRules) -> list[AliasRow]:
    """Every address on the way leads to the article from now on."""
    work, page = result.work, result.page
    met = (
        []
        if page is None
        else [(page.final_url, "final"), *((hop, "hop") for hop in page.hops if hop != work.url)]
    )
    if article.canonical_url:
        met.append((article.canonical_url, "canonical"))
    return [
        alias_row(
            url,
            url_key(url, rules),
            key,
            feed_id=work.feed_id,
            rank=work.rank,
            now=now,
            kind=kind,
            day=work.day,
        )
        for url, kind in met
    ]
