"""Decodes a feed's bytes into text, even where its declared encoding is wrong."""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

from ingest import charsets
from ingest.text import strip_control

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""", re.I)
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.I)
_TAG = re.compile(rb"<[^>]*>")
# Supersets that are meant by the narrower label (WHATWG Encoding, "labels").
_WIDER = {
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "iso8859-9": "cp1254",
    "euc_kr": "cp949",
}
_CANDIDATES = [
    "cp1251",
    "cp1252",
    "cp1250",
    "cp1256",
    "cp1253",
    "cp1254",
    "cp1255",
    "gb18030",
    "big5",
    "cp932",
    "euc_jp",
    "cp949",
    "koi8_r",
]
_LANGUAGE = re.compile(rb"""(?:<(?:dc:)?language>|xml:lang=["'])\s*([a-z]{2})""", re.I)
_SAMPLE = 20_000
_HIGH_RUN = re.compile(
    f"[\x80-\xff{bytes(set(range(0x80, 0xA0)) - {0x81, 0x8D, 0x8F, 0x90, 0x9D}).decode('cp1252')}]{{2,}}"
)


def decode(body: bytes, content_type: str | None, language: str | None = None) -> str:
    """Returns the document as text without control characters; those from U+0080 to U+009F are read as
    Windows-1252. Never raises; bytes that cannot be decoded become U+FFFD.

    A byte order mark decides first. Valid UTF-8 is UTF-8, whatever is declared: real feeds declare utf-16
    over it, and no other encoding looks like it by chance. Then come the HTTP charset and the XML
    declaration, and last the feed's language and detection from the text between the tags: cp1251 bytes that
    are declared as utf-8 are read as Cyrillic, not as mojibake.
    """
    return strip_control(charsets.with_windows_1252(_decoded(body, content_type, language)))


def _decoded(body: bytes, content_type: str | None, language: str | None) -> str:
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    wide = _wide(body)
    if wide:
        return body.decode(wide, "replace")
    declared = _declared(body, content_type)
    text = _as_utf8(body, declared)
    if text is None:
        text = _as_declared(body, declared)
    return _undoubled(text) if text is not None else _detected(body, language)


def _wide(body: bytes) -> str | None:
    """The name of a UTF-16 or UTF-32 without byte order mark, by the zero bytes beside ASCII markup (XML 1.0,
    appendix F)."""
    head = body[:4].ljust(4, b"x")
    zeros = "".join("0" if byte == 0 else "x" for byte in head)
    return {"x0x0": "utf-16-le", "0x0x": "utf-16-be", "x000": "utf-32-le", "000x": "utf-32-be"}.get(zeros)


def _declared(body: bytes, content_type: str | None) -> list[str]:
    """The encodings declared by HTTP and XML, in this order, by their Python names."""
    names = [match[1] for match in [_CHARSET.search(content_type or "")] if match]
    names += [match[1].decode("ascii", "ignore") for match in [_DECLARED.search(body[:1024])] if match]
    known: list[str] = []
    for name in names:
        try:
            codec = codecs.lookup(name).name
        except LookupError:
            continue
        known.append(_WIDER.get(codec, codec))
    return known


def _as_utf8(body: bytes, declared: list[str]) -> str | None:
    if any(name.startswith(("iso2022", "hz", "utf-7")) for name in declared):
        return None  # bytes of seven-bit encodings are valid ASCII
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    return charsets.as_cut_utf8(body)


def _undoubled(text: str) -> str:
    """The text without double encoding, where UTF-8 was taken for cp1252 and encoded once more (3 % of
    captured feeds). Nearly all runs of letters beyond ASCII must be double encoded: a text that only
    quotes some mojibake stays as it is."""
    runs = set(_HIGH_RUN.findall(text[: 20 * _SAMPLE]))
    doubled = sum(_undouble(run) != run for run in runs)
    if doubled < 5 or doubled * 10 < 9 * len(runs):
        return text
    return _HIGH_RUN.sub(lambda run: _undouble(run[0]), text)


def _undouble(run: str) -> str:
    try:
        return b"".join(
            char.encode("cp1252") if ord(char) > 255 else bytes([ord(char)]) for char in run
        ).decode("utf-8")
    except UnicodeError:
        return run


def _as_declared(body: bytes, declared: list[str]) -> str | None:
    for name in declared:
        if name.startswith("utf"):
            continue
        try:
            return body.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return None


def _detected(body: bytes, language: str | None) -> str:
    printed = _LANGUAGE.search(body[:8192])
    tag = language or (printed[1].decode("ascii", "ignore") if printed else "")
    written = charsets.code_pages(tag) or charsets.code_pages(tag[:2])  # feeds write `rus` and `russian`, too
    if written and written[0] != charsets.WESTERN:
        text = body.decode(written[0], "replace")
        if charsets.is_nearly_whole(text):
            return text
    words = b" ".join(part for part in _TAG.split(body) if any(byte > 127 for byte in part))[:_SAMPLE]
    high = sum(byte > 127 for byte in words)
    if high * 4 < len(words):  # a few accents among plain letters are western, unless the language is not
        return body.decode("cp1252", "replace")
    best = from_bytes(words, cp_isolation=_CANDIDATES).best()
    return body.decode(best.encoding if best else "cp1252", "replace")
