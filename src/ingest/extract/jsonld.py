"""JSON-LD of a page (schema.org): its article node, capped in size, tolerant of the damage that publishers'
templates do."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lxml.html import HtmlElement

from ingest.text import utf8_safe_values

# A 10 MB script took 1.3 GB once parsed; real ones stay under 200 KB.
SCRIPT_CAP = 400_000
PAGE_CAP = 1_200_000
NODE_CAP = 5_000

NEWS_TYPES = frozenset(
    {
        "newsarticle",
        "reportagenewsarticle",
        "analysisnewsarticle",
        "opinionnewsarticle",
        "backgroundnewsarticle",
        "reviewnewsarticle",
        "askpublicnewsarticle",
        "advertisercontentarticle",
        "liveblogposting",
    }
)
ARTICLE_TYPES = NEWS_TYPES | {
    "article",
    "blogposting",
    "report",
    "scholarlyarticle",
    "techarticle",
    "satiricalarticle",
}

_CDATA = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*<!\[CDATA\[\*/)"
    r"|(?:-->|//\s*\]\]>|\]\]>|/\*\]\]>\*/)\s*;?\s*$"
)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrtu])')

Node = Mapping[str, Any]


def nodes(tree: HtmlElement) -> list[Node]:
    """Every JSON-LD object at the top, in arrays or in @graph, in document order; nothing for scripts beyond
    the cap."""
    nodes_read: list[Node] = []
    budget = PAGE_CAP
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or "").lower():
            continue
        raw = script.text or ""
        if len(raw) > SCRIPT_CAP or len(raw) > budget:
            continue
        budget -= len(raw)
        nodes_read.extend(_walk(_parse(raw)))
        if len(nodes_read) > NODE_CAP:
            return nodes_read[:NODE_CAP]
    return nodes_read


def types(node: Node) -> frozenset[str]:
    """The @type names of a node in lower case, without a schema.org prefix."""
    value = node.get("@type")
    names = value if isinstance(value, list) else [value]
    return frozenset(str(name).rsplit("/", 1)[-1].lower() for name in names if name)


def article_node(nodes: Sequence[Node]) -> Node | None:
    """The node of the article itself: a news type before other kinds, a live blog last; of several the one
    with the most of headline, date, author, text and publisher."""
    candidates = [node for node in nodes if types(node) & ARTICLE_TYPES]
    return max(candidates, key=_rank, default=None)


def _rank(node: Node) -> tuple[bool, bool, int]:
    kinds = types(node)
    filled = sum(
        bool(node.get(key)) for key in ("headline", "datePublished", "author", "articleBody", "publisher")
    )
    return "liveblogposting" not in kinds, bool(kinds & NEWS_TYPES), filled


def _parse(raw: str) -> Any:
    text = _CDATA.sub("", raw.strip()).strip().rstrip(";")
    for repair in (lambda s: s, lambda s: _BAD_ESCAPE.sub(r"\\\\", _TRAILING_COMMA.sub(r"\1", s))):
        try:
            return utf8_safe_values(json.loads(repair(text), strict=False))
        except (ValueError, RecursionError):
            continue
    return _first_value(text)


def _first_value(text: str) -> Any:
    # two objects glued together, or rubbish behind the first
    try:
        return utf8_safe_values(json.JSONDecoder(strict=False).raw_decode(text)[0])
    except (ValueError, RecursionError):
        return None


def _walk(value: Any, depth: int = 0) -> Iterator[Node]:
    if depth > 4:
        return
    if isinstance(value, list):
        for part in value:
            yield from _walk(part, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            if isinstance(value.get(key), list | dict):
                yield from _walk(value[key], depth + 1)
