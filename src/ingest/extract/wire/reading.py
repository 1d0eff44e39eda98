"""A wire story's text and what its marks say: dateline, credit, byline, signal, embargo, correction, kill.

`read_wire` applies the rules in their order; each has its own file: signals, opening, credits, lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from ingest.dates import from_url
from ingest.extract.people import signed
from ingest.extract.wire.agencies import AgencyKind, AgencyTable, shipped_agencies
from ingest.extract.wire.credits import read_closing_credit
from ingest.extract.wire.furniture import without_furniture
from ingest.extract.wire.lines import clean_lines
from ingest.extract.wire.opening import Opening, find_inner, read_opening
from ingest.extract.wire.signals import Signals, read_signals
from ingest.model import ContentType, DroppedLine, Signal, Stamp, Status


@dataclass(frozen=True, slots=True)
class WireReading:
    """The text without its wire marks, and what the marks say. Fields are named as in mart.articles; unknown
    is None.

    `agency` is the credited origin (canonical when known, else as printed), `publisher` the distributor that
    the credit names. `status` WITHDRAWN says that the text is a notice of withdrawal: `withdraws` names its
    target by link, slug or headline, None where it names none. `dropped` lists every line taken out, with its
    rule.
    """

    body_text: str
    headline: str | None = None
    dateline: str | None = None
    located: str | None = None
    dateline_date: date | None = None
    agency: str | None = None
    credits: tuple[str, ...] = ()
    publisher: str | None = None
    authors: tuple[str, ...] = ()
    image_credit: str | None = None
    signal: Signal = Signal.NONE
    status: Status = Status.LIVE
    embargo_until: datetime | None = None
    withdraws: str | None = None
    content_type: ContentType | None = None
    dropped: tuple[DroppedLine, ...] = ()


# A social twin repeats its headline as two or more hashtags: "... Summit #Canada #Chance". One hashtag is
# somebody's headline.
_TWIN_TAGS = 2
_SITE_SUFFIX = re.compile(r"\s+[|–—-]\s+MENAFN(?:\.COM)?\s*\Z", re.IGNORECASE)


def read_wire(
    text: str,
    *,
    headline: str | None = None,
    summary: str | None = None,
    url: str | None = None,
    published: Stamp | None = None,
    now: datetime | None = None,
    agencies: AgencyTable | None = None,
) -> WireReading:
    """Reads the wire marks of a story's plain text, whose paragraphs are separated by newlines.

    The text's own credit counts, else the `summary`'s (a feed description may keep the credit that the page
    lost). A signal stays in the headline, since it was published so; hashtags of a social twin are removed.
    `published`, else the URL's day, gives a dateline its year. With `now` alone only a day within three days
    of it is believed, since an old page may be read today. Pure; never raises on any text; time linear in its
    length.
    """
    table = agencies or shipped_agencies()
    text = _plain_spaces(text)
    published_day = published.day if published else _url_day(url, now)
    today = now.date() if now and not published_day else None
    near = published_day or today
    # 1. signals: correction, update, kill, embargo; lines that hold nothing else leave the text
    signals = read_signals(text, headline=headline, url=url, published=published, now=now)
    # 2. dateline and credit in front of the lead
    text, furniture = without_furniture(_without(text, signals))
    opening, body, dropped = _cut_opening(text, table, near)
    opening = _without_guessed_day(opening, " ".join(line.text for line in dropped), today)
    # 3. a credit behind the last sentence, and the feed summary's dateline and credit
    body, closing, closing_dropped = read_closing_credit(body, table)
    hinted = read_opening(summary, table, near) if summary else Opening()
    hinted = _without_guessed_day(hinted, (summary or "")[: hinted.length], today)
    credits, publisher = _credits(opening, closing, hinted)
    # 4. the wire's own lines: disclaimers, story numbers, desk and photo credits, other stories' headlines
    lines = clean_lines(body, credited=bool(credits), distributed=publisher is not None)
    # 5. who signed in a byline or desk line: people, or an agency where none is credited
    by = signed((*lines.authors, *opening.reporters), table)
    credits = credits or by.agencies
    return WireReading(
        body_text="\n".join(lines.lines),
        headline=clean_headline(headline),
        dateline=opening.dateline or hinted.dateline,
        located=opening.located or hinted.located,
        dateline_date=opening.day or hinted.day,
        agency=credits[0] if credits else None,
        credits=credits,
        publisher=publisher,
        authors=by.people,
        image_credit=lines.image_credit,
        signal=signals.signal,
        status=signals.status,
        embargo_until=signals.embargo_until,
        withdraws=signals.withdraws,
        content_type=signals.content_type or _credited_type(opening, hinted),
        dropped=(*signals.spent, *furniture, *dropped, *closing_dropped, *lines.dropped),
    )


def _credited_type(opening: Opening, hinted: Opening) -> ContentType | None:
    """PRESS_RELEASE where the credit names a press release wire."""
    source = opening if opening.credits or opening.publisher else hinted
    return ContentType.PRESS_RELEASE if AgencyKind.RELEASE in source.kinds else None


def _credits(
    opening: Opening, closing: tuple[str, ...], hinted: Opening
) -> tuple[tuple[str, ...], str | None]:
    """(credits, origin first; distributor). A distributor that names nobody else is the origin itself."""
    publisher = opening.publisher or hinted.publisher
    credits = opening.credits or (() if opening.publisher else closing) or hinted.credits
    return credits or ((publisher,) if publisher else ()), publisher


def _without(text: str, signals: Signals) -> str:
    for line in signals.spent:
        text = text.replace(line.text, "", 1)
    return text


def _url_day(url: str | None, now: datetime | None) -> date | None:
    stamp = from_url(url, now) if url and now else None
    return stamp.day if stamp else None


_FRESH = timedelta(days=3)
_YEAR = re.compile(r"(?:19|20)\d\d")


def _without_guessed_day(opening: Opening, printed: str, today: date | None) -> Opening:
    """The opening without a day whose year is only a guess: no year is printed, nothing but `today` dates the
    story, and the day is not near it."""
    if opening.day is None or today is None or _YEAR.search(printed) or abs(opening.day - today) <= _FRESH:
        return opening
    return replace(opening, day=None)


def _plain_spaces(text: str) -> str:
    """Newlines as \\n and no long runs of spaces or blank lines, which would make every pattern below
    slow."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _RUNS.sub(_short_run, text) if _RUNS.search(text) else text


