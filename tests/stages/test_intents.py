"""intents.plan as a table: what an entry of a poll leads to, given what the warehouse knows of its link."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ingest.load.rows import LinkState
from ingest.model import Entry, EntryHints, Feed, Rank, WorkKind
from ingest.poll.digest import EntryDigest, digest
from ingest.poll.verdicts import EntryKind, EntryVerdict
from ingest.reasons import Outcome, Reason
from ingest.stages.intents import Intents, plan
from ingest.urls.identity import HostRules

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
FEED = Feed("desk", "https://wire.example/rss", position=2)
FULL_TEXT = replace(FEED, full_text=True)
RULES = HostRules(())
URL = "https://wire.example/harbour-toll-rises"
KEY = "wire.example/harbour-toll-rises"
OLD_URL = "https://wire.example/harbor-toll-rises"
OLD_KEY = "wire.example/harbor-toll-rises"
ARTICLE = "wire.example/the-article"


def entry(link: str | None = URL, **values: Any) -> Entry:
    values = {"guid": "g1", "title": "Harbour toll rises", "summary": "By two crowns.", **values}
    return Entry(feed_id="desk", entry_key="g1", link=link, **values)


def verdict(kind: EntryKind, of: Entry | None = None, **values: Any) -> EntryVerdict:
    seen = of or entry()
    fetch = kind in (EntryKind.NEW, EntryKind.CHANGED)
    return EntryVerdict(seen, kind, digest(seen, RULES), "a test", **{"fetch": fetch, **values})


def planned(
    *verdicts: EntryVerdict,
    links: tuple[LinkState, ...] = (),
    former: str | None = None,
    feed: Feed = FEED,
    into: Intents | None = None,
) -> Intents:
    """The intents of these entries. `former`: the link under which entry g1 was known."""
    intents = into or Intents()
    known: dict[str, EntryDigest] = {}
    if former is not None:
        known["g1"] = digest(entry(former), RULES)
    plan(feed, verdicts, known, {link.link_key: link for link in links}, intents, NOW, RULES)
    return intents


def outcomes(intents: Intents) -> dict[str, tuple[str, Outcome, str | None]]:
    """Outcome rows by link key: the key they resolve to, the outcome, the reason."""
    return {key: (row["url_key"], row["outcome"], row["reason"]) for key, row in intents.outcomes.items()}


def resolved(intents: Intents) -> list[tuple[str, str, str]]:
    return [(row["url"], row["link_key"], row["url_key"]) for row in intents.aliases]


# -- new, changed, touched, same -----------------------------------------------------------------------------


def test_a_new_entry_is_remembered_pending_and_queued() -> None:
    intents = planned(verdict(EntryKind.NEW))
    assert resolved(intents) == [(URL, KEY, KEY)]
    assert outcomes(intents) == {KEY: (KEY, Outcome.PENDING, None)}
    work = intents.pending[KEY]
    assert (work.kind, work.url, work.host, work.feed_id) == (WorkKind.NEW, URL, "wire.example", "desk")
    assert (work.rank, work.day, work.queued_at) == (Rank(2, len(URL), URL), NOW.date(), NOW)
    assert work.hints == EntryHints(title="Harbour toll rises", summary="By two crowns.")
    assert work.content is None
    row = intents.outcomes[KEY]
    assert (row["feed_id"], row["fetched"], row["extracted"], row["decided_at"]) == (
        "desk",
        False,
        False,
        NOW,
    )


def test_a_changed_entry_of_an_article_is_fetched_again_and_decides_nothing_yet() -> None:
    link = LinkState(KEY, article_key=ARTICLE, outcome=Outcome.LOADED)
    intents = planned(verdict(EntryKind.CHANGED), links=(link,), former=URL)
    assert intents.pending[KEY].kind is WorkKind.REFETCH
    assert (intents.aliases, intents.outcomes) == ([], {})


def test_a_changed_entry_whose_page_failed_is_tried_once_more() -> None:
    link = LinkState(KEY, outcome=Outcome.FAILED, reason=Reason.HTTP_404)
    intents = planned(verdict(EntryKind.CHANGED), links=(link,), former=URL)
    assert intents.pending[KEY].kind is WorkKind.NEW
    assert outcomes(intents) == {KEY: (KEY, Outcome.PENDING, None)}


@pytest.mark.parametrize("kind", [EntryKind.TOUCHED, EntryKind.SAME])
def test_a_touched_or_unchanged_entry_of_a_decided_link_leads_to_nothing(kind: EntryKind) -> None:
    link = LinkState(KEY, article_key=ARTICLE, outcome=Outcome.LOADED)
    assert planned(verdict(kind), links=(link,), former=URL) == Intents()


def test_the_worse_of_two_entries_of_one_story_is_remembered_and_not_fetched() -> None:
    intents = planned(verdict(EntryKind.NEW, fetch=False, twin_of="g2"))
    assert resolved(intents) == [(URL, KEY, KEY)]
    assert (intents.pending, intents.outcomes) == ({}, {})


# -- a new entry for a link that is known --------------------------------------------------------------------


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.SKIPPED])
def test_a_new_entry_does_not_repeat_what_failed_or_was_skipped(outcome: Outcome) -> None:
    intents = planned(verdict(EntryKind.NEW), links=(LinkState(KEY, outcome=outcome, reason=Reason.ROBOTS),))
    assert (intents.pending, intents.outcomes) == ({}, {})
    assert resolved(intents) == [(URL, KEY, KEY)]


def test_a_new_entry_that_resolves_to_an_article_is_loaded_without_a_fetch() -> None:
    intents = planned(verdict(EntryKind.NEW), links=(LinkState(KEY, article_key=ARTICLE),))
    assert resolved(intents) == [(URL, KEY, ARTICLE)]
    assert outcomes(intents) == {KEY: (ARTICLE, Outcome.LOADED, None)}
    assert intents.pending == {}


@pytest.mark.parametrize("kind", [EntryKind.NEW, EntryKind.CHANGED, EntryKind.TOUCHED])
def test_what_was_taken_down_is_skipped_whatever_the_entry_says(kind: EntryKind) -> None:
    link = LinkState(KEY, article_key=ARTICLE, outcome=Outcome.SKIPPED, taken_down="a court order")
    intents = planned(verdict(kind), links=(link,), feed=FULL_TEXT)
    assert outcomes(intents) == {KEY: (ARTICLE, Outcome.SKIPPED, Reason.TAKEDOWN)}
    assert intents.outcomes[KEY]["detail"] == "a court order"
    assert intents.pending == {}


# -- ranks: which of several links to one key speaks for it --------------------------------------------------


@pytest.mark.parametrize(
    ("waiting", "stays"),
    [
        (Rank.of_feed(replace(FEED, position=1), URL + "?longer=address"), True),
        (Rank.of_feed(FEED, URL[:-1]), True),
        (Rank.of_feed(FEED, URL), False),
        (Rank.of_feed(replace(FEED, position=3), URL), False),
        (Rank.of_backfill(FEED, URL), False),
    ],
)
def test_waiting_work_of_smaller_rank_is_kept(waiting: Rank, stays: bool) -> None:
    link = LinkState(KEY, outcome=Outcome.PENDING, pending_rank=waiting, pending_kind=WorkKind.NEW)
    intents = planned(verdict(EntryKind.NEW), links=(link,))
    assert (KEY in intents.pending) is not stays


def test_two_feeds_of_one_round_may_list_a_link_in_either_order() -> None:
    first, second = replace(FEED, id="first", position=0), replace(FEED, id="second", position=1)
    for order in ((first, second), (second, first)):
        intents = Intents()
        for feed in order:
            planned(verdict(EntryKind.NEW), feed=feed, into=intents)
        assert intents.pending[KEY].feed_id == "first"
        assert intents.outcomes[KEY]["feed_id"] == order[0].id


# -- entries without a link, entries that carry their text ---------------------------------------------------


def test_an_entry_without_link_and_text_is_skipped_under_a_name_of_its_own() -> None:
    intents = planned(verdict(EntryKind.NEW, entry(None)))
    assert outcomes(intents) == {
        "urn:wire-entry:desk:g1": ("urn:wire-entry:desk:g1", Outcome.SKIPPED, Reason.NO_URL)
    }
    assert intents.pending == {}


@pytest.mark.parametrize(
    ("values", "text"),
    [({"content_html": "<p>All of it.</p>"}, "<p>All of it.</p>"), ({}, "By two crowns.")],
)
@pytest.mark.parametrize("link", [URL, None])
def test_a_full_text_feed_needs_no_page(values: dict[str, Any], text: str, link: str | None) -> None:
    intents = planned(verdict(EntryKind.NEW, entry(link, **values)), feed=FULL_TEXT)
    (work,) = intents.pending.values()
    assert (work.kind, work.content) == (WorkKind.ENTRY, text)


def test_a_full_text_entry_without_any_text_has_its_page_fetched() -> None:
    intents = planned(verdict(EntryKind.NEW, entry(summary=None)), feed=FULL_TEXT)
    assert (intents.pending[KEY].kind, intents.pending[KEY].content) == (WorkKind.NEW, None)


def test_a_full_text_entry_is_read_although_its_article_is_loaded() -> None:
    intents = planned(verdict(EntryKind.NEW), links=(LinkState(KEY, article_key=ARTICLE),), feed=FULL_TEXT)
    assert intents.pending[KEY].kind is WorkKind.ENTRY
    assert outcomes(intents) == {KEY: (ARTICLE, Outcome.LOADED, None)}


# -- entries that name another address than before -----------------------------------------------------------


def test_an_entry_with_a_new_address_keeps_its_article() -> None:
    old = LinkState(OLD_KEY, article_key=ARTICLE, outcome=Outcome.LOADED)
    intents = planned(verdict(EntryKind.TOUCHED), links=(old, LinkState(KEY)), former=OLD_URL)
    assert resolved(intents) == [(URL, KEY, ARTICLE)]
    assert outcomes(intents) == {KEY: (ARTICLE, Outcome.LOADED, None)}
    assert intents.pending == {}


def test_a_corrected_address_replaces_the_waiting_work_of_its_own_feed() -> None:
    rank = Rank.of_feed(FEED, OLD_URL)
    old = LinkState(OLD_KEY, outcome=Outcome.PENDING, pending_rank=rank, pending_kind=WorkKind.NEW)
    intents = planned(verdict(EntryKind.TOUCHED), links=(old,), former=OLD_URL)
    assert intents.replaced == {OLD_KEY: KEY}
    assert outcomes(intents) == {
        OLD_KEY: (KEY, Outcome.DUPLICATE_URL, None),
        KEY: (KEY, Outcome.PENDING, None),
    }
    assert set(intents.pending) == {KEY}


@pytest.mark.parametrize(
    "rank", [Rank.of_feed(replace(FEED, position=1), OLD_URL), Rank.of_backfill(FEED, URL)]
)
def test_a_corrected_address_leaves_the_waiting_work_of_others(rank: Rank) -> None:
    old = LinkState(OLD_KEY, outcome=Outcome.PENDING, pending_rank=rank)
    intents = planned(verdict(EntryKind.TOUCHED), links=(old,), former=OLD_URL)
    assert intents.replaced == {}
    assert outcomes(intents) == {KEY: (KEY, Outcome.PENDING, None)}
    assert set(intents.pending) == {KEY}


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason.rule.address_at_fault])
def test_a_corrected_address_is_fetched_where_the_former_one_was_at_fault(reason: Reason) -> None:
    old = LinkState(OLD_KEY, outcome=Outcome.FAILED, reason=reason)
    intents = planned(verdict(EntryKind.TOUCHED), links=(old,), former=OLD_URL)
    assert set(intents.pending) == {KEY}
    assert outcomes(intents) == {KEY: (KEY, Outcome.PENDING, None)}


@pytest.mark.parametrize(
    ("outcome", "reason"), [(Outcome.FAILED, Reason.HTTP_403), (Outcome.SKIPPED, Reason.ROBOTS)]
)
def test_a_new_address_takes_over_an_outcome_that_was_not_the_fault_of_the_former_one(
    outcome: Outcome, reason: Reason
) -> None:
    old = LinkState(OLD_KEY, outcome=outcome, reason=reason)
    intents = planned(verdict(EntryKind.TOUCHED), links=(old,), former=OLD_URL)
    assert outcomes(intents) == {KEY: (KEY, outcome, reason)}
    assert intents.outcomes[KEY]["detail"] == "as at its former address"
    assert intents.pending == {}


def test_the_worse_of_two_entries_of_one_story_corrects_no_address() -> None:
    old = LinkState(OLD_KEY, outcome=Outcome.PENDING, pending_rank=Rank.of_feed(FEED, OLD_URL))
    intents = planned(verdict(EntryKind.TOUCHED, twin_of="g2"), links=(old,), former=OLD_URL)
    assert (intents.pending, intents.outcomes, intents.replaced) == ({}, {}, {})


# -- ranks as values -----------------------------------------------------------------------------------------


def test_a_rank_is_stored_as_text_that_sorts_as_ranks_do() -> None:
    feed, other = replace(FEED, position=7), replace(FEED, position=12)
    ranks = [
        Rank.of_feed(feed, "https://a.example/b"),
        Rank.of_feed(feed, "https://a.example/c"),
        Rank.of_feed(feed, "https://a.example/aa"),
        Rank.of_feed(other, "https://a.example/b"),
        Rank.of_backfill(feed, "https://a.example/b"),
        Rank.of_backfill(None, "https://a.example/b"),
    ]
    assert [str(rank) for rank in ranks] == [
        "000007 00019 https://a.example/b",
        "000007 00019 https://a.example/c",
        "000007 00020 https://a.example/aa",
        "000012 00019 https://a.example/b",
        "900007 00019 https://a.example/b",
        "999999 00019 https://a.example/b",
    ]
    assert ranks == sorted(ranks)
    assert [str(rank) for rank in ranks] == sorted(map(str, ranks))
    assert [Rank.from_text(str(rank)) for rank in ranks] == ranks
    assert [rank.is_from(feed) for rank in ranks] == [True, True, True, False, False, False]
