"""Plain text, normal form, hashes and counts."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.text import line_hash, normalise, plain_text, strip_control, text_hash, word_count


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Plain words", "Plain words"),
        ("<b>Bold</b> and <i class='x'>more</i>", "Bold and more"),
        ("one<br/>two<p>three</p>four", "one two three four"),
        ("AT&amp;amp;T &amp; R&eacute;gie &#8212; &quot;so&quot;", 'AT&T & Régie — "so"'),
        ("<script>alert(1)</script>News", "News"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;News", "News"),
        ("&amp;lt;b&amp;gt;News&amp;lt;/b&amp;gt;", "News"),
        ("<style>p{}</style><!-- no --><![CDATA[News]]>", "News"),
        ("News<script>never closed", "News"),
        ("Google <GOOG.O> rises, 5 < 6 > 4", "Google <GOOG.O> rises, 5 < 6 > 4"),
        ('cut in a tag <a href="https://a.example/lo', "cut in a tag"),
        ("a\u00a0b\r\n\tc\x00d\x0be", "a b cde"),
        ("bad &#0; &#xD800; refs", "bad \ufffd \ufffd refs"),
        ("", ""),
    ],
)
def test_markup_becomes_plain_text(markup: str, text: str) -> None:
    assert plain_text(markup) == text


def test_control_characters_go_line_ends_stay() -> None:
    assert strip_control("\ufeffa\x00b\x1bc\r\nd\re\tf\x7f\x9f\ud800") == "abc\nd\ne\tf"


@given(st.text())
def test_normal_form_is_stable_and_storable(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert once.encode("utf-8").decode("utf-8") == once
    assert "\x00" not in plain_text(text)
    plain_text(text).encode("utf-8")


def test_typography_is_no_difference_words_are() -> None:
    assert text_hash("“Don’t” – she said\u00a0so") == text_hash('"Don\'t" - SHE  said so\u200b')
    assert text_hash("ﬁve, Ａ") == text_hash("five, a")
    assert text_hash("five of them") != text_hash("four of them")


def test_line_hashes_fit_a_bigint_and_hold_across_processes() -> None:
    line = "Reporting by our own; editing by others"
    code = f"from ingest.text import line_hash; print(line_hash({line!r}))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(other.stdout) == line_hash(line)
    assert 0 <= line_hash(line) < 2**63


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("Two words", 2),
        ("well-known 3.5 o'clock U.S.", 4),
        ("北京四月二日电", 7),
        ("東京 2日 ロイター", 2 + 2 + 4),
        ("서울 4월 2일", 3),
        ("الخبر الأول", 2),
        ("--- *** ---", 0),
    ],
)
def test_word_count_knows_scripts_without_spaces(text: str, words: int) -> None:
    assert word_count(text) == words
