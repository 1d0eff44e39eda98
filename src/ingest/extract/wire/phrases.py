"""The set phrases of wires' own lines (phrases.toml), as alternatives for a regular expression."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=1)
def _table() -> dict[str, list[str]]:
    text = resources.files("ingest.extract.wire").joinpath("phrases.toml").read_text(encoding="utf-8")
    return dict(tomllib.loads(text))


def alternatives(name: str) -> str:
    """`(?:longest|...|shortest)` of the phrases under that name, each read literally."""
    return f"(?:{'|'.join(re.escape(phrase) for phrase in sorted(_table()[name], key=len, reverse=True))})"
