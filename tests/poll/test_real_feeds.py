"""Captured feeds and successive real polls: what the rules make of them."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.model import Feed, FeedDocument, FeedState, Response
from ingest.poll.decide import PollDecision, decide_poll
from ingest.poll.digest import EntryDigest
from ingest.poll.feed import FeedInput, parse_feed
from ingest.urls.identity import HostRules

DATA = Path(__file__).parents[2].parent / "shared" / "data"
RULES = HostRules()
FEED = Feed("wire", "https://wire.example/rss")

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(
        not (DATA / "series").is_dir(), reason="the captured material (../shared/data) is not here"
    ),
]


def bodies(path: Path, count: int) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path) as archive:
        members = sorted((one for one in archive if one.isfile()), key=lambda one: one.name)
        for member in members[:count]:
            opened = archive.extractfile(member)
            assert opened is not None
            yield Path(member.name).name, opened.read()


def read(body: bytes, now: datetime) -> FeedDocument:
    return parse_feed(FeedInput(FEED, body, FEED.url, None, now))


def replayed(name: str, polls: int) -> tuple[list[PollDecision], dict[str, EntryDigest]]:
    known: dict[str, EntryDigest] = {}
    state, decisions = FeedState(FEED.id, FEED.url), []
    for member, body in bodies(DATA / "series" / f"{name}.tar.xz", polls):
        now = datetime.strptime(member[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        answer = Response(FEED.url, FEED.url, 200, {}, body, now)
        for document in (read(body, now), None):
            decision = decide_poll(FEED, state, answer, document, known, now, rules=RULES)
            state = decision.state
            decisions.append(decision)
            known |= {one.entry.entry_key: one.digest for one in decision.entries}
    return decisions, known


@pytest.mark.parametrize("name", ["bbc", "smh", "aljazeeraenglish", "nzherald"])
def test_one_entry_per_identity_over_twenty_polls(name: str) -> None:
    decisions, known = replayed(name, 20)
    new = sum(one.counts.new for one in decisions)
    guids = {one.guid or one.entry_key for one in known.values()}
    links = {one.link_key for one in known.values()}
    assert new == len(known) == len(guids) == len(links)
    assert all(one.ok for one in decisions)
    assert all(one.state.guid_policy == "guid" for one in decisions)
    assert not any(one.entries for one in decisions[1::2])


def test_a_document_read_again_changes_nothing() -> None:
    (_, body), now = next(bodies(DATA / "series" / "bbc.tar.xz", 1)), datetime(2021, 10, 18, tzinfo=UTC)
    answer = Response(FEED.url, FEED.url, 200, {}, body, now)
    first = decide_poll(FEED, FeedState(FEED.id, FEED.url), answer, read(body, now), {}, now, rules=RULES)
    known = {one.entry.entry_key: one.digest for one in first.entries}
    again = decide_poll(FEED, first.state, answer, read(body, now), known, now, rules=RULES)
    assert again.counts.same == again.counts.listed - again.counts.repeated


def test_every_captured_feed_gives_keyed_entries_or_a_reason() -> None:
    now = datetime(2027, 1, 1, tzinfo=UTC)
    for name, body in bodies(DATA / "feeds" / "captured.tar.xz", 60):
        document = read(body, now)
        assert document.version, name
        assert len({entry.entry_key for entry in document.entries}) == len(document.entries), name
        assert all(entry.link is None or entry.link.startswith("http") for entry in document.entries), name
        assert "\x00" not in repr(document), name
