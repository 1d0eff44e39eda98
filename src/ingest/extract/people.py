"""Names as printed in bylines: who of them is a person, and which name an agency.

A byline names people, the house, its desks, agencies, trades and degrees: "By Ada Lind, Staff Writer",
"Von dpa", "John Roe The Associated Press", "Post Staff and agencies". Only people are authors.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import resources

from ingest.dates import month_number
from ingest.extract.wire.agencies import AgencyKind, AgencyTable

LONGEST = 80
# `von`, `di` and `de` are parts of names too: `Von Trapp`.
_BY = re.compile(
    r"(?:(?:analysis|opinion|commentary|review|photos?|written|words|story|text|article|reporting|reported|report|post|posted|published|updated"
    r"|geschrieben|verfasst|escrito|publicado|écrit|publié|propos recueillis|scritto)[ \xa0]+)?"
    r"(?:(?P<sure>by|par|por|door|texte?|autore?s?|auteure?s?|authors?|verfasser(?:in)?|yazan|oleh|автор|przez"
    r"|написал)|von|vom|di|da|de|av|af|fra)(?:\s*:\s*|\s+(?=[^\W\d_])|\s*\Z)",
    re.I,
)
_NICKNAME = re.compile(r"(?<=\w)\s\([^()]{1,12}\)\s(?=[A-ZÀ-Þ])")  # Ada (A.L.) Lind
_IN_PLACE = re.compile(r"\s+(?:in|à|en|aus)\s+[A-ZÀ-Þ][\w.'’-]+(?:\s[A-ZÀ-Þ][\w.'’-]+)?\Z")
_FULL_STOP = re.compile(r"[a-zß-ÿ]{3,}\.\Z")
# A label that the markup set beside the name without a space: `ByAda Lind`.
_GLUED_BY = re.compile(r"(?:By|Por|Par|Von)(?=[A-ZÀ-Þ][a-zß-ÿ]+\s[A-ZÀ-Þ])")
_SPLIT = re.compile(
    r"\s*(?:[;|•·]|,(?!\s*(?:Jr|Sr|II|III)\b)|\s[/–—-]\s|(?<=\w)/(?=\w)"
    r"|\s(?:and|und|et|y|&|e|och|og|en|ve|with|mit|avec|con|med|met|i|и|та|και)\s(?=[^\W\d_a-zß-ÿ]))\s*"
)
_SMALL_WITH = re.compile(r"^(?:and|und|with|mit|avec|con|for|of|from|via|the|und|from)\s+", re.I)
_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]?")
_LINK = re.compile(r"https?:|www\.|@\w", re.I)
_ADDRESS = re.compile(r"@|https?:|\w\.(?:com|net|org|info|example)\b|^\S*\w\.[a-z]{2,3}\Z", re.I)
_DEGREE = re.compile(
    r"(?:,?\s|^)(?:Ph\.?\s?D|M\.?D|D\.?O|J\.?D|R\.?N|R\.?D|B\.?S\.?N|B\.?A|B\.?Sc|M\.?A|M\.?S|M\.?Sc"
    r"|M\.?B\.?A|M\.?P\.?H|L\.?L\.?[BM]|D\.?D\.?S|D\.?V\.?M|Ed\.?D|Psy\.?D|Pharm\.?D|C\.?P\.?A|C\.?F\.?A"
    r"|C\.?F\.?P|Esq|LCSW|RDN|LDN|FAND|CSCS|LMFT|FACP|FRCS|MBE|OBE)\.?(?=,|\s|\Z)"
)
_WORDS: dict[str, list[str]] = tomllib.loads(
    resources.files("ingest.extract").joinpath("people.toml").read_text(encoding="utf-8")
)


def _any(name: str) -> str:
    return "|".join(map(re.escape, sorted(_WORDS[name], key=len, reverse=True)))


_NOBODY = frozenset(_WORDS["nobody"])
_TRADE = re.compile(
    rf"(?:^|\s+)(?:(?:{_any('ranks')})\s+)*(?:{_any('trades')})s?(?:\s+(?:at|for|in|of)\b.*)?\Z", re.I
)
_BODY = re.compile(
    rf"\b(?:{_any('bodies')}|press (?:association|trust|agency|release|office|service)|times of \w+"
    rf"|(?:the|daily|morning|evening|sunday|financial|national) (?:{_any('papers')}))\b|\.[a-z]{{2,3}}$",
    re.I,
)
_SURNAMES = re.compile(rf"\b(?:{_any('surnames')})\b", re.I)
_FIRM = re.compile(r"\b(?:AG|CO|FM|TV|PLC|LLC)\b")
_CLOCK = re.compile(
    r"^(?:updated|published|posted|last|on)\b|\d{1,2}[:.]\d\d|\b(?:19|20)\d\d\b|\b\d+ (?:min|hours?|days?)\b"
    r"|\bago$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed: people in printed order, and the agencies by their canonical names."""

    people: tuple[str, ...] = ()
    agencies: tuple[str, ...] = ()


