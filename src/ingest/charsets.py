"""Character sets, for feeds and pages alike: the code pages that each language was written in before UTF-8
(WHATWG Encoding and HTML, "locale"), and what tells broken UTF-8 from another encoding."""

from __future__ import annotations

import re

WESTERN = "cp1252"

# The commonest page of each language first.
_PAGES = {
    "cp1251 koi8_r koi8_u iso8859_5": "ru uk bg be mk kk ky tg",
    "cp1256 iso8859_6": "ar fa ur",
    "cp1255 iso8859_8": "he",
    "cp1253 iso8859_7": "el",
    "cp1254": "tr az",
    "cp1250 iso8859_2": "pl cs hu sk sl ro hr bs",
    "cp1257 iso8859_13": "lt lv et",
    "cp1258": "vi",
    "cp874": "th",
    "gb18030 big5": "zh",
    "cp932 euc_jp iso2022_jp": "ja",
    "cp949": "ko",
    WESTERN: "en de fr es it pt nl sv da no nb nn fi is fo ga gd cy br ca eu gl oc lb fy af sq id ms sw tl",
}
_BY_LANGUAGE = {
    language: tuple(pages.split()) for pages, languages in _PAGES.items() for language in languages.split()
}


def code_pages(language: str | None) -> tuple[str, ...]:
    """Returns Python's names of a language's code pages, the commonest first, by an ISO 639-1 code or a
    language tag; none for an unknown language."""
    tag = (language or "").lower().replace("_", "-")
    if tag.startswith(("zh-tw", "zh-hk", "zh-mo", "zh-hant")):
        return ("big5", "gb18030")
    return _BY_LANGUAGE.get(tag.partition("-")[0], ())


def as_cut_utf8(data: bytes) -> str | None:
    """Returns the text of UTF-8 with a few broken characters (U+FFFD), None for any other encoding.

    Texts cut by bytes (summaries, long pages) break a character here and there; another encoding breaks
    nearly all characters beyond ASCII.
    """
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    whole = len(text) - broken - sum(map(text.count, map(chr, range(128))))
    return text if broken * 10 <= whole else None


def is_nearly_whole(text: str) -> bool:
    """Returns whether at most one character in a hundred could not be decoded (U+FFFD)."""
    return text.count("\ufffd") * 100 <= len(text)


_C1 = re.compile("[\x80-\x9f]")
_C1_REFERENCE = re.compile(r"&#(?:x0*([89][0-9a-f])|0*(12[89]|1[345]\d))(?:;|(?![0-9a-f;]))", re.I)
_WINDOWS_1252 = {chr(byte): bytes([byte]).decode("cp1252", "ignore") for byte in range(0x80, 0xA0)}


def with_windows_1252(text: str) -> str:
    """Returns the text with U+0080 to U+009F, as characters or numeric references, read as the bytes of
    Windows-1252, which they were before somebody took them for ISO 8859-1; browsers do the same (WHATWG HTML,
    numeric character reference end state). The five that Windows-1252 does not define are dropped."""
    if "&#" in text:
        text = _C1_REFERENCE.sub(_referenced, text)
    return text if text.isascii() else _C1.sub(lambda match: _WINDOWS_1252[match[0]], text)


def _referenced(reference: re.Match[str]) -> str:
    return _WINDOWS_1252[chr(int(reference[1], 16) if reference[1] else int(reference[2]))]
