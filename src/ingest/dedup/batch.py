"""`ingest dedup`: a file of texts to copy groups, in input order, with fingerprints in memory and words on disk."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import IO

import numpy as np

from ingest.dedup.align import lay
from ingest.dedup.groups import CopyGroup, Member, group
from ingest.dedup.index import candidate_pairs
from ingest.dedup.learn import repeated_sentences
from ingest.dedup.sketch import SKETCH, sketch_tokens
from ingest.dedup.tokens import Hashes, Tokens, Words, sentence_hashes, tokenise, without_sentences
from ingest.dedup.verify import DedupText, Verdict, verify
from ingest.model import CopyKind

CACHE = 2_000
"""Texts kept ready for comparison."""


@dataclass(frozen=True, slots=True)
class TextRow:
    """One input line of `ingest dedup`; `published_at` is aware UTC."""

    id: str
    text: str
    headline: str | None = None
    published_at: datetime | None = None
    publisher: str | None = None
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class CopyRow:
    """One output line: `copy_group` is the id of the group's canonical text, `containment` is measured against it."""

    id: str
    copy_group: str
    is_canonical: bool
    kind: CopyKind
    containment: float
    slot_agreement: float


@dataclass(frozen=True, slots=True)
class _Known:
    """What stays in memory of a text."""

    id: str
    headline: str | None
    published_at: datetime | None
    publisher: str | None
    agency: str | None
    offset: int
    words: int
    sentences: int


def copy_groups(rows: Iterable[TextRow]) -> Iterator[CopyRow]:
    """Group copies among `rows`; yields one row per input in input order, after all have been read.

    Ids must be unique (a later row of the same id is answered as the first). Memory: about 400 bytes a text; the words go to
    an unnamed temporary file.
    """
    with tempfile.TemporaryFile() as spill:
        yield from _Batch(rows, spill).rows()


class _Batch:
    def __init__(self, rows: Iterable[TextRow], spill: IO[bytes]):
        self._spill = spill
        self._known: list[_Known] = []
        self._order: list[str] = []
        self._index: dict[str, int] = {}
        self._boilerplate = self._read(rows)
        self._text = lru_cache(CACHE)(self._load)

    def _read(self, rows: Iterable[TextRow]) -> Hashes:
        hashes: list[Hashes] = []
        offset = 0
        for row in rows:
            self._order.append(row.id)
            if row.id in self._index:
                continue
            tokens = tokenise(row.text)
            self._index[row.id] = len(self._known)
            self._known.append(
                _Known(
                    row.id, row.headline, row.published_at, row.publisher, row.agency, offset, len(tokens), len(tokens.starts)
                )
            )  # fmt: skip
            offset += self._spill.write(tokens.ids.tobytes() + tokens.kinds.tobytes() + tokens.starts.tobytes())
            hashes.append(sentence_hashes(tokens))
        return repeated_sentences(hashes)

    def _load(self, at: int) -> DedupText:
        known, tokens = self._known[at], self._tokens(at)
        return DedupText(known.id, lay(tokens), known.headline, known.published_at, known.publisher, known.agency)

    def _tokens(self, at: int) -> Tokens:
        known = self._known[at]
        self._spill.seek(known.offset)
        data = self._spill.read(5 * known.words + 8 * known.sentences)
        tokens = Tokens(
            np.frombuffer(data, np.uint32, known.words),
            np.frombuffer(data, np.uint8, known.words, 4 * known.words),
            np.frombuffer(data, np.int64, known.sentences, 5 * known.words),
        )
        drop = np.isin(sentence_hashes(tokens), self._boilerplate)
        if not drop.all():
            tokens = without_sentences(tokens, drop)
        return tokens

    def rows(self) -> Iterator[CopyRow]:
        pairs = [
            (self._known[a].id, self._known[b].id)
            for a, b in candidate_pairs(self._sketches(), [k.published_at for k in self._known])
            if self._verify(a, b).same
        ]
        members = [Member(k.id, k.published_at, _own(k)) for k in self._known]
        groups = group(members, pairs, self._check)
        found = {id: g for g in groups for id in g.members}
        for id in self._order:
            yield self._row(id, found[id])

    def _sketches(self) -> list[Words]:
        return [sketch_tokens(self._tokens(i))[:SKETCH] for i in range(len(self._known))]

    def _verify(self, a: int, b: int) -> Verdict:
        return verify(self._text(a), self._text(b))

    def _check(self, a: str, b: str) -> bool:
        return self._verify(self._index[a], self._index[b]).same

    def _row(self, id: str, group: CopyGroup) -> CopyRow:
        if id == group.canonical:
            return CopyRow(id, id, True, CopyKind.ORIGIN, 1.0, 1.0)
        verdict = self._verify(self._index[group.canonical], self._index[id])
        return CopyRow(id, group.canonical, False, verdict.kind, verdict.containment, verdict.slot_agreement)


def _own(known: _Known) -> bool:
    """Is this the origin's own copy: the credited agency is also the publisher?"""
    return bool(known.agency and known.publisher and known.agency.casefold() == known.publisher.casefold())
