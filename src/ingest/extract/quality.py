"""Is this page an article at all: not HTML, a challenge or consent page, a paywall stub; what language and kind is it."""

from __future__ import annotations

import re
from dataclasses import dataclass

import py3langid
from lxml.html import HtmlElement

from ingest.extract.structured import Structured
from ingest.model import ContentType, PageInput, Reason

_CHALLENGE = re.compile(
    r"just a moment|attention required|access denied|are you (?:a )?(?:human|robot)|security check|checking your browser|"
    r"verify(?:ing)? (?:that )?you are (?:a )?human|pardon our interruption|request unsuccessful|ddos protection|captcha|robot check",
    re.I,
)
_CONSENT = re.compile(
    r"before you continue|cookie (?:consent|settings|wall)|your privacy|privacy (?:choices|settings)|we value your privacy|consent",
    re.I,
)


LANGUAGE_LETTERS = 800  # more costs time and changes nothing


@dataclass(frozen=True, slots=True)
class Verdict:
    reason: Reason
    detail: str


def not_html(page: str, content_type: str | None) -> str | None:
    """Why this is no HTML page, or None."""
    head = page[:1024].lstrip().lower()
    kind = (content_type or "").split(";")[0].strip().lower()
    if kind and not re.search(r"html|xml|text/plain|octet-stream|^\*/\*$", kind):
        return f"content type {kind}"
    if head.startswith(("%pdf", "{", "[{")) or (head.startswith("<?xml") and "<html" not in head and "<rss" in head):
        return "no HTML at its start"
    if "<" not in page:
        return "no markup"
    return None


def wall(tree: HtmlElement, said: Structured, status: int) -> Verdict | None:
    """A challenge or consent page in the article's place: told by status, title and how little else there is."""
    title = said.title or said.h1 or ""
    if said.kinds and said.headline:
        return None
    if _CHALLENGE.search(title) and len(title) < 80:
        return Verdict(Reason.CHALLENGE, title)
    if _CONSENT.search(title) and len(title) < 60:
        return Verdict(Reason.CONSENT, title)
    return None


def language_of(body: str, declared: str | None) -> str | None:
    """ISO 639-1 of the text; short texts keep what the page or feed declares."""
    if len(body) < 200 and declared:
        return declared
    if not body:
        return declared
    code: str = py3langid.classify(body[:LANGUAGE_LETTERS])[0]
    return code


def content_type(said: Structured, given: PageInput) -> ContentType:
    """The kind of article by its schema.org type, else what the feed is set to, else news."""
    if said.live_blog:
        return ContentType.LIVE_BLOG
    if "advertisercontentarticle" in said.kinds:
        return ContentType.PAID
    if given.feed_content_type:
        return given.feed_content_type
    if ("videoobject" in said.kinds and not said.news) or (said.og_type or "").startswith("video"):
        return ContentType.VIDEO
    return ContentType.NEWS
