"""A feed's stored state, the answer to its poll and the time in; its new state and a verdict per entry out.

Pure: a poll can be replayed at any time.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from ingest.errors import FetchError
from ingest.model import Feed, FeedDocument, FeedState, Response
from ingest.poll import schedule
from ingest.poll.digest import EntryDigest
from ingest.poll.failure import failed
from ingest.poll.schedule import Window
from ingest.poll.verdicts import EntryKind, EntryVerdict, compare, learn_policy
from ingest.reasons import Reason
from ingest.urls.identity import HostRules, url_key

FULL_AFTER = timedelta(days=8)
"""Longest time without a whole document: some servers answer 304 for ever."""
FULL_EVERY = 100
"""Polls: one in this many asks for the whole document."""
ADOPT_AFTER = timedelta(days=7)
"""Time for which a permanent redirect must be seen before its target becomes the feed's address."""
STAMP_MARGIN = timedelta(days=1)
"""A Last-Modified that lies more than this before the newest entry, or after now, is not believed."""
OLDEST_STAMP = datetime(1995, 1, 1, tzinfo=UTC)
"""No feed is older: such a Last-Modified is the zero of a clock."""
_HEADER_CAP = 4_096
_MAX_AGE = re.compile(r"(?:^|,)\s*max-age\s*=\s*\"?(\d{1,10})", re.I)


@dataclass(frozen=True, slots=True)
class EntryCounts:
    """The entries of one document: `listed` is the sum of all others. `repeated`: under the key of another
    entry of the document. `capped`: beyond entries_cap, not read. `unreadable`: where the document is
    broken."""

    listed: int = 0
    new: int = 0
    changed: int = 0
    touched: int = 0
    same: int = 0
    repeated: int = 0
    capped: int = 0
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class PollDecision:
    """What a poll means: the feed's new state, a verdict per entry, and the facts of its raw.poll row.

    `counts` are those of the document; all are 0 where none was read. `overflow`: every entry is new, so that
    others may have come and gone since the last poll. When not ok, `reason` and `detail` say why; when ok,
    `malformed` says where and why a document is broken that was read all the same.
    """

    state: FeedState
    ok: bool
    not_modified: bool = False
    entries: tuple[EntryVerdict, ...] = ()
    counts: EntryCounts = EntryCounts()
    overflow: bool = False
    reason: Reason | None = None
    detail: str | None = None
    malformed: str | None = None


def body_hash(body: bytes) -> str:
    """SHA-256 of a body as 64 hex digits."""
    return hashlib.sha256(body).hexdigest()


def conditional(state: FeedState, now: datetime) -> tuple[str | None, str | None]:
    """Returns (If-None-Match, If-Modified-Since) as the server sent them (RFC 9110, 13.1).

    (None, None) asks for the whole document: after 8 days without one, at every 100th poll, and always where
    the server once sent an unchanged validator with changed entries.
    """
    overdue = state.last_full_at is None or now - state.last_full_at >= FULL_AFTER
    if not state.validators_trusted or overdue or state.polls % FULL_EVERY == FULL_EVERY - 1:
        return None, None
    return state.etag, state.last_modified if _is_possible(state.last_modified, now) else None


def needs_parsing(state: FeedState, answer: Response) -> bool:
    """True for a 2xx whose body differs from the last one read, or that brings a Last-Modified where there
    was none: whether a date can be believed is judged by the entries beside it."""
    if not 200 <= answer.status < 300:
        return False
    changed = body_hash(answer.body) != state.body_hash
    return changed or (state.last_modified is None and _header(answer, "last-modified") is not None)


