"""Who in a byline is a person, and which name an agency."""

from __future__ import annotations

import json

import pytest
from extract.pages import NEWS, article_html, paragraphs

from ingest.extract import people
from ingest.extract.page import extract
from ingest.extract.people import Signed
from ingest.extract.wire.agencies import shipped_agencies
from ingest.extract.wire.reading import read_wire
from ingest.model import Article, EntryHints, PageInput

URL = "https://www.harbourpost.example/local/old-bridge"
TABLE = shipped_agencies()


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        ("By Ada Lind and Bo Berg", ("Ada Lind", "Bo Berg")),
        ("Ada Lind, Bo Berg, ada lind", ("Ada Lind", "Bo Berg")),
        ("Von Anna Sommer und Ben Winter", ("Anna Sommer", "Ben Winter")),
        ("Por Inés Prado y Luis Vega", ("Inés Prado", "Luis Vega")),
        ("Martin King, Jr.", ("Martin King, Jr.",)),
        ("Ada Lind; Bo Berg | Cy Dahl", ("Ada Lind", "Bo Berg", "Cy Dahl")),
        ("ByAda Lind", ("Ada Lind",)),
        ("Byron Lee", ("Byron Lee",)),
        ("Von Trappen", ("Von Trappen",)),
        ("Ada Lind, PhD", ("Ada Lind",)),
        ("Ada Lind, MS, RD, FACP", ("Ada Lind",)),
        ("Ada Lind, Karsund; Bo Berg", ("Ada Lind", "Bo Berg")),
        ("Ada Lind in Karsund", ("Ada Lind",)),
        ("Ada Lind Senior Staff Writer", ("Ada Lind",)),
        ("Ada Lind, Deputy Editor", ("Ada Lind",)),
        ("Ada Lind (Harbour Post)", ("Ada Lind",)),
        ("Ada (A.L.) Lind", ("Ada (A.L.) Lind".replace("(A.L.) ", ""),)),
        ("Nina Post", ("Nina Post",)),
        ("April May", ("April May",)),
        ("Jan de Vries", ("Jan de Vries",)),
        ("木村花子", ("木村花子",)),
        ("a.lind", ("a.lind",)),
    ],
)
def test_people_as_they_sign(raw: str, names: tuple[str, ...]) -> None:
    assert people.signed([raw], TABLE) == Signed(names)


@pytest.mark.parametrize(
    "raw",
    [
        *(
            "No Author",
            "Bookmark",
            "Por",
            "By",
            "Sponsored",
            "admin",
            "NOC Admin",
            "MD",
            "PhD",
            "Staff Writer",
        ),
        *(
            "View all posts",
            "Updated 3 March",
            "on 3 March 2026",
            "desk@post.example",
            "https://post.example/a",
        ),
        *(
            "262588213843476",
            "harbourpost.example",
            "The Daily Star",
            "Harbour Post Staff",
            "Newsroom",
            "Web Desk",
        ),
        *(
            "Redaktion",
            "La Rédaction",
            "Karsund University",
            "Lind Media GmbH",
            "Editorial Board",
            "Agencies",
        ),
        *("Post Staff and agencies", "Trial Attorney", "2 hours ago", "Rädda Bron Foundation"),
    ],
)
def test_labels_trades_and_bodies_are_nobody(raw: str) -> None:
    assert people.signed([raw], TABLE) == Signed()


@pytest.mark.parametrize(
    ("raw", "names", "agencies"),
    [
        ("Associated Press", (), ("AP",)),
        ("By The Associated Press", (), ("AP",)),
        ("Von dpa", (), ("dpa",)),
        ("dpa/AFP", (), ("dpa", "AFP")),
        ("Agence France-Presse", (), ("AFP",)),
        ("AFP, Karsund", (), ("AFP",)),
        ("Reuters Staff", (), ("Reuters",)),
        ("AP Sports Writer", (), ("AP",)),
        ("PTI", (), ("PTI",)),
        ("APA", (), ("APA",)),
        ("Ada Lind, Reuters", ("Ada Lind",), ("Reuters",)),
        ("Ada Lind (Reuters)", ("Ada Lind",), ("Reuters",)),
        ("Ada Lind with AFP", ("Ada Lind",), ("AFP",)),
        ("Ada Lind The Associated Press", ("Ada Lind",), ("AP",)),
        ("Associated Press Associated Press", (), ("AP",)),
        ("Ada Lind, CNN Business", ("Ada Lind",), ("CNN",)),
        ("Analysis by Ada Lind, CNN Editor-at-large", ("Ada Lind",), ("CNN",)),
        ("Ani Lind", ("Ani Lind",), ()),
        ("Ani", ("Ani",), ()),
        ("ANI", (), ("ANI",)),
    ],
)
def test_an_agency_is_credited_and_is_no_author(
    raw: str, names: tuple[str, ...], agencies: tuple[str, ...]
) -> None:
    assert people.signed([raw], TABLE) == Signed(names, agencies)


