"""Signals: whether a take is an update, correction, flash, advisory or kill; embargoes; press release and
paid marks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from ingest.extract.wire.embargo import read_embargo
from ingest.extract.wire.kinds import read_content_type
from ingest.extract.wire.notes import read_notes
from ingest.extract.wire.phrases import alternatives
from ingest.model import ContentType, DroppedLine, Signal, Stamp, Status


@dataclass(frozen=True, slots=True)
class Signals:
    """What the marks say. `withdraws` is the link, slug or headline that a notice of withdrawal names;
    `spent` are lines that are nothing but marks."""

    signal: Signal = Signal.NONE
    status: Status = Status.LIVE
    embargo_until: datetime | None = None
    withdraws: str | None = None
    content_type: ContentType | None = None
    spent: tuple[DroppedLine, ...] = field(default=())


# A mark opens the headline (or is in brackets there) and is closed by a dash, colon or bracket: "Kill
# Bill" is a film.
_CLOSE = r"\s?(?:[:：|】\])\-–—/]|■|\s\W)"
_SPOKEN_CLOSE = r"\s?(?::|\s[-–—]+\s)"
_START = r"[\W_]{0,3}(?:RPT[ -])?"


def _signal_form(name: str, more: str = "", spoken: str = "") -> re.Pattern[str]:
    """A form for capitals (`UPDATE 2-`), and one for words as spoken (`Correction:`)."""
    other = f"|{spoken}{_SPOKEN_CLOSE}" if spoken else ""
    return re.compile(rf"{_START}(?:{alternatives(name)}{more}(?:\s?#?\d{{1,2}})?{_CLOSE}{other})")


_FORMS = (
    (
        Signal.CORRECTION,
        _signal_form("correction", r"(?:\s?\([A-Z ]{2,20}\))?", alternatives("correction_spoken")),
    ),
    (
        Signal.CORRECTION,
        re.compile(r"[\W_]{0,3}(?:CORRECTING (?:AND|and) REPLACING\b|C O R R E C T I O N\b)"),
    ),
    (Signal.UPDATE, _signal_form("update", "", r"Updated?(?: \d{1,2})?")),
    (Signal.UPDATE, re.compile(rf"[\W_]{{0,3}}\d(?:st|nd|rd|th) (?:LD|Ld|Lead)(?:-Writethru)?{_CLOSE}")),
    (Signal.FLASH, _signal_form("flash")),
    (Signal.FLASH, re.compile(rf"[\W_]{{0,3}}{alternatives('flash')}\s?\Z")),
    (Signal.ADVISORY, _signal_form("advisory", "", alternatives("advisory_spoken"))),
)
_KILL = re.compile(
    rf"[\W_]{{0,3}}(?:{alternatives('kill')}\s?(?:[:：|】\])–—/]|-+(?=\s?\S)|\Z)\s?(?P<rest>.*)"
    rf"|(?P<spoken>{alternatives('kill_spoken')}){_SPOKEN_CLOSE}\s?(?P<rest2>.*))",
    re.DOTALL,
)
_KILL_END = re.compile(
    r"ADVISORY\s?[-–—:]+\s?(?P<rest>.{8,200}?)\s?[-–—,]?\s(?:IS |STORY )?(?i:withdrawn|killed|retracted)\W*\Z"
)
_KILL_PROOF = re.compile(alternatives("kill_proof"), re.IGNORECASE)
_LINK = re.compile(r"https?://[^\s<>\"'）)\]]+[^\s<>\"'）)\].,;:]")
_SLUG = re.compile(
    r"(?:slug(?:ged)?|slugline)\s?:?\s[\"“'‘]?(?P<slug>[A-Z0-9][A-Za-z0-9/_-]{2,60})"
    r"|\b(?P<bc>(?:BC|AM|PM)-[A-Z][\w-]+--?[\w-]+(?:,\s\d{1,4})?)"
)
_QUOTED = re.compile(
    rf"{alternatives('titled')}[,:]?\s[\"“«„‘'](?P<title>[^\"“”»]{{8,220}}?)[,.]?[\"”»“’'](?![\w])",
    re.IGNORECASE,
)
_CORRECTS = re.compile(
    r"(?:^|\n)\s?\((?:Corrects|Refiles|Corrected|Removes|Fixes"
    r"|This (?:[A-Z][a-z]+ \d{1,2} )?(?:story|article|item) (?:has been|was|is) (?:corrected|refiled))\b"
)
_STAMP = re.compile(
    r"\s*(?:\d{1,4}\b|[A-Z][a-z]{2,8}\.?,? \d)"
)  # "UPDATED: Oct. 3, 2022" is a time stamp of the page
_HEAD_LINES = 6
_WEAKER = (Signal.NONE, Signal.ADVISORY)  # a desk's note says more exactly what it is


def read_signals(
    text: str, *, headline: str | None, url: str | None, published: Stamp | None, now: datetime | None
) -> Signals:
    """Reads the marks of a take from its headline, its first and last lines and its URL. Pure."""
    lines = [line.strip() for line in text[:1500].split("\n") if line.strip()][:_HEAD_LINES]
    marks = [m for m in (headline, lines[0] if lines else None) if m]
    killed, target = _withdrawal(marks, text, headline)
    held, until, spent = _embargo(headline, lines, published.at if published else now)
    content_type, mark_lines = read_content_type(lines, text, headline=headline, url=url)
    past = until is not None and now is not None and until <= now
    note_signal, notes = read_notes(text)
    signal = _signal(marks, killed, text)
    status = Status.WITHDRAWN if killed else Status.EMBARGOED if held and not past else Status.LIVE
    return Signals(
        signal=note_signal if signal in _WEAKER and notes and not killed else signal,
        status=status,
        embargo_until=until,
        withdraws=target,
        content_type=content_type,
        spent=(*spent, *mark_lines, *(() if killed else notes)),
    )


def _signal(marks: list[str], killed: bool, text: str) -> Signal:
    if killed:
        return Signal.ADVISORY
    for mark in marks:
        for signal, form in _FORMS:
            if (match := form.match(mark[:160])) and not _STAMP.match(mark, match.end()):
                return signal
    return Signal.CORRECTION if _corrects(text) else Signal.NONE


def _corrects(text: str) -> bool:
    """Whether a desk's note in brackets, `(Corrects spelling in paragraph 2)`, is at the top or the end."""
    if "orrect" not in text and "efile" not in text:
        return False
    return bool(_CORRECTS.search(text[:900]) or _CORRECTS.search(text[-600:]))


