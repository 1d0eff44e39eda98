"""The entries of a broken XML feed, each read by the rules of XML where it is well-formed itself.

feedparser reads a document that is broken anywhere with its lenient parser from the first entry to the last,
and that one decodes references in another way: `&amp;` stays in guids, `&amp;amp;` in links loses its end.
An entry would have another guid and another address in a document that was cut on its way.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any
from xml.parsers import expat

from ingest.poll.slices import Slices

MOST_BROKEN = 50
"""Entries that are read alone, one parser's start each (2 ms)."""
_ROOT = re.compile(r"<((?:[\w-]+:)?(?:rss|feed|rdf|channel))\b[^<>]*>", re.I)
_PREFIX = re.compile(r"(?:</?|\s)([a-z_][\w.-]*):(?=[\w.-]+[\s=/>])", re.I)
_DECLARED = re.compile(r"\sxmlns:([\w.-]+)\s*=")
_CHANNEL = re.compile(r"<channel\b[^<>]*>", re.I)


def entries_of(text: str, parse: Callable[[str], Any], read: Sequence[Any]) -> Sequence[Any]:
    """Returns feedparser's entries of a broken document, in its order: those that are well-formed as from a
    document of their own, others each alone. `read`, what the lenient parser made of the whole document, is
    returned where it has more, where no entry or more than MOST_BROKEN are broken, or where the root element
    is."""
    slices = Slices(text)
    entries = slices.entries()
    start = _start(text[: slices.starts[0]], entries) if entries else None
    if start is None:
        return read
    whole = [_is_well_formed(entry) for entry in entries]
    if len(read) > len(entries) or not any(whole) or whole.count(False) > MOST_BROKEN:
        return read
    head, tail = start
    strict = parse(head + "".join(entry for entry, good in zip(entries, whole, strict=True) if good) + tail)
    if strict.bozo or len(strict.entries) != whole.count(True):
        return read
    good = iter(strict.entries)
    found: list[Any] = []
    for entry, is_whole in zip(entries, whole, strict=True):
        found += [next(good)] if is_whole else parse(head + entry).entries[:1]
    return found if len(found) >= len(read) else read


def _start(head: str, entries: Sequence[str]) -> tuple[str, str] | None:
    """The tags of the root and its channel, and their end tags; None where there is no root that can be
    read. Prefixes of the entries that nothing declares are declared."""
    root = _ROOT.search(head)
    if root is None:
        return None
    tags = [root]
    if root[1].lower() == "rss" and (channel := _CHANNEL.search(head, root.end())):
        tags.append(channel)
    names = [tag[0][1:].split(None, 1)[0].rstrip(">") for tag in tags]
    opened, closed = "".join(tag[0] for tag in tags), "".join(f"</{name}>" for name in reversed(names))
    declared = {"xml", "xmlns", *_DECLARED.findall(opened)}
    unknown = sorted({prefix for entry in entries for prefix in _PREFIX.findall(entry)} - declared)
    opened = opened.replace(names[0], names[0] + "".join(f' xmlns:{name}="{name}"' for name in unknown), 1)
    return (opened, closed) if _is_well_formed(opened + closed) else None


def _is_well_formed(fragment: str) -> bool:
    """Whether a fragment could stand in a document; its prefixes are not looked at."""
    parser = expat.ParserCreate()
    try:
        parser.Parse(f"<fragment>{fragment}</fragment>".encode("utf-8", "replace"), True)
    except expat.ExpatError:
        return False
    return True
