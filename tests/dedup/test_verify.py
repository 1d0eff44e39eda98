"""Copies pass, look-alikes do not: verdicts on small texts of our own writing, in several scripts, with and
without times."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from ingest.dedup.align import comparable_text
from ingest.dedup.tokens import tokenise
from ingest.dedup.verify import DedupText, are_copies, ruled_out, verify
from ingest.model import CopyKind

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)

ORIGIN = """The Port of Calder said on Monday it would deepen its northern channel to 17.5 metres after \
grain trade rose 12 percent.
The work will cost 340 million crowns and take until June 2028, harbour master Ines Falk told reporters in \
Calder.
"Ships that now wait for the tide will come in at any hour," Falk said.
Farmers in the Marren valley shipped 4.1 million tonnes through the port last year, against 3.6 million the \
year before.
The regional council, which owns 60 percent of the port, approved the plan by 31 votes to 4.
Opponents led by councillor Tomas Rell said the dredging would harm the oyster beds of Sandhaven."""

NOTICE = """The Bank of Marren set its overnight rate for {day} at {rate} percent, the central bank said in \
its daily notice.
It offered {amount} million crowns of seven-day bills and received bids for {bids} million from {banks} \
commercial banks.
The notice is published every working day at nine in the morning and applies to all banks licensed in the \
Marren valley."""


def text(body: str, id: str = "b", *, hours: float | None = None, publisher: str | None = None) -> DedupText:
    at = None if hours is None else NOON + timedelta(hours=hours)
    return DedupText(id, comparable_text(tokenise(body)), published_at=at, publisher=publisher)


def same(a: str, b: str, hours: float | None = None) -> bool:
    return verify(text(a, "a", hours=None if hours is None else 0), text(b, hours=hours)).same


@pytest.fixture
def origin() -> DedupText:
    return text(ORIGIN, "a")


def test_an_equal_text_is_an_exact_copy(origin: DedupText) -> None:
    verdict = verify(origin, text(ORIGIN.replace("'", "’").replace(" ", "  ")))
    assert verdict.same
    assert verdict.kind is CopyKind.EXACT
    assert (verdict.containment, verdict.slot_agreement, verdict.jaccard) == (1.0, 1.0, 1.0)


def test_a_text_cut_from_its_end_is_truncated_and_seen_the_other_way_expanded(origin: DedupText) -> None:
    cut = text("\n".join(ORIGIN.split("\n")[:3]))
    assert verify(origin, cut).same
    assert verify(origin, cut).kind is CopyKind.TRUNCATED
    assert verify(cut, origin).kind is CopyKind.EXPANDED


def test_dropped_paragraphs_and_other_words_are_an_edited_copy(origin: DedupText) -> None:
    lines = ORIGIN.split("\n")
    edited = "\n".join([lines[0], lines[1], lines[3], lines[5]]).replace(
        "told reporters", "stated to the press"
    )
    verdict = verify(
        origin,
        text(
            edited + "\nThe Sandhaven Courier asked the fishermen what they think of it and few would answer."
        ),
    )
    assert verdict.same
    assert verdict.kind is CopyKind.EDITED


def test_a_corrected_name_or_figure_is_still_the_story(origin: DedupText) -> None:
    assert verify(origin, text(ORIGIN.replace("340 million", "430 million"))).same
    assert verify(origin, text(ORIGIN.replace("Ines Falk", "Inga Falk"))).same


def test_capitals_curly_quotes_and_a_dateline_change_nothing(origin: DedupText) -> None:
    first, rest = ORIGIN.split("\n", 1)
    assert verify(
        origin, text("CALDER, March 2 (Marren News) - " + first.upper() + "\n" + rest.replace('"', "”"))
    ).same


def test_a_template_with_other_figures_is_another_story() -> None:
    monday = NOTICE.format(day="Monday", rate="4.25", amount="900", bids="1,310", banks="14")
    tuesday = NOTICE.format(day="Tuesday", rate="4.10", amount="650", bids="870", banks="11")
    verdict = verify(text(monday, "a"), text(tuesday))
    assert not verdict.same
    assert verdict.containment > 0.45, "the guard decides, not the overlap"
    assert verdict.slot_agreement < 0.7
    assert "clash" in verdict.why


def test_one_figure_is_a_correction_within_hours_and_a_new_notice_days_later() -> None:
    one = NOTICE.format(day="Monday", rate="4.25", amount="900", bids="1,310", banks="14")
    other = one.replace("1,310", "1,340")
    assert same(one, other, hours=2)
    assert not same(one, other, hours=96)
    assert same(one, one, hours=96), "a rerun word for word stays a copy"
    assert not same(one, one, hours=24 * 31), "beyond the window nothing is compared"


def test_a_common_lead_alone_is_no_copy() -> None:
    lead = ORIGIN.split("\n")[0]
    other = f"""{lead}
