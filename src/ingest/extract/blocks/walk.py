"""A page's tree to its text blocks: one walk, in the order of the page, with what the markup says of each
block."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml.html import HtmlElement

_INLINE_NAMES = (
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark nobr o:p q rp rt"
    " ruby s samp small span strike strong sub sup time tt u var wbr"
)
_INLINE = frozenset(_INLINE_NAMES.split())
_STRONG = frozenset(("b", "strong", "em", "i"))


@dataclass(slots=True)
class Box:
    """A block-level element: `parent` is the place of the box around it in `Page.boxes` (-1 for the
    outermost), `end` the place behind the last box in it, `names` its class and id; `body` says that it is
    marked up as articleBody."""

    parent: int
    tag: str
    names: str
    depth: int
    body: bool
    element: HtmlElement
    end: int = 0


@dataclass(slots=True)
class TextBlock:
    """Text between two borders of boxes or line breaks, in one line. `link` and `strong` are letters of it in
    links and in bold or italics; `box` is the place of its innermost box."""

    text: str
    box: int
    link: int
    strong: int


@dataclass(slots=True)
class Page:
    """All boxes and text blocks of a page, in its order."""

    boxes: list[Box]
    blocks: list[TextBlock]


class _Walk:
    __slots__ = ("blocks", "boxes", "link", "parts", "strong")

    def __init__(self) -> None:
        self.boxes: list[Box] = []
        self.blocks: list[TextBlock] = []
        self.parts: list[str] = []
        self.link = 0
        self.strong = 0

    def read(self, text: str, linked: bool, strong: bool) -> None:
        self.parts.append(text)
        if linked or strong:
            letters = len(text.strip())
            self.link += letters * linked
            self.strong += letters * strong

    def end_block(self, box: int) -> None:
        if self.parts:
            text = " ".join("".join(self.parts).split())
            if text:
                self.blocks.append(TextBlock(text, box, self.link, self.strong))
            self.parts.clear()
            self.link = self.strong = 0

    def open_box(self, element: HtmlElement, tag: str, around: int) -> int:
        depth = self.boxes[around].depth + 1 if around >= 0 else 0
        names, body = "", False
        if given := element.attrib:
            names = f"{given.get('class') or ''} {given.get('id') or ''}"
            body = given.get("itemprop") == "articleBody"
        self.boxes.append(Box(around, tag, names, depth, body, element))
        return len(self.boxes) - 1


def walk(tree: HtmlElement) -> Page:
    """The text blocks of a tree and the boxes around them. A loop, not a recursion: pages are up to 2,048
    elements deep."""
    state = _Walk()
    box, linked, strong = state.open_box(tree, str(tree.tag), -1), False, False
    if tree.text:
        state.read(tree.text, False, False)
    # the elements that the walk is in: each with its further children, and what held around it
    inside: list[tuple[HtmlElement, Iterator[HtmlElement], int, bool, bool]] = []
    element, children = tree, iter(tree)
    while True:
        child = next(children, None)
        if child is not None:
            tag = child.tag
            if isinstance(tag, str) and tag != "br":
                inside.append((element, children, box, linked, strong))
                if tag in _INLINE:
                    linked, strong = linked or tag == "a", strong or tag in _STRONG
                else:
                    state.end_block(box)
                    box = state.open_box(child, tag, box)
                element, children = child, iter(child)
                if child.text:
                    state.read(child.text, linked, strong)
                continue
            if tag == "br":
                state.end_block(box)
        elif inside:
            child = element
            element, children, around, linked, strong = inside.pop()
            if around != box:
                state.end_block(box)
                state.boxes[box].end = len(state.boxes)
                box = around
        else:
            state.end_block(box)
            state.boxes[box].end = len(state.boxes)
            return Page(state.boxes, state.blocks)
        if child.tail:
            state.read(child.tail, linked, strong)
