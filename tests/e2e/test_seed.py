"""A distributor's page in MENAFN's layout: the date of the damaged opening, the publisher, the origin, and
the text alone.

The layout follows what public code that reads the site expects; the story here is of our own writing.
"""

from __future__ import annotations

import json
from html import escape
from pathlib import Path

import pytest
from support.newsroom import HTML, Listed, Newsroom
from support.wire_server import Answer

from ingest.cli.main import run

SEED = Path(__file__).parents[2].parent / "shared" / "data" / "seed-menafn-ukrinform.txt"
URL = "http://menafn.com/1109384321/Allies-Keep-Up-Their-Help-For-The-Bridge-Builders"
OWN = """ date 2025-04-02 MENAFN - UkrinForm) The river states remain steadfast in their help for the bridge builders of the lower valley. Since the start of this year alone they have sent more than 20 million crowns worth of timber and steel.

The chair of the river commission, Tove Lindqvist, said this at a press conference in Brenn ahead of a meeting of the ministers of works, Ukrinform reports.

"The river states go on with their help. In the first three months of this year they have already pledged 20 million crowns, and our office in Wiesel goes on to see to the delivery," Lindqvist said.

She recalled that this week the valley marked the anniversary of the flood that took both of its bridges.

"I visited the place in July and spoke with some of those who lived through it. Three years after the flood people still cross by boat, and they do so in every weather," Lindqvist said.

Commission's Lindqvist confirms loss of two barges in the delta

She noted that the danger of another flood remains, and that the dams upstream are older than the people who look after them.

A two-day meeting of the ministers of works will begin in Brenn on April 3. As part of it, the council of the valley will meet with the engineers who are to build the new bridges."""  # noqa: E501


def page(text: str, *, loose_lead: bool) -> Answer:
    """The text in MENAFN's layout; `loose_lead`: the first paragraph is a bare text node, as some pages have
    it."""
    first, *rest = [escape(one.strip()) for one in text.strip("\n").split("\n\n") if one.strip()]
    lead = first if loose_lead else f"<p>{first}</p>"
    body = lead + "".join(f"<p>{one}</p>" for one in rest)
    numbers = range(1110000001, 1110000009)
    spam = "".join(
        f'<li><a href="/{n}/x">Global Widget Market To Reach {n} Billion By 2031</a></li>' for n in numbers
    )
    html = f"""<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">
<title>Allies Keep Up Their Help For The Bridge Builders | MENAFN.COM</title></head><body>
<nav><a href="/">MENAFN</a> <a href="/markets">Markets</a> <a href="/contact">Contact</a></nav>
<h1>Allies Keep Up Their Help For The Bridge Builders</h1>
<div id="ContentPlaceHolder1_div_story"><div class="entry-summary"></div>
<div class="entry-summary tit">{body}<p>MENAFN02042025000193011044ID1109384321</p></div>
<div class="entry-summary tit"><p><strong>Legal Disclaimer:</strong><br>The distributor provides the \
information "as is", without
warranty of any kind. We do not accept any responsibility or liability for the accuracy, content, images, \
videos, licenses,
completeness, legality or reliability of the information in this article.</p></div>
<p>MENAFN02042025000193011044ID1109384321</p></div>
<ul class="popular-news-list">{spam}</ul><footer>Copyright 2025 MENAFN.COM, all rights \
reserved.</footer></body></html>"""
    return Answer(body=html, headers=HTML)


def check_text(found: str, text: str) -> None:
    """The article's text whole, and nothing of the page around it."""
    paragraphs = [one.strip() for one in text.split("\n\n") if one.strip()]
    lead = paragraphs[0].split(") ", 1)[1]
    assert found.startswith(lead[:60])
    missing = [one[:60] for one in paragraphs[1:] if one[:60] not in found]
    assert all(len(one) < 70 for one in missing)  # the other story's headline may go, nothing else
    assert len(missing) <= 1
    for word in ("Legal Disclaimer", "MENAFN", "ID11093", "Widget Market", "as is", "2025-04-02"):
        assert word not in found


def check_seed(newsroom: Newsroom, text: str, *, loose_lead: bool) -> None:
    newsroom.listed("host", {"host": "menafn.com", "identity": r"(?<!\d)(1\d{9})(?!\d)"})
    entry = Listed(f"{URL}?src=RSS", "Allies Keep Up Their Help For The Bridge Builders", published="")
    newsroom.feed("menafn", "menafn.com", [entry], publisher="MENAFN")
    newsroom.page(URL, page(text, loose_lead=loose_lead))
    newsroom.poll(0)
    row = newsroom.one(
        "SELECT url_key, published_at::VARCHAR, published_precision, published_day::VARCHAR, publisher, "
        "agency, body_text "
        "FROM mart.articles"
    )
    assert row[:6] == (
        "menafn.com#1109384321",
        "2025-04-02 00:00:00+00",
        "day",
        "2025-04-02",
        "MENAFN",
        "Ukrinform",
    )
    check_text(row[6], text)


@pytest.mark.parametrize("loose_lead", [False, True])
def test_a_story_of_our_own_in_that_layout(newsroom: Newsroom, loose_lead: bool) -> None:
    check_seed(newsroom, OWN, loose_lead=loose_lead)


@pytest.mark.data
@pytest.mark.parametrize("loose_lead", [False, True])
def test_the_captured_text_in_that_layout(newsroom: Newsroom, loose_lead: bool) -> None:
    if not SEED.exists():
        pytest.skip(f"{SEED.name} is not beside the project")
    check_seed(newsroom, SEED.read_text(encoding="utf-8"), loose_lead=loose_lead)


def test_the_same_by_extract_alone(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """JSON lines of HTML and of bare text: no feed says anything of publisher or date."""
    html = page(OWN, loose_lead=False).bytes().decode()
    lines = [{"id": "html", "url": f"http://www.{URL[7:]}", "html": html}, {"id": "text", "text": OWN}]
    path = tmp_path / "given.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in lines), encoding="utf-8")
    assert run(["extract", str(path)]) == 0
    by_html, by_text = (json.loads(line) for line in capfd.readouterr().out.splitlines())
    for found in (by_html, by_text):
        assert (found["published_at"][:10], found["published_precision"], found["agency"]) == (
            "2025-04-02",
            "day",
            "Ukrinform",
        )
        check_text(found["body_text"], OWN)
    assert (by_html["id"], by_html["publisher"], by_text["id"]) == ("html", "MENAFN", "text")
