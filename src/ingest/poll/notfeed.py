"""What a document is that should have been a feed: an HTML page, a sitemap, other XML, plain text."""

from __future__ import annotations

import re

from ingest.text import plain_text, squeeze
from ingest.urls.identity import clean_link

HEAD = 65_536
"""Characters within which the root element must begin."""
_HTML_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.I | re.S)
_ADVERTISED = re.compile(r"""<link\b[^>]*type=["']application/(?:rss|atom)\+xml["'][^>]*>""", re.I)
_HREF = re.compile(r"""href=["']([^"']+)""", re.I)
_HTML = frozenset(("html", "head", "body", "script", "div", "meta", "title", "p", "br", "center", "h1"))


def what_else(text: str, first: str, url: str) -> str:
    """Returns what this document is, for the error that an operator reads; `first` is the name of its first
    element, '' if it has none."""
    head = text[:HEAD]
    if first in _HTML or re.search(r"<(?:!doctype\s+html|html)\b", head, re.I):
        title = _HTML_TITLE.search(head)
        named = f' titled "{plain_text(title[1])[:100]}"' if title else ""
        return f"an HTML page{named}{_advertised(head, url)}"
    if first in ("urlset", "sitemapindex"):
        return f"a sitemap (<{first}>): name it as `sitemap` of a feed instead"
    if first:
        return f"XML with root <{first[:50]}>, which is not a feed"
    return f'neither XML nor JSON: begins "{squeeze(head[:60])}"'


def _advertised(head: str, base: str) -> str:
    for link in _ADVERTISED.findall(head):
        href = _HREF.search(link)
        target = clean_link(plain_text(href[1]), base) if href else None
        if target:
            return f"; it names the feed {target}"
    return ""
