"""JSON as content systems print it when they print it wrong: raw line breaks in strings, commas before a
bracket, remarks, an end that is missing."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from json import decoder
from typing import Any

_SPACE = re.compile(r"(?:[\s\ufeff]+|//[^\n]*|/\*.*?\*/|<!--.*?-->)*", re.S)
_LITERAL = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|NaN|-?Infinity|undefined")
_NEXT_OBJECT = re.compile(r"\}\s*,\s*(?=\{\s*\")")
_CONSTANTS = {"true": True, "false": False}
_DEEPEST = 100
"""Nested lists and objects; a JSON Feed has four, and its extensions a few more."""


@dataclass(frozen=True, slots=True)
class LooseObject:
    """What could be read of a JSON object. `fault` says what is wrong first and where, None where nothing
    is. `whole`: it was read to its end. `unreadable` counts the values of its lists that could not be read; a
    text that breaks off within one counts it."""

    value: dict[str, Any]
    fault: str | None
    whole: bool = True
    unreadable: int = 0


class _Broken(Exception):
    """The text cannot be read at `position`."""

    def __init__(self, position: int, place: str, what: str) -> None:
        super().__init__(f"{place}: {what}")
        self.position = position


def read_object(text: str, start: int) -> LooseObject:
    """Returns the object that begins at `start`. Of its lists the values before a fault are kept, and those
    from the next object on; where the text breaks off, what comes before. Raises ValueError where nothing
    can be read."""
    fault = None
    try:
        value, end = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        reader = _Reader(text)
        value = {}
        try:
            end = reader.read_object(start, value, 0)
        except _Broken as broken:
            if not value:
                raise ValueError(str(broken)) from None
            return LooseObject(value, reader.first_fault or str(broken), False, reader.unreadable)
        return LooseObject(value, reader.first_fault, True, reader.unreadable)
    if _is_text(text, end):
        fault = f"{_place(text, end)}: more text after the end of the object"
    return LooseObject(value, fault)


def _is_text(text: str, position: int) -> bool:
    """Whether what follows is more than the closing of a function call, which some feeds are wrapped in."""
    return bool(text[position:].strip(" \t\r\n;)"))


def _place(text: str, position: int) -> str:
    line_start = text.rfind("\n", 0, position) + 1
    return f"line {text.count(chr(10), 0, position) + 1}, column {position - line_start + 1}"


class _Reader:
    """Reads values into containers that the caller holds, so that they are kept where the text breaks off."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.first_fault: str | None = None
        self.unreadable = 0

    def read_object(self, start: int, into: dict[str, Any], depth: int) -> int:
        """Reads the object at `start` into `into`; returns where it ends."""
        position = self._skip(start + 1)
        while (sign := self._sign(position)) != "}":
            if sign == ",":
                self._note(position, "a comma too many")
                position = self._skip(position + 1)
                continue
            name, position = self._string(position)
            position = self._skip(position)
            if self._sign(position) != ":":
                raise self._broken(position, "a name without a value")
            position = self._value_into(self._skip(position + 1), into, name, depth)
            position = self._next(position, "}")
        return position + 1

    def _list(self, start: int, into: list[Any], depth: int) -> int:
        position = self._skip(start + 1)
        while (sign := self._sign(position)) != "]":
            if sign == ",":
                self._note(position, "a comma too many")
                position = self._skip(position + 1)
                continue
            holder: dict[str, Any] = {}
            try:
                position = self._value_into(position, holder, "value", depth)
                into.append(holder["value"])
                position = self._next(position, "]")
            except _Broken as broken:
                if depth > 1:
                    raise
                self.unreadable += not holder
                position = self._after(broken)
        return position + 1

    def _after(self, broken: _Broken) -> int:
        """Where the next object begins after a value of the outermost list that cannot be read."""
        self.first_fault = self.first_fault or str(broken)
        following = _NEXT_OBJECT.search(self._text, broken.position)
        if following is None:
            raise broken
        return following.end()

    def _value_into(self, position: int, into: dict[str, Any], name: str, depth: int) -> int:
        sign = self._sign(position)
        if sign in "{[" and depth >= _DEEPEST:
            raise self._broken(position, f"nested deeper than {_DEEPEST} levels")
        if sign == "{":
            inner: dict[str, Any] = {}
            end = self.read_object(position, inner, depth + 1)
            into[name] = inner
            return end
        if sign == "[":
            values: list[Any] = []
            if depth == 0:
                into[name] = values  # the items before a break are kept
            end = self._list(position, values, depth + 1)
            into[name] = values
            return end
        if sign == '"':
            into[name], end = self._string(position)
            return end
        literal = _LITERAL.match(self._text, position)
        if literal is None:
            raise self._broken(position, f"no value begins with {sign!r}")
        into[name] = _literal(literal[0])
        return literal.end()

    def _string(self, position: int) -> tuple[str, int]:
        if self._sign(position) != '"':
            raise self._broken(position, "a name without quotes")
        try:
            text, end = decoder.scanstring(self._text, position + 1, False)  # type: ignore[attr-defined]
            if "\n" in self._text[position:end]:
                self._note(position, "a raw line break in a string")
            return str(text), int(end)
        except ValueError as error:
            raise self._broken(
                getattr(error, "pos", position), getattr(error, "msg", "a broken string")
            ) from None

    def _next(self, position: int, closing: str) -> int:
        """The position after the comma that follows a value, or of the closing bracket."""
        position = self._skip(position)
        sign = self._sign(position)
        if sign == closing:
            return position
        if sign != ",":
            raise self._broken(position, f"{sign!r} where a comma or {closing!r} is due")
        following = self._skip(position + 1)
        if following < len(self._text) and self._text[following] == closing:
            self._note(position, "a comma too many")
        return following

    def _skip(self, position: int) -> int:
        match = _SPACE.match(self._text, position)
        return match.end() if match else position

    def _sign(self, position: int) -> str:
        if position >= len(self._text):
            raise self._broken(position, "the text ends in the middle")
        return self._text[position]

    def _note(self, position: int, what: str) -> None:
        self.first_fault = self.first_fault or f"{_place(self._text, position)}: {what}"

    def _broken(self, position: int, what: str) -> _Broken:
        return _Broken(position, _place(self._text, position), what)


def _literal(text: str) -> object:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text.lstrip("-")[:1].isdigit():
        return float(text) if re.search(r"[.eE]", text) else int(text[:400])
    return None
