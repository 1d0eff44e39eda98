"""Two texts laid side by side: the shingles they share, and whether names and numbers agree where the words
around them do."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ingest.dedup.tokens import NUMBER, SHINGLE, Tokens, shingles

Span = tuple[int, int]
_SLOT = np.array([0, 1, 0, 1, 0, 2], np.uint8)  # by kind of word: 1 a name or number, 2 what may be one
CASELESS_WORDS = 6
"""Words of a script without capitals for each that is taken for a name: about as many as in scripts with
them."""

Run = tuple[int, int, int]
"""Where a shared run of shingles begins in the first text and in the second, and how many there are."""

GAP = 30
"""Words: a stretch between shared runs longer than this is other matter, not other words for the same."""


@dataclass(frozen=True, slots=True)
class ComparableText:
    """A text made ready to be laid beside another. `places` has each shingle's first position; `slots` is 1
    for a name or number, 2 for a word of a script without capitals, 0 for any other; `starts` are the heads
    of sentences; `figures` are its distinct numbers. Plain containers: at the length of news they beat
    arrays."""

    words: Sequence[int]
    slots: bytes
    starts: Sequence[int]
    places: Mapping[int, int]
    figures: frozenset[int]


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two texts share. `in_first` and `in_second` are the shared part of either text's distinct
    shingles, 0..1; `agreed` and `clashed` count the names and numbers in aligned places that are equal and
    that are not; `begins` is how many words stand before the first shared passage, in the text where it comes
    later."""

    in_first: float
    in_second: float
    jaccard: float
    agreed: int
    clashed: int
    begins: int = 0

    @property
    def containment(self) -> float:
        return max(self.in_first, self.in_second)

    @property
    def agreement(self) -> float:
        places = self.agreed + self.clashed
        return self.agreed / places if places else 1.0

    def swapped(self) -> Overlap:
        """The same, with the second text first."""
        return Overlap(self.in_second, self.in_first, self.jaccard, self.agreed, self.clashed, self.begins)


NOTHING = Overlap(0.0, 0.0, 0.0, 0, 0)


def comparable(tokens: Tokens) -> ComparableText:
    """Make a text ready; once per text, for any number of comparisons."""
    hashes = shingles(tokens.ids).tolist()
    places = dict(zip(reversed(hashes), range(len(hashes) - 1, -1, -1), strict=True))
    figures = frozenset(tokens.ids[tokens.kinds == NUMBER].tolist())
    return ComparableText(
        tokens.ids.tolist(), _SLOT[tokens.kinds].tobytes(), tokens.starts.tolist(), places, figures
    )


def shared_figures(a: ComparableText, b: ComparableText) -> tuple[int, int]:
    """Distinct numbers that both texts have, and those of the text that has fewer."""
    return len(a.figures & b.figures), min(len(a.figures), len(b.figures))


def quick_overlap(a: ComparableText, b: ComparableText) -> Overlap:
    """What is shared without looking at places: shingles, and figures as slots."""
    n, (agreed, fewer) = len(a.places.keys() & b.places.keys()), shared_figures(a, b)
    first, second = len(a.places) or 1, len(b.places) or 1
    return Overlap(n / first, n / second, n / (first + second - n), agreed, fewer - agreed)


def overlap(a: ComparableText, b: ComparableText) -> Overlap:
    """Shingles shared by the two texts, and the slots in aligned places."""
    runs = _runs(a.places, b.places)
    if not runs:
        return NOTHING
    first, second, n = len(a.places), len(b.places), sum(run[2] for run in runs)
    runs = _rising(runs)
    agreed, clashed = _agreed(a.slots, runs), 0
    for ours, theirs in _gaps(a, b, runs):
        same, other = _compare(a, b, ours, theirs)
        agreed += same
        clashed += other
    return Overlap(n / first, n / second, n / (first + second - n), agreed, clashed, max(runs[0][:2]))


