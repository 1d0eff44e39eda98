"""What the entries of a poll ask for: pages to fetch, links to remember, outcomes to write. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ingest.load.rows import Row, work_row
from ingest.model import Entry, EntryHints, Feed, Outcome, Reason, Work, WorkKind
from ingest.poll.digest import EntryDigest, EntryKind, EntryVerdict
from ingest.urls.identity import HostRules, host_of, url_key


@dataclass(slots=True)
class Intents:
    """Rows for core.pending, core.alias and core.outcome; `pending` by link key, where the smallest rank
    wins.

    `mended`: link keys whose waiting work is given up for the key that their feed names instead.
    """

    pending: dict[str, Row] = field(default_factory=dict)
    mended: dict[str, str] = field(default_factory=dict)
    aliases: list[Row] = field(default_factory=list)
    outcomes: dict[str, Row] = field(default_factory=dict)


def link_of(entry: Entry) -> str:
    """The entry's address; an entry without one gets a name of its own, so that it can be accounted for."""
    return entry.link or f"urn:wire-entry:{entry.feed_id}:{entry.entry_key}"


def rank_of(feed: Feed, url: str) -> str:
    """Orders links to one key whatever order they arrive in: place of the feed in feeds.toml, then the
    shorter, then spelling."""
    return f"{feed.position:06d} {len(url):05d} {url}"


def plan(
    feed: Feed,
    verdicts: Iterable[EntryVerdict],
    known: Mapping[str, EntryDigest],
    links: Mapping[str, Mapping[str, Any]],
    intents: Intents,
    now: datetime,
    rules: HostRules,
) -> None:
    """Add to `intents` what these verdicts ask for. `links` is what the warehouse knows of each link key
    (load/polls.py)."""
    for verdict in verdicts:
        if verdict.kind is EntryKind.SAME:
            continue
        link = link_of(verdict.entry)
        key = url_key(link, rules)
        there = links.get(key, {})
        before = known.get(verdict.entry.entry_key)
        moved = before is not None and before.link_key is not None and before.link_key != key
        old = links.get(before.link_key or "", {}) if moved and before is not None else {}
        leads_to = there.get("article_key") or old.get(
            "article_key"
        )  # the same guid with a new URL keeps its article
        if verdict.kind is EntryKind.NEW or moved:
            intents.aliases.append(_alias(feed, link, key, leads_to or key, now))
        if there.get("taken_down"):
            _settle(
                intents,
                feed,
                key,
                leads_to or key,
                Outcome.SKIPPED,
                now,
                Reason.TAKEDOWN,
                there["taken_down"],
            )
        else:
            mended = (
                leads_to is None
                and there.get("outcome") is None
                and _mended(intents, feed, verdict, key, old, now)
            )
            _ask(intents, feed, verdict, link, key, leads_to, there, now, mended=mended)


def _ask(
    intents: Intents,
    feed: Feed,
    verdict: EntryVerdict,
    link: str,
    key: str,
    leads_to: str | None,
    there: Mapping[str, Any],
    now: datetime,
    *,
    mended: bool,
) -> None:
    entry = verdict.entry
    if entry.link is None and not _carries_text(feed, entry):
        _settle(
            intents,
            feed,
            key,
            key,
            Outcome.SKIPPED,
            now,
            Reason.NO_URL,
            "the entry names no page and carries no text",
        )
        return
    if leads_to is not None and there.get("outcome") is None:
        _settle(
            intents, feed, key, leads_to, Outcome.LOADED, now, None, "another address of a loaded article"
        )
    wanted = (verdict.fetch or mended) and (
        leads_to is None or verdict.kind is EntryKind.CHANGED or _carries_text(feed, entry)
    )
    if not wanted or (verdict.kind is EntryKind.NEW and there.get("outcome") in ("failed", "skipped")):
        return
    work = _work(feed, entry, link, key, known=leads_to is not None, now=now)
    if _stays(intents, there, work):
        return
    intents.pending[key] = work_row(work, next_attempt_at=now)
    if leads_to is None:
        _settle(intents, feed, key, key, Outcome.PENDING, now, None, None)


def _mended(
    intents: Intents, feed: Feed, verdict: EntryVerdict, key: str, old: Mapping[str, Any], now: datetime
) -> bool:
    """True where an entry names another address before the page at the first one was had (a slip of the pen,
    put right).

    Its waiting work is given up for the new one; elsewhere the new address shares the old one's outcome.
    """
    if verdict.kind is not EntryKind.TOUCHED or verdict.twin_of is not None or old.get("outcome") is None:
        return False
    if old["outcome"] == Outcome.PENDING:
        if (old["pending_rank"] or "").startswith(rank_of(feed, "")[:7]) and old[
            "asked"
        ] not in intents.pending:
            intents.mended[old["asked"]] = key
            _settle(
                intents,
                feed,
                old["asked"],
                key,
                Outcome.DUPLICATE_URL,
                now,
                None,
                "its feed names another address since",
            )
        return True
    if old["outcome"] == Outcome.FAILED and old["reason"] and Reason(old["reason"]).rule.address_at_fault:
        return True
    _settle(intents, feed, key, key, old["outcome"], now, old["reason"], "as at its former address")
    return False


def _stays(intents: Intents, there: Mapping[str, Any], work: Work) -> bool:
    """True where waiting work for this key came by a link of smaller rank: order of arrival must not
    matter."""
    waiting = intents.pending.get(work.url_key)
    rank = waiting["rank"] if waiting else there.get("pending_rank")
    return rank is not None and rank < work.rank


def _work(feed: Feed, entry: Entry, link: str, key: str, *, known: bool, now: datetime) -> Work:
    text = _carries_text(feed, entry)
    kind = WorkKind.ENTRY if text else WorkKind.REFETCH if known else WorkKind.NEW
    return Work(
        key,
        link,
        host_of(link),
        feed.id,
        rank_of(feed, link),
        kind,
        now.date(),
        now,
        _hints(entry),
        (entry.content_html or entry.summary) if text else None,
    )


def _hints(entry: Entry) -> EntryHints:
    return entry.hints


def _carries_text(feed: Feed, entry: Entry) -> bool:
    return feed.full_text and bool(entry.content_html or entry.summary)


def _alias(feed: Feed, link: str, key: str, leads_to: str, now: datetime) -> Row:
    return {
        "url": link,
        "link_key": key,
        "url_key": leads_to,
        "feed_id": feed.id,
        "rank": rank_of(feed, link),
        "kind": "link",
        "day": now.date(),
        "seen_at": now,
    }


def _settle(
    intents: Intents,
    feed: Feed,
    key: str,
    leads_to: str,
    outcome: Outcome,
    now: datetime,
    reason: Reason | None,
    detail: str | None,
) -> None:
    before = intents.outcomes.get(key)
    feed_id = before["feed_id"] if before else feed.id
    intents.outcomes[key] = {
        "link_key": key,
        "url_key": leads_to,
        "feed_id": feed_id,
        "outcome": outcome,
        "reason": reason,
        "detail": detail,
        "fetched": False,
        "extracted": False,
        "day": now.date(),
        "decided_at": now,
    }
