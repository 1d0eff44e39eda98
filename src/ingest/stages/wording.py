"""Texts as copies are told by: their words, without the sentences learnt to be boilerplate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

import ingest.load.sentences as stored
from ingest.dedup.learn import edges, opening
from ingest.dedup.tokens import Hashes, Tokens, sentence_hashes, tokenise, without
from ingest.load.db import Connection


@dataclass(frozen=True, slots=True)
class Wording:
    """`whole` is all of a text, `words` without what was learnt. `sentences` are the first and last that were not learnt, `opening`
    is what the text is known by while they are counted."""

    whole: Tokens
    words: Tokens
    sentences: tuple[int, ...]
    opening: tuple[int, ...]


def worded(con: Connection, bodies: Mapping[str, str], words: Mapping[str, Tokens] | None = None) -> dict[str, Wording]:
    """These texts by id, each read once; `words` of those that were read before."""
    had = words or {}
    read = {id: had[id] if id in had else tokenise(body) for id, body in bodies.items()}
    hashed = {id: sentence_hashes(words) for id, words in read.items()}
    learnt = stored.learnt(con, {sentence for hashes in hashed.values() for sentence in hashes.tolist()})
    return {id: _wording(words, hashed[id], learnt) for id, words in read.items()}


def _wording(whole: Tokens, hashes: Hashes, learnt: frozenset[int]) -> Wording:
    words = whole
    if learnt:
        words = without(whole, np.array([sentence in learnt for sentence in hashes.tolist()], np.bool_))
    return Wording(whole, words, tuple(one for one in edges(hashes) if one not in learnt), opening(whole, hashes))
