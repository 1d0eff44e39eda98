"""Bytes to text: what is declared is honoured where the bytes agree, and where nothing is, the page's
language chooses."""

from __future__ import annotations

import pytest

from ingest.extract.charset import text_of
from ingest.extract.page import extract
from ingest.model import PageInput
from ingest.reasons import Outcome

ENGLISH = (
    "Señora Muñoz, naïve or not, paid £100 for coffee at the café on the quay, and “it was worth it”, "
    "she said."
)
SPANISH = (
    "El alcalde señaló el martes que la reparación del puente costará dos millones y durará más de "
    "once semanas."
)
GERMAN = (
    "Die Brücke über die Förde wird repariert, sagte die Bürgermeisterin; die Händler fürchten größere "
    "Schäden."
)
POLISH = (
    "Burmistrz powiedział we wtorek, że naprawa mostu będzie kosztować dwa miliony i że część ścieżki "
    "źle wygląda."
)
CZECH = (
    "Starosta řekl v úterý, že oprava mostu bude stát dva miliony a potrvá jedenáct týdnů; začne příští "
    "týden."
)
HUNGARIAN = (
    "A polgármester kedden azt mondta, hogy a híd javítása kétmillióba kerül, és a költségekről "
    "később döntenek."
)
RUSSIAN = "Мэр сказал во вторник, что ремонт моста обойдётся в два миллиона и продлится одиннадцать недель."
TURKISH = "Belediye başkanı salı günü köprünün onarımının on bir hafta süreceğini söyledi; işçiler çalışıyor."
GREEK = "Ο δήμαρχος είπε την Τρίτη ότι η επισκευή της γέφυρας θα κοστίσει δύο εκατομμύρια."
HEBREW = "ראש העיר אמר ביום שלישי שתיקון הגשר יעלה שני מיליון ויימשך אחד עשר שבועות."
CHINESE = "市长星期二表示，修桥将花费两百万，工期十一周，议会同意了他的意见。"
JAPANESE = "市長は火曜日、橋の修理に二百万かかり、十一週間続くと述べた。議会も同意した。"


def page(text: str, lang: str | None, times: int = 3) -> str:
    opening = f"<html lang='{lang}'>" if lang else "<html>"
    body = "".join(f"<p>{text}</p>" for _ in range(times))
    return (
        f"<!DOCTYPE html>{opening}<head><title>7</title><script>var a = "
        f"1</script></head><body>{body}</body></html>"
    )


@pytest.mark.parametrize("header", [None, "text/html", "text/html; charset=utf-8"])
@pytest.mark.parametrize(
    ("text", "lang", "encoding"),
    [
        (ENGLISH, "en", "cp1252"),
        (ENGLISH, "en-GB", "cp1252"),
        (SPANISH, "es", "cp1252"),
        (GERMAN, "de", "cp1252"),
        (POLISH, "pl", "cp1250"),
        (POLISH, "pl-PL", "iso8859_2"),
        (CZECH, "cs", "cp1250"),
        (HUNGARIAN, "hu", "cp1250"),
        (RUSSIAN, "ru", "cp1251"),
        (RUSSIAN, "ru", "koi8_r"),
        (TURKISH, "tr", "cp1254"),
        (GREEK, "el", "cp1253"),
        (HEBREW, "he", "cp1255"),
        (CHINESE, "zh-CN", "gb18030"),
        (JAPANESE, "ja", "cp932"),
        (JAPANESE, "ja", "euc_jp"),
    ],
)
def test_the_language_chooses_where_no_declaration_holds(
    text: str, lang: str, encoding: str, header: str | None
) -> None:
    for times in (1, 3):
        html = page(text, lang, times)
        assert text_of(html.encode(encoding), header) == html


@pytest.mark.parametrize(("text", "encoding"), [(POLISH, "cp1250"), (TURKISH, "cp1254"), (RUSSIAN, "cp1251")])
def test_a_template_that_says_english_over_every_text_is_not_believed(text: str, encoding: str) -> None:
    html = page(text, "en")
    assert text_of(html.encode(encoding)) == html


def test_the_feeds_language_stands_in_for_the_pages_own() -> None:
    html = page(SPANISH, None, 1)
    assert text_of(html.encode("cp1252"), None, "es") == html
    polish = page(POLISH, "pl", 1)
    assert text_of(polish.encode("cp1250"), None, "en") == polish


def test_a_declaration_that_holds_comes_before_the_language() -> None:
    html = page(POLISH, "en").replace("<head>", "<head><meta charset='windows-1250'>")
    assert text_of(html.encode("cp1250")) == html
    assert text_of(page(GERMAN, "pl").encode("cp1252"), "text/html; charset=iso-8859-1") == page(GERMAN, "pl")


@pytest.mark.parametrize(
    ("charset", "encoding"),
    [
        ("utf-16", "utf-16-le"),
        ("UTF-16", "utf-16-be"),
        ("utf-16le", "utf-16-le"),
        ('"UTF-16BE"', "utf-16-be"),
        ("utf-16", "utf-16"),
    ],
)
def test_utf_16_by_the_header_needs_no_mark(charset: str, encoding: str) -> None:
    html = page(GREEK, "el")
    assert text_of(html.encode(encoding), f"text/html; charset={charset}") == html
    given = PageInput(
        "https://post.example/7", html=html.encode(encoding), content_type=f"text/html;charset={charset}"
    )
    assert extract(given).outcome is Outcome.LOADED


@pytest.mark.parametrize("text", [ENGLISH, GREEK, CHINESE])
def test_utf_16_that_is_only_claimed_is_not_believed(text: str) -> None:
    html = page(text, "en").replace("<head>", "<head><meta charset='utf-16'>")
    assert text_of(html.encode(), "text/html; charset=utf-16") == html


def test_a_character_cut_in_two_leaves_the_page_utf_8() -> None:
    html = page(GREEK, "el")
    assert text_of(html.encode().replace("γέφυρας".encode(), "γέφυρας".encode()[:-1], 1)).count("\ufffd") == 1


@pytest.mark.parametrize("piece", [b"<", b"<script", b"<!--", b"<html lang="])
def test_broken_markup_in_an_unknown_encoding_costs_no_more_than_its_length(piece: bytes) -> None:
    assert text_of(piece * 200_000 + b"\xe9", "text/html")


def test_a_name_that_is_no_encoding_is_passed_over() -> None:
    html = page(GERMAN, "de").replace("<head>", "<head><meta charset='undefined'>")
    assert GERMAN in text_of(html.encode("cp1252"), "text/html")
