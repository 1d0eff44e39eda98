"""Two texts laid side by side: the shingles they share, and whether names and numbers agree where the words around them do."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ingest.dedup.tokens import SHINGLE, Tokens, shingles

Span = tuple[int, int]

GAP = 30
"""Words: a stretch between shared runs longer than this is other matter, not other words for the same."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A text made ready to be laid beside another: `places` has each shingle's first position, `slots` whether a word is a name or number."""

    words: Sequence[int]
    slots: Sequence[int]
    starts: Sequence[int]
    places: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two texts share. `in_first` and `in_second` are the shared part of either text's shingles, 0..1; the rest are counts of words."""

    in_first: float
    in_second: float
    jaccard: float
    agreed: int
    clashed: int
    replaced: int
    shared: int

    @property
    def containment(self) -> float:
        return max(self.in_first, self.in_second)

    @property
    def agreement(self) -> float:
        places = self.agreed + self.clashed
        return self.agreed / places if places else 1.0


NOTHING = Overlap(0.0, 0.0, 0.0, 0, 0, 0, 0)


def lay(tokens: Tokens) -> Laid:
    """Plain Python containers: at the length of a news text they are quicker than arrays."""
    places: dict[int, int] = {}
    for place, shingle in enumerate(shingles(tokens.ids).tolist()):
        places.setdefault(shingle, place)
    return Laid(tokens.ids.tolist(), (tokens.kinds & 1).tolist(), tokens.starts.tolist(), places)


def overlap(a: Laid, b: Laid) -> Overlap:
    """Shingles shared by the two texts, and the slots in aligned places."""
    common = a.places.keys() & b.places.keys()
    n = len(common)
    if not n:
        return NOTHING
    chain = _chain([(a.places[h], b.places[h]) for h in common])
    agreed = _agreed(a, chain)
    clashed = replaced = 0
    for ours, theirs in _gaps(a, b, chain):
        same, other, plain = _gap(a, b, ours, theirs)
        agreed += same
        clashed += other
        replaced += plain
    first, second = len(a.places), len(b.places)
    return Overlap(n / first, n / second, n / (first + second - n), agreed, clashed, replaced, n)


def _chain(places: list[Span]) -> list[Span]:
    """The longest run of shared shingles that rises in both texts: paragraphs that changed places fall out of it."""
    places.sort()
    if all(a[1] < b[1] for a, b in zip(places, places[1:], strict=False)):
        return places
    tails: list[int] = []
    ends: list[int] = []
    back: list[int] = []
    for i, (_, place) in enumerate(places):
        k = bisect_left(tails, place)
        back.append(ends[k - 1] if k else -1)
        tails[k : k + 1] = [place]
        ends[k : k + 1] = [i]
    chosen: list[Span] = []
    i = ends[-1]
    while i >= 0:
        chosen.append(places[i])
        i = back[i]
    return chosen[::-1]


def _agreed(a: Laid, chain: list[Span]) -> int:
    """Slots of the first text inside shared shingles."""
    total = done = 0
    for place, _ in chain:
        total += sum(a.slots[max(done, place) : place + SHINGLE])
        done = place + SHINGLE
    return total


def _gaps(a: Laid, b: Laid, chain: list[Span]) -> Iterator[tuple[list[Span], list[Span]]]:
    """Stretches that stand in the same place of both texts: between two shared runs, within the sentences those belong to."""
    yield [_before(a, chain[0][0], 0)], [_before(b, chain[0][1], 0)]
    last = chain[0]
    for here in chain[1:]:
        if here[0] - last[0] != here[1] - last[1] or here[0] - last[0] > SHINGLE:
            ours, theirs = (last[0] + SHINGLE, here[0]), (last[1] + SHINGLE, here[1])
            if ours[0] < ours[1] and theirs[0] < theirs[1]:
                yield _within(a, ours), _within(b, theirs)
        last = here
    yield [_after(a, last[0] + SHINGLE, len(a.words))], [_after(b, last[1] + SHINGLE, len(b.words))]


def _before(text: Laid, end: int, floor: int) -> Span:
    """From the head of the sentence that reaches over `end`."""
    at = bisect_right(text.starts, end) - 1
    return max(floor, text.starts[at]), end


def _after(text: Laid, begin: int, ceiling: int) -> Span:
    """To the end of the sentence that `begin` goes on with."""
    at = bisect_left(text.starts, begin)
    return begin, min(ceiling, text.starts[at] if at < len(text.starts) else ceiling)


def _within(text: Laid, gap: Span) -> list[Span]:
    """The gap, or where sentences end inside it, its head and its tail: sentences between those were added or dropped."""
    head = _after(text, gap[0], gap[1])
    return [gap] if head == gap else [head, _before(text, gap[1], gap[0])]


def _gap(a: Laid, b: Laid, ours: list[Span], theirs: list[Span]) -> tuple[int, int, int]:
    """Slots found on both sides, slots replaced by others, plain words replaced. What is merely dropped or added counts for nothing."""
    left = [i for begin, end in ours for i in range(begin, end)]
    right = [i for begin, end in theirs for i in range(begin, end)]
    if not left or not right or len(left) > GAP or len(right) > GAP:
        return 0, 0, 0
    mine = Counter(a.words[i] for i in left if a.slots[i])
    other = Counter(b.words[i] for i in right if b.slots[i])
    same = (mine & other).total()
    clash = min(mine.total(), other.total()) - same
    return same, clash, min(len(left), len(right)) - clash - same
