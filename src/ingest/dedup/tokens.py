"""Text to words, names and numbers in any script: the one reading of a text that sketch, verify and batch share."""

from __future__ import annotations

import re
import unicodedata
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint32]
Kinds = NDArray[np.uint8]
Hashes = NDArray[np.uint64]

PLAIN, NAME, SHOUT, NUMBER, END = range(5)
"""Kinds of word: an ordinary one, a capitalised one inside a sentence, one all in capitals, a number, and the end of a sentence."""

SHINGLE = 5
"""Words in a shingle: five, as measured in docs/decisions; shorter ones chain template stories, longer ones lose edits."""

_CJK = "぀-ヿ㐀-䶿一-鿿豈-﫿\U00020000-\U0003ffff"
_UNSPACED = "฀-໿က-႟ក-៿"  # Thai, Lao, Myanmar, Khmer: no spaces between words
_MARKED = "̀-ͯऀ-෿֑-ׇؐ-ًؚ-ٰٟۖ-ۭ"  # letters of these scripts carry marks that \w does not match
_WORD = re.compile(
    rf"[0-9٠-٩۰-۹०-९][0-9٠-٩۰-۹०-९.,:/-]*(?<![.,:/-])"
    rf"|[{_CJK}]"
    rf"|[{_UNSPACED}]"
    rf"|[^\W\d_{_CJK}{_UNSPACED}](?:[^\W_{_CJK}{_UNSPACED}]|[{_MARKED}]|['’](?=\w))*"
    r"|\n+|[.!?](?=\s)|[。！？؟।]"
)
_IGNORED = re.compile("[ً-ٰٟـ\u00ad\u200b-\u200f\ufeff]")  # Arabic vowel marks and kashida, soft hyphens, joiners
_SPELLED = {w: str(n) for n, w in enumerate("zero one two three four five six seven eight nine ten eleven twelve".split())}


class _Vocabulary(dict[str, int]):
    """Surface form -> hash and kind in one integer, filled as words are met; emptied when it outgrows its bound."""

    LIMIT = 500_000

    def __missing__(self, surface: str) -> int:
        if len(self) >= self.LIMIT:
            self.clear()
        value = self[surface] = _encode(surface)
        return value


_vocabulary = _Vocabulary()


def _encode(surface: str) -> int:
    first = surface[0]
    if first.isdigit():
        return NUMBER << 32 | _number(surface)
    if not first.isalpha() and not unicodedata.category(first).startswith("M"):
        return END << 32
    word = surface.casefold().replace("’", "'").removesuffix("'s")
    if word in _SPELLED:
        return NUMBER << 32 | _number(_SPELLED[word])
    kind = PLAIN
    if first.isupper():
        kind = SHOUT if len(surface) > 1 and surface.isupper() else NAME
    return kind << 32 | zlib.crc32(word.encode())


def _number(surface: str) -> int:
    """1,100 and 1100 are one number; digits of every script are read as ASCII."""
    plain = "".join(str(unicodedata.digit(c, c)) for c in surface if c != ",")
    return zlib.crc32(plain.encode())


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """A text as two arrays of equal length: a stable 32-bit hash per word, and its kind. `starts` indexes the first word of each sentence."""

    ids: Words
    kinds: Kinds
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)


def tokenise(text: str) -> Tokens:
    """Words after NFKC and case folding; CJK and other scripts without spaces give one word a character."""
    if not text.isascii():
        text = _IGNORED.sub("", unicodedata.normalize("NFKC", text))
    surfaces = _WORD.findall(text)
    packed = np.fromiter(map(_vocabulary.__getitem__, surfaces), np.uint64, len(surfaces))
    kinds = (packed >> np.uint64(32)).astype(np.uint8)
    inside = kinds != END
    first = np.empty_like(inside)
    first[:1] = True
    np.logical_not(inside[:-1], out=first[1:])
    first, kinds = first[inside], kinds[inside]
    ids = packed[inside].astype(np.uint32)
    _calm(kinds, first)
    return Tokens(ids, kinds, np.flatnonzero(first))


def _calm(kinds: Kinds, first: NDArray[np.bool_]) -> None:
    """A capital at the head of a sentence, or among other capitals, says nothing of a name."""
    kinds[first & (kinds == NAME)] = PLAIN
    shout = kinds == SHOUT
    if not shout.any():
        return
    beside = np.zeros_like(shout)
    beside[1:] |= shout[:-1]
    beside[:-1] |= shout[1:]
    kinds[shout & beside] = PLAIN
    kinds[shout & ~beside] = NAME


_STEPS = tuple(
    np.uint64(m) for m in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F)
)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_SHIFT = np.uint64(32)


def shingles(ids: Words) -> Words:
    """A 32-bit hash for each run of five words, in order; of a shorter text one hash over all it has; of an empty one none."""
    if not len(ids):
        return ids
    wide = ids.astype(np.uint64)
    if len(wide) < SHINGLE:
        wide = np.concatenate([wide, np.zeros(SHINGLE - len(wide), np.uint64)])
    count = len(wide) - SHINGLE + 1
    total = wide[:count] * _STEPS[0]
    for i in range(1, SHINGLE):
        total += wide[i : i + count] * _STEPS[i]
    total ^= total >> _SHIFT
    total *= _MIX
    return (total >> _SHIFT).astype(np.uint32)


def sentence_hashes(tokens: Tokens) -> Hashes:
    """A 63-bit hash for each sentence with its numbers masked, so that a footer with a year or a counter in it stays one line."""
    if not len(tokens):
        return np.zeros(0, np.uint64)
    wide = tokens.ids.astype(np.uint64)
    lengths = np.diff(tokens.starts, append=len(wide))
    number = tokens.kinds == NUMBER
    lone = np.add.reduceat(number, tokens.starts, dtype=np.int64) == 1
    wide[number & np.repeat(lone, lengths)] = 0
    place = np.arange(len(wide)) - np.repeat(tokens.starts, lengths)
    wide = (wide + (place + 1).astype(np.uint64) * _STEPS[0]) * _STEPS[1]
    wide ^= wide >> _SHIFT
    wide *= _MIX
    return np.add.reduceat(wide, tokens.starts) >> np.uint64(1)


def without(tokens: Tokens, boilerplate: frozenset[int]) -> Tokens:
    """The text less the sentences named by `boilerplate` (values of sentence_hashes)."""
    if not boilerplate or not len(tokens):
        return tokens
    drop = np.array([h in boilerplate for h in sentence_hashes(tokens).tolist()])
    return without_sentences(tokens, drop)


def without_sentences(tokens: Tokens, drop: NDArray[np.bool_]) -> Tokens:
    """The text less the sentences marked in `drop`."""
    if not drop.any():
        return tokens
    lengths = np.diff(tokens.starts, append=len(tokens.ids))
    keep = np.repeat(~drop, lengths)
    kept = lengths[~drop]
    starts = np.cumsum(kept) - kept
    return Tokens(tokens.ids[keep], tokens.kinds[keep], starts)
