"""Where a redirect ended: at the article that was asked for, or at a page that sites send dead links to (the
home page, a section, an error page, a search, a login, a domain for sale). Pure.

Without this rule every dead link of a site would become a revision of one article, its home page.
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from ingest.text import normalise
from ingest.urls.domains import bare_host, registrable_domain
from ingest.urls.identity import (
    LISTING_SEGMENTS,
    REPRESENTATION_SEGMENTS,
    HostRules,
    clean_link,
    host_of,
    names_story,
    path_segments,
    url_key,
)


def _split(names: str) -> frozenset[str]:
    return frozenset(names.split())


_LANGUAGE = re.compile(r"[a-z]{2}(?:[-_][a-z]{2,4})?|eng|rus|spa|fra|deu|ara|intl|global")
_HOME = _split("home index default homepage main start startseite accueil inicio portada welcome")
_ERROR = _split("""
    400 403 404 410 500 503 error errors 404error error404 404-error error-404 404-not-found 404-page page404
    page-404 notfound not-found not_found pagenotfound page-not-found page_not_found
    """)
_LOGIN = _split("""
    login log-in log_in logon signin sign-in sign_in wp-login sso auth authenticate register registration
    signup sign-up sign_up anmelden anmeldung connexion identification iniciar-sesion
    subscribe subscription paywall
    """)
_LOGIN_HOSTS = _split("login signin accounts account auth sso")
_SEARCH = _split("search suche recherche buscar busca cerca ricerca szukaj zoeken")
_SEARCH_QUERY = frozenset(("s", "q", "query", "search", "keyword", "keywords"))
_STORY_QUERY = re.compile(
    r"p|n|nr|no|item|doc|(?:[an]|page_?|post_?|content_?|item_?|doc_?)?id|.*(?:article|story|news|artikel).*",
    re.I,
)
_FOR_SALE = re.compile(r"for-?sale|buy-?domain|domain-?profile|domain-?for|parked|parking", re.I)
_PARKING_DOMAINS = _split("""
    sedo.com sedoparking.com parkingcrew.net bodis.com hugedomains.com afternic.com dan.com above.com
    parklogic.com undeveloped.com domainmarket.com namebright.com uniregistry.com buydomains.com atom.com
    """)
"""Where lapsed domains are sold or show advertisements."""

_UNSPACED = re.compile(r"[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]{2,}")
_WORD = re.compile(r"[^\W\d_]{4,}")
_PARKED_HOST = re.compile(r"ww\d{1,2}\.")
_META = re.compile(r"<meta\s[^>]*http-equiv\s*=\s*[\"']?refresh\b[^>]*>", re.I)
_UNSEEN = re.compile(r"<!--.*?-->|<noscript\b.*?</noscript\s*>|<script\b.*?</script\s*>", re.I | re.S)
_CONTENT = re.compile(r"content\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.I)
_REFRESH = re.compile(r"\s*(\d{1,9})(?:\.\d*)?\s*[;,]\s*(?:url\s*=\s*)?[\"']?\s*([^\"'\s]+)", re.I)
REFRESH_SECONDS = 10
"""A page that goes elsewhere within this time by itself is a redirect; a later one is a page."""
REFRESH_BYTES = 8_192
"""Bytes at the start of a page in which a refresh is looked for."""


def dead_end(requested: str, final: str, rules: HostRules) -> str | None:
    """Returns what the page is that a request for an article was redirected to, where its address proves that
    it is no article ("the home page"); None otherwise, and for a requested address that is of the same sort:
    what a feed itself links to is fetched."""
    if url_key(requested, rules) == url_key(final, rules):
        return None
    before, after = urlsplit(requested), urlsplit(final)
    kind = _kind(after)
    if kind is not None:
        return None if _kind(before) == kind else kind
    if _is_parked(requested, final, after):
        return "a domain for sale"
    return "the section that it was in" if _is_own_section(before, after, requested, final) else None


def is_doubtful(requested: str, final: str, rules: HostRules) -> bool:
    """Whether an address that may be a story's was redirected to one that looks like no story's. It may be a
    section (`/world`), or a story with a short name: the page decides (`prints`)."""
    if url_key(requested, rules) == url_key(final, rules) or "#" in url_key(final, rules):
        return False
    return _may_be_story(urlsplit(requested)) and not names_story(urlsplit(final))


def prints(headline: str | None, requested: str, title: str | None) -> bool:
    """Whether a page's headline has two words, or all of its own, in common with the title that announced the
    article or with the address that was requested; True where neither has words."""
    slug = unquote(urlsplit(requested).path.rstrip("/").rpartition("/")[2])
    announced, words = _words(title or "") | _words(slug), _words(headline or "")
    if not words:  # short ones only
        return not announced or (bool(headline) and normalise(headline or "") in normalise(title or ""))
    return not announced or len(words & announced) >= min(2, len(words))


def refresh_target(html: bytes, url: str) -> str | None:
    """Returns the address to which a page sends its reader by itself (`<meta http-equiv="refresh">`, within
    REFRESH_SECONDS); None where it does not, or only without scripts."""
    start = html[:REFRESH_BYTES].decode("latin-1")
    if "refresh" not in start.lower():
        return None
    start = _UNSEEN.sub("", start)
    for tag in _META.findall(start):
        content = _CONTENT.search(tag)
        refresh = _REFRESH.match(next(filter(None, content.groups()), "")) if content else None
        if refresh and int(refresh[1]) <= REFRESH_SECONDS:
            return clean_link(refresh[2].replace("&amp;", "&"), url)
    return None


def _words(text: str) -> set[str]:
    """Words of four letters and more, which leaves out most that every headline has; of languages without
    spaces, pairs of letters."""
    plain = normalise(text)
    pairs = {run[at : at + 2] for run in _UNSPACED.findall(plain) for at in range(len(run) - 1)}
    return pairs | set(_WORD.findall(_UNSPACED.sub(" ", plain)))


def _may_be_story(parts: SplitResult) -> bool:
    """Whether an address may be a story's: all but a home page and a single plain word (`/live`)."""
    segments = path_segments(parts.path)
    if names_story(parts) or len(segments) > 1:
        return True
    return bool(segments) and bool(re.search(r"[\d_-]", segments[0]))


