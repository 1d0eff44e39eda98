"""Texts compared: their words without boilerplate, the texts prepared for verification, and the candidates
that it refused."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from ingest.dedup.align import comparable
from ingest.dedup.features import TextFeatures, text_features
from ingest.dedup.learn import opening_sentences, outer_sentences
from ingest.dedup.sketch import sketch
from ingest.dedup.tokens import Tokens, shingles, without
from ingest.dedup.verify import RULE_VERSION, CopyVerdict, DedupText, ruled_out, verify
from ingest.load import boilerplate, copies
from ingest.load.db import Connection
from ingest.load.rows import Row


@dataclass(frozen=True, slots=True)
class Wording:
    """`features` is all of a text, `words` without what was learnt. `sentences` are the first and last
    that were not learnt, `opening` is what the text is known by while they are counted."""

    features: TextFeatures
    words: Tokens
    sentences: tuple[int, ...]
    opening: tuple[int, ...]

    def sketch(self) -> Sequence[int]:
        """Of `words`, as dedup/sketch.py has it."""
        if self.words is self.features.words and self.features.sketch is not None:
            return self.features.sketch
        return sketch(shingles(self.words.ids))


def worded(
    con: Connection, bodies: Mapping[str, str], features: Mapping[str, TextFeatures] | None = None
) -> dict[str, Wording]:
    """These texts by id, each read once; `features` of those that were read before."""
    ready_made = features or {}
    read = {id: ready_made[id] if id in ready_made else text_features(body) for id, body in bodies.items()}
    learnt = boilerplate.learnt(
        con, {sentence for text in read.values() for sentence in text.sentences.tolist()}
    )
    return {id: _wording(text, learnt) for id, text in read.items()}


def _wording(text: TextFeatures, learnt: frozenset[int]) -> Wording:
    words, hashes = text.words, text.sentences.tolist()
    if not learnt.isdisjoint(hashes):
        words = without(words, np.array([sentence in learnt for sentence in hashes], np.bool_))
    own = tuple(sentence for sentence in outer_sentences(text.sentences) if sentence not in learnt)
    return Wording(text, words, own, opening_sentences(text.words, text.sentences))


LAID = 200_000
"""Words of the texts that are prepared at a time, some 150 bytes each; pairs come by crowd, so that few are
made ready twice."""


class _Texts:
    """Texts that are compared, each read once: those of the batch from memory, others from the warehouse when
    first asked for; and what was verified so far. Only those used last are kept prepared for alignment,
    which takes twenty times a text's size."""

    def __init__(
        self, con: Connection, days: dict[str, date], own: Mapping[str, tuple[Mapping[str, Any], Tokens]]
    ) -> None:
        self._con = con
        self._known = dict(own)
        self._ready: OrderedDict[str, DedupText] = OrderedDict()
        self._words = 0  # of those that are ready
        self._verdicts: dict[tuple[str, str], CopyVerdict] = {}
        self.days = days

    def need(self, ids: set[str]) -> None:
        """Read those of these texts that are not known yet, in one go."""
        missing = {id: self.days[id] for id in ids - self._known.keys()}
        if not missing:
            return
        rows = {row["article_id"]: row for row in copies.texts(self._con, missing)}
        for id, wording in worded(
            self._con, {id: row.pop("body_text") or "" for id, row in rows.items()}
        ).items():
            self._known[id] = rows[id], wording.words

    def verify(self, a: str, b: str) -> CopyVerdict:
        """The verdict on two texts, the smaller id first."""
        pair = (min(a, b), max(a, b))
        if pair not in self._verdicts:
            self.need({a, b})
            self._verdicts[pair] = verify(self._text(pair[0]), self._text(pair[1]))
        return self._verdicts[pair]

    def same(self, a: str, b: str) -> bool:
        """Whether they are copies: the verdict without the scores of what is ruled out at a glance (most
        forms)."""
        pair = (min(a, b), max(a, b))
        if pair in self._verdicts:
            return self._verdicts[pair].same
        self.need({a, b})
        return not ruled_out(self._text(pair[0]), self._text(pair[1])) and self.verify(a, b).same

    def _text(self, id: str) -> DedupText:
        if id in self._ready:
            self._ready.move_to_end(id)
            return self._ready[id]
        self._ready[id] = made = ready(id, *self._known[id])
        self._words += len(made.content.words)
        while self._words > LAID and len(self._ready) > 1:
            self._words -= len(self._ready.popitem(last=False)[1].content.words)
        return made


def ready(id: str, row: Mapping[str, Any], words: Tokens) -> DedupText:
    """A stored article (its columns in `row`) as verification takes it, with these words."""
    return DedupText(
        id, comparable(words), row["headline"], row["published_at"], row["publisher"], row["agency"]
    )


def refused(con: Connection, ids: Sequence[str]) -> list[Row]:
    """A row for each candidate of these articles that verification refuses, the likeliest first."""
    own = copies.days_of(con, ids)
    bodies = {row["article_id"]: row["body_text"] or "" for row in copies.texts(con, own)}
    prints = [(id, own[id], wording.sketch()) for id, wording in worded(con, bodies).items()]
    pairs, days = copies.candidates(con, prints)
    named = {id for pair in pairs for id in pair}
    texts = {row["article_id"]: row for row in copies.texts(con, {id: days[id] for id in named})}
    wordings = worded(con, {id: row["body_text"] or "" for id, row in texts.items()})
    prepared = {id: ready(id, row, wordings[id].words) for id, row in texts.items()}
    rows = [
        _row(texts[b if a in own else a], verify(prepared[a], prepared[b]))
        for a, b in pairs
        if {a, b} <= prepared.keys()
    ]
    return sorted(
        (row for row in rows if not row.pop("same")), key=lambda row: (-row["containment"], row["url"])
    )


def _row(other: Row, verdict: CopyVerdict) -> Row:
    return {
        "url": other["url"],
        "publisher": other["publisher"],
        "same": verdict.same,
        "containment": round(verdict.containment, 3),
        "slot_agreement": round(verdict.slot_agreement, 3),
        "jaccard": round(verdict.jaccard, 3),
        "why": verdict.why,
        "rule_version": RULE_VERSION,
    }
