"""What the judge knows of each text block of a page: whole numbers, so that every machine decides alike."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from zlib import crc32

import numpy as np
import numpy.typing as npt

from ingest.extract.blocks.match import key
from ingest.extract.blocks.walk import Page
from ingest.extract.promos import PROMO

Ints = npt.NDArray[np.int32]

NAME_SLOTS = 4096
TEXT_SLOTS = 16384
CANDIDATE_LETTERS = 25
CANDIDATE_LINK = 60  # per cent

_TAG_NAMES = (
    "p h1 h2 h3 h4 h5 h6 li blockquote pre dd dt td th figcaption div section article main ul center body"
    " header form"
)
_TAGS = {tag: code for code, tag in enumerate(_TAG_NAMES.split())}
_OTHER_TAG = len(_TAGS)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_PART = re.compile(r"[a-z]+")
_WIDE = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_WORD = re.compile(r"\w+")
_RULES = (
    "title,byline,date,kicker,related,promo,link,script,twice,rule,tail link,tail handle,tail short,tail bio"
)
VERDICTS = {rule: code for code, rule in enumerate(["", "kept", *_RULES.split(",")])}
"""What becomes of a block without the model: left out by trafilatura (0), kept (1), or the rule of
extract/lines.py that drops it."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the page and the rules say. `verdicts` has for each block 0 where trafilatura left it out, else
    a code of VERDICTS; `pruned` for each box whether layout.prune took it out; `keys` each block's
    `match.key`. Titles are `comparable`."""

    titles: frozenset[str]
    body: str | None
    description: str | None
    news: bool
    verdicts: Sequence[int]
    pruned: Sequence[bool]
    keys: Sequence[str]


@lru_cache(maxsize=20_000)
def name_slots(tag: str, names: str) -> tuple[int, ...]:
    """The slots of a box's tag and of the parts and pairs of parts of its class and id."""
    parts = _PART.findall(_CAMEL.sub("-", names[:300]).lower())[:16]
    tokens = {tag, *parts, *(f"{a}-{b}" for a, b in pairwise(parts))}
    return tuple(sorted({crc32(token.encode()) % NAME_SLOTS for token in tokens}))


def text_slots(words: Sequence[str], text: str) -> list[int]:
    """The slots of a block's first and last words, and of the words of a short one."""
    low = text[:80].casefold().split()[:12]
    tokens = ["^" + low[0], "^" + " ".join(low[:2]), "$" + words[-1], "e" + text[-1], "s" + text[0]]
    if len(words) <= 12:
        tokens += low
    return [crc32(token.encode()) % TEXT_SLOTS for token in tokens]


def _first(text: str) -> int:
    char = text[0]
    if char.isupper():
        return 0
    if char.islower():
        return 1
    if char.isdigit():
        return 2
    if char in "\"'“”‘’«»„「『":
        return 3
    return 4 if char.isalpha() else 5


def _last(text: str) -> int:
    char = text[-1]
    if char in ".。।؟":
        return 0
    if char in "!?！？…":
        return 1
    if char in "\"'”’»」』":
        return 2
    if char in ":：":
        return 3
    if char in ",;":
        return 4
    return 5 if char.isalnum() else 6


# Of the block, its box, the boxes around it (p: the next, g: the one around that, a: one further), of its
# place, of the page, of the block before and behind, and of the ten blocks around.
_OF_BLOCK = "words,link,verdict,letters,strong,last,first,capitals,promo,title,inbody,indesc"
_OF_BOX = "tag,depth,article,main,bodyprop,pruned,ptag"
_AROUND = (
    "pwords,pshare,plink,pkept,pkeptshare,pblocks,gwords,gshare,glink,gkept,gkeptshare,gblocks"
    ",awords,ashare,akept"
)
_OF_PLACE = "index,before,kbefore,kafter,gapback,gapfwd,fromfirst,fromlast,fromtitle,fromhead,headlink"
_OF_PAGE = "news,nblocks,kwords,kshare,bodycover"
_NEAR = "words-1,link-1,verdict-1,tag-1,last-1,words+1,link+1,verdict+1,tag+1,last+1"
_SHIFTS = (-1, 1)
NUMBERS = ",".join((_OF_BLOCK, _OF_BOX, _AROUND, _OF_PLACE, _OF_PAGE, _NEAR, "kwin,lwin")).split(",")
"""The columns of Described.numbers."""


