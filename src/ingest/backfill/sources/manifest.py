"""The manifest of a folder of pages (manifest.jsonl, .json, .csv or .tsv): each row names a file and the
address where it was published."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.backfill.sources.jsonrow import json_object
from ingest.errors import ConfigError

ManifestRow = dict[str, Any] | str
"""{file, url, published_at?, headline?}, or the text of an error where the row cannot be read."""
_NAMES = ("manifest.jsonl", "manifest.ndjson", "manifest.json", "manifest.csv", "manifest.tsv")


@dataclass(frozen=True, slots=True)
class Manifest:
    """A folder's manifest and its rows."""

    path: Path
    rows: list[ManifestRow]


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a folder; None where there is none, or none that names an address. Raises ConfigError
    for one in which no row can be read."""
    for name in _NAMES:
        path = folder / name
        if path.exists():
            rows = _rows(path)
            if rows and all(isinstance(row, str) for row in rows):
                raise _unusable(path, str(rows[0]))
            named = [row for row in rows if isinstance(row, str) or row.get("url")]
            return Manifest(path, named) if any(isinstance(row, dict) for row in named) else None
    return None


def _rows(path: Path) -> list[ManifestRow]:
    try:
        text = path.read_text("utf-8-sig")
        if path.suffix in (".csv", ".tsv"):
            return list(
                csv.DictReader(
                    io.StringIO(text, newline=""), delimiter="\t" if path.suffix == ".tsv" else ","
                )
            )
        return list(_of_whole(json.loads(text)) if path.suffix == ".json" else _of_lines(text))
    except (OSError, ValueError, RecursionError, csv.Error) as error:
        raise _unusable(path, str(error)) from None


def _of_whole(value: Any) -> Iterator[ManifestRow]:
    """The rows of a JSON file: a list of rows, or an object that maps each file to its address or its row."""
    if isinstance(value, dict):
        yield from (
            {"file": file, **(row if isinstance(row, dict) else {"url": row})} for file, row in value.items()
        )
    elif isinstance(value, list):
        yield from (row if isinstance(row, dict) else "no JSON object" for row in value)
    else:
        raise ValueError("neither a list nor an object")


def _of_lines(text: str) -> Iterator[ManifestRow]:
    for line in text.split("\n"):
        if line.strip():
            try:
                yield json_object(line)
            except ValueError as error:
                yield str(error)[:200]


def _unusable(path: Path, why: str) -> ConfigError:
    return ConfigError(
        f"{path}: cannot be read as a manifest ({why}); each row needs file and url: correct it, or remove it"
    )