def signed(
    raws: Iterable[str], agencies: AgencyTable, is_house: Callable[[str], bool] = lambda name: False
) -> Signed:
    """Returns the people and agencies of bylines, without labels, desks, bodies and the house, none twice."""
    people: dict[str, str] = {}
    wires: dict[str, None] = {}
    for raw in raws:
        if _LINK.search(raw) and " " not in raw.strip():
            continue
        bare = _bare(raw)
        for piece in [bare] if agencies.find(bare) else [*pieces(raw), *_in_brackets(raw, agencies)]:
            name, wire = _name_and_agency(piece, agencies)
            outlet = wire and agencies.find(wire)
            if wire and not (outlet and outlet.kind is AgencyKind.OUTLET and is_house(wire)):
                wires[wire] = None
            if name and is_person(name) and not is_house(name):
                people.setdefault(name.casefold(), name)
    return Signed(tuple(people.values()), tuple(wires))


def pieces(raw: str) -> list[str]:
    """The names in a byline without "By", degrees, trades and addresses: split at commas, bars and "and".

    A single word behind a full name or a body (`Ada Lind, London`) is its place, degree or trade.
    """
    parts = [_bare(part) for part in _SPLIT.split(_BRACKETS.sub("|", _bare(raw)))]
    parts = [part for part in parts if part and len(part) <= LONGEST]
    full = bool(parts) and (" " in parts[0] or not is_person(parts[0])) and "," in raw
    return [part for n, part in enumerate(parts) if not (n and full and _is_aside(part))]


def _in_brackets(raw: str, agencies: AgencyTable) -> list[str]:
    """What counts of the words in brackets: agencies, and people behind `with`."""
    inner = [text for match in _BRACKETS.finditer(raw) for text in pieces(match[1])]
    with_others = any(_SMALL_WITH.match(match[1]) for match in _BRACKETS.finditer(raw))
    return [text for text in inner if with_others or agencies.find(text)]


def _is_aside(part: str) -> bool:
    return " " not in part and part.isascii() and not _AGENCY_LIKE.match(part)


_AGENCY_LIKE = re.compile(r"[A-Z]{2,5}\Z|dpa|Reuters|Xinhua|Bloomberg|Kyodo|Ukrinform")
_ENDS = " \t\n\xa0,-–—:*|/&"


def _is_label(label: re.Match[str], rest: str) -> bool:
    return bool(
        label["sure"]
        or label[0].islower()
        or not rest
        or " " in rest
        or "." in rest
        or _AGENCY_LIKE.match(rest)
        or rest.casefold() in _NOBODY
    )


def _bare(text: str) -> str:
    """A name without label, degrees and place: `By Ada Lind, PhD in Karsund` is `Ada Lind`."""
    text = _NICKNAME.sub(" ", _GLUED_BY.sub("", text.strip(_ENDS).lstrip(".")))
    while (label := _BY.match(text)) and _is_label(label, text[label.end() :]):
        text = text[label.end() :].strip(_ENDS)
    text = _IN_PLACE.sub("", _DEGREE.sub("", text)).strip(_ENDS)
    return text[:-1] if _FULL_STOP.search(text) else text


def _name_and_agency(piece: str, agencies: AgencyTable) -> tuple[str | None, str | None]:
    """(the person, the agency) of a piece: `Ada Lind` , `AP Sports Writer`, `Ada Lind Associated Press`."""
    piece = _SMALL_WITH.sub("", piece)
    if piece.casefold().strip(" .") in _NOBODY:
        return None, None
    if wire := _agency(piece, agencies):
        return None, wire
    bare = _TRADE.sub("", piece).strip(" ,-–—")
    words = bare.split()
    if not words or (len(words) == 1 and bare != piece):
        return None, None
    for at in range(1, len(words)):
        rest = " ".join(words[at:])
        if at >= 2 and (wire := _agency(rest, agencies)):
            name = " ".join(words[:at]).strip(" ,-–—")
            return None if _agency(name, agencies) else name, wire
        if at <= 2 and (wire := _agency(" ".join(words[:at]), agencies, whole=True)):
            return None, wire  # AP Auto Desk, CNN Business
    return bare, None


def _agency(text: str, agencies: AgencyTable, *, whole: bool = False) -> str | None:
    """The agency that a text names, alone or with its desk (`Reuters Staff`, `AP Sports Writer`)."""
    known = agencies.find(text)
    if known and len(text) <= 4 and not (text.isupper() or text == known.name):
        return None  # Ani is a name, ANI an agency
    if known is None and not whole:
        bare = re.sub(r"^(?:the|of the|for the|for|of|from|via)\s+", "", text, flags=re.I)
        bare = _TRADE.sub("", bare)
        bare = re.sub(
            r"\s+(?:staff|news|agency|news agency|desk|contributors?|reports?)\Z", "", bare, flags=re.I
        )
        known = agencies.find(bare) if bare != text else None
    return known.name if known else None


def is_person(name: str) -> bool:
    """Whether a name may be a person's: no label, desk, body, trade, date or address."""
    low = name.casefold().strip(" .")
    words = name.split()
    if (
        low in _NOBODY
        or all(word in _NOBODY for word in low.split())
        or not 1 <= len(words) <= 7
        or len(name) > LONGEST
        or not any(map(str.isalpha, name))
    ):
        return False
    if _ADDRESS.search(name) or _CLOCK.search(name) or _TRADE.fullmatch(name):
        return False
    if any(char.isdecimal() for char in name) and " " in name:
        return False
    if (
        len(words) <= 2
        and any(month_number(word) for word in words)
        and (len(words) == 1 or words[0].islower())
    ):
        return False
    if _BODY.search(name) or _FIRM.search(name):
        return False
    return len(words) < 3 or not _SURNAMES.search(name)
