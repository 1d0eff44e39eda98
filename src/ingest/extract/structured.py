"""What a page says about itself in JSON-LD and meta tags, read from the one parsed tree."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from lxml.html import HtmlElement

from ingest.extract import jsonld, reserved, rights
from ingest.extract.rights import Rights
from ingest.extract.values import first, meta_of, name_of, plain


@dataclass(frozen=True, slots=True)
class Structured:
    """Self-description of a page. Times are raw strings in `published` (source, raw), best first; `body` is
    JSON-LD's articleBody, `shown` the headline as headlines.py chooses it, `shown_alone` the same without
    what the feed calls the page. `authors` are as written, `bodies`
    those of them that JSON-LD calls organisations; byline.py makes people and `agencies` of them.

    `free` is isAccessibleForFree where the page has it; `news` says that the page calls itself news by its
    schema.org type.
    """

    kinds: frozenset[str] = frozenset()
    headline: str | None = None
    og_title: str | None = None
    title: str | None = None
    h1: str | None = None
    shown: str | None = None
    shown_alone: str | None = None
    body: str | None = None
    description: str | None = None
    authors: tuple[str, ...] = ()
    bodies: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()
    published: tuple[tuple[str, str], ...] = ()
    modified_raw: str | None = None
    section: str | None = None
    keywords: tuple[str, ...] = ()
    image_url: str | None = None
    publisher: str | None = None
    site_names: tuple[str, ...] = ()
    language: str | None = None
    canonical_url: str | None = None
    og_type: str | None = None
    free: bool | None = None
    news: bool = False
    noai: bool = False
    rights: Rights = field(default_factory=Rights)

    @property
    def article(self) -> bool:
        """Whether the page calls itself an article by its schema.org type."""
        return bool(self.kinds & jsonld.ARTICLE_TYPES)

    @property
    def live_blog(self) -> bool:
        return "liveblogposting" in self.kinds


def read(tree: HtmlElement, url: str | None) -> Structured:
    """Reads JSON-LD, meta tags, <title> and the first <h1>. Relative addresses are resolved against `url`."""
    nodes = jsonld.nodes(tree)
    node = jsonld.article_node(nodes) or {}
    meta = _meta(tree)
    kinds = (
        jsonld.types(node)
        if node
        else frozenset().union(*(jsonld.types(n) for n in nodes))
        if nodes
        else frozenset()
    )
    return Structured(
        kinds=kinds,
        headline=plain(first(node.get("headline"))) or plain(first(node.get("name"))),
        og_title=meta_of(meta, "og:title", "twitter:title"),
        title=plain(_text(tree.find(".//title"))),
        h1=_h1(tree),
        body=_body(node),
        description=plain(first(node.get("description")))
        or meta_of(meta, "og:description", "description", "twitter:description"),
        authors=_authors(node, bodies=False) or _meta_authors(meta),
        bodies=_authors(node, bodies=True),
        published=tuple(_published(node, nodes, meta, tree)),
        modified_raw=plain(first(node.get("dateModified")))
        or meta_of(meta, "article:modified_time", "og:updated_time"),
        section=plain(first(node.get("articleSection"))) or meta_of(meta, "article:section"),
        keywords=tuple(_keywords(node, meta)),
        image_url=_image(node, meta, url),
        publisher=name_of(node.get("publisher")) or meta_of(meta, "og:site_name", "application-name"),
        site_names=tuple(filter(None, (meta_of(meta, "og:site_name"), meta_of(meta, "application-name")))),
        language=_language(node, meta, tree),
        canonical_url=_canonical(tree, meta, url),
        og_type=meta_of(meta, "og:type"),
        free=_free(node),
        news=bool(kinds & jsonld.NEWS_TYPES) or _looks_like_news(nodes, meta, url),
        noai=reserved.is_reserved(meta),
        rights=rights.read(tree, node, nodes, meta, url),
    )


# A dated path or a news section in it: what news sites have used since the web began, and guides hardly ever.
_NEWS_PATH = re.compile(
    r"/(?:19|20)\d\d/(?:0?[1-9]|1[0-2]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*(?:/|-)"
    r"|/(?:19|20)\d{6}/|"
    r"/(?:news|politics|world|nation|sports?|nachrichten|politik|wirtschaft|noticias|actualites?"
    r"|politique|internacional|mundo|cronaca|nyheter|nieuws)/",
    re.I,
)


def _looks_like_news(
    nodes: Iterable[Mapping[str, Any]], meta: Mapping[str, list[str]], url: str | None
) -> bool:
    """What pages without a NewsArticle node show: a publisher of news, keywords for news search, the path of
    a news site."""
    if "news_keywords" in meta or any("newsmediaorganization" in jsonld.types(_dict(n)) for n in nodes):
        return True
    if any("newsmediaorganization" in jsonld.types(_dict(n.get("publisher"))) for n in nodes):
        return True
    return bool(url and _NEWS_PATH.search(url.split("?")[0]))


def _dict(value: Any) -> Mapping[str, Any]:
    value = first(value)
    return value if isinstance(value, dict) else {}


def _text(element: HtmlElement | None) -> str | None:
    return None if element is None else "".join(element.itertext())


def _h1(tree: HtmlElement) -> str | None:
    for heading in tree.iter("h1"):
        text = plain(_text(heading))
        if text:
            return text
    return None


def _meta(tree: HtmlElement) -> dict[str, list[str]]:
    """name, property or itemprop in lower case -> contents in order."""
    seen: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        content = element.get("content")
        key = (
            element.get("property")
            or element.get("name")
            or element.get("itemprop")
            or element.get("http-equiv")
        )
        if content and key:
            seen.setdefault(key.strip().lower(), []).append(content)
    return seen


def _body(node: Mapping[str, Any]) -> str | None:
    body = first(node.get("articleBody"))
    if not isinstance(body, str) or "liveblogposting" in jsonld.types(node):
        return None
    return html.unescape(body).strip() or None


def _authors(node: Mapping[str, Any], *, bodies: bool) -> tuple[str, ...]:
    """The names of the node's authors as they are written: of its organisations, or of all others."""
    value = node.get("author") or node.get("creator")
    values = value if isinstance(value, list) else [value]
    names = (name_of(part) for part in values if _is_body(part) == bodies)
    return tuple(dict.fromkeys(name for name in names if name))