def _kind(parts: SplitResult) -> str | None:
    """What sort of page an address is that is no article's; None where it does not say."""
    segments = [segment for segment in path_segments(parts.path) if not _LANGUAGE.fullmatch(segment)]
    stems = [segment.partition(".")[0] for segment in segments]
    query = [name.lower() for name, value in parse_qsl(parts.query) if value]
    if not segments or (len(stems) == 1 and stems[0] in _HOME):
        if _SEARCH_QUERY.intersection(query) and not _names_by_query(parts):
            return "a search"
        return None if _names_by_query(parts) else "the home page"
    if set(stems) <= _ERROR:
        return "an error page"
    if stems[0] in _SEARCH:
        return "a search"
    host = host_of(parts.geturl())
    if stems[-1] in _LOGIN or (host.partition(".")[0] in _LOGIN_HOSTS and not names_story(parts)):
        return "a login page"
    if segments[0] in LISTING_SEGMENTS and not re.search(r"\d{4,}", segments[-1]) and not query:
        return "a list of articles"
    return None


def _names_by_query(parts: SplitResult) -> bool:
    """`/?p=123` is a story, `/?error=404` is the home page."""
    pairs = parse_qsl(parts.query)
    return any(_STORY_QUERY.fullmatch(name) and re.search(r"\d", value) for name, value in pairs)


def _is_parked(requested: str, final: str, after: SplitResult) -> bool:
    domain, other = registrable_domain(host_of(requested)), registrable_domain(host_of(final))
    if _PARKED_HOST.match(host_of(final)) and not _PARKED_HOST.match(host_of(requested)):
        return True
    if domain == other:
        return False
    if other in _PARKING_DOMAINS:
        return True
    values = {value.lower().removeprefix("www.") for _, value in parse_qsl(after.query)}
    named = domain in values or domain in path_segments(after.path)
    return named and bool(_FOR_SALE.search(final) or domain in values)


def _is_own_section(before: SplitResult, after: SplitResult, requested: str, final: str) -> bool:
    """`/world/harbour-toll-rises` redirected to `/world`: the path of a section that the story's begins
    with."""
    if bare_host(host_of(requested)) != bare_host(host_of(final)) or names_story(after):
        return False
    longer, path = path_segments(before.path), path_segments(after.path)
    rest = set(longer[len(path) :])
    return longer[: len(path)] == path and names_story(before) and not rest <= REPRESENTATION_SEGMENTS
