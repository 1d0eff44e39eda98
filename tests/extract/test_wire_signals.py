"""Signals, withdrawals, embargoes and paid marks, in our own words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.extract.wire.reading import WireReading, read_wire
from ingest.model import ContentType, Signal, Status

NOW = datetime(2025, 4, 1, 12, tzinfo=UTC)
BODY = "The bridge will close on Monday, the town said on Wednesday after a long meeting of its council."


def read(text: str = BODY, headline: str | None = None, url: str | None = None) -> WireReading:
    return read_wire(text, headline=headline, url=url, now=NOW)


@pytest.mark.parametrize(
    ("headline", "signal"),
    [
        ("UPDATE 2-Bridge to close on Monday", Signal.UPDATE),
        ("UPDATE: Bridge to close", Signal.UPDATE),
        ("WRAPUP 3-Bridges to close", Signal.UPDATE),
        ("RPT-UPDATE 1-Bridge to close", Signal.UPDATE),
        ("(2nd LD) Bridge to close", Signal.UPDATE),
        ("CORRECTED-Bridge to close", Signal.CORRECTION),
        ("CORRECTED (OFFICIAL)-Bridge to close", Signal.CORRECTION),
        ("CORRECTION: Bridge story", Signal.CORRECTION),
        ("Correction: Bridge story", Signal.CORRECTION),
        ("REFILE-Bridge to close", Signal.CORRECTION),
        ("CORRECTING and REPLACING Hill Co. names a chief", Signal.CORRECTION),
        ("Berichtigung: Brücke gesperrt", Signal.CORRECTION),
        ("FLASH: Bridge falls", Signal.FLASH),
        ("URGENT - Bridge falls", Signal.FLASH),
        ("(URGENT) Bridge falls", Signal.FLASH),
        ("EIL: Brücke gesperrt", Signal.FLASH),
        ("СРОЧНО: мост закрыт", Signal.FLASH),
        ("عاجل: إغلاق الجسر", Signal.FLASH),
        ("【速報】橋が閉鎖", Signal.FLASH),
        ("[속보] 다리 폐쇄", Signal.FLASH),
        ("ADVISORY-No bridge story today", Signal.ADVISORY),
        ("MEDIA ADVISORY: Bridge opens", Signal.ADVISORY),
        ("Update on the bridge", Signal.NONE),
        ("Urgent care clinics open", Signal.NONE),
        ("Flash floods hit the valley", Signal.NONE),
        ("Flash: an art show", Signal.NONE),
        ("Correction fluid sales fall", Signal.NONE),
        ("Advisory board meets", Signal.NONE),
        ("UPDATED: Oct. 3, 2024 Bridge to close", Signal.NONE),
        ("Bridge to close", Signal.NONE),
    ],
)
def test_a_signal_is_read_off_the_headline_and_stays_in_it(headline: str, signal: Signal) -> None:
    reading = read(headline=headline)
    assert (reading.signal, reading.headline, reading.status) == (signal, headline, Status.LIVE)


def test_a_desk_note_makes_a_correction() -> None:
    assert read(f"OSLO (Reuters) - {BODY}\n\n(Corrects the day in paragraph 1)").signal is Signal.CORRECTION
    assert read(f"{BODY} The town corrected (Corrects is a verb) its plan.").signal is Signal.NONE


@pytest.mark.parametrize(
    "headline",
    [
        "Kill Bill returns to cinemas",
        "KILL BILL RETURNS",
        "Kill Bill: Volume 3 announced",
        "KILL: THE FILM THAT SHOCKED",
        "Kill: a film",
        "Withdrawal: how the army left",
        "Withdrawal symptoms",
        "Troops withdrawn from the bridge",
        "Killing of a mayor - what we know",
    ],
)
def test_a_film_is_no_kill(headline: str) -> None:
    reading = read(headline=headline)
    assert (reading.status, reading.withdraws) == (Status.LIVE, None)


@pytest.mark.parametrize(
    ("headline", "text", "target"),
    [
        (
            "KILL: Bridge to close on Monday",
            "Editors: kill the story “Bridge to close on Monday”, sent today.",
            "Bridge to close on Monday",
        ),
        (
            "KILL - Bridge to close on Monday",
            "No substitute story will be sent.",
            "Bridge to close on Monday",
        ),
        (
            "WITHDRAWN: Bridge story",
            "Please disregard https://news.example/2025/bridge. It is wrong.",
            "https://news.example/2025/bridge",
        ),
        (
            "ADVISORY-Bridge story withdrawn",
            "The story slugged BRIDGE-CLOSURE/ is withdrawn.",
            "BRIDGE-CLOSURE/",
        ),
        (
            "RETRACTION: Bridge to close on Monday",
            "The agency retracts its story.",
            "Bridge to close on Monday",
        ),
        (
            None,
            "MANDATORY KILL\n\nEditors: kill BC-Bridge--Closure, which moved at 1010 GMT.",
            "BC-Bridge--Closure",
        ),
        ("STORY WITHDRAWN: ", "This story has been withdrawn.", None),
    ],
)
def test_a_withdrawal_names_its_target(headline: str | None, text: str, target: str | None) -> None:
    reading = read(text, headline)
    assert (reading.status, reading.signal, reading.withdraws) == (Status.WITHDRAWN, Signal.ADVISORY, target)


@pytest.mark.parametrize(
    ("line", "until"),
    [
        ("EMBARGOED UNTIL 00:01 GMT, Thursday 3 April 2025", "2025-04-03T00:01"),
        ("EMBARGOED UNTIL 0001 GMT April 3", "2025-04-03T00:01"),
        ("Embargoed until 2025-04-03T10:00:00Z", "2025-04-03T10:00"),
        ("STRICTLY EMBARGOED UNTIL 10 a.m. ET on April 3, 2025", "2025-04-03T14:00"),
        ("EMBARGOED FOR RELEASE UNTIL Wednesday, April 2, 2025 at 10:00 AM EDT", "2025-04-02T14:00"),
        ("NOT FOR PUBLICATION BEFORE 12:00 UTC ON 5 APRIL 2025", "2025-04-05T12:00"),
        ("HOLD FOR RELEASE UNTIL 9:00 a.m. EDT, Friday, April 4", "2025-04-04T13:00"),
        ("EMBARGO: 23:30 BST Sunday 6 April 2025", "2025-04-06T22:30"),
        ("EMBARGOED UNTIL 3 April 2025 10:00 CEST", "2025-04-03T08:00"),
        # no zone, or a day alone: held until it has come everywhere
        ("Sperrfrist: 3. April 2025, 10:00 Uhr", "2025-04-03T22:00"),
        ("EMBARGOED UNTIL 3 April 2025", "2025-04-03T12:00"),
    ],
)
def test_an_embargo_has_its_instant_and_leaves_the_text(line: str, until: str) -> None:
    reading = read(f"{line}\n\n{BODY}")
    assert reading.embargo_until == datetime.fromisoformat(until).replace(tzinfo=UTC)
    assert (reading.status, reading.body_text) == (Status.EMBARGOED, BODY)


def test_an_embargo_in_the_headline() -> None:
    reading = read(headline="EMBARGOED UNTIL 10:00 GMT 3 April 2025: Bridge to close")
    assert (reading.status, reading.embargo_until) == (Status.EMBARGOED, datetime(2025, 4, 3, 10, tzinfo=UTC))


def test_a_past_embargo_is_live_and_one_without_time_is_held() -> None:
    past = read(f"EMBARGOED UNTIL 10:00 GMT 31 March 2025\n\n{BODY}")
    assert (past.status, past.embargo_until) == (Status.LIVE, datetime(2025, 3, 31, 10, tzinfo=UTC))
    held = read(f"EMBARGOED UNTIL FURTHER NOTICE\n\n{BODY}")
    assert (held.status, held.embargo_until) == (Status.EMBARGOED, None)


def test_prose_about_an_embargo_stays() -> None:
    text = "Embargoed until the spring, the plan lay in a drawer of the town hall."
    reading = read(text)
    assert (reading.status, reading.body_text) == (Status.LIVE, text)


@pytest.mark.parametrize(
    ("text", "url", "kind"),
    [
        (f"PRESS RELEASE\n\n{BODY}", None, ContentType.PRESS_RELEASE),
        (f"FOR IMMEDIATE RELEASE\n\n{BODY}", None, ContentType.PRESS_RELEASE),
        (f"Pressemitteilung\n\n{BODY}", None, ContentType.PRESS_RELEASE),
        (f"Sponsored content\n\n{BODY}", None, ContentType.PAID),
        (f"ANZEIGE\n\n{BODY}", None, ContentType.PAID),
        (f"{BODY}\n\nThis is a paid press release.", None, ContentType.PAID),
        (
            f"{BODY}\n\n(The above press release has been provided by Wireco.)",
            None,
            ContentType.PRESS_RELEASE,
        ),
        (BODY, "https://news.example/press-releases/hill-co", ContentType.PRESS_RELEASE),
        (BODY, "https://news.example/sponsored/hill-co", ContentType.PAID),
        (BODY, "https://news.example/world/press-freedom", None),
        ("Press releases bore her, the mayor said on Monday.", None, None),
        (BODY, None, None),
    ],
)
def test_press_releases_and_paid_texts_are_marked(
    text: str, url: str | None, kind: ContentType | None
) -> None:
    assert read(text, url=url).content_type == kind


MORE = "A second vote on the footpath follows in May."


@pytest.mark.parametrize(
    ("note", "signal"),
    [
        ("(ATTN: ADDS details in last two paragraphs)", Signal.ADVISORY),
        ("(ATTN: CORRECTS name of mayor in second paragraph)", Signal.CORRECTION),
        ("[Eds: UPDATES throughout]", Signal.ADVISORY),
        ("Eds: Adds quotes of the mayor.", Signal.ADVISORY),
        ("ATTENTION EDITORS - Pictures of the bridge are on the wire", Signal.ADVISORY),
        ("++ Achtung Redaktionen: Neufassung folgt gegen 14.00 Uhr ++", Signal.ADVISORY),
        ("+++ Korrektur: im 2. Absatz muss es richtig Montag heißen +++", Signal.CORRECTION),
        ("++ KORREKTUR: im 2. Absatz muss es richtig Montag heißen ++", Signal.CORRECTION),
        ("RECTIFICATIF - Bien lire lundi au 2e paragraphe", Signal.CORRECTION),
        ("AVANCE: El puente cierra el lunes, aviso a los editores", Signal.ADVISORY),
        ("CORRECTION: Editors, read Monday in the first paragraph.", Signal.CORRECTION),
    ],
)
def test_a_desks_note_is_a_signal_and_leaves_the_text(note: str, signal: Signal) -> None:
    reading = read(f"{note}\n\n{BODY}\n\n{MORE}", headline="Bridge to close")
    assert (reading.signal, reading.status) == (signal, Status.LIVE)
    assert reading.body_text == f"{BODY}\n\n{MORE}"
    assert [line.text for line in reading.dropped] == [note]


def test_a_note_at_the_end_leaves_the_text() -> None:
    reading = read(f"{BODY}\n\n{MORE}\n\n(ATTN: More to follow)")
    assert (reading.signal, reading.body_text) == (Signal.ADVISORY, f"{BODY}\n\n{MORE}")


@pytest.mark.parametrize(
    ("mark", "signal"),
    [
        ("RECTIFICATIF - ", Signal.CORRECTION),
        ("AVANCE: ", Signal.ADVISORY),
        ("CORRECTED: ", Signal.CORRECTION),
    ],
)
def test_a_mark_before_the_lead_leaves_the_lead(mark: str, signal: Signal) -> None:
    reading = read(f"{mark}{BODY}\n\n{MORE}")
    assert (reading.signal, reading.body_text) == (signal, f"{BODY}\n\n{MORE}")


@pytest.mark.parametrize(
    ("headline", "names"),
    [
        ("STORY REMOVED: BC-EU--Harbour-Bridge", "BC-EU--Harbour-Bridge"),
        ("AP-KILL: Bridge to close on Monday", "Bridge to close on Monday"),
        ("STORY KILLED: Bridge to close on Monday", "Bridge to close on Monday"),
    ],
)
def test_a_removed_story_is_withdrawn(headline: str, names: str) -> None:
    notice = "The story about the bridge has been withdrawn. Editors should disregard it."
    reading = read(notice, headline=headline)
    assert (reading.signal, reading.status, reading.withdraws) == (Signal.ADVISORY, Status.WITHDRAWN, names)
    assert reading.body_text == notice


@pytest.mark.parametrize(
    "text",
    [
        f"+++ 14:05 Uhr: Brücke gesperrt +++\n\n{BODY}\n\n{MORE}",
        f"+++ Brücke gesperrt +++\n\n{BODY}\n\n+++ Fähre fährt +++\n\n{MORE}\n\n+++ Schule zu +++\n\n{MORE}",
        f"(Attn is how she signs her notes) {BODY}\n\n{MORE}",
        f"{BODY}\n\nAttention: the ferry leaves at nine, the town said.\n\n{MORE}",
        f"Avance del puente: {BODY}\n\n{MORE}",
        f"Removed: {BODY}\n\n{MORE}",
    ],
)
def test_what_only_looks_like_a_note_stays(text: str) -> None:
    reading = read(text)
    assert (reading.signal, reading.body_text) == (Signal.NONE, text)