def decide_poll(
    feed: Feed,
    state: FeedState,
    answer: Response | FetchError,
    document: FeedDocument | FetchError | None,
    known: Mapping[str, EntryDigest],
    now: datetime,
    *,
    rules: HostRules,
    min_interval: float = schedule.MIN_INTERVAL,
    k: float = schedule.K,
    digest: str | None = None,
) -> PollDecision:
    """Returns what this answer means for the feed. Never raises.

    `document` is None where nothing was parsed (a 304, or the same body as last time). `known` holds the
    feed's digests by entry_key: those of its latest entries, at least twice as many as a document has.
    `min_interval` is in seconds, `k` as in schedule.next_poll. `digest` is the body_hash of a body that is no
    longer in `answer`.
    """
    error = _error(answer, document)
    if error is not None:
        after = failed(feed, state, error, now, min_interval=min_interval)
        return PollDecision(state=after, ok=False, reason=error.reason, detail=error.detail)
    assert isinstance(answer, Response)
    assert document is None or isinstance(document, FeedDocument)
    base = _with_redirect(_with_success(state, answer, now), answer, now)
    if document is None:
        num, den = schedule.observed(state, now, 0)
        unchanged = replace(base, rate_num=num, rate_den=den)
        when, why = schedule.next_poll(feed, unchanged, now, min_interval=min_interval, k=k)
        return PollDecision(
            state=replace(unchanged, next_poll_at=when, why_next=why), ok=True, not_modified=True
        )
    policy = learn_policy(document.entries, known, state.guid_policy, rules, full_text=feed.full_text)
    pages = {url_key(url, rules) for url in (document.link, feed.url, state.url, answer.url) if url}
    verdicts = tuple(compare(document.entries, known, policy, rules, full_text=feed.full_text, pages=pages))
    new = sum(verdict.kind is EntryKind.NEW and verdict.twin_of is None for verdict in verdicts)
    first_here = state.config_url is not None and state.body_hash is None  # no document to overlap with
    overflow = bool(known and verdicts and not first_here) and all(
        verdict.kind is EntryKind.NEW for verdict in verdicts
    )
    after = _with_document(
        base,
        before=state,
        answer=answer,
        document=document,
        now=now,
        new=new,
        overflow=overflow,
        digest=digest or body_hash(answer.body),
    )
    window = Window(len(verdicts), new, schedule.age(state, now)) if known else None
    when, why = schedule.next_poll(feed, after, now, min_interval=min_interval, window=window, k=k)
    return PollDecision(
        state=replace(after, guid_policy=policy, next_poll_at=when, why_next=why),
        ok=True,
        entries=verdicts,
        counts=_counts(document, verdicts),
        overflow=overflow,
        malformed=document.malformed,
    )


def _counts(document: FeedDocument, verdicts: Sequence[EntryVerdict]) -> EntryCounts:
    kinds = Counter(verdict.kind for verdict in verdicts)
    return EntryCounts(
        listed=document.total,
        new=kinds[EntryKind.NEW],
        changed=kinds[EntryKind.CHANGED],
        touched=kinds[EntryKind.TOUCHED],
        same=kinds[EntryKind.SAME],
        repeated=document.repeated,
        capped=document.capped,
        unreadable=document.unreadable,
    )


def _error(answer: Response | FetchError, document: FeedDocument | FetchError | None) -> FetchError | None:
    if isinstance(answer, FetchError):
        return answer
    if isinstance(document, FetchError):
        return document
    if answer.status == 304 or 200 <= answer.status < 300:
        return None
    return FetchError(_reason(answer.status), f"HTTP {answer.status}", status=answer.status)


