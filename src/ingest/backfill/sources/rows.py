"""The rows of a file that another tool wrote: JSON lines, an array, one object (over one line or many), or a
table with a header. What kind it is, its first bytes tell.

A row that cannot be read is yielded with the reason; the rows after it are read all the same.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ingest.backfill.sources.fields import WRAPPERS, names_url
from ingest.backfill.sources.jsonrow import json_object

LINE_CAP = 256_000_000
"""Most bytes of one line or object: more is no article, and would fill the memory."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row: its number (from 1; of its line where a row is one line), its first line, and its values, or
    why it cannot be read."""

    number: int
    line: int
    values: Mapping[str, Any] | None = None
    why: str | None = None


def _whole() -> bool:
    return False


def _never(_: bytes) -> bool:
    return False


def lines_of(
    pieces: Iterable[bytes],
    is_cut: Callable[[], bool] = _whole,
    is_complete: Callable[[bytes], bool] = _never,
) -> Iterator[bytes]:
    """The lines, without their ends. The last is yielded too where no line end follows it, unless `is_cut`
    then says that the file was cut there: half a line is none. `is_complete` tells of a line whether it is
    whole all the same."""
    rest = b""
    for piece in pieces:
        if b"\n" not in piece and b"\r" not in piece:
            rest += piece
            if len(rest) > LINE_CAP:
                yield rest[:LINE_CAP]
                rest = b""
            continue
        whole = (rest + piece).replace(b"\r\n", b"\n")
        rest = b""
        if whole.endswith(b"\r"):  # its other half may come with the next piece
            whole, rest = whole[:-1], b"\r"
        *lines, last = whole.split(b"\n")
        yield from lines
        rest = last + rest
    if rest.strip(b"\r") and (not is_cut() or is_complete(rest)):
        yield rest.rstrip(b"\r")


def rows_of(pieces: Iterable[bytes], is_cut: Callable[[], bool] = _whole) -> Iterator[FileRow]:
    """The rows of a file in UTF-8. `is_cut` tells at the end of the pieces whether the file was cut there:
    then the row that it was cut in is left out."""
    stream = iter(pieces)
    head = b""
    for piece in stream:
        head += piece
        if b"\n" in head.lstrip() or len(head) > 1 << 20:
            break
    first = head.lstrip()
    again = _chain(head, stream)
    if _ARRAY_OF_TEXTS.match(first):
        yield from _addresses(b"".join(again), is_cut)
    elif _ARRAY_OF_OBJECTS.match(first):
        yield from _values(again, 1, is_cut)
    elif first[:1] == b"{":
        line = first.split(b"\n", 1)[0].strip()
        yield from _json_lines(again, is_cut) if _is_one_line(line) else _values(again, 0, is_cut)
    elif delimiter := table_delimiter(first.split(b"\n", 1)[0]):
        yield from table_rows(lines_of(again, is_cut), delimiter)
    else:
        yield from _json_lines(again, is_cut)


_ARRAY_OF_OBJECTS = re.compile(rb"\[\s*(?:\{|\]|\Z)")
"""How a file begins that is one array of rows. A line of brackets alone is one damaged line among others."""


_ARRAY_OF_TEXTS = re.compile(rb'\[\s*"')


def _addresses(text: bytes, is_cut: Callable[[], bool]) -> Iterator[FileRow]:
    """The rows of a file that is one array of addresses; else its lines, as any others."""
    try:
        array = json.loads(text)
    except (ValueError, RecursionError):
        array = None
    if not isinstance(array, list) or not all(_is_address(item) for item in array):
        yield from _json_lines([text], is_cut)
        return
    for number, url in enumerate(array, 1):
        yield FileRow(number, number, {"url": url})


def _is_address(item: Any) -> bool:
    return isinstance(item, str) and item.lower().startswith(("http://", "https://"))


def _chain(head: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    if head:
        yield head
    yield from rest


def _is_one_line(line: bytes) -> bool:
    """True where a line that begins an object is an object by itself, or was meant to be one."""
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return not re.search(rb"[{\[,]$", line)
    return True


def _json_lines(pieces: Iterable[bytes], is_cut: Callable[[], bool]) -> Iterator[FileRow]:
    for number, line in enumerate(lines_of(pieces, is_cut, _is_object), 1):
        # Each row of a JSON text sequence begins with U+001E (RFC 7464).
        if row := line.strip(b" \t\r\0\x1e"):
            yield from _of_text(row, number, number)


def _is_object(line: bytes) -> bool:
    try:
        json_object(line)
    except ValueError:
        return False
    return True


def _of_text(text: bytes, number: int, line: int) -> Iterator[FileRow]:
    try:
        row = json_object(text)
    except ValueError as error:
        if text.lstrip()[:1] == b"{" and "Extra data" in str(error):  # several objects on one line
            yield from (replace(row, line=line) for row in _values([text], 0, _whole))
            return
        yield FileRow(number, line, why=str(error)[:200])
        return
    wrapped = next((row[name] for name in WRAPPERS if _is_list_of_rows(row.get(name))), None)
    if wrapped is None or any(isinstance(row.get(name), str) for name in ("url", "text", "html")):
        yield FileRow(number, line, row)
        return
    for place, inner in enumerate(wrapped, 1):
        if isinstance(inner, dict):
            source = inner.get("_source")
            yield FileRow(place, line, source if isinstance(source, dict) else inner)
        else:
            yield FileRow(place, line, why="no JSON object")


def _is_list_of_rows(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


_MARKS = re.compile(rb'\\.|["{}\[\]]', re.S)


def _values(pieces: Iterable[bytes], depth: int, is_cut: Callable[[], bool]) -> Iterator[FileRow]:
    """The objects of an array (`depth` 1), or objects one after another (0), over any number of lines. They
    are told apart by their braces, so that one that is no JSON does not hide those after it."""
    held: list[bytes] = []
    size, level, quoted, inside = 0, 0, False, False
    line, begun, number, carry = 1, 1, 0, b""
    for piece in pieces:
        data = carry + piece
        slashes = len(data) - len(data.rstrip(b"\\"))
        carry = b"\\" if slashes % 2 else b""  # the character that it escapes comes with the next piece
        data = data[: len(data) - len(carry)]
        begin = 0
        for match in _MARKS.finditer(data):
            mark = match[0]
            if mark == b'"':
                quoted = inside and not quoted
            elif quoted or len(mark) == 2:
                continue
            elif mark in b"{[":
                if not inside and mark == b"{":
                    inside, level, begin = True, depth, match.start()
                    begun = line + data.count(b"\n", 0, begin)
                level += 1
            else:
                level = max(level - 1, 0)
                if inside and level <= depth:
                    number += 1
                    held.append(data[begin : match.end()])
                    yield from _of_text(b"".join(held), number, begun)
                    held, size, inside = [], 0, False
        if inside:
            held.append(data[begin:])
            size += len(held[-1])
            if size > LINE_CAP:
                break
        line += data.count(b"\n")
    if inside and not is_cut():
        why = (
            f"an object of over {LINE_CAP:,} bytes" if size > LINE_CAP else "the file ends inside this object"
        )
        yield FileRow(number + 1, begun, why=why)


# -- tables --------------------------------------------------------------------------------------------------

csv.field_size_limit(LINE_CAP)


def table_delimiter(header: bytes) -> str | None:
    """What separates the columns of a table, by its header: one of at least two columns, with one for the
    address or the text. None for a line that is no such header."""
    line = header.decode("utf-8", "replace").strip("\r\n")
    for delimiter in ("\t", ";", ",", "|"):
        try:
            cells = next(csv.reader([line], delimiter=delimiter), [])
        except csv.Error:
            continue
        if len(cells) > 1 and names_url(cells):
            return delimiter
    return None


def table_rows(lines: Iterable[bytes], delimiter: str) -> Iterator[FileRow]:
    """The rows of a table, each as its values by the names of the header."""
    text = (f"{line.decode('utf-8', 'replace')}\n".replace("\0", "") for line in lines)
    reader = csv.reader(text, delimiter=delimiter)
    header: list[str] = []
    number = 0
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield FileRow(number + 1, line, why=f"not CSV: {error}")
            continue
        if cells is None:
            return
        if not any(cell.strip() for cell in cells):
            continue
        if not header:
            header = cells
            continue
        number += 1
        if len(cells) > len(header):
            # An address with a comma, in a file that quotes nothing.
            cells = [*cells[: len(header) - 1], delimiter.join(cells[len(header) - 1 :])]
        yield FileRow(number, line, dict(zip(header, cells, strict=False)))
