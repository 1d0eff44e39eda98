"""Joins the learnt judgement with trafilatura and the rules of extract/lines.py: which blocks are the text.

Where the model is sure, it decides; between its bounds the rules do. A page on which it would take out most
of the rules' text, or whose text is not in its blocks, is the rules' alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.extract.blocks import features, match, model
from ingest.extract.blocks.features import VERDICTS, Described, Known
from ingest.extract.blocks.walk import Page
from ingest.extract.engine import Block
from ingest.extract.lines import Evidence
from ingest.extract.promos import PROMO
from ingest.model import DroppedLine

DROP = model.log_odds(0.3)
"""Below this score a block goes that the rules keep."""
DROP_WITHIN = model.log_odds(0.05)
"""The same between two blocks that are in the text for sure: a sentence more does less harm than a hole."""
RESTORE = model.log_odds(0.75)
"""From this score on a block stays that a rule would drop."""
ADD = model.log_odds(0.55)
"""From this score on a block is added that trafilatura left out."""
ADD_ABOVE = model.log_odds(0.64)
"""The same above the first block that is in the text for sure: standfirsts, which some count to the text."""
ADD_POINT = model.log_odds(0.95)
"""From this score on a list point of news is added: key points beside a story only sum it up."""
_NOTICE_WORDS = 60  # what trafilatura left out and opens as a promo or notice does is never added
LEAST_SHARE = 0.5  # of the letters of the rules' text

_HEADS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


@dataclass(frozen=True, slots=True)
class _Item:
    """A block that may be in the text, its place in the page, its score (None: not found in the page),
    whether the rules keep it, and the rule that drops it (None: none does)."""

    place: int
    block: Block
    score: int | None
    ruled: bool
    rule: str | None


@dataclass(frozen=True, slots=True)
class Ruled:
    """trafilatura's blocks, what the rules kept and dropped of them, and what the page says: `evidence`,
    JSON-LD's articleBody and the description."""

    blocks: Sequence[Block]
    kept: Sequence[Block]
    dropped: Sequence[DroppedLine]
    evidence: Evidence
    body: str | None
    description: str | None

    def verdicts(self) -> list[int]:
        """A code of VERDICTS for each block."""
        kept = {id(block) for block in self.kept}
        rules = {line.text: line.rule for line in self.dropped}
        return [
            VERDICTS["kept"]
            if id(block) in kept
            else VERDICTS.get(rules.get(block.text, "rule"), VERDICTS["rule"])
            for block in self.blocks
        ]


@dataclass(frozen=True, slots=True)
class Matched:
    """`places`: for each of trafilatura's blocks the page's blocks that it consists of; `verdicts` (0 where
    left out) and `keys` of the page's blocks; `candidates` described."""

    places: Sequence[Sequence[int]]
    verdicts: Sequence[int]
    keys: Sequence[str]
    candidates: Described


def judge(page: Page, ruled: Ruled) -> tuple[list[Block], list[DroppedLine]]:
    """The blocks of the article in the order of the page, and what was dropped, with scores. `page` was
    read before boxes were pruned."""
    matched = matching(page, ruled)
    if matched is None:
        return list(ruled.kept), list(ruled.dropped)
    scores = dict(
        zip(
            matched.candidates.places.tolist(),
            model.shipped().scores(page, matched.candidates),
            strict=True,
        )
    )
    items = [
        *_kept_items(page, ruled, matched, scores),
        *_left_out(page, matched, scores, news=ruled.evidence.news),
    ]
    items.sort(key=lambda item: item.place)
    stays = _stay(items)
    text = [item.block for item, stay in zip(items, stays, strict=True) if stay]
    if _letters(text) < LEAST_SHARE * _letters(ruled.kept):
        return list(ruled.kept), list(ruled.dropped)
    return text, [_dropped(item) for item, stay in zip(items, stays, strict=True) if not stay]


def matching(page: Page, ruled: Ruled) -> Matched | None:
    """trafilatura's blocks found in the page and what is known of them; None where most of its text is not
    in the page (it comes from JSON-LD)."""
    keys = [match.key(block.text) for block in page.blocks]
    places = match.match([match.key(block.text) for block in ruled.blocks], keys)
    here = _letters(block for block, where in zip(ruled.blocks, places, strict=True) if where)
    if 2 * here <= _letters(ruled.blocks):
        return None
    verdicts = [0] * len(keys)
    for code, where in zip(ruled.verdicts(), places, strict=True):
        for place in where:
            verdicts[place] = code
    known = Known(
        titles=ruled.evidence.titles,
        body=ruled.body,
        description=ruled.description,
        news=ruled.evidence.news,
        verdicts=verdicts,
        pruned=pruned(page),
        keys=keys,
    )
    return Matched(places, verdicts, keys, features.describe(page, known))


def pruned(page: Page) -> list[bool]:
    """For each box whether it has been taken out of the tree since the page was read."""
    out: list[bool] = []
    for box in page.boxes:
        gone = box.parent >= 0 and (out[box.parent] or box.element.getparent() is None)
        out.append(gone)
    return out


def _kept_items(page: Page, ruled: Ruled, matched: Matched, scores: dict[int, int]) -> Iterable[_Item]:
    rules = {line.text: line.rule for line in ruled.dropped}
    last = 0
    for block, code, places in zip(ruled.blocks, ruled.verdicts(), matched.places, strict=True):
        score = None
        if places:
            last = places[0]
            sizes = [len(page.blocks[place].text) for place in places]
            score = model.mean([scores[place] for place in places], sizes)
        ruled_in = code == VERDICTS["kept"]
        yield _Item(last, block, score, ruled_in, None if ruled_in else rules.get(block.text, "rule"))


def _left_out(page: Page, matched: Matched, scores: dict[int, int], *, news: bool) -> Iterable[_Item]:
    """What the model adds to trafilatura's blocks, each text once."""
    seen = {key for key, verdict in zip(matched.keys, matched.verdicts, strict=True) if verdict}
    for place, score in scores.items():
        if score >= ADD and not matched.verdicts[place] and matched.keys[place] not in seen:
            seen.add(matched.keys[place])
            block = page.blocks[place]
            tag = page.boxes[block.box].tag
            if news and tag == "li" and score < ADD_POINT:
                continue
            if PROMO.search(block.text) and block.text.count(" ") < _NOTICE_WORDS:
                continue
            text = f"- {block.text}" if tag == "li" else block.text
            kind = "item" if tag == "li" else "head" if tag in _HEADS else "p"
            yield _Item(place, Block(text, kind), score, False, None)


def _stay(items: Sequence[_Item]) -> list[bool]:
    sure = [
        place for place, item in enumerate(items) if item.ruled and item.score is not None and item.score >= 0
    ]
    first, last = (sure[0], sure[-1]) if sure else (0, 0)
    return [_stays(item, place < first, first < place < last) for place, item in enumerate(items)]


def _stays(item: _Item, above: bool, within: bool) -> bool:
    if item.score is None:
        return item.ruled
    if item.ruled:
        return item.score >= (DROP_WITHIN if within else DROP)
    if item.rule is not None:
        return item.score >= RESTORE
    return item.score >= (ADD_ABOVE if above else ADD)


def _dropped(item: _Item) -> DroppedLine:
    score = None if item.score is None else round(model.probability(item.score), 2)
    return DroppedLine(item.rule or "judged", item.block.text, score)


def _letters(blocks: Iterable[Block]) -> int:
    return sum(len(block.text) for block in blocks)
