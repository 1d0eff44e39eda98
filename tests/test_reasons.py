"""What follows from each reason is pinned: its ending, its waits, its weight for a feed.

A change of policy changes the table below.
"""

from __future__ import annotations

import pickle
from datetime import UTC, datetime, timedelta

import pytest

from ingest.errors import Terminal, Transient
from ingest.reasons import GIVE_UP_AFTER, Outcome, Reason, next_attempt, undecided

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)

# reason: ending, first wait in minutes (None: no second try), weight of one failed poll for its feed
POLICY = {
    "robots": ("skipped", None, 1.0),
    "robots_unreachable": ("failed", 30, 0.25),
    "http_401": ("failed", None, 1.0),
    "http_403": ("failed", None, 0.5),
    "http_404": ("failed", None, 1.0),
    "http_410": ("failed", None, 1.0),
    "http_429": ("failed", 15, 0.25),
    "http_4xx": ("failed", 2, 1.0),
    "http_5xx": ("failed", 10, 0.25),
    "http_other": ("failed", 2, 0.5),
    "timeout": ("failed", 10, 0.25),
    "connect": ("failed", 10, 0.25),
    "dns": ("failed", 15, 0.5),
    "tls": ("failed", 60, 0.5),
    "reset": ("failed", 2, 0.25),
    "truncated": ("failed", 2, 0.25),
    "too_large": ("skipped", None, 0.5),
    "bad_encoding": ("failed", 2, 0.5),
    "bad_address": ("skipped", None, 1.0),
    "bad_url": ("skipped", None, 1.0),
    "bad_port": ("skipped", None, 1.0),
    "redirect_loop": ("failed", None, 1.0),
    "redirected_home": ("failed", None, 1.0),
    "not_a_feed": ("failed", None, 0.5),
    "not_html": ("skipped", None, 1.0),
    "challenge": ("failed", 60, 0.5),
    "consent": ("failed", 60, 1.0),
    "paywall": ("failed", None, 1.0),
    "empty": ("failed", 15, 1.0),
    "too_short": ("failed", None, 1.0),
    "code_like": ("failed", None, 1.0),
    "nested_too_deep": ("failed", None, 1.0),
    "not_article": ("skipped", None, 1.0),
    "parse_limit": ("failed", None, 0.5),
    "parse_error": ("failed", None, 0.5),
    "takedown": ("skipped", None, 1.0),
    "off_scope": ("skipped", None, 1.0),
    "no_url": ("skipped", None, 1.0),
    "no_text": ("failed", None, 1.0),
    "out_of_range": ("skipped", None, 1.0),
    "damaged_record": ("failed", None, 1.0),
    "revisit_record": ("skipped", None, 1.0),
    "missing_token": ("failed", 15, 0.25),
    "deferred": ("failed", 2, 0.25),
    "retry": ("failed", 2, 0.25),
    "internal": ("failed", 2, 0.5),
}


def test_every_reason_is_pinned() -> None:
    assert POLICY.keys() == {reason.value for reason in Reason}


@pytest.mark.parametrize("reason", list(Reason))
def test_the_policy_of_a_reason(reason: Reason) -> None:
    ending, minutes, weight = POLICY[reason]
    rule = reason.rule
    assert (rule.ending, rule.first_wait, rule.growth, rule.feed_weight) == (
        ending,
        None if minutes is None else timedelta(minutes=minutes),
        4.0,
        weight,
    )


@pytest.mark.parametrize("reason", list(Reason))
def test_waits_grow_fourfold_and_never_pass_a_day(reason: Reason) -> None:
    minutes = POLICY[reason][1] or 2  # an error that is Transient all the same
    waits = [next_attempt(reason, attempts, NOW) - NOW for attempts in range(1, 9)]
    assert waits == [min(timedelta(minutes=minutes) * 4**n, timedelta(days=1)) for n in range(8)]


def test_what_a_server_asks_for_is_kept() -> None:
    assert next_attempt(Reason.HTTP_429, 1, NOW, 7200.0) == NOW + timedelta(hours=2)
    assert next_attempt(Reason.HTTP_429, 1, NOW, 1.0) == NOW + timedelta(minutes=15)
    assert next_attempt(Reason.HTTP_429, 1, NOW, 7 * 86_400.0) == NOW + timedelta(days=7)


def test_the_sets_that_other_steps_ask_for() -> None:
    assert undecided() == ["off_scope", "out_of_range", "deferred"]
    assert {reason.value for reason in Reason if reason.rule.page_may_change} == {
        "challenge",
        "consent",
        "empty",
    }
    assert {reason.value for reason in Reason if reason.rule.host_unreachable} == {"dns", "connect", "tls"}
    assert {reason.value for reason in Reason if reason.rule.address_at_fault} == {
        "http_404",
        "http_410",
        "http_4xx",
        "dns",
        "redirect_loop",
        "redirected_home",
        "bad_url",
        "bad_address",
        "bad_port",
    }
    assert timedelta(days=14) == GIVE_UP_AFTER


@pytest.mark.parametrize("reason", list(Reason))
def test_a_reason_is_its_word_and_says_what_it_means(reason: Reason) -> None:
    assert Reason(str(reason)) is reason
    assert pickle.loads(pickle.dumps(reason)) is reason
    meaning = reason.rule.meaning
    assert meaning[0].islower()
    assert len(meaning.split()) >= 4
    assert not meaning.endswith(".")
    assert reason.rule.ending in (Outcome.FAILED, Outcome.SKIPPED)


@pytest.mark.parametrize(
    ("error", "never_sent"),
    [
        (Transient(Reason.DEFERRED, "paused"), True),
        (Transient(Reason.ROBOTS_UNREACHABLE, "robots.txt: HTTP 500", retry_after=60.0), True),
        (Transient(Reason.HTTP_429, "the host is paused", retry_after=60.0), True),
        (Transient(Reason.HTTP_5XX, "the host is paused", retry_after=60.0), True),
        (Transient(Reason.HTTP_429, "HTTP 429", status=429, retry_after=60.0), False),
        (Transient(Reason.HTTP_5XX, "HTTP 503", status=503), False),
        (Transient(Reason.TIMEOUT, "no answer in 20 s"), False),
        (Terminal(Reason.HTTP_404, "HTTP 404", status=404), False),
    ],
)
def test_an_error_tells_whether_a_request_was_sent(error: Transient | Terminal, never_sent: bool) -> None:
    assert error.never_sent is never_sent
