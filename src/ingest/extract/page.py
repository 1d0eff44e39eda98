"""Page -> Article: the one way from bytes (or text, or a feed's content) to a clean article or an outcome
with its reason.

`body_text` holds the blocks of the article joined by a blank line ("\\n\\n"); headings and list points are
blocks of their own.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, lru_cache
from importlib.metadata import version
from itertools import count
from urllib.parse import urlsplit

from lxml.html import HtmlElement
from trafilatura.meta import reset_caches

from ingest import text
from ingest.extract import (
    byline,
    challenge,
    charset,
    engine,
    headlines,
    layout,
    lines,
    people,
    published,
    quality,
    structured,
)
from ingest.extract.blocks import judge, model
from ingest.extract.blocks.walk import walk
from ingest.extract.engine import Block
from ingest.extract.people import Signed
from ingest.extract.published import PageDate
from ingest.extract.site import Site
from ingest.extract.structured import Structured
from ingest.extract.tree import ParseLimit, check_size, not_html, parse
from ingest.extract.wire.agencies import AgencyTable, shipped_agencies
from ingest.extract.wire.reading import read_wire
from ingest.model import Article, DroppedLine, EntryHints, Extraction, Flag, PageInput
from ingest.reasons import Outcome, Reason

NO_HINTS = EntryHints()
PAGES_PER_RESET = 500
_BLANK = " \t\r\n\f\v\0\xa0\ufeff"
_PAGES = count(1)


def extract(page_input: PageInput) -> Extraction:
    """Returns an article, or FAILED/SKIPPED with a reason. Pure; no page makes it raise. Raises MemoryError
    and OSError, which are the machine's fault."""
    if next(_PAGES) % PAGES_PER_RESET == 0:
        # trafilatura's and htmldate's caches hold text of every page; no result depends on them
        reset_caches()
    try:
        return _extract(page_input if _is_url(page_input.url) else replace(page_input, url=None))
    except (MemoryError, OSError):
        # the machine's fault (py3langid unpacks its model to a file): the page may be tried again
        raise
    except Exception as error:  # the one broad except: a page must not be able to end a run
        return Extraction(None, Outcome.FAILED, Reason.PARSE_ERROR, f"{type(error).__name__}: {error}"[:300])


def _is_url(url: str | None) -> bool:
    try:
        return bool(url and urlsplit(url).hostname)
    except ValueError:
        return False


def _extract(page_input: PageInput) -> Extraction:
    if page_input.text is not None:
        return _from_text(page_input)
    if not page_input.html:
        return _without_content(page_input, "no bytes")
    page = charset.text_of(page_input.html, page_input.content_type, page_input.language)
    if not page_input.full_text and not page.strip(_BLANK):
        return _without_content(page_input, f"{len(page_input.html)} blank bytes")
    if page_input.full_text:
        page = f"<html><body><article>{page}</article></body></html>"
    elif reason := not_html(page, page_input.content_type):
        return Extraction(None, Outcome.SKIPPED, Reason.NOT_HTML, reason)
    try:
        check_size(page)
        tree = parse(page)
    except ParseLimit as limit:
        reason = Reason.NESTED_TOO_DEEP if limit.deep else Reason.PARSE_LIMIT
        return _without_text(page_input, Structured(), reason, str(limit))
    if tree is None:
        return _without_content(page_input, "no element")
    elements = list(tree.iter())  # while Python holds them, lxml does not create them anew in every pass
    extraction = _from_tree(page_input, page, tree)
    elements.clear()
    return extraction


def _from_text(page_input: PageInput) -> Extraction:
    body = text.strip_control(page_input.text or "")
    blocks = [Block(line.strip()) for line in body.splitlines() if line.strip()]
    if not blocks:
        return _without_text(page_input, Structured(), Reason.EMPTY, "no text")
    return _article(page_input, Structured(), blocks, (Flag.TEXT_ONLY,), None)


