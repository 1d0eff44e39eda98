"""The text of a robots.txt as groups of rules (RFC 9309, 2.2): decoded, cut into lines, each rule under the
crawlers it is for. Pure.

Protego matches paths well, but not names: it ends a group at any line that it does not know, and finds a
crawler's name anywhere in ours. So groups are made here, and Protego gets one crawler's rules at a time.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

_RULES = "allow|disallow|dissallow|dissalow|disalow|diasllow|disallaw"
"""Protego's list of spellings that were meant as a rule."""
_LINE = re.compile(
    rf"(?:(?P<agent>user[ -]?agent)|(?P<rule>{_RULES})|(?P<pace>crawl[ -]delay|request[ -]rate)"
    r"|(?P<sitemap>site-?maps?))(?:[ \t]*:|[ \t]|$)[ \t]*(?P<value>.*)",
    re.I,
)
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
_PRODUCT = re.compile(r"[^\s/(;,:]+")
_COMPATIBLE = re.compile(r"mozilla/[\d.]+\s*\(compatible;\s*(?P<name>[^\s/(;,:)]+)", re.I)
_OTHER_LINE_ENDS = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
"""What Python calls the end of a line, but RFC 9309 does not."""
_MARK_AS_TEXT = "\u00ef\u00bb\u00bf"
"""A byte order mark that an editor took for three letters."""
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class RobotsText:
    """`groups`: by product token in lower case, its groups, each the rules and delays in it as lines of
    robots.txt. A group for several crawlers is one list, which all of them have: half a megabyte can name ten
    thousand crawlers over as many rules. `sitemaps`: the Sitemap lines. `lines`: all lines, without
    comments."""

    groups: Mapping[str, Sequence[Sequence[str]]]
    sitemaps: Sequence[str]
    lines: Sequence[str]

    def rules_for(self, token: str) -> Sequence[str]:
        """The rules for a crawler: those of its own groups, else those for `*` (RFC 9309, 2.2.1)."""
        return self.rules_of(token.lower() if token.lower() in self.groups else "*")

    def rules_of(self, name: str) -> Sequence[str]:
        """The rules of all groups that have this product token, in lower case; empty where there is none."""
        return [rule for group in self.groups.get(name, ()) for rule in group]


def product_token(user_agent: str) -> str:
    """The name that robots.txt has for a crawler: the product in its User-Agent header, without version and
    comment (RFC 9309, 2.2.1). Of `Mozilla/5.0 (compatible; desk-bot/2.1)` it is `desk-bot`."""
    text = user_agent.strip()
    compatible = _COMPATIBLE.match(text)
    if compatible:
        return compatible["name"]
    product = _PRODUCT.match(text)
    return product[0] if product else "wire-ingest"


def read_robots(body: bytes, *, cut: bool = False) -> RobotsText:
    """Returns the groups of a robots.txt. Lines that are none of ours (HTML, other tools' records) are passed
    over, and end no group (RFC 9309, 2.2.4). The last line of a `cut` body is not read: half a path would
    close more than the whole one."""
    lines = [line for line in _lines(body, cut) if line]
    groups: dict[str, list[list[str]]] = {}
    sitemaps: list[str] = []
    current: list[str] | None = None  # the rules of the group that was begun last
    in_rules = False
    for line in lines:
        match = _LINE.match(line)
        if match is None:
            continue
        value = match["value"].strip()
        if match["agent"]:
            current = [] if in_rules or current is None else current
            in_rules = False
            for token in _tokens(value):
                own = groups.setdefault(token, [])
                if not own or own[-1] is not current:
                    own.append(current)
        elif match["sitemap"]:
            sitemaps.append(f"Sitemap: {value}")
        else:
            field = match["rule"] or match["pace"]
            in_rules = in_rules or bool(match["rule"])
            if current is not None:
                current.append(f"{field}: {value}")
    return RobotsText(groups, sitemaps, lines)


def _tokens(value: str) -> Iterator[str]:
    """The product tokens that a User-agent line names: one, or several between commas, which the RFC does not
    know but sites write. A whole User-Agent header names its product."""
    for name in [value] if "(" in value else value.split(","):
        text = name.strip().lower()
        bare = text.replace("*", "").strip()
        if text.startswith("*") and (not bare or text[1:2].isspace()):
            yield "*"
        elif bare:
            yield product_token(bare).lower()


def _lines(body: bytes, cut: bool) -> Iterator[str]:
    lines = _LINE_ENDS.split(_decoded(body))
    for line in lines[:-1] if cut else lines:
        text = line.partition("#")[0].strip(" \t\ufeff\0").removeprefix(_MARK_AS_TEXT)
        yield _OTHER_LINE_ENDS.sub(lambda match: quote(match[0]), text)


def _decoded(body: bytes) -> str:
    """RFC 9309, 2.2 has UTF-8; editors also save UTF-16, with a byte order mark or without."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    start = body[:64]
    for at, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        if len(start) >= 4 and not any(start[at::2]) and all(start[1 - at :: 2]):
            return body.decode(name, "replace")
    return body.decode("utf-8", "replace")
