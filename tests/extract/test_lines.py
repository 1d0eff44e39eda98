"""Line rules: what stands around a story goes, what only looks like it stays."""

from __future__ import annotations

import lxml.html
import pytest
from extract.pages import LEAD, SENTENCES

from ingest.extract.engine import Block
from ingest.extract.lines import Evidence, clean, link_texts

STORY = [Block(LEAD), *(Block(sentence) for sentence in SENTENCES)]
TITLES = frozenset({"old bridge to be repaired", "old bridge to be repaired | the harbour post"})


def evidence(*links: str, news: bool = True) -> Evidence:
    return Evidence(TITLES, frozenset(links), news, frozenset({"ada lind"}))


def kept(blocks: list[Block], *links: str, news: bool = True) -> list[str]:
    return [block.text for block in clean(blocks, evidence(*links, news=news))[0]]


def rules(blocks: list[Block], *links: str) -> list[str]:
    return [line.rule for line in clean(blocks, evidence(*links))[1]]


TEXT = [block.text for block in STORY]


@pytest.mark.parametrize(
    ("lead", "rule"),
    [
        (Block("Old bridge to be repaired", "head"), "title"),
        (Block("Harbour: Old bridge to be repaired", "head"), "title"),
        (Block("By Ada Lind in the harbour"), "byline"),
        (Block("Local news"), "kicker"),
        (Block("Published 2 April 2025, 08:30"), "date"),
        (Block("Photo: Bo Berg / Harbour Post"), "promo"),
    ],
)
def test_what_stands_above_the_first_paragraph_goes(lead: Block, rule: str) -> None:
    assert kept([lead, *STORY]) == TEXT
    assert rules([lead, *STORY]) == [rule]


@pytest.mark.parametrize(
    "promo",
    [
        "Read more: Ferry fares rise in May",
        "Sign up to our newsletter for the news",
        "Lesen Sie auch: Fähre wird teurer",
        "Lire aussi : le bac augmente ses prix",
        "Läs också: Färjan blir dyrare",
        "Читайте также: паром подорожает",
        "Leia também: balsa fica mais cara",
        "© 2025 The Harbour Post. All rights reserved.",
        "有料会員になると続きを読めます。",
        "Follow us on the usual networks",
        "Click 'OK' then 'Allow' to get alerts",
        "Turn on browser notifications",
        "Published",
        "Posted on 3 May by Ada Lind",
        "This article contains affiliate links to things that our desk picked.",
        "We may earn a commission when you buy through our links.",
    ],
)
def test_promos_go_wherever_they_stand(promo: str) -> None:
    for place in (2, len(STORY)):
        blocks = [*STORY[:place], Block(promo), *STORY[place:]]
        assert kept(blocks) == TEXT


@pytest.mark.parametrize(
    "sentence",
    [
        "Read aloud by the clerk, the report took more than an hour and left few of the councillors in any "
        "doubt about the "
        "bridge, which many of them had crossed on their way to school and to which they now had to say "
        "farewell for a time.",
        "Trending upwards for years, the number of lorries on the bridge had reached nine hundred a day in "
        "spring, the report "
        "says, and the council agreed that this was more than the old arches had ever been built to bear in "
        "any season.",
    ],
)
def test_long_paragraphs_that_open_alike_stay(sentence: str) -> None:
    assert sentence in kept([*STORY[:3], Block(sentence), *STORY[3:]])


def test_a_headline_of_another_story_goes_where_it_is_a_link() -> None:
    other = "Ferry fares rise in May as fuel costs bite"
    blocks = [*STORY[:3], Block(other), *STORY[3:]]
    assert kept(blocks, other.casefold()) == TEXT
    assert other in kept(blocks)


def test_a_related_box_goes_with_its_teasers_and_the_story_goes_on() -> None:
    box = [
        Block("More from the harbour", "head"),
        Block("Ferry fares rise", "head"),
        Block("Gulls on the quay Gulls on the quay", "head"),
    ]
    assert kept([*STORY[:4], *box, *STORY[4:]]) == TEXT


def test_a_last_box_goes_with_blurbs_that_lost_their_headings() -> None:
    box = [
        Block("More from the Harbour Post", "head"),
        Block("Ferry fares will rise in May, the company says."),
        Block("Gulls are back."),
    ]
    assert kept([*STORY, *STORY, *box]) == TEXT + TEXT
    own = [Block("How the arches will be mended", "head"), *box[1:]]
    assert len(kept([*STORY, *STORY, *own])) == 2 * len(TEXT) + 3


@pytest.mark.parametrize(
    ("tail", "rule"),
    [
        (Block("Ada Lind is a reporter who covers the harbour for the Post."), "tail bio"),
        (Block("@harbourpost"), "tail handle"),
        (Block("Harbour Post"), "tail short"),
        (Block("What to do on the quay", "head"), "tail handle"),
        (Block("Additional reporting by Bo Berg in the capital."), "tail bio"),
    ],
)
def test_what_hangs_on_at_the_end_goes(tail: Block, rule: str) -> None:
    assert kept([*STORY, tail]) == TEXT
    assert rules([*STORY, tail]) == [rule]


def test_a_list_at_the_end_stays() -> None:
    winners = [Block("- 2023: Ada Lind", "item"), Block("- 2024: Bo Berg", "item")]
    assert kept([*STORY, *winners])[-1] == "- 2024: Bo Berg"


def test_pages_that_are_no_news_lose_titles_and_table_rules_only() -> None:
    guide = [
        Block("Old bridge to be repaired", "head"),
        *STORY[:3],
        Block("|---|---|", "row"),
        Block("Read more: How arches work"),
        *STORY[3:],
    ]
    assert kept(guide, news=False) == [*TEXT[:3], "Read more: How arches work", *TEXT[3:]]


def test_all_is_undone_where_most_would_go() -> None:
    blocks = [Block(f"Read more: story {n} of the long and winding list on the quay") for n in range(9)] + [
        Block(LEAD)
    ]
    assert clean(blocks, evidence()) == (blocks, [])


def test_links_within_the_page_are_headings_not_links() -> None:
    tree = lxml.html.fromstring(
        "<div><a href='#a'>How arches work</a><a href='/x'>Ferry  Fares</a><a>Nothing</a></div>"
    )
    assert link_texts(tree) == frozenset({"ferry fares"})


def test_a_mail_address_of_sixteen_thousand_letters_costs_nothing() -> None:
    assert kept([*STORY, Block("a@" + "a." * 8_000)])[: len(TEXT)] == TEXT


@pytest.mark.parametrize(
    "last",
    [
        "A second trial with a loaded container ship waiting outside is planned for May.",
        "The minister, who joined the talks while a reporter watched, left early.",
        "The bridge was built for a railway that never came.",
    ],
)
def test_a_last_sentence_of_the_news_is_no_note_on_a_writer(last: str) -> None:
    left = kept([*STORY, Block(last)])
    assert left[-1] == last
