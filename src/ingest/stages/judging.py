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
from ingest.model import Article, Extraction, Page, RevisionKind, Signal, Status, Work, WorkKind, article_id
from ingest.reasons import GIVE_UP_AFTER, Outcome, Reason, next_attempt
from ingest.stages.extraction import ArticleReading, read_article
from ingest.text import line_hash, text_hash
from ingest.urls.identity import HostRules, host_of, identity, url_key


@dataclass(frozen=True, slots=True)
class Result:
    """What fetching and extraction made of one piece of work: an error, or an extraction, with its page if it
    needed one.

    `boilerplate`: hashes of the blocks that were removed because they repeat on the host. `reading`: hashes
    and words of the article, if the worker has computed them. `is_earlier`: the result of another text of the
    same work follows it.
    """

    work: Work
    page: Page | None = None
    extraction: Extraction | None = None
    error: FetchError | None = None
    boilerplate: frozenset[int] = frozenset()
    reading: ArticleReading | None = None
    is_earlier: bool = False


@dataclass(slots=True)
class PageVerdict:
    """What a result means: the outcome of its link and the rows to write. `retry`: its work, if it is tried
    again. `known`: the article as it is afterwards. `change`: how the text differs from the stored one."""

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
    """Returns the key that identifies the article, and its canonical link if it is believable
    (urls/identity.py). A text without a URL is identified by its hash."""
    article = result.extraction.article if result.extraction else None
    url = _address(result)
    if result.page is None and result.work.url_key.startswith("urn:") and not url.startswith("urn:"):
        return result.work.url_key, None  # a text of a feed whose link is of other texts too
    if url.startswith("urn:"):
        return (f"urn:sha256:{text_hash(article.body_text)}" if article else result.work.url_key), None
    return identity(url, article.canonical_url if article and result.page else None, rules)


def judge(
    result: Result, known: Known | None, *, now: datetime, rules: HostRules, attempts: int
) -> PageVerdict:
    """Decide what a result means for `known`, the article that its link resolves to, if there is one. Work is
    tried at most `attempts` times."""
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
    return _next_look(result, article, key, known, now, rules)