def _runs(first: Mapping[int, int], second: Mapping[int, int]) -> list[Run]:
    """Shared shingles that follow each other in both texts, as runs, in the order of the first text."""
    places = sorted([(place, second[shingle]) for shingle, place in first.items() if shingle in second])
    runs: list[Run] = []
    begin, other, length = -2, -2, 0
    for here, there in places:
        if here == begin + length and there == other + length:
            length += 1
            continue
        if length:
            runs.append((begin, other, length))
        begin, other, length = here, there, 1
    if length:
        runs.append((begin, other, length))
    return runs


def _rising(runs: list[Run]) -> list[Run]:
    """The runs that rise in both texts, as long together as can be: paragraphs that changed places fall out
    of it."""
    if all(a[1] + a[2] <= b[1] for a, b in pairwise(runs)):
        return runs
    shingles = [(a + i, b + i) for a, b, length in runs for i in range(length)]
    tails: list[int] = []  # the longest rising subsequence by patience sorting
    ends: list[int] = []
    back: list[int] = []
    for i, (_, place) in enumerate(shingles):
        k = bisect_left(tails, place)
        back.append(ends[k - 1] if k else -1)
        tails[k : k + 1] = [place]
        ends[k : k + 1] = [i]
    chosen: list[Run] = []
    i = ends[-1]
    while i >= 0:
        chosen.append((*shingles[i], 1))
        i = back[i]
    return chosen[::-1]


def _agreed(slots: bytes, runs: list[Run]) -> int:
    """Slots of the first text inside shared shingles."""
    certain = possible = done = 0
    for begin, _, length in runs:
        end = begin + length - 1 + SHINGLE
        certain += slots.count(1, max(done, begin), end)
        possible += slots.count(2, max(done, begin), end)
        done = end
    return certain + possible // CASELESS_WORDS


def _gaps(a: ComparableText, b: ComparableText, runs: list[Run]) -> Iterator[tuple[list[Span], list[Span]]]:
    """Stretches that stand in the same place of both texts: between two shared runs, within the sentences
    those belong to."""
    yield [_before(a, runs[0][0], 0)], [_before(b, runs[0][1], 0)]
    for (begin, other, length), after in pairwise(runs):
        reach = length - 1 + SHINGLE
        ours, theirs = (begin + reach, after[0]), (other + reach, after[1])
        if ours[0] < ours[1] and theirs[0] < theirs[1]:
            yield _within(a, ours), _within(b, theirs)
    begin, other, length = runs[-1]
    reach = length - 1 + SHINGLE
    yield [_after(a, begin + reach, len(a.words))], [_after(b, other + reach, len(b.words))]


def _before(text: ComparableText, end: int, floor: int) -> Span:
    """From the head of the sentence that reaches over `end`."""
    at = bisect_right(text.starts, end) - 1
    return max(floor, text.starts[at]), end


def _after(text: ComparableText, begin: int, ceiling: int) -> Span:
    """To the end of the sentence that `begin` goes on with."""
    at = bisect_left(text.starts, begin)
    return begin, min(ceiling, text.starts[at] if at < len(text.starts) else ceiling)


def _within(text: ComparableText, gap: Span) -> list[Span]:
    """The gap, or where sentences end inside it, its head and its tail: sentences between those were added or
    dropped."""
    head = _after(text, gap[0], gap[1])
    return [gap] if head == gap else [head, _before(text, gap[1], gap[0])]


def _compare(a: ComparableText, b: ComparableText, ours: list[Span], theirs: list[Span]) -> tuple[int, int]:
    """Slots found on both sides, and slots replaced by others; what one side merely lacks counts for
    nothing."""
    mine, other = _slots(a, ours), _slots(b, theirs)
    if not mine or not other:
        return 0, 0
    places, same = min(len(mine), len(other)), 0
    for word in mine:
        if word in other:
            other.remove(word)
            same += 1
    return same, places - same


def _slots(text: ComparableText, spans: list[Span]) -> list[int]:
    """Names and numbers in `spans`; none where the stretch is too long to stand for the same."""
    if sum(end - begin for begin, end in spans) > GAP:
        return []
    words, slots = text.words, text.slots
    return [words[i] for begin, end in spans for i in range(begin, end) if slots[i]]
