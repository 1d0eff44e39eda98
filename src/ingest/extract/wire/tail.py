"""A credit at the end of a story: `... he said. (AFP)`, `— Ukrinform.`, or a last line that is only the agency's name."""

from __future__ import annotations

import re

from ingest.extract.wire.agencies import AgencyKind, AgencyTable
from ingest.model import DroppedLine

_TAIL = 160
_BRACKET = re.compile(r"(?<=[.!?\"”»’'])\s*[(\[/](?P<name>[^()\[\]/\n]{2,40})[)\]/]\.?\s*\Z")
_DASHED = re.compile(r"(?<=[.!?\"”»’'…])\s*(?:[—–]|--|\s-)\s?(?P<name>[^\W\d_][^\n.—–()]{1,30})\.?\s*\Z")
_LINE = re.compile(
    r"\n\s*(?:[-–—(\[/]{0,2}\s?|(?:Source|Quelle|Fuente|Fonte|Источник|Джерело|المصدر)\s?[:：]\s?)(?P<name>[^\W\d_][^\n()\[\]:：]{1,40}?)\s?[)\]/.]{0,2}\s*\Z"
)


def read_tail(body: str, agencies: AgencyTable) -> tuple[str, str | None, tuple[DroppedLine, ...]]:
    """(body without it, agency, what was dropped); only agencies of the table count here, and only after a finished sentence."""
    tail = body[-_TAIL:]
    for form in (_BRACKET, _DASHED, _LINE):
        match = form.search(tail)
        known = agencies.find(match["name"]) if match else None
        if match and known and known.kind is not AgencyKind.DISTRIBUTOR:
            cut = len(body) - len(tail) + match.start()
            return body[:cut], known.name, (DroppedLine("closing credit", match.group().strip()),)
    return body, None, ()
