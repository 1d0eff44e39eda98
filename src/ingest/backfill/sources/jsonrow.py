"""One line of JSON, as any tool may have written it, and its text fields in a form that can be stored.
Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ingest.text import utf8_safe


def json_object(line: bytes | str) -> dict[str, Any]:
    """The JSON object on a line. Raises ValueError, and nothing else, for any other line."""
    try:
        row = json.loads(line)
    except ValueError as error:
        raise ValueError(f"not JSON: {error}") from None
    except RecursionError:
        raise ValueError("not JSON: nested too deep") from None
    if not isinstance(row, dict):
        raise ValueError("no JSON object")
    return row


def text_field(row: Mapping[str, Any], name: str) -> str | None:
    """The text of a field; None where the field is missing, blank or not text."""
    value = row.get(name)
    return utf8_safe(value) if isinstance(value, str) and value.strip() else None
