"""Signals: what a take says of itself - update, correction, flash, advisory, kill - and embargoes, press release and paid marks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from ingest.dates import nearest_day, resolve
from ingest.dates.names import month_number
from ingest.model import ContentType, DroppedLine, Precision, Signal, Stamp, StampSource, Status


@dataclass(frozen=True, slots=True)
class Signals:
    """What the marks said. `withdraws` is the link, slug or headline that a notice names; `spent` are body lines that were only marks."""

    signal: Signal = Signal.NONE
    status: Status = Status.LIVE
    embargo_until: datetime | None = None
    withdraws: str | None = None
    content_type: ContentType | None = None
    spent: tuple[DroppedLine, ...] = field(default=())


# A mark opens the headline (or stands in brackets there) and is closed by a dash, colon or bracket: "Kill Bill" is a film.
_CLOSE = r"\s?(?:[:：|】\])\-–—/]|■|\s\W)"
_CORRECTION = re.compile(
    r"[\W_]{0,3}(?:RPT[ -])?(?:(?:CORRECT(?:ED|ION|S|ING)|REFILED?|REFILE|CORRIG(?:É|E|IERT|IDO)|CORRECTIF|BERICHTIGUNG|KORREKTUR|CORRECCIÓN|CORREÇÃO|RETTIFICA|"
    r"ИСПРАВЛЕНИЕ|ИСПРАВЛЕНО|ВИПРАВЛЕНО|DÜZELTME|更正|訂正|정정|تصحيح)(?:\s?\([A-Z ]{2,20}\))?(?:\s?\d{1,2})?" + _CLOSE + r"|"
    r"(?:Correction|Corrected|Refile|Corrigé|Berichtigung|Korrektur|Corrección|Correção|Rettifica|Düzeltme)\s?(?::|\s[-–—]\s)|"
    r"CORRECTING AND REPLACING\b|CORRECTING and REPLACING\b|C O R R E C T I O N\b|/?CORRECTION --)"
)
_UPDATE = re.compile(
    r"[\W_]{0,3}(?:RPT[ -])?(?:(?:UPDATE|UPDATED|UPD|WRAPUP|WRAP|LEAD|LD|\dND LEAD|\d(?:st|nd|rd|th) (?:LD|Ld|Lead)(?:-Writethru)?|ACTUALISÉ|ACTUALIZA|ACTUALIZACIÓN|AKTUALISIERT|AKTUALISIERUNG|"
    r"ATUALIZAÇÃO|AGGIORNAMENTO|ROUNDUP|ОБНОВЛЕНО|ОНОВЛЕНО|GÜNCELLEME|更新|갱신|تحديث)(?:\s?#?\d{1,2})?" + _CLOSE + r"|(?:Update|Updated)(?: \d{1,2})?\s?(?::|\s[-–—]\s))"
)
_FLASH = re.compile(
    r"[\W_]{0,3}(?:FLASH|NEWSFLASH|NEWS FLASH|URGENT|BULLETIN|EIL|EILMELDUNG|URGENTE|ALERTE|FLAŞ|ACİL|SON DAKİKA|ÚLTIMA HORA|ULTIM'ORA|МОЛНИЯ|СРОЧНО|ТЕРМІНОВО|速報|快讯|快訊|急电|속보|긴급|عاجل|तत्काल)"
    r"(?:\s?\d{1,2})?(?:" + _CLOSE + r"|\s?\Z)"
)
_ADVISORY = re.compile(
    r"[\W_]{0,3}(?:ADVISORY|MEDIA ADVISORY|NEWS ADVISORY|PHOTO ADVISORY|EDITORS?['’]? (?:NOTE|ADVISORY)|NOTE TO EDITORS|ATTENTION EDITORS|HINWEIS AN DIE REDAKTIONEN|AVISO A (?:LOS )?EDITORES)"
    + _CLOSE + r"|[\W_]{0,3}(?:Media Advisory|Advisory|Note to editors|Attention editors|Editor['’]s note to clients)\s?(?::|\s[-–—]\s)"
)  # fmt: skip
_KILL = re.compile(
    r"[\W_]{0,3}(?P<mark>(?:MANDATORY |BULLETIN |URGENT )?KILL|(?:STORY |NEWS )?(?:WITHDRAWN|WITHDRAWAL|RETRACTION|RETRACTED)|ADVISORY[ -]+(?:KILL|WITHDRAWAL|STORY WITHDRAWN)|"
    r"NOTICE TO DISREGARD|DISREGARD(?: RELEASE)?|ANNULATION|ANNULE|ANULACIÓN|ANULADO|RÜCKZUG|ZURÜCKGEZOGEN|ОТМЕНА|АННУЛИРОВАНО|АНУЛЬОВАНО|撤稿|配信取り消し|전문취소|سحب)"
    r"\s?(?:[:：|】\])–—/]|-+(?=\s?\S)|\Z)\s?(?P<rest>.*)|"
    r"[\W_]{0,3}(?P<mark2>(?:Story )?(?:Withdrawn|Withdrawal|Retraction|Retracted)|Mandatory [Kk]ill|Notice to disregard|Disregard release)\s?(?::|\s[-–—]+\s)\s?(?P<rest2>.*)",
    re.DOTALL,
)
_KILL_END = re.compile(r"ADVISORY\s?[-–—:]+\s?(?P<rest>.{8,200}?)\s?[-–—,]?\s(?:IS |STORY )?(?i:withdrawn|killed|retracted)\W*\Z")
_KILL_PROOF = re.compile(
    r"(?i:withdr[ae]w|retract|disregard|do not (?:use|publish)|stop publication|(?:story|article|item|report|release|take) (?:is|was|has been|should be|must be) "
    r"(?:killed|withdrawn|removed|retracted)|kill the story|no substitute|editors|advised|subscribers|clients|zurückgezogen|retir|annul|anulad|отозва|аннулир)"
)
_LINK = re.compile(r"https?://[^\s<>\"'）)\]]+[^\s<>\"'）)\].,;:]")
_SLUG = re.compile(r"(?:slug(?:ged)?|slugline)\s?:?\s[\"“'‘]?(?P<slug>[A-Z0-9][A-Za-z0-9/_-]{2,60}(?:/[A-Z0-9 ]{0,20})?)|\b(?P<bc>(?:BC|AM|PM)-[A-Z][\w-]+--?[\w-]+(?:,\s\d{1,4})?)")
_QUOTED = re.compile(
    r"(?i:headlined|titled|entitled|headline[ds]?:?|under the (?:headline|title)|story|article|report|release|the take|überschrift|titre|título|titulado|titulada|заголовком)"
    r"[,:]?\s[\"“«„‘'](?P<title>[^\"“”»]{8,220}?)[,.]?[\"”»“’'](?![\w])"
)
_EMBARGO = re.compile(
    r"(?:^|\n)[\W_]{0,4}(?:(?:STRICTLY |UNDER STRICT |UNDER )?EMBARGO(?:ED)?|HOLD FOR RELEASE|NOT FOR (?:RELEASE|PUBLICATION|BROADCAST|USE)[^\n.]{0,40}? (?:BEFORE|UNTIL)|SPERRFRIST|SOUS EMBARGO|EMBARGADO|ЭМБАРГО|ЕМБАРГО)\b"
    r"(?P<rest>[^\n]{0,160})", re.IGNORECASE,
)  # fmt: skip
_UNTIL = re.compile(
    r"[^\n]{0,60}?(?:\b(?:until|till|before|bis|jusqu['’]au|jusqu['’]à|hasta|até|fino al?|до)\b|:)\s{0,2}(?P<when>[^\n]{4,120})", re.IGNORECASE
)
_FOR = re.compile(r"[^\n]{0,60}?\b(?:to|for|on)\b\s{0,2}(?P<when>[^\n]{4,120})", re.IGNORECASE)
_FOUR_DIGITS = re.compile(
    r"(?<![\d:])(?P<h>[01]\d|2[0-3])(?P<m>[0-5]\d)(?=\s?(?:hrs|hours|h\b|gmt|utc|bst|et\b|est|edt|cet|cest|ist|z\b|local))", re.IGNORECASE
)
_PAID = re.compile(
    r"[\W_]{0,3}(?:sponsored(?: content| post| article| by\b.{0,60})?|advertorial|paid (?:content|post|partnership|press release|for by .{0,60})|(?:brand(?:ed)?|partner) content|"
    r"anzeige|advertisement feature|publireportage|publi-reportage|contenu sponsorisé|contenido patrocinado|conteúdo patrocinado|contenuto sponsorizzato|на правах рекламы|"
    r"реклама|advertorial disclaimer|promoted content|gesponsert(?:er inhalt)?|materiał sponsorowany|pr記事|広告|광고)\W{0,3}\Z",
    re.IGNORECASE,
)
_PAID_SENTENCE = re.compile(
    r"(?i:this (?:is|article is|content is|post is) (?:a )?(?:paid|sponsored)|paid press release|sponsored by .{2,60}\Z|no \w+ journalist is involved in (?:the )?creation of this content)"
)
_RELEASE = re.compile(
    r"[\W_]{0,4}(?:(?:for immediate |press |news |media )release|for immediate release|press(?:e)?mitteilung|communiqué de presse|comunicado de prensa|comunicato stampa|"
    r"comunicado de imprensa|пресс-релиз|прес-реліз|basın bülteni|persbericht|pressmeddelande|komunikat prasowy|بيان صحفي|प्रेस विज्ञप्ति|新闻稿|プレスリリース|보도자료)"
    r"(?:\W{0,4}\Z|\s?[:–—-]\s)",
    re.IGNORECASE,
)
_RELEASE_SENTENCE = re.compile(r"(?i:the above press release (?:has been|is|comes)|press release (?:provided|distributed|issued) by|\(?this (?:story|content|press release) (?:has been )?(?:provided|distributed) by)")
_RELEASE_PATH = re.compile(r"/(?:press-?releases?|news-?releases?|pr-?newswire|business-?wire|globe-?newswire|ein-?presswire|pressemitteilung(?:en)?|communiques?(?:-de-presse)?|press-release-distribution)(?:/|\Z)", re.IGNORECASE)
_PAID_PATH = re.compile(r"/(?:sponsored(?:-content|-post|-articles?)?|advertorials?|paid-(?:content|post|partnership)|partner-content|brand(?:ed)?-?(?:content|studio|hub|wire|stories)|promoted|advertisement|publireportages?|brandconnect)(?:/|\Z)", re.IGNORECASE)
_HEAD_LINES = 6
_AHEAD = timedelta(days=400)


def read_signals(text: str, *, headline: str | None, url: str | None, published: Stamp | None, now: datetime | None) -> Signals:
    """Read the marks of a take from its headline, its first and last lines and its URL. Pure."""
    lines = [line.strip() for line in text[:1500].split("\n") if line.strip()][:_HEAD_LINES]
    marks = [m for m in (headline, lines[0] if lines else None) if m]
    spent: list[DroppedLine] = []
    killed, target = _withdrawal(marks, text, headline)
    held, until = _embargo(headline, lines, spent, published, now)
    content_type = _content_type(lines, text, url, headline, spent)
    status = Status.WITHDRAWN if killed else Status.EMBARGOED if held and not (until and now and until <= now) else Status.LIVE
    return Signals(_signal(marks, killed, text), status, until, target, content_type, tuple(spent))


def _signal(marks: list[str], killed: bool, text: str) -> Signal:
    if killed:
        return Signal.ADVISORY
    for mark in marks:
        for signal, form in ((Signal.CORRECTION, _CORRECTION), (Signal.UPDATE, _UPDATE), (Signal.FLASH, _FLASH), (Signal.ADVISORY, _ADVISORY)):
            if (match := form.match(mark[:160])) and not _STAMP.match(mark, match.end()):
                return signal
    return Signal.CORRECTION if _corrects(text) else Signal.NONE


_STAMP = re.compile(r"\s*(?:\d{1,4}\b|[A-Z][a-z]{2,8}\.?,? \d)")  # "UPDATED: Oct. 3, 2022" is a time stamp of the page
_CORRECTS = re.compile(r"(?:^|\n)\s?\((?:Corrects|Refiles|Corrected|Removes|Fixes|This (?:[A-Z][a-z]+ \d{1,2} )?(?:story|article|item) (?:has been|was|is) (?:corrected|refiled))\b")
_UPDATES = re.compile(r"(?:^|\n)\s?\((?:Updates|Adds|Recasts)\b")


def _corrects(text: str) -> bool:
    """A desk's note in brackets, `(Corrects spelling in paragraph 2)`, stands at the top or the end."""
    if "orrect" not in text and "efile" not in text:
        return False
    return bool(_CORRECTS.search(text[:900]) or _CORRECTS.search(text[-600:]))