def _reason(status: int) -> Reason:
    exact = {
        401: Reason.HTTP_401,
        403: Reason.HTTP_403,
        404: Reason.HTTP_404,
        410: Reason.HTTP_410,
        429: Reason.HTTP_429,
    }
    by_class = {4: Reason.HTTP_4XX, 5: Reason.HTTP_5XX}
    return exact.get(status) or by_class.get(status // 100, Reason.HTTP_OTHER)


# -- state after a good answer -------------------------------------------------------------------------------


def _with_success(state: FeedState, answer: Response, now: datetime) -> FeedState:
    """The state after any 200 or 304, whatever its body: new validators, no failures.

    A 304 without a validator keeps the old one; a 200 without it means that there is none.
    """
    etag, modified = _header(answer, "etag"), _modified(answer, now)
    unmodified = answer.status == 304
    return replace(
        state,
        etag=etag or (state.etag if unmodified else None),
        last_modified=modified or (state.last_modified if unmodified else None),
        last_poll_at=now,
        last_success_at=now,
        last_full_at=state.last_full_at if unmodified else now,
        polls=state.polls + 1,
        paused_until=None,
        failure_weight=0.0,
        failures=0,
        last_status=answer.status,
        last_reason=None,
        last_detail=None,
    )


def _with_document(
    base: FeedState,
    *,
    before: FeedState,
    answer: Response,
    document: FeedDocument,
    now: datetime,
    new: int,
    overflow: bool,
    digest: str,
) -> FeedState:
    """The state after a document was read: floor, rate, overflow, trust in the validators."""
    first = before.last_success_at is None
    stamps = [entry.published.at for entry in document.entries if entry.published]
    num, den = schedule.first_rate(before, stamps, now) if first else schedule.observed(before, now, new)
    return replace(
        base,
        body_hash=digest,
        last_modified=base.last_modified if _is_plausible(base.last_modified, stamps, now) else None,
        capped=document.capped,
        floor=_floor(answer, document),
        skip_hours=document.skip_hours,
        rate_num=num,
        rate_den=den,
        last_new_at=now if new else base.last_new_at,
        overflows=base.overflows + overflow,
        overflow_at=now if overflow else base.overflow_at,
        validators_trusted=base.validators_trusted and not (new and _validator_lied(before, answer, now)),
        last_detail=document.malformed,
    )


def _validator_lied(before: FeedState, answer: Response, now: datetime) -> bool:
    """True where the whole document came with the validator of the last one: sent with the request, it would
    have been answered by 304 although there are new entries."""
    if conditional(before, now) != (None, None):
        return False
    if before.etag is not None:
        return _header(answer, "etag") == before.etag
    return before.last_modified is not None and _header(answer, "last-modified") == before.last_modified


def _modified(answer: Response, now: datetime) -> str | None:
    """The Last-Modified to send back. None where no document can have it: a server that stamps with the zero
    of its clock, or ahead of time, answers 304 to it whatever is new."""
    value = _header(answer, "last-modified")
    return value if _is_possible(value, now) else None


def _is_possible(last_modified: str | None, now: datetime) -> bool:
    at = _http_date(last_modified)
    return at is None or OLDEST_STAMP < at <= now + STAMP_MARGIN


def _is_plausible(last_modified: str | None, entries: Sequence[datetime], now: datetime) -> bool:
    """Whether a document with entries of these dates can have been modified last at this time: not long
    before the newest of them was published."""
    at = _http_date(last_modified)
    newest = max((date for date in entries if date <= now), default=None)
    return at is None or newest is None or at >= newest - STAMP_MARGIN


def _http_date(value: str | None) -> datetime | None:
    try:
        at = parsedate_to_datetime(value) if value else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)


def _header(answer: Response, name: str) -> str | None:
    value = answer.headers.get(name)
    return value if value and len(value) <= _HEADER_CAP else None


def _floor(answer: Response, document: FeedDocument) -> float | None:
    """Least seconds between polls: the longer of ttl and max-age, at most 5 h. Kept while 304s follow."""
    max_age = _MAX_AGE.search(answer.headers.get("cache-control", ""))
    seconds = max(document.ttl or 0.0, float(max_age[1]) if max_age else 0.0)
    return min(seconds, schedule.FLOOR_CAP) or None


def _with_redirect(state: FeedState, answer: Response, now: datetime) -> FeedState:
    """The state with the target of a permanent redirect as the feed's address: at once from http to https of
    one host, else after seven days (a captive portal or a mistake lasts hours). The target has just answered
    as this feed."""
    target = answer.permanent
    if target is None or target == state.url:
        return replace(state, redirect_url=None, redirect_since=None)
    since = state.redirect_since if state.redirect_url == target else None
    if _is_https_upgrade(state.url, target) or (since is not None and now - since >= ADOPT_AFTER):
        return replace(state, url=target, redirect_url=None, redirect_since=None)
    return replace(state, redirect_url=target, redirect_since=since or now)


def _is_https_upgrade(old: str, new: str) -> bool:
    before, after = urlsplit(old), urlsplit(new)
    same = (before.hostname, before.path, before.query) == (after.hostname, after.path, after.query)
    return same and (before.scheme, after.scheme) == ("http", "https")
