"""`ingest dedup`: which of many texts are copies of each other."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import click

from ingest import dates
from ingest.dedup.batch import TextRow, copy_groups
from ingest.errors import ConfigError
from ingest.model import StampSource


@click.command("dedup")
@click.argument("source", metavar="FILE|-")
def dedup_command(source: str) -> int:
    """Group the texts of a file of JSON lines into copies of each other; - is stdin.

    Reads {id, text, headline?, published_at?, publisher?, agency?} and prints {id, copy_group, is_canonical,
    kind, containment, slot_agreement}, in the order of the input, after all of it is read. Memory stays
    bounded.
    """
    if source == "-":
        _answer(sys.stdin.buffer)
        return 0
    try:
        with Path(source).open("rb") as lines:
            _answer(lines)
    except OSError as error:
        raise ConfigError(
            f"{source}: cannot be read ({error.strerror}); give a file of JSON lines or -"
        ) from None
    return 0


def _answer(lines: IO[bytes]) -> None:
    for row in copy_groups(_rows(lines)):
        answer = {
            "id": row.id,
            "copy_group": row.copy_group,
            "is_canonical": row.is_canonical,
            "kind": row.kind,
            "containment": round(row.containment, 4),
            "slot_agreement": round(row.slot_agreement, 4),
        }
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _rows(lines: IO[bytes]) -> Iterator[TextRow]:
    now = datetime.now(UTC)
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            id, text = row["id"], row["text"]
        except (ValueError, KeyError, TypeError):
            raise ConfigError(
                f"line {number}: not a JSON object with id and text; correct the line or leave it out"
            ) from None
        at = _instant(row.get("published_at"), now)
        yield TextRow(
            id=str(id),
            text=str(text or ""),
            headline=row.get("headline"),
            published_at=at,
            publisher=row.get("publisher"),
            agency=row.get("agency"),
        )


def _instant(raw: object, now: datetime) -> datetime | None:
    """An ISO 8601 time of any year (a caller's own archive may be old), or a date as feeds write it; None
    when it is neither."""
    if not raw:
        return None
    try:
        at = datetime.fromisoformat(str(raw).replace("Z", "+00:00"))
    except ValueError:
        stamp = dates.resolve(str(raw), source=StampSource.FEED, now=now)
        return stamp.at if stamp else None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
