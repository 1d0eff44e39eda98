"""Which text blocks of a page an extractor kept: its lines matched with the page's blocks, both in order."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

_NO_WORD = re.compile(r"\W+")
_AHEAD = 60  # blocks
_COMPARISONS = 200_000  # a page: what a real one needs is below 20,000


_ASCII_KEY = {code: None if _NO_WORD.match(chr(code)) else chr(code).lower() for code in range(128)}


def key(text: str) -> str:
    """What stays of a text when blanks, marks and case are left out of account."""
    return text.translate(_ASCII_KEY) if text.isascii() else _NO_WORD.sub("", text).casefold()


def match(kept: Sequence[str], page: Sequence[str]) -> list[list[int]]:
    """For each kept line the places of the page's blocks that it consists of, or that contain it; none where
    it cannot be found. Both arguments are `key`s."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, text in enumerate(page):
        if text:
            places[text].append(place)
    found: list[list[int]] = []
    last = -1
    budget = _COMPARISONS
    for text in kept:
        here = _exact(places.get(text), last)
        if not here and text and budget > 0:
            budget -= len(page)
            here = _part_of(text, page, max(0, last))
        found.append(here)
        if here:
            last = here[-1]
    return found


def _exact(places: Sequence[int] | None, last: int) -> list[int]:
    return [next((place for place in places if place > last), places[-1])] if places else []


def _part_of(text: str, page: Sequence[str], start: int) -> list[int]:
    for place in [*range(start, len(page)), *range(start)]:
        block = page[place]
        if not block:
            continue
        if len(text) >= 20 and text in block:
            return [place]
        if len(block) >= 3 and text.startswith(block) and (run := _run(text, page, place)):
            return run
    # a row or list that lost its beginning, or a paragraph that lost a link
    return _pieces(text, page)


def _run(text: str, page: Sequence[str], place: int) -> list[int]:
    """The blocks from `place` on that make up `text`, where they make up most of it."""
    at, run = 0, []
    for number in range(place, min(len(page), place + _AHEAD)):
        block = page[number]
        if block and (found := text.find(block, at, at + len(block) + 40)) >= 0:
            at = found + len(block)
            run.append(number)
        elif len(run) and number - run[-1] > 4:
            break
    return run if at >= 0.7 * len(text) else []


def _pieces(text: str, page: Sequence[str]) -> list[int]:
    """Blocks of some length that lie in `text` or share its beginning or end."""
    if len(text) < 40:
        return []
    return [
        place
        for place, block in enumerate(page)
        if len(block) >= 20 and (block in text or text[:16] in block or text[-16:] in block)
    ]