def _from_tree(page_input: PageInput, page: str, tree: HtmlElement) -> Extraction:
    metadata = structured.read(tree, page_input.url)
    if refused := _refused(page_input, page, tree, metadata):
        return refused
    dated = None if metadata.published else published.from_page(tree, page_input, metadata)
    metadata = _with_byline(_with_shown_headline(metadata, tree, page_input), tree, page_input)
    links = lines.link_texts(tree)
    engine.strip_noise(tree)
    layout.unwrap_tables(tree)
    layout.merge_inline(tree)
    page_blocks = walk(tree)
    layout.prune(tree)
    layout.wrap_loose(tree)
    layout.unlink_sentences(tree)
    news = _news(page_input, metadata)
    blocks = engine.main_text(tree, page_input.url, metadata.body, news=news)
    evidence = lines.Evidence(_titles(page_input, metadata), links, news, _authors(page_input, metadata))
    kept, dropped = lines.clean(blocks, evidence)
    ruled = judge.Ruled(blocks, kept, dropped, evidence, metadata.body, metadata.description)
    kept, dropped = judge.judge(page_blocks, ruled)
    hashes = tuple(text.line_hash(block.text) for block in kept)
    kept, repeated = _without_boilerplate(kept, hashes, page_input.boilerplate)
    shown = " ".join(block.text for block in page_blocks.blocks)
    extraction = _judged(page_input, metadata, tree, kept, dated, shown)
    return replace(
        extraction,
        dropped=(*dropped, *repeated, *extraction.dropped),
        lines=hashes,
        page_headline=metadata.shown_alone,
    )


def _refused(page_input: PageInput, page: str, tree: HtmlElement, metadata: Structured) -> Extraction | None:
    """The outcome of a page that is no article: a challenge, a consent page, nothing, a front page."""
    announced = (page_input.hints or NO_HINTS).title
    if why := challenge.challenge_reason(tree, page, metadata, page_input.status, announced):
        return Extraction(None, Outcome.FAILED, Reason.CHALLENGE, why)
    # no consent page prints the headline that the feed entry announced
    if not challenge.prints_headline(metadata, announced) and (why := quality.consent_reason(tree, metadata)):
        return Extraction(None, Outcome.FAILED, Reason.CONSENT, why)
    if not page_input.full_text and not quality.has_content(tree, metadata):
        return _without_content(page_input, "markup without a word")
    if not page_input.hints and (why := quality.front_page_reason(tree, metadata, page_input.url)):
        return Extraction(None, Outcome.SKIPPED, Reason.NOT_ARTICLE, why)
    return None


def _without_boilerplate(
    blocks: list[Block], hashes: tuple[int, ...], boilerplate: frozenset[int]
) -> tuple[list[Block], list[DroppedLine]]:
    """(blocks that do not repeat on this host, the others as dropped lines)."""
    kept: list[Block] = []
    repeated: list[DroppedLine] = []
    for block, line_hash in zip(blocks, hashes, strict=True):
        if line_hash in boilerplate:
            repeated.append(DroppedLine("host", block.text))
        else:
            kept.append(block)
    return kept, repeated


def _judged(
    page_input: PageInput,
    metadata: Structured,
    tree: HtmlElement,
    blocks: list[Block],
    dated: PageDate | None,
    shown: str,
) -> Extraction:
    """An article of these blocks, or the reason why they are none. `shown` is all text of the page."""
    if not blocks:
        reason = Reason.PAYWALL if metadata.free is False or _is_stub(page_input, metadata) else Reason.EMPTY
        return _without_text(page_input, metadata, reason, "no main text")
    if engine.code_like([block for block in blocks if block.tag != "code"], share=0.05):
        return _without_text(
            page_input, metadata, Reason.CODE_LIKE, "braces and semicolons instead of sentences"
        )
    extraction = _article(
        page_input, metadata, blocks, (Flag.FULL_TEXT_FEED,) if page_input.full_text else (), dated
    )
    body = extraction.article.body_text if extraction.article else ""
    teaser = quality.locked(tree, metadata, body)
    whole = not page_input.hints and quality.is_whole_page(
        body, shown, metadata, dated=dated is not None, status=page_input.status
    )
    if fault := _too_little(page_input, metadata, body, teaser=teaser, whole=whole):
        return replace(
            _without_text(page_input, metadata, *fault),
            dropped=(*extraction.dropped, DroppedLine("too little", body)),
        )
    if extraction.article is None:
        return extraction
    flags = quality.short_flags(
        body, extraction.article.word_count, metadata.body, paywalled=teaser or metadata.free is False
    )
    return replace(extraction, article=replace(extraction.article, flags=extraction.article.flags + flags))


