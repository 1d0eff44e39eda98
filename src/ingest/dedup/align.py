"""Aligns two texts: which shingles they share, and whether names and numbers agree where the words around
them agree."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from ingest.dedup.tokens import NUMBER, SHINGLE, Tokens, shingles

Span = tuple[int, int]
_SLOT = np.array([0, 1, 0, 1, 0, 2], np.uint8)  # by kind of word: 1 a name or number, 2 what may be one
WORDS_PER_NAME = 6
"""In a script without capitals one word in this many counts as a name: about as many as are names in scripts
with capitals."""

Run = tuple[int, int, int]
"""A run of shared shingles: its first position in the first text and in the second, and its length."""

MAX_GAP_WORDS = 30
"""Names and numbers between two shared runs are compared only where at most this many words are between the
runs: a longer passage is about something else, not the same in other words."""


@dataclass(frozen=True, slots=True)
class ComparableText:
    """A text ready to be aligned with another.

    `places` has each shingle's first position. `slots` has for each word 1 for a name or number, 2 for a word
    of a script without capitals, else 0. `starts` are the first words of sentences, `figures` the distinct
    numbers. Plain containers: at the length of news they are quicker than arrays.
    """

    words: Sequence[int]
    slots: bytes
    starts: Sequence[int]
    places: Mapping[int, int]
    figures: frozenset[int]


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two texts share.

    `in_first` and `in_second` are the shared part of each text's distinct shingles, 0..1. `agreed` and
    `clashed` count the names and numbers in aligned places that are equal and that differ. `begins` is the
    number of words before the first shared passage, in the text where it comes later.
    """

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
        """The same overlap with the second text first."""
        return replace(self, in_first=self.in_second, in_second=self.in_first)


NO_OVERLAP = Overlap(in_first=0.0, in_second=0.0, jaccard=0.0, agreed=0, clashed=0)


def comparable_text(tokens: Tokens) -> ComparableText:
    """Make a text ready to be aligned; done once per text for any number of comparisons."""
    hashes = shingles(tokens.ids).tolist()
    places = dict(zip(reversed(hashes), range(len(hashes) - 1, -1, -1), strict=True))
    figures = frozenset(tokens.ids[tokens.kinds == NUMBER].tolist())
    return ComparableText(
        tokens.ids.tolist(), _SLOT[tokens.kinds].tobytes(), tokens.starts.tolist(), places, figures
    )


def shared_figures(a: ComparableText, b: ComparableText) -> tuple[int, int]:
    """Counts the distinct numbers that are in both texts, and those of the text that has fewer."""
    return len(a.figures & b.figures), min(len(a.figures), len(b.figures))


def quick_overlap(a: ComparableText, b: ComparableText) -> Overlap:
    """The overlap without alignment: shared shingles, and figures instead of names and numbers in place."""
    n, (agreed, fewer) = len(a.places.keys() & b.places.keys()), shared_figures(a, b)
    first, second = len(a.places) or 1, len(b.places) or 1
    return Overlap(
        in_first=n / first,
        in_second=n / second,
        jaccard=n / (first + second - n),
        agreed=agreed,
        clashed=fewer - agreed,
    )


def overlap(a: ComparableText, b: ComparableText) -> Overlap:
    """The overlap by alignment: shared shingles, and the names and numbers in aligned places."""
    runs = _runs(a.places, b.places)
    if not runs:
        return NO_OVERLAP
    first, second, n = len(a.places), len(b.places), sum(run[2] for run in runs)
    runs = _rising(runs)
    agreed, clashed = _agreed(a.slots, runs), 0
    for ours, theirs in _gaps(a, b, runs):
        same, other = _compare(a, b, ours, theirs)
        agreed += same
        clashed += other
    return Overlap(
        in_first=n / first,
        in_second=n / second,
        jaccard=n / (first + second - n),
        agreed=agreed,
        clashed=clashed,
        begins=max(runs[0][:2]),
    )


def _runs(first: Mapping[int, int], second: Mapping[int, int]) -> list[Run]:
    """Runs of shared shingles that follow each other in both texts, in the order of the first text."""
    places = sorted([(place, second[shingle]) for shingle, place in first.items() if shingle in second])
    runs: list[Run] = []
    begin, other, length = -2, -2, 0
    for place, other_place in places:
        if place == begin + length and other_place == other + length:
            length += 1
            continue
        if length:
            runs.append((begin, other, length))
        begin, other, length = place, other_place, 1
    if length:
        runs.append((begin, other, length))
    return runs


def _rising(runs: list[Run]) -> list[Run]:
    """The longest selection of runs that is in the same order in both texts: paragraphs that changed
    places are left out."""
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
    """The number of names and numbers inside shared shingles."""
    certain = possible = done = 0
    for begin, _, length in runs:
        end = begin + length - 1 + SHINGLE
        certain += slots.count(1, max(done, begin), end)
        possible += slots.count(2, max(done, begin), end)
        done = end
    return certain + possible // WORDS_PER_NAME


def _gaps(a: ComparableText, b: ComparableText, runs: list[Run]) -> Iterator[tuple[list[Span], list[Span]]]:
    """Stretches in the same place of both texts: between two shared runs, within the sentences of those."""
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
    """From the start of the sentence that `end` is in, up to `end`."""
    at = bisect_right(text.starts, end) - 1
    return max(floor, text.starts[at]), end


def _after(text: ComparableText, begin: int, ceiling: int) -> Span:
    """From `begin` to the end of its sentence."""
    at = bisect_left(text.starts, begin)
    return begin, min(ceiling, text.starts[at] if at < len(text.starts) else ceiling)


def _within(text: ComparableText, gap: Span) -> list[Span]:
    """The gap, or its first and last sentence where it has several: those between were added or dropped."""
    head = _after(text, gap[0], gap[1])
    return [gap] if head == gap else [head, _before(text, gap[1], gap[0])]


def _compare(a: ComparableText, b: ComparableText, ours: list[Span], theirs: list[Span]) -> tuple[int, int]:
    """Counts the names and numbers that are on both sides, and those that were replaced by others. What is
    only missing on one side is not counted."""
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
    """Names and numbers in `spans`; none where these are longer than MAX_GAP_WORDS."""
    if sum(end - begin for begin, end in spans) > MAX_GAP_WORDS:
        return []
    words, slots = text.words, text.slots
    return [words[i] for begin, end in spans for i in range(begin, end) if slots[i]]
