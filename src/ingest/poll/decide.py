"""Old state + answer + now -> new state and what to do with each entry. Pure: a poll can be replayed at any
time."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from ingest.errors import FetchError
from ingest.model import Feed, FeedDocument, FeedState, Reason, Response
from ingest.poll import schedule
from ingest.poll.digest import EntryDigest, EntryKind, EntryVerdict, compare, learn_policy
from ingest.poll.failure import failed
from ingest.poll.schedule import Window
from ingest.urls.identity import HostRules

FULL_AFTER = timedelta(days=8)
"""Longest time on 304s alone: some servers answer 304 for ever."""
FULL_EVERY = 100
ADOPT_AFTER = timedelta(days=7)
_HEADER_CAP = 4_096
_MAX_AGE = re.compile(r"(?:^|,)\s*max-age\s*=\s*\"?(\d{1,10})", re.I)


@dataclass(frozen=True, slots=True)
class PollDecision:
    """A poll's outcome: the feed's new state, a verdict per entry, and the facts of its raw.poll row.

    `total` entries in the document, `capped` of them beyond the cap; `overflow`: no entry was known, so some
    may be missed. `adopted` is the feed's new address where a permanent redirect was taken over. Not ok:
    `reason` and `detail` say why.
    """

    state: FeedState
    ok: bool
    not_modified: bool = False
    entries: tuple[EntryVerdict, ...] = ()
    total: int = 0
    capped: int = 0
    overflow: bool = False
    adopted: str | None = None
    reason: Reason | None = None
    detail: str | None = None

    def of(self, *kinds: EntryKind) -> tuple[EntryVerdict, ...]:
        """The verdicts of these kinds, in document order."""
        return tuple(one for one in self.entries if one.kind in kinds)

    @property
    def counts(self) -> Counter[EntryKind]:
        """Entries by kind."""
        return Counter(one.kind for one in self.entries)


def body_hash(body: bytes) -> str:
    """SHA-256 of a body as 64 hex digits."""
    return hashlib.sha256(body).hexdigest()


def conditional(state: FeedState, now: datetime) -> tuple[str | None, str | None]:
    """(If-None-Match, If-Modified-Since) to send, verbatim as received (RFC 9110, 13.1); (None, None) asks
    for the whole.

    The whole is asked for every 8 days and at every 100th poll, and always of a server whose validators
    proved false.
    """
    overdue = state.last_full_at is None or now - state.last_full_at >= FULL_AFTER
    if not state.validators_trusted or overdue or state.polls % FULL_EVERY == FULL_EVERY - 1:
        return None, None
    return state.etag, state.last_modified


def needs_parsing(state: FeedState, answer: Response) -> bool:
    """Is this a body that has not been read before? A body equal to the last one holds nothing new."""
    return 200 <= answer.status < 300 and body_hash(answer.body) != state.body_hash


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
    entries_cap: int = 1000,
    k: float = schedule.K,
    digest: str | None = None,
) -> PollDecision:
    """What this answer means. `document` is None where there was nothing to parse (304, or a body seen
    before).

    `known` holds the feed's digests by entry_key: those of its latest entries, at least twice as many as a
    document has. `min_interval` is in seconds, `k` that of schedule.next_poll; `digest` the body_hash of a
    body that is not kept in `answer`. Never raises.
    """
    trouble = _trouble(answer, document)
    if trouble is not None:
        after = failed(feed, state, trouble, now, min_interval=min_interval)
        return PollDecision(after, ok=False, reason=trouble.reason, detail=trouble.detail)
    assert isinstance(answer, Response)
    assert document is None or isinstance(document, FeedDocument)
    base, adopted = _redirected(_healthy(state, answer, now), answer, now)
    if document is None:
        num, den = schedule.observed(state, now, 0)
        resting = replace(base, rate_num=num, rate_den=den)
        when, why = schedule.next_poll(feed, resting, now, min_interval=min_interval, k=k)
        return PollDecision(
            replace(resting, next_poll_at=when, why_next=why), ok=True, not_modified=True, adopted=adopted
        )
    policy = learn_policy(document.entries, known, state.guid_policy, rules)
    verdicts = tuple(compare(document.entries, known, policy, rules))
    new = sum(one.kind is EntryKind.NEW and one.twin_of is None for one in verdicts)
    overflow = bool(verdicts) and bool(known) and all(one.kind is EntryKind.NEW for one in verdicts)
    after = _read(base, state, answer, document, now, new, overflow, digest or body_hash(answer.body))
    window = Window(len(verdicts), new, schedule.age(state, now)) if known else None
    when, why = schedule.next_poll(feed, after, now, min_interval=min_interval, window=window, k=k)
    after = replace(after, guid_policy=policy, next_poll_at=when, why_next=why)
    capped = max(0, document.total - entries_cap)
    return PollDecision(after, True, False, verdicts, document.total, capped, overflow, adopted)


def _trouble(answer: Response | FetchError, document: FeedDocument | FetchError | None) -> FetchError | None:
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
    wide = {4: Reason.HTTP_4XX, 5: Reason.HTTP_5XX}
    return exact.get(status) or wide.get(status // 100, Reason.HTTP_OTHER)


# -- state after a good answer -------------------------------------------------------------------------------


def _healthy(state: FeedState, answer: Response, now: datetime) -> FeedState:
    """Validators and failure marks: on every 200 and 304, before anyone looks at the body.

    A 304 without a validator keeps the old one; a 200 without it means there is none.
    """
    etag, modified = _header(answer, "etag"), _header(answer, "last-modified")
    fresh = answer.status == 304
    return replace(
        state,
        etag=etag or (state.etag if fresh else None),
        last_modified=modified or (state.last_modified if fresh else None),
        last_poll_at=now,
        last_success_at=now,
        last_full_at=state.last_full_at if fresh else now,
        polls=state.polls + 1,
        paused_until=None,
        failure_weight=0.0,
        failures=0,
        last_status=answer.status,
        last_reason=None,
        last_detail=None,
    )


def _read(
    base: FeedState,
    before: FeedState,
    answer: Response,
    document: FeedDocument,
    now: datetime,
    new: int,
    overflow: bool,
    digest: str,
) -> FeedState:
    """State after a document: floor, rate, overflow, trust in the validators."""
    first = before.last_success_at is None
    stamps = [entry.published.at for entry in document.entries if entry.published]
    num, den = schedule.first_rate(before, stamps, now) if first else schedule.observed(before, now, new)
    return replace(
        base,
        body_hash=digest,
        floor=_floor(answer, document),
        skip_hours=document.skip_hours,
        rate_num=num,
        rate_den=den,
        last_new_at=now if new else base.last_new_at,
        overflows=base.overflows + overflow,
        overflow_at=now if overflow else base.overflow_at,
        validators_trusted=base.validators_trusted and not (new and _lied(before, answer, now)),
        last_detail=document.malformed,
    )


def _lied(before: FeedState, answer: Response, now: datetime) -> bool:
    """Was the whole asked for, and did it come with the very validator that would have been answered by
    304?"""
    if conditional(before, now) != (None, None):
        return False
    if before.etag is not None:
        return _header(answer, "etag") == before.etag
    return before.last_modified is not None and _header(answer, "last-modified") == before.last_modified


def _header(answer: Response, name: str) -> str | None:
    value = answer.headers.get(name)
    return value if value and len(value) <= _HEADER_CAP else None


def _floor(answer: Response, document: FeedDocument) -> float | None:
    """Seconds: the longer of ttl and max-age, at most 5 h; kept while 304s follow."""
    age = _MAX_AGE.search(answer.headers.get("cache-control", ""))
    asked = max(document.ttl or 0.0, float(age[1]) if age else 0.0)
    return min(asked, schedule.FLOOR_CAP) or None


def _redirected(state: FeedState, answer: Response, now: datetime) -> tuple[FeedState, str | None]:
    """A permanent redirect is adopted after seven days of seeing it (a captive portal or a mistake of an hour
    is none); http to https of the same host at once. The target has just answered as this feed."""
    target = answer.permanent
    if target is None or target == state.url:
        return replace(state, redirect_url=None, redirect_since=None), None
    since = state.redirect_since if state.redirect_url == target else None
    if _is_upgrade(state.url, target) or (since is not None and now - since >= ADOPT_AFTER):
        return replace(state, url=target, redirect_url=None, redirect_since=None), target
    return replace(state, redirect_url=target, redirect_since=since or now), None


def _is_upgrade(old: str, new: str) -> bool:
    before, after = urlsplit(old), urlsplit(new)
    same = (before.hostname, before.path, before.query) == (after.hostname, after.path, after.query)
    return same and (before.scheme, after.scheme) == ("http", "https")