@dataclass(slots=True)
class Described:
    """`numbers` has a row for each candidate (a block that trafilatura kept, or one of some length that is
    not mostly links) and a column for each of NUMBERS; `places` the candidates' places in the page; `texts`
    their `text_slots`; `mine` their innermost boxes."""

    places: Ints
    numbers: Ints
    texts: list[list[int]]
    mine: list[int]


def describe(page: Page, known: Known) -> Described:
    """The numbers and slots of the blocks of a page that may be article."""
    blocks, boxes = page.blocks, page.boxes
    count = len(blocks)
    words_list, link_list = [], []
    for block in blocks:
        text = block.text
        wide = 0 if text.isascii() else len(_WIDE.findall(text)) // 2
        words_list.append(min(text.count(" ") + 1 + wide, 500))
        link_list.append(100 * min(block.link, len(text)) // len(text))
    words = np.array(words_list, np.int32)
    link = np.array(link_list, np.int32)
    verdict = np.array(known.verdicts, np.int32)
    kept = (verdict > 0).astype(np.int32)
    letters = np.array([len(block.text) for block in blocks], np.int32)
    places = np.flatnonzero((kept == 1) | ((letters >= CANDIDATE_LETTERS) & (link < CANDIDATE_LINK))).astype(
        np.int32
    )
    mine_list = [block.box for block in blocks]
    if not len(places):
        return Described(places, np.zeros((0, len(NUMBERS)), np.int32), [], [])
    rows, texts = _texts(page, known, places, words_list)
    titles = np.full(count, 0, np.int32)
    titles[places] = [row[6] for row in rows]
    lasts = np.full(count, -1, np.int32)
    lasts[places] = [row[2] for row in rows]
    box_rows = _boxes(page)
    mine = np.array(mine_list, np.int32)
    boxparent = np.array([max(0, box.parent) for box in boxes], np.int32)
    boxflags = np.array(box_rows, np.int32)
    tag = boxflags[mine, 0]
    plain = words * (100 - link) // 100
    sums = _sums(page, mine, (plain, words, plain * kept, np.ones(count, np.int32)))
    total, allkept = max(1, int(sums[0, 0])), max(1, int(sums[0, 2]))
    pruned = np.array(known.pruned, np.int32)
    here = mine[places]
    parent = boxparent[here]
    grand = boxparent[parent]
    great = boxparent[grand]
    columns: list[npt.NDArray[np.int64] | Ints] = [words[places], link[places], verdict[places]]
    columns += list(np.array(rows, np.int32).T)
    columns += list(boxflags[here].T)
    columns += [pruned[here], boxflags[parent, 0]]
    for level in (parent, grand):
        s = sums[level]
        columns += [
            np.minimum(s[:, 0], 3000),
            100 * s[:, 0] // total,
            100 - 100 * s[:, 0] // np.maximum(1, s[:, 1]),
            100 * s[:, 2] // np.maximum(1, s[:, 0]),
            100 * s[:, 2] // allkept,
            np.minimum(s[:, 3], 200),
        ]
    s = sums[great]
    columns += [np.minimum(s[:, 0], 3000), 100 * s[:, 0] // total, 100 * s[:, 2] // allkept]
    columns += _places(count, places, plain, kept, link, tag, titles, total, allkept)
    cover = 0
    if known.body:
        cover = min(300, 100 * int((letters * kept).sum()) // len(known.body))
    for value in (known.news, min(count, 999), min(allkept, 5000), 100 * allkept // total, cover):
        columns.append(np.full(len(places), value, np.int32))
    near = (words, link, verdict, tag, lasts)
    for shift in _SHIFTS:
        at = places + shift
        inside = (at >= 0) & (at < count)
        at = np.clip(at, 0, count - 1)
        columns += [np.where(inside, values[at], -1) for values in near]
    for values in (plain * kept, words - plain):
        summed = np.concatenate([[0], np.cumsum(values)])
        columns.append(
            np.minimum(summed[np.minimum(places + 6, count)] - summed[np.maximum(places - 5, 0)], 2000)
        )
    return Described(places, np.stack(columns, 1).astype(np.int32), texts, here.tolist())


def _texts(
    page: Page, known: Known, places: Ints, counts: Sequence[int]
) -> tuple[list[tuple[int, ...]], list[list[int]]]:
    rows: list[tuple[int, ...]] = []
    texts: list[list[int]] = []
    body = key(known.body) if known.body else ""
    description = key(known.description) if known.description else ""
    title_words = [set(_WORD.findall(title)) for title in known.titles]
    for place in places.tolist():
        block = page.blocks[place]
        text, n = block.text, counts[place]
        words = text.split(" ")
        size = len(text)
        plain = known.keys[place]
        title = promo = 0
        if n <= 40:
            low = text.casefold()
            if low in known.titles:
                title = 100
            elif n >= 3:
                mine = set(_WORD.findall(low))
                title = max(
                    (100 * len(mine & t) // max(len(mine), len(t), 1) for t in title_words), default=0
                )
            promo = bool(n <= 30 and PROMO.search(text))
        head = text[:100]
        rows.append(
            (
                min(size, 3000),
                100 * min(block.strong, size) // size,
                _last(text),
                _first(text),
                100 * sum(map(str.isupper, head)) // len(head),
                promo,
                title,
                (1 if plain in body else -1) if body and len(plain) > 10 else 0,
                (1 if plain in description or description in plain else -1)
                if description and len(plain) > 20
                else 0,
            )
        )
        texts.append(text_slots(words, text))
    return rows, texts


def _boxes(page: Page) -> list[tuple[int, ...]]:
    """For each box its tag's code, depth, and how many boxes around it (itself included) are articles or
    mains, and whether one is marked up as articleBody."""
    rows: list[tuple[int, ...]] = []
    for box in page.boxes:
        tag = box.tag
        _, _, article, main, body = rows[box.parent] if box.parent >= 0 else (0,) * 5
        rows.append(
            (
                _TAGS.get(tag, _OTHER_TAG),
                min(99, box.depth),
                article + (tag == "article"),
                main + (tag == "main"),
                body or box.body,
            )
        )
    return rows


def _sums(page: Page, mine: Ints, values: Sequence[Ints]) -> npt.NDArray[np.int64]:
    """For each box the sums of each of `values` (a number for each block) over the blocks in it. Boxes are in
    the order of the page, so those within a box are a run, and its sum a difference of two running ones."""
    count = len(page.boxes)
    end = np.array([box.end for box in page.boxes])
    sums = np.zeros((count, len(values)), np.int64)
    for column, value in enumerate(values):
        own = np.zeros(count, np.int64)
        np.add.at(own, mine, value)
        running = np.concatenate([[0], np.cumsum(own)])
        sums[:, column] = running[end] - running[:-1]
    return sums


def _places(
    count: int,
    places: Ints,
    plain: Ints,
    kept: Ints,
    link: Ints,
    tag: Ints,
    titles: Ints,
    total: int,
    allkept: int,
) -> list[npt.NDArray[np.int64]]:
    order = np.arange(count)
    before = np.cumsum(plain) - plain
    kept_to = np.cumsum(plain * kept)
    where = np.flatnonzero(kept)
    back = forward = np.full(count, 99)
    first = last = np.full(count, 0)
    if len(where):
        spot = np.searchsorted(where, order)
        back = np.where(spot > 0, order - where[np.maximum(spot - 1, 0)], 99)
        spot = np.searchsorted(where, order, side="right")
        forward = np.where(spot < len(where), where[np.minimum(spot, len(where) - 1)] - order, 99)
        first = np.clip(order - where[0], -99, 99)
        last = np.clip(order - where[-1], -99, 99)
    titled = np.flatnonzero(titles >= 80)
    from_title = np.clip(order - titled[0], -99, 99) if len(titled) else np.full(count, 100)
    head = np.maximum.accumulate(np.where((tag >= 1) & (tag <= 6), order, -1))
    columns = (
        100 * order // count,
        100 * before // total,
        100 * (kept_to - plain * kept) // allkept,
        100 * (kept_to[-1] - kept_to) // allkept,
        np.minimum(back, 99),
        np.minimum(forward, 99),
        first,
        last,
        from_title,
        np.where(head >= 0, np.minimum(order - head, 99), 99),
        np.where(head >= 0, link[np.maximum(head, 0)], -1),
    )
    return [column[places] for column in columns]
