"""trafilatura as the engine: a parsed tree in, the blocks of the main text out; a fast precise pass, a wider
one on suspicion."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import lxml.etree
from lxml.html import HtmlElement
from trafilatura import bare_extraction
from trafilatura.xml import xmltotxt

from ingest.extract import layout

# The share of a page's text that only scripts, players and drawings use; trafilatura would drop them later
# and slower.
_NOISE = ("script", "style", "svg", "iframe", "template", "noscript", "head")
# trafilatura drops these too, but from copies of the tree and after its slowest queries.
_FRAMES = (
    "nav",
    "footer",
    "aside",
    "button",
    "select",
    "option",
    "textarea",
    "input",
    "label",
    "dialog",
    "menu",
    "object",
    "embed",
    "audio",
    "video",
    "canvas",
    "picture",
    "source",
    "link",
)
SHORT = 600  # letters: 4-9 % of news pages come out shorter, most of them cut
MUCH = 2_000  # letters of articleBody that make a page with less than half of it a failure


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, heading, list point or table row of the main text; `tag` is p, head, item, row, quote or
    code."""

    text: str
    tag: str = "p"


def strip_noise(tree: HtmlElement) -> None:
    """Takes scripts, forms' parts and page frames out of the tree in place, keeping the text behind them.

    A frame that was never closed may hold the article: one with much of the page's text stays.
    """
    lxml.etree.strip_elements(tree, *_NOISE, with_tail=False)
    total = sum(layout.letters(p) for p in tree.iter("p"))
    for element in list(tree.iter(*_FRAMES)):
        if element.getparent() is None:
            continue
        if (element.find(".//p") is None and layout.letters(element) < 2_000) or _little(element, total):
            element.drop_tree()


def _little(element: HtmlElement, total: int) -> bool:
    return sum(layout.letters(p) for p in element.iter("p")) < 0.2 * total


def precise(tree: HtmlElement, url: str | None) -> list[Block]:
    """The fast precise pass; empty where it finds no text."""
    return _run(tree, url, fast=True, favor_precision=True)


def balanced(tree: HtmlElement, url: str | None) -> list[Block]:
    """The wider pass with readability and justext to compare with: about 2.5 times as slow."""
    return _run(tree, url)


def _run(tree: HtmlElement, url: str | None, **mode: Any) -> list[Block]:
    # bare_extraction copies the tree
    document: Any = bare_extraction(tree, url=url, include_comments=False, with_metadata=False, **mode)
    return [] if document is None else list(_blocks(document.body))


def _blocks(body: Any) -> Iterator[Block]:
    for element in body:
        lines = xmltotxt(element, False).splitlines()
        tag = "item" if element.tag == "list" else "row" if element.tag == "table" else str(element.tag)
        for line in lines:
            if text := line.strip():
                yield Block(text, tag)


def text_length(blocks: list[Block]) -> int:
    return sum(len(block.text) for block in blocks)


def main_text(tree: HtmlElement, url: str | None, article_body: str | None, *, news: bool) -> list[Block]:
    """Returns the main text's blocks. `article_body` is JSON-LD's articleBody: it tells how long the text
    should be, and is the text only as a last resort."""
    short = precise(tree, url)
    size, expected = text_length(short), len(article_body or "")
    if not _suspicious(tree, size, expected, news):
        return short
    wide = balanced(tree, url)
    best = wide if _better(wide, size, expected) else short
    if not best and sum(layout.letters(p) for p in tree.iter("p")) >= 2 * SHORT:
        best = _run(tree, url, fast=True, favor_recall=True)
    if article_body and expected > MUCH and text_length(best) < 0.5 * expected:
        return [Block(line.strip()) for line in article_body.splitlines() if line.strip()]
    return best


def _suspicious(tree: HtmlElement, size: int, expected: int, news: bool) -> bool:
    """Too short in itself, or against articleBody, or (blogs and guides, cut into many sections) against the
    page's sentences."""
    if size < SHORT or size < 0.6 * expected:
        return True
    if news or 0.8 < size / (expected or 1) < 1.25:
        return False
    return size < 0.8 * layout.prose(tree) and layout.one_story(tree)


def _better(wide: list[Block], size: int, expected: int) -> bool:
    gained = text_length(wide)
    if gained <= 1.2 * size or code_like(wide):
        return False
    # a short text that matches articleBody is the article; much more around it is not
    return not (expected and 0.8 < size / expected < 1.25 and gained > 3 * expected)


def code_like(blocks: list[Block], share: float = 0.02) -> bool:
    """Whether braces, semicolons and equal signs make up more than `share` of the letters: prose stays far
    below."""
    text = " ".join(block.text for block in blocks)
    return sum(text.count(mark) for mark in "{};=") > share * len(text)
