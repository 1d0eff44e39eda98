"""URLs as identities: which spellings are one story, which canonical links to believe, which feed links may
be followed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from ingest.model import HostRule
from ingest.text import strip_control
from ingest.urls.domains import ascii_host, bare_host, raw_host
from ingest.urls.domains import registrable_domain as registrable_domain
from ingest.urls.tracking import is_tracking

LINK_CAP = 2048
"""Longest link followed, in characters: what browsers, sitemaps (sitemaps.org) and CDNs agree on."""

_DEFAULT_PORTS = {"http": 80, "https": 443}
_TAIL_PAIR = re.compile(r"&(?P<name>[\w.%-]+)=(?P<value>[^&/]*)$")
_PCT = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_HOME = frozenset(("", "home", "index", "default", "homepage"))
# First segments of the paths of lists of articles.
LISTING_SEGMENTS = frozenset(
    (
        "tag",
        "tags",
        "topic",
        "topics",
        "category",
        "categories",
        "section",
        "sections",
        "author",
        "authors",
        "search",
        "archive",
    )
)
# Last segments that name a form of a page, not another page.
REPRESENTATION_SEGMENTS = frozenset(
    ("amp", "amp.html", "index.html", "index.htm", "index.php", "print", "default.aspx")
)


class HostRules:
    """The `identity` rules of feeds.toml by host. A rule holds for its host and every host under it; the
    nearest one wins."""

    def __init__(self, rules: Iterable[HostRule] = ()) -> None:
        """Raises re.error for an identity that is no regular expression (settings checks first and names the
        file and key)."""
        self._rules = {bare_host(ascii_host(rule.host) or rule.host.lower()): rule for rule in rules}
        self._patterns = {
            host: re.compile(rule.identity) for host, rule in self._rules.items() if rule.identity
        }

    def rule(self, host: str) -> HostRule | None:
        """The rule of this host or of the nearest domain above it."""
        name = self._nearest(host, self._rules)
        return self._rules[name] if name else None

    def story(self, host: str, url: str, target: str) -> str | None:
        """`host#key` where an identity rule finds a story key in the whole URL, or else in its path and
        query."""
        host_name = self._nearest(host, self._patterns)
        if host_name is None:
            return None
        match = self._patterns[host_name].search(url) or self._patterns[host_name].search(target)
        if match is None:
            return None
        key = next((group for group in match.groups() if group), None) or match[0]
        return f"{host_name}#{key}"

    @staticmethod
    def _nearest(host: str, known: dict[str, HostRule] | dict[str, re.Pattern[str]]) -> str | None:
        name = bare_host(ascii_host(host) or host.lower())
        while name:
            if name in known:
                return name
            name = name.partition(".")[2]
        return None


@lru_cache(4096)  # every step of the pipeline needs the key of a page's address
def url_key(url: str, rules: HostRules) -> str:
    """The identity of a URL (design.md, "Identity"): `host/path?query`, or `host#key` by an identity rule.

    - Scheme, fragment, userinfo and default port are dropped; host lower case in IDNA ASCII, without leading
      www., m., amp. (as long as more than a public suffix remains); another port stays.
    - Path (RFC 3986, 6.2.2): dot segments and doubled slashes resolved, percent-encoding in one form, case
      kept, the trailing slash dropped except for `/` itself (content systems answer both spellings and link
      to either).
    - Query: tracking parameters out, the others kept verbatim in one encoding and sorted by name (order
      carries no identity; equal names keep their order).

    A string that is no http(s) URL (such as `urn:sha256:...`) is its own key.
    """
    parts = _split(url)
    if parts is None:
        return url
    host, port = _host(parts), _port(parts)
    target = _path(parts.path) + (f"?{_encode(parts.query)}" if parts.query else "")
    story = rules.story(host, f"{parts.scheme}://{host}{target}", target)
    if story is not None:
        return story
    path, tail = _untail(_path(parts.path))
    query = _query("&".join(part for part in (tail, parts.query) if part))
    return _bracket(bare_host(host)) + port + (path.rstrip("/") or "/") + (f"?{query}" if query else "")


def identity(final_url: str, canonical: str | None, rules: HostRules) -> tuple[str, str | None]:
    """(url_key of the page, its canonical link if believed else None). `canonical` is absolute or relative to
    `final_url`.

    A canonical link is believed when it lies on the same registrable domain and is no home or section page:
    sites print their home page or section as the canonical link of every story, which would merge them all.
    """
    final_key = url_key(final_url, rules)
    link = clean_link(canonical, final_url) if canonical else None
    if link is None or registrable_domain(host_of(link)) != registrable_domain(host_of(final_url)):
        return final_key, None
    key = url_key(link, rules)
    if key == final_key:
        return key, link
    if "#" in final_key and "#" not in key:
        # the host's identity rule names stories by number, and this link has no number
        return final_key, None
    if "#" not in key and _is_section(urlsplit(link), urlsplit(final_url)):
        return final_key, None
    return key, link


def clean_link(href: str, base: str) -> str | None:
    """`href` as an absolute http(s) URL in ASCII without fragment, resolved against `base` (RFC 3986, 5), or
    None.

    None for other schemes, no or impossible host or port, a NUL inside, or over LINK_CAP characters. Other
    controls and white space at the ends or breaking the line are removed, as browsers do (WHATWG URL, 4.4). A
    link without scheme that starts with www. or the base's own host is read as absolute, as its writer meant
    it.
    """
    text = re.sub(r"[\t\n\r]", "", strip_control(href)).strip()
    if not text or len(text) > 4 * LINK_CAP or "\0" in href.strip("\0"):
        return None
    text = _absolute_form(text.replace("\\", "/") if "?" not in text else text, base)
    try:
        parts = urlsplit(urljoin(base, text))
        host = ascii_host(raw_host(parts.netloc))
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or host is None:
        return None
    userinfo, at, _ = parts.netloc.rpartition("@")
    authority = (
        userinfo + at + _bracket(host) + ("" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}")
    )
    link = f"{parts.scheme}://{authority}{_quote(parts.path) or '/'}" + (
        f"?{_quote(parts.query)}" if parts.query else ""
    )
    return link if len(link) <= LINK_CAP and link.isascii() else None


def host_of(url: str) -> str:
    """The host of a URL, lower case, IDNA ASCII, without port; '' where there is none."""
    parts = _split(url)
    return _host(parts) if parts else ""


def origin_of(url: str) -> str:
    """`scheme://host[:port]` (RFC 6454), the default port left out: what robots, delays and pauses go by."""
    parts = _split(url)
    return f"{parts.scheme}://{_bracket(_host(parts))}{_port(parts)}" if parts else ""


# -- parts of a URL --


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return parts if parts.scheme in _DEFAULT_PORTS and parts.hostname else None


def _host(parts: SplitResult) -> str:
    return ascii_host(raw_host(parts.netloc)) or parts.hostname or ""


def _port(parts: SplitResult) -> str:
    try:
        port = parts.port
    except ValueError:
        return ""
    return "" if port is None or port == _DEFAULT_PORTS[parts.scheme] else f":{port}"


def _bracket(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _path(path: str) -> str:
    """Encoded in one form, dot segments and doubled slashes resolved; starts with `/`."""
    kept: list[str] = []
    segments = [segment for segment in _encode(path).split("/") if segment]
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    slash = "/" if kept and path.endswith(("/", "/.", "/..")) else ""
    return "/" + "/".join(kept) + slash


def _encode(text: str) -> str:
    """RFC 3986, 6.2.2.2: unreserved characters decoded, other escapes upper case, everything outside ASCII as
    UTF-8."""

    def in_one_form(match: re.Match[str]) -> str:
        char = chr(int(match[1], 16))
        return char if char in _UNRESERVED else f"%{match[1].upper()}"

    return _PCT.sub(in_one_form, _quote(text))


def _quote(text: str) -> str:
    return quote(text, safe="/:?#[]@!$&'()*+,;=%~|", errors="ignore").replace("#", "%23")


def _untail(path: str) -> tuple[str, str]:
    """(path, pairs hung on it by `&` without a `?`): some distributors append `&source=29` straight after the
    path."""
    pairs: list[str] = []
    while (match := _TAIL_PAIR.search(path)) and is_tracking(match["name"], match["value"]):
        pairs.insert(0, match[0][1:])
        path = path[: match.start()]
    return path, "&".join(pairs)


def _query(query: str) -> str:
    pairs = [pair.partition("=") for pair in _encode(query).replace("&amp;", "&").split("&") if pair]
    kept = [pair for pair in pairs if not is_tracking(pair[0], pair[2])]
    return "&".join("".join(pair) for pair in sorted(kept, key=lambda pair: pair[0]))


def _absolute_form(text: str, base: str) -> str:
    if re.match(r"[a-z][a-z0-9+.-]*:", text, re.I) or text.startswith(("/", "?", "#", ".")):
        return text
    first = re.split(r"[/?#]", text, maxsplit=1)[0]
    first = ascii_host(first) or first.lower()
    own = host_of(base)
    known = first.startswith("www.") or (first in (own, bare_host(own)) and "." in first)
    return f"{urlsplit(base).scheme or 'https'}://{text}" if known else text


# -- home and section pages --


def path_segments(path: str) -> list[str]:
    """The segments of a path in lower case and one encoding."""
    return [segment for segment in _path(path).lower().split("/") if segment]


def names_story(parts: SplitResult) -> bool:
    """Whether the address itself looks like a story's: a number, three words, or an identifying query."""
    if re.search(r"\d", _query(parts.query)):
        return True
    segments = [segment for segment in path_segments(parts.path) if segment not in REPRESENTATION_SEGMENTS]
    if not segments or segments[0] in LISTING_SEGMENTS:
        return False
    last = segments[-1].rsplit(".", 1)[0]
    if re.fullmatch(r"(?:19|20)\d\d(?:-?[01]\d)?", last):  # a year's or month's archive
        return False
    return bool(re.search(r"\d{3,}", last)) or len(re.split(r"[-_+,]|%20", last)) >= 3 or last.count("%") > 8


