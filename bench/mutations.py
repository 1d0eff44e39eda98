"""Seeded damage to the bytes of a file: what disks, transfers, proxies, content systems and attackers do."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from random import Random

NESTING = 3_000
"""Elements or brackets inside one another: more than the recursion limit of Python."""
_CONTROLS = tuple(bytes((byte,)) for byte in (0, 1, 8, 11, 12, 13, 26, 27, 127, 0x85, 0xA0, 0xAD, 0xFF))
_ENTITIES = (
    b"&",
    b"&nbsp;",
    b"&#0;",
    b"&#xD800;",
    b"&#x110000;",
    b"&#99999999999;",
    b"&x;",
    b"&amp;amp;",
    b"&#8;",
)
_MARKUP = (
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"-->",
    b"<",
    b">",
    b"<?xml version='1.0'?>",
    b"<!DOCTYPE x [<!ENTITY a 'b'>]>",
    b'"',
    b"'",
    b"{",
    b"}",
    b"[",
    b"]",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"\r\n\r\n",
    b"\n",
    b"\x1f\x8b\x08",
    b"BZh9",
    b"<script>",
    b"WARC/1.1\r\n",
    b"HTTP/1.1 200 OK\r\n\r\n",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"PK\x03\x04",
)
_NUMBERS = (b"0", b"-1", b"1e999", b"NaN", b"99999999999999999999999999", b"1" * 5_000, b"0x7f", b"\xd9\xa3")
_ENCODINGS = ("utf-16", "utf-16-le", "utf-32", "utf-8-sig", "cp037", "utf-7", "shift_jis", "cp1252")
_HEADS = (
    b"",
    b"\n\n",
    b"<br />\n<b>Warning</b>: x in <b>y.php</b><br />\n",
    b"\0\0",
    b"<html>",
    b"\x1f\x8b",
    b"[",
    b"{",
)


def mutate(body: bytes, chance: Random) -> bytes:
    """Returns `body` with one to three kinds of damage; never the same for two states of `chance`."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        body = chance.choice(_MUTATIONS)(body, chance)
    return body


def first_difference(one: bytes, other: bytes) -> int:
    """The place of the first byte that differs: the length of the shorter one where it begins the other."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def equal_end(one: bytes, other: bytes) -> int:
    """The number of bytes at the end that both have."""
    return first_difference(one[::-1], other[::-1])


def _flip_bits(body: bytes, chance: Random) -> bytes:
    out = bytearray(body)
    for _ in range(chance.choice((1, 1, 2, 8, 64)) if out else 0):
        out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
    return bytes(out)


def _cut(body: bytes, chance: Random) -> bytes:
    return body[: _place(body, chance)]


def _remove(body: bytes, chance: Random) -> bytes:
    start, end = _block(body, chance)
    return body[:start] + body[end:]


def _repeat(body: bytes, chance: Random) -> bytes:
    start, end = _block(body, chance)
    return body[:end] + body[start:end] * chance.choice((1, 1, 2, 30)) + body[end:]


def _swap(body: bytes, chance: Random) -> bytes:
    one, two, three, four = sorted(_place(body, chance) for _ in range(4))
    return body[:one] + body[three:four] + body[two:three] + body[one:two] + body[four:]


def _insert(body: bytes, chance: Random) -> bytes:
    piece = chance.choice(chance.choice((_CONTROLS, _ENTITIES, _MARKUP)))
    at = _place(body, chance)
    return body[:at] + piece * chance.choice((1, 1, 1, 3, 200)) + body[at:]


def _reencode(body: bytes, chance: Random) -> bytes:
    """The whole, or a part of it, in another encoding than the rest and its declaration."""
    start, end = (0, len(body)) if chance.random() < 0.4 else _block(body, chance)
    name = chance.choice(_ENCODINGS)
    return body[:start] + body[start:end].decode("utf-8", "replace").encode(name, "replace") + body[end:]


def _nest(body: bytes, chance: Random) -> bytes:
    at, deep = _place(body, chance), chance.choice((50, NESTING))
    begin, end = chance.choice(
        ((b"<a>", b"</a>"), (b"[", b"]"), (b'{"a":', b"}"), (b"<div>", b""), (b"(", b")"))
    )
    return body[:at] + begin * deep + (end * deep if chance.random() < 0.5 else b"") + body[at:]


def _number(body: bytes, chance: Random) -> bytes:
    """Another number in place of one: a date, a length, a status, a version."""
    digits = [at for at in range(len(body)) if body[at : at + 1].isdigit()] if len(body) < 20_000 else []
    at = chance.choice(digits) if digits else _place(body, chance)
    end = at
    while end < len(body) and body[end : end + 1].isdigit():
        end += 1
    return body[:at] + chance.choice(_NUMBERS) + body[end:]


def _head(body: bytes, chance: Random) -> bytes:
    """Damage to the first bytes, where formats and encodings are told apart."""
    left_out = chance.choice((0, 1, 3, 16))
    return chance.choice(_HEADS) + body[left_out:]


def _gzip_damage(body: bytes, chance: Random) -> bytes:
    packed = bytearray(gzip.compress(body, 1, mtime=0))
    kind = chance.randrange(5)
    if kind == 0:
        return bytes(packed)
    if kind == 1:
        return bytes(packed[: chance.randrange(len(packed))])
    if kind == 2:
        packed[chance.randrange(min(12, len(packed)))] ^= 1 << chance.randrange(8)
        return bytes(packed)
    if kind == 3:
        packed[-chance.randrange(1, 9)] ^= 255
        return bytes(packed) + chance.choice((b"", b"\0" * 20, b"garbage", bytes(packed)))
    return _flip_bits(bytes(packed), chance)


_MUTATIONS: tuple[Callable[[bytes, Random], bytes], ...] = (
    _flip_bits,
    _cut,
    _remove,
    _repeat,
    _swap,
    _insert,
    _insert,
    _reencode,
    _nest,
    _number,
    _head,
    _gzip_damage,
)


def _place(body: bytes, chance: Random) -> int:
    return chance.randint(0, len(body))


def _block(body: bytes, chance: Random) -> tuple[int, int]:
    start = _place(body, chance)
    return start, min(len(body), start + chance.choice((1, 10, 200, 5_000)))
