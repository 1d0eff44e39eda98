"""Press releases and paid texts: what marks a story as somebody's own message."""

from __future__ import annotations

import re

from ingest.extract.wire.phrases import alternatives
from ingest.model import ContentType, DroppedLine

_PAID = re.compile(
    rf"[\W_]{{0,3}}(?:{alternatives('paid')}|(?:sponsored|paid for) by .{{2,60}})\W{{0,3}}\Z", re.IGNORECASE
)
_PAID_PROOF = re.compile(alternatives("paid_proof"), re.IGNORECASE)
_RELEASE = re.compile(rf"[\W_]{{0,4}}{alternatives('release')}(?:\W{{0,4}}\Z|\s?[:–—-]\s)", re.IGNORECASE)
_RELEASE_PROOF = re.compile(alternatives("release_proof"), re.IGNORECASE)
_RELEASE_PATH = re.compile(
    r"/(?:press-?releases?(?:-distribution)?|news-?releases?|pr-?newswire|business-?wire"
    r"|globe-?newswire|ein-?presswire"
    r"|pressemitteilung(?:en)?|communiques?(?:-de-presse)?)(?:/|\Z)",
    re.IGNORECASE,
)
_PAID_PATH = re.compile(
    r"/(?:sponsored(?:-content|-post|-articles?)?|advertorials?|paid-(?:content|post|partnership)"
    r"|partner-content|promoted|advertisement"
    r"|brand(?:ed)?-?(?:content|studio|hub|wire|stories|connect)|publireportages?)(?:/|\Z)",
    re.IGNORECASE,
)
_HEADLINE_PAID = re.compile(
    r"\W{0,2}(?:SPONSORED|Sponsored|ADVERTORIAL|Advertorial|ANZEIGE|Anzeige|Paid content|PAID)\s?[:|\])]"
)
_HEADLINE_RELEASE = re.compile(r"\W{0,2}press release\s?[:|\])–—-]", re.IGNORECASE)
_TAIL = 900


def read_content_type(
    lines: list[str], text: str, *, headline: str | None, url: str | None
) -> tuple[ContentType | None, tuple[DroppedLine, ...]]:
    """(PAID, PRESS_RELEASE or None, lines that were only the mark), by first lines, end, headline and the
    URL's path."""
    by_lines, spent = _by_lines(lines)
    return by_lines or _by_tail(text[-_TAIL:]) or _by_headline(headline) or _by_path(url), spent


def _by_lines(lines: list[str]) -> tuple[ContentType | None, tuple[DroppedLine, ...]]:
    for line in lines[:4]:
        if len(line) <= 90 and _PAID.match(line):
            return ContentType.PAID, (DroppedLine("paid mark", line),)
        if len(line) <= 60 and (match := _RELEASE.match(line)):
            spent = (DroppedLine("press release mark", line),) if match.end() == len(line) else ()
            return ContentType.PRESS_RELEASE, spent
    return None, ()


def _by_tail(tail: str) -> ContentType | None:
    if not ("release" in tail or "aid" in tail or "ponsored" in tail or "journalist" in tail):
        return None
    if _PAID_PROOF.search(tail):
        return ContentType.PAID
    return ContentType.PRESS_RELEASE if _RELEASE_PROOF.search(tail) else None


def _by_headline(headline: str | None) -> ContentType | None:
    if not headline:
        return None
    if _HEADLINE_PAID.match(headline):
        return ContentType.PAID
    return ContentType.PRESS_RELEASE if _HEADLINE_RELEASE.match(headline) else None


def _by_path(url: str | None) -> ContentType | None:
    path = url.partition("://")[2].partition("/")[2].partition("?")[0] if url else ""
    if _PAID_PATH.search(f"/{path}"):
        return ContentType.PAID
    return ContentType.PRESS_RELEASE if _RELEASE_PATH.search(f"/{path}") else None
