"""What a page says of its rights: licence, copyright notice and terms of use (schema.org, Dublin Core, IPTC).

JSON-LD of the article counts first, then that of the page around it, links (rel=license), then meta tags.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from lxml.html import HtmlElement

from ingest.extract import jsonld
from ingest.extract.values import first, meta_of, name_of, plain

_PAGE_TYPES = frozenset({"webpage", "itempage", "creativework"})
_LICENSE_META = (
    *("license", "dcterms.license", "dc.rights.license", "cc:license", "og:license", "article:license"),
)
_COPYRIGHT_META = (
    *("copyrightnotice", "copyright", "dcterms.rights", "dc.rights", "rights", "iptc:copyrightnotice"),
    *("photoshop:copyright", "copyrightholder", "dcterms.rightsholder"),
)
_TERMS_META = (
    *("usageterms", "usageinfo", "xmprights:usageterms", "iptc:rightsusageterms", "dcterms.accessrights"),
    *("dc.accessrights", "tdm-policy"),
)


@dataclass(frozen=True, slots=True)
class Rights:
    """`license` and `usage_terms` are addresses where the page gives one, else words; `copyright_notice` is
    as printed, or `© 2026 Holder` made of a year and a holder."""

    license: str | None = None
    copyright_notice: str | None = None
    usage_terms: str | None = None


def read(
    tree: HtmlElement,
    node: Mapping[str, Any],
    nodes: Sequence[Mapping[str, Any]],
    meta: Mapping[str, list[str]],
    url: str | None,
) -> Rights:
    """`node` is the article's of the page's JSON-LD `nodes`; `meta` are the meta tags by their names."""
    works = [node, *(each for each in nodes if jsonld.types(each) & _PAGE_TYPES)]
    license = _term(works, ("license",), url) or _linked_license(tree, url)
    license = license or _absolute(meta_of(meta, *_LICENSE_META), url)
    rights = meta_of(meta, *_COPYRIGHT_META)
    if license is None and rights and rights.startswith(("http://", "https://")):
        license, rights = rights, None  # Dublin Core has both under one name
    terms = _term(works, ("usageInfo", "acquireLicensePage", "conditionsOfAccess"), url)
    return Rights(license, _notice(works) or rights, terms or _absolute(meta_of(meta, *_TERMS_META), url))


def _term(works: Iterable[Mapping[str, Any]], keys: Sequence[str], url: str | None) -> str | None:
    for work in works:
        for key in keys:
            value = first(work.get(key))
            if isinstance(value, dict):
                value = next(filter(None, map(value.get, ("url", "@id", "name", "text"))), None)
            if text := plain(first(value)):
                return _absolute(text, url)
    return None


def _notice(works: Iterable[Mapping[str, Any]]) -> str | None:
    for work in works:
        if notice := plain(first(work.get("copyrightNotice"))):
            return notice
        if holder := name_of(work.get("copyrightHolder")):
            year = first(work.get("copyrightYear"))
            year = str(year) if isinstance(year, int) else plain(year)
            return f"© {year} {holder}" if year and not isinstance(year, bool) else f"© {holder}"
    return None


def _linked_license(tree: HtmlElement, url: str | None) -> str | None:
    for element in tree.iter("link", "a"):
        rel, prop = (element.get("rel") or "").lower().split(), element.get("itemprop") or ""
        if ("license" in rel or prop == "license") and (href := (element.get("href") or "").strip()):
            return _absolute(href, url)
    return None


def _absolute(text: str | None, url: str | None) -> str | None:
    """An address made absolute; words as they are."""
    if not text or not text.startswith(("/", "../", "./")):
        return text
    try:
        return urljoin(url or "", text)
    except ValueError:
        return text
