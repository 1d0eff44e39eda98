"""Which URLs may be requested and which addresses connected to. Pure: no name is resolved here.

Two lines of defence: `Guard.target` checks a URL as written (scheme, userinfo, port, spelling of the host);
`Guard.refusal` checks an address, and connect.py calls it for every candidate before a socket is opened.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Protocol
from urllib.parse import quote, urljoin

from yarl import URL

from ingest.errors import Terminal
from ingest.reasons import Reason
from ingest.urls.domains import ascii_host

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

URL_LENGTH = 8_192
DEFAULT_PORTS = {"http": 80, "https": 443}

# IANA special-purpose registry (RFC 6890 and successors), and what `ipaddress.is_global` takes for public:
# part of 192.0.0.0/24, the 6to4 relay, multicast. The last one is a cloud's metadata service, which has a
# public address.
REFUSED_V4: tuple[tuple[IPv4Network, str], ...] = tuple(
    (IPv4Network(network), name)
    for network, name in (
        ("0.0.0.0/8", "unspecified or this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared address space"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "IETF protocol assignments"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved or broadcast"),
        ("168.63.129.16/32", "cloud metadata"),
    )
)

# Only 2000::/3 is global unicast: ranges outside it are listed for the sake of the message; those inside it
# wrap an IPv4 address or hold no hosts.
GLOBAL_V6 = IPv6Network("2000::/3")
REFUSED_V6: tuple[tuple[IPv6Network, str], ...] = tuple(
    (IPv6Network(network), name)
    for network, name in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::ffff:0:0/96", "IPv4-mapped"),
        ("::/96", "IPv4-compatible"),
        ("64:ff9b::/96", "NAT64"),
        ("64:ff9b:1::/48", "local NAT64"),
        ("100::/64", "discard"),
        ("2001::/32", "Teredo"),
        ("2001::/23", "IETF protocol assignments"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("3fff::/20", "documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)

_AUTHORITY = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NO_AUTHORITY = re.compile(r"[\x00-\x20\x7f\\%<>^|]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_NAME = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?")
_DOTS = (".", "\u3002", "\uff0e", "\uff61")
_SAFE = "!$%&'()*+,/:;=?@[]~"
_WIRE_SAFE = re.compile(r"[A-Za-z0-9!$%&'()*+,/:;=?@\[\]~._-]*")
_DOTTED = re.compile(r"/(?:\.|%2e){1,2}(?:[/?]|\Z)", re.I)
_NUMERIC_LABEL = re.compile(r"(?:[0-9]+|0x[0-9a-f]*)")
_SECRET = re.compile(
    r"([?&;][^=&;]*(?:key|token|secret|passw|pwd|auth|sig|session|credential)[^=&;]*=)[^&;]+", re.I
)


class GuardSettings(Protocol):
    """The settings that the guard reads."""

    @property
    def allow_networks(self) -> tuple[Network, ...]: ...
    @property
    def allow_ports(self) -> frozenset[int] | None: ...
    @property
    def resolve(self) -> dict[str, tuple[str, int]]: ...


@dataclass(frozen=True, slots=True)
class RequestTarget:
    """A URL that may be requested.

    `authority` is the host, with its port unless that is 80 or 443: limits and robots.txt are per authority.
    `url` is what is recorded (no fragment), `wire` what is sent: plain http for a host that `resolve` maps.
    """

    url: str
    wire: URL
    scheme: str
    host: str
    port: int
    authority: str


class Guard:
    """The address rules under one set of settings."""

    def __init__(self, settings: GuardSettings):
        self._networks = settings.allow_networks
        self._ports = settings.allow_ports
        self._resolve = {_plain(host): place for host, place in settings.resolve.items()}

    def target(self, url: str, base: str | None = None) -> RequestTarget:
        """Check `url` as it is written; where it is relative, `base` is the URL that redirected to it.

        Raises Terminal: BAD_URL (not http(s), userinfo, control characters, no or malformed host), BAD_PORT,
        BAD_ADDRESS (a refused literal address, or a number that C libraries read as an address: WHATWG URL,
        3.5 "ends in a number").
        """
        text = _joined(url, base)
        scheme, authority, tail = _parted(text)
        host, port = _host_and_port(scheme, authority)
        mapped = self.mapped(host)
        if mapped is None:
            self._check_port(scheme, port, text)
            self._check_literal(host)
        return _target(tail, scheme, host, port, plain=mapped is not None)

    def mapped(self, host: str) -> tuple[str, int] | None:
        """Returns the address and port that the setting `resolve` has for this host, or None."""
        return self._resolve.get(host.rstrip("."))

    def refusal(self, address: str) -> str | None:
        """Returns why this address (as a resolver or a socket prints it) is refused; None if it is
        allowed."""
        try:
            ip = ip_address(address)
        except ValueError:
            return f"{address!r} is not an IP address"
        if any(ip in network for network in self._networks if network.version == ip.version):
            return None
        name = refused_as(ip)
        return f"{address} is {name}" if name else None

    def _check_port(self, scheme: str, port: int, text: str) -> None:
        if port in (80, 443) or (self._ports is None and port) or (self._ports and port in self._ports):
            return
        raise Terminal(Reason.BAD_PORT, f"{_shown(text)}: port {port} is not allowed; see allow_ports")

    def _check_literal(self, host: str) -> None:
        if ":" in host or _NUMERIC_LABEL.fullmatch(host.rstrip(".").rpartition(".")[2]):
            refusal = self.refusal(host)
            if refusal:
                raise Terminal(Reason.BAD_ADDRESS, f"{refusal}; see allow_networks")


def _plain(host: str) -> str:
    return ascii_host(host) or host.lower().rstrip(".")


def refused_as(ip: Address) -> str | None:
    """Returns the name of the special range (IANA's) that this address is in; None for a public address."""
    if isinstance(ip, IPv4Address):
        return next((name for network, name in REFUSED_V4 if ip in network), None)
    if ip.scope_id is not None:
        return "scoped to an interface"
    named = next((name for network, name in REFUSED_V6 if ip in network), None)
    return named or (None if ip in GLOBAL_V6 else "not global unicast")


def _joined(url: str, base: str | None) -> str:
    text = url.strip(" \t\r\n\f")
    if base is not None and not _SCHEME.match(text):
        try:
            text = urljoin(base, text)
        except ValueError:
            raise Terminal(Reason.BAD_URL, f"redirect to a malformed URL: {_shown(text)}") from None
    if len(text) > URL_LENGTH:
        raise Terminal(Reason.BAD_URL, f"URL longer than {URL_LENGTH} characters: {_shown(text)}")
    return text


def _parted(text: str) -> tuple[str, str, str]:
    """Scheme, authority, and the rest of the URL as written, without its fragment."""
    match = _AUTHORITY.match(text)
    scheme = match[1].lower() if match else ""
    if match is None or scheme not in DEFAULT_PORTS:
        raise Terminal(Reason.BAD_URL, f"not an absolute http or https URL: {_shown(text)}")
    authority, tail = match[2], text[match.end() :].partition("#")[0]
    if "@" in authority:
        raise Terminal(
            Reason.BAD_URL, "URL carries user information, which is refused (give the feed `headers` instead)"
        )
    if _NO_AUTHORITY.search(authority) or _CONTROL.search(tail):
        raise Terminal(Reason.BAD_URL, f"a character that is not allowed in URLs: {_shown(text)}")
    return scheme, authority, tail


@lru_cache(4096)
def _host_and_port(scheme: str, authority: str) -> tuple[str, int]:
    """Host and port as the library that will connect reads them: a second parser could read another host out
    of the same text. Names outside ASCII are written in ASCII before (UTS 46), which that library does by
    IDNA 2003 where it can."""
    try:
        parsed = URL(f"{scheme}://{_in_ascii(authority)}/")
    except ValueError as error:
        raise Terminal(Reason.BAD_URL, f"malformed host or port ({error}): {_shown(authority)}") from None
    host = (parsed.raw_host or "").lower()
    if ":" not in host:
        if "[" in authority or not host.isascii() or len(host) > 253 or not _NAME.fullmatch(host):
            raise Terminal(Reason.BAD_URL, f"no valid host: {_shown(authority)}")
        if _NUMERIC_LABEL.fullmatch(host.rstrip(".").rpartition(".")[2]) and not _canonical_v4(host):
            raise Terminal(
                Reason.BAD_ADDRESS, f"{_shown(authority)} is an IP address in a disguised spelling"
            )
    return host, parsed.port or 0


def _in_ascii(authority: str) -> str:
    """Raises ValueError for a host that has no valid form in ASCII."""
    if authority.isascii() and "xn--" not in authority.lower():
        return authority
    name, colon, port = authority.partition(":")
    host = ascii_host(name)
    if host is None:
        raise ValueError("no valid internationalized name")
    root = "." if name.endswith(_DOTS) else ""
    return f"{host}{root}{colon}{port}"


def _canonical_v4(host: str) -> bool:
    try:
        return str(IPv4Address(host)) == host
    except ValueError:
        return False


def _target(tail: str, scheme: str, host: str, port: int, *, plain: bool) -> RequestTarget:
    # Path and query are sent as written: yarl would decode %2F in queries, which breaks signed URLs. Only
    # what HTTP cannot carry is quoted (servers do send raw spaces and bytes in Location, which aiohttp gives
    # as surrogates).
    if not _WIRE_SAFE.fullmatch(tail):
        tail = quote(tail.encode("utf-8", "surrogateescape"), safe=_SAFE)
    tail = _undotted(tail if tail.startswith("/") else f"/{tail}")
    shown = f"[{host}]" if ":" in host else host
    place = shown if port == DEFAULT_PORTS[scheme] else f"{shown}:{port}"
    name = shown.rstrip(".")
    wire = URL(f"{'http' if plain else scheme}://{place}{tail}", encoded=True)
    authority = name if port in (80, 443) else f"{name}:{port}"
    return RequestTarget(
        url=f"{scheme}://{place}{tail}", wire=wire, scheme=scheme, host=host, port=port, authority=authority
    )


def _undotted(tail: str) -> str:
    """Path and query without dot segments (RFC 3986, 5.2.4; %2e is a dot, WHATWG URL): servers remove
    them, so robots.txt must be asked about the path without them."""
    if not _DOTTED.search(tail):
        return tail
    path, mark, query = tail.partition("?")
    kept: list[str] = []
    segments = path.split("/")[1:]
    for at, segment in enumerate(segments):
        plain = segment.lower().replace("%2e", ".")
        if plain == ".." and kept:
            kept.pop()
        if plain not in (".", ".."):
            kept.append(segment)
        elif at == len(segments) - 1:
            kept.append("")
    return f"/{'/'.join(kept)}{mark}{query}"


def without_secrets(url: str) -> str:
    """The URL for a log: values of query parameters that are named like keys or tokens are left out."""
    return _SECRET.sub(r"\1...", url)


def _shown(text: str) -> str:
    """A URL for a message: one printable line, short, and without what is before an @."""
    return re.sub(r"[^/\\]*@", "...@", text.encode("unicode_escape").decode("ascii"))[:120]
