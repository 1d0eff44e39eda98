"""Comparing texts: their words without boilerplate, the texts prepared for verification, and the candidates
that verification refuses."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from ingest.dedup.align import comparable_text
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
    """What of a text is compared. `features` are of the whole text; `words` are its words without the
    sentences learnt as boilerplate. `sentences` are hashes of its first and last sentences that are not
    learnt; `opening` identifies the text while the texts that contain these sentences are counted."""

    features: TextFeatures
    words: Tokens
    sentences: tuple[int, ...]
    opening: tuple[int, ...]

    def sketch(self) -> Sequence[int]:
        """The sketch of `words` (dedup/sketch.py)."""
        if self.words is self.features.words and self.features.sketch is not None:
            return self.features.sketch
        return sketch(shingles(self.words.ids))


def read_wordings(
    con: Connection, bodies: Mapping[str, str], features: Mapping[str, TextFeatures] | None = None
) -> dict[str, Wording]:
    """The wordings of these texts (id -> body), by id. `features`: those that have been computed already."""
    computed = features or {}
    by_id = {id: computed[id] if id in computed else text_features(body) for id, body in bodies.items()}
    learnt = boilerplate.learnt(
        con, {sentence for text in by_id.values() for sentence in text.sentences.tolist()}
    )
    return {id: _wording(text, learnt) for id, text in by_id.items()}


def _wording(text: TextFeatures, learnt: frozenset[int]) -> Wording:
    words, hashes = text.words, text.sentences.tolist()
    if not learnt.isdisjoint(hashes):
        words = without(words, np.array([sentence in learnt for sentence in hashes], np.bool_))
    own = tuple(sentence for sentence in outer_sentences(text.sentences) if sentence not in learnt)
    return Wording(text, words, own, opening_sentences(text.words, text.sentences))


PREPARED_WORDS = 200_000
"""Most words, over all texts that are kept prepared for alignment; a word takes some 150 bytes. Pairs are
compared component by component, so that few texts are prepared twice."""


class TextComparer:
    """Compares texts and keeps the verdicts. Each text is read once: those of the batch are in memory
    (`batch`: id -> row and words), others are read from the warehouse when first needed (`days`: id ->
    published_day). Only the texts used last are kept prepared for alignment, which takes twenty times a
    text's size."""

    def __init__(
        self, con: Connection, days: dict[str, date], batch: Mapping[str, tuple[Mapping[str, Any], Tokens]]
    ) -> None:
        self._con = con
        self._texts = dict(batch)
        self._prepared: OrderedDict[str, DedupText] = OrderedDict()
        self._words = 0  # of the prepared texts
        self._verdicts: dict[tuple[str, str], CopyVerdict] = {}
        self.days = days

    def load(self, ids: set[str]) -> None:
        """Reads from the warehouse, in one go, those of these texts that are not in memory yet."""
        missing = {id: self.days[id] for id in ids - self._texts.keys()}
        if not missing:
            return
        rows = {row["article_id"]: row for row in copies.texts(self._con, missing)}
        for id, wording in read_wordings(
            self._con, {id: row.pop("body_text") or "" for id, row in rows.items()}
        ).items():
            self._texts[id] = rows[id], wording.words

    def verify(self, a: str, b: str) -> CopyVerdict:
        """The verdict on two texts, the smaller id first."""
        pair = (min(a, b), max(a, b))
        if pair not in self._verdicts:
            self.load({a, b})
            self._verdicts[pair] = verify(self._text(pair[0]), self._text(pair[1]))
        return self._verdicts[pair]

    def same(self, a: str, b: str) -> bool:
        """Whether the two texts are copies. Where the texts cannot be (as with most forms), this is known
        without the scores, which verify() computes."""
        pair = (min(a, b), max(a, b))
        if pair in self._verdicts:
            return self._verdicts[pair].same
        self.load({a, b})
        return not ruled_out(self._text(pair[0]), self._text(pair[1])) and self.verify(a, b).same

    def _text(self, id: str) -> DedupText:
        if id in self._prepared:
            self._prepared.move_to_end(id)
            return self._prepared[id]
        self._prepared[id] = text = prepare_text(id, *self._texts[id])
        self._words += len(text.content.words)
        while self._words > PREPARED_WORDS and len(self._prepared) > 1:
            self._words -= len(self._prepared.popitem(last=False)[1].content.words)
        return text


def prepare_text(id: str, row: Mapping[str, Any], words: Tokens) -> DedupText:
    """A stored article (its columns in `row`), with these words, in the form that verification takes."""
    return DedupText(
        id=id,
        content=comparable_text(words),
        headline=row["headline"],
        published_at=row["published_at"],
        publisher=row["publisher"],
        agency=row["agency"],
    )


def refused_candidates(con: Connection, ids: Sequence[str]) -> list[Row]:
    """A row for each candidate of these articles that verification refuses, the likeliest first."""
    article_days = copies.days_of(con, ids)
    bodies = {row["article_id"]: row["body_text"] or "" for row in copies.texts(con, article_days)}
    prints = [(id, article_days[id], wording.sketch()) for id, wording in read_wordings(con, bodies).items()]
    pairs, days = copies.candidates(con, prints)
    ids_in_pairs = {id for pair in pairs for id in pair}
    texts = {row["article_id"]: row for row in copies.texts(con, {id: days[id] for id in ids_in_pairs})}
    wordings = read_wordings(con, {id: row["body_text"] or "" for id, row in texts.items()})
    prepared = {id: prepare_text(id, row, wordings[id].words) for id, row in texts.items()}
    rows = [
        _row(texts[b if a in article_days else a], verify(prepared[a], prepared[b]))
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
