"""Poll: feeds are fetched side by side; what each round of answers means is decided and committed in one
transaction."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace

from ingest.errors import FetchError, Terminal
from ingest.fetch.client import Kind
from ingest.fetch.tokens import feed_headers
from ingest.load import links, polls, work
from ingest.load.db import Connection
from ingest.load.pages import advance
from ingest.load.rows import LinkState, Row, entry_row, pending_row
from ingest.load.work import due_rechecks, queue
from ingest.model import ArchivePlace, Feed, FeedDocument, FeedState, Response
from ingest.poll.address import takes_secrets
from ingest.poll.decide import PollDecision, body_hash, conditional, decide_poll, needs_parsing
from ingest.poll.digest import EntryDigest
from ingest.poll.feed import FeedInput, parse_feed
from ingest.poll.verdicts import EntryKind
from ingest.progress import Progress
from ingest.reasons import Reason
from ingest.stages.counts import Counts
from ingest.stages.edges import Edges, check_disk
from ingest.stages.intents import Intents, link_key_of, plan
from ingest.stages.takedown import RecordsToRemove, bar_addresses, remove_records
from ingest.urls.identity import url_key
from ingest.workers import LimitHit

log = logging.getLogger(__name__)

ROUND = 100
"""Polls in one transaction, unless they arrive faster than they are committed."""

MOST_IN_ROUND = 1_000
"""Polls in one transaction, at most: a run that is killed loses this many answers and fetches them again."""

ROUND_SECONDS = 1.0
"""How long a round waits for answers."""


@dataclass(frozen=True, slots=True)
class PolledFeed:
    """A feed's answer, with its document where its body is new. The body itself is no longer kept, only
    its `digest` (decide.body_hash) and its `size` in bytes; `place` is its record in the archive."""

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
    """Fetch all `due` feeds side by side, each host's one after another (fetch/hosts.py), and commit them in
    rounds. Returns the counts of the polls; what the run's time does not suffice for is left out."""
    counts = Counts()
    # A queue, because asyncio.wait looks at all tasks each time that one of them ends.
    answered: asyncio.Queue[asyncio.Future[PolledFeed]] = asyncio.Queue()
    tasks = {asyncio.ensure_future(_fetch(edges, feed, state)) for feed, state in due}
    for task in list(tasks):
        task.add_done_callback(answered.put_nowait)
        task.add_done_callback(tasks.discard)  # its document too: thousands of them are a lot of memory
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


async def _round(answered: asyncio.Queue[asyncio.Future[PolledFeed]], enough: int) -> list[PolledFeed]:
    """The answers of the next ROUND_SECONDS, or `enough` of them if they arrive sooner, with those that
    arrived while the previous round was committed."""
    ready: list[PolledFeed] = []
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


async def _fetch(edges: Edges, feed: Feed, state: FeedState) -> PolledFeed:
    etag, modified = conditional(state, edges.now)
    try:
        secrets = feed_headers(feed) if takes_secrets(feed, state.url) else {}
        answer = await edges.client.get(
            state.url, kind=Kind.FEED, etag=etag, last_modified=modified, headers=secrets
        )
    except FetchError as error:
        return PolledFeed(feed, state, error, None)
    without_body = replace(answer, body=b"")
    if not needs_parsing(state, answer):
        return PolledFeed(feed, state, without_body, None, size=len(answer.body))
    document = await _parsed(edges, feed, answer)
    place = edges.archive.append(answer) if isinstance(document, FeedDocument) else None
    return PolledFeed(
        feed,
        state,
        without_body,
        document,
        place=place,
        digest=body_hash(answer.body),
        size=len(answer.body),
    )


async def _parsed(edges: Edges, feed: Feed, answer: Response) -> FeedDocument | FetchError:
    source = FeedInput(
        feed,
        answer.body,
        answer.url,
        answer.headers.get("content-type"),
        edges.now,
        edges.settings.entries_cap,
    )
    edges.client.backlog.add(len(answer.body))
    try:
        document: FeedDocument = await edges.workers.run(parse_feed, source)
        return document
    except FetchError as error:
        return error
    except LimitHit as hit:
        return Terminal(Reason.PARSE_LIMIT, f"parsing the feed: {hit}")
    finally:
        edges.client.backlog.remove(len(answer.body))