def _is_body(author: Any) -> bool:
    author = first(author)
    return isinstance(author, dict) and any(kind.endswith("organization") for kind in jsonld.types(author))


def _meta_authors(meta: Mapping[str, list[str]]) -> tuple[str, ...]:
    for name in (
        "author",
        "article:author",
        "dc.creator",
        "dcterms.creator",
        "parsely-author",
        "sailthru.author",
    ):
        texts = (plain(content) for content in meta.get(name, ()))
        if names := tuple(dict.fromkeys(text for text in texts if text and not _ADDRESS.search(text))):
            return names
    # WordPress plugins put the author into the labels of a Twitter card
    for number in ("1", "2"):
        if (meta_of(meta, f"twitter:label{number}") or "").casefold() in _BY_LABELS:
            return tuple(filter(None, [meta_of(meta, f"twitter:data{number}")]))
    return ()


_ADDRESS = re.compile(r"https?://|www\.|@|^\d+$", re.I)
_BY_LABELS = frozenset(
    {
        "written by",
        "author",
        "by",
        "verfasst von",
        "geschrieben von",
        "escrito por",
        "écrit par",
        "scritto da",
        "autor",
        "yazan",
    }
)


def _published(
    node: Mapping[str, Any],
    nodes: Iterable[Mapping[str, Any]],
    meta: Mapping[str, list[str]],
    tree: HtmlElement,
) -> Iterator[tuple[str, str]]:
    for source in (node, *(n for n in nodes if jsonld.types(n) & _DATED_TYPES)):
        for key in ("datePublished", "dateCreated"):
            if raw := plain(first(source.get(key))):
                yield "jsonld", raw
    for name in (
        "article:published_time",
        "og:published_time",
        "datepublished",
        "date",
        "pubdate",
        "publishdate",
        "dc.date.issued",
        "dcterms.created",
        "dc.date",
        "parsely-pub-date",
        "sailthru.date",
        "article.published",
        "publish_date",
        "article:published",
        "og:article:published_time",
        "publish-date",
        "published-date",
        "published_date",
        "publication_date",
        "date_published",
        "pub_date",
        "bt:pubdate",
        "article_date_original",
        "originalpublicationdate",
        "cxenseparse:recs:publishtime",
        "shareaholic:article_published_time",
        "dcterms.issued",
        "dcterms.date",
        "dc.date.created",
        "dc.created",
        "citation_publication_date",
    ):
        if raw := meta_of(meta, name):
            yield "meta", raw
    for element in tree.iter("time", "span", "div", "p"):
        dated = "datePublished" in (element.get("itemprop") or "") or element.get("pubdate") is not None
        if dated and (raw := plain(element.get("datetime") or element.get("content"))):
            yield "meta", raw


