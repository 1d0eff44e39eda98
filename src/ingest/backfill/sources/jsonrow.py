"""A line of JSON as somebody's tool wrote it: an object, or why it is none; its strings such as can be
stored. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ingest.text import unhalved


def json_object(line: bytes | str) -> dict[str, Any]:
    """Raises ValueError, and nothing else, for what is no JSON object."""
    try:
        row = json.loads(line)
    except ValueError as error:
        raise ValueError(f"not JSON: {error}") from None
    except RecursionError:
        raise ValueError("not JSON: nested too deep") from None
    if not isinstance(row, dict):
        raise ValueError("no JSON object")
    return row


def said(row: Mapping[str, Any], name: str) -> str | None:
    """The text of a field; None where it is blank, or no text."""
    value = row.get(name)
    return unhalved(value) if isinstance(value, str) and value.strip() else None