def _withdrawal(marks: list[str], text: str, headline: str | None) -> tuple[bool, str | None]:
    for mark in marks:
        match = _KILL.match(mark[:400]) or _KILL_END.match(mark[:400])
        if match is None:
            continue
        group = match.groupdict()
        rest = (group.get("rest") or group.get("rest2") or "").strip(" -–—:\"“”")
        shouted = group.get("mark2") is None and not (headline or "").isupper()
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
    return _CORRECTION.sub("", rest).strip(" .") or None if len(rest) >= 8 else None


def _embargo(
    headline: str | None, lines: list[str], spent: list[DroppedLine], published: Stamp | None, now: datetime | None
) -> tuple[bool, datetime | None]:
    """(under embargo, until when). A line that says so in so many words is spent."""
    for line in ([headline] if headline else []) + lines:
        match = _EMBARGO.match(line)
        printed = _printed_time(match) if match else None
        if match is None or printed is None or _is_prose(line):
            continue
        when = _instant(printed, published, now)
        if when is None and not line.split()[0].isupper():
            continue
        if line is not headline:
            spent.append(DroppedLine("embargo", line))
        return True, when
    return False, None


def _printed_time(match: re.Match[str]) -> str | None:
    """What follows "until": the mark itself may end with the word."""
    if match.group().removesuffix(match["rest"]).upper().endswith(("BEFORE", "UNTIL")):
        return match["rest"]
    until = _UNTIL.match(match["rest"]) or _FOR.match(match["rest"])
    return until["when"] if until else None


