"""The answers of a poll as one table: status x document x state -> what is decided."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ingest.errors import FetchError, Terminal, Transient
from ingest.model import Entry, Feed, FeedDocument, FeedState, Response
from ingest.poll.decide import body_hash, decide_poll
from ingest.poll.digest import digest
from ingest.reasons import Reason
from ingest.urls.identity import HostRules

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
URL = "https://wire.example/rss"
FEED = Feed("wire", URL)
RULES = HostRules(())
HOUR = timedelta(hours=1)

NEVER_POLLED = FeedState("wire", URL)
HEALTHY = FeedState(
    "wire",
    URL,
    etag='"old"',
    body_hash=body_hash(b"old"),
    last_poll_at=NOW - HOUR,
    last_success_at=NOW - HOUR,
    last_full_at=NOW - HOUR,
    polls=5,
)
FAILING = FeedState(
    "wire", URL, last_poll_at=NOW - HOUR, polls=5, failures=3, failure_weight=3.0, last_status=503
)
STATES = {"never polled": NEVER_POLLED, "healthy": HEALTHY, "failing": FAILING}


def entry(key: str) -> Entry:
    return Entry("wire", key, key, f"https://wire.example/{key}", f"Title {key}", f"About {key}")


def document(*keys: str) -> FeedDocument:
    entries = tuple(map(entry, keys))
    return FeedDocument(
        version="rss20",
        title="W",
        link=None,
        language=None,
        entries=entries,
        ttl=None,
        skip_hours=(),
        total=len(keys),
    )


def answer(status: int) -> Response:
    return Response(URL, URL, status, {}, b"new", NOW)


ANSWERS: dict[str, tuple[Response | FetchError, FeedDocument | FetchError | None, tuple[object, ...]]] = {
    # name: the answer, its document, (ok, not modified, new entries, reason, detail)
    "304": (answer(304), None, (True, True, 0, None, None)),
    "200, body seen before": (answer(200), None, (True, True, 0, None, None)),
    "200, no entries": (answer(200), document(), (True, False, 0, None, None)),
    "200, two entries": (answer(200), document("a", "b"), (True, False, 2, None, None)),
    "203, one entry": (answer(203), document("a"), (True, False, 1, None, None)),
    "200, no feed": (
        answer(200),
        Terminal(Reason.NOT_A_FEED, "a web page"),
        (False, False, 0, Reason.NOT_A_FEED, "a web page"),
    ),
    "401": (answer(401), None, (False, False, 0, Reason.HTTP_401, "HTTP 401")),
    "403": (answer(403), None, (False, False, 0, Reason.HTTP_403, "HTTP 403")),
    "404": (answer(404), None, (False, False, 0, Reason.HTTP_404, "HTTP 404")),
    "410": (answer(410), None, (False, False, 0, Reason.HTTP_410, "HTTP 410")),
    "418": (answer(418), None, (False, False, 0, Reason.HTTP_4XX, "HTTP 418")),
    "429": (answer(429), None, (False, False, 0, Reason.HTTP_429, "HTTP 429")),
    "503": (answer(503), None, (False, False, 0, Reason.HTTP_5XX, "HTTP 503")),
    "302 without target": (answer(302), None, (False, False, 0, Reason.HTTP_OTHER, "HTTP 302")),
    "no answer": (
        Transient(Reason.TIMEOUT, "after 30 s"),
        None,
        (False, False, 0, Reason.TIMEOUT, "after 30 s"),
    ),
}


@pytest.mark.parametrize("state", STATES.values(), ids=STATES.keys())
@pytest.mark.parametrize(("given", "read", "wanted"), ANSWERS.values(), ids=ANSWERS.keys())
def test_an_answer_means_the_same_in_every_state(
    state: FeedState,
    given: Response | FetchError,
    read: FeedDocument | FetchError | None,
    wanted: tuple[object, ...],
) -> None:
    decided = decide_poll(FEED, state, given, read, {}, NOW, rules=RULES)
    new = decided.counts.new
    assert (decided.ok, decided.not_modified, new, decided.reason, decided.detail) == wanted
    after = decided.state
    assert after.last_poll_at == NOW
    assert after.polls == state.polls + 1
    assert after.next_poll_at is not None
    assert after.next_poll_at > NOW
    if decided.ok:
        assert (after.failures, after.failure_weight, after.paused_until) == (0, 0.0, None)
        assert (after.last_success_at, after.last_reason) == (NOW, None)
        assert after.last_full_at == (state.last_full_at if given.status == 304 else NOW)
    else:
        assert after.failures == state.failures + 1
        assert after.failure_weight > state.failure_weight
        assert (after.last_success_at, after.last_reason) == (state.last_success_at, decided.reason)
        assert (after.etag, after.body_hash) == (state.etag, state.body_hash)


@pytest.mark.parametrize(
    ("known", "listed", "kinds", "overflow"),
    [
        ("", "ab", "new new", False),
        ("a", "ab", "same new", False),
        ("ab", "ab", "same same", False),
        ("ab", "c", "new", True),
        ("ab", "", "", False),
    ],
)
def test_a_document_is_compared_with_what_is_known_of_its_feed(
    known: str, listed: str, kinds: str, overflow: bool
) -> None:
    digests = {key: digest(entry(key), RULES) for key in known}
    decided = decide_poll(FEED, HEALTHY, answer(200), document(*listed), digests, NOW, rules=RULES)
    assert [verdict.kind for verdict in decided.entries] == kinds.split()
    assert [verdict.fetch for verdict in decided.entries] == [kind == "new" for kind in kinds.split()]
    assert decided.overflow is overflow
    assert decided.state.last_new_at == (NOW if "new" in kinds else None)
    assert decided.counts.listed == len(listed)
