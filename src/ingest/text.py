"""Clean strings: control characters removed, HTML fragments turned into plain text, and the normalised form
in which texts are compared and hashed."""

from __future__ import annotations

import hashlib
import html
import re
import unicodedata
from typing import Any

# XML 1.0 allows only tab, LF and CR of C0, but feeds carry the others too; lone surrogates cannot be stored
# as UTF-8.
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\ufeff]"
)
_SURROGATE = re.compile("[\ud800-\udfff]")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
_NEWLINE = re.compile("\r\n?|[\x85\u2028\u2029]")
_SPACE = re.compile(r"\s+")
_TYPOGRAPHY = {
    **dict.fromkeys("‘’‚‛′ʼ`´", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−", "-"),
}
_TYPOGRAPHIC = re.compile(f"[{''.join(_TYPOGRAPHY)}]")

# Only real elements count as tags: wires write `Google <GOOG.O> rises`, and `5 < 6` is text.
_INLINE = (
    "a abbr acronym audio b bdi bdo big button cite code data del dfn em embed font i iframe img input ins "
    "kbd label map mark "
    "math meta link noscript object output param picture q s samp select small source span strike strong "
    "sub sup svg template "
    "textarea time track tt u var video wbr rp rt ruby script style nobr area base col colgroup applet canvas"
)
_BLOCK = (
    "address article aside blockquote body br caption center dd details dialog dir div dl dt fieldset "
    "figcaption figure footer "
    "form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li main menu nav ol optgroup "
    "option p pre section "
    "summary table tbody td tfoot th thead title tr ul"
)
_NAMES = {False: _INLINE.replace(" ", "|"), True: _BLOCK.replace(" ", "|")}
_SILENT = re.compile(
    r"<(script|style|template|noscript|iframe|svg|math)\b[^>]*>.*?(?:</\1\s*>|\Z)", re.I | re.S
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|<!\[CDATA\[|\]\]>|<!doctype[^>]*>|<\?[^>]*\?>", re.I | re.S)
_BLOCK_TAG = re.compile(rf"</?(?:{_NAMES[True]})(?:[\s/][^<>]*)?>", re.I)
_INLINE_TAG = re.compile(rf"</?(?:{_NAMES[False]})(?:[\s/][^<>]*)?>", re.I)
_OPEN_END = re.compile(rf"<(?:{_NAMES[True]}|{_NAMES[False]})\s[^<>]*\Z", re.I)

# Han, kana, Bopomofo, half-width kana and rare Han are written without spaces: each character counts as a
# word.
_CJK = re.compile(
    "[\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3040-\u30ff\u3100-\u312f\u31a0-\u31bf\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
_WORD = re.compile(r"\w+(?:[-'’.,/:]\w+)*")


def strip_control(text: str) -> str:
    """Removes control characters, byte order marks, lone surrogates and non-characters. Line ends become
    `\\n`, tabs stay."""
    return _CONTROL.sub("", _NEWLINE.sub("\n", text))


def utf8_safe(text: str) -> str:
    """The text with U+FFFD for each half of a surrogate pair, which UTF-8 cannot encode: JSON's escapes can
    name such halves (RFC 8259, 8.2), and Python decodes file names and raw header bytes to them."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def utf8_safe_values(value: Any) -> Any:
    """A value of lists, dicts and strings, as in JSON or rows, with utf8_safe applied to each string."""
    if isinstance(value, str):
        return utf8_safe(value)
    if isinstance(value, list | tuple):
        return [utf8_safe_values(element) for element in value]
    if isinstance(value, dict):
        return {utf8_safe_values(key): utf8_safe_values(element) for key, element in value.items()}
    return value


def plain_text(html_fragment: str) -> str:
    """A title or summary as one line of plain text.

    Tags, comments, scripts and styles are out, entities decoded (twice: feeds escape twice), whitespace
    collapsed. `<` before anything but an HTML element's name is text. The result may be ''.
    """
    text = strip_control(html_fragment)
    for _ in range(2):
        if "<" in text:
            text = _untag(text)
        if "&" not in text:
            break
        text = strip_control(html.unescape(text))
    if "<" in text:
        text = _untag(text)
    return squeeze(text)


def squeeze(text: str) -> str:
    """Makes each run of whitespace (no-break spaces too) one space, and removes it at the ends."""
    return _SPACE.sub(" ", text).strip()


def normalise(text: str) -> str:
    """The form two texts are compared in: NFKC, casefold, straight quotes and dashes, nothing invisible,
    single spaces.

    What a content system changes without touching the news (curly quotes, non-breaking spaces, capitals, soft
    hyphens) compares equal; words, digits and other punctuation do not. Idempotent.
    """
    plain = _straight(_CONTROL.sub("", text))
    if plain.isascii():  # what most news is, once its quotes are straight: nothing left for NFKC to do
        return " ".join(plain.lower().split())
    folded = _fold(plain)
    # Folding a compatibility character may yield one that the translation or NFKC itself must see again.
    if folded.casefold() != folded or _TYPOGRAPHIC.search(folded):
        folded = _fold(_straight(folded))
    return " ".join(folded.split())


def text_hash(text: str) -> str:
    """SHA-256 (64 hex digits) of the normalised text in UTF-8: equal for exact copies; the name in
    `urn:sha256:`."""
    return hashlib.sha256(normalise(text).encode()).hexdigest()


def line_hash(line: str) -> int:
    """63-bit hash of the normalised line, equal in every process and fit for a BIGINT column."""
    return int.from_bytes(hashlib.blake2b(normalise(line).encode(), digest_size=8).digest(), "big") >> 1


def word_count(text: str) -> int:
    """Returns the number of words: each CJK ideograph or kana is a word; Hangul is divided at its spaces;
    `co-op` and `3.5` are one word each."""
    spaced, cjk = _CJK.subn(" ", text)
    return cjk + sum(1 for _ in _WORD.finditer(spaced))


def _straight(text: str) -> str:
    """Straight quotes and dashes. A pattern that skips to the few signs it looks for is ten times quicker
    than translate()."""
    return _TYPOGRAPHIC.sub(lambda match: _TYPOGRAPHY[match[0]], text)


def _fold(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", _INVISIBLE.sub("", folded))


def _untag(text: str) -> str:
    text = _COMMENT.sub("", text)
    text = _SILENT.sub(" ", text)
    text = _OPEN_END.sub("", _BLOCK_TAG.sub(" ", text))
    return _INLINE_TAG.sub("", text)
