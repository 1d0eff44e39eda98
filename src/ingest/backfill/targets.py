"""Which of the addresses that a source lists are wanted: by the site they belong to, by the day they were
published, and by what the warehouse knows of them. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import assert_never

from ingest import dates
from ingest.backfill.ledger import BackfillTarget, DateEvidence
from ingest.backfill.request import BackfillRequest, Mode
from ingest.load.rows import LinkState
from ingest.model import ArchivePlace, EntryHints, Feed, Rank, Stamp, StampSource, WorkKind
from ingest.reasons import Outcome, Reason
from ingest.urls.identity import HostRules, clean_link, host_of, registrable_domain, url_key
from ingest.urls.wayback import own_address

AHEAD = timedelta(hours=48)
"""A day in an address that lies further in the future is not believed."""
_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)[/_.-]?(0[1-9]|1[0-2])[/_.-]?(0[1-9]|[12]\d|3[01])(?!\d)")
_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)[/_.-]?(0[1-9]|1[0-2])(?![\d])")
_SEGMENTS = re.compile(r"/((?:19|20)\d\d)[/-](0[1-9]|1[0-2])(?=/)")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class ListedAddress:
    """An address as a source lists it.

    `published` and `modified` are stamps as printed; `site` is the registrable domain that the address must
    belong to (None: any). `problem` is the reason and detail where the source itself shows that there is no
    page. `day` is the day of a capture, `place` its record in our archive, `listed` the days that the
    sitemap's own address names, `hints` what a feed says of the article.
    """

    url: str
    published: str | None = None
    modified: str | None = None
    title: str | None = None
    site: str | None = None
    feed: Feed | None = None
    problem: tuple[Reason, str] | None = None
    day: date | None = None
    place: ArchivePlace | None = None
    hints: EntryHints | None = None
    listed: Span | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to `last`, both inclusive."""

    first: date
    last: date

    def misses(self, request: BackfillRequest, slack: int = 0) -> bool:
        """True where the request wants no day of the span; `slack` days more at both ends allow for time
        zones."""
        wide = timedelta(days=slack)
        return bool(
            (request.first and self.last + wide < request.first)
            or (request.last and self.first - wide > request.last)
        )


def span_in(url: str) -> Span | None:
    """The day, month or year that a sitemap's address names; None where it names none."""
    path = url.split("://", 1)[-1].partition("/")[2]
    if match := _DAY.search(path):
        return _span(int(match[1]), int(match[2]), int(match[3]))
    if match := _MONTH.search(path):
        return _span(int(match[1]), int(match[2]), None)
    match = _YEAR.search(path)
    return Span(date(int(match[1]), 1, 1), date(int(match[1]), 12, 31)) if match else None


def span_of_page(url: str) -> Span | None:
    """The day that a page's address names, or the month where year and month are path segments (2030 in a
    slug is no date); None where it names none."""
    path = url.split("://", 1)[-1].partition("/")[2]
    if (match := _DAY.search(path)) and (span := _span(int(match[1]), int(match[2]), int(match[3]))):
        return span
    segments = _SEGMENTS.search(f"/{path}")
    return _span(int(segments[1]), int(segments[2]), None) if segments else None


def _span(year: int, month: int, day: int | None) -> Span | None:
    try:
        first = date(year, month, day or 1)
    except ValueError:
        return None
    if day:
        return Span(first, first)
    return Span(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))


def target_of(
    address: ListedAddress, request: BackfillRequest, now: datetime, rules: HostRules
) -> BackfillTarget:
    """The ledger's row for a listed address; its `reason` is None where the address is wanted."""
    url = address.url if address.url.startswith("urn:") else clean_link(address.url, address.url)
    if url is None:
        return _refused(address, Reason.BAD_URL, "no http(s) address that can be followed")
    target = BackfillTarget(
        url=url,
        url_key=url_key(own_address(url)[0], rules),
        host=host_of(url),
        rank=Rank.of_backfill(address.feed, url),
        feed_id=address.feed.id if address.feed else None,
        day=address.day,
        hints=_hints(address, now),
        place=address.place,
    )
    if address.problem is not None:
        return replace(
            target,
            reason=address.problem[0],
            detail=address.problem[1],
            final=True,
            evidence=DateEvidence.BROKEN,
        )
    if address.site is not None and registrable_domain(host_of(url)) != address.site:
        return replace(target, reason=Reason.OFF_SCOPE, detail=f"not on {address.site}")
    return _dated(target, address, request, now)


def _refused(address: ListedAddress, reason: Reason, detail: str) -> BackfillTarget:
    url = address.url[:2048]
    return BackfillTarget(
        url=url,
        url_key=url,
        host="",
        rank=Rank.of_backfill(address.feed, url),
        feed_id=address.feed.id if address.feed else None,
        reason=reason,
        detail=detail,
        final=True,
    )