Elsewhere in the valley bakers asked the regional council for help with the price of flour, which has \
doubled since the harvest.
Masters of the guild in Upper Marren baked for the first time without butter and sold the loaves at cost to \
those who queued.
The council promised an answer within the month, and the guild promised loaves until then, whatever the \
flour may cost by April."""
    own = lead + "\n" + "\n".join(ORIGIN.split("\n")[4:])
    assert not same(own, other)


def test_a_round_up_that_tells_it_further_down_is_no_copy() -> None:
    other = " ".join(
        f"Village {word} held its fair in spite of rain and sold cheese." for word in "abcdefghijklmno"
    )
    story = "\n".join(ORIGIN.split("\n")[:2])
    assert not same(story, other + "\n" + story + "\n" + other.replace("fair", "market"))
    assert same(story, story + "\n" + other), "a write-through begins with it"


def test_short_texts_need_nearly_all_their_words() -> None:
    one = "The ferry to Sandhaven will not run on Monday because of high wind, the company said."
    two = "The ferry to Sandhaven will not run on Monday because a bolt broke, its owner wrote to passengers."
    assert same(one, one + " It hopes for Tuesday.")
    assert not same(one, two)


def test_tables_of_results_are_known_by_their_figures() -> None:
    first = (
        "Shr 14 cts vs 9 cts\nNet 853,000 vs 522,100\nSales 41.7 mln vs 20.3 mln\nAvg shrs 6,349,753 vs "
        "4,403,852"
    )
    again = (
        first.replace("Sales", "Revs") + "\nNote: figures include the rope works at Sandhaven, bought in May"
    )
    other = (
        "Shr 11 cts vs 19 cts\nNet 310,400 vs 699,000\nSales 17.2 mln vs 18.8 mln\nAvg shrs 2,119,000 "
        "vs 2,118,000"
    )
    assert same(first, again, hours=3)
    assert not same(first, other, hours=3)


ARABIC = """الرياض 2 مارس - أعلنت هيئة ميناء كالدر اليوم تعميق القناة الشمالية إلى 17.5 مترا بعد ارتفاع \
تجارة الحبوب.
وقالت مديرة الميناء إيناس فالك إن العمل سيكلف 340 مليون كرونة ويستمر حتى يونيو 2028.
وأضافت أن السفن التي تنتظر المد ستدخل في أي ساعة من الليل أو النهار.
وصدر المزارعون في وادي مارين 4.1 مليون طن عبر الميناء في العام الماضي."""

CABLE = (
    "بعث رئيس وادي مارين برقية تهنئة إلى رئيس جمهورية {0} بمناسبة ذكرى اليوم الوطني لبلاده وأعرب عن أصدق "
    "التهاني "
    "وأطيب التمنيات بالصحة والسعادة لفخامته ولحكومة وشعب جمهورية {0} الصديق. كما بعث نائب الرئيس برقية "
    "مماثلة إلى {1}."
)

CHINESE = (
    "卡尔德港周一宣布，由于粮食贸易增长12%，将把北部航道加深至17.5米。"
    "港务局局长伊内斯表示，工程将耗资3.4亿克朗，持续到2028年6月。"
    "她说，现在等待涨潮的船只今后可以随时进港。去年马伦河谷的农民通过该港运出410万吨粮食，前一年为360万吨。"
)
HINDI = (
    "कैल्डर बंदरगाह ने सोमवार को कहा कि वह अपने उत्तरी मार्ग को 17 मीटर तक गहरा करेगा क्योंकि अनाज का "
    "व्यापार बढ़ा है। "
    "काम पर बहुत खर्च आएगा और किसान खुश हैं।"
)
THAI = "ท่าเรือคาลเดอร์ประกาศเมื่อวันจันทร์ว่าจะขุดร่องน้ำด้านเหนือให้ลึกลงเนื่องจากการค้าธัญพืชเพิ่มขึ้น"


def test_arabic_copies_with_or_without_vowel_marks() -> None:
    assert same(ARABIC, ARABIC.replace("الميناء", "المِينَاء").replace("مليون", "مـليون"))
    assert verify(text(ARABIC, "a"), text("\n".join(ARABIC.split("\n")[:2]))).kind is CopyKind.TRUNCATED


def test_arabic_cables_to_two_presidents_are_two_stories() -> None:
    assert not same(CABLE.format("بولندا", "أندريه دودا"), CABLE.format("النمسا", "هاينز فيشر"))


def test_chinese_copies_are_found_without_spaces_between_words() -> None:
    cut = CHINESE[: CHINESE.index("她说")]
    verdict = verify(text(CHINESE, "a"), text("新华社电 " + cut))
    assert verdict.same
    assert not same(
        CHINESE,
        CHINESE.replace("12", "9").replace("17.5", "14").replace("3.4", "2.2").replace("2028", "2031"),
        hours=90,
    )


def test_hindi_and_thai_have_words() -> None:
    assert same(HINDI, HINDI + " परिषद ने योजना मान ली।")
    assert same(THAI, THAI[:70])
    assert not same(HINDI, THAI)


@pytest.mark.parametrize("a", [None, 0.0])
@pytest.mark.parametrize("publisher", [None, "Marren News"])
def test_what_is_unknown_decides_nothing(a: float | None, publisher: str | None) -> None:
    left, right = text(ORIGIN, "a", hours=a), text(ORIGIN, hours=None, publisher=publisher)
    assert verify(left, right).same


def test_empty_texts_are_no_copies_of_anything(origin: DedupText) -> None:
    assert not verify(origin, text("")).same
    assert not verify(origin, text(" \n— … !")).same


def test_the_verdict_does_not_depend_on_which_comes_first() -> None:
    a, b = text(ORIGIN, "a"), text(ORIGIN.replace("340", "430").replace("Rell", "Roll").upper(), "b")
    one, other = verify(a, b), verify(b, a)
    assert (one.same, one.containment, one.slot_agreement, one.jaccard) == (
        other.same,
        other.containment,
        other.slot_agreement,
        other.jaccard,
    )


@pytest.mark.parametrize("hours", [None, 0.0, 30.0, 80.0])
def test_what_is_ruled_out_at_a_glance_is_what_the_full_look_refuses(hours: float | None) -> None:
    chance = random.Random(3)
    words = [
        f"{chance.choice('bcdfgklmn')}{chance.choice('aeiou')}{n}" if n % 7 else f"{n}" for n in range(400)
    ]
    told, ruled = {True: 0, False: 0}, 0
    for _ in range(400):
        length = chance.choice([8, 25, 55, 60, 200])
        at, keep = chance.randrange(200), chance.random()
        cut = max(1, int(length * keep))
        a = words[at : at + length]
        b = a[:cut] + chance.sample(words, int(length * chance.random()))
        one, other = (
            text(" ".join(a), "a", hours=None if hours is None else 0.0),
            text(" ".join(b), hours=hours),
        )
        told[verify(one, other).same] += 1
        ruled += ruled_out(one, other)
        assert are_copies(one, other) == verify(one, other).same
    assert min(told.values()) > 20
    assert 20 < ruled <= told[False]
