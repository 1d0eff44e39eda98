"""Load: a batch of results becomes rows, outcomes and finished work in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import chain

from ingest.dedup.features import TextFeatures
from ingest.load import articles, links, work
from ingest.load.boilerplate import see_lines
from ingest.load.db import Connection
from ingest.load.names import note_publishers
from ingest.load.pages import commit_pages
from ingest.load.rows import Known, OutcomeRow, outcome_row
from ingest.load.work import note_checked
from ingest.model import Page, Work, WorkKind
from ingest.reasons import Outcome, Reason
from ingest.stages.copies import link_copies
from ingest.stages.counts import Counts
from ingest.stages.edges import Edges
from ingest.stages.judging import PageVerdict, Result, judge, keys_of
from ingest.stages.takedown import RecordsToRemove, bar_addresses, remove_records
from ingest.urls.identity import url_key

log = logging.getLogger(__name__)


def load_batch(
    edges: Edges,
    results: Sequence[Result],
    archived: Sequence[tuple[Work, Page]] = (),
    *,
    note: Callable[[Connection, Counts], None] | None = None,
) -> Counts:
    """Write rows, outcomes, pending work and how far the archive is committed, all or nothing. Returns the
    counts of the batch.

    `archived`: pages fetched since the last batch. Those whose results come with a later one are noted, so
    that no later run fetches them again. `note` is called with the counts before the transaction ends: what
    it writes is written if the batch is.
    """
    ordered = sorted(results, key=lambda r: (r.work.rank, r.work.url_key))
    with edges.warehouse.transaction() as con:
        keys = [list(_keys(edges, r)) for r in ordered]
        all_keys = set(chain.from_iterable(keys))
        known = articles.known_articles(con, all_keys)
        before = {article.article_id: article.published_day for article in known.values()}
        barred = articles.taken_down(con, all_keys | {article.url_key for article in known.values()})
        verdicts = [
            _judged(edges, result, own, known, barred) for result, own in zip(ordered, keys, strict=True)
        ]
        taken_down = [r for r, v in zip(ordered, verdicts, strict=True) if v.reason is Reason.TAKEDOWN]
        records = _bar_fetched(con, edges, taken_down, known, barred)
        _write(con, edges, ordered, verdicts)
        counts = _count(verdicts)
        counts.fetched = len(archived)
        written = {
            v.known.article_id: v.known for v in verdicts if v.article is not None and v.known is not None
        }
        articles.mark_dirty(con, [("articles", before[id]) for id in written if id in before])
        withdrawn = {
            id: before.get(id, day) for id, day in withdraw(con, list(written.values()), edges.now).items()
        }
        counts.copies = link_copies(
            con,
            changed=[k for id, k in written.items() if id not in withdrawn],
            left=withdrawn,
            before=before,
            now=edges.now,
            features=_features(ordered, written),
        )
        note_checked(
            con,
            {
                v.known.article_id: v.known.published_day
                for r, v in zip(ordered, verdicts, strict=True)
                if v.known and r.work.kind is WorkKind.RECHECK
            },
            edges.now,
        )
        commit_pages(con, edges.run_id, archived, done={r.work.url_key for r in ordered})
        if note is not None:
            note(con, counts)
    remove_records(edges, records)
    _log(ordered, verdicts, counts)
    return counts


def _log(results: Sequence[Result], verdicts: Sequence[PageVerdict], counts: Counts) -> None:
    log.info(
        "batch of %d pages: %d articles loaded, %d revised, %d unchanged, %d copies linked, %d lost, "
        "%d to be tried again",
        len(results),
        counts.loaded,
        counts.revised,
        counts.unchanged,
        counts.copies,
        counts.lost,
        counts.retried,
    )
    if log.isEnabledFor(logging.DEBUG):
        for verdict in verdicts:
            reason = f" ({verdict.reason}: {verdict.detail})" if verdict.reason else ""
            log.debug("page %s: %s%s", verdict.link_key, verdict.outcome, reason)


def _features(results: Iterable[Result], written: Mapping[str, Known]) -> dict[str, TextFeatures]:
    """The words and hashes that the workers made of the written texts, by article. A text that the warehouse
    has from an earlier run has none here."""
    read = {
        r.extraction.article.body_text: r.reading.features
        for r in results
        if r.reading and r.extraction and r.extraction.article
    }
    return {id: read[known.body_text] for id, known in written.items() if known.body_text in read}


def _keys(edges: Edges, result: Result) -> Iterable[str]:
    """The link's own key, and the identity of its article."""
    yield result.work.url_key
    if result.extraction is not None and result.extraction.article is not None:
        yield keys_of(result, edges.rules)[0]


def _judged(
    edges: Edges, result: Result, keys: Sequence[str], known: dict[str, Known], barred: Mapping[str, str]
) -> PageVerdict:
    if (key := _barred_key(keys, known, barred)) is not None:
        return PageVerdict(
            Outcome.SKIPPED, result.work.url_key, result.work.url_key, Reason.TAKEDOWN, barred[key]
        )
    article = next((known[key] for key in reversed(keys) if key in known), None)
    verdict = judge(result, article, now=edges.now, rules=edges.rules, attempts=edges.settings.attempts)
    if verdict.known is not None:  # the next result of this batch may be of the same article
        id = verdict.known.article_id
        its_keys = [key for key, other in known.items() if other.article_id == id] if article else []
        known.update(dict.fromkeys([*keys, *its_keys, verdict.url_key], verdict.known))
        for alias in verdict.aliases:
            known.setdefault(alias["link_key"], verdict.known)
    return verdict


