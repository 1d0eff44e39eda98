"""What the polls and loads of a run did, in numbers that add up."""

from __future__ import annotations

from dataclasses import dataclass, field, fields


@dataclass(slots=True, kw_only=True)
class Counts:
    """Counters of a run or of a part of one.

    Polls: feeds `polled`, of them `not_modified` and `failed` (`failures`: feed_id, reason, detail);
    `entries` listed, of them `new` and `changed`. Pages: `fetched`; articles `loaded`, `revised`,
    `unchanged`; `copies` newly linked; links `lost` (failed or skipped, by their `reasons`) and `retried`
    later.
    """

    polled: int = 0
    not_modified: int = 0
    failed: int = 0
    entries: int = 0
    new: int = 0
    changed: int = 0
    fetched: int = 0
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
