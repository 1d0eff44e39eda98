"""Work whose host never lets itself be asked does not wait for ever."""

from __future__ import annotations

from datetime import timedelta

from support.copydesk import NOON, Take, body

from ingest.errors import Transient
from ingest.reasons import Outcome, Reason
from ingest.stages.judging import Result, judge
from ingest.urls.identity import HostRules

WORK = Take("http://a.example/s/harbour-toll-rises", "Harbour toll rises", body(1)).result(NOON).work
DOWN = Transient(Reason.ROBOTS_UNREACHABLE, "robots.txt of a.example: 503")


def test_a_try_that_was_not_made_counts_only_for_old_work() -> None:
    fresh = judge(
        Result(WORK, error=DOWN), None, now=NOON + timedelta(days=1), rules=HostRules(()), attempts=1
    )
    stale = judge(
        Result(WORK, error=DOWN), None, now=NOON + timedelta(days=15), rules=HostRules(()), attempts=1
    )
    assert (fresh.outcome, stale.outcome, stale.reason) == (
        Outcome.PENDING,
        Outcome.FAILED,
        Reason.ROBOTS_UNREACHABLE,
    )
