"""Another story's headline on a line between two paragraphs: what is left of a link box that a distributor
turned into plain text."""

from __future__ import annotations

import re
from itertools import pairwise

_FULL_WORDS = 18
_ENDS = ".!?:;…。！？：\"”'’»)“,-–—।"
_CLOSED = ".!?\"”'’»)…"
_VERB_WORDS = (
    "to will say says has have is are was were may can could must set kill kills killed won dies dead call "
    "calls vow vows warn "
    "warns urge urges seek seeks plan plans eye eyes hit hits face faces meet meets visit visits deny "
    "denies back backs sign signs "
    "open opens"
)
_VERBS = frozenset(_VERB_WORDS.split())
_PREPOSITIONS = "of for and or in on at to with from by as after before over under than"
_AFTER_PLURALS = frozenset(_PREPOSITIONS.split())
_NAMELESS_WORDS = 7
_SENTENCE_WORDS = 10
_STRANGE, _OWN = 0.34, 0.75
_ENGLISH = re.compile(r"\b(?:the|of|and|that)\b")
_CONTENT = re.compile(r"[^\W\d_]{5,}")


def foreign_headlines(lines: list[str], *, distributed: bool) -> frozenset[int]:
    """Returns the indexes of the lines that are another story's headline. `distributed`: the credit names a
    distributor.

    A subhead looks alike, so the conditions are many: 6-20 words with a name and a verb, no full stop,
    alone between two full paragraphs, few short lines in the whole story, and words that the paragraph
    below does not take up, as it does a subhead's. Where only an agency is credited the line must be the
    only one and its verb follow a name: agencies set subheads themselves. Without a name a line is another
    story's only where a distributor is credited, no other line is short, and the story hardly has its words.
    """
    candidates = [
        i for i, line in enumerate(lines) if 5 <= line.count(" ") <= 19 and _headline_like(line.strip())
    ]
    full = [i for i, line in enumerate(lines) if line.strip()]
    if distributed and not candidates:
        return _nameless(lines, full)
    if not 1 <= len(candidates) <= (2 if distributed else 1):
        return frozenset()
    if sum(_is_short(lines[i]) for i in full[1:-1]) > len(candidates) + 1:
        return frozenset()
    return frozenset(i for i in candidates if _is_foreign(i, lines, full, distributed))


def _nameless(lines: list[str], full: list[int]) -> frozenset[int]:
    """The only short line of a story, if it is a sentence in headline style: `Ferry operator names new
    chief after dispute`."""
    short = [i for i in full[1:-1] if _is_short(lines[i])]
    if len(short) != 1 or lines[short[0]].count(" ") < _NAMELESS_WORDS - 1:
        return frozenset()
    line, at = lines[short[0]].strip(), full.index(short[0])
    if line[-1] in _ENDS or not line[0].isupper() or line.isupper() or "http" in line:
        return frozenset()
    around = (lines[full[at - 1]], lines[full[at + 1]])
    rest = " ".join(lines[i] for i in full if i != short[0])
    if not all(_is_paragraph(each, _SENTENCE_WORDS) for each in around) or not _ENGLISH.search(rest):
        return frozenset()
    return frozenset(short) if _has_verb(line.split()) and _echo(line, rest) < _STRANGE else frozenset()


def _has_verb(words: list[str]) -> bool:
    """Whether one of the words is a verb, or may be one in -s that no preposition follows, as it does a
    plural: `rules of the port`."""
    for word, following in pairwise(words[1:]):
        bare = word.lower()
        if bare in _VERBS or (
            len(bare) > 3
            and bare.isalpha()
            and bare.endswith("s")
            and not bare.endswith(("ss", "us", "is"))
            and following.lower() not in _AFTER_PLURALS
        ):
            return True
    return False


def _headline_like(line: str) -> bool:
    words = line.split()
    if not words or line[-1] in _ENDS or not line[0].isupper() or line.isupper() or "http" in line:
        return False
    return any(w[0].isupper() for w in words[1:])


def _is_short(line: str) -> bool:
    return line.count(" ") < 20 and line.rstrip()[-1] not in _ENDS


def _is_foreign(i: int, lines: list[str], full: list[int], distributed: bool) -> bool:
    at = full.index(i)
    if not 0 < at < len(full) - 1:
        return False
    above, below = lines[full[at - 1]], lines[full[at + 1]]
    if not (_is_paragraph(above) and _is_paragraph(below)):
        return False
    english = bool(_ENGLISH.search(below))
    words = lines[i].split()
    verb = any(
        _follows_name(words[k - 1], words[k]) or (distributed and words[k].lower() in _VERBS)
        for k in range(1, len(words))
    )
    sole = sum(_is_short(lines[k]) for k in full[1:-1]) == 1
    rest = " ".join(lines[k] for k in full if k != i)
    return (
        (verb if english else distributed and sole)
        and _echo(lines[i], below) < (0.5 if distributed and english else 0.34)
        and _echo(lines[i], rest) < _OWN
    )


def _is_paragraph(line: str, words: int = _FULL_WORDS) -> bool:
    return line.count(" ") >= words - 1 and line.rstrip()[-1] in _CLOSED


def _follows_name(before: str, word: str) -> bool:
    """`Rutte confirms`, `Name Says`: a verb in -s right after a capitalised word."""
    bare = word.lower()
    verb = bare in _VERBS or (
        len(bare) > 3 and bare.endswith("s") and not bare.endswith(("ss", "us", "is", "'s", "’s"))
    )
    return verb and before[0].isupper() and word.islower()


def _echo(line: str, below: str) -> float:
    words = _CONTENT.findall(line.casefold())
    text = below.casefold()
    return sum(word[:6] in text for word in words) / len(words) if words else 1.0