def _withdrawal(marks: list[str], text: str, headline: str | None) -> tuple[bool, str | None]:
    for mark in marks:
        match = _KILL.match(mark[:400]) or _KILL_END.match(mark[:400])
        if match is None:
            continue
        group = match.groupdict()
        rest = (group.get("rest") or group.get("rest2") or "").strip(' -–—:"“”')
        shouted = group.get("spoken") is None and not (headline or "").isupper()
        if shouted or _KILL_PROOF.search(text[:1500]) or not text:
            return True, _target(text[:2500], rest, own=mark)
    return False, None


def _target(text: str, rest: str, own: str) -> str | None:
    """What a notice withdraws: a link, else a slug, else a headline; None where it names none."""
    body = text.removeprefix(own)
    for source in (rest, body):
        if link := _LINK.search(source):
            return link.group()
    if slug := _SLUG.search(body) or _SLUG.search(rest):
        return slug["slug"] or slug["bc"]
    if title := _QUOTED.search(body):
        return title["title"].strip()
    return rest.strip(" .") or None if len(rest) >= 8 else None


def _embargo(
    headline: str | None, lines: list[str], base: datetime | None
) -> tuple[bool, datetime | None, tuple[DroppedLine, ...]]:
    """Returns (embargoed, until when, the lines with the embargo). The headline may say that the story is
    embargoed, and a line until when."""
    until, spent, held = None, [], False
    for line in ([headline] if headline else []) + lines:
        here, when = read_embargo(line, base)
        held, until = held or here, until or when
        if here and line is not headline:
            spent.append(DroppedLine("embargo", line))
    return held, until, tuple(spent)
