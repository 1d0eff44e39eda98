"""Boxes of a page that are never its article, by what templates call them: captions, newsletter forms, link
boxes, dialogs, ads.

Only names that template authors use across the web, never a host's. A box that holds much of the page's text
is left alone.
"""

from __future__ import annotations

import re
from functools import lru_cache

import lxml.etree
from lxml.html import HtmlElement

# Words are matched whole, after camelCase and underscores became hyphens.
_ALWAYS = (
    r"newsletters?(?:-\w+)*|(?:news-)?sign-?up|mailing-?list|cta|call-to-action|"
    r"(?:fig)?captions?|image-(?:credit|description|caption)|photo-?credits?|picture-credit"
    r"|media-(?:caption|description)|"
    r"wp-caption-text|"
    r"visually-?hidden|sr-only|screen-reader(?:-text)?|assistive-text|"
    r"modal|popup|pop-up|dialog|cookies?-?(?:banner|notice|consent|bar)?|gdpr|"
    r"advert|adverts|advertisement|advertising|ad-(?:slot|container|wrapper|unit|label)|"
    r"rollover(?:-\w+)*|tooltip|popover|hover-?card|breadcrumbs?|table-of-contents|toc|swiper|carousel|"
    r"twitter-tweet|twitter-video|instagram-media|tiktok-embed|fb-post|bluesky-embed|"
    r"info-?box|fact-?box|fakta-?box|fakta-?boks|post-?info|entry-meta|post-meta|article-meta|debug"
)
_LINKED = (
    r"related|recirc\w*|recommended|recommendations?|read-?more|also-?read"
    r"|more-(?:news|stories|from|on)|most-(?:read|"
    r"popular|viewed)|"
    r"popular|trending|you-may-like|see-?also|further-reading|teasers?"
    r"|(?:article|story|post|link)-?list|collections?|cards?|"
    r"promos?|promotion|share|sharing|social|tags|topics"
)
_WORD = r"(?<![a-z0-9])(?:{})(?![a-z0-9])"
_ALWAYS_NAMES = re.compile(_WORD.format(_ALWAYS))
_LINKED_NAMES = re.compile(_WORD.format(_LINKED))
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")

_BOXES = (
    "div",
    "section",
    "aside",
    "ul",
    "ol",
    "p",
    "figure",
    "figcaption",
    "span",
    "blockquote",
    "form",
    "dl",
    "details",
    "table",
    "nav",
    "h2",
    "h3",
    "h4",
    "li",
)
_PROTECTED_SHARE = 0.2


def letters(element: HtmlElement) -> int:
    """Letters of text in and under an element."""
    return sum(map(len, element.itertext()))


def prune(tree: HtmlElement) -> None:
    """Takes such boxes out of the tree in place; the text behind a box stays."""
    total = sum(letters(p) for p in tree.iter("p")) or letters(tree)
    for box in [b for b in tree.iter(*_BOXES) if _verdict(_names(b)) or b.tag == "figcaption"]:
        if box.getparent() is not None and _removable(box, total):
            box.drop_tree()


def _removable(box: HtmlElement, total: int) -> bool:
    size = letters(box)
    if size > 0.5 * total or sum(letters(p) for p in box.iter("p")) > _PROTECTED_SHARE * total:
        return False
    if box.tag == "figcaption" or _verdict(_names(box)) == 2:
        return True
    return sum(letters(a) for a in box.iter("a")) >= 0.4 * size


def _names(box: HtmlElement) -> str:
    return f"{box.get('class') or ''} {box.get('id') or ''}"[:500]


@lru_cache(maxsize=50_000)
def _verdict(names: str) -> int:
    """0 an ordinary box, 1 one that goes where it is mostly links, 2 one that always goes."""
    if len(names) < 3:
        return 0
    plain = _CAMEL.sub("-", names).replace("_", "-").replace("--", "-").lower()
    if _ALWAYS_NAMES.search(plain):
        return 2
    return 1 if _LINKED_NAMES.search(plain) else 0


_MANY = 1_000
_INLINE = ("span", "b", "i", "u", "em", "strong", "font", "small", "mark")


def merge_inline(tree: HtmlElement) -> None:
    """Takes the markup of single words out of elements with more than 1,000 children (transcripts timed word
    by word), in place: trafilatura's time grows with its square."""
    for element in [element for element in tree.iter() if len(element) > _MANY]:
        lxml.etree.strip_tags(element, *_INLINE)
        element.text = element.text  # joins what strip_tags leaves as one text node a word
        for child in element:
            child.tail = child.tail


_CELL = 250  # letters that a cell of figures or names seldom has
_SENTENCE = 80
_EVEN_ROWS = 3
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_TABLE_PARTS = ("thead", "tbody", "tfoot", "colgroup", "col", "tr", "td", "th", "caption")


def unwrap_tables(tree: HtmlElement) -> None:
    """Turns tables that only place things on the page into plain boxes, in place: trafilatura would print
    their rows as `| ... |`."""
    for table in [table for table in tree.iter("table") if _is_layout(table)]:
        for part in [part for part in table.iter(*_TABLE_PARTS) if _table_of(part) is table]:
            if part.tag in ("tr", "td", "th", "caption"):
                part.tag = "div"
            else:
                part.drop_tag()
        table.tag = "div"