async def _commit(edges: Edges, ready: Sequence[PolledFeed], counts: Counts) -> None:
    check_disk(edges.settings)
    edges.archive.sync()
    for polled, decision in await asyncio.to_thread(_commit_round, edges, ready):
        counts.polled += 1
        counts.not_modified += decision.not_modified
        found = decision.counts
        counts.entries += found.listed
        counts.new += found.new
        counts.changed += found.changed
        counts.touched += found.touched
        counts.same += found.same
        counts.repeated += found.repeated
        counts.capped += found.capped
        counts.unreadable += found.unreadable
        if not decision.ok:
            counts.failed += 1
            reason, detail = str(decision.reason or "?"), decision.detail or ""
            counts.failures.append((polled.feed.id, reason, detail))
            log.info("feed %s failed: %s: %s", polled.feed.id, reason, detail)
        elif decision.malformed:
            log.info("feed %s is broken: %s", polled.feed.id, decision.malformed)


def _commit_round(edges: Edges, ready: Sequence[PolledFeed]) -> list[tuple[PolledFeed, PollDecision]]:
    """Decide and write a round: entries, feed states with their validators, and pending work, all in one
    transaction."""
    ordered = sorted(ready, key=lambda polled: polled.feed.position)
    with edges.warehouse.transaction() as con:
        known = _known(con, edges, ordered)
        decided = [(polled, _decide(edges, polled, known.get(polled.feed.id, {}))) for polled in ordered]
        records = _write(con, edges, decided, known)
    remove_records(edges, records)
    return decided


def _known(con: Connection, edges: Edges, ordered: Sequence[PolledFeed]) -> dict[str, dict[str, EntryDigest]]:
    entries = [
        (polled.feed.id, entry.entry_key, url_key(entry.link, edges.rules) if entry.link else None)
        for polled in ordered
        if isinstance(polled.document, FeedDocument)
        for entry in polled.document.entries
    ]
    return {
        feed_id: {key: EntryDigest(**json.loads(text)) for key, text in digests.items()}
        for feed_id, digests in polls.known_entries(con, entries).items()
    }


def _decide(edges: Edges, polled: PolledFeed, known: dict[str, EntryDigest]) -> PollDecision:
    return decide_poll(
        polled.feed,
        polled.state,
        polled.answer,
        polled.document,
        known,
        edges.now,
        rules=edges.rules,
        min_interval=edges.settings.min_interval,
        k=edges.k,
        digest=polled.digest,
    )


def _write(
    con: Connection,
    edges: Edges,
    decided: Sequence[tuple[PolledFeed, PollDecision]],
    known: dict[str, dict[str, EntryDigest]],
) -> RecordsToRemove:
    known_links = polls.known_links(con, _link_keys(edges, decided, known))
    listed = any(link.taken_down for link in known_links.values())
    records = _keep_out(con, edges, decided, known, known_links) if listed else RecordsToRemove()
    intents = Intents()
    for polled, decision in decided:
        plan(
            polled.feed,
            decision.entries,
            known.get(polled.feed.id, {}),
            known_links,
            intents,
            edges.now,
            edges.rules,
        )
    polls.write_states(con, [(polled.feed, decision.state) for polled, decision in decided])
    polls.write_polls(
        con,
        [_poll_row(edges, polled, decision) for polled, decision in decided],
        [row for polled, decision in decided for row in _history(edges, polled, decision)],
        [row for polled, decision in decided for row in _digests(edges, polled, decision)],
    )
    links.add_aliases(con, intents.aliases)
    work.queue(con, [pending_row(queued, next_attempt_at=edges.now) for queued in intents.pending.values()])
    replaced = {old: key for old, key in intents.replaced.items() if old not in intents.pending}
    work.drop(con, list(replaced))
    links.lead_links(con, list(replaced.items()))
    work.settle(con, list(intents.outcomes.values()))
    advance(con, [polled.place for polled, _ in decided if polled.place])
    return records


