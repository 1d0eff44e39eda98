"""decide as a table: (state, answer, document, known) -> (state, verdicts)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.errors import FetchError, Terminal, Transient
from ingest.model import (
    Entry,
    Feed,
    FeedDocument,
    FeedState,
    HostRule,
    Precision,
    Response,
    Stamp,
    StampSource,
)
from ingest.poll.address import takes_secrets, with_configured_url
from ingest.poll.decide import PollDecision, body_hash, conditional, decide_poll, needs_parsing
from ingest.poll.digest import EntryDigest, digest
from ingest.poll.failure import backoff
from ingest.poll.verdicts import UPDATES_CAP, EntryKind, compare
from ingest.reasons import Reason
from ingest.urls.identity import HostRules

NOW = datetime(2025, 4, 2, 12, tzinfo=UTC)
URL = "https://wire.example/rss"
FEED = Feed("wire", URL)
RULES = HostRules([HostRule("wire.example", r"/(\d{10})(?!\d)")])
NEW, CHANGED, TOUCHED, SAME = EntryKind.NEW, EntryKind.CHANGED, EntryKind.TOUCHED, EntryKind.SAME


def at(text: str) -> Stamp:
    return Stamp(datetime.fromisoformat(text), Precision.INSTANT, StampSource.FEED, text)


def entry(key: str = "g1", **more: Any) -> Entry:
    given: dict[str, Any] = {
        "guid": key,
        "link": f"https://wire.example/{key}",
        "title": f"Title {key}",
        "summary": f"About {key}",
    }
    return Entry(feed_id="wire", entry_key=key, **{**given, **more})


def document(*entries: Entry, **more: Any) -> FeedDocument:
    given: dict[str, Any] = {"ttl": None, "skip_hours": (), "total": len(entries)}
    return FeedDocument(
        version="rss20", title="W", link=None, language=None, entries=entries, **{**given, **more}
    )


def answer(status: int = 200, body: bytes = b"new", permanent: str | None = None, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(URL, permanent or URL, status, named, body, NOW, permanent=permanent)


def polled(**more: Any) -> FeedState:
    """A feed polled well an hour ago."""
    hour = NOW - timedelta(hours=1)
    given: dict[str, Any] = {
        "url": URL,
        "etag": '"old"',
        "last_modified": "Wed, 02 Apr 2025 10:00:00 GMT",
        "body_hash": body_hash(b"old"),
        "last_poll_at": hour,
        "last_success_at": hour,
        "last_full_at": hour,
        "polls": 5,
    }
    return FeedState("wire", **{**given, **more})


def known(*entries: Entry) -> dict[str, EntryDigest]:
    return {one.entry_key: digest(one, RULES) for one in entries}


def decided(
    given: Any, read: Any = None, before: dict[str, EntryDigest] | None = None, state: FeedState | None = None
) -> PollDecision:
    return decide_poll(FEED, state or polled(), given, read, before or {}, NOW, rules=RULES)


def verdicts(
    before: list[Entry], after: list[Entry], state: FeedState | None = None
) -> list[tuple[str, EntryKind, bool]]:
    found = decided(answer(), document(*after), known(*before), state)
    return [(one.entry.entry_key, one.kind, one.fetch) for one in found.entries]


# -- validators ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("read", [document(entry()), None])
def test_validators_are_kept_verbatim_even_where_the_body_is_unchanged(read: FeedDocument | None) -> None:
    body = b"old" if read is None else b"new"
    state = decided(answer(200, body, etag='W/"x-gzip"', last_modified="yesterday-ish"), read).state
    assert (state.etag, state.last_modified) == ('W/"x-gzip"', "yesterday-ish")


def test_a_200_without_validators_forgets_them_a_304_keeps_them() -> None:
    assert (decided(answer(200, b"old")).state.etag, decided(answer(200, b"old")).state.last_modified) == (
        None,
        None,
    )
    assert decided(answer(304, b"")).state.etag == '"old"'
    assert decided(answer(304, b"", etag='"newer"')).state.etag == '"newer"'
    assert decided(answer(304, b"", etag='"newer"')).state.last_modified == polled().last_modified


@pytest.mark.parametrize(
    "given",
    [
        (answer(200, etag='"bad"'), Terminal(Reason.NOT_A_FEED, "an HTML page")),
        (Transient(Reason.HTTP_5XX, "HTTP 503", status=503), None),
        (answer(500, etag='"bad"'), None),
    ],
)
def test_a_failure_keeps_validators_hash_rate_and_floor(given: tuple[Any, Any]) -> None:
    before = polled(floor=900.0)
    result = decided(*given, state=before)
    kept = (
        "etag",
        "last_modified",
        "body_hash",
        "floor",
        "rate_num",
        "rate_den",
        "last_success_at",
        "last_full_at",
    )
    assert not result.ok
    assert [getattr(result.state, name) for name in kept] == [getattr(before, name) for name in kept]
    assert result.state.failures == 1


def test_the_whole_is_asked_for_now_and_then() -> None:
    assert conditional(polled(), NOW) == ('"old"', "Wed, 02 Apr 2025 10:00:00 GMT")
    assert conditional(polled(last_full_at=NOW - timedelta(days=8)), NOW) == (None, None)
    assert conditional(polled(polls=99), NOW) == (None, None)
    assert conditional(polled(validators_trusted=False), NOW) == (None, None)
    assert conditional(FeedState("wire", URL), NOW) == (None, None)
    assert decided(answer(304)).state.last_full_at == polled().last_full_at
    assert decided(answer(200, b"old")).state.last_full_at == NOW


def test_new_entries_under_an_unchanged_validator_end_the_trust() -> None:
    lying = answer(200, etag='"old"', last_modified="x")
    whole = polled(polls=99)
    assert not decided(
        lying, document(entry("g1"), entry("g2")), known(entry("g1")), whole
    ).state.validators_trusted
    assert decided(lying, document(entry("g1")), known(entry("g1")), whole).state.validators_trusted
    assert decided(
        answer(200, etag='"fresh"'), document(entry("g2")), known(entry("g1")), whole
    ).state.validators_trusted


def test_a_body_seen_before_is_not_parsed() -> None:
    assert not needs_parsing(polled(), answer(200, b"old"))
    assert needs_parsing(polled(), answer(200, b"new"))
    assert not needs_parsing(polled(), answer(304, b""))
    assert decided(answer(200, b"old")).not_modified
    assert decided(answer(), document(entry())).state.body_hash == body_hash(b"new")


# -- entries -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "kind", "why"),
    [
        ({}, SAME, ""),
        ({"title": "Another title"}, CHANGED, "title"),
        ({"summary": "Another summary"}, CHANGED, "summary"),
        ({"title": "A", "summary": "B"}, CHANGED, "title+summary"),
        ({"content_html": "<p>Body</p>"}, CHANGED, "content"),
        ({"title": "TITLE g1"}, TOUCHED, "other fields"),
        ({"title": "Title g1 #Tag #More"}, TOUCHED, "other fields"),
        ({"title": "Title g1 #2"}, CHANGED, "title"),
        ({"published_raw": "tomorrow"}, TOUCHED, "published_raw"),
        ({"link": "https://wire.example/g1?utm_source=x"}, TOUCHED, "other fields"),
        ({"link": "https://wire.example/moved-g1"}, TOUCHED, "link_key"),
        ({"authors": ("Ann Example",)}, TOUCHED, "other fields"),
        ({"image_url": "https://wire.example/p.jpg"}, TOUCHED, "other fields"),
    ],
)
def test_what_counts_as_a_change(change: dict[str, Any], kind: EntryKind, why: str) -> None:
    (one,) = decided(answer(), document(replace(entry(), **change)), known(entry())).entries
    assert (one.kind, one.why, one.fetch) == (kind, why, kind is CHANGED)
    assert one.entry.entry_key == one.digest.entry_key == "g1"


def test_a_new_entry_is_fetched_and_seen_the_second_time() -> None:
    assert verdicts([], [entry("g1"), entry("g2")]) == [("g1", NEW, True), ("g2", NEW, True)]
    assert verdicts([entry("g1"), entry("g2")], [entry("g2"), entry("g1")]) == [
        ("g2", SAME, False),
        ("g1", SAME, False),
    ]


def test_a_moved_update_stamp_is_believed_of_few_and_not_of_all() -> None:
    before = [entry(f"g{n}", modified=at("2025-04-02T08:00:00+00:00")) for n in range(5)]
    moved = [replace(one, modified=at("2025-04-02T09:00:00+00:00")) for one in before]
    assert verdicts(before, [moved[0], *before[1:]])[0] == ("g0", CHANGED, True)
    assert {kind for _, kind, _ in verdicts(before, moved)} == {TOUCHED}
    assert {kind for _, kind, _ in verdicts(moved, before)} == {TOUCHED}


def test_text_that_changes_for_ever_is_followed_24_times() -> None:
    digests, fetched = known(entry()), 0
    for count in range(UPDATES_CAP + 10):
        (one,) = decided(answer(), document(entry(title=f"Seen {count} times")), digests).entries
        fetched += one.fetch
        digests = {"g1": one.digest}
    assert fetched == UPDATES_CAP
    (one,) = decided(answer(), document(entry(title="Real news", published_raw="later")), digests).entries
    assert one.fetch


def test_twins_are_two_entries_and_one_page() -> None:
    tagged = entry(
        "t",
        guid=None,
        link="https://wire.example/1109760290/Slug?Social=on",
        title="Ferries sail #Ferries #Port",
    )
    clean = entry(
        "c", guid=None, link="https://wire.example/1109760290/Slug", title="Ferries sail", summary="About t"
    )
    first, second = decided(answer(), document(tagged, clean)).entries
    assert (first.fetch, first.twin_of, second.fetch, second.twin_of) == (False, "c", True, None)
    assert verdicts([clean], [tagged, clean]) == [("t", NEW, False), ("c", SAME, False)]
    assert verdicts([clean], [tagged]) == [("c", TOUCHED, False)]


def test_guids_that_change_scheme_or_host_keep_their_entries() -> None:
    before = [entry(f"http://old.example/{n}", link=None) for n in range(3)]
    after = [
        entry(f"https://new.example/{n}", link=None, title=before[n].title, summary=before[n].summary)
        for n in range(3)
    ]
    assert [key for key, _, _ in verdicts(before, after)] == [one.entry_key for one in before]
    assert {kind for _, kind, _ in verdicts(before, after)} == {TOUCHED}


def flipped(count: int, mark: str) -> list[Entry]:
    return [replace(entry(f"g{n}"), guid=f"{mark}{n}", entry_key=f"{mark}{n}") for n in range(count)]


def test_a_flip_of_all_guids_re_keys_by_link() -> None:
    before, after = flipped(5, "a"), flipped(5, "b")
    result = decided(answer(), document(*after), known(*before))
    assert [one.kind for one in result.entries] == [TOUCHED] * 5
    assert result.state.guid_policy == "flipped"
    assert not result.overflow
    kept = {one.entry.entry_key: one.digest for one in result.entries}
    again = decided(answer(), document(*after), kept, result.state)
    assert [one.kind for one in again.entries] == [SAME] * 5
    assert again.state.guid_policy == "guid"


def test_guids_that_churn_are_given_up_for_links() -> None:
    first = decided(answer(), document(*flipped(5, "b")), known(*flipped(5, "a")))
    kept = {one.entry.entry_key: one.digest for one in first.entries}
    second = decided(answer(), document(*flipped(5, "c")), kept, first.state)
    assert second.state.guid_policy == "link"
    assert second.counts.new == 0


def test_guids_that_number_places_are_no_identity() -> None:
    before = [entry(str(n), link=f"https://wire.example/s{n}", title=f"S{n}") for n in range(6)]
    after = [
        entry(str(n), link=f"https://wire.example/s{n + 2}", title=f"S{n + 2}", summary=f"About {n + 2}")
        for n in range(6)
    ]
    result = decided(answer(), document(*after), known(*before))
    assert result.state.guid_policy == "link"
    assert [one.kind for one in result.entries].count(NEW) == 2


def test_a_site_that_moves_house_keeps_its_guids() -> None:
    before = [entry(f"g{n}") for n in range(6)]
    after = [replace(one, link=f"https://new.example/{one.entry_key}") for one in before]
    result = decided(answer(), document(*after), known(*before))
    assert (result.state.guid_policy, result.counts.touched) == ("guid", 6)


ENTRIES = st.lists(
    st.builds(
        lambda key, guid, link, title: Entry("wire", key, guid, link, title, None),
        st.sampled_from("abcdef"),
        st.none() | st.sampled_from(["g1", "g2", "http://x/1", "https://y/1"]),
        st.none()
        | st.sampled_from(["https://a.example/1", "https://a.example/2?utm_source=x", "https://a.example/2"]),
        st.none() | st.sampled_from(["A", "B", "A #t #u"]),
    ),
    max_size=6,
    unique_by=lambda one: one.entry_key,
)


@given(ENTRIES, ENTRIES, st.sampled_from(["guid", "flipped", "link"]))
def test_every_entry_gets_one_verdict_under_a_key_of_its_own(
    before: list[Entry], after: list[Entry], policy: str
) -> None:
    result = decided(answer(), document(*after), known(*before), polled(guid_policy=policy))
    keys = [one.entry.entry_key for one in result.entries if one.kind is not NEW]
    assert len(result.entries) == len(after)
    assert len(set(keys)) == len(keys)
    assert set(keys) <= {one.entry_key for one in before}
    assert all(one.digest.entry_key == one.entry.entry_key for one in result.entries)


def test_entries_that_differ_in_little_are_each_found_again() -> None:
    """One guid, no link, and titles that differ in their tags alone."""
    entries = [Entry("wire", key, "g2", None, title, None) for key, title in (("b", "A #t #u"), ("a", "A"))]
    first = decided(answer(), document(*entries))
    kept = {one.entry.entry_key: one.digest for one in first.entries}
    again = decided(answer(), document(*entries), kept, first.state)
    assert [(one.kind, one.entry.entry_key) for one in again.entries] == [(SAME, "b"), (SAME, "a")]


@given(ENTRIES)
def test_the_same_document_again_is_nothing_new(entries: list[Entry]) -> None:
    first = decided(answer(), document(*entries))
    kept = {one.entry.entry_key: one.digest for one in first.entries}
    again = decided(answer(), document(*entries), kept, first.state)
    assert {one.kind for one in again.entries} <= {SAME}


# -- overflow, floors, redirects -----------------------------------------------------------------------------


def test_no_overlap_is_an_overflow_and_polls_sooner() -> None:
    result = decided(answer(), document(entry("g8"), entry("g9")), known(entry("g1")))
    assert result.overflow
    assert (result.state.overflows, result.state.overflow_at) == (1, NOW)
    minute = replace(result.state, last_success_at=NOW - timedelta(minutes=2))
    again = decided(answer(), document(entry("h8"), entry("h9")), known(entry("g8")), minute)
    assert again.state.next_poll_at == NOW + timedelta(seconds=60)


def test_an_overlap_or_a_first_poll_is_no_overflow() -> None:
    assert not decided(answer(), document(entry("g1"), entry("g9")), known(entry("g1"))).overflow
    assert not decided(answer(), document(entry("g1")), {}, FeedState("wire", URL)).overflow
    assert not decided(answer(), document(), known(entry("g1"))).overflow


def test_entries_beyond_the_cap_are_told() -> None:
    result = decided(answer(), document(entry(), total=1_700, capped=1_699))
    assert (result.counts.listed, result.counts.new, result.counts.capped) == (1_700, 1, 1_699)
    assert result.state.capped == 1_699


@pytest.mark.parametrize(
    ("ttl", "cache", "floor"),
    [
        (900.0, "", 900.0),
        (None, "public, max-age=1200", 1200.0),
        (900.0, "max-age=60", 900.0),
        (None, "s-maxage=900", None),
        (86_400.0, "", 18_000.0),
        (None, "max-age=31536000", 18_000.0),
        (None, "no-store", None),
    ],
)
def test_the_floor_comes_from_ttl_and_max_age_and_survives_a_304(
    ttl: float | None, cache: str, floor: float | None
) -> None:
    state = decided(answer(200, cache_control=cache), document(entry(), ttl=ttl), known(entry())).state
    assert state.floor == floor
    assert decided(answer(304), state=state).state.floor == floor
    assert decided(answer(200, b"new"), state=state).state.floor == floor
    assert state.next_poll_at is not None
    assert state.next_poll_at >= NOW + timedelta(seconds=floor or 0)


OTHER = "https://new.example/rss"


def test_a_permanent_redirect_is_adopted_after_seven_days() -> None:
    first = decided(answer(304, permanent=OTHER)).state
    assert (first.url, first.redirect_url, first.redirect_since) == (URL, OTHER, NOW)
    waiting = replace(first, redirect_since=NOW - timedelta(days=6))
    assert decided(answer(304, permanent=OTHER), state=waiting).state.url == URL
    week = replace(first, redirect_since=NOW - timedelta(days=7))
    result = decided(answer(200, permanent=OTHER), document(entry()), state=week)
    assert (result.state.url, result.state.redirect_url) == (OTHER, None)


def test_a_redirect_that_goes_away_or_leads_to_no_feed_is_not_adopted() -> None:
    week = polled(redirect_url=OTHER, redirect_since=NOW - timedelta(days=9))
    assert decided(answer(304), state=week).state.redirect_url is None
    page = Terminal(Reason.NOT_A_FEED, "an HTML page")
    assert decided(answer(200, permanent=OTHER), page, state=week).state.url == URL
    third = decided(answer(304, permanent="https://third.example/rss"), state=week).state
    assert (third.url, third.redirect_since) == (URL, NOW)


def test_http_to_https_of_the_same_address_is_adopted_at_once() -> None:
    before = polled(url="http://wire.example/rss")
    assert (
        decided(answer(304, permanent="https://wire.example/rss"), state=before).state.url
        == "https://wire.example/rss"
    )
    assert (
        decided(answer(304, permanent="https://wire.example/other"), state=before).state.url
        == "http://wire.example/rss"
    )


# -- failures ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reason", "weighs"),
    [
        (Reason.HTTP_404, 1.0),
        (Reason.NOT_A_FEED, 0.5),
        (Reason.DNS, 0.5),
        (Reason.TIMEOUT, 0.25),
        (Reason.HTTP_5XX, 0.25),
    ],
)
def test_failures_weigh_by_their_kind(reason: Reason, weighs: float) -> None:
    state = decided(FetchError(reason, "x")).state
    assert (reason.rule.feed_weight, state.failure_weight) == (weighs, weighs)
    assert state.next_poll_at == NOW + timedelta(hours=weighs)
    assert state.paused_until is None
    assert (state.last_reason, state.last_detail) == (str(reason), "x")


def test_a_success_forgives_all() -> None:
    state = decided(
        answer(304), state=polled(failures=9, failure_weight=9.0, last_reason="dns", paused_until=NOW)
    ).state
    assert (state.failures, state.failure_weight, state.last_reason, state.paused_until) == (
        0,
        0.0,
        None,
        None,
    )


@given(st.floats(0, 1e6), st.floats(0, 1e6))
def test_the_backoff_grows_and_never_ends(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert backoff(low) <= backoff(high) <= timedelta(days=30)
    assert backoff(24.0) == backoff(40.0) == timedelta(days=1)
    assert backoff(1000.0) == timedelta(days=30)


@pytest.mark.parametrize(("seconds", "pause"), [(3600.0, 3600.0), (86_400.0 * 9, 86_400.0), (5.0, 300.0)])
def test_retry_after_pauses_for_at_most_a_day(seconds: float, pause: float) -> None:
    state = decided(Transient(Reason.HTTP_429, "slow down", status=429, retry_after=seconds)).state
    assert state.next_poll_at == NOW + timedelta(seconds=pause)
    assert state.paused_until is not None
    assert (state.paused_until <= state.next_poll_at, state.last_status) == (True, 429)


@pytest.mark.parametrize("given", [Terminal(Reason.HTTP_410, "HTTP 410", status=410), answer(410)])
def test_gone_pauses_the_feed_and_says_so(given: Any) -> None:
    result = decided(given)
    assert result.state.paused_until == NOW + timedelta(days=30)
    assert "410" in (result.state.why_next or "")
    assert result.reason is Reason.HTTP_410


def test_an_adopted_address_that_fails_for_good_gives_way_to_the_configured_one() -> None:
    state = decided(FetchError(Reason.HTTP_410, "gone"), state=polled(url=OTHER)).state
    assert (state.url, state.paused_until) == (URL, None)
    assert decided(FetchError(Reason.TIMEOUT, "slow"), state=polled(url=OTHER)).state.url == OTHER


def test_a_state_the_entry_was_in_before_is_nothing_new() -> None:
    """Two caches that serve an old and a new copy of the feed in turn must not ask for the page at every
    poll."""
    first, second = entry(title="Bridge opens"), entry(title="Bridge opens late")
    rules = HostRules(())
    one = compare([first], {}, "guid", rules)[0]
    two = compare([second], {one.digest.entry_key: one.digest}, "guid", rules)[0]
    back = compare([first], {two.digest.entry_key: two.digest}, "guid", rules)[0]
    assert (one.kind, two.kind, back.kind) == (EntryKind.NEW, EntryKind.CHANGED, EntryKind.SAME)
    assert not back.fetch


# -- stamps that are not believed ----------------------------------------------------------------------------


def dated(days: float) -> Entry:
    return entry(published=at((NOW - timedelta(days=days)).isoformat()))


@pytest.mark.parametrize(
    ("stamp", "newest", "kept"),
    [
        ("Thu, 01 Jan 1970 00:00:00 GMT", 30.0, False),
        ("Mon, 01 Jan 1990 00:00:00 GMT", 30.0, False),
        ("Wed, 01 Jan 2020 00:00:00 GMT", 0.5, False),
        ("Mon, 31 Mar 2025 00:00:00 GMT", 0.5, False),
        ("Sun, 01 Jan 2040 00:00:00 GMT", 0.5, False),
        ("Tue, 01 Apr 2025 12:00:00 GMT", 0.5, True),
        ("Wed, 02 Apr 2025 12:00:00 GMT", 30.0, True),
        ("Wed, 01 Jan 2020 00:00:00 GMT", 4_000.0, True),
        ("Wed, 01 Jan 2020 00:00:00 GMT", -3.0, True),
        ("not a date", 0.5, True),
    ],
)
def test_a_last_modified_that_cannot_be_true_is_not_sent_back(stamp: str, newest: float, kept: bool) -> None:
    first = decided(answer(200, last_modified=stamp, etag='"e"'), document(dated(newest)))
    assert first.state.last_modified == (stamp if kept else None)
    assert conditional(first.state, NOW) == ('"e"', stamp if kept else None)
    again = answer(200, last_modified=stamp)
    assert needs_parsing(first.state, again) is not kept  # its entries are looked at before it is believed
    same = decided(again, None if kept else document(dated(newest)), state=first.state).state
    assert same.last_modified == (stamp if kept else None)


def test_a_zero_stamp_that_was_stored_or_comes_with_a_304_is_not_sent() -> None:
    zero = "Thu, 01 Jan 1970 00:00:00 GMT"
    assert conditional(polled(last_modified=zero), NOW) == ('"old"', None)
    assert (
        decided(answer(304, last_modified=zero), state=polled()).state.last_modified == polled().last_modified
    )


def test_two_caches_in_turn_lose_no_edit_and_repeat_none() -> None:
    old, new = [entry("g1"), entry("g2")], [entry("g1", title="Bridge opens late"), entry("g2"), entry("g3")]
    digests: dict[str, EntryDigest] = {}
    state, fetched = FeedState("wire", URL), []
    for turn, listed in enumerate([old, new, old, new, old, old, new]):
        given = answer(200, str(turn).encode(), etag='"2"' if listed is new else '"1"')
        result = decided(given, document(*listed), digests, state)
        fetched.append([one.entry.entry_key for one in result.entries if one.fetch])
        digests |= {one.digest.entry_key: one.digest for one in result.entries if one.stored}
        state = result.state
    assert fetched == [["g1", "g2"], ["g1", "g3"], [], [], [], [], []]


# -- the address of a feed -----------------------------------------------------------------------------------


def test_another_address_in_feeds_toml_is_polled_at_once_without_what_was_learnt_of_the_old_one() -> None:
    paused = polled(
        url=OTHER,
        config_url="https://old.example/rss",
        next_poll_at=NOW + timedelta(days=9),
        paused_until=NOW,
        failures=4,
        failure_weight=3.0,
        redirect_url=OTHER,
        guid_policy="link",
        last_new_at=NOW,
    )
    state = with_configured_url(FEED, paused)
    assert (state.url, state.config_url, state.next_poll_at, state.paused_until) == (URL, URL, None, None)
    assert conditional(state, NOW) == (None, None)
    assert (state.failures, state.redirect_url, state.body_hash) == (0, None, None)
    assert (state.guid_policy, state.last_new_at, state.polls) == ("link", NOW, paused.polls)
    assert not decided(answer(), document(entry("n")), known(entry("g")), state).overflow


def test_an_address_that_did_not_change_or_was_adopted_changes_nothing() -> None:
    adopted = polled(url=OTHER, config_url=URL)
    assert with_configured_url(FEED, adopted) == adopted
    written_down = with_configured_url(replace(FEED, url=OTHER), adopted)
    assert written_down == replace(adopted, config_url=OTHER)


@pytest.mark.parametrize(
    ("reason", "failures", "falls_back"),
    [
        (Reason.HTTP_404, 0, True),
        (Reason.NOT_A_FEED, 0, True),
        (Reason.DNS, 0, True),
        (Reason.HTTP_403, 0, True),
        (Reason.HTTP_5XX, 0, False),
        (Reason.TIMEOUT, 1, False),
        (Reason.TIMEOUT, 2, True),
    ],
)
def test_an_adopted_address_that_fails_falls_back(reason: Reason, failures: int, falls_back: bool) -> None:
    before = polled(url=OTHER, config_url=URL, failures=failures)
    state = decided(FetchError(reason, "x"), state=before).state
    assert state.url == (URL if falls_back else OTHER)
    assert state.etag == (None if falls_back else '"old"')


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        (URL, True),
        ("https://wire.example/other", True),
        ("http://wire.example/rss", False),
        ("https://new.example/rss", False),
        ("https://wire.example:8443/rss", False),
    ],
)
def test_the_headers_of_a_feed_stay_on_its_server(url: str, sent: bool) -> None:
    assert takes_secrets(FEED, url) is sent
