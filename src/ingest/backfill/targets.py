"""Which of the URLs that a source names are asked for: scope and range, by the evidence there is of their
day. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from ingest import dates
from ingest.backfill.ledger import Target
from ingest.backfill.request import Backfill, Mode
from ingest.load.rows import LinkState
from ingest.model import ArchivePlace, EntryHints, Feed, Outcome, Rank, Reason, Stamp, StampSource, WorkKind
from ingest.urls.identity import HostRules, clean_link, host_of, registrable_domain, url_key

AHEAD = timedelta(hours=48)
_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)[/_.-]?(0[1-9]|1[0-2])[/_.-]?(0[1-9]|[12]\d|3[01])(?!\d)")
_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)[/_.-]?(0[1-9]|1[0-2])(?![\d])")
_SEGMENTS = re.compile(r"/((?:19|20)\d\d)[/-](0[1-9]|1[0-2])(?=/)")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Found:
    """A URL as a source names it. `published` and `modified` are stamps as printed; `site` is the registrable
    domain it may lie on (None: any). `problem` where the source itself says that there is nothing to be had.
    `listed`: days that the name of the sitemap speaks of. `hints`: all that a feed says of it."""

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

    def misses(self, asked: Backfill, slack: int = 0) -> bool:
        """True where no day of the span was asked for, time zones allowed for by `slack` days."""
        wide = timedelta(days=slack)
        return bool(
            (asked.first and self.last + wide < asked.first)
            or (asked.last and self.first - wide > asked.last)
        )


def span_in(url: str) -> Span | None:
    """The day, month or year that a sitemap's address names."""
    path = url.split("://", 1)[-1].partition("/")[2]
    if match := _DAY.search(path):
        return _span(int(match[1]), int(match[2]), int(match[3]))
    if match := _MONTH.search(path):
        return _span(int(match[1]), int(match[2]), None)
    match = _YEAR.search(path)
    return Span(date(int(match[1]), 1, 1), date(int(match[1]), 12, 31)) if match else None


def span_of_page(url: str) -> Span | None:
    """The day that a page's address names, or the month where it stands as path segments: 2030 in a slug is
    no date."""
    path = url.split("://", 1)[-1].partition("/")[2]
    if (match := _DAY.search(path)) and (found := _span(int(match[1]), int(match[2]), int(match[3]))):
        return found
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


def target_of(found: Found, asked: Backfill, now: datetime, rules: HostRules) -> Target:
    """A row of the ledger: wanted, or left out with its reason."""
    url = found.url if found.url.startswith("urn:") else clean_link(found.url, found.url)
    if url is None:
        return _refused(
            found, found.url[:2048], Reason.BAD_URL, "no http(s) address that can be followed", final=True
        )
    key = url_key(url, rules)
    one = Target(
        url,
        key,
        host_of(url),
        Rank.of_backfill(found.feed, url),
        found.feed.id if found.feed else None,
        found.day,
        _hints(found, now),
        place=found.place,
    )
    if found.problem is not None:
        return replace(one, reason=found.problem[0], detail=found.problem[1], final=True)
    if found.site is not None and registrable_domain(host_of(url)) != found.site:
        return replace(one, reason=Reason.OFF_SCOPE, detail=f"not on {found.site}")
    return _dated(one, found, asked, now)


def _refused(found: Found, url: str, reason: Reason, detail: str, *, final: bool) -> Target:
    feed_id = found.feed.id if found.feed else None
    return Target(
        url, url, "", Rank.of_backfill(found.feed, url), feed_id, reason=reason, detail=detail, final=final
    )


def _hints(found: Found, now: datetime) -> EntryHints:
    """As a feed's entry would say it: extraction then puts this date where it puts a feed's."""
    if found.hints or not found.published:
        return found.hints or EntryHints(title=found.title)
    zone = found.feed.timezone if found.feed else None
    stamp = dates.resolve(found.published, source=StampSource.FEED, now=now, zone=zone)
    return EntryHints(title=found.title, published=stamp, published_raw=found.published)


def _dated(one: Target, found: Found, asked: Backfill, now: datetime) -> Target:
    """By news:publication_date, the day in the address, lastmod, in this order; a stamp of the future is
    believed of nothing.

    A lastmod behind the range is a later edit where the sitemap's own name lies in it.
    """
    span = span_of_page(one.url)
    exact = span if span and span.first == span.last and span.first <= (now + AHEAD).date() else None
    if published := one.hints.published:
        return _ranged(replace(one, day=published.day), asked, f"dated {published.day}")
    if exact:
        return _ranged(replace(one, day=exact.first), asked, f"dated {exact.first} by its address")
    modified = _stamp(found.modified, now)
    if (
        modified
        and found.listed
        and asked.last
        and modified.day > asked.last
        and not found.listed.misses(asked)
    ):
        return replace(one, day=min(found.listed.last, asked.last))
    if modified:
        return _ranged(replace(one, day=modified.day), asked, f"dated {modified.day}")
    if asked.last and _stamp(found.published, now + timedelta(days=36_500)):
        return replace(
            one, reason=Reason.OUT_OF_RANGE, detail=f"dated in the future: {(found.published or '')[:40]}"
        )
    if one.day is not None:
        # A capture's day: what was published later cannot be in it, what was published before can.
        late = asked.first is not None and one.day < asked.first
        return replace(one, reason=Reason.OUT_OF_RANGE, detail=f"captured {one.day}") if late else one
    if span and span.misses(asked):
        return replace(
            one, reason=Reason.OUT_OF_RANGE, detail=f"of {span.first} to {span.last} by its address"
        )
    return one


def _stamp(raw: str | None, now: datetime) -> Stamp | None:
    return dates.resolve(raw, source=StampSource.FEED, now=now) if raw else None


def _ranged(one: Target, asked: Backfill, said: str) -> Target:
    assert one.day is not None
    if Span(one.day, one.day).misses(asked):
        return replace(one, reason=Reason.OUT_OF_RANGE, detail=said)
    return one


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a key: a page to be had (`wanted`), or an outcome to note, or neither, since all is
    known."""

    wanted: bool = False
    outcome: Outcome | None = None
    reason: str | None = None
    detail: str | None = None


def decide(one: Target, link: LinkState, mode: Mode) -> Decision:
    """One key against what the warehouse knows of it (load/polls.known_links)."""
    if link.taken_down:
        return Decision(outcome=Outcome.SKIPPED, reason=Reason.TAKEDOWN, detail=link.taken_down)
    known, outcome = link.article_key, link.outcome
    if one.reason is not None:
        if known is not None or outcome is not None:
            return Decision()
        return Decision(outcome=Reason(one.reason).rule.ending, reason=one.reason, detail=one.detail)
    if outcome == Outcome.PENDING and link.pending_kind not in (None, WorkKind.BACKFILL, WorkKind.CAPTURE):
        return Decision()  # the next poll has it fetched
    if mode == Mode.ALL or (outcome is None and known is None) or outcome == Outcome.PENDING:
        return Decision(wanted=True)
    if mode == Mode.FAILED and known is None and outcome in (Outcome.FAILED, Outcome.SKIPPED):
        return Decision(wanted=True)
    if known is not None and outcome is None:
        return Decision(outcome=Outcome.LOADED, detail="another address of a loaded article")
    return Decision()
