"""What leaves a wire story's text, and what stays: all texts are of our own writing."""

from __future__ import annotations

import pytest

from ingest.extract.wire.reading import WireReading, read_wire

ABOVE = (
    "The harbour of Lowmere will get two new cranes next spring, the port's director said on Tuesday at a "
    "meeting with "
    "the fishermen of the town."
)
BELOW = (
    "He added that the work would cost nine million crowns and that the quay would stay open for small "
    "boats during the "
    "whole of the summer."
)
LAST = (
    "The old cranes, built by hand a century ago, will move to a museum of the sea that opens next year "
    "on the northern quay."
)


def read(*paragraphs: str, headline: str | None = None) -> WireReading:
    return read_wire("\n\n".join(paragraphs), headline=headline)


def rules(reading: WireReading) -> list[str]:
    return [line.rule for line in reading.dropped]


def test_the_damaged_form_of_a_scraped_text() -> None:
    foreign = "Lowmere's Dahl confirms loss of two fishing boats in Norway"
    reading = read(f" date 2025-04-02 MENAFN - UkrinForm) {ABOVE}", BELOW, foreign, LAST)
    assert reading.body_text == "\n\n".join([ABOVE, BELOW, LAST])
    assert (reading.agency, reading.publisher) == ("Ukrinform", "MENAFN")
    assert reading.dateline_date is not None
    assert reading.dateline_date.isoformat() == "2025-04-02"
    assert [(d.rule, d.text) for d in reading.dropped] == [
        ("opening", "date 2025-04-02 MENAFN - UkrinForm)"),
        ("foreign headline", foreign),
    ]


@pytest.mark.parametrize(
    "subhead",
    [
        "Work on the northern quay",  # short
        "What the new cranes will mean for the small boats",  # taken up by the paragraph below
        "Nine million crowns for the quay and the small boats",
        "A long summer of noise and dust ahead",  # no name
        "The director said: “We are glad of it.”",
        "IN THE HARBOUR OF LOWMERE THE BOATS STAY",
    ],
)
def test_a_subhead_stays(subhead: str) -> None:
    reading = read(f"(MENAFN - Coast Gazette) {ABOVE}", subhead, BELOW, LAST)
    assert subhead in reading.body_text


def test_another_headline_stays_where_nothing_says_wire() -> None:
    foreign = "Lowmere's Dahl confirms loss of two fishing boats in Norway"
    assert foreign in read(ABOVE, foreign, BELOW).body_text


def test_another_headline_stays_among_many_subheads() -> None:
    foreign = "Lowmere's Dahl confirms loss of two fishing boats in Norway"
    reading = read(
        f"(MENAFN - Coast Gazette) {ABOVE}",
        "The plan",
        BELOW,
        "The cost",
        BELOW,
        foreign,
        ABOVE,
        "The museum",
        LAST,
    )
    assert foreign in reading.body_text


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("MENAFN20112025000131011023ID1110375316", "story number"),
        (
            "Legal Disclaimer: MENAFN provides the information “as is” without warranty of any kind.",
            "legal disclaimer",
        ),
        ("Legal Disclaimer:", "legal disclaimer"),
        (
            "Disclaimer: The above press release comes to you under an arrangement with Wireco.",
            "legal disclaimer",
        ),
        ("The issuer is solely responsible for the content of this announcement.", "legal disclaimer"),
        ("Also read: Two boats lost off the cape", "also read"),
        ("READ MORE: Two boats lost off the cape", "also read"),
        ("Lesen Sie auch: Zwei Boote vermisst", "also read"),
        ("Lire aussi : Deux bateaux perdus", "also read"),
        ("Lea también: Dos barcos perdidos", "also read"),
        ("Читайте також: Два човни зникли", "also read"),
        ("اقرأ أيضا: فقدان قاربين", "also read"),
        ("A crane in Lowmere, June 11, 2026. REUTERS/Ann Lee/File Photo", "photo credit"),
        ("(Photo by Ann Lee/Getty Images)", "photo credit"),
        ("Photo: Ann Lee", "photo credit"),
        ("Reporting by Ann Lee in Lowmere and Joe Roe; Editing by Max Poe", "desk credit"),
        ("(Reporting by Ann Lee; editing by Max Poe)", "desk credit"),
        ("Our Standards: The Thomson Reuters Trust Principles.", "sign-off"),
        ("(END)", "sign-off"),
        ("-- IANS", "closing credit"),
        ("abc/xyz", "sign-off"),
        ("View original content to download multimedia: https://example.org/a", "sign-off"),
    ],
)
def test_a_line_that_is_no_text_goes(line: str, rule: str) -> None:
    reading = (
        read(f"OSLO (Reuters) - {ABOVE}", line, BELOW)
        if rule == "photo credit"
        else read(f"OSLO (Reuters) - {ABOVE}", BELOW, line)
    )
    assert reading.body_text == f"{ABOVE}\n\n{BELOW}"
    assert rules(reading) == ["opening", rule]


