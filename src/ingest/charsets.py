"""The code pages that each language was written in before UTF-8, the commonest first (WHATWG Encoding and
HTML, "locale")."""

from __future__ import annotations

WESTERN = "cp1252"

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


def of(language: str | None) -> tuple[str, ...]:
    """Python's names of a language's code pages, by an ISO 639-1 code or a language tag; none for an unknown
    language."""
    tag = (language or "").lower().replace("_", "-")
    if tag.startswith(("zh-tw", "zh-hk", "zh-mo", "zh-hant")):
        return ("big5", "gb18030")
    return _BY_LANGUAGE.get(tag.partition("-")[0], ())
