"""The address that a page names as its own, for pages that a source brings without one. Pure."""

from __future__ import annotations

import re

from ingest.urls.identity import clean_link

_LINK = re.compile(rb"<link\b[^>]{0,600}>", re.I)
_OG_URL = re.compile(rb"<meta\b[^>]{0,300}property\s*=\s*[\"']?og:url[\"'\s][^>]{0,600}>", re.I)
_HREF = re.compile(rb"(?:href|content)\s*=\s*(?:\"([^\"]+)\"|'([^']+)'|([^\s>]+))", re.I)
_CANONICAL = re.compile(rb"rel\s*=\s*[\"']?canonical\b", re.I)
_HEAD = 300_000


def canonical_of(html: bytes) -> str | None:
    """The absolute address that a page names as its own: its canonical link, else og:url; None for
    neither."""
    head = html[:_HEAD]
    tags = [tag for tag in _LINK.findall(head) if _CANONICAL.search(tag)] + _OG_URL.findall(head)
    for tag in tags:
        match = _HREF.search(tag)
        raw = next((group for group in match.groups() if group), b"") if match else b""
        text = raw.decode("utf-8", "replace").replace("&amp;", "&").strip()
        if text.startswith(("http://", "https://")) and (link := clean_link(text, text)):
            return link
    return None
