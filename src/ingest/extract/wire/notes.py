"""Notes of a desk to the desks that take its wire, on a line of the story: `(ATTN: ...)`, `Eds: ...`,
`++ Achtung Redaktionen ++`, and marks in front of the lead: `RECTIFICATIF -`, `AVANCE:`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.extract.wire.phrases import alternatives
from ingest.model import DroppedLine, Signal

_TO_EDITORS = alternatives("to_editors")
_NOTE = re.compile(
    rf"[(\[]\s?{_TO_EDITORS}\s?[:：][^()\[\]\n]{{3,400}}[)\]]\.?\s*\Z"
    rf"|{_TO_EDITORS}\s?(?:[:：]|\s[-–—]\s).{{3,400}}\Z"
)
_PLUS = re.compile(r"\+{2,3}(?!\s?\d{1,2}[:.]\d\d)[^+\n]{3,300}?\s?\+{2,3}\s*\Z")
_PLUS_MOST = 2  # a live ticker has a heading of this form over each of its items
_MARK = re.compile(
    rf"\W{{0,3}}(?P<mark>{alternatives('correction')}|{alternatives('advisory')}|{alternatives('kill')})"
    r"\s?(?:[:：]|[-–—]+)\s*"
)
_OF_THE_DESK = re.compile(alternatives("of_the_desk"), re.IGNORECASE)
_CORRECTS = re.compile(
    r"correct|corrig|rectif|korrig|korrektur|berichtig|refil|rettific|исправл", re.IGNORECASE
)
_HEAD_LINES, _TAIL_LINES = 3, 2


def read_notes(text: str) -> tuple[Signal, tuple[DroppedLine, ...]]:
    """(the signal that the notes give, NONE without one; the notes). A mark in front of a lead is a note
    without the lead; the last line of a text is never taken."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    found = list(_found(lines)) if len(lines) > 1 else []
    if not found or len(found) == len(lines):
        return Signal.NONE, ()
    corrects = any(_CORRECTS.search(note) for note in found)
    signal = Signal.CORRECTION if corrects else Signal.ADVISORY
    return signal, tuple(DroppedLine("note to editors", note) for note in found)


def _found(lines: list[str]) -> Iterator[str]:
    is_ticker = sum(line.startswith("++") for line in lines) > _PLUS_MOST
    first = lines[0]
    mark = _MARK.match(first)
    if mark and not _NOTE.match(first) and not _PLUS.match(first):
        yield first if len(first) <= 300 and _OF_THE_DESK.search(first) else first[: mark.end()]
    for order, line in enumerate(lines):
        if not (order < _HEAD_LINES or order >= len(lines) - _TAIL_LINES) or len(line) > 420:
            continue
        if _NOTE.match(line) or (not is_ticker and _PLUS.match(line)):
            yield line