def _is_prose(line: str) -> bool:
    return line[:1].islower() or (len(line) > 170 and not line[:9].isupper())


def _instant(printed: str, published: Stamp | None, now: datetime | None) -> datetime | None:
    """The time in the words after "until": the longest run of words that is a time, else that is a day."""
    base = published.at if published else now
    if base is None:
        return None
    words = _FOUR_DIGITS.sub(_colon, printed).replace("hrs", "").replace("hours", "").split()[:14]
    spans = sorted(((i, j) for i in range(len(words)) for j in range(i + 1, len(words) + 1)), key=lambda s: (s[0] - s[1], s[0]))
    days = []
    for i, j in spans:
        stamp = _stamp(" ".join(words[i:j]).strip(" ,.;:()[]*-"), base)
        if stamp and stamp.precision is not Precision.DAY:
            return stamp.at.astimezone(UTC)
        days.append(stamp)
    day = next((d for d in days if d), None)
    # A day alone is held until it has begun everywhere: never out too early.
    return day.at + timedelta(hours=12) if day else None


def _colon(match: re.Match[str]) -> str:
    """`0001 GMT` is 00:01, but the `2025` of `March 2025 GMT` is a year."""
    before = match.string[: match.start()].split()
    is_year = match["h"] == "20" and bool(before) and month_number(before[-1].strip(",.")) is not None
    return match.group() if is_year else f"{match['h']}:{match['m']}"


