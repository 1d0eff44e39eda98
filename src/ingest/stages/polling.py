"""Poll: feeds are asked side by side, and each round of answers is decided and committed in one
transaction."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

from ingest.errors import FetchError, Terminal
from ingest.fetch.client import Kind
from ingest.load import links, polls, work
from ingest.load.db import Connection
from ingest.load.pages import advance
from ingest.load.rows import LinkState, Row, entry_row, pending_row
from ingest.load.work import due_rechecks, queue
from ingest.model import ArchivePlace, Feed, FeedDocument, FeedState, Reason, Response
from ingest.poll.decide import PollDecision, body_hash, conditional, decide_poll, needs_parsing
from ingest.poll.digest import EntryDigest, EntryKind
from ingest.poll.feed import FeedInput, parse_feed
from ingest.progress import Progress
from ingest.stages.counts import Counts
from ingest.stages.edges import Edges, check_disk
from ingest.stages.intents import Intents, link_of, plan
from ingest.stages.takedown import Again, bar, forget
from ingest.urls.identity import url_key
from ingest.workers import LimitHit

ROUND = 100
"""Polls in one transaction, where they do not come faster than they are committed."""

MOST_IN_ROUND = 1_000
"""A death loses no more than this many answers, and asks for them again."""

ROUND_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Answered:
    """One feed's answer, parsed where it brought a new body. The body itself is gone by now: `digest` and
    `size` tell of it."""

    feed: Feed
    state: FeedState
    answer: Response | FetchError
    document: FeedDocument | FetchError | None
    place: ArchivePlace | None = None
    digest: str | None = None
    size: int = 0


async def poll_feeds(
    edges: Edges, due: Sequence[tuple[Feed, FeedState]], progress: Progress | None = None
) -> Counts:
    """Ask all `due` feeds, at most one at a time per host (fetch/hosts.py sees to that), and commit in
    rounds."""
    counts = Counts()
    # A queue and not asyncio.wait, which looks at all that are waiting each time that one is done.
    answered: asyncio.Queue[asyncio.Future[Answered]] = asyncio.Queue()
    tasks = {asyncio.ensure_future(_ask(edges, feed, state)) for feed, state in due}
    for task in list(tasks):
        task.add_done_callback(answered.put_nowait)
        task.add_done_callback(
            tasks.discard
        )  # with what it found: thousands of documents are a lot of memory
    try:
        while counts.polled < len(due) and edges.left > 0:
            if ready := await _round(answered, min(ROUND, len(due) - counts.polled)):
                await _commit(edges, ready, counts)
                if progress:
                    progress("feeds", counts.polled, len(due))
    finally:
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return counts


async def _round(answered: asyncio.Queue[asyncio.Future[Answered]], enough: int) -> list[Answered]:
    """What comes in a ROUND_SECONDS, or `enough` if they come sooner; and what came while the round before
    was committed."""
    ready: list[Answered] = []
    loop = asyncio.get_running_loop()
    deadline = loop.time() + ROUND_SECONDS
    while len(ready) < enough and (left := deadline - loop.time()) > 0:
        try:
            ready.append((await asyncio.wait_for(answered.get(), left)).result())
        except TimeoutError:
            break
    while len(ready) < MOST_IN_ROUND and not answered.empty():
        ready.append(answered.get_nowait().result())
    return ready


async def _ask(edges: Edges, feed: Feed, state: FeedState) -> Answered:
    etag, modified = conditional(state, edges.now)
    try:
        answer = await edges.client.get(
            state.url, kind=Kind.FEED, etag=etag, last_modified=modified, headers=feed.headers
        )
    except FetchError as error:
        return Answered(feed, state, error, None)
    light = replace(answer, body=b"")
    if not needs_parsing(state, answer):
        return Answered(feed, state, light, None, size=len(answer.body))
    document = await _parsed(edges, feed, answer)
    place = edges.archive.append(answer) if isinstance(document, FeedDocument) else None
    return Answered(feed, state, light, document, place, body_hash(answer.body), len(answer.body))


async def _parsed(edges: Edges, feed: Feed, answer: Response) -> FeedDocument | FetchError:
    given = FeedInput(
        feed,
        answer.body,
        answer.url,
        answer.headers.get("content-type"),
        edges.now,
        edges.settings.entries_cap,
    )
    edges.client.backlog.add(len(answer.body))
    try:
        document: FeedDocument = await edges.workers.run(parse_feed, given)
        return document
    except FetchError as error:
        return error
    except LimitHit as hit:
        return Terminal(Reason.PARSE_LIMIT, f"parsing the feed: {hit}")
    finally:
        edges.client.backlog.remove(len(answer.body))


async def _commit(edges: Edges, ready: Sequence[Answered], counts: Counts) -> None:
    check_disk(edges.settings)
    edges.archive.sync()
    for answered, decision in await asyncio.to_thread(_commit_round, edges, ready):
        counts.polled += 1
        counts.not_modified += decision.not_modified
        counts.entries += decision.total
        kinds = decision.counts
        counts.new += kinds[EntryKind.NEW]
        counts.changed += kinds[EntryKind.CHANGED]
        if not decision.ok:
            counts.failed += 1
            counts.failures.append((answered.feed.id, str(decision.reason or "?"), decision.detail or ""))


def _commit_round(edges: Edges, ready: Sequence[Answered]) -> list[tuple[Answered, PollDecision]]:
    """Entries, feed states, validators and pending work in ONE transaction."""
    ordered = sorted(ready, key=lambda answered: answered.feed.position)
    with edges.warehouse.transaction() as con:
        known = _known(con, ordered)
        decided = [(one, _decide(edges, one, known.get(one.feed.id, {}))) for one in ordered]
        again = _write(con, edges, decided, known)
    forget(edges, again)
    return decided


def _known(con: Connection, ordered: Sequence[Answered]) -> dict[str, dict[str, EntryDigest]]:
    asked = [
        (one.feed.id, entry.entry_key)
        for one in ordered
        if isinstance(one.document, FeedDocument)
        for entry in one.document.entries
    ]
    return {
        feed_id: {key: EntryDigest(**json.loads(text)) for key, text in digests.items()}
        for feed_id, digests in polls.known_entries(con, asked).items()
    }


def _decide(edges: Edges, one: Answered, known: dict[str, EntryDigest]) -> PollDecision:
    return decide_poll(
        one.feed,
        one.state,
        one.answer,
        one.document,
        known,
        edges.now,
        rules=edges.rules,
        min_interval=edges.settings.min_interval,
        entries_cap=edges.settings.entries_cap,
        k=edges.k,
        digest=one.digest,
    )


def _write(
    con: Connection,
    edges: Edges,
    decided: Sequence[tuple[Answered, PollDecision]],
    known: dict[str, dict[str, EntryDigest]],
) -> Again:
    known_links = polls.known_links(con, _link_keys(edges, decided, known))
    barred = any(link.taken_down for link in known_links.values())
    again = _keep_out(con, edges, decided, known, known_links) if barred else Again()
    intents = Intents()
    for one, decision in decided:
        plan(
            one.feed,
            decision.entries,
            known.get(one.feed.id, {}),
            known_links,
            intents,
            edges.now,
            edges.rules,
        )
    polls.write_states(con, [(one.feed, decision.state) for one, decision in decided])
    polls.write_polls(
        con,
        [_poll_row(edges, one, decision) for one, decision in decided],
        [row for one, decision in decided for row in _history(edges, one, decision)],
        [row for one, decision in decided for row in _digests(edges, one, decision)],
    )
    links.add_aliases(con, intents.aliases)
    work.queue(con, [pending_row(one, next_attempt_at=edges.now) for one in intents.pending.values()])
    replaced = {old: key for old, key in intents.replaced.items() if old not in intents.pending}
    work.drop(con, list(replaced))
    links.lead_links(con, list(replaced.items()))
    work.settle(con, list(intents.outcomes.values()))
    advance(con, [one.place for one, _ in decided if one.place])
    return again


def _keep_out(
    con: Connection,
    edges: Edges,
    decided: Sequence[tuple[Answered, PollDecision]],
    known: dict[str, dict[str, EntryDigest]],
    known_links: dict[str, LinkState],
) -> Again:
    """A feed still lists what was taken down: its record is to go, and where the entry has another address,
    that is barred too."""
    places, led = [], dict[str, str]()
    for one, decision in decided:
        listed: dict[str, str] = {}
        for verdict in decision.entries:
            key = url_key(link_of(verdict.entry), edges.rules)
            before = known.get(one.feed.id, {}).get(verdict.entry.entry_key)
            for old in (key, before.link_key if before else None):
                if old in known_links and (reason := known_links[old].taken_down):
                    listed[key] = known_links[old].article_key or old
                    known_links[key] = replace(known_links[key], taken_down=reason)
        led |= listed
        places += [one.place] if listed and one.place else []
    return bar(con, edges, led, places, clean=True)


def _link_keys(
    edges: Edges, decided: Sequence[tuple[Answered, PollDecision]], known: dict[str, dict[str, EntryDigest]]
) -> set[str]:
    keys: set[str] = set()
    for one, decision in decided:
        digests = known.get(one.feed.id, {})
        for verdict in decision.entries:
            keys.add(url_key(link_of(verdict.entry), edges.rules))
            before = digests.get(verdict.entry.entry_key)
            if before is not None and before.link_key:
                keys.add(before.link_key)
    return keys


def _poll_row(edges: Edges, one: Answered, decision: PollDecision) -> Row:
    answer, kinds = one.answer, decision.counts
    arrived = answer if isinstance(answer, Response) else None
    return {
        "day": edges.now.date(),
        "run_id": edges.run_id,
        "feed_id": one.feed.id,
        "polled_at": edges.now,
        "url": arrived.url if arrived else one.state.url,
        "status": answer.status,
        "not_modified": decision.not_modified,
        "entries": decision.total,
        "new": kinds[EntryKind.NEW],
        "changed": kinds[EntryKind.CHANGED],
        "touched": kinds[EntryKind.TOUCHED],
        "capped": decision.capped,
        "overflow": decision.overflow,
        "bytes": one.size,
        "seconds": arrived.seconds if arrived else 0.0,
        "reason": decision.reason,
        "detail": decision.detail,
        "page_file": one.place.file if one.place else None,
        "page_offset": one.place.offset if one.place else None,
    }


def _history(edges: Edges, one: Answered, decision: PollDecision) -> list[Row]:
    return [
        entry_row(
            verdict.entry,
            state=verdict.kind,
            url_key=url_key(link_of(verdict.entry), edges.rules),
            run_id=edges.run_id,
            now=edges.now,
            with_content=one.feed.full_text,
        )
        for verdict in decision.entries
        if verdict.kind is not EntryKind.SAME
    ]


def _digests(edges: Edges, one: Answered, decision: PollDecision) -> list[Row]:
    return [
        {
            "feed_id": one.feed.id,
            "entry_key": verdict.digest.entry_key,
            "url_key": url_key(link_of(verdict.entry), edges.rules),
            "digest": json.dumps(asdict(verdict.digest)),
            "seen_at": edges.now,
        }
        for verdict in decision.entries
        if verdict.kind is not EntryKind.SAME
    ]


MOST = 200
"""Pages asked for again in one run, the youngest articles' first: new links must not wait behind old ones."""


def queue_rechecks(edges: Edges, feeds: Iterable[Feed]) -> int:
    """Queue what is due; hosts' robots, delays and pauses hold as for any page. Returns how many pages."""
    wanted = [feed.id for feed in feeds if feed.recheck and not feed.full_text]
    if not wanted:
        return 0
    with edges.warehouse.transaction() as con:
        work = due_rechecks(con, wanted, edges.now, MOST)
        queue(con, [pending_row(one, next_attempt_at=edges.now) for one in work])
    return len(work)