def _is_section(canonical: SplitResult, final: SplitResult) -> bool:
    path = path_segments(canonical.path)
    if not path or (len(path) == 1 and path[0].partition(".")[0] in _HOME):
        return not names_story(canonical)
    if names_story(canonical):
        return False
    page = path_segments(final.path)
    if page[: len(path)] == path and len(page) > len(path):
        return not set(page[len(path) :]) <= REPRESENTATION_SEGMENTS
    return path[0] in LISTING_SEGMENTS or names_story(final)


def key_names_story(link_key: str) -> bool:
    """Whether the address behind this link key looks like a story's: a number, three words, an identifying
    query, or a story key by the host's identity rule."""
    return "#" in link_key or names_story(urlsplit(f"https://{link_key}"))


def is_home(link_key: str) -> bool:
    """Whether the address behind this link key is a site's home page."""
    if "#" in link_key or link_key.startswith("urn:"):
        return False
    parts = urlsplit(f"https://{link_key}")
    path = path_segments(parts.path)
    return (not path or (len(path) == 1 and path[0].partition(".")[0] in _HOME)) and not names_story(parts)


def is_home_or_section(link_key: str) -> bool:
    """Whether the address behind this link key is a home page or names itself a list (`/tag/ports`): no
    single entry is on it."""
    path = path_segments(link_key.partition("/")[2].partition("?")[0])
    return is_home(link_key) or (0 < len(path) <= 2 and path[0] in LISTING_SEGMENTS and "#" not in link_key)
