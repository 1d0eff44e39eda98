"""Which blocks of an extracted text are not the article: titles, promos, credits, related links, what repeats on the host."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ingest.extract.engine import Block
from ingest.model import DroppedLine

PROMO_WORDS = 30
LINK_WORDS = 25

_SPACE = re.compile(r"\s+")
_PROMO = re.compile(
    r"^\W*(?:read (?:more|also|next|the full|:)|also read|see also|more (?:from|on this|stories|news)|related(?: (?:articles?|stories|news|topics|content|links))?\s*:?$|"
    r"related:|recommended|most (?:read|popular)|trending|watch(?: now| live| more)?:|listen(?: now| to)?:|sign up|subscribe|follow us|get our|download (?:the|our)|"
    r"click here|share this|share on|advertisement|sponsored|promoted|newsletter|join (?:us|our|the conversation)|don'?t miss|you may also|"
    r"(?:photo|image|picture|credit|source|video)s?\s*(?:credit|by)?\s*[:/©]|copyright|©|all rights reserved|"
    r"lesen sie (?:auch|mehr)|mehr zum thema|lire aussi|à lire|lea también|leer más|le[ea] (?:también|más)|leggi anche|leia (?:também|mais)|läs (?:också|mer)|les også|lees ook|czytaj (?:też|także|więcej))",
    re.I,
)  # fmt: skip
_SCRIPT = re.compile(r"[{};]\s*$|function\s*\(|\bvar \w+\s*=|window\.|document\.|=>\s*\{")
_HANDLE = re.compile(r"^\W*@\w+\W*$|^\W*https?://\S+\W*$|^\S+@\S+\.\w+$")
_END = re.compile(r"""[.!?…。！？:»”"'’)\]]\s*$""")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the rules know of the page: its titles, the folded texts of its links, and whether it is news."""

    titles: frozenset[str]
    links: frozenset[str]
    news: bool


def fold(text: str) -> str:
    return _SPACE.sub(" ", text).strip().casefold()


def words(text: str) -> int:
    return len(text.split())


def clean(blocks: list[Block], evidence: Evidence) -> tuple[list[Block], list[DroppedLine]]:
    """The blocks that are the article, and what was dropped by which rule. All is undone if more than half the text would go."""
    if not evidence.news:
        return blocks, []
    kept, dropped = _split(blocks, evidence)
    while kept and (rule := _tail_rule(kept[-1], evidence)):
        dropped.append(DroppedLine(rule, kept.pop().text))
    if sum(len(b.text) for b in kept) < sum(len(b.text) for b in blocks) / 2:
        return blocks, []
    return kept, dropped


def _split(blocks: Iterable[Block], evidence: Evidence) -> tuple[list[Block], list[DroppedLine]]:
    kept: list[Block] = []
    dropped: list[DroppedLine] = []
    for place, block in enumerate(blocks):
        rule = _rule(block, place, evidence)
        if rule:
            dropped.append(DroppedLine(rule, block.text))
        else:
            kept.append(block)
    return kept, dropped


def _rule(block: Block, place: int, evidence: Evidence) -> str | None:
    text = fold(block.text)
    count = words(text)
    if place < 3 and text in evidence.titles:
        return "title"
    if count <= PROMO_WORDS and _PROMO.search(block.text):
        return "promo"
    if block.tag != "item" and count <= LINK_WORDS and text in evidence.links and not text.endswith("."):
        return "link"
    if _SCRIPT.search(block.text):
        return "script"
    return None


def _tail_rule(block: Block, evidence: Evidence) -> str | None:
    text = fold(block.text)
    if text.lstrip("- ") in evidence.links:
        return "tail link"
    if _HANDLE.search(block.text):
        return "tail handle"
    if words(text) <= 5 and not _END.search(block.text):
        return "tail short"
    return None
