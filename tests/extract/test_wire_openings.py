"""Openings by the corpus of our own writing (corpus/*.tsv), and the forms that stack: distributor, agency,
glued subheads."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ingest.extract.wire.agencies import AgencyKind, shipped_agencies
from ingest.extract.wire.reading import WireReading, read_wire
from ingest.model import Precision, Stamp, StampSource

CORPUS = Path(__file__).parent / "corpus"
NOW = datetime(2025, 8, 20, 12, tzinfo=UTC)
MORE = "\n\nThe work will take three weeks, and buses will run in the meantime, the office said on Tuesday."


def rows(name: str) -> list[list[str]]:
    lines = (CORPUS / name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def first_line(reading: WireReading) -> str:
    return reading.body_text.split("\n", 1)[0]


@pytest.mark.parametrize("half", ["a", "b"])
def test_openings_are_cut_and_their_likes_stay(half: str) -> None:
    cut = [
        (op + lead, first_line(read_wire(op + lead + MORE, now=NOW)), lead)
        for _, _, _, op, lead in rows(f"openings_{half}.tsv")
    ]
    stayed = [
        (text, first_line(read_wire(text + MORE, now=NOW))) for _, text in rows(f"not_openings_{half}.tsv")
    ]
    right = sum(got == lead for _, got, lead in cut)
    wrong = [(text, got) for text, got in stayed if got != text] + [
        (t, got) for t, got, lead in cut if got not in (lead, t)
    ]
    missed = [text for text, got, lead in cut if got != lead]
    assert right / len(cut) >= 0.98, missed
    assert right / (right + len(wrong)) >= 0.98, wrong


def test_the_corpus_is_large_and_in_ten_languages() -> None:
    openings = rows("openings_a.tsv") + rows("openings_b.tsv")
    others = rows("not_openings_a.tsv") + rows("not_openings_b.tsv")
    assert len(openings) >= 150
    assert len(others) >= 150
    assert len({row[0] for row in openings} & {row[0] for row in others}) >= 10


@pytest.mark.parametrize("half", ["a", "b"])
def test_agency_and_place_are_read_off_the_opening(half: str) -> None:
    wrong = []
    for _, agency, place, opening, lead in rows(f"openings_{half}.tsv"):
        reading = read_wire(opening + lead + MORE, now=NOW)
        if (reading.agency or "-", reading.located or "-") != (agency, place):
            wrong.append((opening, reading.agency, reading.located))
    assert len(wrong) <= 0.02 * len(rows(f"openings_{half}.tsv")), wrong


@pytest.mark.parametrize(
    ("opening", "credits", "publisher", "place", "day"),
    [
        (
            "(MENAFN - GlobeNewsWire - Nasdaq) TURKU, Finland, Aug. 19, 2025 (GLOBE NEWSWIRE) -- ",
            ("GlobeNewswire", "Nasdaq"),
            "MENAFN",
            "TURKU, Finland",
            date(2025, 8, 19),
        ),
        ("(MENAFN - IANS) Kochi, Aug 6 (IANS) ", ("IANS",), "MENAFN", "Kochi", date(2025, 8, 6)),
        (
            "(MENAFN- Arab Herald)TUNIS, Aug 19 (Reuters) - ",
            ("Reuters", "Arab Herald"),
            "MENAFN",
            "TUNIS",
            date(2025, 8, 19),
        ),
        (
            "(MENAFN - Trend News Agency) BAKU, Azerbaijan, August 19. ",
            ("Trend News Agency",),
            "MENAFN",
            "BAKU, Azerbaijan",
            date(2025, 8, 19),
        ),
        ("date 2025-08-19 MENAFN - UkrinForm) ", ("Ukrinform",), "MENAFN", None, date(2025, 8, 19)),
        ("2025-08-19 MENAFN - The Hill Gazette) ", ("The Hill Gazette",), "MENAFN", None, date(2025, 8, 19)),
        ("(MENAFN)", ("MENAFN",), "MENAFN", None, None),
        (
            "News by ACCESS Newswire on TradeBoard, 2025-08-19 ",
            ("ACCESS Newswire",),
            "TradeBoard",
            None,
            date(2025, 8, 19),
        ),
        ("PARIS (AFP/Reuters) - ", ("AFP", "Reuters"), None, "PARIS", None),
    ],
)
def test_credits_stand_origin_first(
    opening: str, credits: tuple[str, ...], publisher: str | None, place: str | None, day: date | None
) -> None:
    stamp = Stamp(NOW, Precision.INSTANT, StampSource.FEED, "x")
    reading = read_wire(opening + "The bridge will close." + MORE, published=stamp, now=NOW)
    assert (reading.credits, reading.agency, reading.publisher) == (credits, credits[0], publisher)
    assert (reading.located, reading.dateline_date) == (place, day)
    assert first_line(reading) == "The bridge will close."


def test_a_dateline_after_glued_subheads_is_found() -> None:
    text = (
        "(MENAFN - GlobeNewsWire - Nasdaq) Raises Outlook For The YearBirch Partners buys a stake KOTKA, "
        "Finland, Aug. 19, 2025 "
        "(GLOBE NEWSWIRE) -- Larch Oyj (the–Company–) sold more planks."
    )
    reading = read_wire(text)
    assert (reading.agency, reading.located, reading.dateline_date) == (
        "GlobeNewswire",
        "KOTKA, Finland",
        date(2025, 8, 19),
    )
    assert reading.body_text == (
        "Raises Outlook For The YearBirch Partners buys a stake\n\nLarch Oyj (the–Company–) sold more planks."
    )


def test_a_subhead_glued_to_the_place_is_told_from_it() -> None:
    reading = read_wire(
        "MORE FERRIES FOR THE ISLANDSKerteminde, Aug. 19, 2025 (GLOBE NEWSWIRE) -- Two ships were ordered."
    )
    assert reading.located == "Kerteminde"
    assert reading.body_text == "MORE FERRIES FOR THE ISLANDS\n\nTwo ships were ordered."


def test_the_opening_may_follow_a_byline() -> None:
    reading = read_wire("By Ann Lee\n\nNAIROBI, Aug 19 (Reuters) - The bridge will close." + MORE)
    assert (reading.agency, reading.authors) == ("Reuters", ("Ann Lee",))
    assert first_line(reading) == "The bridge will close."


def test_a_byline_may_run_into_the_dateline() -> None:
    reading = read_wire("By Ann Lee and Joe Roe NAIROBI (Reuters) - The bridge will close." + MORE)
    assert (reading.located, reading.authors) == ("NAIROBI", ("Ann Lee", "Joe Roe"))
    assert first_line(reading) == "The bridge will close."


@pytest.mark.parametrize(
    ("opening", "agency"),
    [
        ("LAGOS, Nigeria (AP) _ ", "AP"),
        ("WASHINGTON, Aug 19 (Reuters Breakingviews) - ", "Reuters"),
        ("(UPDATE 1) OSLO, Aug 19 (Reuters) - ", "Reuters"),
        ("(Coast News Agency) - ", "Coast News Agency"),
        ("TEHRAN, Aug. 19 (MNA) – ", "Mehr News Agency"),
        ("القاهرة - رويترز - ", "Reuters"),
        ("（路透伦敦19日电）", "Reuters"),
    ],
)
def test_rarer_forms(opening: str, agency: str) -> None:
    reading = read_wire(opening + "The bridge will close." + MORE, now=NOW)
    assert (reading.agency, first_line(reading)) == (agency, "The bridge will close.")


def test_a_summary_gives_the_credit_that_the_page_lost() -> None:
    reading = read_wire(
        "The bridge will close." + MORE, summary="(MENAFN- Gulf Harbour News) The bridge will ..."
    )
    assert (reading.agency, reading.publisher) == ("Gulf Harbour News", "MENAFN")
    kept = read_wire(
        "OSLO (Reuters) - The bridge will close." + MORE,
        summary="(MENAFN- Gulf Harbour News) The bridge will ...",
    )
    assert kept.agency == "Reuters"


def test_release_wires_make_press_releases() -> None:
    assert (
        read_wire("TOLEDO, Ohio, Aug. 19, 2025 /PRNewswire/ -- Maple Pumps named a chief.").content_type
        == "press_release"
    )
    assert read_wire("TOLEDO, Ohio (AP) — Maple Pumps named a chief.").content_type is None


def test_names_of_an_agency_are_one_whatever_their_case_and_spacing() -> None:
    table = shipped_agencies()
    for printed in ("GLOBE NEWSWIRE", "GlobeNewsWire", "Globe Newswire"):
        agency = table.find(printed)
        assert agency is not None
        assert (agency.name, agency.kind) == ("GlobeNewswire", AgencyKind.RELEASE)
    assert table.find("Hill Gazette") is None


def test_a_user_can_add_agencies() -> None:
    table = shipped_agencies().extended('[[agency]]\nname = "Hill Wire"\naliases = ["HW"]\ncountry = "NZ"\n')
    assert read_wire("Nelson (HW) - The bridge will close.", agencies=table).agency == "Hill Wire"
    assert read_wire("Nelson (HW) - The bridge will close.").agency is None


def test_a_dateline_day_without_year_is_near_the_story() -> None:
    newyear = datetime(2025, 1, 2, tzinfo=UTC)
    stamp = Stamp(datetime(2021, 1, 5, tzinfo=UTC), Precision.INSTANT, StampSource.FEED, "x")
    text = "OSLO, Dec 30 (Reuters) - Snow fell."
    assert read_wire(text, now=newyear).dateline_date == date(2024, 12, 30)
    assert read_wire(text, now=newyear, published=stamp).dateline_date == date(2020, 12, 30)
    assert read_wire(text, now=newyear, url="https://news.example/2022/12/31/snow").dateline_date == date(
        2022, 12, 30
    )
    assert read_wire(text).dateline_date is None


def test_a_day_without_year_of_an_old_page_read_today_is_unknown() -> None:
    assert (
        read_wire("OSLO, June 30 (Reuters) - Snow fell.", now=datetime(2025, 1, 2, tzinfo=UTC)).dateline_date
        is None
    )