def read(
    author: object = None, byline: str = "", *, url: str = URL, hints: EntryHints | None = None
) -> Article:
    ld = {**NEWS, "author": author} if author else {key: NEWS[key] for key in NEWS if key != "author"}
    body = byline + "".join(f"<p>{text}</p>" for text in paragraphs())
    made = extract(PageInput(url, html=article_html(body=body, ld=ld), hints=hints)).article
    assert made is not None
    return made


HOUSE = [
    "The Harbour Post",
    "harbourpost.example",
    {"@type": "Organization", "name": "Harbour Post Online"},
    {"@type": "Person", "name": "Harbour Post"},
    {"@type": "NewsMediaOrganization", "name": "Lindberg Brothers"},
]


@pytest.mark.parametrize("author", HOUSE, ids=json.dumps)
def test_the_house_is_no_author_and_the_printed_byline_counts(author: object) -> None:
    assert read(author).authors == ()
    assert read(author, '<p class="byline">By Cy Dahl</p>').authors == ("Cy Dahl",)


def test_an_agency_in_json_ld_in_the_byline_or_in_the_feed_is_the_agency() -> None:
    made = [
        read({"@type": "Organization", "name": "Agence France-Presse"}),
        read(byline='<div class="byline">By AFP</div>'),
        read("Harbour Post", '<span class="author">AFP</span>'),
        read(hints=EntryHints(title=NEWS["headline"], authors=("AFP",))),
    ]
    assert [(one.authors, one.agency, one.byline) for one in made] == [((), "AFP", "AFP")] * 4


def test_a_person_beside_an_agency_stays_the_author() -> None:
    made = read("Ada Lind, AFP")
    assert (made.authors, made.agency) == (("Ada Lind",), "AFP")


@pytest.mark.parametrize(
    "mark",
    [
        '<div class="author-bookmark byline"><a href="#">Bookmark</a></div><p>By Cy Dahl</p>',
        '<span class="author">By</span> <span class="author-name">Cy Dahl</span>',
        '<p class="author">Cy Dahl<br>4 August 2026</p>',
        '<div class="by">Cy Dahl</div>',
        '<div>Written by <a href="/team/cy-dahl">Cy Dahl</a></div>',
        '<aside class="post-author">Cy Dahl</aside>',
        "<p>by: Cy Dahl, Dec 17, 2025</p>",
        '<p itemprop="author">Cy Dahl | 3 min read</p>',
    ],
)
def test_the_name_is_read_out_of_the_byline(mark: str) -> None:
    assert read(byline=mark).authors == ("Cy Dahl",)


def test_a_login_name_yields_to_the_name_in_the_byline() -> None:
    assert read("cdahl2", '<p class="byline">By Cy Dahl</p>').authors == ("Cy Dahl",)
    assert read("cdahl2").authors == ("cdahl2",)


def test_on_a_site_of_ones_own_the_owner_is_the_author() -> None:
    page = article_html(head='<meta name="author" content="Ada Lind">')
    article = extract(PageInput("https://adalind.example/bridges", html=page)).article
    assert article is not None
    assert article.authors == ("Ada Lind",)


@pytest.mark.parametrize(
    ("line", "names", "agency"),
    [
        ("By AFP", (), "AFP"),
        ("By The Associated Press", (), "AP"),
        ("By Ada Lind, Associated Press", ("Ada Lind",), "AP"),
        ("By Ada Lind and Bo Berg", ("Ada Lind", "Bo Berg"), None),
        ("By Post Staff", (), None),
    ],
)
def test_a_byline_in_the_text_leaves_it(line: str, names: tuple[str, ...], agency: str | None) -> None:
    reading = read_wire("\n\n".join([line, *paragraphs()]))
    assert (reading.authors, reading.agency) == (names, agency)
    assert reading.body_text.startswith(paragraphs()[0])