def _not_fetched(
    result: Result, error: FetchError, known: Known | None, now: datetime, attempts: int
) -> PageVerdict:
    stale = now - result.work.queued_at > GIVE_UP_AFTER
    tried = result.work.attempts + ((stale or not error.never_sent) and not result.work.early)
    if isinstance(error, Transient) and tried < attempts:
        place = result.page.place if result.page else None  # an archived page is not fetched again
        return _retry(
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
        return _retry(replace(result.work, place=None), known, reason, extraction.detail, tried, now, None)
    return _lost(result.work, known, extraction.outcome, reason, extraction.detail)


def _is_last_word(result: Result, known: Known | None, attempts: int) -> bool:
    """Whether the feed's own text becomes the article: once the page will not be fetched again. It never
    replaces an article that is there."""
    if known is not None:
        return known.status == Status.REMOVED
    return result.page is None or _tried(result.work) >= attempts


def _tried(work: Work) -> int:
    return work.attempts + (not work.early)


def _retry(
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
    if known is not None and known.status != Status.REMOVED:
        # The article stays as it is while another look at it waits.
        return PageVerdict(
            Outcome.UNCHANGED, work.url_key, known.url_key, reason, detail, retry=row, known=known
        )
    return PageVerdict(Outcome.PENDING, work.url_key, work.url_key, reason, detail, retry=row)


def _lost(
    work: Work, known: Known | None, outcome: Outcome, reason: Reason, detail: str | None
) -> PageVerdict:
    if known is not None and known.status != Status.REMOVED and _is_first_look(work, known):
        # The article was loaded from another address.
        return PageVerdict(Outcome.LOADED, work.url_key, known.url_key, known=known)
    if known is not None:  # only this look at the article failed
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
        outcome=Outcome.LOADED,
        link_key=result.work.url_key,
        url_key=key,
        article=row,
        revision=revision,
        aliases=_aliases(result, article, key, now, rules),
        known=known,
    )


def _next_look(
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
        # What another address shows (print page, AMP), or a later capture of it, is no change of the article.
        if work.rank < known.rank and first_look:
            _describe_by_link(verdict, result, article, known, now)
        elif own and not first_look:
            _update_embargo(verdict, article, known)
    elif first_look and known.revisions == 1 and known.row["first_seen_at"] == now:
        # A second address seen in the same run does not open a revision either: whichever of the two was
        # fetched first, the article has the text of its own page.
        if not _is_own(known.row["url"], known, rules):
            _replace_text(verdict, result, article, known, now)
        elif work.rank < known.rank:
            _describe_by_link(verdict, result, article, known, now)
    else:
        _revise(verdict, result, article, known, change, now)
    return verdict


def _is_first_look(work: Work, known: Known) -> bool:
    """Whether this link resolves to the article for the first time. A full-text feed lists its own entries
    again and again; those are later looks."""
    return work.kind in (WorkKind.NEW, WorkKind.BACKFILL) or (
        work.kind is WorkKind.ENTRY and work.feed_id != known.row["feed_id"]
    )


def _address(result: Result) -> str:
    return result.page.final_url if result.page else result.work.url


def _is_own(url: str, known: Known, rules: HostRules) -> bool:
    """Whether this is the article's own address, not that of a print page that names it as canonical."""
    return url_key(url, rules) == known.url_key


def _day(row: Row) -> date:
    published: datetime = row["published_at"] or row["first_seen_at"]
    return published.date()


def _without(body: str, boilerplate: frozenset[int]) -> str:
    """The stored text without the blocks that were learnt to be boilerplate since: learning them is no change
    of the article."""
    if not boilerplate:
        return body
    return "\n\n".join(block for block in body.split("\n\n") if line_hash(block) not in boilerplate)


def _describe_by_link(
    verdict: PageVerdict, result: Result, article: Article, known: Known, now: datetime
) -> None:
    """The same text by a link of smaller rank: the columns that describe it are replaced by those of this
    link, so that the order in which links arrive decides nothing."""
    row = (
        dict(known.row)
        | _row(result, article, known.url_key, now)
        | {name: known.row[name] for name in TEXT_COLUMNS}
    )
    row["published_day"] = _day(row)
    verdict.article, verdict.known = row, known_from(row, known.seen)


def _update_embargo(verdict: PageVerdict, article: Article, known: Known) -> None:
    """The same text under another embargo, longer or shorter: the newer one applies."""
    shown_or_held = (Status.LIVE, Status.EMBARGOED)
    if (
        article.embargo_until == known.row["embargo_until"]
        or known.status not in shown_or_held
        or article.status not in shown_or_held
    ):
        return
    row = dict(known.row) | {"embargo_until": article.embargo_until, "status": article.status}
    verdict.article, verdict.known = row, known_from(row, known.seen)


def _replace_text(
    verdict: PageVerdict, result: Result, article: Article, known: Known, now: datetime
) -> None:
    """The text of the article's own page replaces what another address showed in the same run, as if the own
    page had been fetched first."""
    own = dict(known.row) | _row(result, article, known.url_key, now)
    row = (
        own
        if result.work.rank < known.rank
        else own | {name: known.row[name] for name in known.row if name not in TEXT_COLUMNS}
    )
    row["published_day"] = _day(row)
    verdict.article = row
    verdict.revision = _revision(own, RevisionKind.FIRST, row["word_count"], 0, now)
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
    if known.row["published_at"] is not None:
        # A later pubDate is history of the entry; the story was published once.
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
    reading = result.reading or read_article(article)
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
    """Every address on the way to the page, and its canonical one, resolve to the article from now on."""
    work, page = result.work, result.page
    addresses = (
        []
        if page is None
        else [(page.final_url, "final"), *((hop, "hop") for hop in page.hops if hop != work.url)]
    )
    if article.canonical_url:
        addresses.append((article.canonical_url, "canonical"))
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
        for url, kind in addresses
    ]
