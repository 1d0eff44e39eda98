"""The Markdown of a run's page: counts and reasons, and nothing from the web that a browser would act on."""

from __future__ import annotations

from datetime import UTC, datetime

from flows.report import cells, checks_markdown, losses_markdown
from ingest.pipeline import PollSummary


def test_losses_are_listed_with_their_reasons() -> None:
    summary = PollSummary(
        "poll-1",
        feeds=3,
        polled=3,
        failed=1,
        lost=5,
        failures=[("harbour", "http_5xx", "503 from the host")],
        reasons={"http_404": 1, "too_short": 4},
    )
    rows = [
        {
            "outcome": "failed",
            "reason": "http_404",
            "url": "https://wire.example/1",
            "detail": "404 Not Found",
        }
    ]
    text = losses_markdown(summary, rows)
    assert text.index("| `too_short` | 4 |") < text.index("| `http_404` | 1 |")
    assert "- `harbour`: `http_5xx` 503 from the host" in text
    assert "| failed | `http_404` | `https://wire.example/1` | 404 Not Found |" in text


def test_a_quiet_run_says_so() -> None:
    text = losses_markdown(PollSummary("poll-1"), [])
    assert "No feed failed." in text
    assert "No page was lost." in text


def test_what_came_from_the_web_is_shown_not_obeyed() -> None:
    url = "https://wire.example/`|<img src=x onerror=alert(1)>\n# heading"
    detail = "<script>alert(1)</script> [click](javascript:alert(1)) | a | b |\n\n# heading"
    rows = [{"outcome": "failed", "reason": "http_404", "url": url, "detail": detail}]
    (line,) = [
        line
        for line in losses_markdown(PollSummary("poll-1", reasons={"http_404": 1}), rows).splitlines()
        if line.startswith("| failed")
    ]
    assert line.count("|") == 5  # the cells' own bars alone
    assert "<script" not in line
    assert "](" not in line
    assert line.count("`") == 4  # two code spans, both closed: the tag of the URL stands inside one


def test_checks_name_what_breaks_them() -> None:
    text = checks_markdown({"one_row_per_key": [], "pending_means_work": [{"url_key": "wire.example/1"}]})
    assert "- ok `one_row_per_key`" in text
    assert "- FAIL `pending_means_work`" in text
    assert "wire.example/1" in text


def test_times_are_short_and_in_utc() -> None:
    row = cells({"feed": "harbour", "next_poll_at": datetime(2026, 3, 10, 12, 5, 7, tzinfo=UTC), "new": 3})
    assert row == {"feed": "harbour", "next_poll_at": "2026-03-10 12:05Z", "new": 3}
