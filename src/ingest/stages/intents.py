"""What the entries of a poll lead to: pages to fetch, addresses to remember, outcomes to write. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ingest.load.rows import AliasRow, LinkState, OutcomeRow, alias_row, outcome_row
from ingest.model import Feed, Rank, Work, WorkKind
from ingest.poll.digest import EntryDigest
from ingest.poll.matching import guid_version
from ingest.poll.verdicts import EntryKind, EntryVerdict, address_of
from ingest.reasons import Outcome, Reason
from ingest.urls.identity import HostRules, host_of, is_home, url_key


@dataclass(slots=True)
class Intents:
    """What one round of polls adds to the warehouse.

    `pending`: work by link key; of several links to one key the smallest rank wins. `replaced`: link keys
    whose waiting work is dropped, each with the key that its feed names instead. `outcomes`: by link key.
    """

    pending: dict[str, Work] = field(default_factory=dict)
    replaced: dict[str, str] = field(default_factory=dict)
    aliases: list[AliasRow] = field(default_factory=list)
    outcomes: dict[str, OutcomeRow] = field(default_factory=dict)


def link_key_of(feed_id: str, digest: EntryDigest) -> str:
    """The link key of an entry: that of its link, or a urn where its article is its own or it has no link."""
    return (None if digest.own_key else digest.link_key) or address_of(feed_id, digest)


def plan(
    feed: Feed,
    verdicts: Iterable[EntryVerdict],
    known: Mapping[str, EntryDigest],
    links: Mapping[str, LinkState],
    intents: Intents,
    now: datetime,
    rules: HostRules,
) -> None:
    """Add what these entries of one feed lead to. `known` holds the feed's digests by entry_key, `links` what
    the warehouse knows of each link key (load/polls.known_links)."""
    for verdict in sorted(verdicts, key=_in_turn):  # of several entries of one page the latest describes it
        if verdict.kind is not EntryKind.SAME:
            _EntryPlan(feed, verdict, known.get(verdict.entry.entry_key), links, intents, now, rules).add()


def _in_turn(verdict: EntryVerdict) -> tuple[object, ...]:
    stamp = verdict.entry.modified or verdict.entry.published
    version = guid_version(verdict.entry.guid)
    seconds = stamp.at.timestamp() if stamp else 0.0
    return verdict.twin_of is None, seconds, version[1] if version else 0


class _EntryPlan:
    """One entry that is new, changed or touched, with the state of its link and of its former link."""

    def __init__(
        self,
        feed: Feed,
        verdict: EntryVerdict,
        digest: EntryDigest | None,
        links: Mapping[str, LinkState],
        intents: Intents,
        now: datetime,
        rules: HostRules,
    ) -> None:
        self._feed = feed
        self._entry = verdict.entry
        self._verdict = verdict
        self._intents = intents
        self._now = now
        self._is_new = verdict.kind is EntryKind.NEW
        self._url = verdict.address
        self._key = url_key(self._url, rules)
        self._link = links.get(self._key) or LinkState(self._key)
        former = link_key_of(feed.id, digest) if digest is not None else None
        if former == verdict.digest.link_key and verdict.digest.own_key is not None:
            former = None  # its link is another entry's, too, which keeps the article
            self._is_new = True
        self._moved = former is not None and former != self._key
        self._former = (links.get(former) or LinkState(former)) if former and self._moved else LinkState("")
        # The same guid with a new URL keeps its article.
        self._article_key = self._link.article_key or self._former.article_key
        self._has_text = feed.full_text and bool(self._entry.content_html or self._entry.summary)

    def add(self) -> None:
        """Add the entry's rows to the intents."""
        if self._is_new or self._moved:
            self._intents.aliases.append(self._alias())
        if self._link.taken_down:
            self._settle(Outcome.SKIPPED, Reason.TAKEDOWN, self._link.taken_down)
            return
        undecided = self._article_key is None and self._link.outcome is None
        nowhere = self._entry.link is None and not self._has_text
        corrected = undecided and not nowhere and self._takes_over_former_address()
        if nowhere and self._article_key is None:
            detail = "the entry names no page and carries no text"
            self._settle(Outcome.SKIPPED, Reason.NO_URL, detail, article_key=self._key)
            return
        if not self._has_text and self._article_key is None and is_home(self._key):
            self._settle(Outcome.SKIPPED, Reason.NOT_ARTICLE, "the entry names the site's home page")
            return
        if self._article_key is not None and self._link.outcome is None:
            self._settle(Outcome.LOADED, None, "another address of a loaded article")
        if self._is_wanted(corrected):
            self._queue()

    def _is_wanted(self, corrected: bool) -> bool:
        """Whether the page is fetched: a new or corrected address without an article, a changed entry, a new
        one for a page that its feed named before with other words, or one whose text comes with the feed. A
        second feed's entry for a link that failed or was skipped does not repeat it."""
        changed = self._verdict.kind is EntryKind.CHANGED or self._verdict.refetch
        if not changed and self._is_new and self._link.outcome in (Outcome.FAILED, Outcome.SKIPPED):
            return False
        if not (self._verdict.fetch or corrected):
            return False
        return self._article_key is None or changed or self._has_text

    def _queue(self) -> None:
        rank = Rank.of_feed(self._feed, self._url)
        waiting = self._intents.pending.get(self._key)
        waiting_rank = waiting.rank if waiting else self._link.pending_rank
        work = self._work(rank)
        if waiting_rank is not None and self._has_text and waiting_rank.is_from(self._feed):
            title, content = (
                (waiting.hints.title, waiting.content)
                if waiting
                else (self._link.pending_title, self._link.pending_content)
            )
            work = self._work(min(rank, waiting_rank))
            if content is not None:  # an earlier text of the article, which is not loaded yet
                work = work.behind(title, content)
        elif waiting_rank is not None and waiting_rank < rank:
            return  # the work that waits came by a link that speaks for the article, whichever came first
        self._intents.pending[self._key] = work
        if self._article_key is None:
            self._settle(Outcome.PENDING, None, None)

    def _takes_over_former_address(self) -> bool:
        """Whether the page is to be fetched at the new address of an entry that corrects its link: True while
        the page at the former address waits (its work is dropped) or was lost because the address was wrong.
        Elsewhere the new address takes over the outcome of the former one."""
        former = self._former
        if self._verdict.kind is not EntryKind.TOUCHED or self._verdict.twin_of is not None:
            return False
        if former.outcome is None:
            return False
        if former.outcome is Outcome.PENDING:
            listed_here = former.pending_rank is not None and former.pending_rank.is_from(self._feed)
            if listed_here and former.link_key not in self._intents.pending:
                self._intents.replaced[former.link_key] = self._key
                detail = "its feed names another address since"
                self._settle(Outcome.DUPLICATE_URL, None, detail, link_key=former.link_key)
            return True
        if former.outcome is Outcome.FAILED and former.reason and former.reason.rule.address_at_fault:
            return True
        if former.reason is Reason.NO_URL:
            return True
        self._settle(former.outcome, former.reason, "as at its former address")
        return False

    def _work(self, rank: Rank) -> Work:
        entry = self._entry
        known = self._article_key is not None
        url = entry.link or self._url
        return Work(
            url_key=self._key,
            url=url,
            host=host_of(url),
            feed_id=self._feed.id,
            rank=rank,
            kind=WorkKind.ENTRY if self._has_text else WorkKind.REFETCH if known else WorkKind.NEW,
            day=self._now.date(),
            queued_at=self._now,
            hints=entry.hints,
            content=(entry.content_html or entry.summary) if self._has_text else None,
        )

    def _alias(self) -> AliasRow:
        rank = Rank.of_feed(self._feed, self._url)
        article_key = self._article_key or self._key
        return alias_row(self._url, self._key, article_key, feed_id=self._feed.id, rank=rank, now=self._now)

    def _settle(
        self,
        outcome: Outcome,
        reason: str | None,
        detail: str | None,
        *,
        link_key: str | None = None,
        article_key: str | None = None,
    ) -> None:
        """Note what became of a link: this entry's, unless `link_key` names another. The first feed of the
        round that lists a link keeps its outcome row."""
        key = link_key or self._key
        earlier = self._intents.outcomes.get(key)
        self._intents.outcomes[key] = outcome_row(
            key,
            article_key or self._article_key or self._key,
            earlier["feed_id"] if earlier else self._feed.id,
            outcome,
            self._now,
            reason=reason,
            detail=detail,
        )
