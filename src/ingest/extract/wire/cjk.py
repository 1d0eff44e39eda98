"""Openings in Chinese, Japanese and Korean, where place, day and agency share one bracket or are written
without a space."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from ingest.dates import nearest_day
from ingest.extract.wire.agencies import AgencyTable


@dataclass(frozen=True, slots=True)
class CjkOpening:
    """`length` characters to cut; the rest as in Opening."""

    length: int
    agency: str
    located: str | None = None
    day: date | None = None
    reporters: tuple[str, ...] = ()


_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")
# 新华社北京4月2日电（记者张三）, 中新社伦敦2月1日电, (中央社記者王小明台北2日電)
_CHINESE = re.compile(
    r"[\s（(【\[]*(?P<name>新华社|新華社|中新社|中新网|中央社|路透社?|法新社?|美联社?|美聯社|塔斯社|共同社|韩联社|韓聯社|德新社|埃菲社|安莎社)"
    r"(?:快讯)?[，,：:]?\s?(?:[（(]?[记記]者(?P<who1>[\u4e00-\u9fff、]{2,12})(?=[\u4e00-\u9fff]{2,4}\d)[）)]?)?"
    r"(?P<place>[\u4e00-\u9fff·]{2,12}?)?\s?(?:(?P<m>\d{1,2})月)?(?:(?P<d>\d{1,2})日)?(?:[专專綜综合]{0,4}[电電])"
    r"[）)】\]]?\s?(?:[（(](?:[^（）()]{0,12})?[记記]者(?P<who2>[^（）()]{2,30})[）)])?\s?(?:题|題)?[:：]?\s?"
)
# [ソウル　２１日　ロイター] -, 【ソウル共同】, 【4月2日 AFP】, 【東京時事】, 【北京＝共同】
_JAPANESE = re.compile(
    r"\s*[\[【［〔（(](?P<in>[^\[\]【】［］〔〕（）()\n]{2,40})[\]】］〕）)]\s?(?:[-–—―ー＝=]\s?)?"
)
_WHERE = re.compile(
    r"(?P<place>[^\d\s　=]{0,20})[\s　=]*(?:(?P<m>\d{1,2})月)?(?:(?P<d>\d{1,2})日)?発?[\s　=・/]*"
)
# (서울=연합뉴스) 홍길동 기자 =, [서울=뉴시스]
_KOREAN = re.compile(
    r"\s*[(\[【](?P<place>[^()\[\]=]{1,20})=(?P<name>[^()\[\]=\s]{2,12})[)\]】]"
    r"\s?(?:(?P<who>[가-힣·, ]{2,24}?)\s?(?:기자|특파원)\s?=?)?\s?=?\s?"
)


def read_cjk(head: str, agencies: AgencyTable, near: date | None) -> CjkOpening | None:
    """The opening in front of `head` if it is one of these forms, else None."""
    start = head[:40].lstrip()[:14]
    if not start or (start.isascii() and start[0] not in "(["):
        return None
    text = head.translate(_WIDE)
    return _chinese(text, agencies, near) or _korean(text, agencies) or _japanese(text, agencies, near)


def _chinese(text: str, agencies: AgencyTable, near: date | None) -> CjkOpening | None:
    match = _CHINESE.match(text)
    if match is None:
        return None
    who = match["who1"] or match["who2"]
    return CjkOpening(
        match.end(),
        _named(match["name"], agencies),
        match["place"],
        _day(match["m"], match["d"], near),
        tuple(re.split(r"[、,，\s]+", who.strip())) if who else (),
    )


def _korean(text: str, agencies: AgencyTable) -> CjkOpening | None:
    match = _KOREAN.match(text)
    if match is None or not any("가" <= c <= "힣" for c in match["name"] + match["place"]):
        return None
    who = tuple(w for w in re.split(r"[·,\s]+", match["who"] or "") if w)
    return CjkOpening(match.end(), _named(match["name"], agencies), match["place"], reporters=who)


def _japanese(text: str, agencies: AgencyTable, near: date | None) -> CjkOpening | None:
    match = _JAPANESE.match(text)
    if match is None or text[: match.end()].isascii():
        return None
    inner = match["in"].strip().replace("＝", "=")
    known = agencies.find(inner)
    if known:
        return CjkOpening(match.end(), known.name)
    for cut in range(1, len(inner) - 1):
        agency = agencies.find(inner[cut:])
        where = _WHERE.fullmatch(inner[:cut]) if agency else None
        if agency and where:
            return CjkOpening(
                match.end(), agency.name, where["place"] or None, _day(where["m"], where["d"], near)
            )
    return None


def _named(printed: str, agencies: AgencyTable) -> str:
    known = agencies.find(printed)
    return known.name if known else printed


def _day(month: str | None, dom: str | None, near: date | None) -> date | None:
    """A day without a month is the nearest such day not after `near` + 2."""
    if near is None or dom is None:
        return None
    if month:
        return nearest_day(int(month), int(dom), near)
    months = (near.month % 12 + 1, near.month, (near.month - 2) % 12 + 1)
    days = [day for m in months if (day := nearest_day(m, int(dom), near))]
    return min(days, key=lambda day: abs((day - near).days), default=None)
