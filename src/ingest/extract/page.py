"""Page -> Article: the one way from bytes (or text, or a feed's content) to a clean article or an outcome
with its reason.

`body_text` holds the blocks of the article joined by a blank line ("\\n\\n"); headings and list points are
blocks of their own.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from importlib.metadata import version
from itertools import count
from urllib.parse import urlsplit

from lxml.html import HtmlElement
from trafilatura.meta import reset_caches

from ingest import text
from ingest.extract import byline, challenge, charset, engine, layout, lines, published, quality, structured
from ingest.extract.engine import Block
from ingest.extract.structured import Structured
from ingest.extract.tree import ParseLimit, check_size, not_html, parse
from ingest.extract.wire.agencies import AgencyTable, shipped
from ingest.extract.wire.reading import read_wire
from ingest.model import (
    Article,
    DroppedLine,
    EntryHints,
    Extraction,
    Flag,
    Outcome,
    PageInput,
    Reason,
)

EXTRACTOR = f"wire-ingest/1+trafilatura/{version('trafilatura')}"
NO_HINTS = EntryHints()
PAGES_PER_RESET = 500
_BLANK = " \t\r\n\f\v\0\xa0\ufeff"
_PAGES = count(1)


def extract(given: PageInput) -> Extraction:
    """An article, or FAILED/SKIPPED with a reason. Pure, and never raises for a bad page: this is the page
    boundary."""
    if next(_PAGES) % PAGES_PER_RESET == 0:
        # trafilatura's and htmldate's caches hold text of every page; no result depends on them
        reset_caches()
    try:
        return _extract(given if _is_url(given.url) else replace(given, url=None))
    except (
        MemoryError,
        OSError,
    ):  # the machine's fault (py3langid unpacks its model to a file): the page may be tried again
        raise
    except Exception as error:  # the one broad except: a page must not be able to end a run
        return Extraction(None, Outcome.FAILED, Reason.PARSE_ERROR, f"{type(error).__name__}: {error}"[:300])


def _is_url(url: str | None) -> bool:
    try:
        return bool(url and urlsplit(url).hostname)
    except ValueError:
        return False


def _extract(given: PageInput) -> Extraction:
    if given.text is not None:
        return _from_text(given)
    if not given.html:
        return _without_content(given, "no bytes")
    page = charset.text_of(given.html, given.content_type, given.language)
    if not given.full_text and not page.strip(_BLANK):
        return _without_content(given, f"{len(given.html)} blank bytes")
    if given.full_text:
        page = f"<html><body><article>{page}</article></body></html>"
    elif reason := not_html(page, given.content_type):
        return Extraction(None, Outcome.SKIPPED, Reason.NOT_HTML, reason)
    try:
        check_size(page)
        tree = parse(page)
    except ParseLimit as limit:
        reason = Reason.NESTED_TOO_DEEP if limit.deep else Reason.PARSE_LIMIT
        return _without_text(given, Structured(), reason, str(limit))
    if tree is None:
        return _without_content(given, "no element")
    held = list(tree.iter())  # while Python holds its elements, lxml need not make them anew in every pass
    made = _from_tree(given, page, tree)
    held.clear()
    return made


def _from_text(given: PageInput) -> Extraction:
    body = text.strip_control(given.text or "")
    blocks = [Block(line.strip()) for line in body.splitlines() if line.strip()]
    if not blocks:
        return _without_text(given, Structured(), Reason.EMPTY, "no text")
    return _article(given, Structured(), blocks, (Flag.TEXT_ONLY,), None)


def _from_tree(given: PageInput, page: str, tree: HtmlElement) -> Extraction:
    said = structured.read(tree, given.url)
    announced = (given.hints or NO_HINTS).title
    if why := challenge.found(tree, page, said, given.status, announced):
        return Extraction(None, Outcome.FAILED, Reason.CHALLENGE, why)
    # no consent page prints the headline that a feed announced
    if not challenge.tells(said, announced) and (why := quality.consent(tree, said)):
        return Extraction(None, Outcome.FAILED, Reason.CONSENT, why)
    if not given.full_text and not quality.has_content(tree, said):
        return _without_content(given, "markup without a word")
    if not given.hints and (why := quality.front_page(tree, said, given.url)):
        return Extraction(None, Outcome.SKIPPED, Reason.NOT_ARTICLE, why)
    dated = None if said.published else published.from_page(tree, given.url)
    said = _with_byline(said, tree)
    links = lines.link_texts(tree)
    engine.strip_noise(tree)
    layout.prune(tree)
    layout.wrap_loose(tree)
    news = _news(given, said)
    blocks = engine.main_text(tree, given.url, said.body, news=news)
    evidence = lines.Evidence(_titles(given, said), links, news, _authors(given, said))
    kept, dropped = lines.clean(blocks, evidence)
    hashes = tuple(text.line_hash(block.text) for block in kept)
    if given.boilerplate:
        dropped += [
            DroppedLine("host", b.text) for b, h in zip(kept, hashes, strict=True) if h in given.boilerplate
        ]
        kept = [b for b, h in zip(kept, hashes, strict=True) if h not in given.boilerplate]
    made = _judged(given, said, tree, kept, dated)
    return replace(made, dropped=(*dropped, *made.dropped), lines=hashes)


def _judged(
    given: PageInput, said: Structured, tree: HtmlElement, blocks: list[Block], dated: str | None
) -> Extraction:
    """An article of these blocks, or the outcome they amount to."""
    if not blocks:
        reason = Reason.PAYWALL if said.free is False or _is_stub(given, said) else Reason.EMPTY
        return _without_text(given, said, reason, "no main text")
    if engine.code_like(blocks, share=0.05):
        return _without_text(given, said, Reason.CODE_LIKE, "braces and semicolons instead of sentences")
    made = _article(given, said, blocks, (Flag.FULL_TEXT_FEED,) if given.full_text else (), dated)
    body = made.article.body_text if made.article else ""
    teaser = quality.locked(tree, said, body)
    if fault := _too_little(given, said, body, teaser):
        return replace(
            _without_text(given, said, *fault), dropped=(*made.dropped, DroppedLine("too little", body))
        )
    if made.article is None:
        return made
    flags = quality.short_flags(
        body, made.article.word_count, said.body, paywalled=teaser or said.free is False
    )
    return replace(made, article=replace(made.article, flags=made.article.flags + flags))


def _too_little(given: PageInput, said: Structured, body: str, teaser: bool) -> tuple[Reason, str] | None:
    """Less than the feed or the page's own description already said is no article, whatever it is."""
    summary = (given.hints or NO_HINTS).summary or ""
    known = max(len(summary), len(said.description or "") if teaser else 0)
    if _is_stub(given, said):
        return Reason.PAYWALL, "the page's headline is a call to subscribe"
    if not body:
        return Reason.EMPTY, "nothing is left without boilerplate"
    if teaser and len(body) < max(300, 1.3 * known):
        return Reason.PAYWALL, f"{len(body)} letters of a locked article"
    if len(body) < 0.8 * len(summary) or (len(body) < 80 and text.word_count(body) < 12):
        return Reason.TOO_SHORT, f"{len(body)} letters, the feed's summary has {len(summary)}"
    return None