def _too_little(
    page_input: PageInput, metadata: Structured, body: str, *, teaser: bool, whole: bool
) -> tuple[Reason, str] | None:
    """Why the text is no article, or None: it says less than the feed's summary or the page's description.
    `whole`: a text of a few words is all that the page says."""
    summary = (page_input.hints or NO_HINTS).summary or ""
    known = max(len(summary), len(metadata.description or "") if teaser else 0)
    if _is_stub(page_input, metadata):
        return Reason.PAYWALL, "the page's headline is a call to subscribe"
    if not body:
        return Reason.EMPTY, "nothing is left without boilerplate"
    if teaser and len(body) < max(300, 1.3 * known):
        return Reason.PAYWALL, f"{len(body)} letters of a locked article"
    few = len(body) < 80 and text.word_count(body) < 12
    if len(body) < 0.8 * len(summary) or (few and not whole):
        return Reason.TOO_SHORT, f"{len(body)} letters, the feed's summary has {len(summary)}"
    return None


def _is_stub(page_input: PageInput, metadata: Structured) -> bool:
    return quality.is_stub(metadata) and not challenge.prints_headline(
        metadata, (page_input.hints or NO_HINTS).title
    )


def _with_byline(metadata: Structured, tree: HtmlElement, page_input: PageInput) -> Structured:
    house = Site.of(metadata, page_input.url).is_house
    who = byline.signed(tree, metadata, _agencies(page_input.agencies), house)
    return replace(metadata, authors=who.people, agencies=who.agencies)


def _with_shown_headline(metadata: Structured, tree: HtmlElement, page_input: PageInput) -> Structured:
    listed = (page_input.hints or NO_HINTS).title
    shown = alone = headlines.read(tree, metadata, page_input.url, listed)
    if listed and not (metadata.headline or metadata.og_title):
        alone = headlines.read(tree, metadata, page_input.url, None)
    return replace(metadata, shown=shown, shown_alone=alone)


def _news(page_input: PageInput, metadata: Structured) -> bool:
    """Whether this is news: the page calls itself so, or a feed lists it. There is no list of hosts."""
    return metadata.news or page_input.hints is not None


def _titles(page_input: PageInput, metadata: Structured) -> frozenset[str]:
    hints = page_input.hints or NO_HINTS
    return frozenset(
        lines.comparable(t)
        for t in (
            metadata.headline,
            metadata.og_title,
            metadata.title,
            metadata.h1,
            metadata.shown,
            hints.title,
        )
        if t
    )


def _authors(page_input: PageInput, metadata: Structured) -> frozenset[str]:
    return frozenset(map(lines.comparable, metadata.authors or (page_input.hints or NO_HINTS).authors))


def _without_text(page_input: PageInput, metadata: Structured, reason: Reason, detail: str) -> Extraction:
    """The result for a page without usable text: an article of the feed's summary, else FAILED."""
    summary = (page_input.hints or NO_HINTS).summary
    if not summary:
        return Extraction(None, Outcome.FAILED, reason, detail)
    if reason is not Reason.PAYWALL:
        return _article(page_input, metadata, [Block(summary)], (Flag.SUMMARY_ONLY,), None)
    if (
        _is_stub(page_input, metadata) or not metadata.headline
    ):  # what a paywall prints on top need not be the article's
        metadata = replace(metadata, shown=None)
    return _article(page_input, metadata, [Block(summary)], (Flag.SUMMARY_ONLY, Flag.PAYWALL), None)


