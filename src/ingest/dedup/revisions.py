"""Classifies a changed text under the same address: noise, edit, correction, update or withdrawal."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from ingest.dedup.tokens import tokenise
from ingest.model import RevisionKind, Signal, Status
from ingest.text import text_hash

MAX_DIFF_PAIRS = 10_000_000_000
"""Most pairs of words for a diff. With more (100,000 words in each text) it takes seconds, and the words are
counted without regard to their order."""

MAX_TEASER_WORDS = 25
"""A line of at most this many words without a full stop may be a link to another story."""

# "PARIS, Jan 22 (Reuters) -", "(AP) --", "NEW YORK, March 3, 2026 -": an agency in brackets right before the
# dash, or capitals.
_DATELINE = re.compile(
    r"\A\s*(?:(?:[^\W\d_a-z][^\n()]{1,60})?\([^\n()]{2,30}\)"
    r"|[A-ZÀ-Þ][A-ZÀ-Þ .'/-]{2,40}(?:,\s*[^\W\d_]+\.?)?(?:,?\s*[^\W\d_]{3,9}\.?\s\d{1,2}(?:,\s\d{4})?)?)"
    r"\s*[-–—]{1,2}\s+"
)
_SENTENCE_END = re.compile(r"[.!?…:;。！？؟।][\"'”’»)\]]*\s*\Z")
# Lines that change by themselves: a time of update (a word, then mostly figures), a reading time, a number of
# views.
_UPDATED = re.compile(
    r"\W*(?:last |first )?(?:updated?|published|posted|modified|actualizado|publicado|aktualisiert|stand"
    r"|mis à jour|publié"
    r"|aggiornato|atualizado|обновлено|опубликовано|تحديث|نشر|更新|发布|公開)(?![^\W\d_])(.*)",
    re.IGNORECASE,
)
_COUNTER = re.compile(
    r"\W*\d[\d.,]*\s?[km]?\s(?:min(?:ute)?s?|hours?|days?|views?|reads?|shares?|comments?|likes?)"
    r"(?:\s(?:ago|read))?\W*",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"\W*(?:correct(?:ion|ed|s|ing)\b|clarification\b|editor['’]s note\b.*correct"
    r"|this (?:story|article|version) .{0,40}\bcorrect|refiles? to (?:correct|fix)|errat(?:um|a)\b"
    r"|rectificati[fv]|correcci[oó]n\b|berichtigung\b|korrektur\b|correção\b|errata\b"
    r"|исправлен|поправка|تصحيح|更正|訂正|정정)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class RevisionChange:
    """How a text changed. `words_added` and `words_removed` count words of headline and body; `why` says what
    decided. NOISE opens no revision."""

    kind: RevisionKind
    words_added: int
    words_removed: int
    why: str


def classify(
    old_headline: str | None,
    old_body: str,
    new_headline: str | None,
    new_body: str,
    *,
    signal: Signal = Signal.NONE,
    old_signal: Signal = Signal.NONE,
    status: Status = Status.LIVE,
    seen_hashes: Collection[str] = (),
) -> RevisionChange:
    """Compare an article's current text with one just read under the same address.

    `seen_hashes` are the `revision_hash` values of all earlier texts of this article: one that returns
    (caches out of step, A/B headlines) opens no revision. `signal` and `old_signal` are the wire's marks on
    the new and the old text: a "CORRECTED" that is still in the headline is not a second correction.
    """
    added, removed = word_changes(_whole(old_headline, old_body), _whole(new_headline, new_body))
    kind, why = _kind(
        old_headline=old_headline,
        old_body=old_body,
        new_headline=new_headline,
        new_body=new_body,
        signal=signal,
        old_signal=old_signal,
        seen_hashes=seen_hashes,
        changed_words=added + removed,
    )
    if status is Status.WITHDRAWN:
        kind, why = RevisionKind.WITHDRAWAL, "withdrawn by the wire"
    return RevisionChange(kind, added, removed, why)


def revision_hash(headline: str | None, body: str) -> str:
    """Returns the SHA-256 of the normalised headline and body without the dateline, as in `seen_hashes`."""
    return text_hash(_whole(headline, _undated(body)))


def word_changes(old: str, new: str) -> tuple[int, int]:
    """Returns the numbers of words added and removed. Changes of spacing, case and punctuation do not count;
    words that changed places count as both."""
    a, b = tokenise(old).ids.tolist(), tokenise(new).ids.tolist()
    same = _common_prefix(a, b)
    a, b = a[same:], b[same:]
    same = _common_prefix(a[::-1], b[::-1])
    a, b = a[: len(a) - same], b[: len(b) - same]
    if len(a) * len(b) > MAX_DIFF_PAIRS:
        ours, theirs = Counter(a), Counter(b)
        return (theirs - ours).total(), (ours - theirs).total()
    kept = _common_words(a, b)
    return len(b) - kept, len(a) - kept


def _common_words(a: Sequence[int], b: Sequence[int]) -> int:
    """Length of the longest common subsequence, a word of `b` at a time over all of `a` as bits (Hyyrö 2004).

    difflib takes half a minute for a table that repeats two words.
    """
    places: dict[int, int] = {}
    for i, word in enumerate(a):
        places[word] = places.get(word, 0) | 1 << i
    every = (1 << len(a)) - 1
    row = every
    for word in b:
        met = row & places.get(word, 0)
        row = (row + met | row - met) & every
    return len(a) - row.bit_count()


def _kind(
    *,
    old_headline: str | None,
    old_body: str,
    new_headline: str | None,
    new_body: str,
    signal: Signal,
    old_signal: Signal,
    seen_hashes: Collection[str],
    changed_words: int,
) -> tuple[RevisionKind, str]:
    if not changed_words:
        return RevisionKind.NOISE, "only spacing, case or punctuation changed"
    if revision_hash(new_headline, new_body) in seen_hashes:
        return RevisionKind.NOISE, "a text this article has had before"
    before, after = _lines(_undated(old_body)), _lines(_undated(new_body))
    removed, added = _changed_lines(before, after)
    if _words(old_headline or "") == _words(new_headline or ""):
        if not removed and not added:
            return RevisionKind.NOISE, "only the dateline, a time of update or a counter changed"
        if _is_teaser_rotation(removed, added, after):
            return RevisionKind.NOISE, "only a line that links elsewhere changed"
    if signal is Signal.CORRECTION and old_signal is not Signal.CORRECTION:
        return RevisionKind.CORRECTION, "marked as a correction"
    if any(map(_CORRECTION.match, added)):
        return RevisionKind.CORRECTION, "a correction notice was added"
    if signal in (Signal.UPDATE, Signal.FLASH):
        return RevisionKind.UPDATE, "marked as an update"
    return RevisionKind.EDIT, "the text changed without a mark"


def _whole(headline: str | None, body: str) -> str:
    return f"{headline or ''}\n{body}"


def _undated(body: str) -> str:
    return _DATELINE.sub("", body, count=1)


def _lines(body: str) -> list[str]:
    return [line.strip() for line in body.split("\n") if line.strip() and not _is_stamp(line)]


def _is_stamp(line: str) -> bool:
    updated = _UPDATED.fullmatch(line)
    if not updated:
        return bool(_COUNTER.fullmatch(line))
    words = updated[1].split()
    return 0 < len(words) <= 2 * sum(any(map(str.isdigit, word)) for word in words)


def _words(line: str) -> tuple[int, ...]:
    return tuple(tokenise(line).ids.tolist())


def _changed_lines(before: Sequence[str], after: Sequence[str]) -> tuple[list[str], list[str]]:
    """Lines whose words are in one text only: the removed ones and the added ones."""
    old, new = {_words(line) for line in before}, {_words(line) for line in after}
    return [line for line in before if _words(line) not in new], [
        line for line in after if _words(line) not in old
    ]


def _is_teaser_rotation(removed: Sequence[str], added: Sequence[str], lines: Sequence[str]) -> bool:
    """True where links to other stories replaced each other: short lines without a full stop, in prose, that
    have few words in common.

    A corrected row of a table is a short line too, but keeps most of its words; and a table is not prose.
    """
    prose = sum(map(bool, map(_SENTENCE_END.search, lines))) * 2 >= len(lines)
    teasers = all(
        not _SENTENCE_END.search(line) and len(_words(line)) <= MAX_TEASER_WORDS
        for line in (*removed, *added)
    )
    alike = _alike(_all_words(removed), _all_words(added))
    return prose and teasers and bool(removed) and bool(added) and not alike


def _all_words(lines: Iterable[str]) -> set[int]:
    return {word for line in lines for word in _words(line)}


def _alike(a: set[int], b: set[int]) -> bool:
    return len(a & b) * 2 >= min(len(a), len(b))


def _common_prefix(a: Sequence[int], b: Sequence[int]) -> int:
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
