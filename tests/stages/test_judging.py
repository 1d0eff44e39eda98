"""judge as a table: what a fetched page means, given the article that its link resolves to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest.errors import FetchError, Terminal, Transient
from ingest.load.rows import Known, known_from
from ingest.model import (
    ArchivePlace,
    Article,
    Extraction,
    Page,
    Precision,
    Rank,
    RevisionKind,
    Signal,
    Stamp,
    StampSource,
    Status,
    Work,
    WorkKind,
    article_id,
)
from ingest.reasons import Outcome, Reason
from ingest.stages.judging import PageVerdict, Result, judge
from ingest.text import line_hash
from ingest.urls.identity import HostRules, host_of, url_key

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
RULES = HostRules(())
URL = "https://wire.example/harbour-toll-rises"
KEY = "wire.example/harbour-toll-rises"
PRINT_URL = "https://wire.example/print/harbour-toll-rises"
PLACE = ArchivePlace("poll-01.warc.gz", 256, 900)
HEADLINE = "Harbour toll rises"
BODY = (
    "The toll at the harbour rises by two crowns in May, the council said on Monday.\n\n"
    "Ferry companies had asked for a delay until the autumn, when fewer people travel."
)
EDITED = BODY + "\n\nThe council expects the new toll to pay for a second pier within four years."
ATTEMPTS = 5


def article(body: str = BODY, **values: Any) -> Article:
    stamp = Stamp(NOW - timedelta(hours=2), Precision.INSTANT, StampSource.FEED, "as printed")
    values = {
        "headline": HEADLINE,
        "published": stamp,
        "publisher": "The Wire",
        "extractor": "test",
        **values,
    }
    return Article(body_text=body, word_count=len(body.split()), **values)


def work(url: str = URL, kind: WorkKind = WorkKind.NEW, position: int = 1, **values: Any) -> Work:
    values = {"feed_id": "desk", "queued_at": NOW, **values}
    rank = Rank(position, len(url), url)
    return Work(
        url_key=url_key(url, RULES),
        url=url,
        host=host_of(url),
        rank=rank,
        kind=kind,
        day=NOW.date(),
        **values,
    )


def page(url: str = URL, final_url: str | None = None, hops: tuple[str, ...] = ()) -> Page:
    headers = {"content-type": "text/html"}
    return Page(url, final_url or url, 200, headers, b"", NOW, "0" * 64, hops=hops, place=PLACE)


def result(of: Article | None = None, task: Work | None = None, **values: Any) -> Result:
    task = task or work()
    values = {"page": page(task.url), "extraction": Extraction(of or article(), Outcome.LOADED), **values}
    return Result(task, **values)


def judged(of: Result, known: Known | None = None, now: datetime = NOW) -> PageVerdict:
    return judge(of, known, now=now, rules=RULES, attempts=ATTEMPTS)


def loaded(of: Result | None = None, **columns: Any) -> Known:
    """The article as an earlier run loaded it; `columns` changed since."""
    known = judged(of or result()).known
    assert known is not None
    return known_from({**known.row, **columns}, known.seen)


# -- a first look --------------------------------------------------------------------------------------------


def test_a_page_without_a_known_article_is_a_new_one() -> None:
    found = judged(result())
    assert (found.outcome, found.link_key, found.url_key, found.reason) == (Outcome.LOADED, KEY, KEY, None)
    row = found.article
    assert row is not None
    assert (row["article_id"], row["url"], row["host"]) == (str(article_id(KEY)), URL, "wire.example")
    assert (row["revision"], row["revisions"], row["first_seen_at"]) == (1, 1, NOW)
    assert (row["published_day"], row["feed_id"]) == (NOW.date(), "desk")
    assert row["rank"] == f"000001 {len(URL):05d} {URL}"
    assert (row["page_file"], row["page_offset"], row["page_length"]) == ("poll-01.warc.gz", 256, 900)
    assert found.revision is not None
    assert (found.revision["kind"], found.revision["words_added"]) == (RevisionKind.FIRST, len(BODY.split()))
    assert found.known is not None
    assert found.known.seen == {row["text_hash"]}


def test_a_page_without_a_date_is_of_the_day_on_which_it_was_first_seen() -> None:
    found = judged(result(article(published=None)))
    assert found.article is not None
    assert found.article["published_day"] == NOW.date()
    assert found.article["published_at"] is None


def test_every_address_on_the_way_to_a_page_resolves_to_its_article() -> None:
    short, hop = "https://t.example/1", "https://t.example/2"
    landed = page(short, final_url=PRINT_URL, hops=(short, hop))
    found = judged(result(article(canonical_url=URL), work(short), page=landed))
    assert [(alias["url"], alias["kind"]) for alias in found.aliases] == [
        (PRINT_URL, "final"),
        (hop, "hop"),
        (URL, "canonical"),
    ]
    assert found.url_key == KEY
    assert {alias["url_key"] for alias in found.aliases} == {found.url_key}
    assert found.link_key == url_key(short, RULES)


# -- another look at an article ------------------------------------------------------------------------------


def test_the_same_text_again_changes_nothing() -> None:
    found = judged(result(task=work(kind=WorkKind.REFETCH)), loaded(), LATER)
    assert (found.outcome, found.article, found.revision) == (Outcome.UNCHANGED, None, None)


def test_spacing_and_punctuation_open_no_revision() -> None:
    noise = result(article(BODY.replace(",", " ,").replace(".", " . ")), work(kind=WorkKind.REFETCH))
    found = judged(noise, loaded(), LATER)
    assert found.change is not None
    assert (found.outcome, found.change.kind, found.revision) == (
        Outcome.UNCHANGED,
        RevisionKind.NOISE,
        None,
    )


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({}, RevisionKind.EDIT),
        ({"signal": Signal.CORRECTION}, RevisionKind.CORRECTION),
        ({"signal": Signal.UPDATE}, RevisionKind.UPDATE),
        ({"status": Status.WITHDRAWN}, RevisionKind.WITHDRAWAL),
    ],
)
def test_a_changed_text_opens_a_revision_of_its_kind(values: dict[str, Any], kind: RevisionKind) -> None:
    known = loaded()
    found = judged(result(article(EDITED, **values), work(kind=WorkKind.REFETCH)), known, LATER)
    assert found.outcome is Outcome.REVISED
    assert found.article is not None
    assert found.revision is not None
    assert (found.revision["kind"], found.revision["revision"]) == (kind, 2)
    assert (found.revision["words_added"], found.revision["words_removed"]) == (15, 0)
    assert (found.article["revisions"], found.article["first_seen_at"]) == (2, NOW)
    assert found.article["article_id"] == known.article_id
    assert found.known is not None
    assert found.known.seen == known.seen | {found.article["text_hash"]}


def test_a_text_that_the_article_has_had_before_opens_no_revision() -> None:
    first = loaded()
    second = judged(result(article(EDITED), work(kind=WorkKind.REFETCH)), first, LATER).known
    found = judged(result(task=work(kind=WorkKind.REFETCH)), second, LATER)
    assert (found.outcome, found.revision) == (Outcome.UNCHANGED, None)


def test_a_revision_keeps_when_the_article_was_published_and_whose_link_speaks_for_it() -> None:
    stamp = Stamp(LATER, Precision.MINUTE, StampSource.META, "later")
    task = work(kind=WorkKind.REFETCH, position=0, feed_id="other")
    found = judged(result(article(EDITED, published=stamp), task), loaded(), LATER)
    assert found.article is not None
    assert (found.article["published_at"], found.article["published_raw"]) == (
        NOW - timedelta(hours=2),
        "as printed",
    )
    assert (found.article["feed_id"], found.article["rank"]) == ("desk", str(work().rank))


def test_boilerplate_that_was_learnt_since_is_no_change_of_the_text() -> None:
    line = "Sign up for our newsletter and get the news of the harbour every morning."
    known = loaded(result(article(f"{BODY}\n\n{line}")))
    task = work(kind=WorkKind.REFETCH)
    assert judged(result(task=task), known, LATER).outcome is Outcome.REVISED
    learnt = result(task=task, boilerplate=frozenset({line_hash(line)}))
    assert judged(learnt, known, LATER).outcome is Outcome.UNCHANGED


def test_another_embargo_on_the_same_text_holds() -> None:
    until = NOW + timedelta(hours=6)
    embargoed = article(status=Status.EMBARGOED, embargo_until=until)
    found = judged(result(embargoed, work(kind=WorkKind.REFETCH)), loaded(), LATER)
    assert found.article is not None
    assert (found.article["status"], found.article["embargo_until"]) == (Status.EMBARGOED, until)
    assert (found.outcome, found.revision) == (Outcome.UNCHANGED, None)


# -- the same article by another link ------------------------------------------------------------------------


@pytest.mark.parametrize(("position", "speaks"), [(0, True), (1, False), (2, False)])
def test_the_link_of_smallest_rank_describes_the_article(position: int, speaks: bool) -> None:
    task = work(position=position, feed_id="other")
    found = judged(result(article(section="Harbour"), task), loaded(), LATER)
    assert (found.outcome, found.revision) == (Outcome.LOADED, None)
    assert (found.article is not None) is speaks
    if found.article is not None:
        assert (found.article["feed_id"], found.article["section"]) == ("other", "Harbour")
        assert (found.article["body_text"], found.article["revisions"]) == (BODY, 1)


def test_a_print_page_with_other_words_opens_no_revision() -> None:
    task = work(PRINT_URL, position=2)
    found = judged(result(article(EDITED, canonical_url=URL), task), loaded(), LATER)
    assert (found.outcome, found.url_key, found.revision) == (Outcome.LOADED, KEY, None)
    assert found.article is None


def test_an_article_s_own_page_replaces_what_a_print_page_said_in_the_same_run() -> None:
    by_print = loaded(result(article(EDITED, canonical_url=URL), work(PRINT_URL)))
    assert (by_print.url_key, by_print.row["url"]) == (KEY, PRINT_URL)
    found = judged(result(task=work(position=2)), by_print)
    assert found.outcome is Outcome.LOADED
    assert found.article is not None
    assert found.revision is not None
    assert (found.article["body_text"], found.article["revisions"]) == (BODY, 1)
    assert (found.revision["kind"], found.revision["body_text"]) == (RevisionKind.FIRST, BODY)
    assert found.article["rank"] == str(by_print.rank)


def test_what_was_taken_down_stays_out() -> None:
    found = judged(result(article(EDITED)), loaded(status=Status.REMOVED), LATER)
    assert (found.outcome, found.reason) == (Outcome.SKIPPED, Reason.TAKEDOWN)
    assert (found.article, found.revision) == (None, None)


def test_another_link_with_other_words_revises_the_article_of_an_earlier_run() -> None:
    found = judged(result(article(EDITED), work(position=0)), loaded(), LATER)
    assert found.outcome is Outcome.REVISED
    assert found.article is not None
    assert found.article["revisions"] == 2


# -- failures ------------------------------------------------------------------------------------------------

TIMEOUT = Transient(Reason.TIMEOUT, "no answer")
GONE = Terminal(Reason.HTTP_404, "HTTP 404", status=404)
REFUSED = Terminal(Reason.ROBOTS, "robots.txt disallows it")


def failed(error: FetchError, task: Work | None = None, **values: Any) -> Result:
    return Result(task or work(), error=error, **values)


@pytest.mark.parametrize(("attempts", "minutes"), [(0, 10), (1, 40), (2, 160)])
def test_a_passing_failure_is_tried_again_after_a_growing_wait(attempts: int, minutes: int) -> None:
    found = judged(failed(TIMEOUT, work(attempts=attempts)))
    assert (found.outcome, found.reason, found.detail) == (Outcome.PENDING, Reason.TIMEOUT, "no answer")
    assert found.retry is not None
    assert found.retry["attempts"] == attempts + 1
    assert found.retry["next_attempt_at"] == NOW + timedelta(minutes=minutes)
    assert found.retry["last_reason"] == Reason.TIMEOUT


def test_a_challenge_waits_as_long_as_its_reason_says() -> None:
    challenge = Transient(Reason.CHALLENGE, "HTTP 403: the host challenges the client", status=403)
    found = judged(failed(challenge))
    assert (found.outcome, found.reason) == (Outcome.PENDING, Reason.CHALLENGE)
    assert found.retry is not None
    assert found.retry["next_attempt_at"] == NOW + timedelta(minutes=60)
    assert judged(failed(challenge, work(attempts=ATTEMPTS - 1))).outcome is Outcome.FAILED


def test_the_last_attempt_ends_as_a_failure() -> None:
    found = judged(failed(TIMEOUT, work(attempts=ATTEMPTS - 1)))
    assert (found.outcome, found.reason, found.retry) == (Outcome.FAILED, Reason.TIMEOUT, None)


def test_an_attempt_before_its_time_does_not_count() -> None:
    found = judged(failed(TIMEOUT, work(attempts=2, early=True)))
    assert found.retry is not None
    assert found.retry["attempts"] == 2


@pytest.mark.parametrize(("error", "outcome"), [(GONE, Outcome.FAILED), (REFUSED, Outcome.SKIPPED)])
def test_a_lasting_failure_ends_at_once(error: FetchError, outcome: Outcome) -> None:
    found = judged(failed(error))
    assert (found.outcome, found.reason, found.retry, found.known) == (outcome, error.reason, None, None)


@pytest.mark.parametrize("error", [TIMEOUT, GONE])
def test_an_article_stays_when_another_look_at_it_fails(error: FetchError) -> None:
    known = loaded()
    found = judged(failed(error, work(kind=WorkKind.RECHECK)), known, LATER)
    assert (found.outcome, found.reason, found.known) == (Outcome.UNCHANGED, error.reason, known)
    assert (found.retry is not None) is (error is TIMEOUT)
    assert found.article is None


def test_a_first_look_that_fails_is_loaded_where_another_address_was() -> None:
    found = judged(failed(GONE), loaded(), LATER)
    assert (found.outcome, found.url_key, found.reason) == (Outcome.LOADED, KEY, None)


def test_a_page_that_is_archived_is_not_fetched_again_when_it_could_not_be_extracted_here() -> None:
    found = judged(failed(Transient(Reason.INTERNAL, "the disk is full"), page=page()))
    assert found.retry is not None
    assert (found.retry["page_file"], found.retry["page_offset"]) == ("poll-01.warc.gz", 256)


# -- pages that are no article -------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason.rule.page_may_change])
def test_a_page_that_may_change_is_fetched_again(reason: Reason) -> None:
    nothing = Extraction(None, Outcome.FAILED, reason, "seen")
    found = judged(result(extraction=nothing, task=work(place=PLACE)))
    assert (found.outcome, found.reason) == (Outcome.PENDING, reason)
    assert found.retry is not None
    assert (found.retry["attempts"], found.retry["page_file"]) == (1, None)
    early = judged(result(extraction=nothing, task=work(attempts=1, early=True)))
    assert early.retry is not None
    assert early.retry["attempts"] == 1
    last = judged(result(extraction=nothing, task=work(attempts=ATTEMPTS - 1)))
    assert (last.outcome, last.reason, last.retry) == (Outcome.FAILED, reason, None)


@pytest.mark.parametrize(
    ("outcome", "reason"), [(Outcome.FAILED, Reason.TOO_SHORT), (Outcome.SKIPPED, Reason.NOT_ARTICLE)]
)
def test_another_page_without_an_article_ends_as_extraction_says(outcome: Outcome, reason: Reason) -> None:
    found = judged(result(extraction=Extraction(None, outcome, reason)))
    assert (found.outcome, found.reason, found.retry) == (outcome, reason, None)


# -- the entry's own text ------------------------------------------------------------------------------------

STAND_IN = Extraction(article(), Outcome.LOADED, Reason.CHALLENGE, "the feed's summary")


def test_the_feed_s_summary_stands_in_only_after_the_last_attempt() -> None:
    early = judged(result(extraction=STAND_IN))
    assert (early.outcome, early.reason, early.article) == (Outcome.PENDING, Reason.CHALLENGE, None)
    last = judged(result(extraction=STAND_IN, task=work(attempts=ATTEMPTS - 1)))
    assert last.outcome is Outcome.LOADED
    assert last.article is not None


def test_the_feed_s_summary_never_replaces_an_article() -> None:
    task = work(kind=WorkKind.REFETCH, attempts=ATTEMPTS - 1)
    found = judged(result(extraction=STAND_IN, task=task), loaded(), LATER)
    assert (found.outcome, found.reason, found.article) == (Outcome.UNCHANGED, Reason.CHALLENGE, None)


def test_an_entry_that_carries_its_text_needs_no_page() -> None:
    found = judged(result(task=work(kind=WorkKind.ENTRY, content=BODY), page=None))
    assert found.outcome is Outcome.LOADED
    assert found.article is not None
    assert (found.article["url"], found.article["page_file"]) == (URL, None)


def test_a_text_without_an_address_is_known_by_its_words() -> None:
    urn = "urn:wire-entry:desk:g1"
    task = replace(work(), url=urn, url_key=urn, kind=WorkKind.ENTRY)
    one, two = judged(result(task=task, page=None)), judged(result(article(EDITED), task, page=None))
    assert one.url_key.startswith("urn:sha256:")
    assert one.url_key != two.url_key
    assert one.article is not None
    assert one.article["url"] == one.url_key
