"""What a site's template prints directly above and below a story, in lines of its own: the time, `Tags`,
`Comments`, `No comment`."""

from __future__ import annotations

import re

from ingest.model import DroppedLine

_HEAD_LINES, _TAIL_LINES = 5, 14
_TAG_WORDS = 4
_STAMP = re.compile(
    r"(?:date|published|posted|updated)?\s?:?\s?"
    r"(?:\d{1,2}([/.-])\d{1,2}\1\d{4}|\d{4}([/.-])\d{1,2}\2\d{1,2})"
    r"(?:(?:,|\s-)?[T\s](?:at\s)?\d{1,2}:\d\d(?::\d\d)?(?:\s?[ap]\.?m\.?)?(?:\s?\(?[A-Z]{2,4}\)?)?)?",
    re.I,
)
_LABEL = re.compile(
    r"\W*(?:tags?|comments?|no comments?(?: yet| posted| found)?|\d+ comments?|comments? ?\(\d+\)"
    r"|(?:post|leave|add|write|submit) (?:a|your) comment|be the first to comment"
    r"|share(?: this)?(?: (?:story|article|news))?|print|e-?mail"
    r"|facebook|twitter|x|whatsapp|linkedin|telegram)\W*",
    re.I,
)
_TAGS = re.compile(r"\W*tags?\W*", re.I)
_BETWEEN = re.compile(r"MENAFN|disclaimer|without warranty|copyright issues", re.I)


def without_furniture(text: str) -> tuple[str, tuple[DroppedLine, ...]]:
    """(the text without such lines, these lines). A disclaimer or story number may stand between them and the
    story; the names behind `Tags` go with it."""
    lines = text.split("\n")
    full = [place for place, line in enumerate(lines) if line.strip()]
    out = {place for place in full[:_HEAD_LINES] if _is_stamp(lines[place].strip())}
    out.update(_tail(lines, full))
    if not out or len(out) == len(full):
        return text, ()
    dropped = tuple(DroppedLine("page furniture", lines[place].strip()) for place in sorted(out))
    return "\n".join(line for place, line in enumerate(lines) if place not in out), dropped


def _is_stamp(line: str) -> bool:
    return len(line) < 60 and bool(_STAMP.fullmatch(line))


def _tail(lines: list[str], full: list[int]) -> set[int]:
    last = full[-_TAIL_LINES:]
    out: set[int] = set()
    for order in range(len(last) - 1, 0, -1):
        line = lines[last[order]].strip()
        if len(line) < 60 and (_LABEL.fullmatch(line) or _STAMP.fullmatch(line)):
            out.add(last[order])
            if _TAGS.fullmatch(line):
                out.update(place for place in last[order:] if not _BETWEEN.search(lines[place]))
        elif not _BETWEEN.search(line) and not _is_tag(line):
            break
    return out


def _is_tag(line: str) -> bool:
    """Whether it may be a name in a list of tags: short, without an end mark."""
    return len(line.split()) <= _TAG_WORDS and line[-1] not in '.!?"”)»'
