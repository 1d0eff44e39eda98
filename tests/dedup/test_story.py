"""Stories: reports of one event are linked, copies of a template and other days are not."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from ingest.dedup.story import (
    MAX_TEXTS_PER_MARK,
    StoryText,
    common_marks,
    same_event,
    story_leads,
    story_marks,
)
from ingest.dedup.tokens import tokenise

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

FIRST = (
    "Divers from Sandhaven searched on Monday for the ferry Ostara, which sank off Cape Rell with the "
    "grain of Marren aboard."
)
LATER = (
    "The captain of the Ostara, Ines Falk, was found by divers off Cape Rell; the ferry from Sandhaven "
    "carried grain of Marren."
)
OTHER = (
    "Bakers in Calder and Upper Marren asked the council of Otto Brand for help with flour, and met "
    "Tomas Rell of the guild."
)


def told(id: str, text: str, hours: float | None = 0) -> StoryText:
    return StoryText(
        id, story_marks(None, tokenise(text)), None if hours is None else NOON + timedelta(hours=hours)
    )


def test_reports_of_one_event_are_one_story() -> None:
    texts = [told("a", FIRST), told("b", LATER, 7), told("c", OTHER, 8)]
    assert story_leads(texts) == {"a": "a", "b": "a", "c": "c"}


def test_a_story_goes_on_from_the_leads_of_the_days_before() -> None:
    first, other = told("a", FIRST), told("c", OTHER)
    assert story_leads([told("b", LATER, 30)], [first, other]) == {"b": "a"}
    assert story_leads([told("b", LATER, 50)], [first, other]) == {"b": "b"}


def test_other_days_and_unknown_times_are_not_linked() -> None:
    assert not same_event(told("a", FIRST), told("b", LATER, 60))
    assert not same_event(told("a", FIRST), told("b", LATER, None))


def test_names_that_all_texts_have_link_nobody() -> None:
    texts = [told(f"{i:03}", FIRST.replace("Ostara", f"Ship{i}"), 0) for i in range(MAX_TEXTS_PER_MARK + 1)]
    assert len(common_marks(texts)) >= 4
    assert all(id == lead for id, lead in story_leads(texts, (), common_marks(texts)).items())


def test_scripts_without_capitals_go_by_the_headlines_words() -> None:
    headline = "غرق العبارة أوستارا قبالة كيب ريل"
    one = story_marks(headline, tokenise("أعلن خفر السواحل غرق العبارة أوستارا قبالة كيب ريل مساء أمس"))
    two = story_marks(
        "انتشال العبارة أوستارا قبالة كيب ريل",
        tokenise("انتشل الغواصون العبارة أوستارا قبالة كيب ريل بعد يومين"),
    )
    assert len(one & two) >= 4
    assert story_marks(None, tokenise("أعلن خفر السواحل غرق العبارة")) == frozenset()


def test_the_order_decides_nothing() -> None:
    texts = [told(str(i), random.Random(i).choice([FIRST, LATER, OTHER]), i) for i in range(20)]
    expected = story_leads(texts)
    assert story_leads(texts[::-1]) == expected