def _short_run(match: re.Match[str]) -> str:
    return "\n\n" if match.group().count("\n") > 1 else "\n" if "\n" in match.group() else " "


_RUNS = re.compile(r"\s{4,}")
_LATE_START = 3


def _cut_opening(
    text: str, table: AgencyTable, near: date | None
) -> tuple[Opening, str, tuple[DroppedLine, ...]]:
    """Returns (opening, body, dropped lines). The opening may follow a byline, a standfirst or glued-on
    subheads."""
    start = len(text) - len(text.lstrip())
    for order in range(_LATE_START):
        opening = read_opening(text[start : start + 700], table, near)
        if opening.length and (order == 0 or opening.credits):
            return _cut(text, start, opening, table, near)
        line_end = text.find("\n", start, start + 500)
        if line_end < 0 or line_end - start > 300:
            break
        start = line_end + 1
        start += len(text[start : start + 40]) - len(text[start : start + 40].lstrip())
    return _glued(text, Opening(), table, near)


def _cut(
    text: str, start: int, opening: Opening, table: AgencyTable, near: date | None
) -> tuple[Opening, str, tuple[DroppedLine, ...]]:
    printed = text[start : start + opening.length].strip()
    body = text[:start] + text[start + opening.length :]
    dropped = (DroppedLine("opening", printed),)
    if opening.dateline is None and not text[:start].strip():
        inner, body, more = _glued(body.lstrip(), opening, table, near)
        return inner, body, (*dropped, *more)
    return opening, body, dropped


def _glued(
    body: str, before: Opening, table: AgencyTable, near: date | None
) -> tuple[Opening, str, tuple[DroppedLine, ...]]:
    located = find_inner(body, table, near)
    if located is None:
        return before, body, ()
    start, inner = located
    printed = body[start : start + inner.length].strip()
    body = f"{body[:start].rstrip()}\n\n{body[start + inner.length :].lstrip()}"
    return before.followed_by(inner), body, (DroppedLine("opening", printed),)


def clean_headline(headline: str | None) -> str | None:
    """The headline as printed, without a social twin's hashtags and the distributor's suffix."""
    if not headline or not headline.strip():
        return None
    words = headline.split()
    last = len(words)
    while last and words[last - 1][0] == "#":
        last -= 1
    if last and len(words) - last >= _TWIN_TAGS:
        words = words[:last]
    return _SITE_SUFFIX.sub("", " ".join(words)) if "MENAFN" in words[-1].upper() else " ".join(words)
