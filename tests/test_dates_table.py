"""What feeds and pages print for a date, in many languages and formats: the right instant, the right day, or
nothing. Never a wrong value."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from ingest.dates import numeric_orders, resolve
from ingest.model import Feed, Precision, Stamp, StampSource
from ingest.poll.feed import FeedInput, parse_feed

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BERLIN, NEW_YORK, MADRID = "Europe/Berlin", "America/New_York", "Europe/Madrid"


def meaning(
    raw: str, *, now: datetime = NOW, source: StampSource = StampSource.FEED, **hints: object
) -> str | None:
    """The instant in ISO UTC (to the minute where no second is printed), the day alone, or None."""
    stamp: Stamp | None = resolve(raw, source=source, now=now, **hints)  # type: ignore[arg-type]
    if stamp is None:
        return None
    assert stamp.raw == raw
    if stamp.precision is Precision.DAY:
        return stamp.day.isoformat()
    return stamp.at.strftime(
        "%Y-%m-%dT%H:%MZ" if stamp.precision is Precision.MINUTE else "%Y-%m-%dT%H:%M:%SZ"
    )


# A string of each kind, by the day that it names.
MARCH_5_2026 = """
Mar 5, 2026 · Mar. 5, 2026 · mar 5 2026 · 5 Mar 2026 · 5 mar. 2026 · 05-Mar-2026 · 05/Mar/2026 · Mar-05-2026
Thursday, March 5, 2026 · March 5th, 2026 · the 5th of March, 2026 · Thu 5 Mar 26 · 2026 March 5 · 2026-Mar-05
Thursday March 5 2026 · Posted on Mar 5, 2026 · Published: 5 March 2026 · ( 5 March 2026 ) · | Mar 5, 2026
Thu, Mar 5, 2026 · jeu. 5 mars 2026 · jeudi 5 mars 2026 · le 5 mars 2026 · Publié le 5 mars 2026
jueves, 5 de marzo de 2026 · 5 mar 2026 · 5 de mar. de 2026 · jue., 5 mar. 2026 · marzo 5, 2026 · 5/mar/2026
Publicado el 5 de marzo de 2026 · 5 de março de 2026 · quinta-feira, 5 de março de 2026 · qui, 5 mar 2026
Qui., 05 de mar. de 2026 · giovedì 5 marzo 2026 · gio 5 mar 2026 · gio, 5 mar. 2026 · 5 marzo 2026
torsdag 5 mars 2026 · tors 5 mar 2026 · den 5 mars 2026 · torsdag den 5:e mars 2026 · Publicerad 5 mars 2026
torsdag den 5. marts 2026 · tor. 5. mar. 2026 · 5. marts 2026 · Torsdag 5. mars 2026 · 5. mars 2026
Donnerstag, 5. März 2026 · Do, 5. Mär. 2026 · Do., 5. Mrz 2026 · 5. Maerz 2026 · den 5. März 2026
donderdag 5 maart 2026 · do 5 mrt. 2026 · 5 mrt 2026 · 5e maart 2026 · Geplaatst op 5 maart 2026
czwartek, 5 marca 2026 · czw., 5 mar 2026 · 5 marca 2026 r. · 5 Mart 2026 Perşembe · 05 Mar 2026 Per
Perşembe, 5 Mart 2026 · 5. ožujka 2026. · četvrtak, 5. ožujka 2026. · 5. marta 2026. · čtvrtek 5. března 2026
čt 5. března 2026 · štvrtok 5. marca 2026 · četrtek, 5. marec 2026 · 2026. március 5., csütörtök
2026. márc. 5. · joi, 5 martie 2026 · torstai 5. maaliskuuta 2026 · to 5. maaliskuuta 2026 · 5. märts 2026
2026. gada 5. martā · 2026 m. kovo 5 d. · Πέμπτη, 5 Μαρτίου 2026 · четверг, 5 марта 2026 г. · 5 мар. 2026
четвер, 5 березня 2026 р. · четвъртък, 5 март 2026 г. · четвртак, 5. март 2026. · Kamis, 5 Maret 2026
Khamis, 5 Mac 2026 · Thứ Năm, 5/3/2026 · Thứ năm, ngày 5 tháng 3 năm 2026 · dijous 5 de març del 2026
الخميس 5 مارس 2026 · ٥ مارس ٢٠٢٦ · 5 مارس/آذار 2026 · 5 آذار 2026 · יום חמישי, 5 במרץ 2026
गुरुवार, 5 मार्च 2026 · ৫ মার্চ ২০২৬ · 5 مارچ 2026 · วันพฤหัสบดีที่ 5 มีนาคม พ.ศ. 2569 · 5 มี.ค. 2569 · 5 มี.ค. 69
2026年3月5日 · 2026年3月5日（木） · 2026年3月5日 星期四 · 2026년 3월 5일 (목)
令和8年3月5日 · 民國115年3月5日 · ２０２６年３月５日 · 2026-03-05 · 2026-3-5 · 2026/3/5
2026.03.05 · 2026. 03. 05.
20260305 · 2026-064 · 2026-W10-4 · 2026W104
05.03.2026 · 5.3.2026 · 5. 3. 2026 · Thu, 03/05/2026 · Thursday 5/3/2026 · Thu, 5-3-2026
２０２６／０３／０５ · 5\u00a0mars\u00a02026 · Mar\u202f5,\u20092026 · \u200f5 March 2026\u200e
5\u2011Mar\u20112026 · Thu., March 5 '26 · 5. 3. 2026.
"""
DAYS = [raw.strip() for line in MARCH_5_2026.strip().splitlines() for raw in line.split(" · ")]


@pytest.mark.parametrize("raw", DAYS)
def test_a_day_is_read_in_every_language_it_is_printed_in(raw: str) -> None:
    assert meaning(raw) == "2026-03-05"


INSTANTS: list[tuple[str, dict[str, object], str | None]] = [
    # content systems
    ("Mon, 03/30/2026 - 19:19", {"zone": NEW_YORK}, "2026-03-30T23:19Z"),
    ("Mon, 03/30/2026 - 19:19", {}, "2026-03-30"),
    ("Monday, March 30, 2026 - 19:19", {"zone": NEW_YORK}, "2026-03-30T23:19Z"),
    ("30/03/2026 - 19:19", {"zone": MADRID}, "2026-03-30T17:19Z"),
    ("30/03/2026 - 19h19", {"zone": MADRID}, "2026-03-30T17:19Z"),
    ("30/03/2026 às 19h19min", {"zone": "America/Sao_Paulo"}, "2026-03-30T22:19Z"),
    ("30/03/2026 | 19:19h", {"zone": MADRID}, "2026-03-30T17:19Z"),
    ("30.03.2026 19.19", {"zone": "Europe/Helsinki"}, "2026-03-30T16:19Z"),
    ("30.03.2026, 19:19 Uhr", {"zone": BERLIN}, "2026-03-30T17:19Z"),
    ("30 maart 2026 om 19.19 uur", {"zone": BERLIN}, "2026-03-30T17:19Z"),
    ("30 mars 2026 kl. 19.19", {"zone": BERLIN}, "2026-03-30T17:19Z"),
    ("30 marzo 2026 alle ore 19.19", {"zone": BERLIN}, "2026-03-30T17:19Z"),
    ("19:19 - 30 March 2026", {"zone": "Europe/London"}, "2026-03-30T18:19Z"),
    ("7:19 PM · Mar 30, 2026", {"zone": NEW_YORK}, "2026-03-30T23:19Z"),
    ("Thứ hai, 30/3/2026, 19:19 (GMT+7)", {}, "2026-03-30T12:19Z"),
    ("Thu, Mar 5, 2026 - 3:09pm", {"zone": NEW_YORK}, "2026-03-05T20:09Z"),
    ("05 Mar 2026, 03:09 PM IST", {"region": "IN"}, "2026-03-05T09:39Z"),
    ("Mon Mar 30 19:19:00 2026 -0400", {}, "2026-03-30T23:19:00Z"),
    ("Mon Mar 30 19:19:00 -0400 2026", {}, "2026-03-30T23:19:00Z"),
    ("Mon Mar 30 19:19:00 EDT 2026", {}, "2026-03-30T23:19:00Z"),
    ("Mar 30, 2026 7:19:00 PM EDT", {}, "2026-03-30T23:19:00Z"),
    ("Mon Mar 30 2026 19:19:00 GMT-0400 (Eastern Daylight Time)", {}, "2026-03-30T23:19:00Z"),
    ("3/30/2026 7:19:00 PM +00:00", {}, "2026-03-30T19:19:00Z"),
    ("3/30/2026 7:19:00 PM", {"zone": "UTC"}, "2026-03-30T19:19:00Z"),
    ("30-Mar-2026 19:19:00 UTC", {}, "2026-03-30T19:19:00Z"),
    # one zone printed twice, or two that agree
    ("Mon, 30 Mar 2026 19:19:00 -0400 EDT", {}, "2026-03-30T23:19:00Z"),
    ("Mon, 30 Mar 2026 19:19:00 EDT -0400", {}, "2026-03-30T23:19:00Z"),
    ("Mon, 30 Mar 2026 19:19:00 -0400 (EDT)", {}, "2026-03-30T23:19:00Z"),
    ("Mon, 30 Mar 2026 19:19:00 (EDT)", {}, "2026-03-30T23:19:00Z"),
    ("2026-03-30 19:19:00 -0400 EDT", {}, "2026-03-30T23:19:00Z"),
    ("2026-03-30 19:19:00.5 -0400 EDT m=+0.0021", {}, "2026-03-30T23:19:00Z"),
    ("2026-03-30 19:19:00 +0000 UTC", {}, "2026-03-30T19:19:00Z"),
    ("2026-03-30 19:19:00 -0300 -03", {}, "2026-03-30T22:19:00Z"),
    ("2026-03-30T19:19:00-04:00Z", {}, "2026-03-30T23:19:00Z"),
    ("2026-03-30T19:19:00+00:00Z", {}, "2026-03-30T19:19:00Z"),
    ("2026-03-30T19:19:00+02:00[Europe/Berlin]", {}, "2026-03-30T17:19:00Z"),
    ("2026-03-30T19:19:00Z[UTC]", {}, "2026-03-30T19:19:00Z"),
    ("Mon, 30 Mar 2026 19:19:00 + 0200", {}, "2026-03-30T17:19:00Z"),
    ("2026-03-30T19:19:00+02:0", {}, "2026-03-30"),
    ("Mon, 30 Mar 2026 19:19:00 GMT GMT", {}, "2026-03-30T19:19:00Z"),
    ("Mon, 30 Mar 2026 19:19:00 GMT+0000", {}, "2026-03-30T19:19:00Z"),
    ("Mon, 30 Mar 2026 19:19:00 +0200 CEST", {}, "2026-03-30T17:19:00Z"),
    ("Mon, 30 Mar 2026 19:19:00 -0400 EST", {}, "2026-03-30T23:19:00Z"),
    ("Mon, 30 Mar 2026 19:19:00 +0530 IST", {}, "2026-03-30T13:49:00Z"),
    ("Mon, 30 Mar 2026 19:19:00 +0800 CST", {}, "2026-03-30T11:19:00Z"),
    # zones that contradict each other leave the day
    ("Mon, 30 Mar 2026 19:19:00 -0800 EDT", {}, "2026-03-30"),
    ("Mon, 30 Mar 2026 19:19:00 +0200 +0300", {}, "2026-03-30"),
    ("Mon, 30 Mar 2026 19:19:00 +0200 GMT", {}, "2026-03-30"),
    ("2026-03-30T19:19:00+05:00[Europe/Berlin]", {}, "2026-03-30"),
    ("Mon, 30 Mar 2026 19:19:00 EST PST", {}, "2026-03-30"),
    ("Mon, 30 Mar 2026 19:19:00 +0275", {}, "2026-03-30"),
    # fields without zeros, other signs
    ("2026-3-5T10:00:00Z", {}, "2026-03-05T10:00:00Z"),
    ("2026-3-5T9:5:3Z", {}, "2026-03-05T09:05:03Z"),
    ("2026-3-5 9:05", {"zone": "UTC"}, "2026-03-05T09:05Z"),
    ("2026/3/5 9:05:00 +0100", {}, "2026-03-05T08:05:00Z"),
    ("2026/03/05T09:05:00Z", {}, "2026-03-05T09:05:00Z"),
    ("2026.03.05 09:05:00 +01:00", {}, "2026-03-05T08:05:00Z"),
    ("Thu, 5 Mar 2026 9:5:3 GMT", {}, "2026-03-05T09:05:03Z"),
    ("Thu,5 Mar 2026 09:05:00 GMT", {}, "2026-03-05T09:05:00Z"),
    ("Thu , 05 Mar 2026 09:05:00 GMT", {}, "2026-03-05T09:05:00Z"),
    ("2026\u201103\u201105T09:05:00\u221204:00", {}, "2026-03-05T13:05:00Z"),
    ("2026-03-05 T 09:05:00 Z", {}, "2026-03-05T09:05:00Z"),
    ("2026-03-05T09:05:00+1", {}, "2026-03-05T08:05:00Z"),
    ("2026-03-05T09:05:00+530", {}, "2026-03-05T03:35:00Z"),
    ("2026-03-05 09:05:00 GMT +2", {}, "2026-03-05T07:05:00Z"),
    ("2026-064T09:05:00Z", {}, "2026-03-05T09:05:00Z"),
    ("2026-W10-4T09:05:00Z", {}, "2026-03-05T09:05:00Z"),
    ("20260305T09:05:00Z", {}, "2026-03-05T09:05:00Z"),
    ("20260305 09:05", {"zone": "UTC"}, "2026-03-05T09:05Z"),
    ("٢٠٢٦-٠٣-٠٥T٠٩:٠٥:٠٠Z", {}, "2026-03-05T09:05:00Z"),
    ("２０２６－０３－０５　０９：０５：００　＋０９００", {}, "2026-03-05T00:05:00Z"),
    # years of two and three digits (RFC 5322, 4.3)
    ("Thu, 05 Mar 26 09:05:00 GMT", {}, "2026-03-05T09:05:00Z"),
    ("Fri, 05 Mar 99 09:05:00 GMT", {}, "1999-03-05T09:05:00Z"),
    ("Thu, 05 Mar 126 09:05:00 GMT", {}, "2026-03-05T09:05:00Z"),
    # weekdays and months of other languages in mail dates
    ("Do, 05 Mär 2026 09:05:00 +0100", {}, "2026-03-05T08:05:00Z"),
    ("jeu., 05 mars 2026 09:05:00 +0100", {}, "2026-03-05T08:05:00Z"),
    ("mar., 03 mars 2026 09:05:00 +0100", {}, "2026-03-03T08:05:00Z"),
    ("mar, 03 mar 2026 09:05:00 +0100", {}, "2026-03-03T08:05:00Z"),
    ("czw, 05 mar 2026 09:05:00 +0100", {}, "2026-03-05T08:05:00Z"),
    ("Per, 05 Mar 2026 09:05:00 +0300", {}, "2026-03-05T06:05:00Z"),
    ("Чт, 05 мар 2026 09:05:00 +0300", {}, "2026-03-05T06:05:00Z"),
    ("tor, 05 mar 2026 09:05:00 +0100", {}, "2026-03-05T08:05:00Z"),
    ("gio, 05 mar 2026 09:05:00 +0100", {}, "2026-03-05T08:05:00Z"),
    ("Qui, 05 Mar 2026 09:05:00 -0300", {}, "2026-03-05T12:05:00Z"),
    ("lun. 02 mars 2026 09:05:00 +0100", {}, "2026-03-02T08:05:00Z"),
    ("Sept. 5, 2026 10:15 a.m. GMT", {}, "2026-09-05T10:15Z"),
    ("5 Sept 2026 10:15 GMT", {}, "2026-09-05T10:15Z"),
    # clocks
    ("5 March 2026 12:15 A", {"zone": "UTC"}, "2026-03-05"),
    ("2026-03-05 12:15:00P", {"zone": "UTC"}, "2026-03-05"),
    ("5 March 2026 10:15 (FOO)", {"zone": "UTC"}, "2026-03-05"),
    ("March 5, 2026 10:15 AM PT", {}, "2026-03-05T18:15Z"),
    ("March 5, 2026, 10:15 a.m. CT", {}, "2026-03-05T16:15Z"),
    ("Thu, 05 Mar 2026 10:15:00 PET", {}, "2026-03-05T15:15:00Z"),
    ("10:15 AM MT, March 5, 2026", {}, "2026-03-05T17:15Z"),
    ("pt. 6 marca 2026 10:15", {"zone": "Europe/Warsaw"}, "2026-03-06T09:15Z"),
    ("March 5, 2026 12:00 a.m. UTC", {}, "2026-03-05T00:00Z"),
    ("March 5, 2026 12:00 p.m. UTC", {}, "2026-03-05T12:00Z"),
    ("5 de marzo de 2026, 3:15\u00a0p.\u00a0m.", {"zone": "America/Bogota"}, "2026-03-05T20:15Z"),
    ("5 de marzo de 2026 a las 15:15 hs.", {"zone": "America/Bogota"}, "2026-03-05T20:15Z"),
    ("March 5, 2026 13:15 PM UTC", {}, None),
    ("March 5, 2026 25:15 UTC", {}, None),
    ("30.03.2026 29.99", {}, None),
    ("3/30/2026 7:19:00 M", {"zone": "UTC"}, "2026-03-30"),
    ("30.03.2026 7:19 5 pm", {"zone": "UTC"}, None),
    ("Wed, 04 Mar 2026 24:00:00 GMT", {}, "2026-03-05T00:00:00Z"),
    ("2026-03-04 24:00", {"zone": BERLIN}, "2026-03-04T23:00Z"),
    ("Wed, 04 Mar 2026 24:05:00 GMT", {}, None),
    ("2026年3月5日 下午15:30", {"zone": "Asia/Shanghai"}, "2026-03-05T07:30Z"),
    ("2026年3月5日 凌晨0:30", {"zone": "Asia/Shanghai"}, "2026-03-04T16:30Z"),
    ("2026年3月5日 午後0時30分", {"zone": "Asia/Tokyo"}, "2026-03-05T03:30Z"),
    ("2026年3月5日 午前12時", {"zone": "Asia/Tokyo"}, "2026-03-05"),
    ("2026年3月5日 晚上12:00", {"zone": "Asia/Shanghai"}, "2026-03-05"),
    ("2026. március 5. du. 3:15", {"zone": "Europe/Budapest"}, "2026-03-05T14:15Z"),
    ("5 mars 2026 3:15 em", {"zone": "Europe/Stockholm"}, "2026-03-05"),
    # two clocks are no clock and an offset
    ("5 March 2026, 10:15 - 11:30", {"zone": "UTC"}, "2026-03-05"),
    ("5 March 2026 10:15\u201311:30", {"zone": "UTC"}, "2026-03-05"),
    ("5 March 2026 10:15 - 09:30", {"zone": "UTC"}, "2026-03-05"),
    ("5 March 2026 10:15:00 -05:00", {}, "2026-03-05T15:15:00Z"),
    ("10:15 - 5 March 2026", {"zone": "UTC"}, "2026-03-05T10:15Z"),
    # the order of numbers: unknown is None
    ("03/04/2026", {}, None),
    ("03/04/2026", {"language": "en"}, None),
    ("03/04/2026", {"language": "en-US"}, "2026-03-04"),
    ("03/04/2026", {"language": "en-GB"}, "2026-04-03"),
    ("03/04/2026", {"language": "en-AU"}, "2026-04-03"),
    ("03/04/2026", {"language": "en-CA"}, None),
    ("03/04/2026", {"language": "en-PH"}, None),
    ("03/04/2026", {"language": "es-US"}, None),
    ("03/04/2026", {"language": "es"}, "2026-04-03"),
    ("03/04/2026", {"language": "pt-BR"}, "2026-04-03"),
    ("03-04-2026", {"language": "nl"}, "2026-04-03"),
    ("03.04.2026", {}, "2026-04-03"),
    ("03.04.2026", {"language": "en-US"}, "2026-04-03"),
    ("Fri, 03/04/2026", {}, "2026-04-03"),
    ("Wed, 03/04/2026", {}, "2026-03-04"),
    ("Fri, 03/04/2026", {"language": "en-US"}, "2026-04-03"),
    ("Mon, 03/04/2026", {"language": "en-US"}, None),
    ("03/30/2026", {"language": "en-GB"}, "2026-03-30"),
    ("30/03/2026", {"language": "en-US"}, "2026-03-30"),
    ("12/11/2026", {}, "2026-11-12"),
    ("12/11/2026", {"language": "en-US"}, None),
    ("02-03-26", {"language": "de"}, None),
    ("30/06/24", {"language": "en-US"}, "2024-06-30"),
    ("02.03.26", {"language": "de"}, "2026-03-02"),
    ("02-03-26", {"language": "nl"}, "2026-03-02"),
    ("26-11-05", {}, None),
    ("05/06/07", {}, None),
    ("Mon, 02-03-26", {}, "2026-03-02"),
    # a weekday that contradicts a date that is whole without it decides nothing
    ("Tue, 30 Mar 2026 19:19:00 GMT", {}, "2026-03-30T19:19:00Z"),
    ("Tuesday, 30 March 2026", {}, "2026-03-30"),
    # names that are two months
    ("5 listopada 2025", {"language": "pl"}, "2025-11-05"),
    ("5. listopada 2025.", {"language": "hr"}, "2025-10-05"),
    ("5. listopadu 2025", {}, "2025-11-05"),
    ("5. listopada 2025.", {}, None),
    ("nedjelja, 5. listopada 2025.", {}, "2025-10-05"),
    ("środa, 5 listopada 2025", {}, "2025-11-05"),
    ("so 7. března 2026", {}, "2026-03-07"),
    # Buddhist years, where the writer is Thai
    ("05/03/2569", {"language": "th"}, "2026-03-05"),
    ("2569-03-05T09:05:00+07:00", {"language": "th"}, "2026-03-05T02:05:00Z"),
    ("29 กุมภาพันธ์ 2567", {}, "2024-02-29"),
    ("05/03/2569", {}, None),
    ("5 March 2569", {}, None),
    # epochs
    ("1772701500", {}, "2026-03-05T09:05:00Z"),
    ("1772701500000", {}, "2026-03-05T09:05:00Z"),
    ("@1772701500", {"source": StampSource.PAGE}, "2026-03-05T09:05:00Z"),
    ("/Date(1772701500000-0400)/", {}, "2026-03-05T09:05:00Z"),
    ("1772701500.25", {}, "2026-03-05T09:05:00Z"),
    ("1772701500", {"source": StampSource.PAGE}, None),
    ("177270", {}, None),
    ("2026030509", {}, None),
    # the calendar and the window
    ("29 Feb 2024", {}, "2024-02-29"),
    ("29 Feb 2026", {}, None),
    ("Thu, 29 Feb 2024 23:59:59 -0500", {}, "2024-03-01T04:59:59Z"),
    ("2000-02-29", {}, "2000-02-29"),
    ("2025-366", {}, None),
    ("2024-366", {}, "2024-12-31"),
    ("2020-W53-5", {}, "2021-01-01"),
    ("Wed, 31 Dec 2025 23:30:00 -0500", {}, "2026-01-01T04:30:00Z"),
    ("Thu, 01 Jan 2026 00:30:00 +0900", {}, "2025-12-31T15:30:00Z"),
    ("Sun, 31 Dec 1989 23:59:59 GMT", {}, None),
    ("Thu, 01 Jan 1970 00:00:00 GMT", {}, None),
    ("Mon, 01 Jan 0001 00:00:00 +0000", {}, None),
    ("Sun, 07 Jul 3013 15:06:01 +0000", {}, None),
    ("2026-11-22T11:59:59Z", {}, "2026-11-22T11:59:59Z"),
    ("2026-11-22T12:00:01Z", {}, None),
    # no dates, or more than a date
    ("5-6 March 2026", {}, None),
    ("March 5 and 6, 2026", {}, None),
    ("March 2026", {}, None),
    ("5 March", {}, None),
    ("1, 2/3/2026", {}, None),
    ("2026-W10", {}, None),
    ("Updated 5 March 2026", {}, None),
    ("Mar 5, 2026 | Mar 6, 2026", {}, None),
    ("5 March 2026 3 comments", {}, None),
    ("5 فروردین 1405", {}, None),
    ("16 رمضان 1447", {}, None),
    ("3 days ago", {}, None),
    ("July 2025 at 1:40 am · 2-min", {}, None),
    ("Min, 01 Mar 2026 10:15:00 +0700", {}, "2026-03-01T03:15:00Z"),
    ("31 April 2026", {}, None),
    ("0000-00-00T00:00:00Z", {}, None),
    ("Mar 5, 2026, a sunny day", {}, None),
]


@pytest.mark.parametrize(
    ("raw", "hints", "meant"), INSTANTS, ids=[f"{raw}{hints or ''}" for raw, hints, _ in INSTANTS]
)
def test_a_stamp_is_its_instant_its_day_or_nothing(
    raw: str, hints: dict[str, object], meant: str | None
) -> None:
    assert meaning(raw, **hints) == meant  # type: ignore[arg-type]


# Every hour at which clocks were set, as a stamp without a zone in a feed with one.
@pytest.mark.parametrize(
    ("raw", "zone", "meant"),
    [
        ("2026-03-08 01:59:59", NEW_YORK, "2026-03-08T06:59:59Z"),
        ("2026-03-08 02:30:00", NEW_YORK, "2026-03-08T07:30:00Z"),
        ("2026-03-08 03:00:00", NEW_YORK, "2026-03-08T07:00:00Z"),
        ("2026-11-01 00:59:59", NEW_YORK, "2026-11-01T04:59:59Z"),
        ("2026-11-01 01:30:00", NEW_YORK, "2026-11-01T05:30:00Z"),
        ("2026-11-01 02:00:00", NEW_YORK, "2026-11-01T07:00:00Z"),
        ("2026-03-29 02:30:00", BERLIN, "2026-03-29T01:30:00Z"),
        ("2026-10-25 02:30:00", BERLIN, "2026-10-25T00:30:00Z"),
        ("2026-04-05 01:45:00", "Australia/Lord_Howe", "2026-04-04T14:45:00Z"),
        ("Nov 1, 2026 1:30 AM EST", BERLIN, "2026-11-01T06:30Z"),
        ("Nov 1, 2026 1:30 AM EDT", BERLIN, "2026-11-01T05:30Z"),
    ],
)
def test_clocks_put_forward_move_the_time_forward_and_put_back_leave_the_first(
    raw: str, zone: str, meant: str
) -> None:
    assert meaning(raw, zone=zone) == meant


def test_a_literal_time_that_was_shown_twice_is_the_later() -> None:
    assert meaning("Nov 1, 2026 1:30 AM ET") == "2026-11-01T05:30Z"
    assert meaning("Nov 1, 2026 1:30 AM ET", literal=True) == "2026-11-01T06:30Z"


def test_every_day_of_forty_years_is_read_alike_in_each_form() -> None:
    day = date(1990, 1, 1)
    while day <= NOW.date():
        forms = (
            day.isoformat(),
            f"{day:%a, %d %b %Y}",
            f"{day:%B} {day.day}, {day.year}",
            f"{day:%d.%m.%Y}",
            f"{day.isocalendar().year}-W{day.isocalendar().week:02}-{day.isoweekday()}",
        )
        assert {meaning(raw) for raw in forms} == {day.isoformat()}, forms
        # The weekday settles the order, but where both days have one weekday.
        assert meaning(f"{day:%a}, {day:%m/%d/%Y} - 10:15") in (day.isoformat(), None)
        day += timedelta(days=11)


# -- the dates of one document -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raws", "orders"),
    [
        (["03/04/2026", "25/04/2026"], {"/": "dmy"}),
        (["03/04/2026 10:15", "04/25/2026 10:15"], {"/": "mdy"}),
        (["03/04/2026", "Fri, 03/04/2026"], {"/": "dmy"}),
        (["03/04/2026", "05/06/2026"], {}),
        (["03/04/2026", "25/04/2026", "04/25/2026"], {"/": "mixed"}),
        (["03-04-2026", "25-04-2026", "04/25/2026"], {"-": "dmy", "/": "mdy"}),
        (["03/04/2026", "25.04.2026"], {}),
        (["03/04/2026", "25/04/26"], {}),
        (["03/04/2026", "Mon, 03/04/2026"], {}),
        (["03/04/2026", "25/04/2026 nonsense"], {}),
        (["Thu, 05 Mar 2026 09:05:00 GMT", None, ""], {}),
        (["04/04/2026", "2026/04/25"], {}),
    ],
)
def test_the_order_of_numbers_is_what_the_dates_of_the_document_prove(
    raws: list[str | None], orders: dict[str, str]
) -> None:
    assert numeric_orders(raws) == numeric_orders(reversed(raws)) == orders


def test_the_document_settles_what_the_date_alone_leaves_open() -> None:
    assert meaning("03/04/2026", orders={"/": "dmy"}) == "2026-04-03"
    assert meaning("03/04/2026", orders={"/": "mdy"}) == "2026-03-04"
    assert meaning("03/04/2026", orders={"/": "mdy"}, language="en-GB") == "2026-03-04"
    assert meaning("03/04/2026", orders={"/": "mixed"}, language="en-GB") is None
    assert meaning("03-04-2026", orders={"/": "dmy"}) is None
    assert meaning("Fri, 03/04/2026", orders={"/": "mdy"}) == "2026-04-03"
    assert meaning("12/11/2026", orders={"/": "mdy"}) is None


def test_a_feed_that_prints_one_day_beyond_the_twelfth_has_all_its_days() -> None:
    dates = ("03/04/2026", "25/03/2026", "11/03/2026 10:15")
    items = "".join(
        f"<item><guid>{number}</guid><title>Bridge {number}</title><pubDate>{raw}</pubDate></item>"
        for number, raw in enumerate(dates)
    )
    body = f"<rss version='2.0'><channel><title>Wire</title><language>en</language>{items}</channel></rss>"
    feed = Feed("wire", "https://wire.example/rss")
    document = parse_feed(FeedInput(feed, body.encode(), feed.url, None, NOW))
    published = [entry.published.day.isoformat() for entry in document.entries if entry.published]
    assert published == ["2026-04-03", "2026-03-25", "2026-03-11"]
    assert [entry.published_raw for entry in document.entries] == list(dates)
