"""The text of a page from its bytes: byte order mark, header's UTF-16, UTF-8, what is declared, else its
language's code page."""

from __future__ import annotations

import codecs
import re

import py3langid
from trafilatura.utils import detect_encoding

from ingest import charsets

_META_CHARSET = re.compile(
    rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})|encoding=["']([\w.:-]{2,40})["']""", re.I
)
_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.I)
_META_LANGUAGE = re.compile(
    rb"""<html\b[^>]{0,400}?\s(?:xml:)?lang\s*=\s*["']?\s*([a-z]{2}(?:[-_][a-z]+)?)\b|"""
    rb"""<meta[^>]{0,200}?content-language["'][^>]{0,100}?content\s*=\s*["']?\s*([a-z]{2}"""
    rb"""(?:[-_][a-z]+)?)\b""",
    re.I,
)
_HEAD = 4_096
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_WIDE = {
    **dict.fromkeys(("utf-16", "utf16", "unicode", "ucs-2", "iso-10646-ucs-2"), ("utf-16-le", "utf-16-be")),
    **dict.fromkeys(("utf-16le", "utf-16-le", "utf16le", "unicodefeff"), ("utf-16-le",)),
    **dict.fromkeys(("utf-16be", "utf-16-be", "utf16be", "unicodefffe"), ("utf-16-be",)),
}
_MARKUP = re.compile(r"<[a-z!?/]", re.I)
_SILENT = re.compile(rb"<(script|style)\b.*?(?:</\1|\Z)|<!--.*?(?:-->|\Z)|<[^<>]*>", re.I | re.S)
_SAMPLE = 20_000
_SPOKEN = 200  # letters that a text needs before its language is detected


def text_of(page: bytes | str, content_type: str | None = None, language: str | None = None) -> str:
    """Returns the page as text. `language` is the feed's, for a page that names none. Never raises."""
    if isinstance(page, str):
        return page
    for mark, name in _BOMS:
        if page.startswith(mark):
            return page.decode(name, "replace")
    if (text := _wide(page, content_type)) is not None:
        return text
    try:
        return page.decode("utf-8")  # what is valid UTF-8 is UTF-8, whatever it declares
    except UnicodeDecodeError:
        pass
    for name in _declared(page, content_type):
        try:
            return page.decode(name)
        except (LookupError, UnicodeError):  # the codec named `undefined` raises the plain one
            continue
    if (text := charsets.as_cut_utf8(page)) is not None:
        return text
    return page.decode(_guessed(page, language), "replace")


def _wide(page: bytes, content_type: str | None) -> str | None:
    """As the header's UTF-16, where that gives markup: servers say so of UTF-8 too. A page cannot say it of
    itself."""
    for label in _HEADER_CHARSET.findall(content_type or "")[:1]:
        for name in _WIDE.get(label.lower(), ()):
            text = page.decode(name, "replace")
            if _MARKUP.search(text[:_HEAD]) and charsets.is_nearly_whole(text):
                return text
    return None


def _declared(page: bytes, content_type: str | None) -> list[str]:
    names = _HEADER_CHARSET.findall(content_type or "")
    names += [(a or b).decode("ascii", "replace") for a, b in _META_CHARSET.findall(page[:_HEAD])]
    # the WHATWG rule: what calls itself Latin-1 is windows-1252, gb2312 is gbk
    alias = {"iso-8859-1": "windows-1252", "latin-1": "windows-1252", "gb2312": "gb18030", "gbk": "gb18030"}
    # and a page whose label could be read by bytes is not UTF-16
    return [alias.get(name.lower(), name.lower()) for name in names if name.lower() not in _WIDE]


def _guessed(page: bytes, language: str | None) -> str:
    """The code page of the language that the page (or its feed) names; detection where that does not fit the
    bytes.

    Detection alone takes a few accents in English for Polish. Templates name `en` over texts in every
    language, so a western name is held against the text itself.
    """
    words = b" ".join(_SILENT.sub(b" ", page).split())
    named = _named(page) or language
    plain = sum(byte > 127 for byte in words[:_SAMPLE]) * 4 < len(words[:_SAMPLE])
    written = charsets.code_pages(named)
    if plain and written[:1] in ((), (charsets.WESTERN,)):
        written = charsets.code_pages(_spoken(words)) or written
    elif not plain and written[:1] == (charsets.WESTERN,):
        written = ()  # hardly a letter of it is Latin
    return _fitting(page, words, written)


def _fitting(page: bytes, words: bytes, written: tuple[str, ...]) -> str:
    """The first guess of the detection that the language was written in, else the language's usual code page,
    if it fits."""
    guesses = [codecs.lookup(name).name for name in detect_encoding(page) if _known(name)]
    known = {codecs.lookup(name).name for name in written}
    if guess := next((name for name in guesses if name in known), None):
        return guess
    if written and words.decode(written[0], "replace").count("\ufffd") * 100 <= len(words):
        return written[0]
    return next(iter(guesses), "utf-8")


def _named(page: bytes) -> str | None:
    match = _META_LANGUAGE.search(page[:_HEAD])
    return (match[1] or match[2]).decode("ascii") if match else None


def _spoken(words: bytes) -> str | None:
    """The language of a text whose letters are nearly all ASCII: a few wrong ones do not hide it."""
    text = words[:_SAMPLE].decode(charsets.WESTERN, "replace")
    return str(py3langid.classify(text)[0]) if len(text) >= _SPOKEN else None


def _known(name: str) -> bool:
    try:
        return bool(codecs.lookup(name))
    except LookupError:
        return False
