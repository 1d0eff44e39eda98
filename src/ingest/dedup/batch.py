"""`ingest dedup`: from texts to copy groups, in input order, with sketches in memory and words on disk."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import IO

import numpy as np
from numpy.typing import NDArray

from ingest.dedup.align import comparable_text
from ingest.dedup.groups import UNDATED_LAST, CopyGroup, GroupMember, group
from ingest.dedup.index import candidate_pairs
from ingest.dedup.learn import boilerplate, opening_sentences
from ingest.dedup.sketch import sketch
from ingest.dedup.tokens import Hashes, Tokens, sentence_hashes, shingles, tokenise, without
from ingest.dedup.verify import WINDOW, DedupText, are_copies, verify
from ingest.model import CopyKind

PREPARED_TEXTS = 4_000
"""Most texts kept in memory prepared for comparison, some 30 kB each."""


@dataclass(frozen=True, slots=True)
class TextRow:
    """One input line of `ingest dedup`; `published_at` is aware UTC, `agency` is the agency that it
    credits."""

    id: str
    text: str
    headline: str | None = None
    published_at: datetime | None = None
    publisher: str | None = None
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class CopyRow:
    """One output line. `copy_group` is the id of the group's canonical text; kind and scores compare the text
    with that."""

    id: str
    copy_group: str
    is_canonical: bool
    kind: CopyKind
    containment: float
    slot_agreement: float


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a text's words are in the spill file, and how many words and sentences it has."""

    offset: int
    words: int
    sentences: int


def copy_groups(rows: Iterable[TextRow]) -> Iterator[CopyRow]:
    """Group the copies among `rows`. Yields one row per input row, in input order, once all have been read.

    A row with an id that came before gets the answer of the first. Memory is about 2 kB a text, whatever its
    length: words go to an unnamed temporary file, five bytes each.
    """
    with tempfile.TemporaryFile() as spill:
        batch = DedupBatch(rows, spill)
        groups = batch.groups()
        by_member = {id: group for group in groups for id in group.members}
        for id in batch.order:
            yield batch.row(id, by_member[id])


class DedupBatch:
    """All texts of one run: read once, to learn the boilerplate among them, then compared."""

    def __init__(self, rows: Iterable[TextRow], spill: IO[bytes]):
        self.order: list[str] = []
        self._spill = spill
        self._index: dict[str, int] = {}
        self._about: list[TextRow] = []
        self._places: list[_Place] = []
        self._drops = self._read(rows)
        self._prepared = lru_cache(PREPARED_TEXTS)(self._text)

    def _read(self, rows: Iterable[TextRow]) -> list[NDArray[np.bool_] | None]:
        sentences: list[Hashes] = []
        openings: list[tuple[int, ...]] = []
        offset = 0
        for row in rows:
            self.order.append(row.id)
            if row.id in self._index:
                continue
            tokens = tokenise(row.text)
            self._index[row.id] = len(self._about)
            self._about.append(replace(row, text=""))
            self._places.append(_Place(offset, len(tokens), len(tokens.starts)))
            offset += self._spill.write(
                tokens.starts.tobytes() + tokens.ids.tobytes() + tokens.kinds.tobytes()
            )
            sentences.append(sentence_hashes(tokens))
            openings.append(opening_sentences(tokens, sentences[-1]))
        return _drops(sentences, boilerplate(sentences, openings))

    def _tokens(self, at: int) -> Tokens:
        place, drop = self._places[at], self._drops[at]
        self._spill.seek(place.offset)
        data = self._spill.read(8 * place.sentences + 5 * place.words)
        tokens = Tokens(
            np.frombuffer(data, np.uint32, place.words, 8 * place.sentences),
            np.frombuffer(data, np.uint8, place.words, 8 * place.sentences + 4 * place.words),
            np.frombuffer(data, np.int64, place.sentences),
        )
        return tokens if drop is None else without(tokens, drop)

    def _text(self, at: int) -> DedupText:
        row = self._about[at]
        return DedupText(
            id=row.id,
            content=comparable_text(self._tokens(at)),
            headline=row.headline,
            published_at=row.published_at,
            publisher=row.publisher,
            agency=row.agency,
        )

    def candidates(self) -> list[tuple[str, str]]:
        """Returns the pairs of ids worth comparing, a < b: each text with the first one of the same words,
        and pairs of these firsts that share hashes of their sketches.

        Texts are taken by time and id, so that the order of the input does not matter.
        """
        sketches, same = self._sketches(
            sorted(self._index, key=lambda id: (self._time(id) or UNDATED_LAST, id))
        )
        firsts = list(sketches)
        near = candidate_pairs(list(sketches.values()), [self._time(id) for id in firsts])
        pairs = same + [(firsts[a], firsts[b]) for a, b in near]
        return sorted((min(pair), max(pair)) for pair in pairs)

    def _sketches(self, order: list[str]) -> tuple[dict[str, array[int]], list[tuple[str, str]]]:
        """Returns sketches of the first text of each wording (in each WINDOW), and pairs of that text with
        the others of the same wording."""
        first: dict[bytes, str] = {}
        sketches: dict[str, array[int]] = {}
        same: list[tuple[str, str]] = []
        for id in order:
            ids = self._tokens(self._index[id]).ids
            wording = blake2b(ids.tobytes(), digest_size=16).digest()
            known = first.get(wording)
            if known is None or self._outside_window(known, id):
                first[wording] = id
                sketches[id] = array("I", sketch(shingles(ids)))
            else:
                same.append((known, id))
        return sketches, same

    def _time(self, id: str) -> datetime | None:
        return self._about[self._index[id]].published_at

    def _outside_window(self, a: str, b: str) -> bool:
        first, second = self._time(a), self._time(b)
        return first is not None and second is not None and abs(first - second) > WINDOW

    def groups(self) -> list[CopyGroup]:
        """All steps: sketch, find candidates, verify, group."""
        members = [
            GroupMember(row.id, row.published_at, from_origin(row.agency, row.publisher))
            for row in self._about
        ]
        return group(members, [pair for pair in self.candidates() if self.same(*pair)], self.same)

    def same(self, a: str, b: str) -> bool:
        """True if the two texts are copies of one story."""
        return are_copies(self._prepared(self._index[a]), self._prepared(self._index[b]))

    def row(self, id: str, group: CopyGroup) -> CopyRow:
        """Returns the output line of one id, with its scores against the canonical text."""
        if id == group.canonical:
            return CopyRow(
                id=id,
                copy_group=id,
                is_canonical=True,
                kind=CopyKind.ORIGIN,
                containment=1.0,
                slot_agreement=1.0,
            )
        verdict = verify(self._prepared(self._index[group.canonical]), self._prepared(self._index[id]))
        return CopyRow(
            id=id,
            copy_group=group.canonical,
            is_canonical=False,
            kind=verdict.kind,
            containment=verdict.containment,
            slot_agreement=verdict.slot_agreement,
        )


def from_origin(agency: str | None, publisher: str | None) -> bool:
    """True if the credited agency is also the publisher; False where either is unknown."""
    return bool(agency and publisher and agency.casefold() == publisher.casefold())


def _drops(texts: list[Hashes], known: Hashes) -> list[NDArray[np.bool_] | None]:
    """Marks for each text which of its sentences are boilerplate; None where none is."""
    marks = np.isin(np.concatenate([*texts, known[:0]]), known)
    ends = np.cumsum([len(text) for text in texts]).tolist()
    each = (marks[end - len(text) : end] for text, end in zip(texts, ends, strict=True))
    return [mark.copy() if mark.any() else None for mark in each]