def _stamp(printed: str, base: datetime) -> Stamp | None:
    for text in (printed, f"{printed} {base.year}", _with_year(printed, base)):
        # A time without zone is read in the last zone on earth, for the same reason as a day.
        stamp = resolve(text, source=StampSource.PAGE, now=base + _AHEAD, zone="Etc/GMT+12", literal=True) if text else None
        if stamp is not None and abs(stamp.at - base) < _AHEAD:
            return stamp
    return None


def _with_year(printed: str, base: datetime) -> str | None:
    words = printed.replace(",", "").split()
    months = [month_number(w) for w in words]
    numbers = [int(w) for w in words if w.isdigit() and len(w) <= 2]
    month = next((m for m in months if m), None)
    if month is None or not numbers:
        return None
    day = nearest_day(month, numbers[-1], (base + timedelta(days=180)).date())
    at = next(i for i, m in enumerate(months) if m)
    return " ".join([*words[: at + 1], *words[at + 1 :], str(day.year)]) if day else None


def _content_type(lines: list[str], text: str, url: str | None, headline: str | None, spent: list[DroppedLine]) -> ContentType | None:
    found = None
    for line in lines[:4]:
        if len(line) <= 90 and _PAID.match(line):
            spent.append(DroppedLine("paid mark", line))
            found = ContentType.PAID
        elif len(line) <= 60 and (match := _RELEASE.match(line)) and found is None:
            found = ContentType.PRESS_RELEASE
            if match.end() == len(line):
                spent.append(DroppedLine("press release mark", line))
    tail = text[-900:]
    if found is None and ("ress release" in tail or "aid " in tail or "ponsored" in tail or "journalist" in tail):
        found = ContentType.PAID if _PAID_SENTENCE.search(tail) else ContentType.PRESS_RELEASE if _RELEASE_SENTENCE.search(tail) else None
    return found or _by_headline(headline) or _by_path(url)


def _by_headline(headline: str | None) -> ContentType | None:
    if not headline:
        return None
    if re.match(r"\W{0,2}(?:SPONSORED|Sponsored|ADVERTORIAL|Advertorial|ANZEIGE|Anzeige|Paid content|PAID)\s?[:|\])]", headline):
        return ContentType.PAID
    return ContentType.PRESS_RELEASE if re.match(r"\W{0,2}(?i:press release)\s?[:|\])–—-]", headline) else None


def _by_path(url: str | None) -> ContentType | None:
    path = url.partition("://")[2].partition("/")[2].partition("?")[0] if url else ""
    if not path:
        return None
    path = f"/{path}"
    return ContentType.PAID if _PAID_PATH.search(path) else ContentType.PRESS_RELEASE if _RELEASE_PATH.search(path) else None