def _hints(address: ListedAddress, now: datetime) -> EntryHints:
    """The source's date and title in the form of a feed entry's hints, so that extraction treats the date as
    it treats a feed's."""
    if address.hints or not address.published:
        return address.hints or EntryHints(title=address.title)
    zone = address.feed.timezone if address.feed else None
    stamp = dates.resolve(address.published, source=StampSource.FEED, now=now, zone=zone)
    return EntryHints(title=address.title, published=stamp, published_raw=address.published)


def _dated(
    target: BackfillTarget, address: ListedAddress, request: BackfillRequest, now: datetime
) -> BackfillTarget:
    """The target with its day, left out where that day is not wanted.

    The day is that of news:publication_date, else the day in the address, else that of lastmod; a stamp of
    the future is never believed. A lastmod before the wanted days proves that the article is older. One after
    them proves nothing: it may be a later edit of an article of those days,
    unless the sitemap is one of other days by its address.
    """
    span = span_of_page(target.url)
    exact = span if span and span.first == span.last and span.first <= (now + AHEAD).date() else None
    if published := target.hints.published:
        dated = replace(target, day=published.day, evidence=DateEvidence.PUBLISHED)
        return _in_range(dated, request, f"dated {published.day}")
    if exact:
        dated = replace(target, day=exact.first, evidence=DateEvidence.ADDRESS)
        return _in_range(dated, request, f"dated {exact.first} by its address")
    modified = _stamp(address.modified, now)
    if modified and request.last and modified.day > request.last:
        if address.listed and address.listed.misses(request):
            detail = f"in a sitemap of {address.listed.first} to {address.listed.last}"
            return replace(target, reason=Reason.OUT_OF_RANGE, detail=detail)
        if address.listed:
            return replace(target, day=min(address.listed.last, request.last))
    elif modified:
        dated = replace(target, day=modified.day, evidence=DateEvidence.LASTMOD)
        return _in_range(dated, request, f"last modified {modified.day}")
    if request.last and _stamp(address.published, now + timedelta(days=36_500)):
        return replace(
            target,
            reason=Reason.OUT_OF_RANGE,
            detail=f"dated in the future: {(address.published or '')[:40]}",
        )
    if target.day is not None:
        # The day of a capture: an article published later cannot be in it, one published before can.
        late = request.first is not None and target.day < request.first
        return (
            replace(target, reason=Reason.OUT_OF_RANGE, detail=f"captured {target.day}") if late else target
        )
    if span and span.misses(request):
        return replace(
            target, reason=Reason.OUT_OF_RANGE, detail=f"of {span.first} to {span.last} by its address"
        )
    return target


def _stamp(raw: str | None, now: datetime) -> Stamp | None:
    return dates.resolve(raw, source=StampSource.FEED, now=now) if raw else None


def _in_range(target: BackfillTarget, request: BackfillRequest, detail: str) -> BackfillTarget:
    assert target.day is not None
    if Span(target.day, target.day).misses(request):
        return replace(target, reason=Reason.OUT_OF_RANGE, detail=detail)
    return target


@dataclass(frozen=True, slots=True)
class TargetDecision:
    """What becomes of a target: its page is loaded (`wanted`), or an outcome is written, or neither, because
    the warehouse knows all about it."""

    wanted: bool = False
    outcome: Outcome | None = None
    reason: str | None = None
    detail: str | None = None


def decide_target(target: BackfillTarget, link: LinkState, mode: Mode) -> TargetDecision:
    """Decides about a target by what the warehouse knows of its link key (`link`)."""
    if link.taken_down:
        return TargetDecision(outcome=Outcome.SKIPPED, reason=Reason.TAKEDOWN, detail=link.taken_down)
    article, outcome = link.article_key, link.outcome
    if target.reason is not None:
        if article is not None or outcome is not None:
            return TargetDecision()
        return TargetDecision(
            outcome=Reason(target.reason).rule.ending, reason=target.reason, detail=target.detail
        )
    if outcome == Outcome.PENDING and link.pending_kind not in (None, WorkKind.BACKFILL, WorkKind.CAPTURE):
        return TargetDecision()  # the next poll fetches it
    if _is_wanted(article, outcome, mode):
        return TargetDecision(wanted=True)
    if article is not None and outcome is None:
        return TargetDecision(outcome=Outcome.LOADED, detail="another address of a loaded article")
    return TargetDecision()


def _is_wanted(article: str | None, outcome: Outcome | None, mode: Mode) -> bool:
    if outcome is Outcome.PENDING or (outcome is None and article is None):
        return True
    match mode:
        case Mode.MISSING:
            return False
        case Mode.FAILED:
            return article is None and outcome in (Outcome.FAILED, Outcome.SKIPPED)
        case Mode.ALL:
            return True
        case _:
            assert_never(mode)
