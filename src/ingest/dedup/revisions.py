"""What a changed text under the same address is: noise, an edit, a correction, an update or a withdrawal."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from difflib import SequenceMatcher

from ingest.dedup.tokens import tokenise
from ingest.model import RevisionKind, Signal, Status
from ingest.text import text_hash


@dataclass(frozen=True, slots=True)
class RevisionChange:
    """`words_added` and `words_removed` count words of headline and body. NOISE opens no revision; `why` says what decided."""

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
    status: Status = Status.LIVE,
    seen_hashes: Collection[str] = (),
) -> RevisionChange:
    """Compare the current text of an article with one just read.

    `seen_hashes` are `revision_hash` values of every text this article has had: one of them again is flapping between versions
    (rotating caches, A/B headlines) and no new revision.
    """
    old, new = _text(old_headline, old_body), _text(new_headline, new_body)
    added, removed = _difference(old, new)
    if status is Status.WITHDRAWN:
        return RevisionChange(RevisionKind.WITHDRAWAL, added, removed, "withdrawn by the wire")
    if not added and not removed:
        return RevisionChange(RevisionKind.NOISE, 0, 0, "only spacing, case or punctuation changed")
    if revision_hash(new_headline, new_body) in seen_hashes:
        return RevisionChange(RevisionKind.NOISE, added, removed, "a text this article has had before")
    if signal is Signal.CORRECTION:
        return RevisionChange(RevisionKind.CORRECTION, added, removed, "marked as a correction")
    if signal in (Signal.UPDATE, Signal.FLASH):
        return RevisionChange(RevisionKind.UPDATE, added, removed, "marked as an update")
    return RevisionChange(RevisionKind.EDIT, added, removed, "text changed without a mark")


def revision_hash(headline: str | None, body: str) -> str:
    """sha256 of the normalised headline and body: what `seen_hashes` holds."""
    return text_hash(_text(headline, body))


def _text(headline: str | None, body: str) -> str:
    return f"{headline or ''}\n{body}"


def _difference(old: str, new: str) -> tuple[int, int]:
    a, b = tokenise(old).ids.tolist(), tokenise(new).ids.tolist()
    added = removed = 0
    for tag, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if tag != "equal":
            removed += j - i
            added += m - k
    return added, removed