def _without_content(page_input: PageInput, detail: str) -> Extraction:
    """The result for an empty answer. The next fetch may bring the page, so the reason stays beside an
    article of the feed's summary, and the caller can fetch again."""
    extraction = _without_text(page_input, Structured(), Reason.EMPTY, detail)
    return replace(extraction, reason=Reason.EMPTY, detail=detail)


@cache
def _extractor() -> str:
    return f"wire-ingest/2+blocks/{model.shipped().version}+trafilatura/{version('trafilatura')}"


@lru_cache(maxsize=4)
def _agencies(own: str | None) -> AgencyTable:
    return shipped_agencies().extended(own) if own else shipped_agencies()


def _article(
    page_input: PageInput,
    metadata: Structured,
    blocks: list[Block],
    flags: tuple[Flag, ...],
    dated: PageDate | None,
) -> Extraction:
    hints = page_input.hints or NO_HINTS
    headline = metadata.shown or hints.title
    reading = read_wire(
        "\n\n".join(block.text for block in blocks),
        headline=headline,
        summary=hints.summary,
        url=page_input.url,
        published=hints.published or published.near(page_input, metadata, dated),
        now=page_input.now,
        agencies=_agencies(page_input.agencies),
    )
    body = "\n\n".join(line for line in map(str.strip, reading.body_text.splitlines()) if line)
    language = quality.language_of(body, metadata.language or page_input.language or hints.language)
    who = _signed(page_input, metadata, reading.authors)
    stamp, raw = published.choose(page_input, metadata, reading.dateline_date, dated, language)
    article = Article(
        headline=reading.headline or headline,
        body_text=body,
        canonical_url=metadata.canonical_url,
        description=metadata.description or hints.summary,
        byline=", ".join(who.people or who.agencies) or None,
        authors=who.people,
        language=language,
        published=stamp,
        published_raw=raw,
        modified_at=published.modified(page_input, metadata, language),
        dateline=reading.dateline,
        located=reading.located,
        dateline_date=reading.dateline_date,
        agency=reading.agency or hints.agency or next(iter(who.agencies), None),
        credits=reading.credits or who.agencies,
        publisher=page_input.publisher
        or reading.publisher
        or metadata.publisher
        or hints.publisher
        or _host(page_input.url),
        section=metadata.section or hints.section,
        keywords=metadata.keywords or hints.categories,
        image_url=metadata.image_url or hints.image_url,
        image_credit=reading.image_credit,
        license=metadata.rights.license,
        copyright_notice=metadata.rights.copyright_notice,
        usage_terms=metadata.rights.usage_terms,
        word_count=text.word_count(body),
        content_type=reading.content_type or quality.content_type(metadata, page_input),
        signal=reading.signal,
        status=reading.status,
        embargo_until=reading.embargo_until,
        withdraws=reading.withdraws,
        flags=flags + ((Flag.NOAI,) if page_input.noai or metadata.noai else ()),
        extractor=_extractor(),
    )
    return Extraction(article, Outcome.LOADED, dropped=reading.dropped)


def _signed(page_input: PageInput, metadata: Structured, in_text: tuple[str, ...]) -> Signed:
    """Who signed: by the text's own byline, else the page's, else the feed's. Agencies count from any."""
    agencies, house = _agencies(page_input.agencies), Site.of(metadata, page_input.url).is_house
    listed = (page_input.hints or NO_HINTS).authors
    each = [
        people.signed(in_text, agencies, house),
        Signed(metadata.authors, metadata.agencies),
        people.signed(listed, agencies, house),
    ]
    return Signed(
        next((who.people for who in each if who.people), ()),
        next((who.agencies for who in each if who.agencies), ()),
    )


def _host(url: str | None) -> str | None:
    host = urlsplit(url or "").hostname
    return host.removeprefix("www.") if host else None
