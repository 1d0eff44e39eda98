"""The block judge: what it reads of a page, how it is joined with the rules, and that its file and scores
are the same everywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest
from extract.pages import LEAD, NEWS, SENTENCES, article_html, paragraphs
from lxml.html import fromstring

from ingest.extract.blocks import judge, match, model
from ingest.extract.blocks.walk import walk
from ingest.extract.engine import Block
from ingest.extract.lines import Evidence
from ingest.extract.page import extract
from ingest.model import DroppedLine, PageInput

MODEL = "cb7eba95c0c3fc8f9eaf599f3bb874f590d538a139b3414068121bf46777dd23"


def constant(log_odds: float) -> model.Model:
    """A model that gives every block one score."""
    leaf = np.zeros(1, np.intp)
    value = np.array([round(log_odds * model.UNIT)], np.int32)
    return replace(
        model.shipped(),
        feature=leaf,
        threshold=leaf,
        left=leaf,
        right=leaf,
        roots=leaf,
        value=value,
        depth=1,
        start=0,
    )


@pytest.fixture
def judged_by(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Lets a model judge that gives every block one score."""

    def judged(log_odds: float) -> None:
        made = constant(log_odds)
        monkeypatch.setattr(model, "shipped", lambda: made)

    return judged


def body_of(html: str) -> str:
    article = extract(PageInput(url="https://harbour.example/news/bridge", html=html)).article
    assert article is not None
    return article.body_text


def test_the_model_in_the_package_is_the_one_that_the_figures_are_of() -> None:
    data = files("ingest.extract.blocks").joinpath(model.FILE).read_bytes()
    assert len(data) <= 1_000_000
    assert hashlib.sha256(data).hexdigest() == MODEL
    article = extract(PageInput(url=None, html=article_html(ld=NEWS))).article
    assert article is not None
    assert f"blocks/{model.shipped().version}+" in article.extractor


def test_scores_are_whole_numbers_and_the_same_everywhere() -> None:
    page = walk(
        fromstring(f"<html><body><main><h1>Bridge</h1><p>{LEAD}</p><p>Share this</p></main></body></html>")
    )
    blocks = [Block(LEAD)]
    evidence = Evidence(frozenset({"bridge"}), frozenset(), True)
    matched = judge.matching(page, judge.Ruled(blocks, blocks, [], evidence, None, None))
    assert matched is not None
    assert model.shipped().scores(page, matched.candidates) == [248964]


def test_a_block_ends_at_boxes_and_line_breaks_not_at_inline_markup() -> None:
    tree = fromstring(
        "<html><body><div>Loose <b>bold</b> text<p>One <a href='/x'>linked</a> word<br>and a line</p>"
        "behind</div></body></html>"
    )
    page = walk(tree)
    assert [block.text for block in page.blocks] == [
        "Loose bold text",
        "One linked word",
        "and a line",
        "behind",
    ]
    assert [block.link for block in page.blocks] == [0, len("linked"), 0, 0]
    assert [page.boxes[block.box].tag for block in page.blocks] == ["div", "p", "p", "div"]


@pytest.mark.parametrize(
    ("kept", "page", "places"),
    [
        (["A storm."], ["Menu", "A storm."], [[1]]),
        (["A storm.", "A storm."], ["A storm.", "A calm.", "A storm."], [[0], [2]]),
        (["| Goals | Points |"], ["Goals", "Points", "Games"], [[0, 1]]),
        (["The council met on Tuesday"], ["By A. Writer. The council met on Tuesday", "x"], [[0]]),
        (["Nowhere to be seen on this page"], ["Another text"], [[]]),
    ],
)
def test_trafilaturas_lines_are_found_in_the_page(
    kept: list[str], page: list[str], places: list[list[int]]
) -> None:
    assert match.match([match.key(text) for text in kept], [match.key(text) for text in page]) == places


def test_lines_that_are_nowhere_cost_a_bounded_number_of_comparisons() -> None:
    page = [f"block{number}" for number in range(30_000)]
    kept = [f"another{number}" for number in range(3_000)]
    assert match.match(kept, page) == [[]] * len(kept)


def test_where_the_model_is_unsure_the_rules_decide(judged_by: Callable[[float], None]) -> None:
    html = article_html(
        ld=NEWS, body="".join(f"<p>{p}</p>" for p in [*paragraphs(), "Read more: Harbour news"])
    )
    judged_by(0.0)
    assert body_of(html) == "\n\n".join(paragraphs())


def test_a_model_that_would_take_out_most_of_the_text_is_not_followed(
    judged_by: Callable[[float], None],
) -> None:
    judged_by(-9.0)
    assert body_of(article_html(ld=NEWS)) == "\n\n".join(paragraphs())


def test_a_model_that_is_sure_adds_what_was_left_out_once_and_in_its_place(
    judged_by: Callable[[float], None],
) -> None:
    note = "The harbour master had warned of the damage in a letter to the council in March of last year."
    body = "".join(f"<p>{p}</p>" for p in paragraphs())
    half = body.index("<p>Traffic")
    html = article_html(ld=NEWS, body=body[:half] + f"<div class='caption'>{note}</div>" * 2 + body[half:])
    judged_by(0.0)
    assert note not in body_of(html)
    judged_by(9.0)
    text = body_of(html)
    assert text.count(note) == 1
    assert text.index(SENTENCES[1]) < text.index(note) < text.index("Traffic will be led")


def test_a_text_that_is_not_in_the_page_is_left_to_the_rules() -> None:
    page = walk(fromstring("<html><body><p>Please enable JavaScript to read this story.</p></body></html>"))
    blocks = [Block(text) for text in SENTENCES]
    ruled = judge.Ruled(
        blocks,
        blocks[1:],
        [DroppedLine("promo", SENTENCES[0])],
        Evidence(frozenset(), frozenset(), True),
        None,
        None,
    )
    assert judge.judge(page, ruled) == (blocks[1:], [DroppedLine("promo", SENTENCES[0])])


def test_what_is_dropped_shows_its_score(judged_by: Callable[[float], None]) -> None:
    judged_by(0.0)
    html = article_html(
        ld=NEWS, body="".join(f"<p>{p}</p>" for p in [*paragraphs(), "Read more: Harbour news"])
    )
    dropped = extract(PageInput(url="https://harbour.example/news/bridge", html=html)).dropped
    assert [line.reason for line in dropped if line.text.startswith("Read more")] == ["promo 0.50"]


def test_a_tree_goes_left_at_most_the_threshold() -> None:
    made = replace(
        constant(0.0),
        feature=np.array([0, 0, 0]),
        threshold=np.array([5, 0, 0]),
        left=np.array([1, 1, 2]),
        right=np.array([2, 1, 2]),
        value=np.array([0, -7, 7], np.int32),
        roots=np.array([0]),
    )
    assert made._sums(np.array([[4], [5], [6]], np.int32)).tolist() == [-7, -7, 7]


def test_a_line_that_is_dropped_without_a_note_comes_back_once_at_most(
    judged_by: Callable[[float], None],
) -> None:
    page = walk(fromstring(f"<html><body><main><p>{LEAD}</p><p>{SENTENCES[0]}</p></main></body></html>"))
    blocks = [Block(LEAD), Block(SENTENCES[0])]
    evidence = Evidence(frozenset(), frozenset(), True)
    judged_by(5.0)
    kept, _ = judge.judge(page, judge.Ruled(blocks, blocks[:1], [], evidence, None, None))
    assert [block.text for block in kept] == [LEAD, SENTENCES[0]]
