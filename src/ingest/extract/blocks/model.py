"""The learnt weights and trees, and how they are read: sums and comparisons of whole numbers, so that every
machine gives the same score. bench/train_blocks.py writes the file."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

from ingest.extract.blocks.features import Described, Ints, name_slots
from ingest.extract.blocks.walk import Page

FILE = "model.npz"
_AT_ONCE = 1_000  # rows: more would only take memory
UNIT = 1 << 16
"""One unit of log odds in a score."""
SLOT_UNIT = 1000
"""One unit of log odds in a slot's weight."""
SLOT_STEP = 50
"""The trees read sums of weights in steps of so many: a finer one would only repeat the training pages."""


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """`names` are weights of name slots for a block's own box, the box around it, and each further one (3 x
    NAME_SLOTS); `texts` of text slots. The trees are one array of nodes: the row goes `left` where its
    number in column `feature` is at most `threshold`, else `right`; a leaf leads to itself and adds its
    `value`. `roots` are the trees' first nodes."""

    version: str
    names: npt.NDArray[np.int16]
    texts: npt.NDArray[np.int16]
    feature: npt.NDArray[np.intp]
    threshold: Ints
    left: npt.NDArray[np.intp]
    right: npt.NDArray[np.intp]
    value: npt.NDArray[np.int32]
    roots: npt.NDArray[np.intp]
    depth: int
    start: int

    def scores(self, page: Page, described: Described) -> list[int]:
        """The log odds of each candidate that it is article text, in parts of UNIT."""
        if not len(described.places):
            return []
        rows = np.concatenate([described.numbers, self.slot_columns(page, described)], 1)
        parts = [self._sums(rows[first : first + _AT_ONCE]) for first in range(0, len(rows), _AT_ONCE)]
        return [int(total) for part in parts for total in part]

    def _sums(self, rows: Ints) -> npt.NDArray[np.int64]:
        flat = rows.ravel()
        width = rows.shape[1]
        offset = (np.arange(len(rows)) * width)[:, None]
        node = np.broadcast_to(self.roots, (len(rows), len(self.roots)))
        for _ in range(self.depth):
            below = flat[offset + self.feature[node]] <= self.threshold[node]
            node = np.where(below, self.left[node], self.right[node])
        return np.asarray(self.value[node].sum(1, dtype=np.int64) + self.start)

    def slot_columns(self, page: Page, described: Described) -> Ints:
        """Four sums of name weights (own box, the one around it, the further ones, all) and one of text
        weights."""
        boxes = page.boxes
        further: dict[int, int] = {-1: 0}  # sum over a box and all around it
        columns = []
        for number, slots in zip(described.mine, described.texts, strict=True):
            box = boxes[number]
            own = _name_weights(self, box.tag, box.names)[0]
            around = rest = 0
            if box.parent >= 0:
                parent = boxes[box.parent]
                around = _name_weights(self, parent.tag, parent.names)[1]
                rest = self._further(page, parent.parent, further)
            columns.append((own, around, rest, own + around + rest, sum(map(self.text_weight, slots))))
        return np.array(columns, np.int32) // SLOT_STEP

    def _further(self, page: Page, number: int, known: dict[int, int]) -> int:
        """The sum of the third name weights of a box and all around it; -1 is none. `known` keeps them."""
        chain = []
        while number not in known:
            chain.append(number)
            number = page.boxes[number].parent
        total = known[number]
        for number in reversed(chain):
            box = page.boxes[number]
            total += _name_weights(self, box.tag, box.names)[2]
            known[number] = total
        return total

    def text_weight(self, slot: int) -> int:
        """The weight of a text slot."""
        return int(self.texts[slot])


@lru_cache(maxsize=20_000)
def _name_weights(model: Model, tag: str, names: str) -> tuple[int, int, int]:
    own, around, further = model.names[:, list(name_slots(tag, names))].sum(1, dtype=np.int64).tolist()
    return own, around, further


@cache
def shipped() -> Model:
    """The model in the package."""
    return read(files("ingest.extract.blocks").joinpath(FILE).read_bytes())


def read(data: bytes) -> Model:
    """The model of a file's bytes."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        given = {name: arrays[name] for name in arrays.files}
    return Model(
        version=str(given["version"]),
        names=given["names"],
        texts=given["texts"],
        feature=given["feature"].astype(np.intp),
        threshold=given["threshold"],
        left=given["left"].astype(np.intp),
        right=given["right"].astype(np.intp),
        value=given["value"],
        roots=given["roots"].astype(np.intp),
        depth=int(given["depth"]),
        start=int(given["start"]),
    )


def log_odds(share: float) -> int:
    """A probability as a score."""
    return round(math.log(share / (1 - share)) * UNIT)


def probability(score: int) -> float:
    """A score as a probability."""
    return 1 / (1 + math.exp(-score / UNIT))


def mean(scores: Sequence[int], weights: Sequence[int]) -> int:
    """The weighted mean of scores, rounded down."""
    return sum(score * weight for score, weight in zip(scores, weights, strict=True)) // max(1, sum(weights))
