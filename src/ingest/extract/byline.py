"""The byline printed on a page, for pages whose JSON-LD and meta tags name no author, or only the
publisher."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from lxml.html import HtmlElement

from ingest.extract.structured import clean_names, plain

_TAGS = ("a", "span", "div", "p", "address", "strong", "b", "cite", "em", "li", "h3", "h4", "h5", "h6")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NAMED = re.compile(
    r"(?<![a-z])(?:author|byline|contributor|writer|reporter|auth)s?-+(?:full-?)?"
    r"(?:name|link|title-?link|item)(?![a-z])|"
    r"(?<![a-z])fn(?![a-z])"
)
_BYLINE = re.compile(
    r"(?<![a-z])(?:bylines?|byl|by-author|written-by|(?:post|article|entry|story)-+(?:author|by))(?![a-z])"
)
_AUTHOR = re.compile(
    r"(?<![a-z])authors?(?![a-z])(?!-+(?:bio|image|avatar|box|social|photo|desc|list|archive|about|info-))"
)
_PROFILE = re.compile(
    r"/(?:authors?|autor(?:en|es)?|auteurs?|profile|staff|people|journalists?|contributors?"
    r"|reporters?|columnists?|by)/[\w%.-]{3,}"
)
_NOT_HERE = re.compile(
    r"(?<![a-z])(?:comments?|related|recirc|sidebar|footer|teasers?|cards?|carousel|popular|trending"
    r"|more-\w+|nav)(?![a-z])"
)
_FRAME = frozenset({"nav", "footer", "figure", "figcaption"})
_NAME = re.compile(r"^[^\W\d_][\w.'’\-]*(?:(?:,\s*|\s+)[^\W\d_][\w.'’\-]*){0,6}$")
_TITLE_WORDS = re.compile(
    r"\b(?:editor|reporter|staff|writer|correspondent|published|updated|posted|minutes?|read|by|share"
    r"|follow|news|more|"
    r"about|all)\b",
    re.I,
)
LENGTH = 120


def printed(tree: HtmlElement) -> tuple[str, ...]:
    """Returns the names of the page's byline in order; () where no markup sets one apart from other text. The
    strongest kind of markup decides."""
    best: dict[int, list[tuple[HtmlElement, tuple[str, ...]]]] = {}
    for rank, element, names in _candidates(tree):
        best.setdefault(rank, []).append((element, names))
        if rank == 0 and len(best[0]) > 5:
            break
    if not best:
        return ()
    group = best[min(best)]
    home = _home(group[0][0])
    first = dict.fromkeys(name for element, names in group if _home(element) is home for name in names)
    seen = {name for ranked in best.values() for _, names in ranked for name in names}
    # "Ann Lee Daily Post" around a link "Ann Lee" is the name with the paper's behind it
    return tuple(
        dict.fromkeys(
            min((n for n in seen if name.startswith(f"{n} ")), key=len, default=name) for name in first
        )
    )[:6]


def _candidates(tree: HtmlElement) -> Iterator[tuple[int, HtmlElement, tuple[str, ...]]]:
    for element in tree.iter(*_TAGS):
        rank = _rank(
            (element.get("class") or "")[:300],
            (element.get("id") or "")[:100],
            element.get("rel") or "",
            element.get("itemprop") or "",
        )
        if rank is None and element.tag == "a" and _PROFILE.search(element.get("href") or ""):
            rank = 2
        if rank is None or not _in_place(element):
            continue
        text = plain("".join(element.itertext()))
        names = clean_names([text]) if text and len(text) <= LENGTH else ()
        if names and all(_is_name(name) for name in names):
            yield rank, element, names


@lru_cache(maxsize=20_000)
def _rank(classes: str, ident: str, rel: str, prop: str) -> int | None:
    if "author" in rel.split() or prop.startswith("author"):
        return 0
    if not classes and not ident:
        return None
    names = _CAMEL.sub("-", f"{classes} {ident}").replace("_", "-").lower()
    for rank, pattern in ((1, _NAMED), (2, _BYLINE), (3, _AUTHOR)):
        if pattern.search(names) and (
            rank != 1 or "auth" in names or "by" in names or "writer" in names or "report" in names
        ):
            return rank
    return None


def _in_place(element: HtmlElement) -> bool:
    for parent in element.iterancestors():
        if parent.tag in _FRAME or _NOT_HERE.search(
            _CAMEL.sub("-", parent.get("class") or "").replace("_", "-").lower()
        ):
            return False
        if parent.tag in ("article", "main", "body"):
            return True
    return True


def _is_name(name: str) -> bool:
    return (
        3 <= len(name) <= 60
        and bool(_NAME.match(name))
        and not _TITLE_WORDS.search(name)
        and name[:1].upper() == name[:1]
    )


def _home(element: HtmlElement) -> HtmlElement:
    parent = element.getparent()
    above = parent.getparent() if parent is not None else None
    return above if above is not None else element
