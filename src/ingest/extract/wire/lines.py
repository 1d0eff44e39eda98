"""The lines of a wire story that are not its text: disclaimers, story numbers, photo and desk credits,
sign-offs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.extract.wire.phrases import alternatives
from ingest.extract.wire.strays import foreign_headlines
from ingest.model import DroppedLine


@dataclass(frozen=True, slots=True)
class CleanLines:
    """`lines` that stay (blank lines separate paragraphs), the dropped lines with their rules, and the
    authors and photo credit that the dropped lines name."""

    lines: tuple[str, ...]
    dropped: tuple[DroppedLine, ...] = ()
    authors: tuple[str, ...] = ()
    image_credit: str | None = None


_STORY_NUMBER = re.compile(r"\s*MENAFN\d{6,}ID\d{6,}\s*")
_LEGAL = re.compile(alternatives("legal"), re.IGNORECASE)
_LEGAL_ALONE = re.compile(r"legal disclaimer\s?:?\s*\Z", re.IGNORECASE)
_LEGAL_MORE = re.compile(r"as is|warranty|liability|legality|copyright issues|kindly contact|completeness")
_ALSO = re.compile(rf"\W{{0,3}}{alternatives('also_read')}(?:\s?[:：|>»–—-]+(?:\s|\Z)|\s?\Z)", re.IGNORECASE)
_PHOTO = re.compile(
    r"(?:REUTERS|AP Photo|AFP|EPA(?:-EFE)?|dpa|Xinhua|Getty Images|Anadolu|TASS|PTI|ANI)"
    r"/[A-Z][\w.' -]{2,60}(?:/[\w .-]{2,40}){0,3}[.)\]]?\s*\Z"
    r"|[(\[](?:File |Archiv)?(?:Photo|Foto|Image|Picture|Credit|Crédit photo)"
    r"(?:s?:|/|\s(?:by|credit:?|courtesy of|via|de|von|di)\s)"
    r"[^()\[\]]{2,80}[)\]]\s*\Z"
    r"|/AFP via Getty Images\)?\s*\Z|\((?:AP|AFP|EPA|Reuters|Xinhua) (?:Photo|file)[^()]{0,40}\)\s*\Z"
)
# Within running text only marks that can be nothing else: "... June 11, 2026. REUTERS/Ann Lee/File Photo The
# fair opened".
_PHOTO_INLINE = re.compile(
    r"\s?(?:REUTERS|AP Photo|AFP Photo|EPA-EFE)/[A-Z][\w'’-]+(?: [A-Z][\w'’.-]+){0,2}"
    r"(?:/(?:Illustration|File Photo|File photo|File|Files|Pool|Handout|Staff)\b(?: [Pp]hoto)?)*[.)]?"
)
_PHOTO_START = re.compile(rf"{alternatives('photo')}\s?(?:by|:|：|/|©|credit:|of|courtesy of)\s?\S")
_BY = r"(?: by| de| por| par| von|:)\s"
_DESK = re.compile(
    rf"(?P<open>[(\[]\s?)?(?:additional )?{alternatives('desk')}{_BY}(?P<rest>.{{3,400}}?)[)\]]?\.?\s*\Z",
    re.IGNORECASE,
)
_DESK_TAIL = re.compile(
    r"\s*[(\[](?P<all>(?:additional )?(?:reporting|writing|compiled|edited|editing) by [^()\[\]]{3,300})"
    r"[)\]]\.?\s*\Z",
    re.IGNORECASE,
)
_REPORTING = re.compile(
    rf"(?:additional )?{alternatives('reporters')}[^;:]{{0,20}}?{_BY}(?P<who>[^;()]+)", re.IGNORECASE
)
_BEAT = re.compile(
    r"\s(?:in|à|in den|aus|en|em|from)\s[A-Z\u0400-\u042f][\w'’.-]+(?:\s(?:[A-Z][\w'’.-]+|de|del|da))*"
)
_SIGN_OFF = re.compile(
    # ENDS, -30-, ###, and the desk's initials: ab/cd, "PTI ABC XY"
    rf"(?:\W{{0,3}}(?i:{alternatives('end')})\W{{0,3}}"
    r"|[-–—]{0,2}30[-–—]{1,2}|#{2,5}|\*{3,}|[a-z]{2,4}/[a-z]{2,4}(?:/[a-z]{2,4})?"
    r"|(?:PTI|IANS|UNI|ANI) [A-Z]{2,4}(?: [A-Z]{2,4}){0,4}"
    # Reuters, PR Newswire, Business Wire
    r"|(?i:our standards: .{0,60}|view original content.{0,200}|view source version on .{0,200})"
    r"|(?i:photo|logo|video|infographic|source)\s?[-:]\s?https?://\S+|/PRNewswire[^/]{0,20}/"
    r"|SOURCE [A-Z].{1,80})\Z"
)
_BYLINE = re.compile(
    r"[Bb][Yy]:?\s(?P<who>[A-Z]{2,5}|Reuters|Xinhua|[A-Z][\w'’.-]+"
    r"(?:\s(?:[A-Z][\w'’.-]*|de|van|von|al|bin|el|and|,)|,\s?[A-Z][\w'’.-]*){1,9})\Z"
)
_NAMES = re.compile(r"\s*(?:,|;|\band\b|\bund\b|\bet\b|\by\b|\be\b|&)\s*")
_AGENCY_DESK = re.compile(
    r"\b(?:newsroom|bureau|desk|staff|team|redaktion|rédaction|gdansk newsroom|bengaluru newsroom)\b",
    re.IGNORECASE,
)
# One of these is in every longer line that a rule may drop: it spares the other lines the slow patterns.
_TRIGGERS = re.compile(
    r"MENAFN|isclaimer|DISCLAIMER|without warranty|responsib|copyright issues"
    r"|[Bb]y |https?:|[/\[(©#*]|[A-Z]{3}|:|："
)


def clean_lines(text: str, *, credited: bool, distributed: bool) -> CleanLines:
    """Removes the wire's own lines from a story. Another story's headline is only removed from a `credited`
    story, and more readily from a `distributed` one. Order and paragraphs stay; the authors come from byline
    and desk lines."""
    lines = text.split("\n")
    state = _Sweep()
    for i, line in enumerate(lines):
        _sweep(line, i, state, lines)
    kept = state.kept
    if credited and (foreign := foreign_headlines(kept, distributed=distributed)):
        for i in sorted(foreign):
            state.drop("foreign headline", kept[i])
        kept = [line for i, line in enumerate(kept) if i not in foreign]
    return CleanLines(
        _squeeze(kept), tuple(state.dropped), tuple(dict.fromkeys(state.authors)), state.image_credit
    )


class _Sweep:
    """What one pass over the lines gathers."""

    __slots__ = ("authors", "dropped", "image_credit", "kept", "legal")

    def __init__(self) -> None:
        self.kept: list[str] = []
        self.dropped: list[DroppedLine] = []
        self.authors: list[str] = []
        self.image_credit: str | None = None
        self.legal = False

    def drop(self, rule: str, text: str) -> None:
        self.dropped.append(DroppedLine(rule, text.strip()))


def _sweep(line: str, i: int, state: _Sweep, lines: list[str]) -> None:
    bare = line.strip()
    if not bare:
        state.kept.append("")
        return
    rule = _rule(bare, i, state, lines)
    if rule is not None:
        state.drop(rule, bare)
        return
    state.kept.append(_without_tail(line.rstrip(), state))


def _rule(bare: str, i: int, state: _Sweep, lines: list[str]) -> str | None:
    """The rule that takes this line out, None if it stays. Long lines are text unless they are legal ones."""
    if _is_legal(bare, state):
        return "legal disclaimer"
    if len(bare) > 420 or not (len(bare) < 60 or _TRIGGERS.search(bare)):
        return None
    if _STORY_NUMBER.fullmatch(bare):
        return "story number"
    if bare.count(" ") < 40 and _ALSO.match(bare):
        return "also read"
    if _SIGN_OFF.match(bare):
        return "sign-off" if i > 0 else None
    if (desk := _DESK.match(bare)) and _is_desk(bare, desk):
        state.authors.extend(reporters(bare))
        return "desk credit"
    return _photo_or_byline(bare, i, state, lines)


def _photo_or_byline(bare: str, i: int, state: _Sweep, lines: list[str]) -> str | None:
    may_hold = "/" in bare or bare[-1] in ")]"
    if may_hold and bare.count(" ") < 70 and (photo := _PHOTO.search(bare, max(0, len(bare) - 200))):
        state.image_credit = state.image_credit or photo.group().strip(" ()[].")
        return "photo credit"
    if bare.count(" ") < 25 and _PHOTO_START.match(bare):
        state.image_credit = state.image_credit or bare
        return "photo credit"
    if i <= 3 and (byline := _BYLINE.match(bare)):
        state.authors.extend(_people(byline["who"]) or [byline["who"]])
        return "byline"
    if bare in ("Date", "date") and any("MENAFN" in line for line in lines):
        return "label"
    return None


def _is_legal(bare: str, state: _Sweep) -> bool:
    """Whether the line is a disclaimer, or continues the disclaimer of the line above."""
    begins = _LEGAL_ALONE.match(bare) or (
        len(bare) < 900 and bare[0] in "LDMWITEAldmwitea(" and _LEGAL.match(bare)
    )
    state.legal = bool(begins) or (state.legal and bool(_LEGAL_MORE.search(bare)))
    return state.legal


def _is_desk(bare: str, desk: re.Match[str]) -> bool:
    """Whether a desk line names people: `Reporting by the BBC found that...` is a sentence."""
    words = desk["rest"].split()
    capital = sum(w[0].isupper() for w in words)
    return (
        bool(desk["open"])
        or ";" in bare
        or (len(words) <= 14 and capital * 2 >= len(words) and words[0][0].isupper())
    )


def _without_tail(line: str, state: _Sweep) -> str:
    """A line without a desk credit or story number stuck to its end."""
    if "MENAFN" in line[-60:] and (number := re.search(r"\s*MENAFN\d{6,}ID\d{6,}\s*\Z", line)):
        state.drop("story number", number.group())
        line = line[: number.start()]
    if "/" in line and (photo := _PHOTO_INLINE.search(line)):
        state.drop("photo credit", photo.group())
        state.image_credit = state.image_credit or photo.group().strip(" .)")
        line = _PHOTO_INLINE.sub("", line)
    if line.endswith((")", "]", ").")) and (tail := _DESK_TAIL.search(line, max(0, len(line) - 330))):
        state.drop("desk credit", tail.group())
        state.authors.extend(reporters(tail["all"]))
        line = line[: tail.start()]
    return line


def reporters(desk: str) -> list[str]:
    """Returns the reporters and writers of a desk line, in order; editors are no authors."""
    names: list[str] = []
    for match in _REPORTING.finditer(desk):
        names.extend(_people(match["who"]))
    return names


def _people(printed: str) -> list[str]:
    names = (_BEAT.sub("", f" {name}").strip(" .()") for name in _NAMES.split(printed))
    return [n for n in names if 1 < len(n.split()) <= 5 and not _AGENCY_DESK.search(n) and n[0].isupper()]


def _squeeze(lines: list[str]) -> tuple[str, ...]:
    """No two blank lines together and none at the ends: what was dropped leaves no gap."""
    kept = [line for i, line in enumerate(lines) if line or (i and lines[i - 1])]
    while kept and not kept[0]:
        kept.pop(0)
    while kept and not kept[-1]:
        kept.pop()
    return tuple(kept)
