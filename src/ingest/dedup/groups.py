"""Groups of copies out of verified pairs: no chains, one canonical text, the same for every order of arrival."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

Check = Callable[[str, str], bool]

_LATEST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Member:
    """A text that may be grouped. `from_origin`: published by the agency that the text credits."""

    id: str
    published_at: datetime | None = None
    from_origin: bool = False


@dataclass(frozen=True, slots=True)
class CopyGroup:
    """Copies of one story. `members` are ids, sorted; a text without copies is a group of one."""

    canonical: str
    members: tuple[str, ...]


def group(members: Iterable[Member], pairs: Iterable[tuple[str, str]], check: Check | None = None) -> list[CopyGroup]:
    """Part `members` into groups, using verified `pairs` of their ids.

    Every member is verified against its group's canonical, or against at least half of the group's other members: A like B and
    B like C does not bring A to C. `check` is asked for pairs that were never compared (a symmetric rule); without it they count
    as different. The answer depends on the sets only, never on their order. Sorted by canonical id.
    """
    known = {m.id: m for m in members}
    links = _links(known, pairs)
    groups = []
    for component in _components(links):
        groups += _split(component, links, known, check)
    return sorted(groups, key=lambda g: g.canonical)


def canonical(members: Iterable[Member]) -> str:
    """The origin agency's own copy, its latest; else the earliest published (unknown times last); ties by id."""
    found = list(members)
    own = [m for m in found if m.from_origin]
    if own:
        return min(own, key=lambda m: (m.published_at is None, -_seconds(m), m.id)).id
    return min(found, key=lambda m: (m.published_at or _LATEST, m.id)).id


def _seconds(member: Member) -> float:
    return member.published_at.timestamp() if member.published_at else 0.0


def _links(known: Mapping[str, Member], pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    links: dict[str, set[str]] = {id: set() for id in known}
    for a, b in pairs:
        if a != b and a in links and b in links:
            links[a].add(b)
            links[b].add(a)
    return links


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


def _split(
    component: set[str], links: Mapping[str, set[str]], known: Mapping[str, Member], check: Check | None
) -> list[CopyGroup]:
    """Take the best connected text and all that verify against it, settle who may stay, and go on with the rest."""
    left, groups = set(component), []
    linked = _Linked({id: set(links[id]) for id in component}, check)
    while left:
        hub = min(left, key=lambda id: (-len(linked.links[id] & left), known[id].published_at or _LATEST, id))
        settled = _settle({id for id in left if id == hub or linked(hub, id)}, hub, known, linked)
        groups.append(CopyGroup(canonical(known[id] for id in settled), tuple(sorted(settled))))
        left -= settled
    return groups


def _settle(group: set[str], hub: str, known: Mapping[str, Member], linked: _Linked) -> set[str]:
    """Put out, worst first, whoever is verified neither against the canonical nor against half of the others."""
    while len(group) > 1:
        head = canonical(known[id] for id in group)
        strangers = {id: linked.count(id, group) for id in group if id != head and not linked(head, id)}
        weak = {id: n for id, n in strangers.items() if 2 * n < len(group) - 1}
        if not weak:
            return group
        out = min(weak, key=lambda id: (weak[id], id))
        if len(weak) * 2 > len(group) - 1 and head != hub:
            out = head  # the canonical itself is the stranger: most of the group does not know it
        group = group - {out}
    return group


class _Linked:
    """Verified links, completed by `check` where a pair was never compared."""

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

    def count(self, id: str, group: set[str]) -> int:
        return sum(self(id, other) for other in group if other != id)
