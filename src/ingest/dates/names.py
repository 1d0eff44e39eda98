"""Month and weekday names, day halves and filler words of the languages that wires write in, all folded
alike."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ASCII = re.compile(r"[\x00-\x7f]*\Z")
_INVISIBLE = dict.fromkeys(
    [0x061C, 0x00AD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
)


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Lower case without accents, bidi marks or foreign digits; runs of white space become one space.

    Turkish dotless i is folded to i, Arabic hamza carriers to bare alef: printed names vary in just these.
    """
    if _ASCII.match(text):
        return " ".join(text.lower().split())
    text = unicodedata.normalize("NFKD", text.translate(_INVISIBLE).casefold())
    kept = (_digit(c) for c in text if not unicodedata.combining(c))
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).replace("ı", "i").split())


def _digit(char: str) -> str:
    if char.isascii() or not char.isdecimal():
        return char
    return str(unicodedata.decimal(char))


# One line a month: en de fr es pt it nl sv/da/no pl cs ru uk bg tr id/ms ro hu fi el ar he hi bn th vi fa,
# full and short.
_MONTHS = (
    "january jan januar jaenner jänner jän janvier janv enero ene "
    "janeiro gennaio gen januari stycznia styczeń sty ledna leden "
    "января январь янв січня січень січ януари ocak oca "
    "ianuarie ian január tammikuuta tammikuu ιανουαρίου ιανουάριος ιαν "
    "يناير كانون_الثاني جانفي ינואר בינואר जनवरी জানুয়ারি মোকে มกราคม ม.ค. ژانویه",
    "february feb februar feber février fevrier févr fév febrero "
    "fevereiro fev febbraio februari lutego luty lut února únor "
    "февраля февраль фев февр лютого лютий лют февруари şubat "
    "şub februarie február helmikuuta helmikuu φεβρουαρίου φεβρουάριος φεβ "
    "فبراير شباط فيفري פברואר בפברואר फरवरी फ़रवरी ফেব্রুয়ারি กุมภาพันธ์ ก.พ. فوریه",
    "march mar märz maerz mär mrz mars marzo março maart mrt "
    "marts marca marzec března březen марта март мар березня березень бер "
    "mart maret mac martie március maaliskuuta maaliskuu μαρτίου μάρτιος "
    "μαρ مارس آذار מרץ מרס במרץ मार्च মার্চ มีนาคม มี.ค.",
    "april apr avril avr abril abr aprile kwietnia kwiecień kwi dubna "
    "duben апреля апрель апр квітня квітень кві април nisan nis "
    "aprilie április huhtikuuta huhtikuu απριλίου απρίλιος απρ أبريل ابريل "
    "نيسان أفريل אפריל באפריל अप्रैल এপ্রিল เมษายน เม.ย. آوریل",
    "may mai mayo maio maggio mag mei maj maja května květen "
    "мая май травня травень тра mayıs május toukokuuta toukokuu μαΐου μάιος "
    "μαϊ مايو أيار ماي מאי במאי मई মে พฤษภาคม พ.ค. مه",
    "june jun juni juin junio junho giugno giu czerwca czerwiec cze "
    "června červen июня июнь июн червня червень чер юни haziran haz "
    "iunie iun június kesäkuuta kesäkuu ιουνίου ιούνιος ιουν يونيو "
    "حزيران جوان יוני ביוני जून জুন มิถุนายน มิ.ย. ژوئن",
    "july jul juli juillet juil julio julho luglio lug lipca lipiec "
    "lip července červenec июля июль июл липня липень лип юли temmuz "
    "tem julai iulie iul július heinäkuuta heinäkuu ιουλίου ιούλιος ιουλ "
    "يوليو تموز جويلية יולי ביולי जुलाई জুলাই กรกฎาคม ก.ค. ژوئیه",
    "august aug août aout agosto ago augustus augusti sierpnia sierpień "
    "sie srpna srpen августа август авг серпня серпень сер "
    "ağustos ağu agustus ogos augusztus elokuuta elokuu αυγούστου αύγουστος "
    "αυγ أغسطس آب أوت אוגוסט באוגוסט अगस्त আগস্ট สิงหาคม "
    "ส.ค. اوت",
    "september sep sept septembre septiembre setiembre setembro settembre set "
    "września wrzesień wrz září сентября сентябрь сен сент "
    "вересня вересень вер септември eylül eyl septembrie szeptember "
    "syyskuuta syyskuu σεπτεμβρίου σεπτέμβριος σεπ سبتمبر أيلول "
    "ספטמבר בספטמבר सितंबर सितम्बर সেপ্টেম্বর กันยายน ก.ย. سپتامبر",
    "october oct oktober okt octobre octubre outubro out ottobre "
    "ott octombrie października październik paź října říjen октября "
    "октябрь окт жовтня жовтень жов октомври ekim eki október "
    "lokakuuta lokakuu οκτωβρίου οκτώβριος οκτ أكتوبر تشرين_الأول אוקטובר "
    "באוקטובר अक्टूबर अक्तूबर অক্টোবর ตุลาคม ต.ค. اکتبر",
    "november nov novembre noviembre novembro noiembrie listopada listopad "
    "listopadu lis ноября ноябрь ноя нояб листопада листопад "
    "ноември kasım kas marraskuuta marraskuu νοεμβρίου νοέμβριος νοε "
    "نوفمبر تشرين_الثاني נובמבר בנובמבר नवंबर नवम्बर নভেম্বর "
    "พฤศจิกายน พ.ย. نوامبر",
    "december dec dezember dez décembre decembre déc diciembre dic "
    "dezembro dicembre desember des grudnia grudzień gru prosince "
    "prosinec декабря декабрь дек грудня грудень гру декември "
    "aralık ara decembrie joulukuuta joulukuu δεκεμβρίου δεκέμβριος δεκ "
    "ديسمبر كانون_الأول דצמבר בדצמבר दिसंबर दिसम्बर ডিসেম্বর ธันวาคม ธ.ค. دسامبر disember",
)
# Monday first: en de fr es pt it nl sv pl ru uk tr id ar el he hi ja zh ko.
_WEEKDAYS = (
    "monday mon montag mo lundi lun lunes segunda segunda-feira "
    "lunedì maandag måndag mandag poniedziałek понедельник пн понеділок "
    "pazartesi senin الاثنين الإثنين δευτέρα सोमवार 月曜日 星期一 周一 월요일",
    "tuesday tue tues dienstag di mardi mar. martes terça terça-feira "
    "martedì dinsdag tisdag tirsdag wtorek вторник вт вівторок salı "
    "selasa الثلاثاء τρίτη मंगलवार 火曜日 星期二 周二 화요일",
    "wednesday wed mittwoch mi mercredi mer miércoles quarta quarta-feira "
    "mercoledì woensdag onsdag środa среда ср середа çarşamba "
    "rabu الأربعاء τετάρτη बुधवार 水曜日 星期三 周三 수요일",
    "thursday thu thur thurs donnerstag do jeudi jeu jueves "
    "quinta quinta-feira giovedì donderdag torsdag czwartek четверг чт четвер "
    "perşembe kamis الخميس πέμπτη गुरुवार 木曜日 星期四 周四 목요일",
    "friday fri freitag fr vendredi ven viernes sexta sexta-feira "
    "venerdì vrijdag fredag piątek пятница пт пʼятниця cuma jumat "
    "الجمعة παρασκευή शुक्रवार 金曜日 星期五 周五 금요일",
    "saturday sat samstag sonnabend sa samedi sam sábado sabato "
    "zaterdag lördag lørdag sobota суббота сб субота cumartesi sabtu "
    "السبت σάββατο शनिवार 土曜日 星期六 周六 토요일",
    "sunday sun sonntag so dimanche dim domingo domenica zondag "
    "söndag søndag niedziela воскресенье вс неділя pazar minggu الأحد "
    "κυριακή रविवार 日曜日 星期日 星期天 周日 일요일",
)
_FILLERS = (
    "at on um am den der die le la el il de do del of the à a às as "
    "alle alla ore hs hrs kl klo uhr om w v в о у года г р год роки року pm"
    " saat tarihi tanggal pukul ngày năm lúc στις "
    "published posted publicado publié veröffentlicht pubblicato date from le: "
    "date: posted: published: publié: stand: em en ning kello o godz godzinie ob ve في يوم שעה बजे"
)


def _table(lines: tuple[str, ...], start: int) -> dict[str, int]:
    return {
        fold(word.replace("_", " ")).rstrip("."): number
        for number, line in enumerate(lines, start)
        for word in line.split()
    }


MONTHS = _table(_MONTHS, 1)
WEEKDAYS = _table(_WEEKDAYS, 0)
FILLERS = frozenset(fold(word) for word in _FILLERS.split()) - MONTHS.keys()
LONG_MONTHS = tuple(sorted((name for name in MONTHS if " " in name), key=len, reverse=True))


def month_number(word: str) -> int | None:
    """1..12 for a month's name or short form in any of the languages above, else None."""
    return MONTHS.get(fold(word).rstrip("."))