def _is_layout(table: HtmlElement) -> bool:
    """Whether it has another table in it, one row or one column, a long cell, or, without the even rows of a
    table of figures, a heading or a sentence in a paragraph."""
    widths = [sum(1 for _ in row.iter("td", "th")) for row in table.iter("tr")]
    if table.find(".//table") is not None or len(widths) <= 1 or max(widths) <= 1:
        return True
    if any(letters(cell) >= _CELL for cell in table.iter("td")):
        return True
    rows = [width for width in widths if width > 1]  # a row of one cell is a heading over the next rows
    if len(rows) >= _EVEN_ROWS and len(set(rows)) == 1:
        return False
    return next(table.iter(*_HEADINGS), None) is not None or any(
        letters(p) >= _SENTENCE for p in table.iter("p")
    )


def _table_of(part: HtmlElement) -> HtmlElement | None:
    return next(part.iterancestors("table"), None)


_LINKED_WORDS = 8
_LINKED_MANY = 25  # words that no headline has
_FULL_STOP = re.compile(r"[.!?…。]['\"’”»)]*$")


def unlink_sentences(tree: HtmlElement) -> None:
    """Takes the link out of a paragraph that is wholly a link and yet a sentence between paragraphs of the
    story, in place: trafilatura takes every such paragraph for a link to another story."""
    for paragraph in [a.getparent() for a in tree.iter("a") if len(a) <= 1]:
        while paragraph is not None and paragraph.tag in _INLINE:
            paragraph = paragraph.getparent()
        if paragraph is not None and paragraph.tag == "p" and _is_linked_sentence(paragraph):
            for link in list(paragraph.iter("a")):
                link.drop_tag()


def _is_linked_sentence(paragraph: HtmlElement) -> bool:
    text = "".join(paragraph.itertext()).strip()
    words = text.count(" ") + 1
    if words < _LINKED_WORDS or not (_FULL_STOP.search(text) or words > _LINKED_MANY):
        return False
    if sum(letters(a) for a in paragraph.iter("a")) < len(text):
        return False
    box, parent = paragraph, paragraph.getparent()
    if parent is not None and parent.tag == "div" and len(parent) == 1:  # a box around this paragraph alone
        box = parent
    return any(map(_is_plain, box.itersiblings(preceding=True))) and any(map(_is_plain, box.itersiblings()))


def _is_plain(element: HtmlElement) -> bool:
    return element.tag == "p" and letters(element) >= 60 and element.find(".//a") is None


_LOOSE = 20  # letters


def wrap_loose(tree: HtmlElement) -> None:
    """Puts text outside any element beside paragraphs into paragraphs, in place: trafilatura loses such text,
    often with the credit."""
    for first in [p for p in tree.iter("p") if p.getprevious() is None]:
        box = first.getparent()
        if box is not None and _bare(box.text):
            loose = first.makeelement("p")
            loose.text, box.text = box.text, None
            box.insert(0, loose)
    for before in [p for p in tree.iter("p") if _bare(p.tail)]:
        after = before.getnext()
        if after is None or after.tag == "p":
            loose = before.makeelement("p")
            loose.text, before.tail = before.tail, None
            before.addnext(loose)


def _bare(text: str | None) -> bool:
    return text is not None and len(text.strip()) >= _LOOSE


_FRAME = frozenset({"nav", "footer", "aside", "header", "form", "figure"})


def prose(tree: HtmlElement) -> int:
    """Letters of the page's sentences: paragraphs from 60, list points from 80 letters on, outside frames and
    mostly no links."""
    total = 0
    for element in tree.iter("p", "li"):
        size = letters(element)
        if size < (60 if element.tag == "p" else 80) or any(a.tag in _FRAME for a in element.iterancestors()):
            continue
        if sum(letters(a) for a in element.iter("a")) <= 0.4 * size:
            total += size
    return total


_SILENT = _FRAME | {"script", "style", "noscript", "template", "title", "textarea", "a", "button", "option"}
_RUN = 60  # letters


def running_text(tree: HtmlElement) -> int:
    """Letters of the page's sentences in whatever element they stand (a story may be set with <br> in one
    <div>): runs of 60 letters on without a tag, outside frames and links."""
    total, waiting = 0, [tree]
    while waiting:
        element = waiting.pop()
        for text in (element.text, *(child.tail for child in element)):
            if text and (size := len(text.strip())) >= _RUN:
                total += size
        waiting.extend(child for child in element if child.tag not in _SILENT)
    return total


def one_story(tree: HtmlElement) -> bool:
    """Whether the page tells one story: strings of further articles have their own <h1> or <article>."""
    if sum(1 for _ in tree.iter("h1")) > 2:
        return False
    return (
        sum(1 for article in tree.iter("article") if sum(letters(p) for p in article.iter("p")) >= 400) <= 1
    )
