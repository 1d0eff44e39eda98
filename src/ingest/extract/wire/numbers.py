"""Story numbers that hold the day: `MENAFN02042025000193011044ID1109380900` is a story of 2 April 2025."""

from __future__ import annotations

import re
from datetime import date

_NUMBER = re.compile(rb"MENAFN([0-3]\d)([01]\d)(20\d\d)\d{6,}ID\d{6,}")


def numbered_day(page: bytes | str) -> date | None:
    """The day in the story number of a page, None where it has none, or two days."""
    content = page.encode("utf-8", "replace") if isinstance(page, str) else page
    days = {match.groups() for match in _NUMBER.finditer(content)} if b"MENAFN" in content else set()
    if len(days) != 1:
        return None
    dom, month, year = map(int, days.pop())
    try:
        return date(year, month, dom)
    except ValueError:
        return None
