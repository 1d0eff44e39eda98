"""What the polls and loads of a run did, in numbers that add up."""

from __future__ import annotations

from dataclasses import dataclass, field, fields


@dataclass(slots=True, kw_only=True)
class Counts:
    """Counters of a run or of a part of one.

    Polls: feeds `polled`, of them `not_modified` and `failed` (`failures`: feed_id, reason, detail);
    `entries` listed, of them `new`, `changed`, `touched`, the `same` as at an earlier poll, `repeated` within
    their document, `capped` (over entries_cap) and `unreadable`. Pages: `fetched`; pieces of work `tried`, of
    them `loaded`, `revised`, `unchanged`, `lost` (failed or skipped, by their `reasons`) and `retried` later;
    `copies` newly linked.
    """

    polled: int = 0
    not_modified: int = 0
    failed: int = 0
    entries: int = 0
    new: int = 0
    changed: int = 0
    touched: int = 0
    same: int = 0
    repeated: int = 0
    capped: int = 0
    unreadable: int = 0
    fetched: int = 0
    tried: int = 0
    loaded: int = 0
    revised: int = 0
    unchanged: int = 0
    copies: int = 0
    lost: int = 0
    retried: int = 0
    failures: list[tuple[str, str, str]] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=dict)

    def add(self, part: Counts) -> None:
        """Add another part's counters to these."""
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(part, name))
        self.failures += part.failures
        for reason, links in part.reasons.items():
            self.reasons[reason] = self.reasons.get(reason, 0) + links


_NUMBERS = tuple(f.name for f in fields(Counts) if f.default == 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAccount:
    """What the documents of one feed listed in a run, and what became of it (load/run_accounts.sql).

    `listed` entries are `new`, `changed`, `touched`, the `same` as before, `repeated`, `capped` or
    `unreadable`. The first three are `recorded`, and each of these has one outcome, `loaded` to `failed`;
    `missing` have none, `example` is the link key of one of them.
    """

    feed_id: str
    listed: int
    new: int
    changed: int
    touched: int
    same: int
    repeated: int
    capped: int
    unreadable: int
    recorded: int
    loaded: int
    revised: int
    unchanged: int
    duplicate_url: int
    pending: int
    skipped: int
    failed: int
    missing: int
    example: str | None = None

    @property
    def outcomes(self) -> dict[str, int]:
        """The number of recorded entries by outcome."""
        return {name: getattr(self, name) for name in _OUTCOMES}

    def problems(self) -> list[str]:
        """A sentence with the numbers for each sum that does not add up."""
        kinds = {name: getattr(self, name) for name in _KINDS}
        queued = self.new + self.changed + self.touched
        found = []
        if self.listed != sum(kinds.values()):
            found.append(f"{self.listed} entries listed, but {_sum(kinds)}")
        if self.recorded != queued:
            found.append(f"{queued} entries new, changed or touched, but {self.recorded} recorded")
        if self.recorded != sum(self.outcomes.values()):
            example = f" (one without: {self.example})" if self.example else ""
            found.append(f"{self.recorded} entries recorded, but {_sum(self.outcomes)}{example}")
        return [f"feed {self.feed_id} does not add up: {problem}" for problem in found]


def page_problems(counts: Counts, untried: int, lost: str | None) -> list[str]:
    """A sentence with the numbers for each sum of the pages that does not add up. `untried` pages were taken
    and not tried; `lost` is the link key of one of them that no longer waits, None where all of them wait."""
    ended = {name: getattr(counts, name) for name in ("loaded", "revised", "unchanged", "lost", "retried")}
    found = []
    if counts.tried != sum(ended.values()):
        found.append(f"the pages do not add up: {counts.tried} tried, but {_sum(ended)}")
    if lost is not None:
        found.append(f"of {untried} pages that were not tried some no longer wait (one of them: {lost})")
    return found


def _sum(parts: dict[str, int]) -> str:
    return f"{' + '.join(f'{number} {name}' for name, number in parts.items())} = {sum(parts.values())}"


_KINDS = ("new", "changed", "touched", "same", "repeated", "capped", "unreadable")
_OUTCOMES = ("loaded", "revised", "unchanged", "duplicate_url", "pending", "skipped", "failed")
