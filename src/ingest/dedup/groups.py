"""From verified pairs to groups of copies: no chains, one canonical text, the same result in every order of
arrival."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain

Check = Callable[[str, str], bool]
"""Returns whether the texts of two ids are copies."""

UNDATED_LAST = datetime.max.replace(tzinfo=UTC)
"""The time by which texts of unknown time are sorted: after all others."""


@dataclass(frozen=True, slots=True)
class GroupMember:
    """A text to be grouped. `from_origin`: it was published by the agency that it credits."""

    id: str
    published_at: datetime | None = None
    from_origin: bool = False


@dataclass(frozen=True, slots=True)
class CopyGroup:
    """Copies of one story. `members` are ids, sorted; a text without copies is a group of one."""

    canonical: str
    members: tuple[str, ...]


def group(
    members: Iterable[GroupMember], pairs: Iterable[tuple[str, str]], check: Check | None = None
) -> list[CopyGroup]:
    """Divide `members` into groups by the verified `pairs` of their ids. Returns the groups by canonical id.

    Every member is verified against its group's canonical text or at least half of the other members: A like
    B and B like C does not make A a copy of C. `check(a, b)`, a < b, is called for pairs that were never
    compared and must always return the same; without it they count as different. The result depends on the
    sets alone, not on their order.
    """
    known = {m.id: m for m in members}
    links = _links(known, pairs)
    groups = []
    for component in _components(links):
        groups += _split(component, known, _Verified({id: links[id] for id in component}, check))
    return sorted(groups, key=lambda g: g.canonical)


def canonical(members: Iterable[GroupMember]) -> str:
    """Returns the id of the text that stands for the group: the latest one of the credited agency itself;
    else the earliest published, unknown times last; ties by id."""
    candidates = list(members)
    own = [m for m in candidates if m.from_origin]
    if own:
        return min(own, key=lambda m: (-m.published_at.timestamp() if m.published_at else 0.0, m.id)).id
    return min(candidates, key=_seniority).id


def _seniority(member: GroupMember) -> tuple[datetime, str]:
    return member.published_at or UNDATED_LAST, member.id


def _links(known: Iterable[str], pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    links: dict[str, set[str]] = {id: set() for id in known}
    for a, b in pairs:
        if a != b and a in links and b in links:
            links[a].add(b)
            links[b].add(a)
    return links


def connected_pairs(pairs: Sequence[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Divides the pairs so that each text is in one part only; each part keeps the order of `pairs`."""
    parts = _components(_links(dict.fromkeys(chain.from_iterable(pairs)), pairs))
    number = {id: at for at, part in enumerate(parts) for id in part}
    connected: list[list[tuple[str, str]]] = [[] for _ in parts]
    for a, b in pairs:
        connected[number[a]].append((a, b))
    return connected


def _components(links: Mapping[str, set[str]]) -> list[set[str]]:
    seen: set[str] = set()
    components = []
    for start in sorted(links):
        if start in seen:
            continue
        component, edge = {start}, [start]
        while edge:
            for other in links[edge.pop()] - component:
                component.add(other)
                edge.append(other)
        seen |= component
        components.append(component)
    return components


class _Verified:
    """The links of one component; `check` is called where a pair was never compared, and its answer kept."""

    def __init__(self, links: dict[str, set[str]], check: Check | None):
        self.links = links
        self._check = check
        self._refused: set[tuple[str, str]] = set()

    def __call__(self, a: str, b: str) -> bool:
        if b in self.links[a]:
            return True
        pair = (a, b) if a < b else (b, a)
        if self._check is None or pair in self._refused:
            return False
        if self._check(*pair):
            self.links[a].add(b)
            self.links[b].add(a)
            return True
        self._refused.add(pair)
        return False

    def within_two_steps(self, id: str) -> set[str]:
        near = self.links[id]
        return near.union(*(self.links[other] for other in near)) - {id}


def _split(component: set[str], known: Mapping[str, GroupMember], verified: _Verified) -> list[CopyGroup]:
    """Take the best connected text with all that verify against it, remove those that may not stay, and
    repeat with the rest."""
    left, groups = set(component), []
    while left:
        hub = min(left, key=lambda id: (-len(verified.links[id] & left), _seniority(known[id])))
        near = sorted(verified.within_two_steps(hub) & left)
        settled = _settle({hub, *(id for id in near if verified(hub, id))}, known, verified)
        groups.append(CopyGroup(canonical(known[id] for id in settled), tuple(sorted(settled))))
        left -= settled
    return groups


def _settle(group: set[str], known: Mapping[str, GroupMember], verified: _Verified) -> set[str]:
    """Remove, least connected first, each member that is verified neither against the canonical text nor
    against half of the others."""
    while len(group) > 1:
        head = canonical(known[id] for id in group)
        count = {
            id: sum(verified(id, other) for other in sorted(group - {id}))
            for id in _strangers(head, group, verified)
        }
        weak = [id for id, n in count.items() if 2 * n < len(group) - 1]
        if not weak:
            break
        # Where half of the others or more fail against the canonical text, that is the one to remove.
        out = head if 2 * len(weak) >= len(group) else min(weak, key=lambda id: (count[id], id))
        group = group - {out}
    return group


def _strangers(head: str, group: set[str], verified: _Verified) -> list[str]:
    return [id for id in sorted(group - {head}) if not verified(head, id)]