# Nodes that date the page where no article node does; a Comment's or Product's date is not the page's.
_DATED_TYPES = frozenset(
    {"webpage", "itempage", "review", "itemlist", "creativework", "collectionpage", "recipe", "videoobject"}
)


def _keywords(node: Mapping[str, Any], meta: Mapping[str, list[str]]) -> list[str]:
    value = node.get("keywords")
    values = value if isinstance(value, list) else [value]
    raw = [text for part in values if (text := plain(part))] or [
        c for c in map(plain, meta.get("article:tag", ())) if c
    ]
    if not raw:
        raw = [c for c in map(plain, meta.get("news_keywords", meta.get("keywords", ()))) if c]
    parts = (part.strip() for text in raw for part in re.split(r"[,;]", text))
    return list(dict.fromkeys(part for part in parts if part and len(part) <= 100))[:50]


def _image(node: Mapping[str, Any], meta: Mapping[str, list[str]], url: str | None) -> str | None:
    value = first(node.get("image"))
    address = value.get("url") or value.get("contentUrl") if isinstance(value, dict) else value
    raw = meta_of(meta, "og:image", "twitter:image", "twitter:image:src") or plain(first(address))
    return _absolute(raw, url)


def _absolute(raw: str | None, url: str | None) -> str | None:
    if not raw:
        return None
    try:
        address = urljoin(url or "", raw)
    except ValueError:
        return None
    return address if address.lower().startswith(("http://", "https://")) else None


def _language(node: Mapping[str, Any], meta: Mapping[str, list[str]], tree: HtmlElement) -> str | None:
    root = tree.getroottree().getroot()
    raw = (
        root.get("lang")
        or root.get("{http://www.w3.org/XML/1998/namespace}lang")
        or name_of(node.get("inLanguage"))
    )
    raw = raw or meta_of(meta, "og:locale", "content-language")
    code = re.match(r"[A-Za-z]{2}(?=$|[-_])", raw or "")
    return code.group().lower() if code else None


def _canonical(tree: HtmlElement, meta: Mapping[str, list[str]], url: str | None) -> str | None:
    for link in tree.iter("link"):
        if "canonical" in (link.get("rel") or "").lower().split() and (href := link.get("href")):
            return _absolute(href.strip(), url)
    return _absolute(meta_of(meta, "og:url"), url)


def _free(node: Mapping[str, Any]) -> bool | None:
    value = first(node.get("isAccessibleForFree"))
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.strip().lower().rsplit("/", 1)[-1] in ("true", "false"):
        return value.strip().lower().rsplit("/", 1)[-1] == "true"
    return None
