"""Tables that only place things on the page are no tables of the text; tables of figures stay tables."""

from __future__ import annotations

import pytest
from extract.pages import LEAD, NEWS, SENTENCES, article_html

from ingest.extract.page import extract
from ingest.model import PageInput

DATELINED = f"OLDHAVEN, Norway (Reuters) - {LEAD}"
BREAKS = "<br><br>".join((DATELINED, *SENTENCES))
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in (DATELINED, *SENTENCES))
SIDE = "<a href='/world'>World</a><br><a href='/sport'>Sport</a><br><a href='/weather'>Weather</a>"
FIGURES = (
    "<table>{caption}<tr><th>Arch</th><th>Cracks</th><th>Cost</th></tr>"
    "<tr><td>First</td><td>12</td><td>300,000</td></tr>"
    "<tr><td>Third</td><td>31</td><td>900,000</td></tr>{more}</table>"
)


def page(table: str) -> str:
    return (
        "<html><head><title>Old bridge to be repaired</title></head><body>"
        f"<div><a href='/'>Home</a></div>{table}<div>Quay Street 1</div></body></html>"
    )


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(
            f"<table><tr><td>{SIDE}</td><td><table><tr><td><b>Old bridge to be repaired</b></td></tr>"
            f"<tr><td>{BREAKS}</td></tr></table></td></tr></table>",
            id="a table within a table",
        ),
        pytest.param(
            f"<table><tr><td>{SIDE}</td><td><h1>Old bridge to be repaired</h1>{PARAGRAPHS}</td></tr></table>",
            id="paragraphs beside links",
        ),
        pytest.param(
            f"<table><tr><td>Archive</td><td>Search</td></tr><tr><td colspan=2>{BREAKS}</td></tr>"
            f"<tr><td>{SIDE}</td><td>Print</td></tr></table>",
            id="one long cell among short ones",
        ),
        pytest.param(
            f"<center><table><tbody><tr><td><font>{BREAKS}</font></td></tr></tbody></table></center>",
            id="one cell",
        ),
        pytest.param(
            "<table>" + "".join(f"<tr><td>{t}</td></tr>" for t in (DATELINED, *SENTENCES)) + "</table>",
            id="one column, a paragraph a row",
        ),
        pytest.param(
            f"<table><tr><td>{SIDE}<td><h1>Old bridge to be repaired</h1>{PARAGRAPHS}"
            "<tr><td>Home<td>Top</table>",
            id="tags never closed",
        ),
    ],
)
def test_the_text_of_a_table_that_places_things_is_plain_text(table: str) -> None:
    article = extract(PageInput(url=None, html=page(table))).article
    assert article is not None
    assert article.agency == "Reuters"
    assert article.body_text.split("\n\n") == [LEAD, *SENTENCES]


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        pytest.param(
            FIGURES.format(caption="", more=""),
            ["| Arch | Cracks | Cost |", "| First | 12 | 300,000 |", "| Third | 31 | 900,000 |"],
            id="figures",
        ),
        pytest.param(
            FIGURES.format(caption="", more="<tr><td colspan=3><h3>After the storm</h3></td></tr>"),
            ["| First | 12 | 300,000 |", "| Third | 31 | 900,000 |"],
            id="a heading over rows",
        ),
        pytest.param(
            "<table><tr><td><h3>Office</h3></td><td><h3>Its report</h3></td></tr>"
            + "".join(f"<tr><td>{n}</td><td><p>{SENTENCES[n]}</p></td></tr>" for n in range(2))
            + "</table>",
            [f"| {n} | {SENTENCES[n]} |" for n in range(2)],
            id="sentences in even rows",
        ),
    ],
)
def test_a_table_of_figures_stays_a_table(table: str, rows: list[str]) -> None:
    body = f"<p>{LEAD}</p><p>{SENTENCES[0]}</p>{table}<p>{SENTENCES[1]}</p><p>{SENTENCES[2]}</p>"
    article = extract(PageInput(url=None, html=article_html(body=body, ld=NEWS))).article
    assert article is not None
    lines = article.body_text.split("\n\n")
    assert [line for line in lines if line in rows] == rows


def test_figures_within_a_table_that_places_things_stay_a_table() -> None:
    figures = FIGURES.format(caption="", more="")
    story = f"<h1>Old bridge</h1>{PARAGRAPHS}{figures}<p>{SENTENCES[0]}</p>"
    table = f"<table><tr><td>{SIDE}</td><td>{story}</td></tr></table>"
    article = extract(PageInput(url=None, html=page(table))).article
    assert article is not None
    assert "| Third | 31 | 900,000 |" in article.body_text
    assert "| World" not in article.body_text
