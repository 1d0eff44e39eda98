"""What a feed's server sees of us, poll after poll: validators, pauses, cookies. Each case is listed in
docs/politeness.md."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path

import pytest
from support.newsroom import Listed, Newsroom, story
from support.wire_server import Answer, Asked

HOST = "alpha.example"
RSS = {"Content-Type": "application/rss+xml"}
BODY = (
    '<rss version="2.0"><channel><title>t</title>'
    "<item><title>Quiet</title><guid>1</guid></item></channel></rss>"
)
OTHER_BODY = BODY.replace("Quiet", "Quieter")
MONDAY = "Mon, 09 Mar 2026 08:00:00 GMT"
VALIDATORS = ("if-none-match", "if-modified-since")


def said(body: str = BODY, status: int = 200, **headers: str) -> Answer:
    """An answer; header names with _ for -."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(status, "" if status == 304 else body, {**RSS, **named})


Step = Answer | Callable[[Asked], Answer]


def listed(newsroom: Newsroom, host: str, *answers: Step) -> list[Asked]:
    """A feed at http://host/alpha.xml that gives one of `answers` after the other, the last for ever; its
    requests as they come."""
    seen: list[Asked] = []

    def answer(asked: Asked) -> Answer:
        seen.append(asked)
        found = answers[min(len(seen), len(answers)) - 1]
        return found(asked) if callable(found) else found

    newsroom.feed(host.partition(".")[0], host, [], url=f"http://{host}/alpha.xml")
    newsroom.server.routes[f"{host}/alpha.xml"] = answer
    return seen


def told(newsroom: Newsroom, *answers: Step, hours: float = 1.0) -> list[Asked]:
    """Poll once for each of `answers`, an hour apart; the requests for the feed."""
    seen = listed(newsroom, HOST, *answers)
    for number in range(len(answers)):
        newsroom.poll(number * hours)
    return seen


def validators(asked: Asked) -> tuple[str | None, ...]:
    return tuple(asked.headers.get(name) for name in VALIDATORS)


def test_both_validators_go_back_as_they_came(newsroom: Newsroom) -> None:
    etags = ('"plain"', 'W/"weak"', "unquoted", '"with, comma and  spaces"', "W/unquoted", '"\\"escaped\\""')
    dates = (None, MONDAY, "2026-03-09 08:00", "yesterday, about noon")
    sent = [(etag, date) for etag in etags for date in dates]
    feeds = [
        listed(
            newsroom,
            f"h{number}.example",
            said(ETag=etag, **({"Last_Modified": date} if date else {})),
            said(status=304),
        )
        for number, (etag, date) in enumerate(sent)
    ]
    newsroom.poll(0)
    newsroom.poll(1)
    assert [[validators(one) for one in asked] for asked in feeds] == [[(None, None), pair] for pair in sent]


def test_a_date_alone_is_a_validator(newsroom: Newsroom) -> None:
    asked = told(newsroom, said(Last_Modified=MONDAY), said(status=304))
    assert validators(asked[1]) == (None, MONDAY)


def test_a_304_brings_new_validators_and_keeps_those_it_is_silent_about(newsroom: Newsroom) -> None:
    asked = told(
        newsroom, said(ETag='"1"', Last_Modified=MONDAY), said(status=304, ETag='"2"'), said(status=304)
    )
    assert [validators(one) for one in asked[1:]] == [('"1"', MONDAY), ('"2"', MONDAY)]


def test_an_unchanged_body_brings_new_validators(newsroom: Newsroom) -> None:
    asked = told(newsroom, said(ETag='"1"'), said(ETag='"2"', Last_Modified=MONDAY), said(status=304))
    assert validators(asked[2]) == ('"2"', MONDAY)


def test_a_200_without_validators_ends_them(newsroom: Newsroom) -> None:
    asked = told(newsroom, said(ETag='"1"', Last_Modified=MONDAY), said(OTHER_BODY), said())
    assert validators(asked[2]) == (None, None)


