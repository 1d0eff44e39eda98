"""Host names: their ASCII form, the domain somebody registered, and the prefixes that name no other site."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

import idna
import tld

_PREFIXES = ("www.", "m.", "amp.")
_LONGEST_NAME = 1_000
"""Letters of a host above which it is not looked at: a name has at most 253 in ASCII."""
_HOST_LABEL = re.compile(r"[a-z0-9_-]+")


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
    """Lower case A-labels (RFC 5890) without the dots of the root, or None where a host cannot be written so.

    Names outside ASCII are mapped as browsers do (UTS 46, non-transitional: `straße.example` is another host
    than `strasse.example`), so that no link reaches a host that its writer did not mean. Emoji, underscores
    and hyphens at the ends are let through, since such hosts exist.
    """
    if len(host) > _LONGEST_NAME:
        return None
    if ":" in host:
        name = host.lower().rstrip(".")
        return name if _is_address(name) else None
    if host.isascii():
        name = host.lower()
    else:
        try:  # not str.lower(), which makes another letter of a sigma at the end of a word
            name = idna.uts46_remap(host, std3_rules=False, transitional=False)
        except idna.IDNAError:
            return None
    labels = [_a_label(label) for label in name.rstrip(".").split(".")]
    if not all(label and len(label) <= 63 and _HOST_LABEL.fullmatch(label) for label in labels):
        return None
    ascii_name = ".".join(label for label in labels if label)
    return ascii_name if len(ascii_name) <= 253 else None


def raw_host(netloc: str) -> str:
    """The host in the authority of a URL as it is written, without userinfo, brackets and port.
    (`SplitResult.hostname` makes it lower case by rules that are not those of host names.)"""
    host = netloc.rpartition("@")[2]
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _a_label(label: str) -> str | None:
    """The label in ASCII (UTS 46, 4: the mapping is done); None if it is no valid one."""
    if not label.startswith("xn--"):
        return label if label.isascii() else _punycode(label)
    try:
        text = label.removeprefix("xn--").encode("ascii").decode("punycode")
        # An A-label stands for a text outside ASCII that the mapping leaves as it is.
        mapped = idna.uts46_remap(text, std3_rules=False, transitional=False)
    except (UnicodeError, idna.IDNAError):
        return None
    return label if text == mapped and not text.isascii() and _punycode(text) == label else None


def _punycode(text: str) -> str | None:
    try:
        idna.check_initial_combiner(text)
        idna.check_bidi(text)
        joiners_fit = all(
            idna.valid_contextj(text, at) for at, letter in enumerate(text) if letter in "\u200c\u200d"
        )
    except (ValueError, idna.IDNAError):
        return None
    return f"xn--{text.encode('punycode').decode('ascii')}" if joiners_fit else None


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
