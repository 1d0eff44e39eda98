"""The resolver over the classes of stamps that feeds and pages print: the right instant, a day, or
nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.dates import from_url, nearest_day, resolve
from ingest.model import Precision, Stamp, StampSource

NOW = datetime(2025, 7, 15, 12, tzinfo=UTC)


def read(raw: str | None, **hints: str) -> Stamp | None:
    return resolve(raw, source=StampSource.FEED, now=NOW, **hints)  # type: ignore[arg-type]


def told(stamp: Stamp | None) -> str | None:
    """An instant as ISO UTC, a day as the day alone."""
    if stamp is None:
        return None
    if stamp.precision is Precision.DAY:
        assert stamp.at == datetime.combine(stamp.day, datetime.min.time(), UTC)
        return stamp.day.isoformat()
    return stamp.at.isoformat().replace("+00:00", "Z")


# (raw, hints, what it means)
TABLE: list[tuple[str, dict[str, str], str | None]] = [
    # ISO 8601 and RFC 3339
    ("2025-04-02T10:15:00Z", {}, "2025-04-02T10:15:00Z"),
    ("2025-04-02T10:15:00.250+03:00", {}, "2025-04-02T07:15:00.250000Z"),
    ("2025-04-02t10:15:00z", {}, "2025-04-02T10:15:00Z"),
    ("2025-04-02 10:15:00 +0530", {}, "2025-04-02T04:45:00Z"),
    ("2025-04-02T10:15+09", {}, "2025-04-02T01:15:00Z"),
    ("2025-04-02T00:30:00-07:00", {}, "2025-04-02T07:30:00Z"),
    ("2025-04-02", {}, "2025-04-02"),
    ("20250402", {}, "2025-04-02"),
    ("20250402T101500Z", {}, "2025-04-02T10:15:00Z"),
    ("20250402101500", {"zone": "UTC"}, "2025-04-02T10:15:00Z"),
    ("2025-W14-3", {}, "2025-04-02"),
    ("2025W143T101500Z", {}, "2025-04-02T10:15:00Z"),
    ("2025-092", {}, "2025-04-02"),
    ("2025-W14", {}, None),
    ("2025-W54-1", {}, None),
    ("2025-366", {}, None),
    # mail dates
    ("Wed, 02 Apr 2025 10:15:00 GMT", {}, "2025-04-02T10:15:00Z"),
    ("Wed, 02 Apr 2025 10:15:00 +0200", {}, "2025-04-02T08:15:00Z"),
    ("2 Apr 25 10:15 UT", {}, "2025-04-02T10:15:00Z"),
    ("Wed, 2 Apr 2025 10:15:00 EST", {}, "2025-04-02T15:15:00Z"),
    ("Wed, 02 Jul 2025 10:15:00 PDT", {}, "2025-07-02T17:15:00Z"),
    ("Wed, 02 Apr 2025 10:15:00 GMT+9", {}, "2025-04-02T01:15:00Z"),
    ("Wed, 02 Apr 2025 10:15:00 UTC-05:00", {}, "2025-04-02T15:15:00Z"),
    ("Thu, 09 Jan 2025 10:15:00 CET", {}, "2025-01-09T09:15:00Z"),
    ("Wed, 02 Jul 2025 10:15:00 CEST", {}, "2025-07-02T08:15:00Z"),
    ("Wed, 02 Jul 2025 10:15:00 BST", {}, "2025-07-02T09:15:00Z"),
    ("Wed, 02 Jul 2025 10:15:00 JST", {}, "2025-07-02T01:15:00Z"),
    ("Wed, 02 Jul 2025 10:15:00 +1500", {}, "2025-07-02"),
    ("Wed, 02 Jul 2025 10:15:00 QQT", {}, "2025-07-02"),
    # names that region or season must settle
    ("Wed, 02 Jul 2025 10:15:00 IST", {}, "2025-07-02"),
    ("Wed, 02 Jul 2025 10:15:00 IST", {"region": "IN"}, "2025-07-02T04:45:00Z"),
    ("Wed, 02 Jul 2025 10:15:00 IST", {"region": "IE"}, "2025-07-02T09:15:00Z"),
    ("Thu, 09 Jan 2025 10:15:00 IST", {"region": "IL"}, "2025-01-09T08:15:00Z"),
    ("Wed, 02 Jul 2025 10:15:00 CST", {"region": "CN"}, "2025-07-02T02:15:00Z"),
    ("Wed, 02 Jul 2025 10:15:00 CST", {"language": "zh"}, "2025-07-02T02:15:00Z"),
    ("Wed, 02 Jul 2025 10:15:00 CET", {}, "2025-07-02"),
    ("July 2, 2025 10:15 AM EST", {}, "2025-07-02"),
    ("July 2, 2025 10:15 AM ET", {}, "2025-07-02T14:15:00Z"),
    ("January 9, 2025 10:15 AM ET", {}, "2025-01-09T15:15:00Z"),
    # no zone
    ("2025-04-02 10:15:00", {}, "2025-04-02"),
    ("2025-04-02 10:15:00", {"zone": "America/New_York"}, "2025-04-02T14:15:00Z"),
    ("2025-01-09 10:15:00", {"zone": "America/New_York"}, "2025-01-09T15:15:00Z"),
    ("2025-03-09 02:30:00", {"zone": "America/New_York"}, "2025-03-09T07:30:00Z"),
    ("2024-11-03 01:30:00", {"zone": "America/New_York"}, "2024-11-03T05:30:00Z"),
    ("2025-04-02 10:15", {"zone": "No/Where"}, "2025-04-02"),
    # slashes, dots and dashes
    ("2020/1/10", {}, "2020-01-10"),
    ("2025/04/02 10:15:00 +0000", {}, "2025-04-02T10:15:00Z"),
    ("03/04/2025", {}, None),
    ("03/04/2025", {"language": "en-US"}, "2025-03-04"),
    ("03/04/2025", {"language": "en-GB"}, "2025-04-03"),
    ("03/04/2025", {"language": "fr"}, "2025-04-03"),
    ("25/04/2025", {}, "2025-04-25"),
    ("04/25/2025", {}, "2025-04-25"),
    ("04/04/2025", {}, "2025-04-04"),
    ("02.04.2025 10:15", {"zone": "Europe/Berlin"}, "2025-04-02T08:15:00Z"),
    ("02-04-2025", {"language": "nl"}, "2025-04-02"),
    ("30/06/24", {"language": "it"}, "2024-06-30"),
    # epochs
    ("1743588900", {}, "2025-04-02T10:15:00Z"),
    ("1743588900123", {}, "2025-04-02T10:15:00.123000Z"),
    ("1743588900123456", {}, "2025-04-02T10:15:00.123456Z"),
    ("/Date(1743588900000)/", {}, "2025-04-02T10:15:00Z"),
    ("17435889", {}, None),
    # edges of the calendar and the clock
    ("2025-02-31", {}, None),
    ("Mon, 31 Feb 2025 10:15:00 GMT", {}, None),
    ("2025-02-29", {}, None),
    ("2024-02-29", {}, "2024-02-29"),
    ("2025-13-01", {}, None),
    ("2025-04-01T24:00:00Z", {}, "2025-04-02T00:00:00Z"),
    ("2025-04-01T24:00:01Z", {}, None),
    ("2025-04-01T25:00:00Z", {}, None),
    ("2016-12-31T23:59:60Z", {}, "2017-01-01T00:00:00Z"),
    ("2017-01-01T08:59:60+09:00", {}, "2017-01-01T00:00:00Z"),
    ("2025-04-01T10:15:60Z", {}, None),
    # 12-hour clocks
    ("April 2, 2025 3:15 PM UTC", {}, "2025-04-02T15:15:00Z"),
    ("April 2, 2025, 12:05 a.m. EDT", {}, "2025-04-02T04:05:00Z"),
    ("Apr 2, 2025 at 12 p.m. GMT", {}, "2025-04-02T12:00:00Z"),
    ("April 2, 2025 13:15 PM UTC", {}, None),
    ("Wednesday 2 April 2025 10.15pm BST", {}, "2025-04-02T21:15:00Z"),
    # other languages
    ("Mittwoch, 2. April 2025, 10:15 Uhr", {"zone": "Europe/Berlin"}, "2025-04-02T08:15:00Z"),
    ("2. März 2025", {}, "2025-03-02"),
    ("le 2 août 2024 à 10h15", {"zone": "Europe/Paris"}, "2024-08-02T08:15:00Z"),
    ("miércoles, 2 de abril de 2025", {}, "2025-04-02"),
    ("2 de março de 2025 às 10h15", {"zone": "Europe/Lisbon"}, "2025-03-02T10:15:00Z"),
    ("2 aprile 2025 alle 10:15", {"zone": "Europe/Rome"}, "2025-04-02T08:15:00Z"),
    ("2 maart 2025", {}, "2025-03-02"),
    ("2 kwietnia 2025", {}, "2025-04-02"),
    ("2 апреля 2025 г., 10:15 МСК", {}, "2025-04-02T07:15:00Z"),
    ("2 квітня 2025 року", {}, "2025-04-02"),
    ("2 Ağustos 2024 Cuma", {}, "2024-08-02"),
    ("2 Nisan 2025 10:15", {"zone": "Europe/Istanbul"}, "2025-04-02T07:15:00Z"),
    ("٢ أبريل ٢٠٢٥", {}, "2025-04-02"),
    ("2 كانون الثاني 2025", {}, "2025-01-02"),
    ("٢٠٢٥-٠٤-٠٢T١٠:١٥:٠٠Z", {}, "2025-04-02T10:15:00Z"),
    ("2 अप्रैल 2025", {}, "2025-04-02"),
    ("2025年4月2日 下午3:15", {"zone": "Asia/Shanghai"}, "2025-04-02T07:15:00Z"),
    ("２０２５年４月２日 10時15分", {"zone": "Asia/Tokyo"}, "2025-04-02T01:15:00Z"),
    ("令和7年4月2日", {}, "2025-04-02"),
    ("2025년 4월 2일 오후 3시 15분", {"zone": "Asia/Seoul"}, "2025-04-02T06:15:00Z"),
    ("2 เมษายน 2568", {}, "2025-04-02"),
    ("2 Απριλίου 2025", {}, "2025-04-02"),
    ("2 באפריל 2025", {}, "2025-04-02"),
    ("2025. április 2.", {}, "2025-04-02"),
    ("2 tháng 4 2025", {}, "2025-04-02"),
    ("2 huhtikuuta 2025 klo 10.15", {"zone": "Europe/Helsinki"}, "2025-04-02T07:15:00Z"),
    ("Seg, 24 Set 2018 19:42:40 -0300", {}, "2018-09-24T22:42:40Z"),
    ("mar. 1 avril 2025", {}, "2025-04-01"),
    # other programs' habits
    ("Wed Apr  2 10:15:00 2025", {"zone": "UTC"}, "2025-04-02T10:15:00Z"),
    ("Wed Apr 02 2025 10:15:00 GMT+0200 (Central European Summer Time)", {}, "2025-04-02T08:15:00Z"),
    ("Wed Apr 02 10:15:00 UTC 2025", {}, "2025-04-02T10:15:00Z"),
    ("02-Apr-25", {}, "2025-04-02"),
    ("Published: April 2, 2025", {}, "2025-04-02"),
    ("April 2nd, 2025", {}, "2025-04-02"),
    ("2025-04-02T10:15:00 America/New_York", {}, "2025-04-02T14:15:00Z"),
    # nothing certain
    ("April 2025", {}, None),
    ("2 April", {}, None),
    ("yesterday", {}, None),
    ("2 hours ago", {}, None),
    ("Apr 2, 2025 | May 3, 2025", {}, None),
    ("1404/01/13", {}, None),
    ("0000-00-00 00:00:00", {}, None),
    ("not a date", {}, None),
    ("", {}, None),
    # the window
    ("1989-12-31T23:59:59Z", {}, None),
    ("1990-01-01T00:00:00Z", {}, "1990-01-01T00:00:00Z"),
    ("2025-07-17T11:59:59Z", {}, "2025-07-17T11:59:59Z"),
    ("2025-07-17T12:00:01Z", {}, None),
    ("2099-01-01", {}, None),
]


@pytest.mark.parametrize(
    ("raw", "hints", "meant"), TABLE, ids=[f"{raw}{hints or ''}" for raw, hints, _ in TABLE]
)
def test_a_stamp_means_its_instant_its_day_or_nothing(
    raw: str, hints: dict[str, str], meant: str | None
) -> None:
    assert told(read(raw, **hints)) == meant


def test_an_assumed_zone_is_named_and_a_printed_one_is_not() -> None:
    assumed = read("2025-04-02 10:15:00", zone="America/New_York")
    printed = read("2025-04-02 10:15:00 +0200", zone="America/New_York")
    settled = read("Wed, 02 Jul 2025 10:15:00 IST", region="IN")
    assert assumed is not None
    assert printed is not None
    assert settled is not None
    assert (assumed.zone, printed.zone, settled.zone) == ("America/New_York", None, "Asia/Kolkata")


def test_precision_is_what_was_printed() -> None:
    stamps = [read(raw) for raw in ("2025-04-02T10:15:00Z", "2025-04-02T10:15Z", "2025-04-02")]
    assert [s.precision for s in stamps if s] == [Precision.INSTANT, Precision.MINUTE, Precision.DAY]


def test_a_literal_reading_takes_an_off_season_name_at_its_word() -> None:
    stamp = resolve("July 2, 2025 10:15 AM EST", source=StampSource.PAGE, now=NOW, literal=True)
    assert told(stamp) == "2025-07-02T15:15:00Z"


FIRST, LAST = datetime.fromisoformat("1990-01-02"), datetime.fromisoformat("2025-07-14")


@given(st.datetimes(FIRST, LAST), st.integers(-14 * 60, 14 * 60))
def test_every_instant_survives_being_printed_with_its_offset(local: datetime, minutes: int) -> None:
    offset = timedelta(minutes=minutes)
    sign, size = "-" if minutes < 0 else "+", abs(minutes)
    raw = f"{local.isoformat(timespec='microseconds')}{sign}{size // 60:02d}:{size % 60:02d}"
    stamp = read(raw)
    assert stamp is not None
    assert stamp.at == (local - offset).replace(tzinfo=UTC)


@given(st.text(max_size=60))
def test_no_text_raises_or_leaves_the_window(raw: str) -> None:
    stamp = read(raw, zone="Asia/Tokyo", language="ja")
    assert stamp is None or datetime(1990, 1, 1, tzinfo=UTC) <= stamp.at <= NOW + timedelta(hours=48)


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://news.example/2025/04/02/bridge-closes", date(2025, 4, 2)),
        ("https://news.example/world/2025/apr/02/bridge-closes", date(2025, 4, 2)),
        ("https://news.example/2025/april/02/bridge-closes", date(2025, 4, 2)),
        ("https://news.example/2025/mayor/02/bridge-closes", None),
        ("https://news.example/a/20250402/bridge", date(2025, 4, 2)),
        ("https://news.example/a/bridge-2025-04-02.html", date(2025, 4, 2)),
        ("https://news.example/2025/4/2/bridge", date(2025, 4, 2)),
        ("https://news.example/energy/2025/04/250402-bridge-closes/", date(2025, 4, 2)),
        ("https://news.example/energy/2025/04/250302-bridge-closes/", None),
        ("https://news.example/1109760290/bridge", None),
        ("https://news.example/2025/04/bridge", None),
        ("https://news.example/2025/02/31/bridge", None),
        ("https://news.example/2031/04/02/bridge", None),
        ("https://news.example/2025/04/02/what-happened-on-2024-03-01", None),
        ("https://news.example/?day=2025/04/02", None),
    ],
)
def test_a_url_gives_its_day_or_nothing(url: str, day: date | None) -> None:
    stamp = from_url(url, NOW)
    assert (stamp and (stamp.day, stamp.precision, stamp.source)) == (
        day and (day, Precision.DAY, StampSource.URL)
    )


def test_a_dateline_without_year_is_the_nearest_day_not_ahead() -> None:
    assert nearest_day(12, 30, date(2025, 1, 2)) == date(2024, 12, 30)
    assert nearest_day(1, 1, date(2024, 12, 31)) == date(2025, 1, 1)
    assert nearest_day(1, 4, date(2024, 12, 31)) == date(2024, 1, 4)
    assert nearest_day(2, 29, date(2025, 3, 2)) == date(2024, 2, 29)
    assert nearest_day(2, 30, date(2025, 3, 2)) is None