def _is_stub(given: PageInput, said: Structured) -> bool:
    return quality.is_stub(said) and not challenge.tells(said, (given.hints or NO_HINTS).title)


def _with_byline(said: Structured, tree: HtmlElement) -> Structured:
    # an author that is only the publisher's own name says less than the byline on the page
    house = lines.fold(said.publisher or "")
    if said.authors and any(lines.fold(author) != house for author in said.authors):
        return said
    return replace(said, authors=byline.printed(tree) or said.authors)


def _news(given: PageInput, said: Structured) -> bool:
    """News by the page's own word, or because it came from a feed; nothing is known of hosts."""
    return said.news or given.hints is not None


def _titles(given: PageInput, said: Structured) -> frozenset[str]:
    hints = given.hints or NO_HINTS
    return frozenset(
        lines.fold(t) for t in (said.headline, said.og_title, said.title, said.h1, hints.title) if t
    )


def _authors(given: PageInput, said: Structured) -> frozenset[str]:
    return frozenset(map(lines.fold, said.authors or (given.hints or NO_HINTS).authors))


def _without_text(given: PageInput, said: Structured, reason: Reason, detail: str) -> Extraction:
    """No text in the page: the feed's summary is the article where there is one, else an outcome."""
    summary = (given.hints or NO_HINTS).summary
    if not summary:
        return Extraction(None, Outcome.FAILED, reason, detail)
    if reason is not Reason.PAYWALL:
        return _article(given, said, [Block(summary)], (Flag.SUMMARY_ONLY,), None)
    if _is_stub(given, said) or not said.headline:  # what a paywall prints on top need not be the article's
        said = replace(said, headline=None, og_title=None, h1=None)
    return _article(given, said, [Block(summary)], (Flag.SUMMARY_ONLY, Flag.PAYWALL), None)


