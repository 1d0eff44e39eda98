"""What comparing asks of a text and depends on nothing but the text: worked out once, by whichever process
has it first."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.dedup.sketch import sketch
from ingest.dedup.tokens import Hashes, Tokens, sentence_hashes, shingles, tokenise


@dataclass(frozen=True, slots=True, eq=False)
class TextFeatures:
    """All of a text: its words, a hash for each sentence (`sentence_hashes`), and if asked for the sketch of
    its shingles."""

    words: Tokens
    sentences: Hashes
    sketch: tuple[int, ...] | None


def text_features(text: str, *, sketched: bool = False) -> TextFeatures:
    """Read a text, boilerplate and all. A text that is only compared with others needs no sketch."""
    words = tokenise(text)
    return TextFeatures(
        words, sentence_hashes(words), tuple(sketch(shingles(words.ids))) if sketched else None
    )
