"""Values of JSON-LD and meta tags as plain text."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

_TAG = re.compile(r"<[^>]{1,200}>")
_SCRIPT = re.compile(r"<(script|style)\b.{0,1000}?(?:</\1>|$)", re.I | re.S)
_SPACE = re.compile(r"\s+")
FIELD_CAP = 2_000


def plain(value: Any) -> str | None:
    """One line of text of a JSON-LD or meta value, or None: tags and entities out (they come escaped once or
    twice)."""
    if not isinstance(value, str) or not value:
        return None
    text = html.unescape(value[:FIELD_CAP])
    if "&" in text:
        text = html.unescape(text)
    if "<" in text:
        text = _TAG.sub("", _SCRIPT.sub(" ", text))
    return _SPACE.sub(" ", text).strip() or None


def first(value: Any) -> Any:
    """The first of a list, else the value."""
    return value[0] if isinstance(value, list) and value else value


def meta_of(meta: Mapping[str, list[str]], *names: str) -> str | None:
    """The first content with text of the meta tags of these names, the names in their order."""
    for name in names:
        for content in meta.get(name, ()):
            if text := plain(content):
                return text
    return None


def name_of(value: Any) -> str | None:
    """The name of a person, body or thing: a text, or an object with `name`."""
    value = first(value)
    return plain(first(value.get("name"))) if isinstance(value, dict) else plain(value)