def _without_content(given: PageInput, detail: str) -> Extraction:
    """An answer that holds nothing may pass like a failure: the reason stays beside the summary, for whoever
    can ask again."""
    made = _without_text(given, Structured(), Reason.EMPTY, detail)
    return replace(made, reason=Reason.EMPTY, detail=detail)


@lru_cache(maxsize=4)
def _agencies(own: str | None) -> AgencyTable:
    return shipped().extended(own) if own else shipped()


def _article(
    given: PageInput, said: Structured, blocks: list[Block], flags: tuple[Flag, ...], dated: str | None
) -> Extraction:
    hints = given.hints or NO_HINTS
    headline = hints.title if given.text is not None else _headline(said, hints)
    reading = read_wire(
        "\n\n".join(block.text for block in blocks),
        headline=headline,
        summary=hints.summary,
        url=given.url,
        language=said.language or given.language,
        published=hints.published,
        now=given.now,
        agencies=_agencies(given.agencies),
    )
    body = "\n\n".join(line for line in map(str.strip, reading.body_text.splitlines()) if line)
    language = quality.language_of(body, said.language or given.language)
    stamp, raw = published.choose(given, said, reading.dateline_date, dated, language)
    article = Article(
        headline=reading.headline or headline,
        body_text=body,
        canonical_url=said.canonical_url,
        description=said.description or hints.summary,
        byline=", ".join(reading.authors or said.authors or hints.authors) or None,
        authors=reading.authors or said.authors or hints.authors,
        language=language,
        published=stamp,
        published_raw=raw,
        modified_at=published.modified(given, said, language),
        dateline=reading.dateline,
        located=reading.located,
        dateline_date=reading.dateline_date,
        agency=reading.agency,
        credits=reading.credits,
        publisher=given.publisher or reading.publisher or said.publisher or _host(given.url),
        section=said.section,
        keywords=said.keywords or hints.categories,
        image_url=said.image_url or hints.image_url,
        image_credit=reading.image_credit,
        word_count=text.word_count(body),
        content_type=reading.content_type or quality.content_type(said, given),
        signal=reading.signal,
        status=reading.status,
        embargo_until=reading.embargo_until,
        withdraws=reading.withdraws,
        flags=flags + ((Flag.NOAI,) if given.noai or said.noai else ()),
        extractor=EXTRACTOR,
    )
    return Extraction(article, Outcome.LOADED, dropped=reading.dropped)


def _headline(said: Structured, hints: EntryHints) -> str | None:
    found = said.headline or said.og_title or said.h1 or hints.title or said.title
    return found and _without_site(found, said)


# What sets a site's name apart from a title: " | ", " - ", " – ", " — ", " · ", " :: ".
_SEPARATOR = re.compile(r"\s(?:[|–—·»-]|::)\s")


def _without_site(title: str, said: Structured) -> str:
    """A title without the site's or section's name at an end: known by another title of the page, or as the
    publisher."""
    for other in (said.h1, said.og_title, said.headline):
        if other and len(other) >= 10 and title != other and other in title:
            rest = title.replace(other, "", 1)
            if _SEPARATOR.match(rest + " ") or _SEPARATOR.search(" " + rest[-3:] + " "):
                return other
    parts = _SEPARATOR.split(title)
    if len(parts) > 1 and said.publisher and lines.fold(parts[-1]) == lines.fold(said.publisher):
        return title[: title.rindex(parts[-1])].rstrip(" |–—·»:-")
    return title


def _host(url: str | None) -> str | None:
    host = urlsplit(url or "").hostname
    return host.removeprefix("www.") if host else None