@pytest.mark.parametrize(
    "line",
    [
        "Read more slowly, the teacher told the class, and you will see more.",
        "Reporting by the two stations had shown that the boats were late, and the council took note of it "
        "in the spring.",
        "The disclaimer on the page says that the price may change at any time.",
        "Photo albums of the old harbour are on show in the town hall.",
        "The end of the line is near for the old cranes.",
        "Also in the harbour: two lifeboats and a tug.",
        "Related firms in Norway have ordered the same crane.",
    ],
)
def test_a_sentence_that_begins_alike_stays(line: str) -> None:
    assert line in read(f"OSLO (Reuters) - {ABOVE}", line, BELOW).body_text


def test_a_disclaimer_broken_over_lines_goes_whole() -> None:
    text = (
        f"{ABOVE}\n\n Date "
        "\n\nMENAFN20112025000131011023ID1110375316\nMENAFN20112025000131011023ID1110375316\n"
        " Legal Disclaimer: MENAFN provides the\n   information “as is” without warranty of any kind. We do "
        "not accept\n"
        "   any responsibility or liability for the accuracy, content or legality\n   of the article. If "
        "you have any "
        "complaints or copyright issues related to this article, kindly contact the provider above."
    )
    assert read_wire(text).body_text == ABOVE


def test_an_empty_page_with_a_disclaimer_is_empty() -> None:
    text = (
        "Date\nMENAFN20112025000131011023ID1110375316\nLegal Disclaimer: MENAFN provides the information "
        "“as is”."
    )
    assert read_wire(text).body_text == ""


def test_reporters_are_authors_and_editors_are_not() -> None:
    reading = read(
        ABOVE,
        "Additional reporting by Ann Lee in Oslo, Joe Roe and Eva Moe; Writing by Kim Noe; "
        "Editing by Max Poe",
    )
    assert reading.authors == ("Ann Lee", "Joe Roe", "Eva Moe", "Kim Noe")


def test_a_desk_credit_stuck_to_the_last_sentence_goes() -> None:
    reading = read(ABOVE, f"{BELOW} (Reporting by Ann Lee; Editing by Max Poe)")
    assert reading.body_text == f"{ABOVE}\n\n{BELOW}"
    assert reading.authors == ("Ann Lee",)


def test_a_photo_credit_is_kept_as_such() -> None:
    reading = read(f"OSLO (Reuters) - {ABOVE}", "A crane in Lowmere. REUTERS/Ann Lee", BELOW)
    assert reading.image_credit == "REUTERS/Ann Lee"
    inside = read(f"A crane, June 11, 2026. REUTERS/Ann Lee/File Photo {ABOVE}")
    assert inside.body_text == f"A crane, June 11, 2026. {ABOVE}"


@pytest.mark.parametrize(
    ("tail", "agency"),
    [
        (" (AFP)", "AFP"),
        (" — Ukrinform.", "Ukrinform"),
        ("\n\nReuters", "Reuters"),
        ("\n\nSource: Xinhua", "Xinhua"),
        (" /TASS/", "TASS"),
    ],
)
def test_a_credit_at_the_end_counts_and_goes(tail: str, agency: str) -> None:
    reading = read_wire(f"{ABOVE}\n\n{BELOW}{tail}")
    assert (reading.agency, reading.body_text) == (agency, f"{ABOVE}\n\n{BELOW}")


def test_a_bracket_inside_the_last_sentence_is_no_credit() -> None:
    text = f"{ABOVE}\n\nThe news came first from Agence France-Presse (AFP)."
    reading = read_wire(text)
    assert (reading.agency, reading.body_text) == (None, text)


def test_a_social_twin_loses_its_tags_and_a_tagged_headline_does_not() -> None:
    assert (
        read(ABOVE, headline="Cranes Come To Lowmere #Cranes #Come #Lowmere").headline
        == "Cranes Come To Lowmere"
    )
    assert read(ABOVE, headline="A year of #MeToo").headline == "A year of #MeToo"
    assert read(ABOVE, headline="#One #Two #Three").headline == "#One #Two #Three"
    assert read(ABOVE).headline is None


@pytest.mark.parametrize(
    "sign",
    [
        "A",
        " ",
        "A ",
        "(A",
        "A/",
        "(Reuters) - ",
        "MENAFN - ",
        "A\n",
        "#a ",
        "reporting by A ",
        "[ ",
        "京",
        "EMBARGOED UNTIL ",
    ],
)
def test_a_long_text_of_one_sign_is_read(sign: str) -> None:
    text = sign * (100_000 // len(sign))
    reading = read_wire(text, headline=text, summary=text)
    assert len(reading.body_text) <= len(text)


def test_paragraphs_keep_their_order_and_gaps() -> None:
    text = f"{ABOVE}\n{BELOW}\n\n{LAST}"
    assert read_wire(text).body_text == text