def _barred_key(keys: Iterable[str], known: Mapping[str, Known], barred: Mapping[str, str]) -> str | None:
    """The first of these keys, or of the articles that they resolve to, that was taken down."""
    if not barred:
        return None
    candidates = (both for key in keys for both in (key, known[key].url_key if key in known else key))
    return next((key for key in candidates if key in barred), None)


def _bar_fetched(
    con: Connection,
    edges: Edges,
    results: Sequence[Result],
    known: Mapping[str, Known],
    barred: Mapping[str, str],
) -> RecordsToRemove:
    """Bars every address at which something taken down was fetched again. Returns the archive records to
    remove."""
    places = [r.page.place for r in results if r.page is not None and r.page.place is not None]
    addresses: dict[str, str] = {}
    for result in results:
        key = _barred_key(_keys(edges, result), known, barred)
        final = [url_key(result.page.final_url, edges.rules)] if result.page is not None else []
        addresses |= {own: key for own in (result.work.url_key, *final) if key is not None}
    return bar_addresses(con, edges, addresses, places, clean=False)


def _write(con: Connection, edges: Edges, results: Sequence[Result], verdicts: Sequence[PageVerdict]) -> None:
    latest = {v.article["article_id"]: v.article for v in verdicts if v.article is not None}
    revisions = {
        (v.revision["article_id"], v.revision["revision"]): v.revision
        for v in verdicts
        if v.revision is not None
    }
    articles.write_articles(con, list(latest.values()), list(revisions.values()))
    note_publishers(con, list(latest.values()), edges.now)
    articles.write_dropped(
        con,
        {
            v.article["article_id"]: [(d.reason, d.text) for d in r.extraction.dropped]
            for r, v in zip(results, verdicts, strict=True)
            if v.revision is not None and v.article is not None and r.extraction
        },
    )
    see_lines(
        con,
        [
            (v.article, r.extraction.lines)
            for r, v in zip(results, verdicts, strict=True)
            if v.article is not None and r.extraction
        ],
        edges.now,
    )
    links.add_aliases(con, [alias for v in verdicts for alias in v.aliases])
    links.lead_links(con, [(v.link_key, v.url_key) for v in verdicts if v.link_key != v.url_key])
    work.settle(con, [_outcome(r, v, edges.now) for r, v in zip(results, verdicts, strict=True)])
    last = [v for r, v in zip(results, verdicts, strict=True) if not r.is_earlier]
    work.queue(con, [v.retry for v in last if v.retry is not None])
    work.drop(con, [v.link_key for v in last if v.retry is None])


def _outcome(result: Result, verdict: PageVerdict, now: datetime) -> OutcomeRow:
    has_article = result.extraction is not None and result.extraction.article is not None
    return outcome_row(
        verdict.link_key,
        verdict.url_key,
        result.work.feed_id,
        verdict.outcome,
        now,
        reason=verdict.reason,
        detail=verdict.detail,
        day=result.work.day,
        fetched=result.page is not None or result.work.content is not None,
        extracted=has_article and verdict.retry is None,
    )


def _count(verdicts: Sequence[PageVerdict]) -> Counts:
    counts = Counts()
    for verdict in verdicts:
        match verdict.outcome:
            case Outcome.LOADED:
                counts.loaded += verdict.revision is not None
                counts.unchanged += verdict.revision is None
            case Outcome.REVISED:
                counts.revised += 1
            case Outcome.UNCHANGED:
                counts.unchanged += 1
            case Outcome.PENDING:
                counts.retried += 1
            case _:
                counts.lost += 1
                reason = verdict.reason or Reason.INTERNAL
                counts.reasons[reason] = counts.reasons.get(reason, 0) + 1
    return counts


def withdraw(con: Connection, written: Sequence[Known], now: datetime) -> dict[str, date]:
    """Withdraw the stories that these articles are notices about, and those of these articles that an earlier
    notice names (by link, slug, or headline and agency within 72 h), so that the order of the two does not
    matter. Returns the ids and published days of all that were withdrawn, with the articles that were
    withdrawn under their own address.
    """
    withdrawn = {known.article_id: known.published_day for known in written if known.status == "withdrawn"}
    ids = {known.article_id for known in written}
    for notice in articles.notices_near(con, {known.published_day for known in written}):
        if str(notice["article_id"]) in ids or any(_named(notice["withdraws"], known) for known in written):
            withdrawn |= articles.withdraw_named(con, notice, now)
    return withdrawn


def _named(named: str, known: Known) -> bool:
    """Whether a notice may mean this article: a quick test that passes all that find_withdrawn.sql finds."""
    return (
        named in known.row["url"]
        or named in (known.row["canonical_url"], known.url_key)
        or (known.headline is not None and known.headline.lower() == named.lower())
    )