def test_what_is_no_feed_leaves_the_validators_alone(newsroom: Newsroom) -> None:
    troubles = [
        said("busy", 500, ETag='"trouble"'),
        said("gone for now", 404, ETag='"trouble"'),
        Answer(
            200,
            "<html><head><title>Just a moment...</title></head><body>Checking</body></html>",
            {"Content-Type": "text/html", "ETag": '"trouble"'},
        ),  # a page in place of the feed
        Answer(200, "", {**RSS, "ETag": '"trouble"'}),
        Answer(200, BODY, {**RSS, "ETag": '"trouble"'}, length=len(BODY) + 9),
        Answer(200, BODY, {**RSS, "ETag": '"trouble"', "Content-Encoding": "gzip"}),
    ]
    feeds = [
        listed(newsroom, f"h{number}.example", said(ETag='"1"'), trouble, said(status=304))
        for number, trouble in enumerate(troubles)
    ]
    summaries = [newsroom.poll(hour) for hour in range(3)]
    assert [one.failed for one in summaries] == [0, len(troubles), 0]
    assert [validators(asked[2]) for asked in feeds] == [('"1"', None)] * len(troubles)


def test_a_304_nobody_asked_for_is_a_failure(newsroom: Newsroom) -> None:
    asked = told(newsroom, said(status=304, ETag='"1"'), said())
    assert [validators(one) for one in asked] == [(None, None)] * 2
    assert newsroom.sql("SELECT status, reason IS NULL FROM ops.polls ORDER BY polled_at") == [
        (304, False),
        (200, True),
    ]


def test_the_whole_is_asked_for_after_eight_days(newsroom: Newsroom) -> None:
    asked = told(
        newsroom,
        said(ETag='"1"'),
        said(status=304),
        said(status=304),
        said(ETag='"1"'),
        said(status=304),
        hours=24 * 3.5,
    )
    assert [validators(one)[0] for one in asked] == [None, '"1"', '"1"', None, '"1"']


def test_validators_go_along_on_a_redirect(newsroom: Newsroom) -> None:
    moved: list[Asked] = []

    def there(asked: Asked) -> Answer:
        moved.append(asked)
        return said(ETag='"1"') if len(moved) == 1 else said(status=304)

    newsroom.page("http://beta.example/new.xml", there)
    away = Answer(302, headers={"Location": "http://beta.example/new.xml"})
    told(newsroom, away, away)
    assert [validators(one)[0] for one in moved] == [None, '"1"']


def test_one_get_a_poll_and_no_other_method(newsroom: Newsroom) -> None:
    link = f"http://{HOST}/news/lighthouse-gets-a-new-lamp"
    body = BODY.replace("<guid>1</guid>", f"<link>{link}</link>")
    newsroom.page(link, story("Lighthouse", 5))
    asked = told(
        newsroom,
        said(body, ETag='"1"'),
        said(status=304),
        said(body),
        said(body.replace("Quiet<", "Quiet <")),
    )
    assert len(asked) == 4
    assert newsroom.asked(HOST, "/news/lighthouse-gets-a-new-lamp") == 1
    assert newsroom.asked(HOST, "/robots.txt") == 1
    assert {one.method for one in newsroom.server.asked} == {"GET"}
    assert not [one for one in newsroom.server.asked if "range" in one.headers]


@pytest.mark.parametrize(("status", "form"), [(429, "seconds"), (503, "date")])
def test_retry_after_rests_the_whole_host(newsroom: Newsroom, status: int, form: str) -> None:
    """No feed, page or robots.txt of the host is asked for until then, not even with `--all`; other hosts
    are."""
    link = f"http://{HOST}/news/ferry-runs-late-again"
    newsroom.feed("beta", HOST, [Listed(link, "Ferry")])
    newsroom.feed(
        "gamma", "gamma.example", [Listed("http://gamma.example/news/canal-opens-for-boats", "Canal")]
    )
    newsroom.page("http://gamma.example/news/canal-opens-for-boats", story("Canal", 6))
    newsroom.page(link, story("Ferry", 7))
    wait = "3600" if form == "seconds" else formatdate(time.time() + 3600, usegmt=True)
    told(newsroom, said(ETag='"1"'), said("busy", status, Retry_After=wait))
    before = newsroom.asked(HOST)
    newsroom.poll(2)
    assert newsroom.asked(HOST) == before
    assert newsroom.asked("gamma.example", "/gamma.xml") == 3


