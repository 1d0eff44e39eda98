"""The features of a text by which it is compared with others. They follow from the text alone and are
computed once, by the first process that has it."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.dedup.sketch import sketch
from ingest.dedup.tokens import Hashes, Tokens, sentence_hashes, shingles, tokenise


@dataclass(frozen=True, slots=True, eq=False)
class TextFeatures:
    """Of a whole text, boilerplate included: its words, a hash for each sentence (`sentence_hashes`), and
    optionally the sketch of its shingles."""

    words: Tokens
    sentences: Hashes
    sketch: tuple[int, ...] | None


def text_features(text: str, *, sketched: bool = False) -> TextFeatures:
    """Compute the features. A text that is only compared with given others needs no sketch."""
    words = tokenise(text)
    return TextFeatures(
        words, sentence_hashes(words), tuple(sketch(shingles(words.ids))) if sketched else None
    )
