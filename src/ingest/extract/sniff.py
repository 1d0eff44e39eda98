"""Is an answer an HTML page: its first letters decide, its declared type where they say nothing (WHATWG MIME Sniffing, 7.1)."""

from __future__ import annotations

import re

_HEAD = 2_048
_NOT_HTML = re.compile(
    r"\s*(?:%PDF|\{\s*\"|\[\s*\{|GIF8|\x89PNG|\ufffdPNG|PK\x03|ID3|<\?xml(?!.{0,400}<html)|<(?:rss|feed|urlset|sitemapindex|"
    r"svg)\b)",
    re.I | re.S,
)
_HTML = re.compile(
    r"(?:\s|\ufeff|<!--.{0,1000}?-->|<\?xml[^<>]{0,200}\?>)*+<(?:!doctype\s+html|html|head|body|title|meta|link|script|style|"
    r"iframe|h1|div|font|table|a|b|br|p|main|article|section|header)[\s/>]",
    re.I | re.S,
)
_HTML_TYPE = re.compile(r"html|xml|text/plain|octet-stream|^\*/\*$")


def not_html(page: str, content_type: str | None) -> str | None:
    """Why this is no HTML page, or None: its declared type, its first bytes, or no markup in it."""
    kind = (content_type or "").split(";")[0].strip().lower()
    if kind and not _HTML_TYPE.search(kind) and not begins_as_html(page):
        return f"content type {kind}"
    if _NOT_HTML.match(page[:1024]):
        return "no HTML at its start"
    if page.count("\ufffd", 0, 4096) > 200 or page.count("\0", 0, 4096) > 200:
        return "binary"
    return None if "<" in page else "no markup"


def begins_as_html(page: str | bytes) -> bool:
    """Whether its first tag, behind blanks, comments and a byte order mark, is one of HTML: then servers lie about its type."""
    if isinstance(page, bytes):
        page = page[:_HEAD].decode("utf-8", "replace")
    return bool(_HTML.match(page[:_HEAD]))