def test_after_its_pause_a_host_is_asked_with_the_validators_of_before(newsroom: Newsroom) -> None:
    def busy(asked: Asked) -> Answer:
        return said("busy", 429, Retry_After="1")

    asked = told(newsroom, said(ETag='"1"'), busy)
    time.sleep(1.1)
    newsroom.poll(2)
    assert [validators(one)[0] for one in asked] == [None, '"1"', '"1"']


def test_cookies_live_for_one_redirect_chain_and_are_never_kept(newsroom: Newsroom) -> None:
    link, cookie = f"http://{HOST}/news/market-hall-is-painted", {"Set_Cookie": "visitor=7; Path=/"}
    body = BODY.replace("<guid>1</guid>", f"<link>{link}</link>")
    page = story("Market hall", 8)
    newsroom.page(
        link, lambda asked: Answer(302, headers={"Location": f"{link}-today", "Set-Cookie": "seen=1"})
    )
    newsroom.page(
        f"{link}-today",
        Answer(body=page.body, headers={**page.headers, "Set-Cookie": "seen=2; Domain=example"}),
    )
    told(newsroom, said(body, **cookie), said(OTHER_BODY, **cookie), said(**cookie))
    assert newsroom.one("SELECT count(*) FROM mart.articles") == 1
    with_cookies = [one for one in newsroom.server.asked if "cookie" in one.headers]
    assert [(one.path, one.headers["cookie"]) for one in with_cookies] == [
        ("/news/market-hall-is-painted-today", "seen=1")
    ]
    assert all(b"visitor=7" not in path.read_bytes() for path in newsroom.data.rglob("*") if path.is_file())


def test_max_age_holds_across_304s(newsroom: Newsroom) -> None:
    """Looked at more often without `--all`, a feed that says max-age=7200 is asked once in two hours."""
    seen = listed(newsroom, HOST, said(ETag='"1"', Cache_Control="max-age=7200"), said(status=304))
    asked = [(newsroom.poll(hour, everything=False), len(seen))[1] for hour in (0, 1, 1.9, 2.1, 3.9, 4.2)]
    assert asked == [1, 1, 1, 2, 2, 3]


def test_skip_hours_hold_across_304s(newsroom: Newsroom) -> None:
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(24) if hour not in (12, 13, 20))
    told(
        newsroom,
        said(BODY.replace("<item>", f"<skipHours>{hours}</skipHours><item>"), ETag='"1"'),
        said(status=304),
    )
    assert newsroom.one("SELECT hour(next_poll_at) FROM ops.feeds") in (13, 20)
    newsroom.poll(1.9)
    assert newsroom.one("SELECT hour(next_poll_at) FROM ops.feeds") == 20


def test_polls_per_day_spend_the_budget(newsroom: Newsroom) -> None:
    """Two like feeds and 4 polls a day in all: each is asked every twelve hours, and says why."""
    newsroom.options["polls_per_day"] = 4
    newsroom.feed("alpha", HOST, [])
    newsroom.feed("beta", "beta.example", [])
    newsroom.poll(0)
    newsroom.poll(1)
    waits = newsroom.sql(
        "SELECT date_diff('minute', last_poll_at, next_poll_at) / 60, why_next FROM ops.feeds"
    )
    assert all(11 < hours < 13 and "polls_per_day" in why for hours, why in waits)


def test_the_document_for_site_owners_names_tests_that_exist() -> None:
    tests = Path(__file__).parents[1]
    cases = (
        (tests.parent / "docs" / "politeness.md")
        .read_text(encoding="utf-8")
        .partition("## Conditional requests")[2]
    )
    named = re.findall(r"`(test_\w+)`", cases)
    there = {
        name
        for path in tests.rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text("utf-8"), re.M)
    }
    assert len(named) >= 25
    assert set(named) <= there