def _keep_out(
    con: Connection,
    edges: Edges,
    decided: Sequence[tuple[PolledFeed, PollDecision]],
    known: dict[str, dict[str, EntryDigest]],
    known_links: dict[str, LinkState],
) -> RecordsToRemove:
    """Where a feed still lists what was taken down, its record in the archive is removed; if the entry has
    another address by now, that address is barred too."""
    places, barred = [], dict[str, str]()
    for polled, decision in decided:
        listed: dict[str, str] = {}
        for verdict in decision.entries:
            key = url_key(verdict.address, edges.rules)
            before = known.get(polled.feed.id, {}).get(verdict.entry.entry_key)
            for old in (key, link_key_of(polled.feed.id, before) if before else None):
                if old in known_links and (reason := known_links[old].taken_down):
                    listed[key] = known_links[old].article_key or old
                    known_links[key] = replace(known_links[key], taken_down=reason)
        barred |= listed
        places += [polled.place] if listed and polled.place else []
    return bar_addresses(con, edges, barred, places, clean=True)


def _link_keys(
    edges: Edges, decided: Sequence[tuple[PolledFeed, PollDecision]], known: dict[str, dict[str, EntryDigest]]
) -> set[str]:
    keys: set[str] = set()
    for polled, decision in decided:
        digests = known.get(polled.feed.id, {})
        for verdict in decision.entries:
            keys.add(url_key(verdict.address, edges.rules))
            before = digests.get(verdict.entry.entry_key)
            if before is not None:
                keys.add(link_key_of(polled.feed.id, before))
    return keys


def _poll_row(edges: Edges, polled: PolledFeed, decision: PollDecision) -> Row:
    answer, counts = polled.answer, decision.counts
    response = answer if isinstance(answer, Response) else None
    return {
        "day": edges.now.date(),
        "run_id": edges.run_id,
        "feed_id": polled.feed.id,
        "polled_at": edges.now,
        "url": response.url if response else polled.state.url,
        "status": answer.status,
        "not_modified": decision.not_modified,
        "entries": counts.listed,
        "new": counts.new,
        "changed": counts.changed,
        "touched": counts.touched,
        "same": counts.same,
        "repeated": counts.repeated,
        "capped": counts.capped,
        "unreadable": counts.unreadable,
        "malformed": decision.malformed,
        "overflow": decision.overflow,
        "bytes": polled.size,
        "seconds": response.seconds if response else 0.0,
        "reason": decision.reason,
        "detail": decision.detail,
        "page_file": polled.place.file if polled.place else None,
        "page_offset": polled.place.offset if polled.place else None,
    }


def _history(edges: Edges, polled: PolledFeed, decision: PollDecision) -> list[Row]:
    return [
        entry_row(
            verdict.entry,
            state=verdict.kind,
            url_key=url_key(verdict.address, edges.rules),
            run_id=edges.run_id,
            now=edges.now,
            with_content=polled.feed.full_text,
        )
        for verdict in decision.entries
        if verdict.kind is not EntryKind.SAME
    ]


def _digests(edges: Edges, polled: PolledFeed, decision: PollDecision) -> list[Row]:
    return [
        {
            "feed_id": polled.feed.id,
            "entry_key": verdict.digest.entry_key,
            "url_key": link_key_of(polled.feed.id, verdict.digest),
            "digest": json.dumps(asdict(verdict.digest)),
            "seen_at": edges.now,
        }
        for verdict in decision.entries
        if verdict.stored
    ]


MOST = 200
"""Pages that one run queues again, those of the youngest articles first: new links must not wait behind old
ones."""


def queue_rechecks(edges: Edges, feeds: Iterable[Feed]) -> int:
    """Queue the young articles of these feeds that are due for another look. Returns the number of pages."""
    wanted = [feed.id for feed in feeds if feed.recheck and not feed.full_text]
    if not wanted:
        return 0
    with edges.warehouse.transaction() as con:
        work = due_rechecks(con, wanted, edges.now, MOST)
        queue(con, [pending_row(recheck, next_attempt_at=edges.now) for recheck in work])
    return len(work)
