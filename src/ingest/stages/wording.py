"""Texts as copies are told by: their words, without the sentences learnt to be boilerplate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

import ingest.load.boilerplate as stored
from ingest.dedup.learn import edges, opening
from ingest.dedup.sketch import sketch
from ingest.dedup.tokens import Tokens, shingles, without
from ingest.dedup.whole import Whole, whole
from ingest.load.db import Connection


@dataclass(frozen=True, slots=True)
class Wording:
    """`whole` is all of a text, `words` without what was learnt. `sentences` are the first and last that were not learnt, `opening`
    is what the text is known by while they are counted."""

    whole: Whole
    words: Tokens
    sentences: tuple[int, ...]
    opening: tuple[int, ...]

    def sketch(self) -> Sequence[int]:
        """Of `words`, as dedup/sketch.py has it."""
        if self.words is self.whole.words and self.whole.sketch is not None:
            return self.whole.sketch
        return sketch(shingles(self.words.ids))


def worded(
    con: Connection, bodies: Mapping[str, str], wholes: Mapping[str, Whole] | None = None
) -> dict[str, Wording]:
    """These texts by id, each read once; `wholes` of those that were read before."""
    had = wholes or {}
    read = {id: had[id] if id in had else whole(body) for id, body in bodies.items()}
    learnt = stored.learnt(con, {sentence for one in read.values() for sentence in one.sentences.tolist()})
    return {id: _wording(one, learnt) for id, one in read.items()}


def _wording(text: Whole, learnt: frozenset[int]) -> Wording:
    words, hashes = text.words, text.sentences.tolist()
    if not learnt.isdisjoint(hashes):
        words = without(words, np.array([sentence in learnt for sentence in hashes], np.bool_))
    own = tuple(one for one in edges(text.sentences) if one not in learnt)
    return Wording(text, words, own, opening(text.words, text.sentences))
