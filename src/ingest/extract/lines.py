"""Which blocks of an extracted text are not the article: titles, promos, credits, related links and what
follows the article's end."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml.html import HtmlElement

from ingest.extract.engine import Block
from ingest.extract.promos import BIO, BIO_SURE, PROMO, RELATED
from ingest.model import DroppedLine

PROMO_WORDS = 30
LINK_WORDS = 25
TEASER_WORDS = 40
BOX_BLOCKS = 8
LEAD_BLOCKS = 8

_WORD = re.compile(r"\w+")
_WIDE = re.compile("[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_SCRIPT = re.compile(
    r"[{};]\s*$|function\s*\(|\bvar \w+\s*=|window\.|document\.|=>\s*\{"
    r"|^- \w+[A-Z]\w*:$|^- (?:true|false|null|undefined)$"
)
_HANDLE = re.compile(r"^\W*@\w+\W*$|^\W*https?://\S+\W*$|^\S+@\S+\.\w+$")
_END = re.compile(r"""[.!?…。！？:»”"'’)\]।؟]\s*$""")
_BOX_TITLE = re.compile(
    r"\W*(?!(?:read|see|also|lesen|lire|leer|lea|leia|leggi|lees|läs|les|læs)\b)(?=\w)", re.I
)
_RULE = re.compile(r"^[\s|:\-–—_=*•·]*$")
_DATE = re.compile(r"\b(?:19|20)\d\d\b.{0,40}$|\b\d{1,2}[:.]\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the rules know of the page: titles, authors and link texts (all `comparable`), and whether it is
    news."""

    titles: frozenset[str]
    links: frozenset[str]
    news: bool
    authors: frozenset[str] = frozenset()


def comparable(text: str) -> str:
    """Returns a title or line in the form for comparing: one line, casefolded. Never for output."""
    return " ".join(text.split()).casefold()


def words(text: str) -> int:
    """Words, where scripts without spaces count two characters as one."""
    return len(text.split()) + len(_WIDE.findall(text)) // 2


def link_texts(tree: HtmlElement) -> frozenset[str]:
    """Returns the `comparable` texts of the links to other pages: a link within the page is a heading or a
    table of contents."""
    return frozenset(
        comparable("".join(a.itertext()) if len(a) else a.text or "")
        for a in tree.iter("a")
        if not (a.get("href") or "#").startswith("#")
    )


def clean(blocks: list[Block], evidence: Evidence) -> tuple[list[Block], list[DroppedLine]]:
    """The blocks that are the article, and what was dropped by which rule.

    On pages that are no news only titles and rules of a table go: the rest costs blogs and guides more than
    it brings. All is undone if more than half the text would go.
    """
    dropped: list[DroppedLine] = []
    kept = _lead(blocks, evidence, dropped)
    if evidence.news:
        kept = _without_last_box(kept, dropped)
    kept = list(_middle(kept, evidence, dropped))
    _tail(kept, evidence, dropped)
    if _letters(kept) < _letters(blocks) / 2:
        return blocks, []
    return kept, dropped


def _letters(blocks: Iterable[Block]) -> int:
    return sum(len(block.text) for block in blocks)


def _lead(blocks: list[Block], evidence: Evidence, dropped: list[DroppedLine]) -> list[Block]:
    """The blocks without the titles, bylines, dates and kickers above the first real paragraph."""
    kept: list[Block] = []
    for place, block in enumerate(blocks):
        rule = _lead_rule(block, evidence) if place < LEAD_BLOCKS else None
        if rule == "kicker" and _goes_on(blocks, place):
            rule = None
        if rule:
            dropped.append(DroppedLine(rule, block.text))
        elif place >= LEAD_BLOCKS or (block.tag != "head" and words(block.text) > 14):
            return kept + blocks[place:]
        else:
            kept.append(block)
    return kept


def _lead_rule(block: Block, evidence: Evidence) -> str | None:
    text = comparable(block.text)
    if text in evidence.titles or _near_title(block, evidence):
        return "title"
    if not evidence.news or block.tag == "item":
        return None
    if _is_byline(text, evidence):
        return "byline"
    if words(text) <= 10 and _DATE.search(block.text) and not _END.search(block.text):
        return "date"
    if words(text) <= 5 and not _END.search(block.text):
        return "kicker"
    return None


def _goes_on(blocks: list[Block], place: int) -> bool:
    """Whether the next line goes on with this one's sentence: a line break stands within it."""
    following = blocks[place + 1].text if place + 1 < len(blocks) else ""
    return blocks[place].tag == "p" and following[:1].islower()


def _near_title(block: Block, evidence: Evidence) -> bool:
    # with a kicker in front or a word of the <title> behind, nearly all words are still the title's
    if block.tag != "head":
        return False
    mine = set(_WORD.findall(comparable(block.text)))
    return len(mine) >= 4 and any(_nearly(mine, set(_WORD.findall(title))) for title in evidence.titles)


def _nearly(mine: set[str], title: set[str]) -> bool:
    both = len(mine & title)
    return both >= 0.85 * len(mine) or (
        len(title) >= 4 and both >= 0.9 * len(title) and len(mine) <= len(title) + 4
    )


def _is_byline(text: str, evidence: Evidence) -> bool:
    rest = text
    for author in evidence.authors:
        rest = rest.replace(author, " ")
    return rest != text and len(_WORD.findall(rest)) <= 4


def _is_box_title(text: str) -> bool:
    # stories contain "read more", too, but neither "more from ..." nor "most read"
    return bool(RELATED.match(text) and _BOX_TITLE.match(text))


def _without_last_box(blocks: list[Block], dropped: list[DroppedLine]) -> list[Block]:
    """A last box of other stories whose teasers lost their headings: a box title, then a few short blurbs to
    the end."""
    for place in range(len(blocks) - 1, max(0, len(blocks) - BOX_BLOCKS - 1), -1):
        after = blocks[place + 1 :]
        if any(words(block.text) > TEASER_WORDS for block in after):
            return blocks
        if (
            blocks[place].tag == "head"
            and _is_box_title(blocks[place].text)
            and _letters(after) < 0.15 * _letters(blocks)
        ):
            dropped.extend(DroppedLine("related", block.text) for block in blocks[place:])
            return blocks[:place]
    return blocks


def _middle(blocks: list[Block], evidence: Evidence, dropped: list[DroppedLine]) -> Iterable[Block]:
    box = False
    for place, block in enumerate(blocks):
        rule = _rule(block, evidence)
        if evidence.news:
            opens = bool(RELATED.match(block.text))
            box = opens or (box and (_teaser(block, evidence) or _blurb(blocks, place, evidence)))
            rule = rule or ("related" if box else None)
        if rule:
            dropped.append(DroppedLine(rule, block.text))
        else:
            yield block


def _teaser(block: Block, evidence: Evidence) -> bool:
    text = comparable(block.text).lstrip("- ")
    return (
        text in evidence.links
        or _twice(text)
        or (block.tag in ("head", "item") and words(text) <= LINK_WORDS and not _END.search(text))
    )


def _blurb(blocks: list[Block], place: int, evidence: Evidence) -> bool:
    """The lines under a teaser within a box: short, behind one teaser and before the next, or the last of
    all."""
    if words(blocks[place].text) > TEASER_WORDS or not _teaser(blocks[place - 1], evidence):
        return False
    return (
        place + 1 == len(blocks)
        or _teaser(blocks[place + 1], evidence)
        or bool(PROMO.search(blocks[place + 1].text))
    )


def _twice(text: str) -> bool:
    half = len(text) // 2
    return len(text) > 20 and text[:half].strip() == text[half:].strip()


def _rule(block: Block, evidence: Evidence) -> str | None:
    if _RULE.match(block.text):
        return "rule"
    if not evidence.news:
        return None
    text = comparable(block.text)
    count = words(text)
    if count <= PROMO_WORDS and PROMO.search(block.text):
        return "promo"
    if block.tag != "item" and count <= LINK_WORDS and text in evidence.links and not text.endswith("."):
        return "link"
    if _SCRIPT.search(block.text):
        return "script"
    if block.tag == "head" and _twice(text):
        return "twice"
    if count <= 8 and _is_byline(text, evidence):
        return "byline"
    return None


def _tail(kept: list[Block], evidence: Evidence, dropped: list[DroppedLine]) -> None:
    while kept and (rule := _tail_rule(kept[-1], evidence)):
        dropped.append(DroppedLine(rule, kept.pop().text))


def _tail_rule(block: Block, evidence: Evidence) -> str | None:
    text = comparable(block.text)
    if text.lstrip("- ") in evidence.links and (evidence.news or block.tag != "item"):
        return "tail link"
    if not evidence.news:
        if RELATED.match(block.text):
            return "related"
        return "promo" if words(text) <= PROMO_WORDS and PROMO.search(block.text) else None
    if block.tag == "head" or (len(text) < 300 and _HANDLE.search(block.text)):
        return "tail handle"
    if block.tag != "item" and words(text) <= 5 and not _END.search(block.text):
        return "tail short"
    if words(text) <= 60 and _named(text, evidence) and BIO.search(block.text):
        return "tail bio"
    if words(text) <= 25 and BIO_SURE.search(block.text):
        return "tail bio"
    return None


def _named(text: str, evidence: Evidence) -> bool:
    return any(author in text[: len(author) + 20] for author in evidence.authors)
