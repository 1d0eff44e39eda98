"""Splits a text of any script into words, names and numbers, for all modules of dedup."""

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

PLAIN, NAME, SHOUT, NUMBER, END, CASELESS = range(6)
"""Kinds of word: ordinary; capitalised inside a sentence; all in capitals; a number; the mark that ends a
sentence; and a word of a script without capitals, in which names cannot be told apart from other words."""

SHINGLE = 5
"""Words in a shingle."""

_SPELLED = "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
_DIGITS = {
    word: str(n) for n, word in enumerate(_SPELLED)
}  # wires spell out numbers below ten, their customers do not

# Han, kana, and Thai, Lao, Myanmar, Khmer: written without spaces, so that each character stands for a word.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
# Arabic vowel signs and kashida, soft hyphens, joiners and direction marks: some outlets print them, others
# do not.
_UNPRINTED = re.compile(
    "[\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u00ad\u200b-\u200f\u2060-\u2064\ufeff]"
)
# accents, Hebrew points, Indic vowel signs, which \w leaves out
_MARKS = "\u0300-\u036f\u0591-\u05c7\u0900-\u0dff"
_PATTERN = (
    rf"[^\W\d_][\w{_MARKS}]*(?:'[\w{_MARKS}]+)*"  # a word, with apostrophes inside
    r"|\d+(?:[.,:/-]\d+)*"  # 1,100  8-5/8  20:45
    r"|\n|[.!?](?=\s)|[。！？؟।]"  # the end of a line or a sentence
)
_WORD = re.compile(_PATTERN)
_ASCII_WORD = re.compile(_PATTERN, re.ASCII)  # finds the same in ASCII text, a fifth quicker


_STEPS = tuple(
    np.uint64(m)
    for m in (
        0x9E3779B97F4A7C15,
        0xC2B2AE3D27D4EB4F,
        0x165667B19E3779F9,
        0xD6E8FEB86659FD93,
        0xA0761D6478BD642F,
    )
)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_SHIFT = np.uint64(32)


class _Vocabulary(dict[str, int]):
    """A cache: word as printed -> its hash and kind in one integer; emptied when it has LIMIT words."""

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
    if not (first.isalpha() or surface.isalnum()):
        return END << 32
    word = surface.casefold().removesuffix("'s")
    if word in _DIGITS:
        return NUMBER << 32 | _number(_DIGITS[word])
    kind = PLAIN
    if first.isupper():
        kind = SHOUT if len(surface) > 1 and surface.isupper() else NAME
    elif not first.islower():
        kind = CASELESS
    return kind << 32 | zlib.crc32(word.encode("utf-8", "replace"))


def _number(surface: str) -> int:
    """The hash of a number: 1,100 and 1100 have the same; digits of all scripts are read as ASCII."""
    plain = "".join(str(unicodedata.digit(c, c)) for c in surface if c != ",")
    return zlib.crc32(plain.encode())


@dataclass(frozen=True, slots=True, eq=False)
class Tokens:
    """A text as two arrays of equal length: a stable 32-bit hash and a kind for each word. `starts` are the
    positions of the first words of sentences."""

    ids: Words
    kinds: Kinds
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ids)

    def lengths(self) -> NDArray[np.int64]:
        """The number of words of each sentence."""
        ends = np.empty_like(self.starts)
        ends[:-1] = self.starts[1:]
        ends[-1:] = len(self.ids)
        return ends - self.starts


def tokenise(text: str) -> Tokens:
    """Split a text into words after NFKC and case folding; in scripts without spaces each character is a
    word."""
    surfaces = _ASCII_WORD.findall(text) if text.isascii() else _WORD.findall(_plain(text))
    packed = np.fromiter(map(_vocabulary.__getitem__, surfaces), np.uint64, len(surfaces))
    kinds = (packed >> _SHIFT).astype(np.uint8)
    inside = kinds != END
    first = np.empty_like(inside)
    first[:1] = True
    np.logical_not(inside[:-1], out=first[1:])
    first, kinds = first[inside], kinds[inside]
    _unname_capitals(kinds, first)
    return Tokens(packed[inside].astype(np.uint32), kinds, np.flatnonzero(first))


def _plain(text: str) -> str:
    text = _UNPRINTED.sub("", unicodedata.normalize("NFKC", text)).replace("’", "'")
    return _UNSPACED.sub(r" \g<0> ", text)


def _unname_capitals(kinds: Kinds, first: NDArray[np.bool_]) -> None:
    """Make PLAIN the words whose capitals do not mean a name: at the start of a sentence, or beside other
    words in capitals. A single word in capitals is a name."""
    kinds[first & (kinds == NAME)] = PLAIN
    shout = kinds == SHOUT
    if not shout.any():
        return
    beside = np.zeros_like(shout)
    beside[1:] |= shout[:-1]
    beside[:-1] |= shout[1:]
    kinds[shout & beside] = PLAIN
    kinds[shout & ~beside] = NAME


def shingles(ids: Words) -> Words:
    """Returns a 32-bit hash for each run of five words, in order; for a shorter text one hash of all its
    words, for an empty text none."""
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
    """Returns a 63-bit hash for each sentence. Where a sentence has one number only, it is masked: a
    footer with a year or a counter stays the same sentence."""
    if not len(tokens):
        return np.zeros(0, np.uint64)
    wide = tokens.ids.astype(np.uint64)
    lengths = tokens.lengths()
    number = tokens.kinds == NUMBER
    lone = np.add.reduceat(number, tokens.starts, dtype=np.int64) == 1
    wide[number & np.repeat(lone, lengths)] = 0
    place = np.arange(len(wide)) - np.repeat(tokens.starts, lengths)
    wide = (wide + (place + 1).astype(np.uint64) * _STEPS[0]) * _STEPS[1]
    wide ^= wide >> _SHIFT
    wide *= _MIX
    return np.add.reduceat(wide, tokens.starts) >> np.uint64(1)


def without(tokens: Tokens, drop: NDArray[np.bool_]) -> Tokens:
    """Returns the text without the sentences marked in `drop`; the whole text where all are marked."""
    if not drop.any() or drop.all():
        return tokens
    lengths = tokens.lengths()
    keep = np.repeat(~drop, lengths)
    kept = lengths[~drop]
    return Tokens(tokens.ids[keep], tokens.kinds[keep], np.cumsum(kept) - kept)
