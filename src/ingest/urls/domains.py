"""Host names: their ASCII form, the domain somebody registered, and the prefixes that name no other site."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

import tld

_PREFIXES = ("www.", "m.", "amp.")
_HOST_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?")


@lru_cache(maxsize=65_536)
def registrable_domain(host: str) -> str:
    """The domain somebody registered (`bbc.co.uk` of `news.bbc.co.uk`), by the public suffix list shipped
    with tld.

    Under an unlisted suffix the last two labels, as the list's default rule `*` says. An address or single
    label is itself.
    """
    name = host.lower().rstrip(".")
    if _is_address(name) or "." not in name:
        return name
    domain: str | None = tld.get_fld(f"http://{name}", fail_silently=True)
    return domain or ".".join(name.split(".")[-2:])


@lru_cache(maxsize=65_536)
def ascii_host(host: str) -> str | None:
    """Lower case A-labels (RFC 5890), or None where a host cannot be written so."""
    name = host.lower().rstrip(".")
    if ":" in name:
        return name if _is_address(name) else None
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    labels = name.split(".")
    fits = len(name) <= 253 and all(len(label) <= 63 and _HOST_LABEL.fullmatch(label) for label in labels)
    return name if fits else None


@lru_cache(maxsize=65_536)
def bare_host(host: str) -> str:
    """Without leading www., m. and amp., as long as more than a public suffix remains."""
    name = host
    while name.startswith(_PREFIXES):
        rest = name.partition(".")[2]
        if "." not in rest or rest == _suffix(rest):
            break
        name = rest
    return name


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


def _suffix(host: str) -> str | None:
    domain = tld.get_tld(f"http://x.{host}", fail_silently=True)
    return None if domain is None else str(domain)
